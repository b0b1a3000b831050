//! The allow-list.

use serde_json::Value;

use super::{
    format,
    problem::ParameterIssue,
    reasoning, routing,
    value::{self, Problems, inside, refuse},
};
use crate::model::ModelId;

/// A field that may be set, for those who list them.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// Its name, as it is stored and sent.
    pub name: &'static str,
    /// What it may be, in words.
    pub range: &'static str,
    pub(super) shape: Shape,
}

/// How a field's value is taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Number(f64, f64),
    Whole(i64, i64),
    Choice(&'static [&'static str]),
    Stop,
    LogitBias,
    ResponseFormat,
    Reasoning,
    Routing,
    Models,
    Plugins,
}

/// Every field that may be set.
pub const ALLOWED: &[Allowed] = &[
    allowed("frequency_penalty", "a number from -2 to 2", Shape::Number(-2.0, 2.0)),
    allowed("logit_bias", "token ids with numbers from -100 to 100", Shape::LogitBias),
    allowed("min_p", "a number from 0 to 1", Shape::Number(0.0, 1.0)),
    allowed("models", "up to 8 model ids to fall back to", Shape::Models),
    allowed("plugins", "`[{\"id\": \"context-compression\"}]`", Shape::Plugins),
    allowed("presence_penalty", "a number from -2 to 2", Shape::Number(-2.0, 2.0)),
    allowed("provider", "OpenRouter's routing preferences", Shape::Routing),
    allowed("reasoning", "effort or max_tokens, enabled, exclude", Shape::Reasoning),
    allowed("repetition_penalty", "a number from 0 to 2", Shape::Number(0.0, 2.0)),
    allowed("response_format", "type text, json_object or json_schema", Shape::ResponseFormat),
    allowed("seed", "a whole number", Shape::Whole(-MAX_EXACT, MAX_EXACT)),
    allowed("stop", "1 to 4 texts", Shape::Stop),
    allowed("top_a", "a number from 0 to 1", Shape::Number(0.0, 1.0)),
    allowed("top_k", "a whole number of 0 or more", Shape::Whole(0, i64::MAX)),
    allowed("verbosity", "low, medium, high, xhigh or max", Shape::Choice(VERBOSITY)),
];

const VERBOSITY: &[&str] = &["low", "medium", "high", "xhigh", "max"];

/// The largest whole number that every reader of JSON keeps exactly.
const MAX_EXACT: i64 = 9_007_199_254_740_991;

/// What the program decides itself for every call.
const RESERVED: &[&str] = &[
    "messages",
    "metadata",
    "n",
    "prompt",
    "session_id",
    "stream",
    "stream_options",
    "tool_choice",
    "tools",
    "usage",
    "user",
];

/// What is set elsewhere, and where.
const ELSEWHERE: &[(&str, &str)] = &[
    ("model", "model"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("max_tokens", "max_tokens"),
    ("max_completion_tokens", "max_tokens"),
    ("reasoning_effort", "reasoning.effort"),
    ("include_reasoning", "reasoning.exclude"),
];

const fn allowed(name: &'static str, range: &'static str, shape: Shape) -> Allowed {
    Allowed { name, range, shape }
}

pub(super) fn find(name: &str) -> Option<&'static Allowed> {
    ALLOWED.iter().find(|field| field.name == name)
}

/// The value of a top-level field in its one form.
pub(super) fn take(name: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let at = inside("", name);
    let Some(field) = find(name) else {
        return refuse(&at, unknown(name), problems);
    };
    match field.shape {
        Shape::Number(min, max) => value::number(&at, value, (min, max), problems),
        Shape::Whole(min, max) => value::whole(&at, value, (min, max), problems),
        Shape::Choice(choices) => value::choice(&at, value, choices, problems),
        Shape::Stop => stop(&at, value, problems),
        Shape::LogitBias => logit_bias(&at, value, problems),
        Shape::ResponseFormat => format::take(&at, value, problems),
        Shape::Reasoning => reasoning::take(&at, value, problems),
        Shape::Routing => routing::take(&at, value, problems),
        Shape::Models => value::list(&at, value, 8, problems, model),
        Shape::Plugins => value::list(&at, value, 1, problems, plugin),
    }
}

fn unknown(name: &str) -> ParameterIssue {
    if let Some((_, setting)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
        return ParameterIssue::HasOwnSetting(setting);
    }
    if RESERVED.contains(&name) { ParameterIssue::Reserved } else { ParameterIssue::Unknown }
}

/// One text, or up to four.
fn stop(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    const MAX_CHARS: usize = 200;
    if value.is_string() {
        return Some(vec![value::text(at, value, MAX_CHARS, problems)?].into());
    }
    value::list(at, value, 4, problems, |at, text, problems| {
        value::text(at, text, MAX_CHARS, problems)
    })
}

fn logit_bias(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    const MAX_TOKENS: usize = 300;
    if value.as_object().is_some_and(|tokens| tokens.len() > MAX_TOKENS) {
        let range = format!("at most {MAX_TOKENS} tokens");
        return refuse(at, ParameterIssue::OutOfRange(range), problems);
    }
    value::object(at, value, problems, |at, token, bias, problems| {
        let is_id = token.bytes().all(|byte| byte.is_ascii_digit()) && token.parse::<u32>().is_ok();
        if !is_id {
            return refuse(
                at,
                ParameterIssue::Malformed("is no token id: a whole number"),
                problems,
            );
        }
        value::number(at, bias, (-100.0, 100.0), problems)
    })
}

fn model(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    match value.as_str().map(ModelId::parse) {
        Some(Ok(id)) => Some(String::from(id).into()),
        _ => refuse(at, ParameterIssue::Malformed("is no model id like `author/model`"), problems),
    }
}

/// Compression of a conversation that is too long is the one plugin that costs nothing and reads
/// nothing from elsewhere.
fn plugin(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let taken = value::object(at, value, problems, |at, name, value, problems| match name {
        "id" => value::choice(at, value, &["context-compression"], problems),
        "engine" => value::choice(at, value, &["middle-out"], problems),
        "enabled" => value::switch(at, value, problems),
        _ => refuse(at, ParameterIssue::Unknown, problems),
    })?;
    if taken.get("id").is_none() {
        let missing = ParameterIssue::Malformed("is missing");
        return refuse(&inside(at, "id"), missing, problems);
    }
    Some(taken)
}
