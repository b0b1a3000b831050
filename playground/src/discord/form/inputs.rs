//! The limits of what people fill in, one kind each.

use serde_json::Value;

use super::{
    Form, items,
    selects::{check_options, check_range, check_select},
};

/// Checks what stands under a label of a form.
pub(super) fn check_input(form: &mut Form, place: &str, input: &Value) {
    match input["type"].as_u64() {
        Some(3 | 5..=8) => return check_select(form, place, input, true),
        Some(4) => check_text_input(form, place, input),
        Some(19) => check_range(form, place, input, 10, true),
        Some(21) => check_radio_group(form, place, input),
        Some(22) => {
            check_options(form, place, &input["options"], 1..=10);
            check_range(form, place, input, 10, true);
        }
        Some(23) => {}
        _ => {
            let kinds = "3, 4, 5, 6, 7, 8, 19, 21, 22, 23";
            return form.not_among(&format!("{place}.type"), kinds);
        }
    }
    form.required_length(&format!("{place}.custom_id"), &input["custom_id"], 1..=100);
}

/// Checks a field for text.
pub(super) fn check_text_input(form: &mut Form, place: &str, input: &Value) {
    form.required_length(&format!("{place}.custom_id"), &input["custom_id"], 1..=100);
    form.length(&format!("{place}.placeholder"), &input["placeholder"], 0..=100);
    form.length(&format!("{place}.value"), &input["value"], 0..=4_000);
    form.number(&format!("{place}.min_length"), &input["min_length"], 0..=4_000);
    form.number(&format!("{place}.max_length"), &input["max_length"], 1..=4_000);
    let least = input["min_length"].as_u64().unwrap_or(0);
    let most = input["max_length"].as_u64().unwrap_or(4_000);
    if least > most {
        let message = "It is more than max_length";
        form.wrong(&format!("{place}.min_length"), "TEXT_INPUT_RANGE_INVALID", message);
    }
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        form.not_among(&format!("{place}.style"), "1, 2");
    }
}

/// One of several: so no more than one is chosen at first.
fn check_radio_group(form: &mut Form, place: &str, group: &Value) {
    check_options(form, place, &group["options"], 2..=10);
    let chosen = items(&group["options"]).iter().filter(|option| option["default"] == true).count();
    if chosen > 1 {
        let message = "Only one option can be chosen at first";
        form.wrong(&format!("{place}.options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message);
    }
}
