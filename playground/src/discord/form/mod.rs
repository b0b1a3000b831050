//! What Discord takes and refuses, beyond what its `OpenAPI` document says.
//!
//! Refusals have code 50035 and name each wrong place of the body, nested as the body is.

mod commands;
mod components;
mod embeds;
mod message;
mod modal;
mod names;

use std::ops::RangeInclusive;

use serde_json::{Value, json};

pub(super) use self::{
    commands::check_commands,
    message::{Sender, check_edit, check_message},
    modal::check_modal,
    names::check_webhook_name,
};
use super::rest::Refusal;

/// The problems found in a body so far.
#[derive(Debug, Default)]
pub(super) struct Form {
    errors: Value,
}

impl Form {
    /// Notes a problem at a place such as `embeds.0.title`.
    pub(super) fn wrong(&mut self, place: &str, code: &str, message: impl Into<String>) {
        let mut node = &mut self.errors;
        for key in place.split('.').filter(|key| !key.is_empty()) {
            node = &mut node[key];
        }
        let problem = json!({"code": code, "message": message.into()});
        match &mut node["_errors"] {
            Value::Array(problems) => problems.push(problem),
            unset => *unset = json!([problem]),
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

    /// Refuses the body if anything was wrong in it.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_null() { Ok(()) } else { Err(Refusal::invalid_form(self.errors)) }
    }
}

/// A list's items; none if it is no list.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
