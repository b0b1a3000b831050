//! The limits of a message's components: rows of buttons and menus.

use std::collections::HashSet;

use serde_json::Value;

use super::{Form, items};

pub(super) fn check_components(form: &mut Form, components: &Value) {
    form.count("components", items(components), 5);
    let mut custom_ids = HashSet::new();
    for (at, row) in items(components).iter().enumerate() {
        let place = format!("components.{at}");
        if row["type"] != 1 {
            form.wrong(&format!("{place}.type"), "BASE_TYPE_CHOICES", "Value must be one of {1}.");
            continue;
        }
        check_row(form, &place, items(&row["components"]), &mut custom_ids);
    }
}

fn check_row<'a>(
    form: &mut Form,
    place: &str,
    row: &'a [Value],
    custom_ids: &mut HashSet<&'a str>,
) {
    if row.is_empty() || row.len() > 5 {
        form.wrong(
            &format!("{place}.components"),
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 5 in length.",
        );
    }
    for (at, component) in row.iter().enumerate() {
        let place = format!("{place}.components.{at}");
        match component["type"].as_u64() {
            Some(2) => check_button(form, &place, component),
            Some(3 | 5..=8) => check_menu(form, &place, component, row.len()),
            _ => form.wrong(
                &format!("{place}.type"),
                "BASE_TYPE_CHOICES",
                "Value must be one of {2, 3, 5, 6, 7, 8}.",
            ),
        }
        if let Some(custom_id) = component["custom_id"].as_str()
            && !custom_ids.insert(custom_id)
        {
            let message = "Component custom id cannot be duplicated";
            form.wrong(&format!("{place}.custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
        }
    }
}

fn check_button(form: &mut Form, place: &str, button: &Value) {
    form.length(&format!("{place}.label"), &button["label"], 0..=80);
    match button["style"].as_u64() {
        Some(1..=4) => {
            form.required_length(&format!("{place}.custom_id"), &button["custom_id"], 1..=100);
        }
        Some(5) => form.required_length(&format!("{place}.url"), &button["url"], 1..=512),
        Some(6) => {}
        _ => form.wrong(
            &format!("{place}.style"),
            "BASE_TYPE_CHOICES",
            "Value must be one of {1, 2, 3, 4, 5, 6}.",
        ),
    }
    if button["label"].as_str().is_none_or(str::is_empty)
        && button["emoji"].is_null()
        && button["style"] != 6
    {
        form.wrong(place, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji");
    }
}

fn check_menu(form: &mut Form, place: &str, menu: &Value, neighbours: usize) {
    form.required_length(&format!("{place}.custom_id"), &menu["custom_id"], 1..=100);
    form.length(&format!("{place}.placeholder"), &menu["placeholder"], 0..=150);
    form.count(&format!("{place}.options"), items(&menu["options"]), 25);
    if neighbours > 1 {
        form.wrong(place, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A menu needs a row of its own");
    }
}
