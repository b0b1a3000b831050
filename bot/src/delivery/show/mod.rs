//! One delivery's task: from its first sight in the database until people see its final text.
//!
//! It takes one [step](super::plan) at a time towards what should be seen, and looks at the news
//! before each. All it does may be cut off anywhere and be taken up by another process: what was
//! posted stands in the database, and what may have been posted is [looked for](super::recover)
//! before anything is posted again. Every write is guarded by the delivery's owner, so a process
//! that has lost it changes nothing.

mod after;
mod step;

use std::{sync::Arc, time::Duration};

use shared::{
    model::DeliveryKind,
    store::{NoticeKind, OpenDelivery, StoreError},
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Stage,
    line::Ticket,
    place::{self, Part, Voice},
    setback::backoff,
    typing::Typist,
};
use crate::rest::{InteractionToken, RestError};

/// What changes while a delivery is shown.
#[derive(Clone)]
pub(super) struct News {
    pub(super) delivery: Arc<OpenDelivery>,
    pub(super) partial: Option<Arc<str>>,
}

/// Why a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The final text stands.
    Delivered,
    /// Discord takes it nowhere.
    Undeliverable,
    /// Somebody deleted its message.
    Withdrawn,
    /// It's another process's now, or was ended elsewhere.
    Lost,
    /// The process stops; another goes on with it.
    Stopping,
}

/// What went wrong.
pub(super) enum Trouble {
    Discord(RestError),
    Store(StoreError),
}

impl From<RestError> for Trouble {
    fn from(error: RestError) -> Self {
        Self::Discord(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

enum Progress {
    Moved,
    /// All that is known is shown.
    Standing,
    /// Not before so long.
    NotYet(Duration),
    Ended(End),
}

pub(super) struct Show {
    stage: Arc<Stage>,
    news: watch::Receiver<News>,
    soft: CancellationToken,
    delivery: Arc<OpenDelivery>,
    partial: Option<Arc<str>>,
    parts: Vec<Part>,
    voice: Option<Voice>,
    token: Option<InteractionToken>,
    /// A part that may have been posted.
    in_doubt: Option<usize>,
    /// A place in the channel's line, until the first message stands.
    ticket: Option<Ticket>,
    /// The others of its line may not have their places yet.
    others_first: bool,
    typist: Option<Typist>,
    /// Why the personality can't speak as itself, until who asked has been told.
    unnamed: Option<NoticeKind>,
    /// It's this growing text's turn.
    has_turn: bool,
    beginnings: u32,
    failures: i64,
    begun: Instant,
    requests: u32,
}

impl Show {
    pub(super) fn new(
        stage: Arc<Stage>,
        news: watch::Receiver<News>,
        ticket: Option<Ticket>,
        soft: CancellationToken,
    ) -> Self {
        let News { delivery, partial } = news.borrow().clone();
        Self {
            stage,
            news,
            soft,
            partial,
            parts: Vec::new(),
            voice: None,
            token: None,
            in_doubt: None,
            ticket,
            others_first: false,
            typist: None,
            unnamed: None,
            has_turn: false,
            beginnings: 0,
            failures: delivery.attempts,
            delivery,
            begun: Instant::now(),
            requests: 0,
        }
    }

    /// Shows it, to its end or the process's.
    pub(super) async fn run(mut self) -> End {
        let soft = self.soft.clone();
        let mut taken_up = false;
        let end = loop {
            if soft.is_cancelled() {
                break End::Stopping;
            }
            self.read_news();
            let progress = if taken_up { self.step().await } else { self.take_up().await };
            taken_up |= progress.is_ok();
            let wait = match progress {
                Ok(Progress::Moved) => continue,
                Ok(Progress::Ended(end)) => break end,
                Ok(Progress::Standing) => None,
                Ok(Progress::NotYet(wait)) => Some(wait),
                Err(trouble) => match self.after(trouble).await {
                    Ok(wait) => Some(wait),
                    Err(end) => break end,
                },
            };
            self.ticket = None;
            self.has_turn = false;
            tokio::select! {
                () = soft.cancelled() => {}
                () = pause(wait) => {}
                heard = self.news.changed(), if wait.is_none() => if heard.is_err() {
                    break End::Lost;
                },
            }
        };
        tracing::info!(
            delivery.id = %self.delivery.id,
            request.id = %self.delivery.request,
            kind = %self.delivery.kind,
            end = ?end,
            parts = self.parts.len(),
            requests = self.requests,
            duration_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a reply's task ended"
        );
        end
    }

    fn read_news(&mut self) {
        let News { delivery, partial } = self.news.borrow_and_update().clone();
        if delivery.want_rev >= self.delivery.want_rev {
            self.delivery = delivery;
        }
        if partial.is_some() {
            self.partial = partial;
        }
    }

    /// Makes it this process's, and finds out how far another has come with it.
    async fn take_up(&mut self) -> Result<Progress, Trouble> {
        let Stage { store, bot, .. } = &*self.stage;
        let id = self.delivery.id;
        if !store.adopt_delivery(id, *bot).await? {
            return Ok(Progress::Ended(End::Lost));
        }
        // read once more, now that nobody else writes it
        let Some(delivery) = store.open_delivery(id).await? else {
            return Ok(Progress::Ended(End::Lost));
        };
        let delivery = self.placed(delivery).await?;
        let posted = store.posted_parts(id).await?;
        self.parts = posted
            .into_iter()
            .map(|part| Part { message: Some(part.message), webhook: part.webhook, look: None })
            .collect();
        let next = i64::try_from(self.parts.len()).unwrap_or(i64::MAX);
        self.in_doubt = (delivery.posting_part == Some(next)).then_some(self.parts.len());
        self.token = self.stage.open_token(&delivery);
        if self.token.is_some() && self.parts.is_empty() {
            // the deferred answer stands there already, and says nothing yet
            self.parts.push(Part { message: None, webhook: None, look: None });
            self.in_doubt = None;
        }
        if !delivery.is_final {
            // what people have seen must not become less
            let mut partials = store.newer_partials(&[(delivery.request, -1)]).await?;
            self.partial = partials.pop().map(|(.., text)| text.into());
        }
        self.failures = delivery.attempts;
        let wait = delivery.next_at - store.clock().now();
        self.delivery = Arc::new(delivery);
        if !self.parts.is_empty() {
            self.ticket = None;
        }
        if !self.delivery.is_final && self.delivery.kind != DeliveryKind::Interaction {
            self.typist = Some(self.stage.typing.start(place::room_of(&self.delivery)));
        }
        // another process was told to wait
        Ok(match wait.to_std() {
            Ok(wait) if !wait.is_zero() => Progress::NotYet(wait.min(backoff(self.failures))),
            _ => Progress::Moved,
        })
    }

    /// With the channel above, where the delivery stands in a thread that the gateway had not announced
    /// when its message came. Discord is asked once for each channel, as the webhook has to be found
    /// anyway; what can't be asked now is asked then.
    async fn placed(&self, mut delivery: OpenDelivery) -> Result<OpenDelivery, StoreError> {
        let Stage { store, places, .. } = &*self.stage;
        if delivery.kind == DeliveryKind::Webhook
            && delivery.thread.is_none()
            && let Ok(home) = places.homes.of(&delivery).await
            && let Some(thread) = home.thread
        {
            store.stands_in_thread(delivery.id, home.channel, thread).await?;
            (delivery.channel, delivery.thread) = (home.channel, Some(thread));
        }
        Ok(delivery)
    }
}

fn number(part: usize) -> i64 {
    i64::try_from(part).unwrap_or(i64::MAX)
}

async fn pause(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
