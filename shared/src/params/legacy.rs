//! What older systems kept in their `advanced_parameters`: read with good will, reported in full.

use serde_json::{Map, Value, json};

use super::{
    AdvancedParameters, MAX_BYTES, MIN_BUDGET, ParameterIssue,
    field::{self, Shape},
    value::Problems,
};

/// A field of an older system that was not taken as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// Its name there.
    pub field: String,
    /// Its value there: nothing is lost if the caller keeps it.
    pub value: Value,
    /// What became of it.
    pub why: DropReason,
}

/// Why a field was not taken as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum DropReason {
    /// It was taken, moved into its range.
    Clamped {
        /// What it is now.
        to: Value,
    },
    /// It has a setting of its own, of this name, and belongs there.
    HasOwnSetting(&'static str),
    /// No such field is known here, or the program sets it itself.
    Unknown,
    /// It can't be used, for this reason.
    Invalid(ParameterIssue),
}

impl AdvancedParameters {
    /// Takes what can be taken: camelCase names are converted, numbers moved into their range, and
    /// older names translated. Everything else is handed back, with what was changed.
    #[must_use]
    pub fn from_legacy(fields: &Map<String, Value>) -> (Self, Vec<Dropped>) {
        let mut taken = Map::new();
        let mut dropped = Vec::new();
        let mut size = 0;
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let mut note = |why| {
                dropped.push(Dropped { field: name.clone(), value: value.clone(), why });
            };
            let (name, value) = translated(snake_case(name), value);
            let (value, clamped) = match in_range(&name, &value) {
                Some(moved) => (moved, true),
                None => (value, false),
            };
            let mut problems = Problems::new();
            let Some(value) = field::take(&name, &value, &mut problems) else {
                note(reason(problems));
                continue;
            };
            size += name.len() + value.to_string().len() + 4;
            if size > MAX_BYTES {
                note(DropReason::Invalid(ParameterIssue::TooLarge(MAX_BYTES)));
                continue;
            }
            // two older names for one: the first holds
            if let Some(field) = field::find(&name).filter(|field| taken.contains_key(field.name)) {
                note(DropReason::Invalid(ParameterIssue::Conflict(field.name)));
                continue;
            }
            if clamped {
                note(DropReason::Clamped { to: value.clone() });
            }
            taken.insert(name, value);
        }
        (Self(taken), dropped)
    }
}

fn reason(problems: Problems) -> DropReason {
    match problems.into_iter().next().map(|problem| problem.what) {
        Some(ParameterIssue::HasOwnSetting(setting)) => DropReason::HasOwnSetting(setting),
        None | Some(ParameterIssue::Unknown | ParameterIssue::Reserved) => DropReason::Unknown,
        Some(issue) => DropReason::Invalid(issue),
    }
}

/// Older names for what is sent under another today.
fn translated(name: String, value: &Value) -> (String, Value) {
    match (name.as_str(), value) {
        ("transforms", Value::Array(transforms))
            if transforms.iter().any(|t| t == "middle-out") =>
        {
            ("plugins".to_owned(), json!([{"id": "context-compression"}]))
        }
        // an empty list was how it was switched off
        ("transforms", Value::Array(transforms)) if transforms.is_empty() => {
            ("plugins".to_owned(), json!([{"id": "context-compression", "enabled": false}]))
        }
        ("reasoning_effort", Value::String(effort)) => {
            ("reasoning".to_owned(), json!({"effort": effort}))
        }
        ("include_reasoning", Value::Bool(include)) => {
            ("reasoning".to_owned(), json!({"exclude": !include}))
        }
        ("fallback_models", Value::Array(_)) => ("models".to_owned(), value.clone()),
        ("reasoning" | "provider" | "response_format", Value::Object(_)) => {
            (name, with_snake_case(value))
        }
        _ => (name, value.clone()),
    }
}

/// The number moved into its range, if it lies outside.
fn in_range(name: &str, value: &Value) -> Option<Value> {
    if name == "reasoning" {
        let too_small = value.get("max_tokens")?.as_i64()? < MIN_BUDGET;
        let mut moved = value.clone();
        moved["max_tokens"] = MIN_BUDGET.into();
        return too_small.then_some(moved);
    }
    let number = value.as_f64()?;
    match field::find(name)?.shape {
        Shape::Number(min, max) if !(min..=max).contains(&number) => {
            Some(number.clamp(min, max).into())
        }
        Shape::Whole(min, _) if number < 0.0 && min == 0 => Some(min.into()),
        _ => None,
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if !snake.is_empty() {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        } else {
            snake.push(c);
        }
    }
    snake
}

/// The object with its own names converted. A JSON schema keeps the names inside: they are its text.
fn with_snake_case(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let converted = fields.iter().map(|(name, value)| {
                let name = snake_case(name);
                let value = if name == "schema" { value.clone() } else { with_snake_case(value) };
                (name, value)
            });
            Value::Object(converted.collect())
        }
        _ => value.clone(),
    }
}
