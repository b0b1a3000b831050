use shared::model::{FailureKind, FinishReason};

use super::{chunk::Chunk, usage::WireUsage};
use crate::providers::{
    CallError, Cut,
    answer::{Progress, Told, Wire, reported, unreadable},
    classify::ErrorReport,
};

/// How answers of this wire are read. They end with the body, and nothing else: text may follow a finish
/// reason (fixture `two-terminal.sse`).
#[derive(Clone, Copy, Debug)]
pub struct GenerateContent;

impl Wire for GenerateContent {
    fn event(&mut self, data: &str, told: &mut Told) -> Result<Progress, CallError> {
        let chunks = Chunk::parse_all(data);
        if chunks.is_empty() {
            return Err(unreadable());
        }
        for chunk in chunks {
            take(chunk, told)?;
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, body: &str, told: &mut Told) -> Result<bool, CallError> {
        let chunks = Chunk::parse_all(body);
        if !chunks.iter().any(Chunk::is_answer) {
            return Ok(false);
        }
        for chunk in chunks {
            take(chunk, told)?;
        }
        Ok(true)
    }

    fn is_end(&self, _data: &str) -> bool {
        false
    }

    fn stops_once(&self) -> bool {
        false
    }
}

/// Text and usage first, what went wrong last: both hold beside it.
fn take(chunk: Chunk, told: &mut Told) -> Result<(), CallError> {
    told.model(chunk.model_version.as_deref());
    let candidate = chunk.candidates.into_iter().flatten().next();
    let (content, reason) = candidate.map_or((None, None), |it| (it.content, it.finish_reason));
    for part in content.and_then(|content| content.parts).into_iter().flatten() {
        let Some(text) = part.text else { continue };
        if part.thought == Some(true) {
            told.reasoning(text.0.chars().count())?;
        } else {
            told.text(text.0)?;
        }
    }
    if let Some(usage) = chunk.usage_metadata.as_ref().map(WireUsage::normalised) {
        told.usage(usage);
    }
    if let Some(error) = chunk.error {
        return Err(reported(&ErrorReport::of_error(&error)));
    }
    if chunk.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
        let (kind, cut) = (FailureKind::Moderation, Cut::ErrorReported);
        return Err(CallError::Ambiguous { kind, cut });
    }
    if let Some(reason) = reason.as_deref().and_then(finish_reason) {
        told.stops(reason);
    }
    Ok(())
}

fn finish_reason(reason: &str) -> Option<FinishReason> {
    Some(match reason {
        "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            FinishReason::ContentFilter
        }
        _ => FinishReason::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::answer::AnswerDecoder;

    const STOPPED: &[u8] = b"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":1}}\n\n";

    fn decoder() -> AnswerDecoder {
        let mut decoder = AnswerDecoder::new(Box::new(GenerateContent), 1000);
        decoder.push(STOPPED, &mut Vec::new()).unwrap();
        decoder
    }

    #[test]
    fn what_breaks_off_after_a_finish_reason_may_not_be_all() {
        let cut = Cut::Connection;
        let broken = CallError::Ambiguous { kind: FailureKind::Interrupted, cut };
        assert_eq!(decoder().cut_off(cut, &mut Vec::new()), Err(broken));
        assert_eq!(decoder().end(&mut Vec::new()), Ok(()));
    }

    #[test]
    fn a_blocked_question_and_a_blocked_answer_are_moderation_and_filter() {
        let read = |body: &str| {
            let mut items = Vec::new();
            let mut decoder = AnswerDecoder::new(Box::new(GenerateContent), 1000);
            decoder.push(body.as_bytes(), &mut items).unwrap();
            (decoder.end(&mut items), items)
        };
        let blocked =
            r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9}}"#;
        let (kind, cut) = (FailureKind::Moderation, Cut::ErrorReported);
        let (ended, items) = read(blocked);
        assert_eq!(ended, Err(CallError::Ambiguous { kind, cut }));
        assert_eq!(items.len(), 1, "what it used is told");
        let filtered = r#"[{"candidates":[{"finishReason":"PROHIBITED_CONTENT"}]}]"#;
        let finish = crate::providers::StreamItem::Finish(FinishReason::ContentFilter);
        assert_eq!(read(filtered), (Ok(()), vec![finish]));
    }
}
