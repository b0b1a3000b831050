//! Our own JSON: everything about a personality that its owner decides.
//!
//! ```json
//! { "format": "troupe-personality", "version": 1, "name": "Viola", "aliases": ["Vi"],
//!   "system_prompt": "You are Viola.", "avatar": { "type": "image/png", "data": "iVBO…" },
//!   "error_message": null, "birthday": "11-27", "public": true,
//!   "model": { "provider": "openrouter", "model": null, "advanced_parameters": {} },
//!   "custom_fields": {} }
//! ```
//!
//! A newer version's fields are kept under [`NEWER`] in the custom fields, and written out again.

use serde_json::{Map, Value, json};

use super::{
    FileKind, FileProblem, FromFile, MAX_BYTES, Note,
    json::{self, Fields},
    pictures,
    problem::WhichName,
};
use crate::{
    model::{ModelId, Provider},
    params::AdvancedParameters,
    personality::{Definition, ModelSettings, PersonalityName},
};

/// What `format` says.
const FORMAT: &str = "troupe-personality";
/// What `version` says.
const VERSION: i64 = 1;
/// The custom field that holds the fields of a newer version.
const NEWER: &str = "troupe:newer";
/// Fields of a line of an export, which tell more than the personality itself.
pub(super) const EXPORTED: [&str; 4] = ["id", "owner", "created_at", "channels"];

/// Writes a personality, in lines that people can read.
#[must_use]
pub fn to_json(definition: &Definition) -> Vec<u8> {
    pretty(&Value::Object(to_fields(definition)))
}

/// Reads what [`to_json`] wrote.
pub fn from_json(bytes: &[u8]) -> Result<Definition, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let fields = json::object(bytes)?;
    if !is_own(&fields) {
        return Err(FileProblem::Unknown);
    }
    Ok(from_fields(fields)?.definition)
}

/// JSON with line breaks. What we write are texts and numbers, which can always be written.
pub(super) fn pretty(json: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(json).unwrap_or_default();
    text.push(b'\n');
    text
}

pub(super) fn is_own(fields: &Map<String, Value>) -> bool {
    fields.get("format").is_some_and(|format| format == FORMAT)
}

/// All fields.
pub(super) fn to_fields(definition: &Definition) -> Map<String, Value> {
    let mut fields = to_settings(definition);
    fields.insert("format".into(), FORMAT.into());
    fields.insert("version".into(), VERSION.into());
    fields.insert("name".into(), definition.display_name.as_str().into());
    fields.insert("system_prompt".into(), definition.system_prompt.as_str().into());
    fields.insert("avatar".into(), definition.avatar.as_ref().map(pictures::write).into());
    if let Some(Value::Object(newer)) = definition.custom_fields.get(NEWER) {
        put_back(&mut fields, newer);
    }
    fields
}

/// Adds what is not there, also one level further in.
fn put_back(fields: &mut Map<String, Value>, kept: &Map<String, Value>) {
    for (name, value) in kept {
        match (fields.get_mut(name), value) {
            (None, _) => drop(fields.insert(name.clone(), value.clone())),
            (Some(Value::Object(inner)), Value::Object(kept)) => put_back(inner, kept),
            (Some(_), _) => {}
        }
    }
}

