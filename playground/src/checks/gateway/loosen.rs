//! Where types written for TypeScript are narrower than what Discord sends.

use serde_json::{Value, json};

/// Takes back what the schema says only because TypeScript can't say otherwise.
pub(super) fn loosen(document: &mut Value) {
    describe_snapshots(document);
    let definitions = document["definitions"].as_object_mut();
    let is_number = |node: &Value| node["type"] == "number" || node["type"] == "integer";
    for (name, definition) in definitions.into_iter().flatten() {
        // A set of flags is an enum of powers of two in TypeScript. Its schema allows each flag
        // alone, but neither two of them nor none.
        if name.ends_with("Flags") && is_number(definition) {
            *definition = json!({"type": "integer", "minimum": 0});
        }
        loosen_node(definition);
    }
}

/// A snapshot has some of a message's fields, in TypeScript `Pick<APIMessage, 'content' | …>`. Its
/// schema says of each that it is a whole message.
fn describe_snapshots(document: &mut Value) {
    let message = document["definitions"]["APIMessage"].clone();
    let Some(snapshot) = document["definitions"].get_mut("APIMessageSnapshotFields") else {
        return;
    };
    for (name, field) in snapshot["properties"].as_object_mut().into_iter().flatten() {
        field.clone_from(&message["properties"][name]);
    }
    let is_required =
        |name: &Value| message["required"].as_array().is_some_and(|it| it.contains(name));
    if let Some(required) = snapshot["required"].as_array_mut() {
        required.retain(is_required);
    }
}

fn loosen_node(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            // Discord sends fields that nobody documented, and adds new ones at any time.
            if fields.get("additionalProperties") == Some(&json!(false)) {
                fields.remove("additionalProperties");
            }
            // `undefined` in TypeScript: a field that clients have no use for. Discord's own examples
            // have null there, as in {"op": 7, "d": null}.
            if fields.get("not") == Some(&json!({})) {
                fields.remove("not");
            }
            fields.values_mut().for_each(loosen_node);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen_node),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_combine_and_kinds_do_not() {
        let kind = json!({"type": "number", "enum": [1, 2, 4]});
        let mut document = json!({"definitions": {
            "MessageFlags": {"type": "number", "enum": [1, 2, 4, 8]},
            "RoleFlags": {"type": "number", "const": 1},
            "Kind": kind,
            "Thing": {"type": "object", "additionalProperties": false, "properties": {"d": {"not": {}}}},
        }});
        loosen(&mut document);
        let any = json!({"type": "integer", "minimum": 0});
        assert_eq!(
            document,
            json!({"definitions": {
                "MessageFlags": any, "RoleFlags": any, "Kind": kind, "Thing": {"type": "object", "properties": {"d": {}}},
            }})
        );
    }
}
