//! The limits of a personality, with the system's where it says nothing.

use shared::{
    context::RequestContext,
    personality::{ModelSettings, bounds},
};

use super::mentions::MentionLimits;

/// How many turns of the conversation it is reminded of.
pub(crate) fn history(settings: &ModelSettings) -> i64 {
    settings.max_conversation_history.unwrap_or(bounds::DEFAULT_HISTORY)
}

/// A request's context with no more references than a personality takes: the answered message and
/// those before it first, then what is linked.
pub(crate) fn within(context: &RequestContext, settings: &ModelSettings) -> RequestContext {
    let mut left = number(settings.max_referenced_messages, bounds::DEFAULT_REFERENCES);
    let mut context = context.clone();
    for message in &mut context.messages {
        message.references.truncate(left);
        left -= message.references.len();
    }
    context
}

/// How many mentions have names.
pub(super) fn mentions(settings: &ModelSettings) -> MentionLimits {
    MentionLimits {
        users: number(settings.max_mentions_per_message, bounds::DEFAULT_MENTIONS),
        channels: number(settings.max_channels_per_message, bounds::DEFAULT_CHANNELS),
        roles: number(settings.max_roles_per_message, bounds::DEFAULT_ROLES),
    }
}

fn number(limit: Option<i64>, default: i64) -> usize {
    usize::try_from(limit.unwrap_or(default)).unwrap_or_default()
}
