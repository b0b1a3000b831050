//! Checks of what went over the wire against descriptions of Discord that others wrote.
//!
//! Our local Discord and our bot could agree on a mistake. What neither of two documents objects to,
//! the real Discord knows as well: its own [`openapi`] document for REST, and the types that the
//! discord.js project keeps for the [`gateway`]. Both miss some limits; those the local Discord
//! enforces itself.

mod schemas;

pub mod gateway;
pub mod openapi;

use std::{fmt, io, path::Path};

use self::{
    gateway::{Direction, FrameSchema},
    openapi::{Checks, Document},
};
use crate::discord::{Entry, Traffic};

/// Both descriptions, ready to check with.
pub struct Descriptions {
    rest: Document,
    gateway: FrameSchema,
}

/// A description could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file, or it can't be read.
    #[error("the document can't be read")]
    File(#[from] io::Error),
    /// It is no JSON.
    #[error("the document is no JSON")]
    Json(#[from] serde_json::Error),
    /// Its schemas refer to what is not there.
    #[error("the document's schemas don't hold together: {0}")]
    Schemas(String),
}

/// Something that a description objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub about: About,
    /// The operation's name in the document, or method and path if it has none there; of a frame,
    /// its opcode and event.
    pub operation: String,
    /// The objection.
    pub message: String,
}

/// What there can be a problem with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// No such method and path.
    Route,
    /// A query parameter.
    Query,
    /// The request's body.
    Body,
    /// A field of the request's body that nobody knows.
    UnknownField,
    /// The answer.
    Response,
    /// A frame from the bot.
    FrameFromBot,
    /// A frame to the bot.
    FrameToBot,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:?}] {}: {}", self.about, self.operation, self.message)
    }
}

/// What came of a check: how much was looked at, and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Requests that were checked.
    pub requests: usize,
    /// Answers that were checked. Those that a fault gave are not.
    pub responses: usize,
    /// Frames from the bot that were checked.
    pub frames_from_bot: usize,
    /// Frames to the bot that were checked.
    pub frames_to_bot: usize,
    /// The objections.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, responses, frames_from_bot, frames_to_bot, problems } = self;
        write!(
            f,
            "checked {requests} requests, {responses} answers, {frames_from_bot} frames from the bot \
             and {frames_to_bot} to it: {} problems",
            problems.len()
        )?;
        problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Descriptions {
    /// Reads `discord-openapi.json` and `discord-gateway-schema.json` in a directory.
    pub fn load(directory: impl AsRef<Path>) -> Result<Self, LoadError> {
        let directory = directory.as_ref();
        Ok(Self {
            rest: Document::load(directory.join("discord-openapi.json"))?,
            gateway: FrameSchema::load(directory.join("discord-gateway-schema.json"))?,
        })
    }

    /// The same; nothing if there is no such directory. Tests have it beside the clone, or not.
    pub fn load_if_there(directory: impl AsRef<Path>) -> Result<Option<Self>, LoadError> {
        let directory = directory.as_ref();
        directory.exists().then(|| Self::load(directory)).transpose()
    }

    /// Checks a ledger: all requests, answers and frames. `strict` also objects to fields of requests
    /// that nobody knows.
    #[must_use]
    pub fn check(&self, entries: &[Entry], strict: bool) -> Report {
        let mut report = Report::default();
        for entry in entries {
            let found = match &entry.what {
                // downloads of files are not part of the API
                Traffic::Rest(exchange) if exchange.path.starts_with("/api/") => {
                    let responses = !exchange.fault && exchange.status != 0;
                    report.requests += 1;
                    report.responses += usize::from(responses);
                    self.rest.check(exchange, Checks { strict, responses })
                }
                Traffic::Received(frame) => {
                    report.frames_from_bot += 1;
                    self.gateway.check(Direction::FromBot, frame).into_iter().collect()
                }
                Traffic::Sent(frame) => {
                    report.frames_to_bot += 1;
                    self.gateway.check(Direction::ToBot, frame).into_iter().collect()
                }
                _ => Vec::new(),
            };
            report.problems.extend(found);
        }
        report
    }
}
