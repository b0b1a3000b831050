//! The texts of which older systems made a prompt.

use serde_json::{Map, Value};

use crate::formats::sections::{Section, join};

/// The headings under which the texts follow the prompt proper, in this order. Where a system has
/// none of a text, or an empty one, heading and text are left out.
const HEADINGS: [&str; 9] = [
    "Character",
    "Traits",
    "Tone",
    "Age",
    "Appearance",
    "Likes",
    "Dislikes",
    "Conversational goals",
    "Conversational examples",
];

/// The prompt proper, and the fields with the texts for [`HEADINGS`].
pub(super) fn prompt(
    first: Option<&str>,
    fields: &Map<String, Value>,
    names: [&str; HEADINGS.len()],
) -> String {
    let texts: Vec<String> =
        names.iter().map(|name| fields.get(*name).map(text).unwrap_or_default()).collect();
    let first = Section { heading: None, text: first.unwrap_or_default() };
    let rest =
        HEADINGS.iter().zip(&texts).map(|(heading, text)| Section { heading: Some(heading), text });
    join(std::iter::once(first).chain(rest))
}

/// A text as it is; a list of texts on lines of their own.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
