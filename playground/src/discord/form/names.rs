//! Names that a webhook may have, and post under.

use serde_json::Value;

use super::Form;

/// Words that Discord keeps for itself, in any case.
const RESERVED: [&str; 2] = ["clyde", "discord"];

/// Checks a webhook's name, or the name that a post overrides it with.
pub(in crate::discord) fn check_webhook_name(form: &mut Form, place: &str, name: &Value) {
    form.length(place, name, 1..=80);
    let lower = name.as_str().unwrap_or_default().to_lowercase();
    for word in RESERVED.into_iter().filter(|word| lower.contains(word)) {
        form.wrong(
            place,
            "USERNAME_INVALID_CONTAINS",
            format!("Username cannot contain \"{word}\""),
        );
    }
}
