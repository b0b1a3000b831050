use serde_json::{Value, json};
use shared::params::{Effort, Reasoning, Wire};

use crate::providers::{ChatRequest, openai_chat::Dialect, parameters::Fields};

/// What a model that reasons answers 400 to.
const NOT_BY_REASONERS: &[&str] =
    &["temperature", "top_p", "frequency_penalty", "presence_penalty", "logit_bias"];

/// How `model` is spoken to. Those that reason want instructions in a role of their own.
#[must_use]
pub fn dialect(model: &str) -> Dialect {
    let reasons = Kind::of(model) != Kind::Plain;
    Dialect {
        wire: Wire::OpenAi,
        // the older `max_tokens` fails on models that reason
        token_limit: "max_completion_tokens",
        instructions: if reasons { "developer" } else { "system" },
        user: Some("safety_identifier"),
        session: Some("prompt_cache_key"),
        longest_pseudonym: 64,
        asks_for_usage: true,
        not_by_model: if reasons { NOT_BY_REASONERS } else { &[] },
        translate,
    }
}

/// The families of `OpenAI`'s models, as far as they are spoken to differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Does not reason.
    Plain,
    /// `o1` to `o4`: always reasons, from low to high.
    O,
    /// The first `gpt-5`: always reasons, from minimal to high.
    Gpt5,
    /// Everything newer: from none to max.
    Newer,
}

impl Kind {
    fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        // fine-tuned: `ft:gpt-4o-mini-2024-07-18:org::id`
        let model = model.strip_prefix("ft:").unwrap_or(&model);
        if let Some(version) = model.strip_prefix('o') {
            let is_family = version.starts_with(|c: char| c.is_ascii_digit());
            return if is_family { Self::O } else { Self::Plain };
        }
        let Some(version) = model.strip_prefix("gpt-") else { return Self::Plain };
        let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
        match version[..end].parse::<u32>() {
            Ok(5..) if version.contains("chat") => Self::Plain,
            Ok(5) if !version[end..].starts_with('.') => Self::Gpt5,
            Ok(5..) => Self::Newer,
            _ => Self::Plain,
        }
    }

    fn effort(self, asked: Reasoning, max_tokens: u32) -> Option<&'static str> {
        let effort = match asked {
            Reasoning::Unset => return None,
            Reasoning::Off => match self {
                Self::Newer => return Some("none"),
                _ => Effort::Minimal,
            },
            Reasoning::On => Effort::Medium,
            Reasoning::Effort(effort) => effort,
            Reasoning::Budget(budget) => Effort::of_budget(budget, max_tokens.into()),
        };
        Some(match (self, effort) {
            (Self::O, Effort::Minimal) => "low",
            (Self::O | Self::Gpt5, Effort::Max | Effort::Xhigh) => "high",
            (_, effort) => effort.as_str(),
        })
    }
}

fn translate(request: &ChatRequest, name: &str, value: &Value) -> Option<Fields> {
    let kind = Kind::of(&request.model);
    // a model that does not reason knows neither
    if kind == Kind::Plain {
        return None;
    }
    match name {
        "reasoning" => {
            let asked = Reasoning::of(&request.advanced);
            let effort = kind.effort(asked, request.max_tokens);
            Some(effort.map(|effort| ("reasoning_effort", json!(effort))).into_iter().collect())
        }
        "verbosity" => {
            let verbosity = match value.as_str()? {
                "xhigh" | "max" => "high",
                other => other,
            };
            Some(vec![("verbosity", json!(verbosity))])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_told_apart_by_their_names() {
        for (model, kind) in [
            ("gpt-4o-mini", Kind::Plain),
            ("gpt-4.1-nano-2025-04-14", Kind::Plain),
            ("gpt-3.5-turbo", Kind::Plain),
            ("gpt-5-chat-latest", Kind::Plain),
            ("omni-moderation", Kind::Plain),
            ("ft:gpt-4o-mini-2024-07-18:org::id", Kind::Plain),
            ("o3", Kind::O),
            ("o4-mini-2025-04-16", Kind::O),
            ("gpt-5", Kind::Gpt5),
            ("GPT-5-mini-2025-08-07", Kind::Gpt5),
            ("gpt-5.2", Kind::Newer),
            ("gpt-6", Kind::Newer),
        ] {
            assert_eq!(Kind::of(model), kind, "{model}");
        }
    }

    #[test]
    fn an_effort_is_one_that_the_model_knows() {
        use Reasoning::{Budget, Off, On, Unset};
        let max = Reasoning::Effort(Effort::Max);
        for (kind, asked, effort) in [
            (Kind::O, Off, Some("low")),
            (Kind::Gpt5, Off, Some("minimal")),
            (Kind::Newer, Off, Some("none")),
            (Kind::Gpt5, max, Some("high")),
            (Kind::Newer, max, Some("max")),
            (Kind::Newer, On, Some("medium")),
            (Kind::Newer, Budget(2_000), Some("low")),
            (Kind::Newer, Budget(8_000), Some("high")),
            (Kind::Newer, Unset, None),
        ] {
            assert_eq!(kind.effort(asked, 10_000), effort, "{kind:?} {asked:?}");
        }
    }
}
