//! `provider`: how `OpenRouter` chooses among the companies that run a model.

use serde_json::Value;

use super::{
    problem::ParameterIssue,
    value::{self, Problems, refuse},
};
use crate::money::NanoUsd;

const SORTS: &[&str] = &["price", "throughput", "latency", "exacto"];
const QUANTIZATIONS: &[&str] = &[
    "int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32",
    "unknown",
];
const PERCENTILES: &[&str] = &["p50", "p75", "p90", "p99"];

pub(super) fn take(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    value::object(at, value, problems, |at, name, value, problems| match name {
        "order" | "only" | "ignore" => value::list(at, value, 32, problems, slug),
        "allow_fallbacks" | "require_parameters" | "zdr" | "enforce_distillable_text" => {
            value::switch(at, value, problems)
        }
        "data_collection" => value::choice(at, value, &["allow", "deny"], problems),
        "quantizations" => {
            value::list(at, value, QUANTIZATIONS.len(), problems, |at, v, problems| {
                value::choice(at, v, QUANTIZATIONS, problems)
            })
        }
        "sort" => sort(at, value, problems),
        "max_price" => max_price(at, value, problems),
        "preferred_min_throughput" | "preferred_max_latency" => preferred(at, value, problems),
        _ => refuse(at, ParameterIssue::Unknown, problems),
    })
}

/// A company's name in an address: `amazon-bedrock`, `deepinfra/turbo`, or as it is displayed.
fn slug(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    match value.as_str() {
        Some(name) if (1..=60).contains(&name.len()) && name.chars().all(fits) => {
            Some(value.clone())
        }
        _ => refuse(
            at,
            ParameterIssue::Malformed("is no provider's name like `deepinfra`"),
            problems,
        ),
    }
}

fn sort(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    if value.is_object() {
        return value::object(at, value, problems, |at, name, value, problems| match name {
            "by" => value::choice(at, value, SORTS, problems),
            "partition" => value::choice(at, value, &["model", "none"], problems),
            _ => refuse(at, ParameterIssue::Unknown, problems),
        });
    }
    value::choice(at, value, SORTS, problems)
}

/// Dollars, for a million tokens or one request or image: a number, or a text that keeps it exact.
fn max_price(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    value::object(at, value, problems, |at, name, price, problems| {
        if !["prompt", "completion", "request", "image", "audio"].contains(&name) {
            return refuse(at, ParameterIssue::Unknown, problems);
        }
        match price {
            Value::String(text)
                if NanoUsd::parse(text).is_some_and(|price| price >= NanoUsd::ZERO) =>
            {
                Some(text.trim().into())
            }
            Value::Number(_) => value::number(at, price, (0.0, 1_000_000.0), problems),
            _ => refuse(at, ParameterIssue::WrongType("an amount in dollars"), problems),
        }
    })
}

/// One number, or one for each percentile.
fn preferred(at: &str, value: &Value, problems: &mut Problems) -> Option<Value> {
    const RANGE: (f64, f64) = (0.0, 1_000_000.0);
    if value.is_object() {
        return value::object(at, value, problems, |at, name, value, problems| {
            if PERCENTILES.contains(&name) {
                value::number(at, value, RANGE, problems)
            } else {
                refuse(at, ParameterIssue::Unknown, problems)
            }
        });
    }
    value::number(at, value, RANGE, problems)
}
