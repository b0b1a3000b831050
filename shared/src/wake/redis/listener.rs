//! The subscription to nudges.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use redis::{Client, Msg, aio::PubSub};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::outage::{Failure, Outage};
use crate::wake::Nudge;

/// After this long without a nudge, the listener asks whether the connection still stands.
const QUIET: Duration = Duration::from_secs(3);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The pauses between attempts to subscribe: from the first, doubling, to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Subscribes, and subscribes again when the connection is lost.
pub(in crate::wake) struct Listener {
    client: Client,
    channel: String,
    outage: Arc<Outage>,
    subscription: Option<PubSub>,
    /// When the connection last gave a sign of life.
    heard: Instant,
    retry_at: Instant,
    pause: Duration,
}

impl Listener {
    pub(super) fn new(client: Client, channel: String, outage: Arc<Outage>) -> Self {
        let now = Instant::now();
        let (heard, retry_at, pause) = (now, now, RETRY.0);
        Self { client, channel, outage, subscription: None, heard, retry_at, pause }
    }

    pub(in crate::wake) async fn next(&mut self) -> Nudge {
        loop {
            let Some(subscription) = &mut self.subscription else {
                if self.subscribe_again().await {
                    // whatever was said in the meantime is lost
                    return Nudge::Sweep;
                }
                continue;
            };
            let heard = timeout_at(self.heard + QUIET, subscription.on_message().next()).await;
            match heard {
                Ok(Some(message)) => {
                    self.heard = Instant::now();
                    if let Some(user) = payload(&message).and_then(|text| text.parse().ok()) {
                        return Nudge::User(user);
                    }
                }
                Ok(None) => self.lose(&Failure::Closed),
                Err(_) => match still_stands(subscription).await {
                    Ok(()) => self.heard = Instant::now(),
                    Err(failure) => self.lose(&failure),
                },
            }
        }
    }

    fn lose(&mut self, failure: &Failure) {
        self.outage.failed(failure);
        self.subscription = None;
        self.retry_at = Instant::now();
        self.pause = RETRY.0;
    }

    /// Tries once, after the pause that is due. Says whether it worked.
    async fn subscribe_again(&mut self) -> bool {
        sleep_until(self.retry_at).await;
        match self.subscribe().await {
            Ok(subscription) => {
                self.outage.over();
                self.heard = Instant::now();
                self.subscription = Some(subscription);
                true
            }
            Err(failure) => {
                self.outage.failed(&failure);
                self.retry_at = Instant::now() + self.pause;
                self.pause = (2 * self.pause).min(RETRY.1);
                false
            }
        }
    }

    async fn subscribe(&self) -> Result<PubSub, Failure> {
        let subscribing = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(&self.channel).await?;
            Ok(subscription)
        };
        timeout(2 * PATIENCE, subscribing).await?
    }
}

/// A connection can die without a word, for instance behind a firewall that forgets it.
async fn still_stands(subscription: &mut PubSub) -> Result<(), Failure> {
    Ok(timeout(PATIENCE, subscription.ping::<()>()).await??)
}

fn payload(message: &Msg) -> Option<&str> {
    str::from_utf8(message.get_payload_bytes()).ok()
}
