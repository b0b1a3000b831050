//! The calls under way in this process: what has arrived so far, kept once a second, and whose
//! author has pressed Stop.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{
    ids::{ClaimToken, RequestId, UserId},
    store::{ClaimedRequest, PartialText},
};
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{reasoning::WithoutReasoning, runner::Shared};

/// How often texts are kept. The first is kept after as long: most short answers are over by then.
const KEEP_EVERY: Duration = Duration::from_secs(1);

/// Every call under way.
#[derive(Default)]
pub(crate) struct Streams(Mutex<HashMap<RequestId, Arc<Stream>>>);

/// One call under way.
pub(crate) struct Stream {
    request: RequestId,
    token: ClaimToken,
    user: UserId,
    text: Mutex<Growing>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Growing {
    text: String,
    filter: WithoutReasoning,
    rev: i64,
    kept_rev: i64,
}

/// Takes its stream off the list when it goes out of scope, also in a panic.
pub(crate) struct Listed<'a> {
    streams: &'a Streams,
    stream: Arc<Stream>,
}

impl Streams {
    pub(crate) fn list(&self, request: &ClaimedRequest) -> Listed<'_> {
        let stream = Arc::new(Stream {
            request: request.id,
            token: request.token,
            user: request.user_id,
            text: Mutex::default(),
            stop: CancellationToken::new(),
        });
        self.lock().insert(request.id, Arc::clone(&stream));
        Listed { streams: self, stream }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RequestId, Arc<Stream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Arc<Stream>> {
        self.lock().values().cloned().collect()
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.streams.lock().remove(&self.stream.request);
    }
}

impl std::ops::Deref for Listed<'_> {
    type Target = Stream;

    fn deref(&self) -> &Stream {
        &self.stream
    }
}

impl Growing {
    fn grow(&mut self, said: &str) {
        if !said.is_empty() {
            self.text.push_str(said);
            self.rev += 1;
        }
    }
}

impl Stream {
    /// More has arrived. What the model only thinks is left out.
    pub(crate) fn push(&self, text: &str) {
        let mut growing = self.lock();
        let said = growing.filter.push(text);
        growing.grow(&said);
    }

    /// All that has arrived, when nothing more comes.
    pub(crate) fn whole_text(&self) -> String {
        let mut growing = self.lock();
        let said = growing.filter.finish();
        growing.grow(&said);
        growing.text.clone()
    }

    /// All that has arrived and can be shown.
    pub(crate) fn text(&self) -> String {
        self.lock().text.clone()
    }

    /// Falls when the author presses Stop.
    pub(crate) fn stopped(&self) -> &CancellationToken {
        &self.stop
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Growing> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unkept(&self) -> Option<PartialText> {
        let growing = self.lock();
        (growing.rev > growing.kept_rev).then(|| PartialText {
            request: self.request,
            token: self.token,
            rev: growing.rev,
            text: growing.text.clone(),
        })
    }

    fn kept(&self, rev: i64) {
        self.lock().kept_rev = rev;
    }
}

/// Keeps what grew, and looks for pressed Stop buttons, once a second while there are calls.
pub(crate) async fn run(shared: Arc<Shared>) -> Result<(), Infallible> {
    let mut ticks = interval_at(tokio::time::Instant::now() + KEEP_EVERY, KEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.requests.wait() => return Ok(()),
        }
        let streams = shared.streams.all();
        if !streams.is_empty() {
            keep(&shared, &streams).await;
            stop(&shared, &streams).await;
        }
    }
}

async fn keep(shared: &Shared, streams: &[Arc<Stream>]) {
    let (grown, partials): (Vec<_>, Vec<_>) = streams
        .iter()
        .filter_map(|stream| stream.unkept().map(|partial| (stream, partial)))
        .unzip();
    if partials.is_empty() {
        return;
    }
    match shared.store.save_partials(&partials).await {
        Ok(()) => {
            for (stream, partial) in grown.iter().zip(&partials) {
                stream.kept(partial.rev);
                shared.nudges.nudge(stream.user).await;
            }
        }
        Err(error) => {
            warn!(count = partials.len(), kind = %error, "partial texts could not be kept");
        }
    }
}

async fn stop(shared: &Shared, streams: &[Arc<Stream>]) {
    match shared.store.stop_requested(shared.pulse.id()).await {
        Ok(stopped) => streams
            .iter()
            .filter(|stream| stopped.contains(&stream.request))
            .for_each(|stream| stream.stop.cancel()),
        Err(error) => warn!(kind = %error, "could not look for stopped requests"),
    }
}
