//! The steps themselves: posting, editing, taking away, and what goes before and after.

use std::{sync::Arc, time::Duration};

use shared::{
    ids::MessageId,
    model::DeliveryKind,
    store::{NewPart, NoticeKind, StoreError},
};
use tokio::time::{Instant, timeout};

use super::{
    super::{
        Stage,
        answer::{self, Look},
        buttons::Button,
        pacing::Gate,
        place::{self, Part, Voice},
        plan::{Step, next_step},
        texts,
        webhooks::Posting,
    },
    End, Progress, Show, Trouble, number,
};
use crate::rest::RestError;

/// How long a placeholder waits for those before it, should one of them hang.
const PATIENCE: Duration = Duration::from_secs(20);

impl Show {
    /// One step towards what should be seen.
    pub(super) async fn step(&mut self) -> Result<Progress, Trouble> {
        if let Some(part) = self.in_doubt {
            return self.look_for(part).await;
        }
        let voice = self.voice().await?;
        let name = match voice {
            Voice::Webhook => String::new(),
            Voice::Bot | Voice::Command(_) => self.name_line(),
        };
        if self.delivery.unsaid {
            self.typist = None;
        }
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
            (None, None) => match self.stage.places.posting(&self.delivery).await? {
                Posting::Through(_) => Voice::Webhook,
                Posting::Forbidden => {
                    self.unnamed = Some(NoticeKind::NoWebhookAllowed);
                    Voice::Bot
                }
                Posting::Full => {
                    self.unnamed = Some(NoticeKind::NoRoomForWebhook);
                    Voice::Bot
                }
            },
        };
        self.voice = Some(voice.clone());
        Ok(voice)
    }

    /// Who asked learns in private why the personality speaks under the bot's name, and what changes
    /// that: they can tell somebody, if they can't do it themselves. The answer doesn't wait for it.
    async fn tell_why(&mut self) {
        let Some(kind) = self.unnamed.take() else { return };
        let (user, request) = (self.delivery.user, self.delivery.request);
        if let Err(error) = self.stage.store.add_notice(user, kind, Some(request), None).await {
            tracing::debug!(delivery.id = %self.delivery.id, %error, "a notice was lost");
        }
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
        let Some(posted) = posted? else {
            // the name has to stand in the text now, and who asked is to learn why
            self.voice = None;
            return Ok(Progress::Moved);
        };
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

    pub(super) async fn forget_from(&mut self, part: usize) -> Result<(), StoreError> {
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
        self.tell_why().await;
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
        let (user, request) = (self.delivery.user, Some(self.delivery.request));
        let message = self.stage.explainer.explain(failure, user, request).await;
        let told = self.stage.places.rest.followup(token, &message, true).await;
        if told.is_ok() {
            self.stage.store.close_notices_of(self.delivery.request).await?;
        }
        Ok(())
    }
}
