//! Backups of shapes.inc: one JSON per personality, with some thirty fields that we know and about
//! three hundred more.
//!
//! The prompt is `jailbreak`, then, under the headings of `profile`, `user_prompt` and the
//! `personality_*` texts. They stay in the custom fields too, as does every field that has no place.

use serde_json::{Map, Value, json};

use super::{
    Older,
    config::{self, Names},
    lenient::Lenient,
    names::{choose, give_aliases, take_listed},
    object, profile,
};
use crate::{
    formats::{FileProblem, MAX_BYTES, problem::WhichName},
    personality::{Avatar, Definition},
};

/// Settings with a column of their own.
const NAMES: Names = Names {
    model: "engine_model",
    vision_model: "vision_engine_model",
    temperature: "engine_temperature",
    top_p: "engine_top_p",
    max_tokens: "engine_max_tokens",
    memory_score_threshold: "ltm_threshold",
    memory_limit: "ltm_max_retrieved_summaries",
    max_conversation_history: "stm_window",
};
/// Parameters that go along with a call, without the `engine_` in front of them.
const PARAMETERS: [&str; 6] =
    ["top_k", "frequency_penalty", "presence_penalty", "repetition_penalty", "min_p", "top_a"];
/// The texts of the prompt, in its order.
const TEXTS: [&str; 9] = [
    "user_prompt",
    "personality_traits",
    "personality_tone",
    "personality_age",
    "personality_appearance",
    "personality_likes",
    "personality_dislikes",
    "personality_conversational_goals",
    "personality_conversational_examples",
];

/// A personality of a backup, and by what it was known there.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// As it would be here.
    pub older: Older,
    /// Its `id`, or where it had none, its `username`, or its name.
    pub id: String,
}

/// Reads one file of a backup.
pub fn read(bytes: &[u8]) -> Result<Shape, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    from_fields(object(bytes)?)
}

fn from_fields(fields: Map<String, Value>) -> Result<Shape, FileProblem> {
    let mut from = Lenient::new(fields);
    let name = from.look("name").ok_or(FileProblem::Unknown)?.to_owned();
    let username = from.look("username").map(str::to_owned);
    let id = from.look("id").or(username.as_deref()).unwrap_or(&name).to_owned();
    let mut changes = Vec::new();
    let names: Vec<&str> = std::iter::once(name.as_str()).chain(username.as_deref()).collect();
    let (display_name, spare_names) = choose(&names, &mut changes)
        .map_err(|problem| FileProblem::Name { which: WhichName::Display, problem })?;
    if display_name.as_str() == name {
        from.fields.remove("name");
    }
    let prompt = profile::prompt(from.look("jailbreak"), &from.fields, TEXTS);
    let mut definition = Definition::new(display_name, prompt);
    definition.avatar = from.parsed("avatar", Avatar::at);
    definition.error_message = from.parsed("error_message", super::error_message);
    definition.birthday = from.parsed("birthday", super::birthday);
    definition.settings = config::settings(&mut from, &NAMES);
    let parameters = take_parameters(&mut from);
    let left = config::advanced(&mut definition.settings, &parameters, &mut changes);
    from.fields.extend(left.into_iter().map(|(name, value)| (format!("engine_{name}"), value)));
    let mut aliases = take_listed(&mut from.fields, "aliases");
    aliases.extend(take_listed(&mut from.fields, "alias"));
    let count = aliases.len();
    give_aliases(&mut definition, aliases, &mut changes);
    changes.extend(from.changes);
    let kept_aside = from.fields.len();
    definition.custom_fields.extend(from.fields);
    definition.check().map_err(FileProblem::Definition)?;
    Ok(Shape { older: Older { definition, changes, kept_aside, aliases: count, spare_names }, id })
}

fn take_parameters(from: &mut Lenient) -> Map<String, Value> {
    let mut taken = Map::new();
    for name in PARAMETERS {
        if let Some(value) = from.fields.remove(&format!("engine_{name}")) {
            taken.insert(name.to_owned(), value);
        }
    }
    if let Some(model) = from.text("fallback_engine_model") {
        taken.insert("fallback_models".to_owned(), json!([model]));
    }
    taken
}
