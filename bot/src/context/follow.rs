//! Following a trail: the rest of a chain of replies, messages that are linked, and names.
//!
//! Bounded in number by the personalities' own limit and in time; what was read in time is kept, and
//! the request goes on with it. A message that its author may not read, one that is gone and one that
//! never was leave no trace alike.

use std::{collections::HashMap, time::Duration};

use shared::{
    context::{How, MessageContext, Reference, bounds::one_line},
    ids::{ChannelId, GuildId, MessageId, PersonalityId, RequestId, UserId},
    personality::bounds,
};
use tokio::time::timeout;

use super::{
    Link, Trail,
    access::Access,
    names::{self, Mentioned},
    quote,
};
use crate::{
    app::{App, in_time},
    rest::{History, StoredMessage},
};

/// How long Discord is asked for one message. Far less than a request [gathers](shared::store::GATHERING_LASTS).
const PATIENCE: Duration = Duration::from_secs(6);
/// Messages before a reply that are read at once: most of a chain is among them.
const PAGE: u8 = 50;

/// Reads what a message refers to, and lets its requests be queued with it.
pub(crate) async fn complete(
    app: &App,
    user: UserId,
    requests: &[RequestId],
    personalities: &[PersonalityId],
    trail: Trail,
) {
    let Trail { mut message, reader, channel, next, links, unknown } = trail;
    let most = most_references(app, personalities).await;
    let guild = reader.home.as_ref().map(|(guild, _)| *guild);
    let mut walk = Walk {
        app,
        access: Access::new(app, &reader),
        mentioned: Mentioned { names: std::mem::take(&mut message.names), unknown },
        message: &mut message,
        most,
        page: HashMap::new(),
    };
    let walking = async {
        walk.replies(guild, channel, next).await;
        walk.links(&links).await;
        walk.names().await;
    };
    if timeout(PATIENCE, walking).await.is_err() {
        tracing::info!(user.id = %user, "what a message refers to was not read to its end");
    }
    let names = walk.mentioned.names;
    message.names = names;
    match in_time(app.store.gathered(user, requests, &message)).await {
        Ok(_) => app.wake(user).await,
        // a worker takes the request as it is, a few seconds later
        Err(error) => tracing::warn!(user.id = %user, kind = %error, "a context was lost"),
    }
}

/// The most that any of them is shown: each prompt is cut to its own limit.
async fn most_references(app: &App, personalities: &[PersonalityId]) -> usize {
    let mut most = 0;
    for personality in personalities {
        let limit = match in_time(app.store.personality(*personality)).await {
            Ok(Some(personality)) => personality.settings.max_referenced_messages,
            _ => None,
        };
        most = most.max(limit.unwrap_or(bounds::DEFAULT_REFERENCES));
    }
    usize::try_from(most).unwrap_or_default()
}

struct Walk<'a> {
    app: &'a App,
    access: Access<'a>,
    message: &'a mut MessageContext,
    /// Moved out of the message while it grows.
    mentioned: Mentioned,
    most: usize,
    page: HashMap<MessageId, StoredMessage>,
}

impl Walk<'_> {
    fn is_full(&self) -> bool {
        self.message.references.len() >= self.most
    }

    /// From the first message of the chain that the gateway did not send, back to where it began.
    async fn replies(
        &mut self,
        guild: Option<GuildId>,
        channel: ChannelId,
        mut next: Option<MessageId>,
    ) {
        while let Some(id) = next.filter(|_| !self.is_full()) {
            if !self.access.may_read(guild, channel).await {
                return;
            }
            let Some(found) = self.before(channel, id).await else { return };
            // always further back: nobody can lead it in a circle
            next = found.reply_to.filter(|earlier| *earlier < id);
            self.quote(How::Reply, &found).await;
        }
    }

    /// A message of a channel; its neighbours are likely to be wanted next.
    async fn before(&mut self, channel: ChannelId, id: MessageId) -> Option<StoredMessage> {
        if self.page.is_empty() {
            let history = History::Before(MessageId::from(id.get().saturating_add(1)));
            let page = self.app.rest.messages(channel, history, PAGE).await.unwrap_or_default();
            self.page.extend(page.into_iter().map(|message| (message.id, message)));
        }
        if let Some(found) = self.page.remove(&id) {
            return Some(found);
        }
        self.read(channel, id).await
    }

    async fn links(&mut self, links: &[Link]) {
        for link in links {
            if self.is_full() {
                return;
            }
            if self.access.may_read(link.guild, link.channel).await
                && let Some(found) = self.read(link.channel, link.message).await
            {
                self.quote(How::Link, &found).await;
            }
        }
    }

    /// Of the message itself, and of what was quoted on the way.
    async fn names(&mut self) {
        let asked = names::ask(&mut self.access, &self.mentioned.unknown).await;
        self.mentioned.names.add(asked);
    }

    async fn read(&self, channel: ChannelId, id: MessageId) -> Option<StoredMessage> {
        let found = self.app.rest.message(channel, id).await.ok()?;
        (found.channel == channel && found.id == id).then_some(found)
    }

    async fn quote(&mut self, how: How, found: &StoredMessage) {
        let is_program = found.author.bot || found.webhook.is_some();
        let said_by = if is_program {
            in_time(self.app.store.speaker_of(found.id)).await.ok().flatten()
        } else {
            None
        };
        let reference = Reference {
            how,
            author_name: one_line(&found.author.name),
            said_by: said_by.map(|(personality, ..)| personality),
            text: quote(&found.content, &found.forwarded),
            carried: found.carried.clone(),
        };
        let says_something = !reference.text.is_empty() || !reference.carried.is_empty();
        if found.is_ordinary && says_something {
            let (guilds, reader) = (&self.app.guilds, self.access.reader());
            self.mentioned.in_text(guilds, reader, &found.content, &found.mentions);
            self.message.references.push(reference);
        }
    }
}
