//! A card's texts as one system prompt.
//!
//! In this order: `system_prompt`; then under headings `description`, `personality`, `scenario`,
//! `mes_example` and `post_history_instructions`. What is empty is left out, and a description that
//! comes first stands without its heading. `{{original}}` in a card stands for the prompt of the
//! program that reads it; we have none, so it goes. `{{user}}` and `{{char}}` stay: they are replaced
//! when the prompt is used.
//!
//! Back into a card: a prompt that nobody changed changes nothing in it. A changed one is taken
//! apart at the headings, and each text goes to the field that it came from. If it can't be taken
//! apart so that it would read the same again, it becomes the description as a whole, and the other
//! five are emptied.

use serde_json::{Map, Value};

use crate::formats::{
    json::JsonProblem,
    sections::{Section, join, split},
};

/// The fields in the order of the prompt, each with its heading.
const FIELDS: [(&str, &str); 5] = [
    ("description", "Description"),
    ("personality", "Personality"),
    ("scenario", "Scenario"),
    ("mes_example", "Example dialogue"),
    ("post_history_instructions", "Final instructions"),
];
/// What comes before them.
const FIRST: &str = "system_prompt";

/// The six texts of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    system_prompt: String,
    rest: [String; FIELDS.len()],
}

impl Texts {
    /// As they stand in the card.
    pub(super) fn of(data: &Map<String, Value>) -> Result<Self, JsonProblem> {
        let text = |field: &'static str| match data.get(field) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(JsonProblem::Field { field, expected: "a text" }),
        };
        let mut texts = Self { system_prompt: text(FIRST)?, ..Self::default() };
        for (slot, (field, _)) in texts.rest.iter_mut().zip(FIELDS) {
            *slot = text(field)?;
        }
        Ok(texts)
    }

    /// One prompt of all.
    pub(super) fn prompt(&self) -> String {
        let used = self.used();
        let comes_first = used.system_prompt.trim().is_empty();
        let first = Section { heading: None, text: &used.system_prompt };
        let rest = FIELDS.iter().zip(&used.rest).map(|((field, heading), text)| {
            let bare = *field == "description" && comes_first;
            Section { heading: (!bare).then_some(*heading), text }
        });
        join(std::iter::once(first).chain(rest))
    }

    /// The texts of which `prompt` is made: these, as far as they did not change.
    pub(super) fn changed_to(&self, prompt: &str) -> Self {
        if self.prompt() == prompt {
            return self.clone();
        }
        let parted = self.parted(prompt);
        if parted.prompt() == prompt {
            return parted;
        }
        let mut whole = Self::default();
        prompt.clone_into(&mut whole.rest[0]);
        whole
    }

    fn parted(&self, prompt: &str) -> Self {
        let used = self.used();
        let (first, texts) = split(prompt, &FIELDS.map(|(_, heading)| heading));
        let mut parted = Self::default();
        for (slot, text) in parted.rest.iter_mut().zip(&texts) {
            text.unwrap_or_default().clone_into(slot);
        }
        if texts[0].is_none() && used.system_prompt.trim().is_empty() {
            first.clone_into(&mut parted.rest[0]);
        } else {
            first.clone_into(&mut parted.system_prompt);
        }
        // what reads the same stays as it was written, `{{original}}` and empty lines included
        keep(&mut parted.system_prompt, &used.system_prompt, &self.system_prompt);
        for (new, (used, old)) in parted.rest.iter_mut().zip(used.rest.iter().zip(&self.rest)) {
            keep(new, used, old);
        }
        parted
    }

    /// The texts as a prompt takes them.
    fn used(&self) -> Self {
        let used = |text: &String| text.replace("{{original}}", "");
        Self { system_prompt: used(&self.system_prompt), rest: self.rest.each_ref().map(used) }
    }

    /// Each field with its text.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let rest = FIELDS.iter().zip(&self.rest).map(|((field, _), text)| (*field, text.as_str()));
        std::iter::once((FIRST, self.system_prompt.as_str())).chain(rest)
    }
}

fn keep(new: &mut String, used: &str, old: &str) {
    let both_empty = new.trim().is_empty() && used.trim().is_empty();
    if new == used || both_empty {
        old.clone_into(new);
    }
}
