//! Writing a card: the one that was read, with what was changed here put in.

use serde_json::{Map, Value, json};

use super::{EXTENSION, KEPT, Version, data, prompt::Texts};
use crate::{
    formats::{
        file, pictures,
        png::{self, Keyword},
    },
    personality::{Avatar, Definition, PersonalityName, Picture, PictureKind},
};

/// The card as JSON: V2, or V3 where that is what was read.
#[must_use]
pub fn write_json(definition: &Definition) -> Vec<u8> {
    file::pretty(&Value::Object(card(definition, definition.avatar.as_ref())))
}

/// The card inside a PNG: inside `picture`, if that is one, else inside the personality's own, else
/// inside a small picture that stands for none. A V3 card is written as V2 too, for older programs.
#[must_use]
pub fn write_png(definition: &Definition, picture: Option<&Picture>) -> Vec<u8> {
    let is_png = |picture: &&Picture| {
        picture.kind == PictureKind::Png && png::without_cards(&picture.bytes).is_ok()
    };
    let own = match &definition.avatar {
        Some(Avatar::Kept(picture)) => Some(picture),
        Some(Avatar::At(_)) | None => None,
    };
    let own_png = own.filter(is_png);
    let carrier = picture.filter(is_png).or(own_png);
    // the picture itself need not be in the card a second time
    let told = definition.avatar.as_ref().filter(|_| own_png.is_none() || own_png != carrier);
    let card = card(definition, told);
    let (v3, v2) = match Version::of(&card) {
        Version::V3 => (Some(encoded(card.clone())), as_v2(card)),
        Version::V1 | Version::V2 => (None, card),
    };
    let v2 = encoded(v2);
    let mut texts = vec![(Keyword::Chara, v2.as_str())];
    texts.extend(v3.as_deref().map(|card| (Keyword::Ccv3, card)));
    let carrier = carrier.map_or_else(png::placeholder, |picture| picture.bytes.clone());
    // whether it is a PNG was looked at above
    png::with_texts(&carrier, &texts).unwrap_or(carrier)
}

fn encoded(card: Map<String, Value>) -> String {
    pictures::encode(Value::Object(card).to_string().as_bytes())
}

fn as_v2(mut card: Map<String, Value>) -> Map<String, Value> {
    card.insert("spec".into(), "chara_card_v2".into());
    card.insert("spec_version".into(), "2.0".into());
    card
}

fn card(definition: &Definition, avatar: Option<&Avatar>) -> Map<String, Value> {
    let mut card = match definition.custom_fields.get(KEPT) {
        Some(Value::Object(card)) => card.clone(),
        _ => Map::new(),
    };
    if Version::of(&card) == Version::V1 {
        let old = data(&card).clone();
        card = as_v2(card);
        card.insert("data".into(), v2_data(&old));
    }
    put_changes(&mut card, definition);
    if let Some(data) = card.get_mut("data").and_then(Value::as_object_mut) {
        let extensions = data.entry("extensions").or_insert_with(|| json!({}));
        if !extensions.is_object() {
            *extensions = json!({});
        }
        extensions[EXTENSION] = extension(definition, avatar);
    }
    card
}

/// All fields that V2 asks for, with what V1 had.
fn v2_data(old: &Map<String, Value>) -> Value {
    let text = |field: &str| match old.get(field) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    json!({
        "name": text("name"),
        "description": text("description"),
        "personality": text("personality"),
        "scenario": text("scenario"),
        "first_mes": text("first_mes"),
        "mes_example": text("mes_example"),
        "creator_notes": "",
        "system_prompt": "",
        "post_history_instructions": "",
        "alternate_greetings": [],
        "tags": [],
        "creator": "",
        "character_version": "",
        "extensions": {},
    })
}

/// Name and prompt, where they are not what the card says.
fn put_changes(card: &mut Map<String, Value>, definition: &Definition) {
    let name = data(card).get("name").and_then(Value::as_str).unwrap_or_default();
    if PersonalityName::parse(name).as_ref() != Ok(&definition.display_name) {
        put(card, "name", definition.display_name.as_str());
    }
    // a card whose texts are none was never read
    let old = Texts::of(data(card)).unwrap_or_default();
    let new = old.changed_to(&definition.system_prompt);
    for ((field, old), (_, new)) in old.fields().zip(new.fields()) {
        if old != new {
            put(card, field, new);
        }
    }
}

/// Sets a field, also where a card says it a second time, as V1 had it.
fn put(card: &mut Map<String, Value>, field: &str, text: &str) {
    if let Some(old) = card.get_mut(field) {
        *old = text.into();
    }
    if let Some(data) = card.get_mut("data").and_then(Value::as_object_mut) {
        data.insert(field.into(), text.into());
    }
}

/// What a card has no fields for.
fn extension(definition: &Definition, avatar: Option<&Avatar>) -> Value {
    let mut fields = file::to_settings(definition);
    if let Some(Value::Object(custom)) = fields.get_mut("custom_fields") {
        custom.remove(KEPT);
    }
    if let Some(avatar) = avatar {
        fields.insert("avatar".into(), pictures::write(avatar));
    }
    Value::Object(fields)
}
