//! Checks of query parameters.

use serde_json::{Value, json};

use super::{Document, operation::Operation};

impl Document {
    /// What is wrong with a query.
    pub(super) fn check_query(&self, operation: &Operation, query: &str) -> Vec<String> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let objections = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(schema) = self.parameter(operation, name) else {
                return Some(format!("there is no query parameter {name}"));
            };
            let fits = readings(value)
                .iter()
                .any(|value| self.schemas.objection(&schema, value).is_none());
            (!fits).then(|| format!("{name}={value} does not fit"))
        });
        objections.collect()
    }

    /// Where the schema of a query parameter stands.
    fn parameter(&self, operation: &Operation, name: &str) -> Option<String> {
        let places = [&operation.pointer, &operation.path_pointer];
        places.into_iter().find_map(|place| {
            let list = format!("{place}/parameters");
            let parameters = self.content.pointer(&list)?.as_array()?;
            let at =
                parameters.iter().position(|one| one["in"] == "query" && one["name"] == name)?;
            Some(format!("{list}/{at}/schema"))
        })
    }
}

/// The values that a text in a query can stand for. Discord reads `1` as yes, too.
fn readings(text: &str) -> Vec<Value> {
    let mut readings = vec![json!(text)];
    match text.to_lowercase().as_str() {
        "true" | "1" => readings.push(json!(true)),
        "false" | "0" => readings.push(json!(false)),
        _ => {}
    }
    readings.extend(text.parse::<i64>().ok().map(|number| json!(number)));
    readings
}
