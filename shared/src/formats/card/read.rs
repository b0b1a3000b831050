//! Reading a card.

use serde_json::{Map, Value};

use super::{EXTENSION, KEPT, Version, data, prompt::Texts};
use crate::{
    formats::{
        FileKind, FileProblem, FromFile, MAX_BYTES, Note,
        file::{self, name_of},
        json::{self, Fields, JsonProblem},
        pictures,
        png::{self, Keyword},
        problem::WhichName,
    },
    personality::{Avatar, Definition, PersonalityName, Picture, PictureKind},
};

/// Reads a card from a PNG or from JSON.
pub fn read(bytes: &[u8]) -> Result<FromFile, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    if PictureKind::of(bytes) != Some(PictureKind::Png) {
        return from_fields(json::object(bytes)?);
    }
    let card = match png::text(bytes, Keyword::Ccv3)? {
        Some(card) => card,
        None => png::text(bytes, Keyword::Chara)?.ok_or(FileProblem::NoCard)?,
    };
    // a few programs leave the base64 away
    let fields = if card.trim_ascii_start().starts_with(b"{") {
        json::object(&card)?
    } else {
        json::object(&pictures::decode(&card).ok_or(FileProblem::Base64)?)?
    };
    let mut read = from_fields(fields)?;
    match Picture::from_bytes(png::without_cards(bytes)?) {
        Ok(picture) if picture.bytes == png::placeholder() => {}
        // what the card itself says of its picture holds: another program's card says nothing
        Ok(picture) if read.definition.avatar.is_none() => {
            read.definition.avatar = Some(Avatar::Kept(picture));
        }
        Ok(_) => {}
        Err(problem) => read.notes.push(Note::PictureLeftOut(problem)),
    }
    Ok(read)
}

/// Reads the fields of a card.
pub(in crate::formats) fn from_fields(
    mut card: Map<String, Value>,
) -> Result<FromFile, FileProblem> {
    let kind = FileKind::Card(Version::of(&card));
    let newer = Version::is_newer(&card).then_some(Note::Newer);
    let mut notes: Vec<Note> = newer.into_iter().collect();
    let ours = take_extension(&mut card);
    let name = name_of(name_in(&card)?, WhichName::Display)?;
    let prompt = Texts::of(data(&card))?.prompt();
    let mut definition = plain(&card, name.clone(), prompt.clone());
    if let Some(fields) = ours {
        match with_settings(name, prompt, fields) {
            Ok(full) => definition = full,
            Err(_) => notes.push(Note::SettingsLeftOut),
        }
    }
    definition.custom_fields.insert(KEPT.into(), Value::Object(card));
    definition.check().map_err(FileProblem::Definition)?;
    Ok(FromFile { definition, kind, notes })
}

fn name_in(card: &Map<String, Value>) -> Result<&str, FileProblem> {
    match data(card).get("name") {
        Some(Value::String(name)) => Ok(name),
        Some(_) => Err(JsonProblem::Field { field: "name", expected: "a text" }.into()),
        None => Err(FileProblem::Unknown),
    }
}

/// What a card of another program gives. Nobody has looked at it yet, so its owner alone sees it.
fn plain(card: &Map<String, Value>, name: PersonalityName, prompt: String) -> Definition {
    let avatar = picture_in(card);
    Definition { avatar, is_public: false, ..Definition::new(name, prompt) }
}

/// What a Troupe added to its card.
fn with_settings(
    name: PersonalityName,
    prompt: String,
    fields: Map<String, Value>,
) -> Result<Definition, FileProblem> {
    let mut fields = Fields(fields);
    let mut definition = Definition::new(name, prompt);
    definition.avatar = pictures::read(fields.object("avatar")?)?;
    file::read_settings(&mut definition, &mut fields)?;
    definition.check().map_err(FileProblem::Definition)?;
    Ok(definition)
}

/// Takes our part out of a card: it is written anew with each.
fn take_extension(card: &mut Map<String, Value>) -> Option<Map<String, Value>> {
    let extensions = card.get_mut("data")?.get_mut("extensions")?.as_object_mut()?;
    match extensions.remove(EXTENSION) {
        Some(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}

/// The address of a picture that a card names: V3's main icon, or `avatar`, which many programs add.
fn picture_in(card: &Map<String, Value>) -> Option<Avatar> {
    let assets = data(card).get("assets").and_then(Value::as_array).into_iter().flatten();
    let icons = assets.filter(|asset| asset.get("type").is_some_and(|kind| kind == "icon"));
    let mut addresses: Vec<(bool, &str)> = icons
        .filter_map(|icon| {
            let is_main = icon.get("name").is_some_and(|name| name == "main");
            Some((is_main, icon.get("uri")?.as_str()?))
        })
        .collect();
    // the main one first, the others as they come
    addresses.sort_by_key(|(is_main, _)| !is_main);
    let icons = addresses.into_iter().map(|(_, address)| address);
    let others = [card.get("avatar"), data(card).get("avatar")];
    let others = others.into_iter().flatten().filter_map(Value::as_str);
    icons.chain(others).find_map(picture_at)
}

fn picture_at(address: &str) -> Option<Avatar> {
    match address.strip_prefix("data:image/") {
        Some(data) => {
            let (_, data) = data.split_once(";base64,")?;
            Picture::from_bytes(pictures::decode(data.as_bytes())?).ok().map(Avatar::Kept)
        }
        None => Avatar::at(address).ok(),
    }
}