/// All but what a card has fields for: name, prompt and picture.
pub(super) fn to_settings(definition: &Definition) -> Map<String, Value> {
    let aliases: Vec<&str> = definition.aliases.iter().map(PersonalityName::as_str).collect();
    let mut custom_fields = definition.custom_fields.clone();
    custom_fields.remove(NEWER);
    let fields = json!({
        "aliases": aliases,
        "error_message": definition.error_message,
        "birthday": definition.birthday.map(|day| day.to_string()),
        "public": definition.is_public,
        "model": model(&definition.settings),
        "custom_fields": custom_fields,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn model(settings: &ModelSettings) -> Value {
    json!({
        "provider": settings.provider.as_str(),
        "model": settings.model,
        "vision_model": settings.vision_model,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "max_tokens": settings.max_tokens,
        "memory_score_threshold": settings.memory_score_threshold,
        "memory_limit": settings.memory_limit,
        "max_conversation_history": settings.max_conversation_history,
        "max_referenced_messages": settings.max_referenced_messages,
        "max_mentions_per_message": settings.max_mentions_per_message,
        "max_channels_per_message": settings.max_channels_per_message,
        "max_roles_per_message": settings.max_roles_per_message,
        "ltm_search_history_turns": settings.ltm_search_history_turns,
        "advanced_parameters": settings.advanced.as_json(),
    })
}

/// Reads all fields. What is left over is kept.
pub(super) fn from_fields(fields: Map<String, Value>) -> Result<FromFile, FileProblem> {
    let mut fields = Fields(fields);
    fields.0.remove("format");
    let version = fields.whole("version")?.unwrap_or(VERSION);
    for name in EXPORTED {
        fields.0.remove(name);
    }
    let name = fields.text("name")?.ok_or(FileProblem::Unknown)?;
    let system_prompt = fields.text("system_prompt")?.unwrap_or_default();
    let mut definition = Definition::new(name_of(&name, WhichName::Display)?, system_prompt);
    definition.avatar = pictures::read(fields.object("avatar")?)?;
    read_settings(&mut definition, &mut fields)?;
    if !fields.0.is_empty() {
        definition.custom_fields.insert(NEWER.into(), Value::Object(fields.0));
    }
    definition.check().map_err(FileProblem::Definition)?;
    let notes = if version > VERSION { vec![Note::Newer] } else { Vec::new() };
    Ok(FromFile { definition, kind: FileKind::Own, notes })
}

/// Takes the fields of [`to_settings`].
pub(super) fn read_settings(
    definition: &mut Definition,
    fields: &mut Fields,
) -> Result<(), FileProblem> {
    definition.aliases = aliases(&definition.display_name, &fields.texts("aliases")?)?;
    definition.error_message = fields.text("error_message")?;
    let birthday = fields.text("birthday")?;
    definition.birthday =
        birthday.map(|day| day.parse().map_err(|_| FileProblem::Birthday)).transpose()?;
    definition.is_public = fields.flag("public")?.unwrap_or(true);
    let mut model = Fields(fields.object("model")?);
    definition.settings = settings(&mut model)?;
    if !model.0.is_empty() {
        fields.0.insert("model".into(), Value::Object(model.0));
    }
    definition.custom_fields = fields.object("custom_fields")?;
    Ok(())
}

/// The aliases, each once, and none that is the name itself.
fn aliases(
    name: &PersonalityName,
    written: &[String],
) -> Result<Vec<PersonalityName>, FileProblem> {
    let mut known = vec![name.folded()];
    let mut aliases = Vec::new();
    for (index, alias) in written.iter().enumerate() {
        let alias = name_of(alias, WhichName::Alias(index + 1))?;
        if !known.contains(&alias.folded()) {
            known.push(alias.folded());
            aliases.push(alias);
        }
    }
    Ok(aliases)
}

pub(super) fn name_of(name: &str, which: WhichName) -> Result<PersonalityName, FileProblem> {
    PersonalityName::parse(name).map_err(|problem| FileProblem::Name { which, problem })
}

fn model_id(provider: Provider, id: Option<String>) -> Result<Option<String>, FileProblem> {
    let read = |id: String| ModelId::parse_for(provider, &id);
    let id = id.map(read).transpose().map_err(FileProblem::Model)?;
    Ok(id.map(|id| id.as_str().to_owned()))
}

fn settings(fields: &mut Fields) -> Result<ModelSettings, FileProblem> {
    let provider = match fields.text("provider")? {
        Some(name) => Provider::parse(&name).map_err(|_| FileProblem::Provider)?,
        None => ModelSettings::default().provider,
    };
    let advanced = Value::Object(fields.object("advanced_parameters")?);
    Ok(ModelSettings {
        provider,
        model: model_id(provider, fields.text("model")?)?,
        vision_model: model_id(provider, fields.text("vision_model")?)?,
        temperature: fields.number("temperature")?,
        top_p: fields.number("top_p")?,
        max_tokens: fields.whole("max_tokens")?,
        memory_score_threshold: fields.number("memory_score_threshold")?,
        memory_limit: fields.whole("memory_limit")?,
        max_conversation_history: fields.whole("max_conversation_history")?,
        max_referenced_messages: fields.whole("max_referenced_messages")?,
        max_mentions_per_message: fields.whole("max_mentions_per_message")?,
        max_channels_per_message: fields.whole("max_channels_per_message")?,
        max_roles_per_message: fields.whole("max_roles_per_message")?,
        ltm_search_history_turns: fields.whole("ltm_search_history_turns")?,
        advanced: AdvancedParameters::from_json(&advanced).map_err(FileProblem::Parameters)?,
    })
}
