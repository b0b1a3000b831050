//! Fields that no branch of a schema names. JSON Schema lets them pass; mostly they are typing errors.

use std::collections::HashSet;

use serde_json::{Value, json};

/// Schemas that refer to themselves are followed this far.
const DEEPEST: usize = 12;
const BRANCHES: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// The paths of all unknown fields in a value.
pub(super) fn unknown(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Search { document, found: &mut found }.visit(schema, value, "$", 0);
    found
}

struct Search<'a> {
    document: &'a Value,
    found: &'a mut Vec<String>,
}

impl Search<'_> {
    fn visit(&mut self, schema: &Value, value: &Value, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Object(fields) => {
                let known = known_fields(self.document, schema, 0);
                for (name, inner) in fields {
                    let path = format!("{path}.{name}");
                    if known
                        .as_ref()
                        .is_some_and(|known| !known.is_empty() && !known.contains(name))
                    {
                        self.found.push(path.clone());
                    }
                    if let Some(schema) =
                        inner_schema(self.document, schema, |branch| branch["properties"].get(name))
                    {
                        self.visit(&schema, inner, &path, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(schema) =
                    inner_schema(self.document, schema, |branch| branch.get("items"))
                {
                    for item in items {
                        self.visit(&schema, item, &format!("{path}[]"), depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(target) = schema["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
    {
        schema = target;
    }
    schema
}

/// The names that any branch knows; `None` if a branch takes any name.
fn known_fields(document: &Value, schema: &Value, depth: usize) -> Option<HashSet<String>> {
    let schema = resolve(document, schema);
    let open = !matches!(schema.get("additionalProperties"), None | Some(Value::Bool(false)));
    if depth > DEEPEST || open {
        return None;
    }
    let own =
        schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned());
    let mut known: HashSet<String> = own.collect();
    for branch in branches(document, schema) {
        known.extend(known_fields(document, branch, depth + 1)?);
    }
    Some(known)
}

fn branches<'a>(document: &'a Value, schema: &'a Value) -> impl Iterator<Item = &'a Value> {
    let lists = BRANCHES.into_iter().filter_map(|key| schema[key].as_array());
    lists.flatten().map(|branch| resolve(document, branch))
}

/// What any branch says about something inside, as alternatives.
fn inner_schema(
    document: &Value,
    schema: &Value,
    pick: impl Fn(&Value) -> Option<&Value> + Copy,
) -> Option<Value> {
    let mut found = Vec::new();
    collect(document, schema, pick, &mut found, 0);
    (!found.is_empty()).then(|| json!({"anyOf": found}))
}

fn collect(
    document: &Value,
    schema: &Value,
    pick: impl Fn(&Value) -> Option<&Value> + Copy,
    found: &mut Vec<Value>,
    depth: usize,
) {
    if depth > DEEPEST {
        return;
    }
    let schema = resolve(document, schema);
    found.extend(pick(schema).cloned());
    branches(document, schema).for_each(|branch| collect(document, branch, pick, found, depth + 1));
}
