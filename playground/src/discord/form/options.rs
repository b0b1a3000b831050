//! The limits of a command's options and their choices.

use std::collections::HashSet;

use serde_json::Value;

use super::{Form, items};

/// Checks options. At depth 0 they are a command's, at 1 a sub command's or group's, at 2 those of a
/// sub command in a group.
pub(super) fn check_options(form: &mut Form, place: &str, options: &[Value], depth: u64) {
    form.count(&format!("{place}.options"), options, 25);
    let mut names = HashSet::new();
    let mut optional_seen = false;
    for (at, option) in options.iter().enumerate() {
        let place = format!("{place}.options.{at}");
        check_name(form, &place, option);
        form.required_length(&format!("{place}.description"), &option["description"], 1..=100);
        if !names.insert(option["name"].as_str()) {
            let message = "Option names must be unique";
            form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message);
        }
        match option["type"].as_u64() {
            Some(kind @ (1 | 2)) => check_sub_command(form, &place, option, kind, depth),
            Some(3..=11) => {
                check_value(form, &place, option);
                let required = option["required"] == true;
                if required && optional_seen {
                    let message = "Required options must be placed before non-required options";
                    form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
                }
                optional_seen |= !required;
            }
            _ => form.not_among(&format!("{place}.type"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
        }
    }
    let holders = options.iter().filter(|option| holds_options(option)).count();
    if holders != 0 && holders != options.len() {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.wrong(
            &format!("{place}.options"),
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            message,
        );
    }
}

fn holds_options(option: &Value) -> bool {
    matches!(option["type"].as_u64(), Some(1 | 2))
}

/// A group (2) stands in a command alone; a sub command (1) there or in a group.
fn check_sub_command(form: &mut Form, place: &str, option: &Value, kind: u64, depth: u64) {
    let inside = items(&option["options"]);
    let stands_right = match kind {
        2 => depth == 0 && inside.iter().all(|inner| inner["type"] == 1),
        _ => depth <= 1 && !inside.iter().any(holds_options),
    };
    if !stands_right {
        let message = "Sub-commands cannot be nested so";
        form.wrong(&format!("{place}.type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    check_options(form, place, inside, depth + 1);
}

/// Checks what limits the value of an option.
fn check_value(form: &mut Form, place: &str, option: &Value) {
    let kind = option["type"].as_u64();
    form.number(&format!("{place}.min_length"), &option["min_length"], 0..=6_000);
    form.number(&format!("{place}.max_length"), &option["max_length"], 1..=6_000);
    let mut only_for = |field: &str, set: bool, kinds: &[u64]| {
        if set && !kind.is_some_and(|kind| kinds.contains(&kind)) {
            let message = "This field does not belong to an option of this type";
            let place = format!("{place}.{field}");
            form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_FIELD_INVALID", message);
        }
    };
    only_for("min_length", option["min_length"].is_number(), &[3]);
    only_for("max_length", option["max_length"].is_number(), &[3]);
    only_for("min_value", option["min_value"].is_number(), &[4, 10]);
    only_for("max_value", option["max_value"].is_number(), &[4, 10]);
    only_for("channel_types", !items(&option["channel_types"]).is_empty(), &[7]);
    only_for("autocomplete", option["autocomplete"] == true, &[3, 4, 10]);
    only_for("choices", !items(&option["choices"]).is_empty(), &[3, 4, 10]);
    check_choices(form, place, option);
}

fn check_choices(form: &mut Form, place: &str, option: &Value) {
    let choices = items(&option["choices"]);
    form.count(&format!("{place}.choices"), choices, 25);
    let mut names = HashSet::new();
    for (at, choice) in choices.iter().enumerate() {
        let place = format!("{place}.choices.{at}");
        form.required_length(&format!("{place}.name"), &choice["name"], 1..=100);
        let value = &choice["value"];
        form.length(&format!("{place}.value"), value, 0..=100);
        let fits = match option["type"].as_u64() {
            Some(3) => value.is_string(),
            Some(4) => value.is_i64() || value.is_u64(),
            _ => value.is_number(),
        };
        if !fits {
            let message = "The value is of another type than the option";
            form.wrong(&format!("{place}.value"), "CHOICE_TYPE_INVALID", message);
        }
        if !names.insert(choice["name"].as_str()) {
            let message = "Choice names must be unique";
            form.wrong(&place, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message);
        }
    }
    if option["autocomplete"] == true && !choices.is_empty() {
        let message = "Choices and autocomplete exclude each other";
        form.wrong(
            &format!("{place}.autocomplete"),
            "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            message,
        );
    }
}

/// Checks a name and its translations.
pub(super) fn check_name(form: &mut Form, place: &str, named: &Value) {
    if !is_name(&named["name"]) {
        let place = format!("{place}.name");
        form.wrong(&place, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
    for (language, name) in named["name_localizations"].as_object().into_iter().flatten() {
        if !name.is_null() && !is_name(name) {
            let place = format!("{place}.name_localizations.{language}");
            form.wrong(&place, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
    }
}

/// `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where there is one.
fn is_name(name: &Value) -> bool {
    let text = name.as_str().unwrap_or_default();
    let fits = |c: char| {
        let signs = matches!(c, '-' | '_' | '\'' | '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e7f}');
        (signs || c.is_alphanumeric()) && !c.is_uppercase()
    };
    (1..=32).contains(&text.chars().count()) && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(options: &Value) -> bool {
        let mut form = Form::default();
        check_options(&mut form, "", items(options), 0);
        form.finish().is_err()
    }

    fn option(kind: u64, more: &Value) -> Value {
        let mut option = json!({"type": kind, "name": "a", "description": "x"});
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        option
    }

    #[test]
    fn required_options_come_first() {
        let named = |name: &str, required| option(3, &json!({"name": name, "required": required}));
        assert!(refused(&json!([named("a", false), named("b", true)])));
        assert!(!refused(&json!([named("a", true), named("b", false)])));
        assert!(refused(&json!([named("a", true), named("a", true)])), "the same name twice");
    }

    #[test]
    fn choices_fit_their_option_and_exclude_autocomplete() {
        let choices = |value: Value| json!({"choices": [{"name": "One", "value": value}]});
        assert!(!refused(&json!([option(3, &choices(json!("1")))])));
        assert!(!refused(&json!([option(4, &choices(json!(1)))])));
        assert!(refused(&json!([option(3, &choices(json!(1)))])));
        assert!(refused(&json!([option(4, &choices(json!("1")))])));
        assert!(refused(&json!([option(5, &choices(json!(true)))])), "a yes or no has no choices");
        let mut both = choices(json!("1"));
        both["autocomplete"] = json!(true);
        assert!(refused(&json!([option(3, &both)])));
        assert!(!refused(&json!([option(3, &json!({"autocomplete": true, "choices": []}))])));
        let many: Vec<Value> =
            (0..26).map(|n| json!({"name": n.to_string(), "value": "x"})).collect();
        assert!(refused(&json!([option(3, &json!({"choices": many}))])));
    }

    #[test]
    fn limits_belong_to_their_types() {
        assert!(!refused(&json!([option(3, &json!({"min_length": 0, "max_length": 6000}))])));
        assert!(refused(&json!([option(3, &json!({"max_length": 6001}))])));
        assert!(refused(&json!([option(4, &json!({"max_length": 5}))])));
        assert!(!refused(&json!([option(4, &json!({"min_value": -5, "max_value": null}))])));
        assert!(refused(&json!([option(3, &json!({"min_value": 1}))])));
        assert!(refused(&json!([option(3, &json!({"channel_types": [0]}))])));
    }

    #[test]
    fn sub_commands_nest_once() {
        let inner = option(3, &json!({}));
        let sub = |inner: Value| option(1, &json!({"options": [inner]}));
        let group = |inner: Value| option(2, &json!({"name": "g", "options": [inner]}));
        assert!(!refused(&json!([sub(inner.clone()), group(sub(inner.clone()))])));
        assert!(refused(&json!([sub(sub(inner.clone()))])));
        assert!(refused(&json!([group(group(sub(inner.clone())))])));
        assert!(refused(&json!([group(inner.clone())])));
        assert!(refused(&json!([sub(inner.clone()), option(3, &json!({"name": "b"}))])));
    }
}
