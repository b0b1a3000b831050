//! Checks of gateway frames, in both directions.
//!
//! Discord describes its gateway in words alone. The discord.js project keeps types of it
//! (`discord-api-types` on npm), which `ts-json-schema-generator` makes a JSON schema of.

mod index;
mod loosen;

use std::{fs, path::Path};

use jsonschema::Draft;
use serde_json::Value;

use self::index::Index;
use super::{About, LoadError, Problem, schemas::Schemas};

/// The schema of all frames, ready to check with.
pub struct FrameSchema {
    schemas: Schemas,
    from_bot: Index,
    to_bot: Index,
}

/// Who sent a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The bot.
    FromBot,
    /// The gateway.
    ToBot,
}

impl FrameSchema {
    /// Reads the schema.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let mut document: Value = serde_json::from_slice(&fs::read(path)?)?;
        loosen::loosen(&mut document);
        Ok(Self {
            from_bot: Index::of(&document, "/definitions/Send"),
            to_bot: Index::of(&document, "/definitions/Receive"),
            schemas: Schemas::of(&document, Draft::Draft7)?,
        })
    }

    /// Checks one frame.
    #[must_use]
    pub fn check(&self, direction: Direction, frame: &Value) -> Option<Problem> {
        let (index, about) = match direction {
            Direction::FromBot => (&self.from_bot, About::FrameFromBot),
            Direction::ToBot => (&self.to_bot, About::FrameToBot),
        };
        let opcode = frame["op"].as_u64();
        let event = frame["t"].as_str();
        let problem = |message| {
            let opcode = opcode.map_or_else(|| "?".to_owned(), |opcode| opcode.to_string());
            let operation = format!("op {opcode} {}", event.unwrap_or_default()).trim().to_owned();
            Problem { about, operation, message }
        };
        let candidates = index.find(opcode, event);
        if candidates.is_empty() {
            return Some(problem("no such frame is described".to_owned()));
        }
        let frame = as_discord_reads(direction, frame);
        let mut objections = Vec::new();
        for candidate in candidates {
            // one description that fits is enough
            objections.push(self.schemas.objection(candidate, &frame)?);
        }
        objections.pop().map(problem)
    }
}

/// The frame, but for the one thing in which Discord is known to be kinder than the types: serenity
/// sends `since` of a presence as an object with seconds and nanoseconds.
fn as_discord_reads(direction: Direction, frame: &Value) -> Value {
    let mut frame = frame.clone();
    if direction == Direction::FromBot
        && let Some(since) =
            frame.pointer_mut("/d/presence/since").filter(|since| since.is_object())
    {
        *since = Value::Null;
    }
    frame
}
