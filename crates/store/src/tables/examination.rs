//! Checks of a database for `hallpass doctor`.

use hallpass_core::{clock::Timestamp, store::Finding};

use crate::{
    inspection::Inspection,
    schema::Schema,
    sql::{self, Connection},
};

/// Settings of PostgreSQL without which a commit can be lost.
const DURABILITY: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// Examines a database with this schema.
pub(crate) async fn examine(connection: &mut Connection<'_>, schema: Schema) -> sqlx::Result<Inspection> {
    if schema != Schema::Current {
        return Ok(Inspection { schema, findings: Vec::new(), newest: None });
    }
    let newest = newest(connection).await?;
    let finding = if connection.is_shared() {
        durability(&lost_on_power_failure(connection).await?)
    } else {
        integrity(connection).await?
    };
    Ok(Inspection { schema, findings: vec![finding], newest })
}

/// The settings that are off, so that a power failure can lose commits.
pub(crate) async fn lost_on_power_failure(connection: &mut Connection<'_>) -> sqlx::Result<Vec<&'static str>> {
    let mut off = Vec::new();
    for setting in DURABILITY {
        let value: String = sql::query("SELECT current_setting($1)").bind(setting).fetch_value(connection).await?;
        if value == "off" {
            off.push(setting);
        }
    }
    Ok(off)
}

fn durability(off: &[&str]) -> Finding {
    if off.is_empty() {
        return Finding::good("durability", "The server syncs each commit to disk.");
    }
    let sentence =
        format!("The server runs without {}: a failure of its machine loses committed renewals.", off.join(", "));
    Finding::bad("durability", sentence, "Set it to on in postgresql.conf.")
}

async fn integrity(connection: &mut Connection<'_>) -> sqlx::Result<Finding> {
    let found: String = sql::query("PRAGMA quick_check(1)").fetch_value(connection).await?;
    if found == "ok" {
        return Ok(Finding::good("integrity", "The file passes quick_check."));
    }
    let advice = "Stop the server, keep the file, and restore the last good backup.";
    Ok(Finding::bad("integrity", format!("The file is damaged: {found}."), advice))
}

/// The newest timestamp in the tables.
async fn newest(connection: &mut Connection<'_>) -> sqlx::Result<Option<Timestamp>> {
    let event: Option<Timestamp> = sql::query("SELECT max(at) FROM security_events").fetch_value(connection).await?;
    let token = sql::query("SELECT created_at FROM outstanding_tokens ORDER BY id DESC LIMIT 1");
    Ok(event.max(token.find(connection, |row| row.get("created_at")).await?))
}
