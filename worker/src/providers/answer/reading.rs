//! Reads an answer from its connection, within the limits.

use std::collections::VecDeque;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::{AnswerDecoder, Progress, Wire};
use crate::providers::{CallError, Cut, Limits, StreamItem};

/// The items of a response whose headers are there, and whose request was sent at `sent_at`.
pub(in crate::providers) fn read(
    response: reqwest::Response,
    wire: Box<dyn Wire>,
    sent_at: Instant,
    limits: &Limits,
) -> BoxStream<'static, Result<StreamItem, CallError>> {
    let reading = Reading {
        response,
        decoder: Some(AnswerDecoder::new(wire, limits.answer_bytes)),
        ready: VecDeque::new(),
        limits: *limits,
        deadline: sent_at + limits.total,
    };
    stream::unfold(reading, |mut reading| async move {
        let item = reading.next().await?;
        Some((item, reading))
    })
    .boxed()
}

struct Reading {
    response: reqwest::Response,
    /// Gone once the answer ended, well or not.
    decoder: Option<AnswerDecoder>,
    ready: VecDeque<Result<StreamItem, CallError>>,
    limits: Limits,
    deadline: Instant,
}

impl Reading {
    async fn next(&mut self) -> Option<Result<StreamItem, CallError>> {
        while self.ready.is_empty() {
            let decoder = self.decoder.take()?;
            self.read_on(decoder).await;
        }
        self.ready.pop_front()
    }

    async fn read_on(&mut self, mut decoder: AnswerDecoder) {
        let mut items = Vec::new();
        let outcome = match self.next_piece().await {
            Ok(Some(piece)) => match decoder.push(&piece, &mut items) {
                Ok(Progress::More) => {
                    self.decoder = Some(decoder);
                    Ok(())
                }
                Ok(Progress::Whole) => Ok(()),
                Err(error) => Err(error),
            },
            Ok(None) => decoder.end(&mut items),
            Err(cut) => decoder.cut_off(cut, &mut items),
        };
        self.ready.extend(items.into_iter().map(Ok));
        self.ready.extend(outcome.err().map(Err));
    }

    /// The next piece of the body, in time.
    async fn next_piece(&mut self) -> Result<Option<bytes::Bytes>, Cut> {
        let now = Instant::now();
        // asked here too: a body that never makes us wait would never meet the timer
        if now >= self.deadline {
            return Err(Cut::TotalTimeout);
        }
        let silent_at = now + self.limits.idle;
        match timeout_at(silent_at.min(self.deadline), self.response.chunk()).await {
            Ok(Ok(piece)) => Ok(piece),
            // reqwest's own error names the address; what matters is that it broke
            Ok(Err(_)) => Err(Cut::Connection),
            Err(_) if silent_at < self.deadline => Err(Cut::IdleTimeout),
            Err(_) => Err(Cut::TotalTimeout),
        }
    }
}
