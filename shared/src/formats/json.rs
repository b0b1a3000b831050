//! Any JSON in, no surprise out: bounded in size and depth, and storable.

use serde_json::{Map, Value};

/// What is wrong with a text that should be JSON, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// Not JSON from here on, or nested deeper than 128 levels.
    #[error("the JSON is malformed at line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// It ends too early.
    #[error("the JSON ends in the middle, at line {line}, column {column}")]
    CutOff {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON, but not what stands between braces.
    #[error("the JSON is not an object: it has to begin with {{")]
    NotAnObject,
    /// A field that holds something else than it must.
    #[error("the field `{field}` must be {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
}

/// Reads an object. A mark in front (BOM) is skipped.
pub(super) fn object(text: &[u8]) -> Result<Map<String, Value>, JsonProblem> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match serde_json::from_slice(text) {
        Ok(Value::Object(fields)) => Ok(without_nul(fields)),
        Ok(_) => Err(JsonProblem::NotAnObject),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(if error.is_eof() {
                JsonProblem::CutOff { line, column }
            } else {
                JsonProblem::Malformed { line, column }
            })
        }
    }
}

/// Without U+0000, which no text of a database can hold.
fn without_nul(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (stripped(name), clean(value))).collect()
}

fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(stripped(text)),
        Value::Array(values) => Value::Array(values.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(without_nul(fields)),
        other => other,
    }
}

fn stripped(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// Fields that are taken one by one; what is left over is kept by the caller.
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Fields {
    /// A text; `None` where it is absent or null.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, JsonProblem> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JsonProblem::Field { field, expected: "a text" }),
        }
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<Option<bool>, JsonProblem> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(JsonProblem::Field { field, expected: "true or false" }),
        }
    }

    /// A whole number.
    pub(super) fn whole(&mut self, field: &'static str) -> Result<Option<i64>, JsonProblem> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
            Some(_) => Err(JsonProblem::Field { field, expected: "a whole number" }),
        }
    }

    /// A number.
    pub(super) fn number(&mut self, field: &'static str) -> Result<Option<f64>, JsonProblem> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(_) => Err(JsonProblem::Field { field, expected: "a number" }),
        }
    }

    /// A list of texts; empty where it is absent.
    pub(super) fn texts(&mut self, field: &'static str) -> Result<Vec<String>, JsonProblem> {
        let expected = "a list of texts";
        let values = match self.0.remove(field) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(values)) => values,
            Some(_) => return Err(JsonProblem::Field { field, expected }),
        };
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(JsonProblem::Field { field, expected }),
        };
        values.into_iter().map(text).collect()
    }

    /// An object; empty where it is absent.
    pub(super) fn object(
        &mut self,
        field: &'static str,
    ) -> Result<Map<String, Value>, JsonProblem> {
        match self.0.remove(field) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields),
            Some(_) => Err(JsonProblem::Field { field, expected: "an object" }),
        }
    }
}
