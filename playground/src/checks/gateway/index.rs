//! Which of the schema's many alternatives describe a frame: found by opcode and event name, so that
//! a frame is compared with one or two of them and an objection is about the right one.

use std::collections::HashMap;

use serde_json::Value;

use crate::percent::decode;

/// JSON pointers of descriptions, by opcode and event name.
pub(super) struct Index(HashMap<(Option<u64>, Option<String>), Vec<String>>);

impl Index {
    /// Reads all alternatives under one definition.
    pub(super) fn of(document: &Value, root: &str) -> Self {
        let mut index = Self(HashMap::new());
        index.add(document, root.to_owned());
        index
    }

    /// Where the descriptions of such a frame stand.
    pub(super) fn find(&self, opcode: Option<u64>, event: Option<&str>) -> &[String] {
        let exact = self.0.get(&(opcode, event.map(str::to_owned)));
        exact.or_else(|| self.0.get(&(opcode, None))).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, document: &Value, pointer: String) {
        let Some((pointer, node)) = resolve(document, pointer) else { return };
        if let Some(alternatives) = node["anyOf"].as_array() {
            for at in 0..alternatives.len() {
                self.add(document, format!("{pointer}/anyOf/{at}"));
            }
            return;
        }
        let events = constants(document, &pointer, "t");
        for opcode in constants(document, &pointer, "op") {
            for event in &events {
                let event = event.as_ref().and_then(Value::as_str).map(str::to_owned);
                let opcode = opcode.as_ref().and_then(Value::as_u64);
                self.0.entry((opcode, event)).or_default().push(pointer.clone());
            }
        }
    }
}

/// The values that a property can have; one `None` if it can have any.
fn constants(document: &Value, pointer: &str, property: &str) -> Vec<Option<Value>> {
    let found = resolve(document, format!("{pointer}/properties/{property}"));
    let values = found.and_then(|(_, node)| match (&node["const"], &node["enum"]) {
        (Value::Null, Value::Array(values)) => Some(values.iter().cloned().map(Some).collect()),
        (Value::Null, _) => None,
        (constant, _) => Some(vec![Some(constant.clone())]),
    });
    values.unwrap_or_else(|| vec![None])
}

/// Follows references to what they mean.
fn resolve(document: &Value, mut pointer: String) -> Option<(String, &Value)> {
    loop {
        let node = document.pointer(&pointer)?;
        match node["$ref"].as_str() {
            // the `<` of a generic type's name is `%3C` in references
            Some(reference) => pointer = decode(reference.trim_start_matches('#')),
            None => return Some((pointer, node)),
        }
    }
}
