//! How single values are taken: each gives the value in its one form, or notes what is wrong.

use serde_json::{Map, Number, Value};

use super::problem::{ParameterIssue, ParameterProblem, shown};

/// Where problems are noted.
pub(super) type Problems = Vec<ParameterProblem>;

/// Notes a problem, and gives what says that there is no value.
pub(super) fn refuse<T>(at: &str, what: ParameterIssue, problems: &mut Problems) -> Option<T> {
    problems.push(ParameterProblem::new(at, what));
    None
}

/// The path of `name` in the object at `at`.
pub(super) fn inside(at: &str, name: &str) -> String {
    if at.is_empty() { shown(name) } else { format!("{at}.{}", shown(name)) }
}

/// A number from `min` to `max`.
pub(super) fn number(
    at: &str,
    value: &Value,
    (min, max): (f64, f64),
    problems: &mut Problems,
) -> Option<Value> {
    match value.as_f64() {
        None => refuse(at, ParameterIssue::WrongType("a number"), problems),
        Some(number) if (min..=max).contains(&number) => Some(canonical(value)),
        Some(_) => refuse(at, ParameterIssue::OutOfRange(format!("from {min} to {max}")), problems),
    }
}

/// A whole number from `min` to `max`.
pub(super) fn whole(
    at: &str,
    value: &Value,
    (min, max): (i64, i64),
    problems: &mut Problems,
) -> Option<Value> {
    if !value.is_number() {
        return refuse(at, ParameterIssue::WrongType("a whole number"), problems);
    }
    match canonical(value).as_i64() {
        Some(number) if (min..=max).contains(&number) => Some(number.into()),
        _ => refuse(
            at,
            ParameterIssue::OutOfRange(format!("a whole number {}", range_of(min, max))),
            problems,
        ),
    }
}

fn range_of(min: i64, max: i64) -> String {
    if max == i64::MAX { format!("of {min} or more") } else { format!("from {min} to {max}") }
}

/// Yes or no.
pub(super) fn switch(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        _ => refuse(at, ParameterIssue::WrongType("true or false"), problems),
    }
}

/// One of a few words.
pub(super) fn choice(
    at: &str,
    value: &Value,
    choices: &[&str],
    problems: &mut Problems,
) -> Option<Value> {
    match value.as_str() {
        Some(word) if choices.contains(&word) => Some(value.clone()),
        _ => refuse(at, ParameterIssue::NotOneOf(choices.join(", ")), problems),
    }
}

/// A text of 1 to `max` characters that every database takes.
pub(super) fn text(at: &str, value: &Value, max: usize, problems: &mut Problems) -> Option<Value> {
    match value.as_str() {
        None => refuse(at, ParameterIssue::WrongType("a text"), problems),
        Some(text) if text.contains('\0') => refuse(at, NUL, problems),
        Some(text) if !text.is_empty() && text.chars().count() <= max => Some(value.clone()),
        Some(_) => refuse(
            at,
            ParameterIssue::OutOfRange(format!("a text of 1 to {max} characters")),
            problems,
        ),
    }
}

/// What is said of a text that no database takes.
pub(super) const NUL: ParameterIssue = ParameterIssue::Malformed("holds a null character");

/// A list of 1 to `max` values, each taken by `item`.
pub(super) fn list(
    at: &str,
    value: &Value,
    max: usize,
    problems: &mut Problems,
    mut item: impl FnMut(&str, &Value, &mut Problems) -> Option<Value>,
) -> Option<Value> {
    let Some(values) = value.as_array() else {
        return refuse(at, ParameterIssue::WrongType("a list"), problems);
    };
    if values.is_empty() || values.len() > max {
        let range = format!("a list of 1 to {max}");
        return refuse(at, ParameterIssue::OutOfRange(range), problems);
    }
    let taken: Vec<Option<Value>> = values
        .iter()
        .enumerate()
        .map(|(index, value)| item(&format!("{at}[{index}]"), value, problems))
        .collect();
    taken.into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
}

/// An object, each of whose fields is taken by `field`, which is given its path and its name. A
/// field that is null is left out, and an object without any is refused.
pub(super) fn object(
    at: &str,
    value: &Value,
    problems: &mut Problems,
    mut field: impl FnMut(&str, &str, &Value, &mut Problems) -> Option<Value>,
) -> Option<Value> {
    let Some(fields) = value.as_object() else {
        return refuse(at, ParameterIssue::WrongType("an object"), problems);
    };
    let mut taken = Map::new();
    let mut whole = true;
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match field(&inside(at, name), name, value, problems) {
            Some(value) => drop(taken.insert(name.clone(), value)),
            None => whole = false,
        }
    }
    if whole && taken.is_empty() {
        return refuse(at, ParameterIssue::Malformed("holds nothing"), problems);
    }
    whole.then_some(Value::Object(taken))
}

/// What any JSON is stored as: a whole number is an integer, since Postgres writes `1e16` as one.
pub(super) fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(canonical_number(number)),
        Value::Array(values) => Value::Array(values.iter().map(canonical).collect()),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (name.clone(), canonical(value))).collect(),
        ),
        _ => value.clone(),
    }
}

/// Numbers beyond 2^53 in size are no exact whole numbers to begin with.
fn canonical_number(number: &Number) -> Number {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole, and within the bounds above"
            )]
            let whole = float as i64;
            Number::from(whole)
        }
        _ => number.clone(),
    }
}
