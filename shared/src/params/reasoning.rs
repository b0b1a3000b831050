use serde_json::{Map, Value};

use super::{
    problem::ParameterIssue,
    value::{self, Problems, inside, refuse},
};

/// The smallest budget that a provider takes, in tokens.
pub const MIN_BUDGET: i64 = 1024;

/// How much a model shall think, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// All it can.
    Max,
    /// Nearly all.
    Xhigh,
    /// Much.
    High,
    /// Some.
    Medium,
    /// Little.
    Low,
    /// Next to nothing.
    Minimal,
}

impl Effort {
    const NAMED: [(Self, &'static str); 6] = [
        (Self::Max, "max"),
        (Self::Xhigh, "xhigh"),
        (Self::High, "high"),
        (Self::Medium, "medium"),
        (Self::Low, "low"),
        (Self::Minimal, "minimal"),
    ];

    /// The effort as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMED.iter().find(|(effort, _)| *effort == self).map_or("medium", |(_, name)| name)
    }

    /// The share of the whole answer that such an effort thinks, as `OpenRouter` reckons it, in percent.
    #[must_use]
    pub const fn percent(self) -> i64 {
        match self {
            Self::Max | Self::Xhigh => 95,
            Self::High => 80,
            Self::Medium => 50,
            Self::Low => 20,
            Self::Minimal => 10,
        }
    }

    /// The effort that comes nearest to a budget within an answer of `max_tokens`, for those who take no
    /// budget.
    #[must_use]
    pub const fn of_budget(budget: i64, max_tokens: i64) -> Self {
        let percent = if max_tokens > 0 { budget.saturating_mul(100) / max_tokens } else { 0 };
        match percent {
            88.. => Self::Xhigh,
            65.. => Self::High,
            35.. => Self::Medium,
            15.. => Self::Low,
            _ => Self::Minimal,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(_, name)| *name == text).map(|(effort, _)| *effort)
    }
}

/// What is asked of a model's reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasoning {
    /// Nothing is said: as the model does by itself.
    Unset,
    /// It shall not think.
    Off,
    /// It shall think, as much as is usual for it.
    On,
    /// It shall think so much.
    Effort(Effort),
    /// It may think so many tokens.
    Budget(i64),
}

impl Reasoning {
    /// What accepted parameters ask for.
    #[must_use]
    pub fn of(parameters: &Map<String, Value>) -> Self {
        parameters.get("reasoning").map_or(Self::Unset, read)
    }
}

const EFFORTS: &[&str] = &["max", "xhigh", "high", "medium", "low", "minimal", "none"];

/// What an accepted `reasoning` object asks for. `none` and `enabled: false` both mean off.
fn read(reasoning: &Value) -> Reasoning {
    let effort = reasoning.get("effort").and_then(Value::as_str);
    let enabled = reasoning.get("enabled").and_then(Value::as_bool);
    if effort == Some("none") || enabled == Some(false) {
        return Reasoning::Off;
    }
    if let Some(budget) = reasoning.get("max_tokens").and_then(Value::as_i64) {
        return Reasoning::Budget(budget);
    }
    match (effort.and_then(Effort::parse), enabled) {
        (Some(effort), _) => Reasoning::Effort(effort),
        (None, Some(true)) => Reasoning::On,
        (None, _) => Reasoning::Unset,
    }
}

pub(super) fn take(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let taken = value::object(at, value, problems, |at, name, value, problems| match name {
        "effort" => value::choice(at, value, EFFORTS, problems),
        "max_tokens" => value::whole(at, value, (MIN_BUDGET, i64::MAX), problems),
        "enabled" | "exclude" => value::switch(at, value, problems),
        _ => refuse(at, ParameterIssue::Unknown, problems),
    })?;
    if let Some((field, other)) = contradiction(&taken) {
        return refuse(&inside(at, field), ParameterIssue::Conflict(other), problems);
    }
    Some(taken)
}

/// Two fields that say different things: which of them would hold is the provider's guess.
fn contradiction(reasoning: &Value) -> Option<(&'static str, &'static str)> {
    let effort = reasoning.get("effort").and_then(Value::as_str);
    let enabled = reasoning.get("enabled").and_then(Value::as_bool);
    let budget = reasoning.get("max_tokens").is_some();
    match (effort, enabled, budget) {
        (Some(_), _, true) => Some(("max_tokens", "reasoning.effort")),
        (Some("none"), Some(true), _) => Some(("effort", "reasoning.enabled: true")),
        (Some(effort), Some(false), _) if effort != "none" => {
            Some(("effort", "reasoning.enabled: false"))
        }
        (None, Some(false), true) => Some(("max_tokens", "reasoning.enabled: false")),
        _ => None,
    }
}
