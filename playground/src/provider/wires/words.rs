use serde_json::Value;

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::provider) enum Words {
    /// What the API usually says with such a status.
    Usual,
    /// A message and metadata of one's own.
    Saying(String, Value),
    /// An API's own word for what happened, and a message.
    Named(&'static str, String),
    /// The key is unknown.
    UnknownKey(String),
    /// Nothing is left to spend.
    NoCredit,
    /// No model of this name.
    UnknownModel(String),
}
