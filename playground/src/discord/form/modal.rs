//! The limits of forms that open over a command or a click.

use serde_json::Value;

use super::{
    Form,
    components::Whole,
    inputs::{check_input, check_text_input},
    items,
};
use crate::discord::rest::Refusal;

/// Checks the form that an answer of type 9 opens.
pub(in crate::discord) fn check_modal(modal: &Value) -> Result<(), Refusal> {
    let mut form = Form::at("data");
    form.required_length("custom_id", &modal["custom_id"], 1..=100);
    form.required_length("title", &modal["title"], 1..=45);
    form.required_count("components", &modal["components"], 1..=5);
    let mut whole = Whole::default();
    for (at, component) in items(&modal["components"]).iter().enumerate() {
        let place = format!("components.{at}");
        whole.add(&mut form, &place, component);
        match component["type"].as_u64() {
            Some(1) => check_row(&mut form, &place, items(&component["components"]), &mut whole),
            Some(18) => check_label(&mut form, &place, component, &mut whole),
            Some(10) => {
                let place = format!("{place}.content");
                form.required_length(&place, &component["content"], 1..=4_000);
            }
            _ => form.not_among(&format!("{place}.type"), "1, 10, 18"),
        }
    }
    form.finish()
}

/// The deprecated way: one text input in a row, which carries its own label.
fn check_row(form: &mut Form, place: &str, row: &[Value], whole: &mut Whole) {
    let place = format!("{place}.components");
    let [input] = row else {
        return form.wrong(&place, "BASE_TYPE_BAD_LENGTH", "Must be 1 in length.");
    };
    let place = format!("{place}.0");
    if input["type"] != 4 {
        return form.not_among(&format!("{place}.type"), "4");
    }
    whole.add(form, &place, input);
    form.required_length(&format!("{place}.label"), &input["label"], 1..=45);
    check_text_input(form, &place, input);
}

/// The newer way: a label around the input.
fn check_label(form: &mut Form, place: &str, label: &Value, whole: &mut Whole) {
    form.required_length(&format!("{place}.label"), &label["label"], 1..=45);
    form.length(&format!("{place}.description"), &label["description"], 0..=100);
    let place = format!("{place}.component");
    whole.add(form, &place, &label["component"]);
    check_input(form, &place, &label["component"]);
}
