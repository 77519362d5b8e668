//! A SQLite file with a server on it, and the PostgreSQL database that it is moved to.

use std::{path::Path, process::Output};

use reqwest::{Client, StatusCode};
use sqlx::SqliteConnection;
use tempfile::TempDir;

use crate::{
    cluster::Cluster,
    command_line::{hallpass, said},
    process::{Device, Process, client},
    sqlite,
};

pub(super) struct Moving {
    pub(super) cluster: Cluster,
    /// The URL of the empty target database.
    pub(super) target: String,
    pub(super) client: Client,
    folder: TempDir,
}

impl Moving {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cluster = Cluster::start(&["fsync=off"]);
        let target = cluster.database().await;
        Self { cluster, target, client: client(), folder }
    }

    /// With a server on the file, and a device that is signed in there.
    pub(super) async fn with_device() -> (Self, Process, Device) {
        let moving = Self::new().await;
        let server = moving.serve_file();
        let device = moving.register("ada", &server).await;
        (moving, server, device)
    }

    /// The folder of the file.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of the file.
    pub(super) fn source(&self) -> String {
        sqlite::url(&self.path().join("hallpass.db"))
    }

    pub(super) async fn open_source(&self) -> SqliteConnection {
        sqlite::connect(&self.source()).await.expect("the file")
    }

    pub(super) fn serve_file(&self) -> Process {
        Process::start(self.path(), "")
    }

    pub(super) fn serve_target(&self) -> Process {
        self.serve_target_with("")
    }

    /// Starts a server on the target, after more lines of the shell.
    pub(super) fn serve_target_with(&self, prelude: &str) -> Process {
        Process::start(self.path(), &format!("export HALLPASS_DATABASE_URL='{}'; {prelude}", self.target))
    }

    pub(super) fn move_to(&self, target: &str) -> Output {
        hallpass(self.path(), &["move", "--to", target], "")
    }

    /// Runs the whole move, which must succeed.
    pub(super) fn complete(&self) -> Output {
        let moved = self.move_to(&self.target);
        assert!(moved.status.success(), "{}", said(&moved));
        moved
    }

    pub(super) async fn register(&self, username: &str, server: &Process) -> Device {
        Device::register(&self.client, &server.url, username).await
    }

    pub(super) async fn renew(&self, device: &mut Device, server: &Process) -> StatusCode {
        device.renew(&self.client, &server.url).await.expect("an answer")
    }

    pub(super) async fn leave(&self, device: &Device, server: &Process) -> StatusCode {
        device.leave(&self.client, &server.url).await
    }
}
