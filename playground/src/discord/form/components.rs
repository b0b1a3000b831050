//! The limits of a message's components: rows of buttons and menus, and what Components V2 adds.

use std::collections::HashSet;

use serde_json::Value;

use super::{Form, items, layout, selects::check_select};

/// A message of Components V2 has at most this many, at whatever depth.
const MOST_COMPONENTS: usize = 40;
/// The texts of such a message have at most this many characters together.
const MOST_TEXT: usize = 4_000;
/// A message without Components V2 has at most this many rows.
const MOST_ROWS: usize = 5;

/// Checks a message's components. Without Components V2, they are rows and nothing else.
pub(super) fn check_components(form: &mut Form, components: &Value, v2: bool) {
    let components = items(components);
    if !v2 {
        form.count("components", components, MOST_ROWS);
    }
    let mut whole = Whole::default();
    for (at, component) in components.iter().enumerate() {
        let place = format!("components.{at}");
        match component["type"].as_u64() {
            Some(1) => check_row(form, &place, component, &mut whole),
            Some(9 | 10 | 12 | 13 | 14 | 17) if v2 => {
                layout::check(form, &place, component, &mut whole);
            }
            _ if v2 => form.not_among(&format!("{place}.type"), "1, 9, 10, 12, 13, 14, 17"),
            _ => form.not_among(&format!("{place}.type"), "1"),
        }
    }
    if whole.count > MOST_COMPONENTS {
        let message = "A message can have at most 40 components";
        form.wrong("components", "COMPONENT_MAX_TOTAL_EXCEEDED", message);
    }
    if whole.text > MOST_TEXT {
        let message = "The texts of a message can have at most 4000 characters together";
        form.wrong("components", "COMPONENT_MAX_TEXT_EXCEEDED", message);
    }
}

/// What is counted over all of a message's or form's components.
#[derive(Default)]
pub(super) struct Whole {
    count: usize,
    text: usize,
    custom_ids: HashSet<String>,
    ids: HashSet<u64>,
}

impl Whole {
    /// Counts a component, and checks that its ids are its own.
    pub(super) fn add(&mut self, form: &mut Form, place: &str, component: &Value) {
        self.count += 1;
        // 0 means none, and is replaced
        if let Some(id) = component["id"].as_u64().filter(|id| *id != 0)
            && !self.ids.insert(id)
        {
            let message = "Component id cannot be duplicated";
            form.wrong(&format!("{place}.id"), "COMPONENT_ID_DUPLICATED", message);
        }
        if let Some(custom_id) = component["custom_id"].as_str()
            && !self.custom_ids.insert(custom_id.to_owned())
        {
            let message = "Component custom id cannot be duplicated";
            form.wrong(&format!("{place}.custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
        }
    }

    /// Counts the characters of a text.
    pub(super) fn add_text(&mut self, text: &Value) {
        self.text += text.as_str().unwrap_or_default().chars().count();
    }
}

pub(super) fn check_row(form: &mut Form, place: &str, row: &Value, whole: &mut Whole) {
    whole.add(form, place, row);
    form.required_count(&format!("{place}.components"), &row["components"], 1..=5);
    let row = items(&row["components"]);
    for (at, component) in row.iter().enumerate() {
        let place = format!("{place}.components.{at}");
        whole.add(form, &place, component);
        match component["type"].as_u64() {
            Some(2) => check_button(form, &place, component),
            Some(3 | 5..=8) => {
                check_select(form, &place, component, false);
                if row.len() > 1 {
                    let message = "A menu needs a row of its own";
                    form.wrong(&place, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
                }
            }
            _ => form.not_among(&format!("{place}.type"), "2, 3, 5, 6, 7, 8"),
        }
    }
}

pub(super) fn check_button(form: &mut Form, place: &str, button: &Value) {
    form.length(&format!("{place}.label"), &button["label"], 0..=80);
    match button["style"].as_u64() {
        Some(1..=4) => {
            form.required_length(&format!("{place}.custom_id"), &button["custom_id"], 1..=100);
        }
        Some(5) => form.required_length(&format!("{place}.url"), &button["url"], 1..=512),
        Some(6) if button["sku_id"].is_null() => {
            form.wrong(&format!("{place}.sku_id"), "BASE_TYPE_REQUIRED", "This field is required");
        }
        Some(6) => {}
        _ => form.not_among(&format!("{place}.style"), "1, 2, 3, 4, 5, 6"),
    }
    let both = !button["custom_id"].is_null() && !button["url"].is_null();
    if both {
        let message = "A custom id and url cannot both be specified";
        form.wrong(place, "BUTTON_COMPONENT_CUSTOM_ID_URL", message);
    }
    let says_nothing = button["label"].as_str().is_none_or(str::is_empty);
    if says_nothing && button["emoji"].is_null() && button["style"] != 6 {
        form.wrong(place, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji");
    }
}
