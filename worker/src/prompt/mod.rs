//! What the model is asked: a pure function of stored data.
//!
//! Stable parts come first, so that a provider's cache knows the beginning: the personality, its
//! conduct and the place ([`system`]), then the conversation ([`history`]). What changes with every
//! message stands in the last one ([`question`]): the time, who speaks, what they refer to.
//!
//! Names and quotes are data that anybody may have chosen: JSON strings of limited length, between tags
//! that nothing in other people's words can close ([`words`]), and nothing secret is near them. How
//! much of it there may be is the personality's to say ([`limits`]), and the model's ([`budget`]).

mod birthday;
mod budget;
mod history;
pub(crate) mod limits;
mod mentions;
mod placeholders;
mod question;
mod system;
mod words;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use shared::{
    context::MessageContext,
    store::{Personality, RequestContext, Turn},
    timezone::Timezone,
};

use self::budget::{Budget, tokens};
use crate::{
    attachments::Seen,
    providers::{ChatMessage, Image, Role},
};

/// What a prompt is made of.
pub(crate) struct Parts<'a> {
    pub(crate) personality: &'a Personality,
    /// Already [`within`](limits::within) the personality's limits.
    pub(crate) context: &'a RequestContext,
    pub(crate) history: &'a [Turn],
    pub(crate) messages: &'a [String],
    /// What became of the files, by their ids.
    pub(crate) files: &'a HashMap<u64, Seen>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) timezone: &'a Timezone,
    /// Whether nobody else is there.
    pub(crate) is_direct: bool,
    /// The longest answer, in tokens.
    pub(crate) max_tokens: u32,
    /// How much the model takes, where that is known.
    pub(crate) context_length: Option<u64>,
}

/// The messages for the model.
pub(crate) fn build(parts: &Parts<'_>) -> Vec<ChatMessage> {
    let (system, words, images) = (system::message(parts), question::words(parts), images(parts));
    let fixed = tokens(&system) + tokens(&words);
    let budget = Budget::new(parts.context_length, parts.max_tokens, fixed, images.len());
    let head = question::head(parts, &mut budget.extras());
    let mut messages = vec![message(Role::System, system)];
    messages.extend(history::messages(parts, budget.history(tokens(&head))));
    messages.push(ChatMessage { role: Role::User, content: format!("{head}{words}"), images });
    messages
}

/// The images, in the order in which the context names them.
fn images(parts: &Parts<'_>) -> Vec<Image> {
    let mut shown = Vec::new();
    let mut images = Vec::new();
    for file in parts.context.messages.iter().flat_map(MessageContext::attachments) {
        if let Some(Seen::Image(image)) = parts.files.get(&file.id)
            && !shown.contains(&file.id)
        {
            shown.push(file.id);
            images.push(image.clone());
        }
    }
    images
}

fn message(role: Role, content: String) -> ChatMessage {
    ChatMessage::text(role, content)
}

#[cfg(test)]
mod tests;
