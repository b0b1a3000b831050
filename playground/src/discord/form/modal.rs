//! The limits of forms that open over a command or a click.

use serde_json::Value;

use super::{Form, items};
use crate::discord::rest::Refusal;

/// Checks the form that an answer of type 9 opens.
pub(in crate::discord) fn check_modal(modal: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    form.required_length("data.custom_id", &modal["custom_id"], 1..=100);
    form.required_length("data.title", &modal["title"], 1..=45);
    let components = items(&modal["components"]);
    if components.is_empty() || components.len() > 5 {
        form.wrong("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    for (at, component) in components.iter().enumerate() {
        let place = format!("data.components.{at}");
        match component["type"].as_u64() {
            Some(1) => check_row(&mut form, &place, items(&component["components"])),
            Some(18) => check_label(&mut form, &place, component),
            Some(10) => {}
            _ => form.wrong(
                &format!("{place}.type"),
                "BASE_TYPE_CHOICES",
                "Value must be one of {1, 10, 18}.",
            ),
        }
    }
    form.finish()
}

/// The deprecated way: one text input in a row, which carries its own label.
fn check_row(form: &mut Form, place: &str, row: &[Value]) {
    let [input] = row else {
        return form.wrong(
            &format!("{place}.components"),
            "BASE_TYPE_BAD_LENGTH",
            "Must be 1 in length.",
        );
    };
    let place = format!("{place}.components.0");
    form.required_length(&format!("{place}.label"), &input["label"], 1..=45);
    check_text_input(form, &place, input);
}

/// The newer way: a label around the input.
fn check_label(form: &mut Form, place: &str, label: &Value) {
    form.required_length(&format!("{place}.label"), &label["label"], 1..=45);
    form.length(&format!("{place}.description"), &label["description"], 0..=100);
    if label["component"]["type"] == 4 {
        check_text_input(form, &format!("{place}.component"), &label["component"]);
    }
}

fn check_text_input(form: &mut Form, place: &str, input: &Value) {
    form.required_length(&format!("{place}.custom_id"), &input["custom_id"], 1..=100);
    form.length(&format!("{place}.placeholder"), &input["placeholder"], 0..=100);
    form.length(&format!("{place}.value"), &input["value"], 0..=4000);
    let least = input["min_length"].as_u64().unwrap_or(0);
    let most = input["max_length"].as_u64().unwrap_or(4000);
    if !(1..=4000).contains(&most) || least > most {
        form.wrong(&format!("{place}.max_length"), "NUMBER_TYPE_MAX", "The lengths do not fit.");
    }
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        form.wrong(&format!("{place}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.");
    }
}
