//! The call itself: one try, and what it came to.

use std::time::Duration;

use futures_util::StreamExt;
use shared::{
    model::{FailureKind, FinishReason, InactiveReason, KeySource, KeyVerdict},
    secret::UserApiKey,
    store::{CallEnd, CallRecord, ClaimedRequest},
};
use tokio::time::Instant;
use tracing::{info, warn};

use crate::{
    providers::{CallError, ChatProvider, ChatRequest, ChatStream, StreamItem},
    repeat::pause_before_repeating,
    runner::Shared,
    streams::Stream,
};

/// What a call came to.
pub(crate) enum CallOutcome {
    /// The provider did nothing, and may be asked again after the pause.
    NotStarted {
        /// How long.
        pause: Duration,
    },
    /// It is over.
    Ended {
        /// How.
        end: CallEnd,
        /// With what.
        record: CallRecord,
    },
}

/// Asks the model once. The fence has been passed a moment ago.
pub(crate) async fn make(
    shared: &Shared,
    request: &ClaimedRequest,
    provider: &dyn ChatProvider,
    key: Option<&UserApiKey>,
    chat: &ChatRequest,
    stream: &Stream,
) -> CallOutcome {
    let began = Instant::now();
    let hard = shared.lifecycle.hard();
    // until the provider says which it was
    let mut record = CallRecord { model: Some(chat.model.clone()), ..CallRecord::default() };
    let started = tokio::select! {
        started = provider.stream(key, chat) => started,
        () = stream.stopped().cancelled() => {
            return ended(began, record, stopped(String::new()));
        }
        () = hard.cancelled() => {
            return ended(began, record, interrupted(String::new(), FailureKind::Interrupted));
        }
    };
    let answer = match started {
        Ok(answer) => answer,
        Err(error) => {
            let refusal = Refusal { provider, key, error, began, record };
            return refused(shared, request, refusal).await;
        }
    };
    if let Some(generation) = answer.generation_id() {
        note_generation(shared, request, generation).await;
    }
    let end = tokio::select! {
        end = read(shared, request, answer, stream, &mut record, began) => end,
        () = stream.stopped().cancelled() => stopped(stream.whole_text()),
        () = hard.cancelled() => interrupted(stream.whole_text(), FailureKind::Interrupted),
    };
    ended(began, record, end)
}

/// Reads the answer to its end, whatever the end is.
async fn read(
    shared: &Shared,
    request: &ClaimedRequest,
    mut answer: ChatStream,
    stream: &Stream,
    record: &mut CallRecord,
    began: Instant,
) -> CallEnd {
    let mut refusal = String::new();
    while let Some(item) = answer.next().await {
        match item {
            Ok(StreamItem::Text(text)) => {
                record.first_token_ms.get_or_insert_with(|| millis_since(began));
                stream.push(&text);
            }
            Ok(StreamItem::Refusal(text)) => refusal.push_str(&text),
            Ok(StreamItem::GenerationId(generation)) => {
                note_generation(shared, request, &generation).await;
            }
            Ok(StreamItem::Model(model)) => record.model = Some(model),
            Ok(StreamItem::Usage(usage)) => record.usage = Some(usage),
            Ok(StreamItem::Finish(reason)) => {
                return finished(stream.whole_text(), refusal, reason);
            }
            Ok(StreamItem::Reasoning { .. } | StreamItem::KeepAlive) => {}
            Err(error) => {
                warn!(request.id = %request.id, kind = %error, "a call broke off");
                return interrupted(stream.whole_text(), failure_after_sending(&error));
            }
        }
    }
    interrupted(stream.whole_text(), FailureKind::Interrupted)
}

fn finished(text: String, refusal: String, reason: FinishReason) -> CallEnd {
    if !text.trim().is_empty() {
        CallEnd::Answered { text, finish: reason }
    } else if !refusal.trim().is_empty() {
        CallEnd::Answered { text: refusal, finish: FinishReason::Refusal }
    } else if reason == FinishReason::ContentFilter {
        interrupted(text, FailureKind::Moderation)
    } else {
        interrupted(text, FailureKind::EmptyAnswer)
    }
}

/// A provider that names the reason is believed; everything vaguer is "it broke off".
fn failure_after_sending(error: &CallError) -> FailureKind {
    match error.kind() {
        FailureKind::Transient | FailureKind::Internal | FailureKind::BadRequest => {
            FailureKind::Interrupted
        }
        kind => kind,
    }
}

/// A call that brought no answer.
struct Refusal<'a> {
    provider: &'a dyn ChatProvider,
    key: Option<&'a UserApiKey>,
    error: CallError,
    began: Instant,
    record: CallRecord,
}

async fn refused(shared: &Shared, request: &ClaimedRequest, refusal: Refusal<'_>) -> CallOutcome {
    let Refusal { provider, key, error, began, record } = refusal;
    let dispatches = request.dispatches + 1;
    if let Some(pause) = pause_before_repeating(&error, dispatches) {
        info!(request.id = %request.id, kind = %error, "a call did not start; trying again");
        return CallOutcome::NotStarted { pause };
    }
    warn!(request.id = %request.id, kind = %error, "a call failed");
    let end = if error.may_have_cost() {
        interrupted(String::new(), failure_after_sending(&error))
    } else if error.kind() == FailureKind::InvalidKey {
        CallEnd::Failed { failure: confirm_bad_key(shared, request, provider, key).await }
    } else {
        CallEnd::Failed { failure: error.kind() }
    };
    ended(began, record, end)
}

/// Only a key that the provider refuses when it is asked about the key itself is switched off.
async fn confirm_bad_key(
    shared: &Shared,
    request: &ClaimedRequest,
    provider: &dyn ChatProvider,
    key: Option<&UserApiKey>,
) -> FailureKind {
    if request.key_source != KeySource::User {
        warn!(alert = true, request.id = %request.id, "the operator's key, or none, was refused");
        return FailureKind::Internal;
    }
    let (Some(stored), Some(key)) = (request.api_key_id, key) else {
        return FailureKind::Internal;
    };
    match provider.check_key(key).await {
        KeyVerdict::Rejected | KeyVerdict::Management => {
            if let Err(error) = shared.store.switch_off_key(stored, InactiveReason::Rejected).await
            {
                warn!(key.id = %stored, kind = %error, "a refused key could not be switched off");
            }
            FailureKind::InvalidKey
        }
        KeyVerdict::Valid(_)
        | KeyVerdict::CouldNotCheck { .. }
        | KeyVerdict::NotConnected { .. } => FailureKind::Transient,
    }
}

/// By this the cost of a call that breaks off can be asked for; without it, it stays unknown.
async fn note_generation(shared: &Shared, request: &ClaimedRequest, generation: &str) {
    if let Err(error) = shared.store.note_generation(request, generation).await {
        warn!(request.id = %request.id, kind = %error, "a generation id could not be kept");
    }
}

fn stopped(text: String) -> CallEnd {
    CallEnd::Answered { text, finish: FinishReason::Stopped }
}

const fn interrupted(text: String, failure: FailureKind) -> CallEnd {
    CallEnd::Interrupted { text, failure }
}

fn ended(began: Instant, mut record: CallRecord, end: CallEnd) -> CallOutcome {
    record.latency_ms = Some(millis_since(began));
    CallOutcome::Ended { end, record }
}

fn millis_since(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}
