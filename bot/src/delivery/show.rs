//! One delivery's task: from its first sight in the database until people see its final text.
//!
//! It takes one [step](super::plan) at a time towards what should be seen, and looks at the news
//! before each. All it does may be cut off anywhere and be taken up by another process: what was
//! posted stands in the database, and what may have been posted is [looked for](super::recover)
//! before anything is posted again. Every write is guarded by the delivery's owner, so a process
//! that has lost it changes nothing.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use shared::{
    ids::MessageId,
    model::DeliveryKind,
    store::{NewPart, OpenDelivery, StoreError},
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Stage,
    answer::{self, Look},
    buttons::Button,
    line::Ticket,
    pacing::Gate,
    place::{self, Part, Voice},
    plan::{Step, next_step},
    setback::{Setback, backoff, what_now},
    texts,
    typing::Typist,
};
use crate::rest::{InteractionToken, Message, RestError};

/// How long a placeholder waits for those before it, should one of them hang.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two edits of a text that grows, when the first one failed.
const AFTER_A_FAILED_GLIMPSE: Duration = Duration::from_secs(3);
/// How often a reply is begun anew because somebody deletes the webhook it speaks through, before
/// it's put off.
const MOST_BEGINNINGS: u32 = 3;

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

    /// One step towards what should be seen.
    async fn step(&mut self) -> Result<Progress, Trouble> {
        if let Some(part) = self.in_doubt {
            return self.look_for(part).await;
        }
        let voice = self.voice().await?;
        let name = match voice {
            Voice::Webhook => String::new(),
            Voice::Bot | Voice::Command(_) => self.name_line(),
        };
        let wanted = answer::wanted(&self.delivery, self.partial.as_deref(), &name);
        let shown: Vec<_> = self.parts.iter().map(|part| part.look.clone()).collect();
        match next_step(&wanted, &shown) {
            None if self.delivery.is_final => self.finish().await,
            None => Ok(Progress::Standing),
            Some(Step::Create { part, look }) => self.create(&voice, part, look).await,
            Some(Step::Edit { part, look }) => self.edit(&voice, part, look).await,
            Some(Step::Remove { part }) => self.remove(&voice, part).await,
        }
    }

    fn name_line(&self) -> String {
        texts::name_line(&crate::webhook_name::webhook_name(&self.delivery.display_name))
    }

    /// In whose name it's said. Once the first message stands, that's decided.
    async fn voice(&mut self) -> Result<Voice, Trouble> {
        if let Some(voice) = &self.voice {
            return Ok(voice.clone());
        }
        let voice = match (&self.token, self.parts.first()) {
            (Some(token), _) => Voice::Command(token.clone()),
            (None, Some(Part { webhook: Some(_), .. })) => Voice::Webhook,
            (None, Some(_)) => Voice::Bot,
            // a command whose time is over is answered in the channel, as everybody else
            (None, None)
                if self.delivery.kind == DeliveryKind::Direct || self.delivery.guild.is_none() =>
            {
                Voice::Bot
            }
            (None, None) => {
                let webhook = self.stage.places.webhooks.for_posting(self.delivery.channel).await?;
                if webhook.is_some() { Voice::Webhook } else { Voice::Bot }
            }
        };
        self.voice = Some(voice.clone());
        Ok(voice)
    }

    async fn look_for(&mut self, part: usize) -> Result<Progress, Trouble> {
        let found = self.stage.places.find(&self.delivery, part).await?;
        tracing::info!(
            delivery.id = %self.delivery.id, part, found = found.is_some(),
            "looked for a message whose post nobody saw the end of"
        );
        if let Some(found) = found {
            return self.keep(part, found).await;
        }
        self.in_doubt = None;
        Ok(Progress::Moved)
    }

    async fn create(
        &mut self,
        voice: &Voice,
        part: usize,
        look: Look,
    ) -> Result<Progress, Trouble> {
        if let Some(ticket) = &self.ticket {
            self.wait_for_others(ticket.called()).await;
        }
        if self.soft.is_cancelled() {
            return Ok(Progress::Moved);
        }
        let Stage { store, bot, places, .. } = &*self.stage;
        if !store.begin_posting(self.delivery.id, *bot, number(part)).await? {
            return Ok(Progress::Ended(End::Lost));
        }
        self.requests += 1;
        let posted = places.create(&self.delivery, voice, part, look).await;
        if matches!(posted, Err(RestError::Unavailable)) {
            self.in_doubt = Some(part);
        }
        let posted = posted?;
        // until the id is stored, it's as if nobody knew it
        self.in_doubt = Some(part);
        self.keep(part, posted).await
    }

    /// One that hangs holds the others up for a while, and not for ever.
    async fn wait_for_others(&self, others: impl Future<Output = ()>) {
        tokio::select! {
            () = self.soft.cancelled() => {}
            in_time = timeout(PATIENCE, others) => if in_time.is_err() {
                tracing::debug!(delivery.id = %self.delivery.id, "goes ahead of its order");
            },
        }
    }

    async fn keep(&mut self, part: usize, posted: Part) -> Result<Progress, Trouble> {
        if let Some(message) = posted.message {
            let new = NewPart { part: number(part), message, webhook: posted.webhook };
            self.stage.store.part_posted(self.delivery.id, self.stage.bot, new).await?;
        }
        self.in_doubt = None;
        self.others_first |= self.ticket.take().is_some();
        self.parts.truncate(part);
        self.parts.push(posted);
        self.stop_typing();
        Ok(Progress::Moved)
    }

    async fn edit(&mut self, voice: &Voice, part: usize, look: Look) -> Result<Progress, Trouble> {
        if std::mem::take(&mut self.others_first) {
            let room = place::room_of(&self.delivery);
            self.wait_for_others(self.stage.lines.cleared(room)).await;
            return Ok(Progress::Moved);
        }
        let Some(old) = self.parts.get(part).cloned() else { return Ok(Progress::Moved) };
        if old.message.is_none() {
            return self.fill_in(voice, part, &old, look).await;
        }
        let gate = self.stage.pacer.gate(place::bucket(&self.delivery, voice, old.webhook));
        let is_final = self.delivery.is_final;
        if !is_final && !self.has_turn {
            self.wait_for_turn(&gate).await;
            return Ok(Progress::Moved);
        }
        let before_others = is_final.then(|| gate.final_text());
        let begun = Instant::now();
        let edited = self.write(voice, part, &old, look).await;
        let asked_to_wait = match edited {
            Err(RestError::Limited(wait)) => Some(wait),
            _ => None,
        };
        gate.went(begun.elapsed(), asked_to_wait);
        drop(before_others);
        edited?;
        self.failures = 0;
        Ok(Progress::Moved)
    }

    /// Waits for this growing text's turn. What grows meanwhile is shown when it comes; a final text
    /// doesn't wait for it.
    async fn wait_for_turn(&mut self, gate: &Gate) {
        let turn = gate.turn();
        tokio::pin!(turn);
        loop {
            tokio::select! {
                () = &mut turn => {
                    self.has_turn = true;
                    return;
                }
                () = self.soft.cancelled() => return,
                heard = self.news.changed() => {
                    let newest = self.news.borrow().delivery.want_rev;
                    if heard.is_err() || newest > self.delivery.want_rev {
                        return;
                    }
                }
            }
        }
    }

    /// A command's answer, which stands there already and only says that somebody is thinking. It
    /// gets the mark of a new message, for the case that its time is over before its id is stored.
    async fn fill_in(
        &mut self,
        voice: &Voice,
        part: usize,
        old: &Part,
        look: Look,
    ) -> Result<Progress, Trouble> {
        let Stage { store, bot, .. } = &*self.stage;
        if !store.begin_posting(self.delivery.id, *bot, number(part)).await? {
            return Ok(Progress::Ended(End::Lost));
        }
        let marked = Look { button: Some(Button::Stop), ..look };
        let message = self.write(voice, part, old, marked).await?;
        let new = NewPart { part: number(part), message, webhook: None };
        let stored = self.stage.store.part_posted(self.delivery.id, self.stage.bot, new).await;
        if let (Err(_), Some(part)) = (&stored, self.parts.get_mut(part)) {
            // as if it had not been filled in: that may be repeated
            *part = old.clone();
        }
        stored?;
        Ok(Progress::Moved)
    }

    /// Edits a message, and remembers what it shows.
    async fn write(
        &mut self,
        voice: &Voice,
        part: usize,
        old: &Part,
        look: Look,
    ) -> Result<MessageId, RestError> {
        let new = place::message(self.delivery.id, part, &look);
        self.requests += 1;
        let message = self.stage.places.edit(&self.delivery, voice, old, &new).await?;
        if look.button == Some(Button::Stop) {
            // the end of what has grown so far: the next of it in another turn
            self.has_turn = false;
        }
        if let Some(part) = self.parts.get_mut(part) {
            part.message = Some(message);
            part.look = Some(look);
        }
        self.stop_typing();
        Ok(message)
    }

    async fn remove(&mut self, voice: &Voice, part: usize) -> Result<Progress, Trouble> {
        if let Some(old) = self.parts.get(part) {
            self.requests += 1;
            match self.stage.places.delete(&self.delivery, voice, old).await {
                // its webhook is gone, and we may not delete what is not ours: it stays
                Ok(()) | Err(RestError::Forbidden(_)) => self.forget_from(part).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Progress::Moved)
    }

    async fn forget_from(&mut self, part: usize) -> Result<(), StoreError> {
        let Stage { store, bot, .. } = &*self.stage;
        store.forget_parts(self.delivery.id, *bot, number(part)).await?;
        self.parts.truncate(part);
        Ok(())
    }

    /// There's text to read, so nobody types any more.
    fn stop_typing(&mut self) {
        let name = self.name_line();
        let is_text =
            |look: &Look| look.text.strip_prefix(&name).unwrap_or(&look.text) != texts::PLACEHOLDER;
        if self.parts.iter().filter_map(|part| part.look.as_ref()).any(is_text) {
            self.typist = None;
        }
    }

    /// The final text stands.
    async fn finish(&mut self) -> Result<Progress, Trouble> {
        self.explain().await?;
        let Stage { store, bot, .. } = &*self.stage;
        let rev = self.delivery.want_rev;
        if store.shown(self.delivery.id, *bot, rev).await? {
            return Ok(Progress::Ended(End::Delivered));
        }
        match store.open_delivery(self.delivery.id).await? {
            Some(newer) if newer.want_rev > rev => {
                self.delivery = Arc::new(newer);
                Ok(Progress::Moved)
            }
            // not ours any more, or ended elsewhere
            _ => Ok(Progress::Ended(End::Lost)),
        }
    }

    /// Who waits for a command learns there why it failed, unseen by others. If that fails, the
    /// notice goes out by direct message.
    async fn explain(&self) -> Result<(), Trouble> {
        let (Some(token), Some(failure)) = (&self.token, answer::owed_explanation(&self.delivery))
        else {
            return Ok(());
        };
        let text = (self.stage.explain)(failure, self.delivery.request);
        let told = self.stage.places.rest.followup(token, &Message::text(text), true).await;
        if told.is_ok() {
            self.stage.store.close_notices_of(self.delivery.request).await?;
        }
        Ok(())
    }

    /// What to do after a failure: how long to wait, or that it's over.
    async fn after(&mut self, trouble: Trouble) -> Result<Duration, End> {
        let error = match trouble {
            Trouble::Store(error) => {
                tracing::warn!(
                    delivery.id = %self.delivery.id, %error, "a reply waits for the database"
                );
                return Ok(backoff(1));
            }
            Trouble::Discord(error) => error,
        };
        let setback = what_now(error, self.failures);
        tracing::debug!(
            delivery.id = %self.delivery.id, %error, ?setback, attempts = self.failures,
            "a step of a reply failed"
        );
        let done = match setback {
            Setback::Withdraw => self.withdraw().await,
            Setback::GiveUp => self.give_up(error).await,
            Setback::NoToken => return Ok(self.go_on_without_token()),
            Setback::Anew => self.begin_anew().await,
            Setback::Wait(wait) if !self.owes_something() => {
                return Ok(wait.max(AFTER_A_FAILED_GLIMPSE));
            }
            Setback::Wait(wait) => self.put_off(wait).await,
        };
        done.unwrap_or_else(|error| {
            tracing::warn!(delivery.id = %self.delivery.id, %error, "a reply waits for the database");
            Ok(backoff(1))
        })
    }

    /// Whether what failed must not be skipped: a place, or the final text.
    fn owes_something(&self) -> bool {
        self.delivery.is_final || self.parts.is_empty() || self.in_doubt.is_some()
    }

    async fn put_off(&mut self, wait: Duration) -> Result<Result<Duration, End>, StoreError> {
        let Stage { store, bot, .. } = &*self.stage;
        self.failures += 1;
        let until = TimeDelta::from_std(wait).unwrap_or_default();
        store.postpone_delivery(self.delivery.id, *bot, store.clock().now() + until).await?;
        Ok(Ok(wait))
    }

    async fn give_up(&mut self, error: RestError) -> Result<Result<Duration, End>, StoreError> {
        tracing::warn!(
            delivery.id = %self.delivery.id,
            request.id = %self.delivery.request,
            channel.id = %self.delivery.channel,
            why = %error,
            "a reply can't be shown where it was asked for"
        );
        self.stage.store.give_up_delivery(&self.delivery, self.stage.bot).await?;
        Ok(Err(End::Undeliverable))
    }

    async fn withdraw(&mut self) -> Result<Result<Duration, End>, StoreError> {
        self.stage.store.withdraw_delivery(&self.delivery, self.stage.bot).await?;
        Ok(Err(End::Withdrawn))
    }

    fn go_on_without_token(&mut self) -> Duration {
        self.token = None;
        self.voice = None;
        self.parts.retain(|part| part.message.is_some());
        Duration::ZERO
    }

    /// The webhook is gone, and nobody can edit what it said: takes that away, as far as that's
    /// allowed, and says everything anew.
    async fn begin_anew(&mut self) -> Result<Result<Duration, End>, StoreError> {
        self.beginnings += 1;
        if self.beginnings > MOST_BEGINNINGS {
            return self.put_off(backoff(self.failures)).await;
        }
        for part in &self.parts {
            let gone = self.stage.places.delete(&self.delivery, &Voice::Bot, part).await;
            if let Err(error) = gone {
                tracing::debug!(delivery.id = %self.delivery.id, %error, "an old message stays");
            }
        }
        self.voice = None;
        self.in_doubt = None;
        self.forget_from(0).await?;
        Ok(Ok(Duration::ZERO))
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
