//! The limits of menus, in messages and in forms.

use std::collections::HashSet;

use serde_json::Value;

use super::{Form, items};

/// Checks a menu: of texts (3), people (5), roles (6), both (7) or channels (8).
pub(super) fn check_select(form: &mut Form, place: &str, select: &Value, in_form: bool) {
    form.required_length(&format!("{place}.custom_id"), &select["custom_id"], 1..=100);
    form.length(&format!("{place}.placeholder"), &select["placeholder"], 0..=150);
    check_range(form, place, select, 25, in_form);
    if in_form && select["disabled"] == true {
        let message = "A menu in a form cannot be disabled";
        form.wrong(&format!("{place}.disabled"), "COMPONENT_DISABLED_IN_MODAL", message);
    }
    let (least, most) = range(select, 1);
    if select["type"] == 3 {
        check_options(form, place, &select["options"], 1..=25);
        let chosen =
            items(&select["options"]).iter().filter(|option| option["default"] == true).count();
        if chosen > most {
            let message = "More options are chosen at first than may be";
            form.wrong(&format!("{place}.options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message);
        }
    }
    let defaults = items(&select["default_values"]);
    if !defaults.is_empty() && !(least..=most).contains(&defaults.len()) {
        let message = format!("Must be between {least} and {most} in length.");
        form.wrong(&format!("{place}.default_values"), "BASE_TYPE_BAD_LENGTH", message);
    }
}

/// Checks how many values may and must be chosen.
pub(super) fn check_range(
    form: &mut Form,
    place: &str,
    component: &Value,
    most: u64,
    in_form: bool,
) {
    form.number(&format!("{place}.min_values"), &component["min_values"], 0..=most);
    form.number(&format!("{place}.max_values"), &component["max_values"], 1..=most);
    let (least, most) = range(component, items(&component["options"]).len().max(1));
    let place = format!("{place}.min_values");
    if component["max_values"].is_number() && least > most {
        form.wrong(&place, "SELECT_COMPONENT_RANGE_INVALID", "It is more than max_values");
    }
    // what has to be answered can't be answered with nothing
    if in_form && component["required"] != false && component["min_values"] == 0 {
        let message = "min_values must be at least 1 when required";
        form.wrong(&place, "SELECT_COMPONENT_REQUIRED_WITHOUT_VALUES", message);
    }
}

/// Checks the options of a menu or group.
pub(super) fn check_options(
    form: &mut Form,
    place: &str,
    options: &Value,
    allowed: std::ops::RangeInclusive<usize>,
) {
    form.required_count(&format!("{place}.options"), options, allowed);
    let mut values = HashSet::new();
    for (at, option) in items(options).iter().enumerate() {
        let place = format!("{place}.options.{at}");
        form.required_length(&format!("{place}.label"), &option["label"], 1..=100);
        form.required_length(&format!("{place}.value"), &option["value"], 1..=100);
        form.length(&format!("{place}.description"), &option["description"], 0..=100);
        if option["value"].is_string() && !values.insert(option["value"].as_str()) {
            let message = "The specified option value is already used";
            form.wrong(
                &format!("{place}.value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                message,
            );
        }
    }
}

/// `min_values` and `max_values`. The first is 1 unless it is given.
fn range(component: &Value, most: usize) -> (usize, usize) {
    let read = |key: &str| component[key].as_u64().and_then(|number| usize::try_from(number).ok());
    (read("min_values").unwrap_or(1), read("max_values").unwrap_or(most))
}
