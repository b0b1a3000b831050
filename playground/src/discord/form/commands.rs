//! The limits of commands.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Form, items,
    options::{check_name, check_options},
};
use crate::discord::rest::Refusal;

/// A command with its options and choices has at most this many characters.
const ALL_TOGETHER: usize = 8_000;

/// Checks a list of commands as `PUT` replaces them.
pub(in crate::discord) fn check_commands(commands: &[Value]) -> Result<(), Refusal> {
    let mut form = Form::default();
    let mut names = HashSet::new();
    for (at, command) in commands.iter().enumerate() {
        let place = at.to_string();
        check_one(&mut form, &place, command);
        if !names.insert((command["type"].as_u64().unwrap_or(1), command["name"].as_str())) {
            let message = "Application command names must be unique";
            form.wrong(&place, "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
    }
    form.finish()
}

/// Checks a command that is sent by itself.
pub(in crate::discord) fn check_command(command: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    check_one(&mut form, "", command);
    form.finish()
}

fn check_one(form: &mut Form, place: &str, command: &Value) {
    match command["type"].as_u64().unwrap_or(1) {
        1 => check_slash(form, place, command),
        2 | 3 => check_menu(form, place, command),
        _ => form.not_among(&format!("{place}.type"), "1, 2, 3"),
    }
}

fn check_slash(form: &mut Form, place: &str, command: &Value) {
    check_name(form, place, command);
    form.required_length(&format!("{place}.description"), &command["description"], 1..=100);
    check_options(form, place, items(&command["options"]), 0);
    if characters(command) > ALL_TOGETHER {
        form.wrong(place, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
    }
}

/// A command of a user's or message's menu: a name, in any case, and nothing else.
fn check_menu(form: &mut Form, place: &str, command: &Value) {
    form.required_length(&format!("{place}.name"), &command["name"], 1..=32);
    let message = "Context menu commands cannot have this field";
    if command["description"].as_str().is_some_and(|text| !text.is_empty()) {
        let place = format!("{place}.description");
        form.wrong(&place, "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message);
    }
    if !items(&command["options"]).is_empty() {
        let place = format!("{place}.options");
        form.wrong(&place, "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message);
    }
}

/// The characters of all names, descriptions and values; of what is translated, in the language
/// in which it is longest.
fn characters(command: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let own = ["name", "description", "value"].into_iter().map(|key| {
        let translations = command[format!("{key}_localizations")].as_object();
        let translated = translations.into_iter().flat_map(|languages| languages.values());
        translated.map(length).chain([length(&command[key])]).max().unwrap_or_default()
    });
    let inside = ["options", "choices"].into_iter().flat_map(|key| items(&command[key]));
    own.sum::<usize>() + inside.map(characters).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(command: &Value) -> bool {
        check_command(command).is_err()
    }

    #[test]
    fn names_are_lower_case_words() {
        for name in ["wallet-set", "größe", "設定", "ตั้งค่า", "it's_1"] {
            assert!(!refused(&json!({"name": name, "description": "x"})), "{name}");
        }
        for name in ["Wallet", "two words", "", "a".repeat(33).as_str(), "a.b", "🔑"] {
            assert!(refused(&json!({"name": name, "description": "x"})), "{name}");
        }
        let translated =
            json!({"name": "a", "description": "x", "name_localizations": {"de": "A B"}});
        assert!(refused(&translated));
    }

    #[test]
    fn a_slash_command_needs_a_description_and_a_menu_command_none() {
        assert!(refused(&json!({"name": "a", "description": ""})));
        assert!(refused(&json!({"name": "a"})));
        assert!(!refused(&json!({"name": "Read this", "type": 3})));
        assert!(!refused(
            &json!({"name": "Read this", "type": 3, "description": "", "options": []})
        ));
        assert!(refused(&json!({"name": "Read this", "type": 3, "description": "x"})));
        let option = json!({"type": 3, "name": "a", "description": "x"});
        assert!(refused(&json!({"name": "Read this", "type": 2, "options": [option]})));
        assert!(refused(&json!({"name": "a", "description": "x", "type": 9})));
    }

    #[test]
    fn a_command_has_eight_thousand_characters() {
        let choice = |n: usize| json!({"name": format!("{n:0>80}"), "value": format!("{n:0>80}")});
        let option = |n: usize| {
            let choices: Vec<Value> = (0..24).map(choice).collect();
            json!({"type": 3, "name": format!("o{n}"), "description": "x", "choices": choices})
        };
        let command = |options: usize| {
            let options: Vec<Value> = (0..options).map(option).collect();
            json!({"name": "a", "description": "x", "options": options})
        };
        assert!(!refused(&command(2)));
        assert!(refused(&command(3)), "3 x 24 x 160 characters");
    }
}
