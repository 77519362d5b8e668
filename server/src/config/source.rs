//! Reads settings from the file and from the environment, which overrides the file. Each setting is read once, by the
//! same rules in both; names that no setting has are errors.

use std::{collections::BTreeMap, ffi::OsString, io::ErrorKind, path::PathBuf};

use toml::Table;

use super::{
    ConfigError, DEFAULT_FILE,
    environment::{self, Environment, Found},
    owner,
    value::{Empty, SettingValue, without_surrounding_space},
};

pub(super) struct Source {
    file: PathBuf,
    table: Table,
    environment: Environment,
    /// The names of all settings that were read. Complete once the configuration is read.
    known: Vec<&'static str>,
    /// The place of each setting that is set.
    places: BTreeMap<&'static str, String>,
}

impl Source {
    /// Reads the file, which must exist if it was given, and sorts the environment variables.
    pub(super) fn open(
        file: Option<PathBuf>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let is_named = file.is_some();
        let file = file.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !is_named => String::new(),
            Err(error) => return Err(ConfigError::File { problem: owner::explain(&file, &error), path: file }),
        };
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let table = text
            .parse::<Table>()
            .map_err(|error| ConfigError::File { path: file.clone(), problem: describe_syntax(text, &error) })?;
        let environment = Environment::new(environment);
        Ok(Self { file, table, environment, known: Vec::new(), places: BTreeMap::new() })
    }

    /// A variable of another program.
    pub(super) fn foreign(&self, name: &str) -> Result<Option<String>, ConfigError> {
        self.environment.foreign(name)
    }

    /// Replaces the field if the setting is set.
    pub(super) fn read<T: SettingValue>(&mut self, name: &'static str, field: &mut T) -> Result<(), ConfigError> {
        if let Some(value) = self.take(name)? {
            *field = value;
        }
        Ok(())
    }

    /// The value of a setting, if it is set.
    pub(super) fn take<T: SettingValue>(&mut self, name: &'static str) -> Result<Option<T>, ConfigError> {
        self.known.push(name);
        let is_set = |text: &str| !text.is_empty() || T::EMPTY == Empty::Rejected;
        let variable = self.environment.take(name)?.filter(|found| is_set(&found.text));
        let value = self.table.remove(name).map(without_surrounding_space);
        let value = value.filter(|value| value.as_str().is_none_or(is_set));
        let (place, is_empty, read) = match (variable, value) {
            (Some(Found { place, text }), _) => (place, text.is_empty(), T::from_text(&text)),
            (None, Some(value)) => {
                (format!("{name} in {}", self.file.display()), value.as_str() == Some(""), T::from_toml(&value))
            }
            (None, None) => return Ok(None),
        };
        self.places.insert(name, place.clone());
        let read = if is_empty { Err("is empty; set a value, or remove it".to_owned()) } else { read };
        read.map(Some).map_err(|problem| ConfigError::Value { place, problem })
    }

    /// The place where a setting is set.
    pub(super) fn place(&self, name: &str) -> Option<String> {
        self.places.get(name).cloned()
    }

    /// The error for a setting's value, with the place where it is set.
    pub(super) fn error(&self, name: &str, problem: String) -> ConfigError {
        ConfigError::Value { place: self.place(name).unwrap_or_else(|| name.to_owned()), problem }
    }

    /// The names of all settings that were read.
    #[cfg(test)]
    pub(super) fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// The variables that are ignored, because Kubernetes sets variables of this form.
    pub(super) fn ignored(&self) -> Vec<String> {
        self.environment.ignored()
    }

    /// Rejects variables and keys that are not settings.
    pub(super) fn finish(&self) -> Result<(), ConfigError> {
        let in_other_letters = || self.environment.in_other_letters(&self.known);
        if let Some(variable) = self.environment.unknown().or_else(in_other_letters) {
            let (name, end) = environment::setting(variable);
            let hint = self.hint(&name, |name| format!("{}{end}", environment::variable(name)));
            // An unknown name may contain any character; it is escaped to stay on one line.
            let place = format!("{} in the environment", variable.escape_debug());
            return Err(ConfigError::Unknown { place, hint });
        }
        match self.table.keys().next() {
            Some(key) => {
                let (name, _) = environment::setting(key);
                let place = format!("{} in {}", key.escape_debug(), self.file.display());
                Err(ConfigError::Unknown { place, hint: self.hint(&name, str::to_owned) })
            }
            None => Ok(()),
        }
    }

    fn hint(&self, name: &str, spelling: impl Fn(&str) -> String) -> String {
        let similarity = |known: &&&str| strsim::jaro_winkler(name, known);
        let nearest = self.known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|known| similarity(known) > 0.85) {
            Some(known) => format!("; did you mean {}?", spelling(known)),
            None => "; docs/configuration.md and docs/settings.md list them all".to_owned(),
        }
    }
}

/// The byte order mark that some editors write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A value without surrounding white space, such as the line break at the end of a mounted secret.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches(BYTE_ORDER_MARK).trim()
}

/// A syntax error and its line number. The line itself is hidden, because it may contain a secret.
fn describe_syntax(text: &str, error: &toml::de::Error) -> String {
    let line = super::line_of(text, error);
    format!("line {line} is not TOML: {}", error.message())
}
