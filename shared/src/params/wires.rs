//! Which parameter which provider takes.
//!
//! The one table of it: the worker writes requests by it, and whoever sets a parameter is warned by it.
//! Where a cell says [`Taken::Translated`], the worker's wire knows how; a refused parameter is left out of
//! the call, since the same personality may be used by people on several providers.

use serde_json::{Map, Value};

use self::Taken::{Refused, Sent, Translated};
use crate::model::Provider;

/// What becomes of a parameter at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is sent as it is, under its own name.
    Sent,
    /// It is sent under another name, in another shape, or in another range.
    Translated,
    /// The provider has no such thing, or answers with an error: it is left out.
    Refused,
}

/// The ways in which providers are asked: a column of the table each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// openrouter.ai.
    OpenRouter,
    /// `OpenAI`'s chat completions.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Gemini's `generateContent`.
    Gemini,
    /// `DeepSeek`'s chat completions.
    DeepSeek,
    /// A server of the operator's that speaks as `OpenAI` does.
    Server,
}

impl Wire {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 6] = [
        Self::OpenRouter,
        Self::OpenAi,
        Self::Anthropic,
        Self::Gemini,
        Self::DeepSeek,
        Self::Server,
    ];

    /// How `provider` is asked.
    #[must_use]
    pub const fn of(provider: Provider) -> Self {
        match provider {
            Provider::OpenRouter => Self::OpenRouter,
            Provider::OpenAi => Self::OpenAi,
            Provider::Anthropic => Self::Anthropic,
            Provider::Gemini => Self::Gemini,
            Provider::DeepSeek => Self::DeepSeek,
            Provider::Server(_) => Self::Server,
        }
    }

    /// What becomes of `parameter` here. `None` for a name that is no parameter.
    #[must_use]
    pub fn takes(self, parameter: &str) -> Option<Taken> {
        let (_, cells) = TABLE.iter().find(|(name, _)| *name == parameter)?;
        let column = Self::ALL.iter().position(|wire| *wire == self)?;
        cells.get(column).copied()
    }

    /// The names of those among `parameters` that are not taken here.
    #[must_use]
    pub fn refused(self, parameters: &Map<String, Value>) -> Vec<&'static str> {
        let is_refused = |name: &&'static str| {
            parameters.contains_key(*name) && self.takes(name) == Some(Refused)
        };
        TABLE.iter().map(|(name, _)| *name).filter(is_refused).collect()
    }
}

/// Every parameter of the allow-list, and the three that are settings of their own.
///
/// `OpenRouter` passes on what a model lists and ignores the rest. The others answer 400 to what they
/// don't know, as Gemini's newer models do to penalties. Servers are the operator's own: theirs get
/// everything that is not `OpenRouter`'s routing.
#[rustfmt::skip]
pub const TABLE: &[(&str, [Taken; 6])] = &[
    //                      OpenRouter  OpenAI      Anthropic   Gemini      DeepSeek    server
    ("frequency_penalty",  [Sent,       Sent,       Refused,    Refused,    Sent,       Sent]),
    ("logit_bias",         [Sent,       Sent,       Refused,    Refused,    Refused,    Sent]),
    ("max_tokens",         [Sent,       Translated, Sent,       Translated, Sent,       Sent]),
    ("min_p",              [Sent,       Refused,    Refused,    Refused,    Refused,    Sent]),
    ("models",             [Sent,       Refused,    Refused,    Refused,    Refused,    Refused]),
    ("plugins",            [Sent,       Refused,    Refused,    Refused,    Refused,    Refused]),
    ("presence_penalty",   [Sent,       Sent,       Refused,    Refused,    Sent,       Sent]),
    ("provider",           [Sent,       Refused,    Refused,    Refused,    Refused,    Refused]),
    ("reasoning",          [Sent,       Translated, Translated, Translated, Translated, Translated]),
    ("repetition_penalty", [Sent,       Refused,    Refused,    Refused,    Refused,    Sent]),
    ("response_format",    [Sent,       Sent,       Refused,    Translated, Translated, Sent]),
    ("seed",               [Sent,       Sent,       Refused,    Translated, Refused,    Sent]),
    ("stop",               [Sent,       Sent,       Translated, Translated, Sent,       Sent]),
    ("temperature",        [Sent,       Sent,       Translated, Translated, Sent,       Sent]),
    ("top_a",              [Sent,       Refused,    Refused,    Refused,    Refused,    Sent]),
    ("top_k",              [Sent,       Refused,    Sent,       Translated, Refused,    Sent]),
    ("top_p",              [Sent,       Sent,       Sent,       Translated, Sent,       Sent]),
    ("verbosity",          [Sent,       Translated, Translated, Refused,    Refused,    Sent]),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::params::ALLOWED;

    #[test]
    fn every_parameter_of_the_allow_list_has_a_line() {
        let own = ["max_tokens", "temperature", "top_p"];
        let mut named: Vec<_> = ALLOWED.iter().map(|field| field.name).chain(own).collect();
        named.sort_unstable();
        let listed: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, named);
    }

    #[test]
    fn what_is_not_taken_is_named() {
        let set = json!({"top_k": 40, "stop": ["x"], "models": ["a/b"], "seed": 1});
        let set = set.as_object().unwrap();
        assert_eq!(Wire::OpenAi.refused(set), ["models", "top_k"]);
        assert_eq!(Wire::Anthropic.refused(set), ["models", "seed"]);
        assert!(Wire::OpenRouter.refused(set).is_empty());
        assert_eq!(Wire::OpenAi.takes("temprature"), None);
    }
}
