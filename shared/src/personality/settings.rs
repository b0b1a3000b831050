//! How a personality's model is called, and how much it is told.

use super::bounds::{self, Range};
use crate::{model::Provider, params::AdvancedParameters};

/// The settings of a personality. `None` is "the system's default", never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// Who runs its model.
    pub provider: Provider,
    /// Its model.
    pub model: Option<String>,
    /// The model that looks at pictures for it.
    pub vision_model: Option<String>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// The longest answer, in tokens.
    pub max_tokens: Option<i64>,
    /// How near a memory must be. Kept for later.
    pub memory_score_threshold: Option<f64>,
    /// How many memories it is told. Kept for later.
    pub memory_limit: Option<i64>,
    /// How many turns of the conversation it is reminded of.
    pub max_conversation_history: Option<i64>,
    /// How many messages that are referred to it is told.
    pub max_referenced_messages: Option<i64>,
    /// How many people that a message mentions it is told.
    pub max_mentions_per_message: Option<i64>,
    /// How many channels that a message mentions it is told.
    pub max_channels_per_message: Option<i64>,
    /// How many roles that a message mentions it is told.
    pub max_roles_per_message: Option<i64>,
    /// By how many turns memories are searched. Kept for later.
    pub ltm_search_history_turns: Option<i64>,
    /// What else goes along with a call.
    pub advanced: AdvancedParameters,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            provider: Provider::OpenRouter,
            model: None,
            vision_model: None,
            temperature: None,
            top_p: None,
            max_tokens: None,
            memory_score_threshold: None,
            memory_limit: None,
            max_conversation_history: None,
            max_referenced_messages: None,
            max_mentions_per_message: None,
            max_channels_per_message: None,
            max_roles_per_message: None,
            ltm_search_history_turns: None,
            advanced: AdvancedParameters::default(),
        }
    }
}

/// A setting that goes too far.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{field} has to be {range}")]
pub struct OutOfBounds {
    /// Which.
    pub field: &'static str,
    /// How far it may go.
    pub range: Range,
}

impl ModelSettings {
    /// Whether every setting lies within its bounds, or which do not.
    pub fn check(&self) -> Result<(), Vec<OutOfBounds>> {
        let inside = |name: &str, range: Range| match self.number(name) {
            None => true,
            Some(Number::Whole(value)) => range.holds_whole(value),
            Some(Number::Real(value)) => range.holds_real(value),
        };
        let wrong: Vec<OutOfBounds> = bounds::BOUNDS
            .iter()
            .filter(|bound| !inside(bound.name, bound.range))
            .map(|bound| OutOfBounds { field: bound.name, range: bound.range })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn number(&self, name: &str) -> Option<Number> {
        let (real, whole) =
            (|n: Option<f64>| n.map(Number::Real), |n: Option<i64>| n.map(Number::Whole));
        match name {
            "temperature" => real(self.temperature),
            "top_p" => real(self.top_p),
            "max_tokens" => whole(self.max_tokens),
            "memory_score_threshold" => real(self.memory_score_threshold),
            "memory_limit" => whole(self.memory_limit),
            "max_conversation_history" => whole(self.max_conversation_history),
            "max_referenced_messages" => whole(self.max_referenced_messages),
            "max_mentions_per_message" => whole(self.max_mentions_per_message),
            "max_channels_per_message" => whole(self.max_channels_per_message),
            "max_roles_per_message" => whole(self.max_roles_per_message),
            "ltm_search_history_turns" => whole(self.ltm_search_history_turns),
            _ => None,
        }
    }
}

enum Number {
    Whole(i64),
    Real(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All numbers at once.
    fn all(whole: i64, real: f64) -> ModelSettings {
        ModelSettings {
            temperature: Some(real),
            top_p: Some(real),
            max_tokens: Some(whole),
            memory_score_threshold: Some(real),
            memory_limit: Some(whole),
            max_conversation_history: Some(whole),
            max_referenced_messages: Some(whole),
            max_mentions_per_message: Some(whole),
            max_channels_per_message: Some(whole),
            max_roles_per_message: Some(whole),
            ltm_search_history_turns: Some(whole),
            ..ModelSettings::default()
        }
    }

    #[test]
    fn every_bound_is_checked_and_nothing_said_is_fine() {
        assert_eq!(ModelSettings::default().check(), Ok(()));
        assert_eq!(all(1, 0.5).check(), Ok(()));
        for wrong in [all(-1, -0.1), all(-1, f64::NAN)] {
            assert_eq!(wrong.check().unwrap_err().len(), bounds::BOUNDS.len());
        }
        // max_tokens knows no end here: the catalogue does
        assert_eq!(all(1001, 2.1).check().unwrap_err().len(), bounds::BOUNDS.len() - 1);
    }

    #[test]
    fn a_problem_names_the_setting_and_its_range() {
        let settings = ModelSettings { max_conversation_history: Some(201), ..Default::default() };
        let problems = settings.check().unwrap_err();
        assert_eq!(problems[0].to_string(), "max_conversation_history has to be 0–200");
    }
}
