//! How a model is called: the numbers and parameters of older systems as our settings.

use serde_json::{Map, Value};

use super::{Change, lenient::Lenient};
use crate::{
    model::{ModelId, Provider},
    params::{AdvancedParameters, DropReason, Dropped},
    personality::ModelSettings,
};

/// Takes the settings that have a column of their own. `names` says how they are called there.
pub(super) struct Names {
    pub(super) model: &'static str,
    pub(super) vision_model: &'static str,
    pub(super) temperature: &'static str,
    pub(super) top_p: &'static str,
    pub(super) max_tokens: &'static str,
    pub(super) memory_score_threshold: &'static str,
    pub(super) memory_limit: &'static str,
    pub(super) max_conversation_history: &'static str,
}

pub(super) fn settings(from: &mut Lenient, names: &Names) -> ModelSettings {
    let provider = from.parsed("provider", |name| {
        Provider::built_in(name).map_err(|_| "this provider is not known here")
    });
    let provider = provider.unwrap_or(ModelSettings::default().provider);
    ModelSettings {
        provider,
        model: model(from, provider, names.model),
        vision_model: model(from, provider, names.vision_model),
        temperature: from.real(names.temperature, "temperature"),
        top_p: from.real(names.top_p, "top_p"),
        max_tokens: from.whole(names.max_tokens, "max_tokens"),
        memory_score_threshold: from.real(names.memory_score_threshold, "memory_score_threshold"),
        memory_limit: from.whole(names.memory_limit, "memory_limit"),
        max_conversation_history: from
            .whole(names.max_conversation_history, "max_conversation_history"),
        max_referenced_messages: same(from, "max_referenced_messages"),
        max_mentions_per_message: same(from, "max_mentions_per_message"),
        max_channels_per_message: same(from, "max_channels_per_message"),
        max_roles_per_message: same(from, "max_roles_per_message"),
        ltm_search_history_turns: same(from, "ltm_search_history_turns"),
        advanced: AdvancedParameters::default(),
    }
}

/// A number that is called the same in every system.
fn same(from: &mut Lenient, name: &'static str) -> Option<i64> {
    from.whole(name, name)
}

fn model(from: &mut Lenient, provider: Provider, name: &str) -> Option<String> {
    from.parsed(name, |id| ModelId::parse_for(provider, id).map(|id| id.as_ref().to_owned()))
}

/// Takes parameters that go along with a call; what is not allowed comes back for the custom fields.
pub(super) fn advanced(
    settings: &mut ModelSettings,
    fields: &Map<String, Value>,
    changes: &mut Vec<Change>,
) -> Map<String, Value> {
    let (advanced, dropped) = AdvancedParameters::from_legacy(fields);
    settings.advanced = advanced;
    let mut left = Map::new();
    for Dropped { field, value, why } in dropped {
        let why = match why {
            DropReason::Clamped { to } => {
                let (from, to) = (value.to_string(), to.to_string());
                changes.push(Change::Clamped { field, from, to });
                continue;
            }
            DropReason::HasOwnSetting(name) if take_own(settings, name, &value) => continue,
            DropReason::HasOwnSetting(name) => format!("{name} says something else"),
            // there are many, and they are counted
            DropReason::Unknown => String::new(),
            DropReason::Invalid(issue) => format!("it {issue}"),
        };
        if !why.is_empty() {
            changes.push(Change::SetAside { field: field.clone(), why });
        }
        left.insert(field, value);
    }
    left
}

/// A parameter that has a setting of its own here goes there, where that says nothing yet.
fn take_own(settings: &mut ModelSettings, name: &str, value: &Value) -> bool {
    let before = settings.clone();
    match name {
        "temperature" if settings.temperature.is_none() => settings.temperature = value.as_f64(),
        "top_p" if settings.top_p.is_none() => settings.top_p = value.as_f64(),
        "max_tokens" if settings.max_tokens.is_none() => settings.max_tokens = value.as_i64(),
        _ => {}
    }
    if settings.check().is_err() {
        *settings = before;
        return false;
    }
    *settings != before
}
