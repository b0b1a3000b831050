//! The forms, by their custom ids.
//!
//! An id is fixed and versioned and holds all that is needed, so a form that was opened before a
//! restart can be sent after it. That of an edit says what it is based on.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use shared::ids::PersonalityId;

use super::fields::{
    ADVANCED, ALIASES, BIRTHDAY, Cuts, ERROR_MESSAGE, Fields, MAX_FIELD, MAX_FIELDS, NAME,
    prompt_field,
};
use crate::{
    rest::{Modal, TextInput, TextStyle},
    texts::personality::forms as texts,
};

const PREFIX: &str = "personality-form:v1:";

/// A form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For a new one.
    Create {
        /// Whether everybody will see it.
        is_public: bool,
    },
    /// For a part of one that is there.
    Edit {
        /// Which part.
        section: Section,
        /// Whom.
        id: PersonalityId,
        /// What the form showed, by the time of that change.
        based_on: DateTime<Utc>,
        /// What of a prompt was cut away between the fields.
        cuts: Cuts,
    },
}

/// A part of a personality that fits into a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Names and small things.
    About,
    /// The system prompt.
    Prompt,
    /// Advanced parameters.
    Advanced,
}

/// A custom id that no form of this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no form of ours has this id")]
pub(crate) struct UnknownForm;

impl Section {
    const ALL: [Self; 3] = [Self::About, Self::Prompt, Self::Advanced];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Prompt => "prompt",
            Self::Advanced => "advanced",
        }
    }

    pub(super) fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.as_str() == text)
    }
}

impl Form {
    /// Under which name what was typed into it is kept: without what it was based on.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Create { is_public: true } => "create-public",
            Self::Create { is_public: false } => "create-private",
            Self::Edit { section, .. } => section.as_str(),
        }
    }

    /// The form with `filled` in its fields.
    pub(super) fn modal(self, filled: &Fields) -> Modal {
        let (title, fields) = match self {
            Self::Create { .. } => (texts::CREATE_TITLE, create_fields(filled)),
            Self::Edit { section: Section::About, .. } => {
                (texts::ABOUT_TITLE, about_fields(filled))
            }
            Self::Edit { section: Section::Prompt, .. } => {
                (texts::PROMPT_TITLE, prompt_fields(filled))
            }
            Self::Edit { section: Section::Advanced, .. } => {
                (texts::ADVANCED_TITLE, vec![long(ADVANCED, texts::ADVANCED, filled, false)])
            }
        };
        Modal { custom_id: self.to_string(), title: title.to_owned(), fields }
    }
}

fn create_fields(filled: &Fields) -> Vec<TextInput> {
    let hint = TextInput {
        placeholder: Some(texts::PROMPT_HINT.to_owned()),
        ..long(&prompt_field(0), texts::PROMPT, filled, true)
    };
    vec![
        short(NAME, texts::NAME, filled, 100, true),
        short(ALIASES, texts::ALIASES, filled, 1000, false),
        hint,
        long(&prompt_field(1), texts::PROMPT_ON, filled, false),
        TextInput { length: (0, 1500), ..long(ERROR_MESSAGE, texts::ERROR_MESSAGE, filled, false) },
    ]
}

fn about_fields(filled: &Fields) -> Vec<TextInput> {
    vec![
        short(NAME, texts::NAME, filled, 100, true),
        TextInput { length: (0, 4000), ..long(ALIASES, texts::ALIASES, filled, false) },
        TextInput { length: (0, 1500), ..long(ERROR_MESSAGE, texts::ERROR_MESSAGE, filled, false) },
        short(BIRTHDAY, texts::BIRTHDAY, filled, 20, false),
    ]
}

