//! What Discord takes and refuses, beyond what its `OpenAPI` document says.
//!
//! Refusals have code 50035 and name each wrong place of the body, nested as the body is.

mod commands;
mod components;
mod embeds;
mod inputs;
mod layout;
mod message;
mod modal;
mod names;
mod options;
mod selects;

use std::ops::RangeInclusive;

use serde_json::{Value, json};

pub(super) use self::{
    commands::{check_command, check_commands},
    message::{COMPONENTS_V2, SUPPRESS_EMBEDS, Sender, check_edit, check_message},
    modal::check_modal,
    names::check_webhook_name,
};
use super::rest::Refusal;

/// The problems found in a body so far.
#[derive(Debug, Default)]
pub(super) struct Form {
    errors: Value,
    /// Where in the body that stands which is checked.
    root: &'static str,
}

impl Form {
    /// A form for what stands at this place of the body: `data` in the answer to an interaction.
    pub(super) fn at(root: &'static str) -> Self {
        Self { root, ..Self::default() }
    }

    /// Notes a problem at a place such as `embeds.0.title`. A place has problems of its own or
    /// problems further in, never both: what is wrong as a whole is not looked into.
    pub(super) fn wrong(&mut self, place: &str, code: &str, message: impl Into<String>) {
        let mut node = &mut self.errors;
        for key in self.root.split('.').chain(place.split('.')).filter(|key| !key.is_empty()) {
            if node.get("_errors").is_some() {
                return;
            }
            node = &mut node[key];
        }
        let problem = json!({"code": code, "message": message.into()});
        match node {
            Value::Null => *node = json!({"_errors": [problem]}),
            Value::Object(fields) => {
                if let Some(Value::Array(problems)) = fields.get_mut("_errors")
                    && !problems.contains(&problem)
                {
                    problems.push(problem);
                }
            }
            _ => {}
        }
    }

    /// Checks a text's length in characters. Nothing is said about what is no text.
    pub(super) fn length(&mut self, place: &str, value: &Value, allowed: RangeInclusive<usize>) {
        let Some(text) = value.as_str() else { return };
        let length = text.chars().count();
        if !allowed.contains(&length) {
            let (least, most) = allowed.into_inner();
            self.wrong(
                place,
                "BASE_TYPE_BAD_LENGTH",
                format!("Must be between {least} and {most} in length."),
            );
        }
    }

    /// Checks a text that must be there.
    pub(super) fn required_length(
        &mut self,
        place: &str,
        value: &Value,
        allowed: RangeInclusive<usize>,
    ) {
        if value.is_string() {
            self.length(place, value, allowed);
        } else {
            self.wrong(place, "BASE_TYPE_REQUIRED", "This field is required");
        }
    }

    /// Checks how many items a list has.
    pub(super) fn count(&mut self, place: &str, list: &[Value], most: usize) {
        if list.len() > most {
            self.wrong(
                place,
                "BASE_TYPE_MAX_LENGTH",
                format!("Must be {most} or fewer in length."),
            );
        }
    }

    /// Checks how many items a list has that must be there.
    pub(super) fn required_count(
        &mut self,
        place: &str,
        list: &Value,
        allowed: RangeInclusive<usize>,
    ) {
        if !list.is_array() {
            return self.wrong(place, "BASE_TYPE_REQUIRED", "This field is required");
        }
        if !allowed.contains(&items(list).len()) {
            let (least, most) = allowed.into_inner();
            let message = format!("Must be between {least} and {most} in length.");
            self.wrong(place, "BASE_TYPE_BAD_LENGTH", message);
        }
    }

    /// Checks a number. Nothing is said about what is no number.
    pub(super) fn number(&mut self, place: &str, value: &Value, allowed: RangeInclusive<u64>) {
        if value.is_number() && !value.as_u64().is_some_and(|number| allowed.contains(&number)) {
            let (least, most) = allowed.into_inner();
            let message = format!("int value should be between {least} and {most}.");
            self.wrong(place, "NUMBER_TYPE_MAX", message);
        }
    }

    /// Notes that a kind is none of those that may stand at a place.
    pub(super) fn not_among(&mut self, place: &str, kinds: &str) {
        let message = format!("Value must be one of {{{kinds}}}.");
        self.wrong(place, "BASE_TYPE_CHOICES", message);
    }

    /// Refuses the body if anything was wrong in it.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_null() { Ok(()) } else { Err(Refusal::invalid_form(self.errors)) }
    }
}

/// A list's items; none if it is no list.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
