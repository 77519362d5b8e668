//! Environment variables with the prefix `HALLPASS_`: settings, files that contain settings, and the variables that
//! Kubernetes sets for a Service named `hallpass`.

use std::{collections::BTreeMap, ffi::OsString, fs::File, io::Read, path::Path};

use super::{ConfigError, owner, source::trimmed};

const PREFIX: &str = "HALLPASS_";

/// The suffix of a variable that names the file with a setting's value.
const FILE: &str = "_FILE";

/// Maximum size of a file with a setting's value, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The variables that were not read yet.
pub(super) struct Environment {
    /// Variables with the prefix.
    variables: BTreeMap<String, OsString>,
    /// All other variables. One may be the prefix in another letter case.
    foreign: BTreeMap<String, OsString>,
}

/// A trimmed value and the place where it is set.
pub(super) struct Found {
    pub(super) place: String,
    pub(super) text: String,
}

impl Environment {
    pub(super) fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables.into_iter().map(|(name, value)| (name.to_string_lossy().into_owned(), value));
        let (variables, foreign) = named.partition(|(name, _)| name.starts_with(PREFIX));
        Self { variables, foreign }
    }

    /// A variable of another program.
    pub(super) fn foreign(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let value = self.foreign.get(name).map(|value| decode(name, value)).transpose()?;
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The value of the setting's variable, or the content of the file that its `_FILE` variable names.
    pub(super) fn take(&mut self, setting: &str) -> Result<Option<Found>, ConfigError> {
        let variable = variable(setting);
        let by_file = format!("{variable}{FILE}");
        let mut read_variable = |name| self.variables.remove(name).map(|value| decode(name, &value)).transpose();
        let (text, path) = (read_variable(&variable)?, read_variable(&by_file)?);
        match (text, path.filter(|path| !path.is_empty())) {
            (Some(text), Some(_)) if !text.is_empty() => {
                Err(refused(by_file, format!("is set beside {variable}: keep one of them")))
            }
            (_, Some(path)) => read(&by_file, &path).map(Some),
            (text, None) => Ok(text.map(|text| Found { place: variable, text })),
        }
    }

    /// The first variable with the prefix that was not read.
    pub(super) fn unknown(&self) -> Option<&str> {
        self.variables.keys().map(String::as_str).find(|name| !is_service_variable(name))
    }

    /// A variable that would name one of the `known` settings in upper case.
    pub(super) fn in_other_letters(&self, known: &[&str]) -> Option<&str> {
        self.foreign.keys().map(String::as_str).find(|name| {
            let capitals = name.to_ascii_uppercase();
            capitals.starts_with(PREFIX) && known.contains(&setting(&capitals).0.as_str())
        })
    }

    /// The variables that are ignored, because Kubernetes sets variables of this form.
    pub(super) fn ignored(&self) -> Vec<String> {
        self.variables.keys().filter(|name| is_service_variable(name)).cloned().collect()
    }
}

/// The variable of a setting.
pub(super) fn variable(setting: &str) -> String {
    format!("{PREFIX}{}", setting.to_ascii_uppercase())
}

/// The setting that a variable's name spells, and its suffix: `_FILE` or nothing.
pub(super) fn setting(variable: &str) -> (String, &'static str) {
    let capitals = variable.to_ascii_uppercase();
    let name = capitals.strip_prefix(PREFIX).unwrap_or(&capitals);
    match name.strip_suffix(FILE) {
        Some(name) => (name.to_ascii_lowercase(), FILE),
        None => (name.to_ascii_lowercase(), ""),
    }
}

/// Whether Kubernetes sets a variable of this name for a Service named `hallpass` or `hallpass-…`.
fn is_service_variable(name: &str) -> bool {
    let Some(name) = name.strip_prefix(PREFIX) else { return false };
    let is_plain = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let words: Vec<&str> = name.split('_').collect();
    let names_port = || words.windows(2).any(|pair| pair == ["SERVICE", "PORT"]);
    let is_port =
        |port: &str, protocol: &str| port.parse::<u16>().is_ok() && ["TCP", "UDP", "SCTP"].contains(&protocol);
    is_plain
        && match words.as_slice() {
            [.., "SERVICE", "HOST"] | [.., "PORT"] => true,
            [.., "PORT", port, protocol] | [.., "PORT", port, protocol, "ADDR" | "PROTO"]
                if is_port(port, protocol) =>
            {
                true
            }
            _ => names_port(),
        }
}

/// Reads the file that a variable names.
fn read(variable: &str, path: &str) -> Result<Found, ConfigError> {
    let failed = |problem: String| refused(variable.to_owned(), format!("names {path}, which {problem}"));
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| failed(format!("cannot be read: {}", owner::explain(Path::new(path), &error))))?;
    match trimmed(&text) {
        _ if text.len() as u64 > MAX_FILE_BYTES => Err(failed("is larger than 1 MiB".to_owned())),
        "" => Err(failed("is empty".to_owned())),
        text => Ok(Found { place: format!("{variable} ({path})"), text: text.to_owned() }),
    }
}

fn decode(name: &str, value: &OsString) -> Result<String, ConfigError> {
    let text = value.to_str().ok_or_else(|| refused(name.to_owned(), "is not UTF-8 text".to_owned()))?;
    Ok(trimmed(text).to_owned())
}

fn refused(place: String, problem: String) -> ConfigError {
    ConfigError::Value { place, problem }
}

#[cfg(test)]
mod tests {
    use super::is_service_variable;

    #[test]
    fn variables_that_kubernetes_sets_are_not_settings() {
        for name in [
            "HALLPASS_SERVICE_HOST",
            "HALLPASS_SERVICE_PORT",
            "HALLPASS_SERVICE_PORT_HTTP",
            "HALLPASS_SERVICE_PORT_HTTP_ALT",
            "HALLPASS_PORT",
            "HALLPASS_PORT_80_TCP",
            "HALLPASS_PORT_80_TCP_ADDR",
            "HALLPASS_PORT_80_TCP_PORT",
            "HALLPASS_PORT_80_TCP_PROTO",
            "HALLPASS_PORT_53_UDP",
            "HALLPASS_PORT_53_UDP_ADDR",
            "HALLPASS_METRICS_SERVICE_HOST",
            "HALLPASS_METRICS_SERVICE_PORT_METRICS",
            "HALLPASS_METRICS_PORT",
            "HALLPASS_METRICS_PORT_9464_TCP_PROTO",
            "HALLPASS_V2_BLUE_PORT_3000_SCTP",
        ] {
            assert!(is_service_variable(name), "{name}");
        }
        for name in [
            "HALLPASS_LISTEN",
            "HALLPASS_ISSUER",
            "HALLPASS_REPORT",
            "HALLPASS_PORTS",
            "HALLPASS_PORT_HTTP",
            "HALLPASS_PORT_80_HTTP",
            "HALLPASS_PORT_99999_TCP",
            "HALLPASS_PORT_80_TCP_NAME",
            "HALLPASS_SERVICE",
            "HALLPASS_HOST",
            "HALLPASS_port",
            "PORT",
        ] {
            assert!(!is_service_variable(name), "{name}");
        }
    }
}
