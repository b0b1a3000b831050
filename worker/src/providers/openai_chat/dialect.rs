use serde_json::Value;
use shared::params::Wire;

use crate::providers::{ChatRequest, parameters::Fields};

/// What differs between those who speak this wire.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The column of the table of parameters.
    pub wire: Wire,
    /// The field of the longest answer.
    pub token_limit: &'static str,
    /// The role of instructions.
    pub instructions: &'static str,
    /// The field of the pseudonym of who asks, if there is one.
    pub user: Option<&'static str>,
    /// The field of the pseudonym of the conversation, if there is one.
    pub session: Option<&'static str>,
    /// The longest pseudonym that is taken, in characters.
    pub longest_pseudonym: usize,
    /// A stream has usage in it only if it is asked for.
    pub asks_for_usage: bool,
    /// What the provider takes, and the model that is asked does not.
    pub not_by_model: &'static [&'static str],
    /// What a parameter that the table has translated becomes, or nothing where the model has no such
    /// thing.
    pub translate: fn(&ChatRequest, &str, &Value) -> Option<Fields>,
}

impl Dialect {
    /// `OpenRouter`'s, which others are described against.
    pub const OPENROUTER: Self = Self {
        wire: Wire::OpenRouter,
        token_limit: "max_tokens",
        instructions: "system",
        user: Some("user"),
        session: Some("session_id"),
        longest_pseudonym: 256,
        asks_for_usage: false,
        not_by_model: &[],
        translate: |_, _, _| None,
    };
}
