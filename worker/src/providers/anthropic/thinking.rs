use serde_json::{Value, json};
use shared::params::{Effort, MIN_BUDGET, Reasoning};

use super::model::Version;

/// The largest budget, in tokens.
const MAX_BUDGET: i64 = 128_000;

/// What is asked of a model's thinking, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Nothing is said: these models think only when they are asked to.
    Unsaid,
    /// It shall not think.
    Disabled,
    /// It thinks as much as it finds fit, with an effort if one is asked for.
    Adaptive(Option<&'static str>),
    /// It may think so many tokens.
    Budget(i64),
    /// The model can't think at all.
    Impossible,
}

impl Thinking {
    pub(super) fn of(asked: Reasoning, version: Version, max_tokens: u32) -> Self {
        let max_tokens = i64::from(max_tokens);
        match asked {
            Reasoning::Off if (Version::THINKS..Version::KEEPS_ITS_OWN).contains(&version) => {
                Self::Disabled
            }
            Reasoning::Unset | Reasoning::Off => Self::Unsaid,
            _ if version < Version::THINKS => Self::Impossible,
            Reasoning::On if version >= Version::DECIDES => Self::Adaptive(None),
            Reasoning::Effort(effort) if version >= Version::DECIDES => {
                Self::Adaptive(Some(name(effort, version)))
            }
            Reasoning::Budget(budget) if version >= Version::DECIDES => {
                Self::Adaptive(Some(name(Effort::of_budget(budget, max_tokens), version)))
            }
            Reasoning::On => Self::budget(max_tokens * Effort::Medium.percent() / 100, max_tokens),
            Reasoning::Effort(effort) => {
                Self::budget(max_tokens * effort.percent() / 100, max_tokens)
            }
            Reasoning::Budget(budget) => Self::budget(budget, max_tokens),
        }
    }

    /// A budget leaves room for the answer, or there is none.
    fn budget(wanted: i64, max_tokens: i64) -> Self {
        let budget = wanted.clamp(MIN_BUDGET, MAX_BUDGET).min(max_tokens - 1);
        if budget < MIN_BUDGET { Self::Impossible } else { Self::Budget(budget) }
    }

    /// The model thinks, which leaves it no other sampling than its own.
    pub(super) const fn is_on(self) -> bool {
        matches!(self, Self::Adaptive(_) | Self::Budget(_))
    }

    /// The field `thinking`.
    pub(super) fn field(self) -> Option<Value> {
        match self {
            Self::Unsaid | Self::Impossible => None,
            Self::Disabled => Some(json!({"type": "disabled"})),
            Self::Adaptive(_) => Some(json!({"type": "adaptive"})),
            Self::Budget(budget) => Some(json!({"type": "enabled", "budget_tokens": budget})),
        }
    }
}

/// There is no effort below `low`, and `xhigh` came later than the others.
fn name(effort: Effort, version: Version) -> &'static str {
    match effort {
        Effort::Minimal => "low",
        Effort::Xhigh if version < Version::KEEPS_ITS_OWN => "high",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_is_asked_in_its_own_words() {
        use Reasoning::{Budget, Off, On, Unset};
        let thinking = |model: &str, asked| Thinking::of(asked, Version::of(model), 10_000);
        let max = Reasoning::Effort(Effort::Max);
        let xhigh = Reasoning::Effort(Effort::Xhigh);
        for (model, asked, expected) in [
            ("claude-3-5-haiku-latest", max, Thinking::Impossible),
            ("claude-3-5-haiku-latest", Off, Thinking::Unsaid),
            ("claude-sonnet-4-5", max, Thinking::Budget(9_500)),
            ("claude-sonnet-4-5", On, Thinking::Budget(5_000)),
            ("claude-sonnet-4-5", Budget(2_000), Thinking::Budget(2_000)),
            ("claude-sonnet-4-5", Budget(20_000), Thinking::Budget(9_999)),
            ("claude-sonnet-4-5", Off, Thinking::Disabled),
            ("claude-sonnet-4-6", xhigh, Thinking::Adaptive(Some("high"))),
            ("claude-opus-4-7", xhigh, Thinking::Adaptive(Some("xhigh"))),
            ("claude-opus-5", Budget(5_000), Thinking::Adaptive(Some("medium"))),
            ("claude-opus-5", On, Thinking::Adaptive(None)),
            ("claude-opus-5", Off, Thinking::Unsaid),
            ("claude-opus-5", Unset, Thinking::Unsaid),
        ] {
            assert_eq!(thinking(model, asked), expected, "{model} {asked:?}");
        }
        let cramped = Thinking::of(On, Version::of("claude-sonnet-4-5"), 1_000);
        assert_eq!(cramped, Thinking::Impossible);
    }
}
