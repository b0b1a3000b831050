use serde_json::{Value, json};
use shared::params::{Effort, Reasoning};

/// What the largest budget is, and whether thinking can be switched off, by the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Before 2.5: does not think.
    Plain,
    /// 2.5: takes a budget in tokens.
    Budget {
        /// A pro model always thinks.
        is_pro: bool,
    },
    /// 3 and later: takes a level.
    Level {
        /// A pro model has fewer levels.
        is_pro: bool,
    },
}

impl Kind {
    fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        let is_pro = model.contains("pro");
        let name = model.strip_prefix("models/").unwrap_or(&model);
        let version = name.strip_prefix("gemini-").and_then(|rest| rest.split('-').next());
        let version = version.and_then(|version| version.parse::<f32>().ok());
        match version {
            Some(version) if version < 2.5 => Self::Plain,
            Some(version) if version < 3.0 => Self::Budget { is_pro },
            // a name without a version is the newest of its family
            _ if name.starts_with("gemini-") => Self::Level { is_pro },
            _ => Self::Plain,
        }
    }
}

/// The field `thinkingConfig` for what is asked of `model`; an empty one when nothing is. `None` when
/// the model can't think.
pub(super) fn config(model: &str, asked: Reasoning, max_tokens: u32) -> Option<Value> {
    let max_tokens = i64::from(max_tokens);
    match Kind::of(model) {
        Kind::Plain => None,
        Kind::Budget { is_pro } => Some(budget(asked, is_pro, max_tokens)),
        Kind::Level { is_pro } => Some(level(asked, is_pro, max_tokens)),
    }
}

/// The budget counts within the longest answer.
fn budget(asked: Reasoning, is_pro: bool, max_tokens: i64) -> Value {
    let (least, most) = if is_pro { (128, 32_768) } else { (0, 24_576) };
    let share = |effort: Effort| max_tokens * effort.percent() / 100;
    let budget = match asked {
        Reasoning::Unset => return json!({}),
        Reasoning::Off => return json!({"thinkingBudget": least}),
        // as much as it finds fit
        Reasoning::On => -1,
        Reasoning::Effort(effort) => share(effort).clamp(least, most),
        Reasoning::Budget(budget) => budget.clamp(least, most),
    };
    json!({"thinkingBudget": budget, "includeThoughts": true})
}

fn level(asked: Reasoning, is_pro: bool, max_tokens: i64) -> Value {
    let effort = match asked {
        Reasoning::Unset => return json!({}),
        Reasoning::On => return json!({"includeThoughts": true}),
        // it can't be switched off
        Reasoning::Off => Effort::Minimal,
        Reasoning::Effort(effort) => effort,
        Reasoning::Budget(budget) => Effort::of_budget(budget, max_tokens),
    };
    let level = match effort {
        Effort::Minimal if !is_pro => "minimal",
        Effort::Minimal | Effort::Low => "low",
        Effort::Medium if !is_pro => "medium",
        _ => "high",
    };
    json!({"thinkingLevel": level, "includeThoughts": asked != Reasoning::Off})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_is_asked_in_its_own_words() {
        use Reasoning::{Budget, Off, On, Unset};
        let max = Reasoning::Effort(Effort::Max);
        let medium = Reasoning::Effort(Effort::Medium);
        let budget = |budget: i64| json!({"thinkingBudget": budget, "includeThoughts": true});
        let level = |level: &str| json!({"thinkingLevel": level, "includeThoughts": true});
        for (model, asked, expected) in [
            ("gemini-2.0-flash", max, None),
            ("gemma-3-27b-it", max, None),
            ("gemini-2.5-flash", Unset, Some(json!({}))),
            ("gemini-2.5-flash", Off, Some(json!({"thinkingBudget": 0}))),
            ("gemini-2.5-pro", Off, Some(json!({"thinkingBudget": 128}))),
            ("models/gemini-2.5-flash", medium, Some(budget(5_000))),
            ("gemini-2.5-flash", On, Some(budget(-1))),
            ("gemini-2.5-flash", Budget(90_000), Some(budget(24_576))),
            ("gemini-3-flash-preview", max, Some(level("high"))),
            ("gemini-3-flash-preview", medium, Some(level("medium"))),
            ("gemini-3-pro-preview", medium, Some(level("high"))),
            ("gemini-flash-latest", Budget(2_000), Some(level("low"))),
            (
                "gemini-3-flash-preview",
                Off,
                Some(json!({"thinkingLevel": "minimal", "includeThoughts": false})),
            ),
        ] {
            assert_eq!(config(model, asked, 10_000), expected, "{model} {asked:?}");
        }
    }
}
