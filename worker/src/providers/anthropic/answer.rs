use shared::model::FinishReason;

use super::{
    event::{Block, Event, Message, parse},
    usage::WireUsage,
};
use crate::providers::{
    CallError,
    answer::{Progress, Told, Wire, reported, unreadable},
    classify::ErrorReport,
};

/// How answers of this wire are read.
#[derive(Debug, Default)]
pub struct Messages {
    /// What was said of usage so far: the end adds to the beginning, and replaces what both say.
    usage: WireUsage,
}

impl Wire for Messages {
    fn event(&mut self, data: &str, told: &mut Told) -> Result<Progress, CallError> {
        let event: Event = parse(data).ok_or(unreadable())?;
        if let Some(error) = event.error {
            return Err(reported(&ErrorReport::of_error(&error)));
        }
        match event.kind.as_deref() {
            Some("message_stop") => return Ok(Progress::Whole),
            Some("ping") => told.alive(),
            // whatever is new is passed over
            _ => {}
        }
        if let Some(message) = event.message {
            self.take_message(message, told)?;
        }
        for block in [event.content_block, event.delta].into_iter().flatten() {
            take_block(block, told)?;
        }
        if let Some(usage) = event.usage {
            self.take_usage(usage, told);
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, body: &str, told: &mut Told) -> Result<bool, CallError> {
        match parse::<Message>(body) {
            Some(message)
                if message.kind.as_deref() == Some("message") && message.content.is_some() =>
            {
                self.take_message(message, told).map(|()| true)
            }
            _ => Ok(false),
        }
    }

    fn is_end(&self, data: &str) -> bool {
        parse::<Event>(data).is_some_and(|event| event.kind.as_deref() == Some("message_stop"))
    }

    fn stops_once(&self) -> bool {
        true
    }
}

impl Messages {
    fn take_message(&mut self, message: Message, told: &mut Told) -> Result<(), CallError> {
        told.model(message.model.as_deref());
        for block in message.content.into_iter().flatten() {
            take_block(block, told)?;
        }
        if let Some(usage) = message.usage {
            self.take_usage(usage, told);
        }
        stop(message.stop_reason.as_deref(), told);
        Ok(())
    }

    fn take_usage(&mut self, said: WireUsage, told: &mut Told) {
        self.usage.update(said);
        told.usage(self.usage.normalised());
    }
}

fn take_block(block: Block, told: &mut Told) -> Result<(), CallError> {
    if let Some(thought) = block.thinking {
        told.reasoning(thought.0.chars().count())?;
    }
    if let Some(text) = block.text {
        told.text(text.0)?;
    }
    stop(block.stop_reason.as_deref(), told);
    Ok(())
}

fn stop(reason: Option<&str>, told: &mut Told) {
    let Some(reason) = reason else { return };
    told.stops(match reason {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        // a filter of the provider's: the model says nothing of it
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    });
}
