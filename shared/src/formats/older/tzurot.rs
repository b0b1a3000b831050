//! Rows of a Tzurot database as a personality.
//!
//! The prompt is the content of the linked row of `system_prompts`, then, under the headings of
//! `profile`, `character_info` and the texts that follow it. What has no place here stays in the
//! custom field [`KEPT`], the original texts included; what was in their `custom_fields` stays where
//! it is.

use serde_json::{Map, Value};

use super::{
    Change, Older,
    config::{self, Names},
    lenient::Lenient,
    names::{choose, give_aliases, take_listed},
    profile,
};
use crate::{
    formats::{FileProblem, pictures, problem::WhichName},
    personality::{Avatar, Definition, Picture},
};

/// The custom field that holds what has no place.
pub const KEPT: &str = "tzurot";

/// Settings with a column of their own. They are called the same.
const NAMES: Names = Names {
    model: "model",
    vision_model: "vision_model",
    temperature: "temperature",
    top_p: "top_p",
    max_tokens: "max_tokens",
    memory_score_threshold: "memory_score_threshold",
    memory_limit: "memory_limit",
    max_conversation_history: "max_conversation_history",
};
/// Columns of older versions for what is an advanced parameter today, or was once.
const PARAMETERS: [&str; 10] = [
    "top_k",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "stop",
    "seed",
    "logit_bias",
    "response_format",
    "stream_response",
    "system_fingerprint",
];
/// The texts of the prompt, in its order.
const TEXTS: [&str; 9] = [
    "character_info",
    "personality_traits",
    "personality_tone",
    "personality_age",
    "personality_appearance",
    "personality_likes",
    "personality_dislikes",
    "conversational_goals",
    "conversational_examples",
];

/// The rows that belong to one personality, their columns in `snake_case`.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Of `personalities`.
    pub personality: Map<String, Value>,
    /// Of `system_prompts`.
    pub prompt: Option<Map<String, Value>>,
    /// Of `llm_configs`.
    pub config: Option<Map<String, Value>>,
    /// Of `personality_aliases`.
    pub aliases: Vec<String>,
}

/// What those rows are here.
pub fn read(rows: Rows) -> Result<Older, FileProblem> {
    let mut from = Lenient::new(rows.personality);
    let custom_fields = match from.fields.remove("custom_fields") {
        Some(Value::Object(fields)) => fields,
        // not what it should be: kept as it is
        Some(other) => {
            from.fields.insert("custom_fields".into(), other);
            Map::new()
        }
        None => Map::new(),
    };
    let mut custom = Lenient::new(custom_fields);
    let mut changes = Vec::new();

    let names: Vec<&str> =
        ["display_name", "name", "slug"].iter().filter_map(|name| from.look(name)).collect();
    let (display_name, spare_names) = choose(&names, &mut changes)
        .map_err(|problem| FileProblem::Name { which: WhichName::Display, problem })?;
    if from.look("display_name") == Some(display_name.as_str()) {
        from.fields.remove("display_name");
    }
    let mut prompt = Lenient::new(rows.prompt.unwrap_or_default());
    let content = prompt.text("content");
    let text = profile::prompt(content.as_deref(), &from.fields, TEXTS);
    let mut definition = Definition::new(display_name, text);
    definition.avatar = picture(&mut from, &mut changes);
    definition.error_message = from
        .parsed("error_message", super::error_message)
        .or_else(|| custom.parsed("errorMessage", super::error_message));
    definition.birthday = from.parsed("birthday", super::birthday);
    definition.is_public = from.flag("is_public").unwrap_or(true);

    let mut config = Lenient::new(rows.config.unwrap_or_default());
    definition.settings = config::settings(&mut config, &NAMES);
    let parameters = take_parameters(&mut config);
    let left = config::advanced(&mut definition.settings, &parameters, &mut changes);
    config.fields.extend(left);

    let aliases = take_listed(&mut custom.fields, "aliases").into_iter().chain(rows.aliases);
    let aliases: Vec<String> = aliases.collect();
    let count = aliases.len();
    give_aliases(&mut definition, aliases, &mut changes);
    for part in [&mut from, &mut custom, &mut config] {
        changes.append(&mut part.changes);
    }
    let kept_aside =
        from.fields.len() + custom.fields.len() + config.fields.len() + prompt.fields.len();
    definition.custom_fields.extend(custom.fields);
    keep(&mut definition, from.fields, prompt.fields, config.fields);
    definition.check().map_err(FileProblem::Definition)?;
    Ok(Older { definition, changes, kept_aside, aliases: count, spare_names })
}

fn keep(
    definition: &mut Definition,
    mut row: Map<String, Value>,
    prompt: Map<String, Value>,
    config: Map<String, Value>,
) {
    for (name, fields) in [("system_prompt", prompt), ("llm_config", config)] {
        if !fields.is_empty() {
            row.insert(name.into(), Value::Object(fields));
        }
    }
    if !row.is_empty() {
        definition.custom_fields.insert(KEPT.into(), Value::Object(row));
    }
}

/// `avatar_data`, which Postgres writes as `\x` and hexadecimal digits.
fn picture(from: &mut Lenient, changes: &mut Vec<Change>) -> Option<Avatar> {
    let written = from.text("avatar_data")?;
    let bytes = written.strip_prefix("\\x").and_then(|digits| hex::decode(digits).ok());
    match Picture::from_bytes(pictures::without_card(bytes.unwrap_or_default())) {
        Ok(picture) => Some(Avatar::Kept(picture)),
        Err(problem) => {
            changes.push(Change::LeftOut { field: "avatar_data", why: problem.to_string() });
            None
        }
    }
}

/// The columns first; what `advanced_parameters` says holds over them.
fn take_parameters(config: &mut Lenient) -> Map<String, Value> {
    let mut taken: Map<String, Value> = PARAMETERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), config.fields.remove(*name)?)))
        .collect();
    if let Some(Value::Object(advanced)) = config.fields.get("advanced_parameters") {
        for name in advanced.keys() {
            taken.remove(&super::snake_case(name));
        }
        taken.extend(advanced.clone());
        config.fields.remove("advanced_parameters");
    }
    taken
}
