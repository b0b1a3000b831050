//! What the process was given: its environment, and the `.env` file beside it.
//!
//! Read once, and passed on as a value: the process environment is never changed, so tests run
//! side by side. Only values that belong to a setting are kept; of everything else only the name,
//! by which a misspelt setting is noticed.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt, io,
    path::Path,
};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::settings::{self, Setting};

/// The file that is read in the working directory.
const ENV_FILE: &str = ".env";

/// Settings as they were given, not yet understood.
#[derive(Default)]
pub struct Environment {
    values: BTreeMap<String, SecretString>,
    others: BTreeSet<String>,
}

/// The environment can't be read at all. Says where to look, never what stands there.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// `.env` is there and can't be opened.
    #[error(".env can't be read ({0})")]
    Unreadable(io::ErrorKind),
    /// `.env` holds a line that isn't `NAME=value`.
    #[error(
        ".env has a line that can't be understood, after {after}; values with spaces, # or $ belong in single quotes"
    )]
    Malformed {
        /// The last name that was understood.
        after: String,
    },
    /// A value isn't Unicode text.
    #[error("{0} isn't UTF-8 text")]
    NotUnicode(String),
}

impl Environment {
    /// Reads the process environment, and `.env` for what it doesn't hold.
    pub fn from_process() -> Result<Self, EnvironmentError> {
        Self::read(std::env::vars_os(), Path::new(ENV_FILE))
    }

    /// Takes settings from a list. The first of two with the same name wins.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut environment = Self::default();
        for (name, value) in pairs {
            environment.add(name.into(), value.into());
        }
        environment
    }

    fn read(
        process: impl Iterator<Item = (OsString, OsString)>,
        file: &Path,
    ) -> Result<Self, EnvironmentError> {
        let mut environment = Self::default();
        for (name, value) in process {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.add(name, value),
                Err(_) if belongs_to_a_setting(&name) => {
                    return Err(EnvironmentError::NotUnicode(name));
                }
                Err(_) => {}
            }
        }
        environment.add_file(file)?;
        Ok(environment)
    }

    fn add_file(&mut self, file: &Path) -> Result<(), EnvironmentError> {
        let text = match std::fs::read(file) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(EnvironmentError::Unreadable(error.kind())),
        };
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
        let mut after = "its beginning".to_owned();
        for pair in dotenvy::from_read_iter(text) {
            // the error would quote the line, and with it the secret
            let Ok((name, value)) = pair else { return Err(EnvironmentError::Malformed { after }) };
            after.clone_from(&name);
            self.add(name, value);
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: String) {
        if belongs_to_a_setting(&name) {
            self.values.entry(name).or_insert_with(|| SecretString::from(value));
        } else {
            self.others.insert(name);
        }
    }

    /// Whether somebody meant to set this, be it to nothing.
    pub(super) fn mentions(&self, setting: &Setting) -> bool {
        self.value(setting).is_some() || self.file(setting).is_some()
    }

    pub(super) fn value(&self, setting: &Setting) -> Option<&SecretString> {
        self.values.get(setting.name)
    }

    pub(super) fn file(&self, setting: &Setting) -> Option<&SecretString> {
        self.values.get(&format!("{setting}{FILE_SUFFIX}"))
    }

    /// The names that belong to no setting.
    pub(super) fn other_names(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }
}

/// Names only.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// What the name of a setting that is kept in a file ends with.
pub(super) const FILE_SUFFIX: &str = "_FILE";

fn belongs_to_a_setting(name: &str) -> bool {
    let name = name.strip_suffix(FILE_SUFFIX).unwrap_or(name);
    settings::all().any(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(process: &[(&str, &str)], file: &str) -> Result<Environment, EnvironmentError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(ENV_FILE);
        std::fs::write(&path, file).unwrap();
        let process = process.iter().map(|(name, value)| (name.into(), value.into()));
        Environment::read(process, &path)
    }

    #[test]
    fn the_process_wins_over_the_file() {
        let file = "\u{FEFF}# ours\nPORT=1\nREDIS_PREFIX='a $b #c'\nHOME=/nowhere\n";
        let environment = read(&[("PORT", "2"), ("PATH", "/bin")], file).unwrap();
        let value = |setting| environment.value(setting).map(ExposeSecret::expose_secret);
        assert_eq!(value(&settings::PORT), Some("2"));
        assert_eq!(value(&settings::REDIS_PREFIX), Some("a $b #c"));
        assert_eq!(environment.other_names().collect::<Vec<_>>(), ["HOME", "PATH"]);
    }

    #[test]
    fn a_broken_line_is_not_quoted() {
        let error = read(&[], "PORT=1\nDISCORD_TOKEN hush-hush\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            ".env has a line that can't be understood, after PORT; values with spaces, # or $ belong in single quotes"
        );
    }

    #[test]
    fn no_file_is_no_error() {
        let read = Environment::read(std::iter::empty(), Path::new("/nowhere/.env")).unwrap();
        assert!(read.values.is_empty());
    }

    #[test]
    fn an_environment_prints_names_only() {
        let environment = read(&[("DISCORD_TOKEN", "hush-hush")], "").unwrap();
        assert_eq!(format!("{environment:?}"), r#"{"DISCORD_TOKEN"}"#);
    }
}
