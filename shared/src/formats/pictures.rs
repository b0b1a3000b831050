//! Pictures inside JSON.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use serde_json::{Map, Value, json};

use super::{
    FileProblem,
    json::{Fields, JsonProblem},
    png,
};
use crate::personality::{Avatar, Picture};

/// With or without the signs at the end: programs differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes as base64.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What base64 stands for; white space in it means nothing.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(plain).ok()
}

/// A picture without the card that may lie in it: whoever sees the picture need not get the card.
#[must_use]
pub fn without_card(bytes: Vec<u8>) -> Vec<u8> {
    png::without_cards(&bytes).unwrap_or(bytes)
}

/// `{"url": …}`, or `{"type": …, "data": …}` with the picture itself.
pub(super) fn write(avatar: &Avatar) -> Value {
    match avatar {
        Avatar::At(url) => json!({ "url": url }),
        Avatar::Kept(picture) => {
            json!({ "type": picture.kind.content_type(), "data": encode(&picture.bytes) })
        }
    }
}

/// What [`write()`] wrote; `None` for an empty object. The type is known by the bytes.
pub(super) fn read(fields: Map<String, Value>) -> Result<Option<Avatar>, FileProblem> {
    let mut fields = Fields(fields);
    if let Some(url) = fields.text("url")? {
        return Avatar::at(&url).map(Some).map_err(|_| FileProblem::Address);
    }
    let Some(data) = fields.text("data")? else { return Ok(None) };
    let expected = JsonProblem::Field { field: "avatar.data", expected: "base64" };
    let bytes = decode(data.as_bytes()).ok_or(expected)?;
    let picture = Picture::from_bytes(bytes).map_err(FileProblem::Picture)?;
    Ok(Some(Avatar::Kept(picture)))
}
