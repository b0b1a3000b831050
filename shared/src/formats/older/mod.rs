//! What older systems kept of a personality, as it is here.
//!
//! Nothing is dropped: what has no place of its own goes to the custom fields, and what could not be
//! taken as it was is a [`Change`].

pub mod shapes;
pub mod tzurot;

mod config;
mod lenient;
mod names;
mod profile;

use serde_json::Value;

use super::json::object;
use crate::personality::{Birthday, Definition, NoBirthday, PersonalityName};

pub use names::snake_case;

/// The custom field with the names that somebody else has already.
pub const LOST_ALIASES: &str = "lost_aliases";

/// A personality of an older system.
#[derive(Clone, Debug, PartialEq)]
pub struct Older {
    /// As it would be here.
    pub definition: Definition,
    /// What is not as it was.
    pub changes: Vec<Change>,
    /// How many fields of it have no place of their own, and went to the custom fields.
    pub kept_aside: usize,
    /// How many aliases it had, those that can't be used and those that were said twice included.
    pub aliases: usize,
    /// Other names that it may speak under, when somebody else has its own.
    pub spare_names: Vec<PersonalityName>,
}

/// Something about a personality that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Change {
    /// A number was outside its range.
    #[error("{field}: {from} was moved into its range, to {to}")]
    Clamped {
        /// Which.
        field: String,
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// Something can't be used here. It is kept in the custom fields.
    #[error("{field}: {why}; kept in custom_fields")]
    SetAside {
        /// What.
        field: String,
        /// Why.
        why: String,
    },
    /// Something can't be kept here at all.
    #[error("{field}: {why}; left out")]
    LeftOut {
        /// What.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// A name can't be used.
    #[error("the name can't be used, because {why}; it is called {instead} now")]
    Renamed {
        /// Why not.
        why: String,
        /// The name instead.
        instead: String,
    },
    /// An alias can't be used. It is kept in `lost_aliases`.
    #[error("the alias {alias} can't be used, because {why}; kept in lost_aliases")]
    Alias {
        /// Which.
        alias: String,
        /// Why not.
        why: String,
    },
}

/// Adds names to the `lost_aliases` of a personality, each once.
pub fn lose(definition: &mut Definition, names: impl IntoIterator<Item = String>) {
    let mut lost = lost_aliases(definition);
    for name in names {
        if !lost.contains(&name) {
            lost.push(name);
        }
    }
    set_lost_aliases(definition, lost);
}

/// The names that somebody else has already.
#[must_use]
pub fn lost_aliases(definition: &Definition) -> Vec<String> {
    let lost = definition.custom_fields.get(LOST_ALIASES).and_then(Value::as_array);
    lost.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Sets what is still lost.
pub fn set_lost_aliases(definition: &mut Definition, lost: Vec<String>) {
    if lost.is_empty() {
        definition.custom_fields.remove(LOST_ALIASES);
    } else {
        definition.custom_fields.insert(LOST_ALIASES.into(), lost.into());
    }
}

/// Why a text is no line for failures here.
#[derive(Debug, thiserror::Error)]
#[error("it is longer than a message may be")]
struct TooLong;

/// The line for failures, if it fits.
fn error_message(text: &str) -> Result<String, TooLong> {
    if text.encode_utf16().count() <= 1500 { Ok(text.to_owned()) } else { Err(TooLong) }
}

/// A day, also with a time behind it.
fn birthday(text: &str) -> Result<Birthday, NoBirthday> {
    text.split(['T', ' ']).next().unwrap_or_default().parse()
}
