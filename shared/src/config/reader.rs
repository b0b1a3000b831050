//! Reads settings one by one and remembers what was wrong, instead of stopping at the first.
//!
//! A setting that can't be used is noted and stands in for its default, so that reading goes on;
//! [`Reader::finish`] then gives out the problems, and never the half-right result.

use std::{fs, io, path::Path};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{
    environment::Environment,
    misspelt,
    problem::{ConfigError, Fault, Notice, Problem},
    settings::{self, Setting},
};

pub(super) struct Reader<'a> {
    environment: &'a Environment,
    problems: Vec<Problem>,
    notices: Vec<Notice>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        let notices = environment.other_names().filter_map(misspelt::notice).collect();
        Self { environment, problems: Vec::new(), notices }
    }

    /// Another reader of the same settings, whose findings are forgotten: for what was read and
    /// judged before.
    pub(super) const fn aside(&self) -> Self {
        Self { environment: self.environment, problems: Vec::new(), notices: Vec::new() }
    }

    /// The result, if all of it could be used.
    pub(super) fn finish<T>(
        mut self,
        build: impl FnOnce(Vec<Notice>) -> Option<T>,
    ) -> Result<T, ConfigError> {
        if self.problems.is_empty() {
            return build(self.notices).ok_or_else(|| ConfigError::new(Vec::new()));
        }
        self.problems.sort_by_key(|problem| {
            settings::all().position(|setting| setting.name == problem.setting.name)
        });
        Err(ConfigError::new(self.problems))
    }

    pub(super) fn problem(&mut self, setting: &'static Setting, fault: impl Into<Fault>) {
        self.problems.push(Problem { setting, fault: fault.into() });
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    pub(super) fn mentions(&self, setting: &Setting) -> bool {
        self.environment.mentions(setting)
    }

    /// The value, or what the setting is when it isn't set.
    pub(super) fn value<T: Default>(
        &mut self,
        setting: &'static Setting,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> T {
        self.optional(setting, &parse).or_else(|| parse(setting.default?).ok()).unwrap_or_default()
    }

    /// The value, if there is one.
    pub(super) fn optional<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let given = self.given(setting)?;
        match parse(given.expose_secret()) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.problem(setting, fault);
                None
            }
        }
    }

    /// The value of a setting that this process can't do without; `because` ends "is not set, but".
    pub(super) fn required<T>(
        &mut self,
        setting: &'static Setting,
        because: &'static str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let known = self.problems.len();
        let value = self.optional(setting, parse);
        if value.is_none() && self.problems.len() == known {
            let empty = self.mentions(setting);
            let fault = if empty { Fault::Empty(because) } else { Fault::Missing(because) };
            self.problem(setting, fault);
        }
        value
    }

    /// What was given, without the white space around it. Compose files pass on unset variables as
    /// empty ones, so empty is as good as unset.
    fn given(&mut self, setting: &'static Setting) -> Option<SecretString> {
        let value = self.environment.value(setting).cloned();
        let file = self.environment.file(setting);
        let value = match (value.filter(is_filled), file.filter(|path| is_filled(path))) {
            (Some(_), Some(_)) => {
                self.problem(setting, Fault::Twice);
                return None;
            }
            (Some(value), None) => value,
            (None, Some(path)) => match read_secret(Path::new(path.expose_secret().trim())) {
                Ok(value) => value,
                Err(kind) => {
                    self.problem(setting, Fault::File(kind));
                    return None;
                }
            },
            (None, None) => return None,
        };
        let trimmed = value.expose_secret().trim();
        (!trimmed.is_empty()).then(|| SecretString::from(trimmed))
    }
}

/// A file's text. Its error is the kind alone: the path may be a secret, set by mistake.
pub(super) fn read_secret(path: &Path) -> Result<SecretString, io::ErrorKind> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| error.kind())?);
    Ok(SecretString::from(text.as_str()))
}

fn is_filled(value: &SecretString) -> bool {
    !value.expose_secret().trim().is_empty()
}
