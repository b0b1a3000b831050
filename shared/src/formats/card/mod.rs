//! Character cards: what people trade, as JSON or inside a PNG.
//!
//! V1 is an object with six texts; V2 and V3 say which they are in `spec` and hold their fields in
//! `data` (github.com/malfoyslastname/character-card-spec-v2, kwaroran/character-card-spec-v3). In
//! a PNG, a `tEXt` chunk `chara` holds the JSON in base64, and `ccv3` that of a V3 card; where both
//! are, `ccv3` counts.
//!
//! A card's texts become one system prompt ([`prompt`] says how), its picture the avatar. The card
//! itself stays in the custom field [`KEPT`], with all that we have no place for: greetings, lore
//! books, tags, other programs' fields. Writing gives that card back, with what was changed here put
//! in. What a card can't say (aliases, model settings, …) lies in `data.extensions.troupe`, so that
//! another Troupe reads all of it.

mod prompt;
mod read;
mod write;

use serde_json::{Map, Value};

pub(super) use read::from_fields;
pub use {
    read::read,
    write::{write_json, write_png},
};

/// The custom field that holds the card.
pub const KEPT: &str = "card";
/// Our own key in a card's extensions.
const EXTENSION: &str = "troupe";

/// Which of the specifications a card follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The first, which has no name of its own.
    V1,
    /// `chara_card_v2`.
    V2,
    /// `chara_card_v3`, or a later one.
    V3,
}

impl Version {
    fn of(card: &Map<String, Value>) -> Self {
        if !card.get("data").is_some_and(Value::is_object) {
            return Self::V1;
        }
        match card.get("spec").and_then(Value::as_str) {
            None | Some("chara_card_v2") => Self::V2,
            Some(_) => Self::V3,
        }
    }

    /// Whether the card says that it follows a specification that did not exist yet.
    fn is_newer(card: &Map<String, Value>) -> bool {
        let spec = card.get("spec").and_then(Value::as_str);
        let version = card.get("spec_version").and_then(Value::as_str);
        let number = version.and_then(|version| version.parse::<f64>().ok());
        Self::of(card) == Self::V3
            && (spec != Some("chara_card_v3") || number.is_some_and(|number| number > 3.0))
    }
}

/// Where the fields lie.
fn data(card: &Map<String, Value>) -> &Map<String, Value> {
    match card.get("data") {
        Some(Value::Object(data)) => data,
        _ => card,
    }
}
