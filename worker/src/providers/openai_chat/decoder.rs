use serde_json::Value;
use shared::model::{FailureKind, FinishReason, Usage};

use super::{
    chunk::{Choice, Chunk, Delta},
    name::{plain_id, plain_model},
    usage::WireUsage,
};
use crate::providers::{
    CallError, Cut, StreamItem,
    classify::{ErrorReport, classify_in_stream},
    sse::{self, Event, Tail},
};

/// Turns the bytes of an answer into its items, and decides whether it is whole.
///
/// It is whole when `[DONE]` came, or the body ended cleanly after a finish reason. A finish
/// reason alone proves nothing: in a recording `length` came first and an error after it.
pub struct AnswerDecoder {
    body: Body,
    /// Bytes that the model may still write.
    room: usize,
    finish_reason: Option<FinishReason>,
    said: Said,
    has_usage: bool,
    has_id: bool,
    model: Option<String>,
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The answer goes on.
    More,
    /// The answer is whole; whatever follows is not read.
    Whole,
}

/// The most telling of what the model said so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Refusal,
    Text,
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
    pub fn new(max_bytes: usize) -> Self {
        Self {
            body: Body::Unseen,
            room: max_bytes,
            finish_reason: None,
            said: Said::Nothing,
            has_usage: false,
            has_id: false,
            model: None,
        }
    }

    /// Takes the next piece of the body, cut anywhere, and appends what it says to `items`.
    ///
    /// An error ends the answer; the items before it hold.
    pub fn push(
        &mut self,
        piece: &[u8],
        items: &mut Vec<StreamItem>,
    ) -> Result<Progress, CallError> {
        let piece = match &mut self.body {
            Body::Unseen => {
                let piece = piece.trim_ascii_start();
                self.body = match piece.first() {
                    None => return Ok(Progress::More),
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
                    if self.take_event(event, items)? == Progress::Whole {
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

    /// The body ended, as bodies should: says whether the answer is whole.
    pub fn end(mut self, items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        match std::mem::replace(&mut self.body, Body::Unseen) {
            Body::Unseen => Err(not_an_answer()),
            Body::Json(json) => self.take_whole(&json, items),
            Body::Events(decoder) => match decoder.finish() {
                Tail::Unterminated(data) if data.trim() == DONE => {
                    self.finish(items);
                    Ok(())
                }
                Tail::Clean if self.finish_reason.is_some() => {
                    self.finish(items);
                    Ok(())
                }
                _ => Err(interrupted(Cut::EndedEarly)),
            },
        }
    }

    /// The body did not end: `cut` came before. After finish reason and usage only `[DONE]` is
    /// missing, and the answer is whole without it.
    pub fn cut_off(mut self, cut: Cut, items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        if self.finish_reason.is_some() && self.has_usage {
            self.finish(items);
            return Ok(());
        }
        Err(interrupted(cut))
    }

    fn take_event(
        &mut self,
        event: Event,
        items: &mut Vec<StreamItem>,
    ) -> Result<Progress, CallError> {
        match event {
            Event::Comment => items.push(StreamItem::KeepAlive),
            Event::Data(data) if data.trim() == DONE => {
                self.finish(items);
                return Ok(Progress::Whole);
            }
            Event::Data(data) if data.trim().is_empty() => {}
            Event::Data(data) => {
                // a chunk that can't be read is a hole in the text
                let chunk = Chunk::parse(&data).ok_or(interrupted(Cut::NotAnAnswer))?;
                self.take_chunk(chunk, items)?;
            }
        }
        Ok(Progress::More)
    }

    /// A body that isn't streamed: an answer, or an error in the clothes of one.
    fn take_whole(&mut self, json: &[u8], items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        match std::str::from_utf8(json).ok().and_then(Chunk::parse) {
            Some(chunk) if chunk.is_answer() => {
                self.take_chunk(chunk, items)?;
                self.finish(items);
                Ok(())
            }
            _ => Err(ErrorReport::parse(json).map_or_else(
                || match serde_json::from_slice::<Value>(json) {
                    Ok(_) => not_an_answer(),
                    Err(_) => interrupted(Cut::EndedEarly),
                },
                |report| reported(&report),
            )),
        }
    }

    /// Text and usage first, the error last: both hold beside it.
    fn take_chunk(
        &mut self,
        mut chunk: Chunk,
        items: &mut Vec<StreamItem>,
    ) -> Result<(), CallError> {
        let mut choice = chunk.take_choice();
        self.take_names(&chunk, items);
        if let Some(delta) = choice.as_mut().and_then(Choice::take_delta) {
            self.take_delta(delta, items)?;
        }
        let usage = chunk.usage.as_ref().map(WireUsage::normalised);
        if let Some(usage) = usage.filter(|usage| *usage != Usage::default()) {
            self.has_usage = true;
            items.push(StreamItem::Usage(usage));
        }
        if let Some(error) = chunk.error(choice.as_ref()) {
            return Err(reported(&ErrorReport::of_error(error)));
        }
        self.take_finish_reason(choice.as_ref())
    }

    fn take_names(&mut self, chunk: &Chunk, items: &mut Vec<StreamItem>) {
        if !self.has_id
            && let Some(id) = chunk.id.as_deref().and_then(plain_id)
        {
            self.has_id = true;
            items.push(StreamItem::GenerationId(id));
        }
        if let Some(model) = chunk.model.as_deref().and_then(plain_model)
            && self.model.as_deref() != Some(&model)
        {
            self.model = Some(model.clone());
            items.push(StreamItem::Model(model));
        }
    }

    fn take_delta(&mut self, delta: Delta, items: &mut Vec<StreamItem>) -> Result<(), CallError> {
        let chars = delta.reasoning_chars();
        if chars > 0 {
            self.take_room(chars)?;
            items.push(StreamItem::Reasoning { chars });
        }
        if let Some(text) = delta.content.map(|text| text.0).filter(|text| !text.is_empty()) {
            self.take_room(text.len())?;
            self.said = Said::Text;
            items.push(StreamItem::Text(text));
        }
        if let Some(text) = delta.refusal.map(|text| text.0).filter(|text| !text.is_empty()) {
            self.take_room(text.len())?;
            self.said = self.said.max(Said::Refusal);
            items.push(StreamItem::Refusal(text));
        }
        Ok(())
    }

    fn take_room(&mut self, bytes: usize) -> Result<(), CallError> {
        self.room = self.room.checked_sub(bytes).ok_or(interrupted(Cut::TooLarge))?;
        Ok(())
    }

    fn take_finish_reason(&mut self, choice: Option<&Choice>) -> Result<(), CallError> {
        let Some(reason) = choice.and_then(|choice| choice.finish_reason.as_deref()) else {
            return Ok(());
        };
        self.finish_reason = Some(match reason {
            "stop" => FinishReason::Stop,
            "length" => FinishReason::Length,
            "content_filter" => FinishReason::ContentFilter,
            // without an error beside it, but an error all the same
            "error" => {
                return Err(CallError::Ambiguous {
                    kind: FailureKind::Transient,
                    cut: Cut::ErrorReported,
                });
            }
            _ => FinishReason::Other,
        });
        Ok(())
    }

    fn finish(&mut self, items: &mut Vec<StreamItem>) {
        let reason = match self.finish_reason {
            // a refusal ends with `stop` like any answer (fixture `refusal-delta.sse`)
            _ if self.said == Said::Refusal => FinishReason::Refusal,
            Some(reason) => reason,
            None => FinishReason::Other,
        };
        items.push(StreamItem::Finish(reason));
    }
}

const DONE: &str = "[DONE]";

fn reported(report: &ErrorReport) -> CallError {
    CallError::Ambiguous { kind: classify_in_stream(report), cut: Cut::ErrorReported }
}

fn not_an_answer() -> CallError {
    CallError::Ambiguous { kind: FailureKind::Transient, cut: Cut::NotAnAnswer }
}

fn interrupted(cut: Cut) -> CallError {
    CallError::Ambiguous { kind: FailureKind::Interrupted, cut }
}
