//! From a message to an accepted request, or to a word on why not.
//!
//! Runs in the author's mailbox ([`intake`](crate::intake)), one message at a time, so nothing here
//! asks Discord before the message is accepted. Whatever becomes of a message that was for us, it
//! shows: an answer, a short reply, or a reaction and a private notice. Silence is for messages that
//! were for somebody else, and for all where moderators have switched us off.
//!
//! Where a personality is active, everybody's messages are for it, whether they want that or not. So
//! nobody is lectured there: who can't pay gets a reaction under one message a day, and no more.

use std::sync::Arc;

use shared::{
    ids::PersonalityId,
    store::{Accepted, Incoming, NoticeKind, Refusal, ReplyBy, ServerPlaces, StoreError},
};

use crate::{
    app::{App, in_time},
    context::{self, Trail},
    direct::nonce,
    gateway::{MessageEvent, Replied},
    rest::{Message, NewMessage, RestError},
    texts::{self, chat, places},
    triggers::{Addressed, Decision, Known, Target, candidates, decide},
};

/// Under a message whose author has no key that works.
const NEEDS_KEY: &str = "🔑";
/// Under a message for which there was no room.
const TOO_BUSY: &str = "⏳";

/// Takes a message.
pub(crate) async fn listen(app: &Arc<App>, message: MessageEvent) {
    let heard = match hear(app, &message).await {
        Ok(heard) => heard,
        // whether it was for us can't be known without the names; a reply says it, a name suggests it
        Err(error) => {
            tracing::warn!(message.id = %message.id, error = %error, "a message could not be read");
            if may_be_for_us(app, &message) {
                hint(app, &message, texts::NOT_ACCEPTED).await;
            }
            return;
        }
    };
    match heard {
        Decision::NotForUs => {}
        Decision::Empty(_) => hint(app, &message, chat::EMPTY_MESSAGE).await,
        Decision::For(_) if app.redactor.finds_key_in(&message.content) => {
            warn_of_key(app, &message).await;
        }
        Decision::For(addressed) if chat::utf16_len(&message.content) > chat::MAX_MESSAGE => {
            if !addressed.overheard {
                hint(app, &message, chat::TOO_LONG).await;
            }
        }
        Decision::For(addressed) => take(app, &message, addressed).await,
    }
}

/// Takes a change of a message that may wait for its answer. Who answers stays as it was decided when
/// the message came; a message that was for nobody stays so.
pub(crate) async fn listen_again(app: &Arc<App>, message: MessageEvent) {
    if let Err(error) = change(app, &message).await {
        tracing::warn!(message.id = %message.id, error = %error, "a change of a message was lost");
    }
}

async fn change(app: &Arc<App>, message: &MessageEvent) -> Result<(), StoreError> {
    let (source, author) = (message.source(), message.author.id);
    if !in_time(app.store.may_be_edited(source, author)).await? {
        return Ok(());
    }
    let heard = hear(app, message).await?;
    let overheard = matches!(&heard, Decision::For(addressed) if addressed.overheard);
    let is_bad = if app.redactor.finds_key_in(&message.content) {
        warn_of_key(app, message).await;
        true
    } else if chat::utf16_len(&message.content) > chat::MAX_MESSAGE {
        if !overheard {
            hint(app, message, chat::TOO_LONG).await;
        }
        true
    } else {
        false
    };
    let words = match heard {
        Decision::For(addressed) => addressed.text,
        Decision::Empty(_) => String::new(),
        // the address is gone, and what is left are the words
        Decision::NotForUs => message.content.trim().to_owned(),
    };
    let is_empty = words.is_empty() && !message.heard(app.me()).carries_more;
    let changed = if is_bad || is_empty {
        in_time(app.store.message_deleted(source)).await?
    } else {
        let names = context::names_in(&app.guilds, message);
        in_time(app.store.message_edited(source, author, &words, &names)).await?
    };
    if let Some(user) = changed {
        app.wake(user).await;
        app.shows.ring();
    }
    Ok(())
}

/// A burst was cut off; told once.
pub(crate) async fn flooded(app: &Arc<App>, message: MessageEvent) {
    if may_be_for_us(app, &message) {
        react(app, &message, TOO_BUSY).await;
        hint(app, &message, chat::FLOOD).await;
    }
}

