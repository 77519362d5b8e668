//! Rows, and the types that are read from their columns.

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
};
use hallpass_types::{BlacklistReason, EndReason, EventKind};
use secrecy::SecretString;
use sqlx::{
    ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, error::BoxDynError, postgres::PgRow, sqlite::SqliteRow,
};

/// A row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// Reads the value of a column.
    pub(crate) fn get<T: Readable>(&self, column: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>) -> sqlx::Result<T> {
        let stored = match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        };
        T::from_stored(stored?).map_err(sqlx::Error::Decode)
    }
}

/// A type that both databases store.
pub(crate) trait Stored:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Stored for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

/// A type that can be read from a column of either database.
pub(crate) trait Readable: Sized {
    type Stored: Stored;

    fn from_stored(stored: Self::Stored) -> Result<Self, BoxDynError>;
}

/// A column that may be NULL.
impl<T: Readable> Readable for Option<T>
where
    Option<T::Stored>: Stored,
{
    type Stored = Option<T::Stored>;

    fn from_stored(stored: Self::Stored) -> Result<Self, BoxDynError> {
        stored.map(T::from_stored).transpose()
    }
}

/// Converts a stored value to a type.
macro_rules! readable {
    ($($type:ty: $stored:ty => |$value:ident| $converted:expr;)*) => {$(
        impl Readable for $type {
            type Stored = $stored;

            fn from_stored($value: $stored) -> Result<Self, BoxDynError> {
                $converted
            }
        }
    )*};
}

readable! {
    bool: bool => |value| Ok(value);
    i64: i64 => |number| Ok(number);
    u32: i64 => |number| Ok(number.try_into()?);
    u64: i64 => |number| Ok(number.cast_unsigned());
    usize: i64 => |number| Ok(number.try_into()?);
    Timestamp: i64 => |millis| Ok(Self::from_millis(millis));
    UserId: i64 => |id| Ok(Self(id));
    String: String => |text| Ok(text);
    SecretString: String => |text| Ok(text.into());
    Jti: String => |text| Ok(Self::from_text(text));
    SessionId: String => |text| Self::parse(&text).ok_or_else(|| format!("not a session id: {text:?}").into());
    EndReason: String => |name| name.parse().map_err(|_| format!("unknown reason of a revocation: {name:?}").into());
    BlacklistReason: String => |name| Ok(Self::parse(&name));
    EventKind: String => |name| Ok(Self::parse(&name).unwrap_or(Self::Other));
}

#[cfg(test)]
mod tests {
    use hallpass_types::EndReason;

    use super::Readable;

    #[test]
    fn reasons_have_fixed_names_in_the_database() {
        for (expected, name) in [
            (EndReason::SignedOut, "signed_out"),
            (EndReason::Revoked, "revoked"),
            (EndReason::Reuse, "reuse"),
            (EndReason::PasswordChanged, "password_changed"),
            (EndReason::UserDeactivated, "user_deactivated"),
            (EndReason::Expired, "expired"),
            (EndReason::TooManySessions, "too_many_sessions"),
        ] {
            assert_eq!(<&str>::from(expected), name);
            assert_eq!(EndReason::from_stored(name.to_owned()).expect(name), expected);
        }
        assert!(EndReason::from_stored("unknown".to_owned()).is_err());
    }
}
