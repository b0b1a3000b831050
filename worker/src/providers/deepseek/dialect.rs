use serde_json::{Value, json};
use shared::params::{Effort, Reasoning, Wire};

use crate::providers::{ChatRequest, openai_chat::Dialect, parameters::Fields};

/// How `DeepSeek`'s models are spoken to.
pub const DIALECT: Dialect = Dialect {
    wire: Wire::DeepSeek,
    token_limit: "max_tokens",
    instructions: "system",
    user: Some("user_id"),
    session: None,
    longest_pseudonym: 64,
    asks_for_usage: true,
    not_by_model: &[],
    translate,
};

fn translate(request: &ChatRequest, name: &str, value: &Value) -> Option<Fields> {
    match name {
        "reasoning" => Some(thinking(Reasoning::of(&request.advanced), request.max_tokens)),
        // a schema is not taken, but JSON can be asked for
        "response_format" => {
            let kind = if value["type"] == "text" { "text" } else { "json_object" };
            Some(vec![("response_format", json!({"type": kind}))])
        }
        _ => None,
    }
}

/// Thinking is on unless it is switched off.
fn thinking(asked: Reasoning, max_tokens: u32) -> Fields {
    let effort = match asked {
        Reasoning::Unset => return vec![],
        Reasoning::Off => return vec![("thinking", json!({"type": "disabled"}))],
        Reasoning::On => None,
        Reasoning::Effort(effort) => Some(effort),
        Reasoning::Budget(budget) => Some(Effort::of_budget(budget, max_tokens.into())),
    };
    let mut fields = vec![("thinking", json!({"type": "enabled"}))];
    fields.extend(effort.map(|effort| ("reasoning_effort", json!(name(effort)))));
    fields
}

/// There are three efforts; the provider maps the others so.
const fn name(effort: Effort) -> &'static str {
    match effort {
        Effort::Minimal | Effort::Low => "low",
        Effort::Medium | Effort::High | Effort::Xhigh => "high",
        Effort::Max => "max",
    }
}
