//! Runs the binary as a command.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::process::output_of;

/// Runs the binary in a folder, with a line on standard input.
pub(crate) fn hallpass(folder: &Path, arguments: &[&str], line: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hallpass"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut stdin = child.stdin.take().expect("standard input");
    // A command that fails before it reads has closed its end.
    drop(stdin.write_all(format!("{line}\n").as_bytes()));
    drop(stdin);
    output_of(child)
}

/// The output of a command: standard output, then standard error.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
