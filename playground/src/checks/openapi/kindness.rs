//! Where Discord is known to be kinder than its document, and where the two differ.

use serde_json::{Value, json};

/// The ids of a message that libraries send as numbers: serenity and twilight number the files that
/// come along, discord.py writes all ids so. `*` stands for every item of a list.
const IDS: [&str; 7] = [
    "recipient_id",
    "attachments/*/id",
    "message_reference/message_id",
    "message_reference/channel_id",
    "message_reference/guild_id",
    "allowed_mentions/users/*",
    "allowed_mentions/roles/*",
];

/// A request's body as Discord reads it: an id may be a number. The permissions that a command needs
/// are a string in the documentation and in all libraries, and an integer in the document alone.
pub(super) fn as_discord_reads(body: &Value) -> Value {
    let mut body = body.clone();
    for command in body.as_array_mut().into_iter().flatten() {
        let rights = command.get_mut("default_member_permissions");
        if let Some(rights) = rights
            && let Some(bits) = rights.as_str().and_then(|bits| bits.parse::<u64>().ok())
        {
            *rights = bits.into();
        }
    }
    for place in IDS {
        let path: Vec<&str> = place.split('/').collect();
        spell_out(&mut body, &path);
        // in answers to interactions, the message stands under `data`
        if let Some(data) = body.get_mut("data") {
            spell_out(data, &path);
        }
    }
    body
}

fn spell_out(node: &mut Value, path: &[&str]) {
    match (path.split_first(), node) {
        (None, id @ Value::Number(_)) => *id = Value::String(id.to_string()),
        (Some((&"*", rest)), Value::Array(items)) => {
            for item in items {
                spell_out(item, rest);
            }
        }
        (Some((key, rest)), Value::Object(fields)) => {
            if let Some(inner) = fields.get_mut(*key) {
                spell_out(inner, rest);
            }
        }
        _ => {}
    }
}

/// A reference may also be one to a message that is passed on, which the document leaves out.
pub(super) fn know_forwards(document: &mut Value) {
    let kinds = document.pointer_mut("/components/schemas/MessageReferenceType");
    if let Some(kinds) = kinds.and_then(|kinds| kinds["oneOf"].as_array_mut()) {
        kinds.push(json!({"title": "FORWARD", "const": 1}));
    }
}

/// Whether a field that the document does not know stands in Discord's documentation: `nsfw` of a
/// command does.
pub(super) fn is_documented(field: &str) -> bool {
    field.rsplit('.').next() == Some("nsfw")
}

/// The answer, but for the one thing in which Discord's documentation and its `OpenAPI` document
/// differ: the codes inside `errors` are words such as `BASE_TYPE_REQUIRED`, not numbers. The
/// documents' own advice is to follow the documentation then.
pub(super) fn as_documented(response: &Value) -> Value {
    let mut response = response.clone();
    if let Some(errors) = response.get_mut("errors") {
        number_codes(errors);
    }
    response
}

fn number_codes(errors: &mut Value) {
    for (name, inner) in errors.as_object_mut().into_iter().flatten() {
        if name != "_errors" {
            number_codes(inner);
            continue;
        }
        for error in inner.as_array_mut().into_iter().flatten() {
            if error["code"].is_string() {
                error["code"] = 0.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_numbers_and_nothing_else_may() {
        let message = json!({
            "content": 1, "attachments": [{"id": 0, "size": 5}],
            "message_reference": {"message_id": 18_446_744_073_709_551_615_u64},
            "allowed_mentions": {"users": [1, "2"]},
        });
        let read = json!({
            "content": 1, "attachments": [{"id": "0", "size": 5}],
            "message_reference": {"message_id": "18446744073709551615"},
            "allowed_mentions": {"users": ["1", "2"]},
        });
        assert_eq!(as_discord_reads(&message), read);
        assert_eq!(
            as_discord_reads(&json!({"type": 4, "data": message})),
            json!({"type": 4, "data": read})
        );
    }
}
