use shared::model::{FailureKind, FinishReason};

use super::{
    chunk::{Choice, Chunk, Delta},
    usage::WireUsage,
};
use crate::providers::{
    CallError, Cut,
    answer::{Progress, Told, Wire, reported, unreadable},
    classify::ErrorReport,
};

/// How answers of this wire are read.
#[derive(Clone, Copy, Debug)]
pub struct OpenAiChat {
    /// The provider keeps a record of each call under its id. Elsewhere an id leads nowhere.
    pub keeps_records: bool,
}

impl Wire for OpenAiChat {
    fn event(&mut self, data: &str, told: &mut Told) -> Result<Progress, CallError> {
        if self.is_end(data) {
            return Ok(Progress::Whole);
        }
        let chunk = Chunk::parse(data).ok_or(unreadable())?;
        self.take_chunk(chunk, told)?;
        Ok(Progress::More)
    }

    fn whole(&mut self, body: &str, told: &mut Told) -> Result<bool, CallError> {
        match Chunk::parse(body) {
            Some(chunk) if chunk.is_answer() => self.take_chunk(chunk, told).map(|()| true),
            _ => Ok(false),
        }
    }

    fn is_end(&self, data: &str) -> bool {
        data.trim() == "[DONE]"
    }

    fn stops_once(&self) -> bool {
        true
    }
}

impl OpenAiChat {
    /// Text and usage first, the error last: both hold beside it.
    fn take_chunk(self, mut chunk: Chunk, told: &mut Told) -> Result<(), CallError> {
        let mut choice = chunk.take_choice();
        if self.keeps_records {
            told.id(chunk.id.as_deref());
        }
        told.model(chunk.model.as_deref());
        if let Some(delta) = choice.as_mut().and_then(Choice::take_delta) {
            take_delta(delta, told)?;
        }
        if let Some(usage) = chunk.usage.as_ref().map(WireUsage::normalised) {
            told.usage(usage);
        }
        if let Some(error) = chunk.error(choice.as_ref()) {
            return Err(reported(&ErrorReport::of_error(error)));
        }
        if let Some(reason) = choice.as_ref().and_then(|choice| choice.finish_reason.as_deref()) {
            told.stops(finish_reason(reason)?);
        }
        Ok(())
    }
}

fn take_delta(delta: Delta, told: &mut Told) -> Result<(), CallError> {
    told.reasoning(delta.reasoning_chars())?;
    if let Some(text) = delta.content {
        told.text(text.0)?;
    }
    if let Some(text) = delta.refusal {
        told.refusal(text.0)?;
    }
    Ok(())
}

fn finish_reason(reason: &str) -> Result<FinishReason, CallError> {
    let (kind, cut) = (FailureKind::Transient, Cut::ErrorReported);
    match reason {
        "stop" => Ok(FinishReason::Stop),
        "length" => Ok(FinishReason::Length),
        "content_filter" => Ok(FinishReason::ContentFilter),
        // without an error beside it, but errors all the same; the second is DeepSeek's
        "error" | "insufficient_system_resource" => Err(CallError::Ambiguous { kind, cut }),
        _ => Ok(FinishReason::Other),
    }
}
