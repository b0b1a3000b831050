//! `response_format`: the shape that the answer must have.

use serde_json::Value;

use super::{
    problem::ParameterIssue,
    value::{self, NUL, Problems, inside, refuse},
};

/// The largest schema that is taken, as JSON, in bytes.
const MAX_SCHEMA_BYTES: usize = 16 * 1024;

pub(super) fn take(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let taken = value::object(at, value, problems, |at, name, value, problems| match name {
        "type" => value::choice(at, value, &["text", "json_object", "json_schema"], problems),
        "json_schema" => json_schema(at, value, problems),
        _ => refuse(at, ParameterIssue::Unknown, problems),
    })?;
    let kind = taken.get("type").and_then(Value::as_str);
    match (kind, taken.get("json_schema")) {
        (None, _) => refuse(&inside(at, "type"), MISSING, problems),
        (Some("json_schema"), None) => refuse(&inside(at, "json_schema"), MISSING, problems),
        (Some("text" | "json_object"), Some(_)) => {
            let only = ParameterIssue::Malformed("only goes with the type json_schema");
            refuse(&inside(at, "json_schema"), only, problems)
        }
        _ => Some(taken),
    }
}

const MISSING: ParameterIssue = ParameterIssue::Malformed("is missing");

fn json_schema(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let taken = value::object(at, value, problems, |at, name, value, problems| match name {
        "name" => schema_name(at, value, problems),
        "description" => value::text(at, value, 1000, problems),
        "strict" => value::switch(at, value, problems),
        "schema" => schema(at, value, problems),
        _ => refuse(at, ParameterIssue::Unknown, problems),
    })?;
    for needed in ["name", "schema"] {
        if taken.get(needed).is_none() {
            return refuse(&inside(at, needed), MISSING, problems);
        }
    }
    Some(taken)
}

fn schema_name(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match value.as_str() {
        Some(name) if (1..=64).contains(&name.len()) && name.chars().all(fits) => {
            Some(value.clone())
        }
        _ => {
            let why = "must be 1 to 64 letters, digits, `-` or `_`";
            refuse(at, ParameterIssue::Malformed(why), problems)
        }
    }
}

/// Any object: what a schema means is between the model's provider and who wrote it.
fn schema(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    if !value.is_object() {
        return refuse(at, ParameterIssue::WrongType("an object"), problems);
    }
    if value.to_string().len() > MAX_SCHEMA_BYTES {
        let range = format!("at most {MAX_SCHEMA_BYTES} bytes of JSON");
        return refuse(at, ParameterIssue::OutOfRange(range), problems);
    }
    if holds_nul(value) {
        return refuse(at, NUL, problems);
    }
    Some(value::canonical(value))
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        _ => false,
    }
}
