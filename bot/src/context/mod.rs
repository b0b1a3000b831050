//! What is stored with a request for its prompt.
//!
//! What the gateway sent is taken over at once ([`of_message`]), and most messages need no more. The
//! rest of a chain of replies, messages that are linked, and names that the gateway did not tell have
//! to be asked of Discord: that is a [`Trail`], followed after the message was accepted ([`complete_later`]), and only as far as its
//! author may read ([`access`]). The bot sees more than most people do; a link is no way to see with its eyes.
//!
//! Names and quotes are other people's words: cut to size, kept on one line, never more than data.

mod access;
mod follow;
mod links;
mod names;

use std::sync::Arc;

use shared::{
    context::{
        Forward, How, Mention, MessageContext, Names, PlaceNames, Reference, RequestContext,
        bounds::{MAX_QUOTE, cut, one_line},
    },
    ids::{ChannelId, DiscordUserId, GuildId, MessageId, PersonalityId, RequestId, RoleId, UserId},
    store::Place,
};

pub(crate) use self::access::rights_in;
use self::{
    links::{Link, links},
    names::Mentioned,
};
use crate::{
    app::{App, in_time},
    caller::Caller,
    gateway::{MessageEvent, RepliedMessage},
    guilds::Guilds,
    permissions::Member,
};

/// What is left to ask Discord about a message.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    /// The message, with what the gateway sent.
    message: MessageContext,
    /// Who wrote it: what they may not read is not read for them.
    reader: Reader,
    /// Where it was written.
    channel: ChannelId,
    /// Where the chain of replies goes on.
    next: Option<MessageId>,
    /// What is linked.
    links: Vec<Link>,
    /// What is mentioned without a name.
    unknown: Vec<Mention>,
}

/// Somebody for whom messages are read.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    /// Who.
    pub(crate) id: DiscordUserId,
    /// The server where they wrote, and their roles there as the gateway gave them just now.
    pub(crate) home: Option<(GuildId, Vec<RoleId>)>,
}

impl Reader {
    fn of(message: &MessageEvent) -> Self {
        let home = message.guild.map(|guild| (guild, message.roles.clone()));
        Self { id: message.author.id, home }
    }

    /// As a member of their home server.
    fn member(&self) -> Option<(GuildId, Member<'_>)> {
        let (guild, roles) = self.home.as_ref()?;
        Some((*guild, Member { id: self.id, roles }))
    }
}

/// The context of a message, and what is left to ask; its request waits for that.
pub(crate) async fn of_message(
    app: &App,
    message: &MessageEvent,
    place: Place,
) -> (RequestContext, Option<Trail>) {
    let mut said_by = None;
    if let Some(replied) = &message.replied
        && replied.message.as_ref().is_some_and(RepliedMessage::is_by_program)
    {
        // who it was is a help to the model, and no reason to wait
        let speaker = in_time(app.store.speaker_of(replied.id)).await;
        said_by = speaker.ok().flatten().map(|(personality, ..)| personality);
    }
    sent_with(&app.guilds, message, place, said_by)
}

/// The context of a command's words, and what is left to ask.
#[must_use]
pub(crate) fn of_command(
    app: &App,
    caller: &Caller,
    text: &str,
) -> (RequestContext, Option<Trail>) {
    let reader = Reader {
        id: caller.account.id,
        home: caller.guild().map(|guild| (guild, caller.roles.clone())),
    };
    let mut mentioned = Mentioned::default();
    mentioned.in_text(&app.guilds, &reader, text, &[]);
    let Mentioned { names, unknown } = mentioned;
    let trail = Trail {
        message: MessageContext { names, ..MessageContext::of(caller.interaction) },
        reader,
        channel: caller.place.lane_channel(),
        next: None,
        links: links(text),
        unknown,
    };
    trail.or_nothing(&caller.shown_name, app.guilds.place(caller.place))
}

/// Lets the requests of an accepted message be queued with all that it refers to, when that is read.
pub(crate) fn complete_later(
    app: &Arc<App>,
    user: UserId,
    requests: &[RequestId],
    personalities: Vec<PersonalityId>,
    trail: Trail,
) {
    let (asking, requests) = (Arc::clone(app), requests.to_vec());
    app.gathering.spawn(async move {
        follow::complete(&asking, user, &requests, &personalities, trail).await;
    });
}

/// What the gateway sent of a message.
fn sent_with(
    guilds: &Guilds,
    message: &MessageEvent,
    place: Place,
    said_by: Option<PersonalityId>,
) -> (RequestContext, Option<Trail>) {
    let reader = Reader::of(message);
    let mut own = MessageContext {
        carried: message.carried.clone(),
        forwards: message.forwarded.clone(),
        ..MessageContext::of(message.source())
    };
    let mut mentioned = Mentioned::default();
    mentioned.in_text(guilds, &reader, &message.content, &message.mentions);
    for forward in &message.forwarded {
        mentioned.in_text(guilds, &reader, &forward.text, &[]);
    }
    let mut next = None;
    let mut links = links(&message.content);
    if let Some(replied) = &message.replied {
        links.retain(|link| link.message != replied.id);
        next = Some(replied.id);
        if let Some(quoted) = &replied.message {
            mentioned.in_text(guilds, &reader, &quoted.content, &quoted.mentions);
            own.references.extend(reference(quoted, said_by));
            next = quoted.reply_to;
        }
    }
    let channel = place.lane_channel();
    let Mentioned { names, unknown } = mentioned;
    let own = MessageContext { names, ..own };
    let trail = Trail { message: own, reader, channel, next, links, unknown };
    trail.or_nothing(&message.author.name, guilds.place(place))
}

/// What the words of a message stand for that was changed, as far as it is known: nothing waits for a
/// change.
#[must_use]
pub(crate) fn names_in(guilds: &Guilds, message: &MessageEvent) -> Names {
    let mut mentioned = Mentioned::default();
    mentioned.in_text(guilds, &Reader::of(message), &message.content, &message.mentions);
    mentioned.names
}

impl Trail {
    /// The context as it is now, with the trail where it leads anywhere.
    fn or_nothing(self, author_name: &str, place: PlaceNames) -> (RequestContext, Option<Self>) {
        let mut context = RequestContext { place, ..RequestContext::by(one_line(author_name)) };
        context.add(self.message.clone());
        if self.next.is_none() && self.links.is_empty() && self.unknown.is_empty() {
            return (context, None);
        }
        context.awaited.push(self.message.source);
        (context, Some(self))
    }
}

fn reference(quoted: &RepliedMessage, said_by: Option<PersonalityId>) -> Option<Reference> {
    let text = quote(&quoted.content, &quoted.forwarded);
    let reference = Reference {
        how: How::Reply,
        author_name: one_line(&quoted.author.name),
        said_by,
        text,
        carried: quoted.carried.clone(),
    };
    (!reference.text.is_empty() || !reference.carried.is_empty()).then_some(reference)
}

/// What a quoted message says, or what it passes on.
fn quote(content: &str, forwarded: &[Forward]) -> String {
    let mut words = vec![content.trim()];
    words.extend(forwarded.iter().map(|forward| forward.text.trim()));
    words.retain(|words| !words.is_empty());
    cut(&words.join("\n"), MAX_QUOTE)
}

#[cfg(test)]
mod tests;
