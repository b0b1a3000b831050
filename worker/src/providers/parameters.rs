//! What of a request's parameters goes out over a wire: by the table in `shared::params`.

use serde_json::{Map, Value};
use shared::params::{Taken, Wire};
use tracing::info;

use super::ChatRequest;

/// The body of a request, ready to be sent.
#[derive(Debug, PartialEq)]
pub struct Written {
    /// What is sent.
    pub json: Value,
    /// The parameters that are not, since the provider or the model takes none of this name.
    pub left_out: Vec<String>,
}

impl Written {
    /// Notes in the log what was left out. Parameters have names of ours, and values of people's: those
    /// are not logged.
    pub(super) fn note(&self, provider: &str) {
        if !self.left_out.is_empty() {
            let kind = self.left_out.join(",");
            info!(provider, kind, "parameters were left out that the provider does not take");
        }
    }
}

/// Fields that a parameter becomes.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// Puts the parameters of `request` into `into`, and names those that are left out. `translate` turns
/// those that the table says are translated into fields, or into none where this model takes it not; and
/// `is_taken` may keep out what the provider takes but this model does not.
pub(super) fn write(
    request: &ChatRequest,
    wire: Wire,
    into: &mut Map<String, Value>,
    is_taken: impl Fn(&str) -> bool,
    translate: impl Fn(&str, &Value) -> Option<Fields>,
) -> Vec<String> {
    let own = [("temperature", request.temperature), ("top_p", request.top_p)];
    let own = own.into_iter().filter_map(|(name, value)| Some((name, Value::from(value?))));
    let own: Vec<_> = own.collect();
    let advanced = request.advanced.iter().map(|(name, value)| (name.as_str(), value));
    let mut left_out = Vec::new();
    for (name, value) in own.iter().map(|(name, value)| (*name, value)).chain(advanced) {
        let fields = match wire.takes(name) {
            Some(_) if !is_taken(name) => None,
            Some(Taken::Sent) => {
                into.insert(name.to_owned(), value.clone());
                continue;
            }
            Some(Taken::Translated) => translate(name, value),
            Some(Taken::Refused) | None => None,
        };
        match fields {
            Some(fields) => {
                into.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
            }
            None => left_out.push(name.to_owned()),
        }
    }
    left_out
}
