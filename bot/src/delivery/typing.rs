//! "… is typing", from the first moment until there is text to read.
//!
//! Discord shows it for ten seconds and offers no way to take it back, so it's asked for every
//! eight, once for all replies that one channel waits for, never after the first text, and not for
//! ever.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::ids::ChannelId;
use tokio::{task::AbortHandle, time::Instant};

use crate::rest::Rest;

const EVERY: Duration = Duration::from_secs(8);
const LONGEST: Duration = Duration::from_mins(10);

/// Who types where.
#[derive(Clone)]
pub(super) struct Typing {
    rest: Rest,
    last: Arc<Mutex<HashMap<ChannelId, Instant>>>,
}

/// Types until it's dropped.
pub(super) struct Typist(AbortHandle);

impl Drop for Typist {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Typing {
    pub(super) fn new(rest: Rest) -> Self {
        Self { rest, last: Arc::default() }
    }

    /// Begins to type in a channel.
    pub(super) fn start(&self, channel: ChannelId) -> Typist {
        let typing = self.clone();
        Typist(tokio::spawn(async move { typing.keep_on(channel).await }).abort_handle())
    }

    async fn keep_on(&self, channel: ChannelId) {
        let end = Instant::now() + LONGEST;
        while Instant::now() < end {
            if self.is_due(channel)
                && let Err(error) = self.rest.typing(channel).await
            {
                // only a courtesy: what matters will fail by itself, and say so
                tracing::debug!(channel.id = %channel, why = %error, "cannot be seen typing");
                return;
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    fn is_due(&self, channel: ChannelId) -> bool {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|_, at| now.duration_since(*at) < EVERY);
        if last.contains_key(&channel) {
            return false;
        }
        last.insert(channel, now);
        true
    }
}
