//! The reading of an answer, whichever wire it comes over.
//!
//! A body is a stream of events or one JSON object; [`AnswerDecoder`] finds out which, keeps the caps, and
//! decides whether the answer is whole. What an event or an object says is the [`Wire`]'s to tell, into a
//! [`Told`]. [`read`] feeds a decoder from a connection, within the time limits.

use serde_json::Value;
use shared::model::FailureKind;

use super::{
    CallError, Cut, StreamItem,
    classify::{ErrorReport, classify_in_stream},
    sse::{self, Event, Tail},
};

mod reading;
mod told;

pub(super) use reading::read;
pub use told::Told;

/// How one wire's answers are read: pure, bytes in and values out.
pub trait Wire: Send {
    /// Takes the data of an event.
    fn event(&mut self, data: &str, told: &mut Told) -> Result<Progress, CallError>;

    /// Takes a body that isn't streamed. `false` when it is not an answer.
    fn whole(&mut self, body: &str, told: &mut Told) -> Result<bool, CallError>;

    /// Whether an event of this data ends an answer. Asked of a last one that was not ended itself.
    fn is_end(&self, data: &str) -> bool;

    /// Whether nothing but a good-bye follows once there are finish reason and usage.
    fn stops_once(&self) -> bool;
}

/// Turns the bytes of an answer into its items, and decides whether it is whole.
///
/// It is whole when the wire's last word came, or the body ended cleanly after a finish reason. A finish
/// reason alone proves nothing: in a recording `length` came first and an error after it.
pub struct AnswerDecoder {
    wire: Box<dyn Wire>,
    body: Body,
    /// Bytes that may still come in a body that isn't streamed.
    room: usize,
    told: Told,
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The answer goes on.
    More,
    /// The answer is whole; whatever follows is not read.
    Whole,
}

/// What the body turned out to be. The content type doesn't decide it: servers send JSON under
/// any, and `DeepSeek` sends blank lines before it.
enum Body {
    /// Nothing but white space so far.
    Unseen,
    /// Server-sent events.
    Events(sse::Decoder),
    /// One JSON object, so far.
    Json(Vec<u8>),
}

impl AnswerDecoder {
    /// A decoder at the beginning of an answer of at most `max_bytes`.
    #[must_use]
    pub fn new(wire: Box<dyn Wire>, max_bytes: usize) -> Self {
        Self { wire, body: Body::Unseen, room: max_bytes, told: Told::new(max_bytes) }
    }

    /// Takes the next piece of the body, cut anywhere, and appends what it says to `items`.
    ///
    /// An error ends the answer; the items before it hold.
    pub fn push(
        &mut self,
        piece: &[u8],
        items: &mut Vec<StreamItem>,
    ) -> Result<Progress, CallError> {
        let outcome = self.take(piece);
        self.told.hand_over(items);
        outcome
    }

    /// The body ended, as bodies should: says whether the answer is whole.
    pub fn end(mut self, items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        let outcome = match std::mem::replace(&mut self.body, Body::Unseen) {
            Body::Unseen => Err(not_an_answer()),
            Body::Json(json) => self.take_whole(&json),
            Body::Events(decoder) => match decoder.finish() {
                Tail::Unterminated(data) if self.wire.is_end(&data) => Ok(()),
                Tail::Clean if self.told.has_finish_reason() => Ok(()),
                _ => Err(interrupted(Cut::EndedEarly)),
            },
        };
        if outcome.is_ok() {
            self.told.finish();
        }
        self.told.hand_over(items);
        outcome
    }

    /// The body did not end: `cut` came before. Where only a good-bye is missing, the answer is whole
    /// without it.
    pub fn cut_off(mut self, cut: Cut, items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        if self.wire.stops_once() && self.told.has_finish_reason() && self.told.has_usage() {
            self.told.finish();
            self.told.hand_over(items);
            return Ok(());
        }
        Err(interrupted(cut))
    }

    fn take(&mut self, piece: &[u8]) -> Result<Progress, CallError> {
        let piece = match &mut self.body {
            Body::Unseen => {
                let piece = piece.trim_ascii_start();
                self.body = match piece.first() {
                    None => {
                        self.told.alive();
                        return Ok(Progress::More);
                    }
                    Some(b'{' | b'[') => Body::Json(Vec::new()),
                    Some(b'<') => return Err(not_an_answer()),
                    Some(_) => Body::Events(sse::Decoder::new()),
                };
                piece
            }
            _ => piece,
        };
        match &mut self.body {
            Body::Events(decoder) => {
                let mut events = Vec::new();
                let outcome = decoder.push(piece, &mut events);
                for event in events {
                    if self.take_event(event)? == Progress::Whole {
                        self.told.finish();
                        return Ok(Progress::Whole);
                    }
                }
                outcome.map_err(|_| interrupted(Cut::TooLarge))?;
            }
            Body::Json(json) if json.len() + piece.len() > self.room => {
                return Err(interrupted(Cut::TooLarge));
            }
            Body::Json(json) => json.extend_from_slice(piece),
            Body::Unseen => {}
        }
        Ok(Progress::More)
    }

    fn take_event(&mut self, event: Event) -> Result<Progress, CallError> {
        match event {
            Event::Comment => self.told.alive(),
            Event::Data(data) if data.trim().is_empty() => {}
            Event::Data(data) => return self.wire.event(&data, &mut self.told),
        }
        Ok(Progress::More)
    }

    /// A body that isn't streamed: an answer, or an error in the clothes of one.
    fn take_whole(&mut self, json: &[u8]) -> Result<(), CallError> {
        let text = std::str::from_utf8(json).ok();
        if let Some(text) = text
            && self.wire.whole(text, &mut self.told)?
        {
            return Ok(());
        }
        Err(ErrorReport::parse(json).map_or_else(
            || match serde_json::from_slice::<Value>(json) {
                Ok(_) => not_an_answer(),
                Err(_) => interrupted(Cut::EndedEarly),
            },
            |report| reported(&report),
        ))
    }
}

/// An error that the provider reported in the midst of an answer.
pub(super) fn reported(report: &ErrorReport) -> CallError {
    CallError::Ambiguous { kind: classify_in_stream(report), cut: Cut::ErrorReported }
}

/// A chunk that can't be read is a hole in the text.
pub(super) const fn unreadable() -> CallError {
    interrupted(Cut::NotAnAnswer)
}

const fn not_an_answer() -> CallError {
    CallError::Ambiguous { kind: FailureKind::Transient, cut: Cut::NotAnAnswer }
}

const fn interrupted(cut: Cut) -> CallError {
    CallError::Ambiguous { kind: FailureKind::Interrupted, cut }
}
