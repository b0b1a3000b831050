//! The components that need the flag of Components V2: texts, media, sections, containers.

use serde_json::Value;

use super::{
    Form,
    components::{Whole, check_button, check_row},
    items,
};

/// Checks one of them, and what is in it.
pub(super) fn check(form: &mut Form, place: &str, component: &Value, whole: &mut Whole) {
    whole.add(form, place, component);
    match component["type"].as_u64() {
        Some(9) => check_section(form, place, component, whole),
        Some(10) => check_text(form, place, component, whole),
        Some(12) => check_gallery(form, place, component),
        Some(13) => {
            let url = &component["file"]["url"];
            if !url.as_str().is_some_and(|url| url.starts_with("attachment://")) {
                let message = "A file has to be an attachment of the message";
                form.wrong(&format!("{place}.file.url"), "UNFURLED_MEDIA_ITEM_INVALID", message);
            }
        }
        Some(14) => form.number(&format!("{place}.spacing"), &component["spacing"], 1..=2),
        Some(17) => check_container(form, place, component, whole),
        _ => {}
    }
}

fn check_text(form: &mut Form, place: &str, text: &Value, whole: &mut Whole) {
    form.required_length(&format!("{place}.content"), &text["content"], 1..=4_000);
    whole.add_text(&text["content"]);
}

/// Texts with a button or a picture beside them.
fn check_section(form: &mut Form, place: &str, section: &Value, whole: &mut Whole) {
    form.required_count(&format!("{place}.components"), &section["components"], 1..=3);
    for (at, text) in items(&section["components"]).iter().enumerate() {
        let place = format!("{place}.components.{at}");
        whole.add(form, &place, text);
        if text["type"] == 10 {
            check_text(form, &place, text, whole);
        } else {
            form.not_among(&format!("{place}.type"), "10");
        }
    }
    let (place, beside) = (format!("{place}.accessory"), &section["accessory"]);
    if beside.is_null() {
        return form.wrong(&place, "BASE_TYPE_REQUIRED", "This field is required");
    }
    whole.add(form, &place, beside);
    match beside["type"].as_u64() {
        Some(2) => check_button(form, &place, beside),
        Some(11) => check_media(form, &place, beside),
        _ => form.not_among(&format!("{place}.type"), "2, 11"),
    }
}

fn check_gallery(form: &mut Form, place: &str, gallery: &Value) {
    form.required_count(&format!("{place}.items"), &gallery["items"], 1..=10);
    for (at, item) in items(&gallery["items"]).iter().enumerate() {
        check_media(form, &format!("{place}.items.{at}"), item);
    }
}

fn check_media(form: &mut Form, place: &str, item: &Value) {
    form.required_length(&format!("{place}.media.url"), &item["media"]["url"], 1..=2_048);
    form.length(&format!("{place}.description"), &item["description"], 1..=1_024);
}

/// A box around others, though not around another box.
fn check_container(form: &mut Form, place: &str, container: &Value, whole: &mut Whole) {
    form.number(&format!("{place}.accent_color"), &container["accent_color"], 0..=0x00ff_ffff);
    form.required_count(&format!("{place}.components"), &container["components"], 1..=40);
    for (at, inner) in items(&container["components"]).iter().enumerate() {
        let place = format!("{place}.components.{at}");
        match inner["type"].as_u64() {
            Some(1) => check_row(form, &place, inner, whole),
            Some(9 | 10 | 12 | 13 | 14) => check(form, &place, inner, whole),
            _ => form.not_among(&format!("{place}.type"), "1, 9, 10, 12, 13, 14"),
        }
    }
}
