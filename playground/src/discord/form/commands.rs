//! The limits of commands.

use std::collections::HashSet;

use serde_json::Value;

use super::{Form, items};
use crate::discord::rest::Refusal;

/// A command with its options and choices has at most this many characters.
const ALL_TOGETHER: usize = 8_000;
/// Options that hold options: a sub command and a group of them.
const HOLDS_OPTIONS: [u64; 2] = [1, 2];

/// Checks a list of commands as `PUT` replaces them.
pub(in crate::discord) fn check_commands(commands: &[Value]) -> Result<(), Refusal> {
    let mut form = Form::default();
    let mut names = HashSet::new();
    for (at, command) in commands.iter().enumerate() {
        check_command(&mut form, &at.to_string(), command);
        if !names.insert((command["type"].as_u64().unwrap_or(1), command["name"].as_str())) {
            let message = "Application command names must be unique";
            form.wrong(&at.to_string(), "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
    }
    form.finish()
}

fn check_command(form: &mut Form, place: &str, command: &Value) {
    if matches!(command["type"].as_u64(), Some(2 | 3)) {
        form.required_length(&format!("{place}.name"), &command["name"], 1..=32);
        form.length(&format!("{place}.description"), &command["description"], 0..=0);
        return;
    }
    check_name(form, &format!("{place}.name"), &command["name"]);
    form.required_length(&format!("{place}.description"), &command["description"], 1..=100);
    check_options(form, place, items(&command["options"]));
    if characters(command) > ALL_TOGETHER {
        form.wrong(place, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
    }
}

fn check_options(form: &mut Form, place: &str, options: &[Value]) {
    form.count(&format!("{place}.options"), options, 25);
    let mut names = HashSet::new();
    let mut optional_seen = false;
    for (at, option) in options.iter().enumerate() {
        let place = format!("{place}.options.{at}");
        check_name(form, &format!("{place}.name"), &option["name"]);
        form.required_length(&format!("{place}.description"), &option["description"], 1..=100);
        check_choices(form, &place, option);
        check_options(form, &place, items(&option["options"]));
        if !names.insert(option["name"].as_str()) {
            let message = "Option names must be unique";
            form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message);
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        let takes_value = option["type"].as_u64().is_none_or(|kind| !HOLDS_OPTIONS.contains(&kind));
        optional_seen |= takes_value && !required;
    }
}

fn check_choices(form: &mut Form, place: &str, option: &Value) {
    let choices = items(&option["choices"]);
    form.count(&format!("{place}.choices"), choices, 25);
    for (at, choice) in choices.iter().enumerate() {
        form.required_length(&format!("{place}.choices.{at}.name"), &choice["name"], 1..=100);
        form.length(&format!("{place}.choices.{at}.value"), &choice["value"], 0..=100);
    }
    if option["autocomplete"] == true && !choices.is_empty() {
        let message = "Choices and autocomplete exclude each other";
        form.wrong(place, "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message);
    }
}

/// `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where there is one.
fn check_name(form: &mut Form, place: &str, name: &Value) {
    let text = name.as_str().unwrap_or_default();
    let fits = |c: char| {
        let signs = matches!(c, '-' | '_' | '\'' | '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e7f}');
        (signs || c.is_alphanumeric()) && !c.is_uppercase()
    };
    if !(1..=32).contains(&text.chars().count()) || !text.chars().all(fits) {
        form.wrong(place, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
}

/// The characters of all names, descriptions and values.
fn characters(command: &Value) -> usize {
    let own: usize = ["name", "description", "value"]
        .iter()
        .filter_map(|key| command[key].as_str())
        .map(|text| text.chars().count())
        .sum();
    let inside = ["options", "choices"].into_iter().flat_map(|key| items(&command[key]));
    own + inside.map(characters).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(command: Value) -> bool {
        check_commands(&[command]).is_err()
    }

    #[test]
    fn names_are_lower_case_words() {
        assert!(!refused(json!({"name": "wallet-set", "description": "x"})));
        assert!(!refused(json!({"name": "größe", "description": "x"})));
        for name in ["Wallet", "two words", "", "a".repeat(33).as_str()] {
            assert!(refused(json!({"name": name, "description": "x"})), "{name}");
        }
    }

    #[test]
    fn a_slash_command_needs_a_description_and_a_menu_command_none() {
        assert!(refused(json!({"name": "a", "description": ""})));
        assert!(!refused(json!({"name": "Read this", "type": 3})));
    }

    #[test]
    fn required_options_come_first() {
        let option = |name: &str, required| json!({"type": 3, "name": name, "description": "x", "required": required});
        let command = |options: Value| json!({"name": "a", "description": "x", "options": options});
        assert!(refused(command(json!([option("a", false), option("b", true)]))));
        assert!(!refused(command(json!([option("a", true), option("b", false)]))));
    }
}