async fn hear(app: &App, message: &MessageEvent) -> Result<Decision, StoreError> {
    let heard = message.heard(app.me());
    if heard.by_machine {
        return Ok(Decision::NotForUs);
    }
    let place = app.threads.place(message.guild, message.channel);
    let decided = app.decided.about(&place, &app.store).await?;
    if !decided.policy.is_open(&place) {
        return Ok(Decision::NotForUs);
    }
    let mut known = Known { active: decided.active_in(&place), ..Known::default() };
    let wanted = candidates(&heard);
    if !wanted.is_empty() {
        for name in app.names.of(message.author.id, &app.store).await?.iter() {
            // the first one wins: names come before aliases
            if wanted.binary_search(&name.folded).is_ok() {
                known.by_name.entry(name.folded.clone()).or_insert(name.personality_id);
            }
        }
    }
    if let Some(to) = message.replied.as_ref().filter(|to| may_be_ours(to)) {
        known.replied_to = in_time(app.store.speaker_for(to.id, message.author.id)).await?;
    }
    forget_forbidden(&mut known, &decided);
    Ok(decide(&heard, &known))
}

/// Whom moderators silence, nobody can address.
fn forget_forbidden(known: &mut Known, decided: &ServerPlaces) {
    let may_speak = |id: &PersonalityId| decided.policy.personalities.allows(&[*id]);
    known.by_name.retain(|_, id| may_speak(id));
    known.replied_to = known.replied_to.filter(may_speak);
}

fn may_be_for_us(app: &App, message: &MessageEvent) -> bool {
    let heard = message.heard(app.me());
    let replies = message.replied.as_ref().is_some_and(may_be_ours);
    heard.direct || heard.mentions_bot || replies || !candidates(&heard).is_empty()
}

/// A message that came from a program, or of which nobody knows.
fn may_be_ours(replied: &Replied) -> bool {
    replied.message.as_ref().is_none_or(|message| message.author.bot || message.webhook.is_some())
}

async fn take(app: &Arc<App>, message: &MessageEvent, addressed: Addressed) {
    let Addressed { targets, text, left_out, overheard } = addressed;
    let source = message.source();
    if app.withdrawn.has(source) {
        return;
    }
    let accepted = match personalities(app, message, &targets).await {
        Ok(personalities) if personalities.is_empty() => {
            return hint(app, message, chat::NO_PERSONALITY).await;
        }
        Ok(personalities) => {
            let (incoming, trail) = incoming(app, message, personalities, text).await;
            let accepted = app.accept(&incoming).await;
            if let (Ok(Accepted::Taken { user, requests }), Some(trail)) = (&accepted, trail) {
                context::complete_later(app, *user, requests, incoming.personalities, trail);
            }
            accepted
        }
        Err(error) => Err(error),
    };
    match accepted {
        Ok(Accepted::Taken { user, requests }) => {
            tracing::debug!(user.id = %user, requests = requests.len(), "accepted");
            if app.withdrawn.has(source) {
                // deleted while it was being taken
                let withdrawn = in_time(app.store.message_deleted(source)).await;
                said_of_store(withdrawn.map(drop));
            }
            app.wake(user).await;
            app.shows.ring();
            if left_out > 0 {
                hint(app, message, places::ONLY_FIVE).await;
            }
        }
        // a moderator was faster than what is remembered of the server
        Ok(Accepted::Already | Accepted::Refused { why: Refusal::Forbidden, .. }) => {}
        Ok(Accepted::Refused { why: Refusal::NoSuchPersonality, .. }) => {
            if !overheard {
                hint(app, message, chat::UNKNOWN_PERSONALITY).await;
            }
        }
        Ok(Accepted::Refused { user, why }) => {
            tracing::info!(user.id = %user, reason = refusal_name(&why), "not accepted");
            let emoji = if matches!(why, Refusal::Busy { .. }) { TOO_BUSY } else { NEEDS_KEY };
            if overheard {
                if app.marks.check_key(&message.author.id).is_ok() {
                    react(app, message, emoji).await;
                }
                return;
            }
            let channel = message.guild.map(|_| message.channel);
            // the reaction stands whatever becomes of the notice, and the notice may take its time
            let noted = in_time(app.store.add_notice(user, notice_kind(&why), None, channel)).await;
            app.news.notify_one();
            react(app, message, emoji).await;
            if noted.is_err() {
                hint(app, message, texts::NOT_ACCEPTED).await;
            }
        }
        Err(error) => {
            tracing::warn!(message.id = %message.id, error = %error, "a message was not accepted");
            hint(app, message, texts::NOT_ACCEPTED).await;
        }
    }
}

