//! What is wrong with the settings, all of it at once.

use std::{fmt, io};

use super::{environment::FILE_SUFFIX, settings::Setting};

/// The settings can't be used. Lists every problem, so that one start finds them all.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// One by one, in the order of the list of settings.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings can't be used:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// One thing that is wrong with one setting. Never contains its value.
#[derive(Debug, thiserror::Error)]
#[error("{setting} {fault}. Example: {setting}={}", .setting.example)]
pub struct Problem {
    /// Which setting to change.
    pub setting: &'static Setting,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong with a setting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Set it.
    #[error("is not set, but {0}")]
    Missing(&'static str),
    /// Set it to something.
    #[error("is empty, but {0}")]
    Empty(&'static str),
    /// Take one of the two away.
    #[error("is given twice, with and without {FILE_SUFFIX}: keep one")]
    Twice,
    /// Its file is not there, or not ours to read.
    #[error("comes from a file ({FILE_SUFFIX}) that can't be read ({0})")]
    File(io::ErrorKind),
    /// Its value isn't one.
    #[error("{0}")]
    Malformed(String),
}

impl From<&str> for Fault {
    fn from(what: &str) -> Self {
        Self::Malformed(what.to_owned())
    }
}

/// Something the settings leave open that whoever runs this should know: to be logged as a
/// warning once logging runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// A name that looks like one of ours and isn't.
    #[error("{name} is no setting; is {closest} meant?")]
    Unknown {
        /// The name as it was given.
        name: String,
        /// The setting that is spelt most like it.
        closest: &'static str,
    },
    /// The master key was found in the data directory, next to the data it seals.
    #[error(
        "APP_MASTER_KEY is not set: using the one in DATA_DIR, which lies beside the database it protects; move it elsewhere and point APP_MASTER_KEY_FILE at it"
    )]
    MasterKeyBesideData,
    /// No database was named, so a file is used.
    #[error("DATABASE_URL is not set: using SQLite, {0} in DATA_DIR")]
    DefaultDatabase(&'static str),
    /// `--local` was asked for although a real setting is there.
    #[error("{0} is set but not used: this is the local Discord")]
    LeftAside(&'static str),
}
