use shared::model::{FailureKind, FinishReason, Usage};

use crate::providers::{
    CallError, Cut, StreamItem,
    name::{plain_id, plain_model},
};

/// What an answer told so far, in the words that all wires share.
pub struct Told {
    /// Bytes that the model may still write.
    room: usize,
    finish_reason: Option<FinishReason>,
    said: Said,
    has_usage: bool,
    has_id: bool,
    model: Option<String>,
    /// What the caller has not been given yet.
    items: Vec<StreamItem>,
}

/// The most telling of what the model said so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Refusal,
    Text,
}

impl Told {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            room: max_bytes,
            finish_reason: None,
            said: Said::Nothing,
            has_usage: false,
            has_id: false,
            model: None,
            items: Vec::new(),
        }
    }

    /// Text of the answer.
    pub(in crate::providers) fn text(&mut self, text: String) -> Result<(), CallError> {
        if !text.is_empty() {
            self.take_room(text.len())?;
            self.said = Said::Text;
            self.items.push(StreamItem::Text(text));
        }
        Ok(())
    }

    /// The model thought so many characters.
    pub(in crate::providers) fn reasoning(&mut self, chars: usize) -> Result<(), CallError> {
        if chars > 0 {
            self.take_room(chars)?;
            self.items.push(StreamItem::Reasoning { chars });
        }
        Ok(())
    }

    /// The model declines, in these words.
    pub(in crate::providers) fn refusal(&mut self, text: String) -> Result<(), CallError> {
        if !text.is_empty() {
            self.take_room(text.len())?;
            self.said = self.said.max(Said::Refusal);
            self.items.push(StreamItem::Refusal(text));
        }
        Ok(())
    }

    /// What the call used, as far as it is said; a record that says nothing is none.
    pub(in crate::providers) fn usage(&mut self, usage: Usage) {
        if usage != Usage::default() {
            self.has_usage = true;
            self.items.push(StreamItem::Usage(usage));
        }
    }

    /// The id by which the provider keeps a record of the call.
    pub(in crate::providers) fn id(&mut self, id: Option<&str>) {
        if !self.has_id
            && let Some(id) = id.and_then(plain_id)
        {
            self.has_id = true;
            self.items.push(StreamItem::GenerationId(id));
        }
    }

    /// The model that answers.
    pub(in crate::providers) fn model(&mut self, model: Option<&str>) {
        if let Some(model) = model.and_then(plain_model)
            && self.model.as_deref() != Some(&model)
        {
            self.model = Some(model.clone());
            self.items.push(StreamItem::Model(model));
        }
    }

    /// Why the model stops. The last reason holds.
    pub(in crate::providers) fn stops(&mut self, reason: FinishReason) {
        self.finish_reason = Some(reason);
    }

    /// The provider is there, and has nothing to say.
    pub(in crate::providers) fn alive(&mut self) {
        self.items.push(StreamItem::KeepAlive);
    }

    pub(super) fn has_finish_reason(&self) -> bool {
        self.finish_reason.is_some()
    }

    pub(super) fn has_usage(&self) -> bool {
        self.has_usage
    }

    /// The answer is whole.
    pub(super) fn finish(&mut self) {
        let reason = match self.finish_reason {
            // a refusal ends with `stop` like any answer (fixture `refusal-delta.sse`)
            _ if self.said == Said::Refusal => FinishReason::Refusal,
            Some(reason) => reason,
            None => FinishReason::Other,
        };
        self.items.push(StreamItem::Finish(reason));
    }

    pub(super) fn hand_over(&mut self, items: &mut Vec<StreamItem>) {
        items.append(&mut self.items);
    }

    fn take_room(&mut self, bytes: usize) -> Result<(), CallError> {
        let too_large = CallError::Ambiguous { kind: FailureKind::Interrupted, cut: Cut::TooLarge };
        self.room = self.room.checked_sub(bytes).ok_or(too_large)?;
        Ok(())
    }
}