/// Who is meant, each once.
async fn personalities(
    app: &App,
    message: &MessageEvent,
    targets: &[Target],
) -> Result<Vec<PersonalityId>, StoreError> {
    let mut found = Vec::with_capacity(targets.len());
    for target in targets {
        let personality = match target {
            Target::Personality(personality) => Some(*personality),
            Target::Default => {
                let place = app.threads.place(message.guild, message.channel);
                let decided = app.decided.about(&place, &app.store).await?;
                in_time(app.store.default_speaker(&decided.policy)).await?
            }
        };
        found.extend(personality.filter(|personality| !found.contains(personality)));
    }
    Ok(found)
}

async fn incoming(
    app: &App,
    message: &MessageEvent,
    personalities: Vec<PersonalityId>,
    text: String,
) -> (Incoming, Option<Trail>) {
    let place = app.threads.place(message.guild, message.channel);
    let (context, trail) = context::of_message(app, message, place).await;
    let incoming = Incoming {
        source: message.source(),
        author: message.author.id,
        username: message.author.name.clone(),
        place,
        personalities,
        text,
        context,
        reply_by: if message.guild.is_some() { ReplyBy::Webhook } else { ReplyBy::Direct },
    };
    (incoming, trail)
}

/// The notice that tells of a refusal.
#[must_use]
pub(crate) const fn notice_kind(why: &Refusal) -> NoticeKind {
    match why {
        // said where it was asked, so this one is never told
        Refusal::NoSuchPersonality | Refusal::NoKey => NoticeKind::NoKey,
        Refusal::KeySwitchedOff { .. } => NoticeKind::KeySwitchedOff,
        Refusal::KeyPaused { .. } => NoticeKind::KeyPaused,
        Refusal::NoModel { .. } => NoticeKind::NoModel,
        Refusal::GuestLimit => NoticeKind::GuestLimit,
        Refusal::Forbidden => NoticeKind::Forbidden,
        Refusal::Busy { .. } => NoticeKind::Busy,
    }
}

const fn refusal_name(why: &Refusal) -> &'static str {
    match why {
        Refusal::NoSuchPersonality => "no_such_personality",
        Refusal::NoKey => "no_key",
        Refusal::KeySwitchedOff { .. } => "key_switched_off",
        Refusal::KeyPaused { .. } => "key_paused",
        Refusal::NoModel { .. } => "no_model",
        Refusal::GuestLimit => "guest_limit",
        Refusal::Forbidden => "forbidden",
        Refusal::Busy { .. } => "busy",
    }
}

/// The message goes, if we may; its author learns in private what to do. Nothing of it is kept.
async fn warn_of_key(app: &App, message: &MessageEvent) {
    let deleted = match message.guild {
        Some(_) => app.rest.delete_message(message.channel, message.id).await,
        // nobody else reads a direct message, and a bot can't delete another's there
        None => Err(RestError::Forbidden(0)),
    };
    let is_deleted = matches!(deleted, Ok(()) | Err(RestError::Gone(_)));
    tracing::info!(message.id = %message.id, deleted = is_deleted, "a message held a key");
    let text = chat::key_in_message(is_deleted);
    let told = app.direct.tell(&app.rest, message.author.id, &text, &message.id.to_string()).await;
    if told.is_err() && message.guild.is_some() {
        let hint = Message::text(chat::LOOK_AT_YOUR_MESSAGE);
        let new =
            NewMessage { reply_to: (!is_deleted).then_some(message.id), ..NewMessage::default() };
        said(app.rest.create_message(message.channel, &hint, new).await.map(drop));
    }
}

/// A short reply that pings nobody. A person gets few of them: after that, they know.
async fn hint(app: &App, message: &MessageEvent, text: &str) {
    if app.hints.check_key(&message.author.id).is_err() {
        return;
    }
    let id = message.id.to_string();
    let new = NewMessage { nonce: Some(&id), reply_to: Some(message.id) };
    let answer = Message::text(text);
    let sent = app.rest.create_message(message.channel, &answer, new).await;
    if matches!(sent, Err(RestError::Forbidden(_))) && message.guild.is_some() {
        let nonce = nonce(uuid::Uuid::from_u64_pair(message.id.get(), message.author.id.get()));
        said(app.direct.tell(&app.rest, message.author.id, text, &nonce).await);
        return;
    }
    said(sent.map(drop));
}

async fn react(app: &App, message: &MessageEvent, emoji: &str) {
    said(app.rest.react(message.channel, message.id, emoji).await);
}

/// A hint that can't be shown is no reason to fail.
fn said(sent: Result<(), RestError>) {
    if let Err(error) = sent {
        tracing::debug!(error = %error, "a hint could not be shown");
    }
}

fn said_of_store(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::warn!(error = %error, "a deleted message may still be answered");
    }
}