/// As many fields as are filled, and one more to go on in.
fn prompt_fields(filled: &Fields) -> Vec<TextInput> {
    let parts = (filled.len() + 1).clamp(2, MAX_FIELDS);
    (0..parts)
        .map(|part| {
            let label = if part == 0 { texts::PROMPT } else { texts::PROMPT_ON };
            long(&prompt_field(part), label, filled, part == 0)
        })
        .collect()
}

fn short(name: &str, label: &str, filled: &Fields, most: u16, required: bool) -> TextInput {
    let value = filled.get(name).filter(|text| !text.is_empty()).cloned();
    TextInput {
        custom_id: name.to_owned(),
        label: label.to_owned(),
        style: TextStyle::Short,
        placeholder: None,
        value,
        length: (u16::from(required), most),
        required,
    }
}

fn long(name: &str, label: &str, filled: &Fields, required: bool) -> TextInput {
    let most = u16::try_from(MAX_FIELD).unwrap_or(u16::MAX);
    TextInput { style: TextStyle::Paragraph, ..short(name, label, filled, most, required) }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { .. } => write!(f, "{PREFIX}{}", self.name()),
            Self::Edit { section, id, based_on, cuts } => {
                write!(f, "{PREFIX}{}:{id}:{}", section.as_str(), based_on.timestamp_micros())?;
                if *cuts == Cuts::default() { Ok(()) } else { write!(f, ":{}", cuts.signs()) }
            }
        }
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let read = || {
            let rest = id.strip_prefix(PREFIX)?;
            match rest {
                "create-public" => return Some(Self::Create { is_public: true }),
                "create-private" => return Some(Self::Create { is_public: false }),
                _ => {}
            }
            let mut parts = rest.splitn(4, ':');
            let section = Section::from_stored(parts.next()?)?;
            let id = parts.next()?.parse().ok()?;
            let based_on = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
            let cuts = match parts.next() {
                Some(signs) => Cuts::from_signs(signs)?,
                None => Cuts::default(),
            };
            Some(Self::Edit { section, id, based_on, cuts })
        };
        let form = read().ok_or(UnknownForm)?;
        // only what we would write ourselves
        if form.to_string() == id { Ok(form) } else { Err(UnknownForm) }
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::{Clock, SystemClock};

    use super::*;

    fn all() -> Vec<Form> {
        let id = PersonalityId::new(&SystemClock);
        let based_on = SystemClock.now();
        let cuts = Cuts::of(&"one line\n".repeat(2_000));
        let edits = Section::ALL.map(|section| Form::Edit { section, id, based_on, cuts });
        let cuts = Cuts::of(&"ab ".repeat(5_000));
        let words = Form::Edit { section: Section::Prompt, id, based_on, cuts };
        let creates = [true, false].map(|is_public| Form::Create { is_public });
        creates.into_iter().chain(edits).chain([words]).collect()
    }

    #[test]
    fn a_form_reads_what_it_wrote_and_fits() {
        for form in all() {
            let id = form.to_string();
            assert_eq!(id.parse(), Ok(form));
            assert!(id.len() <= 100, "{id}");
            for wrong in [id.to_uppercase(), format!("{id}0 "), id.replace("v1", "v2")] {
                assert_eq!(wrong.parse::<Form>(), Err(UnknownForm), "{wrong}");
            }
        }
    }

    #[test]
    fn a_form_is_within_discords_limits() {
        let full: Fields = (0..9).map(|part| (prompt_field(part), "x".repeat(4000))).collect();
        for form in all() {
            for filled in [&Fields::new(), &full] {
                let modal = form.modal(filled);
                assert!((1..=5).contains(&modal.fields.len()));
                assert!(modal.title.chars().count() <= 45);
                for field in &modal.fields {
                    assert!(field.label.chars().count() <= 45, "{}", field.label);
                    let hint = field.placeholder.as_deref().unwrap_or_default();
                    assert!(hint.chars().count() <= 100, "{hint}");
                    assert!(field.length.1 <= 4000 && field.length.0 <= field.length.1);
                }
            }
        }
    }
}
