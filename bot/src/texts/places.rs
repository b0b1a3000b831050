//! `/channel` and `/server`: who hears a channel, and what moderators allow.

use shared::store::{Activated, ActiveHere, Rule, ServerPolicy, ServerStatus};

use super::listed;

/// How much of a message each of a server's two lists may take, in UTF-16 units.
const ROOM: usize = 800;
/// The most personalities that hear one channel.
pub const MAX_ACTIVE: usize = 5;

/// A personality that may not speak where it was asked.
pub const FORBIDDEN_HERE: &str = "🚫 The moderators of this server don't let this personality speak \
    here. Nothing was spent. You can ask it elsewhere, or in a direct message to me.";
/// The bot is switched off in a server, or may not speak in a channel.
pub const CLOSED_HERE: &str = "🚫 The moderators of this server have switched me off here. Nothing was \
    spent. You can talk to personalities elsewhere, or in a direct message to me.";
/// Somebody without the right to manage channels.
pub const NEEDS_MANAGE_CHANNELS: &str =
    "Only somebody with the permission *Manage Channels* can do that.";
/// Somebody without the right to manage the server.
pub const NEEDS_MANAGE_SERVER: &str =
    "Only somebody with the permission *Manage Server* can do that.";
/// A command that makes no sense in private.
pub const ONLY_IN_SERVERS: &str = "This works in servers only.";
/// No public personality of that name: private ones are nobody here.
pub const UNKNOWN: &str = "There is nobody of that name whom everybody may talk to. \
    Choose from the list that appears as you type.";
/// More personalities were addressed than answer.
pub const ONLY_FIVE: &str = "Only five can answer one message: the others you named stay silent.";

/// What keeps personalities from speaking as themselves in a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// The permissions that the bot lacks there, by Discord's names.
    pub lacking: Vec<&'static str>,
    /// The channel has as many webhooks as Discord allows, none of them ours.
    pub webhooks_full: bool,
}

/// The answer to `/channel activate`.
#[must_use]
pub fn activated(outcome: Activated, name: &str, obstacles: &Obstacles) -> String {
    let text = match outcome {
        Activated::Done => format!(
            "**{name}** hears every message here from now on, and answers it. Each answer is paid by \
             **whoever wrote the message**, with their own key; who has none is left alone. \
             `/channel deactivate` ends it."
        ),
        Activated::Already => format!("**{name}** hears every message here already."),
        Activated::Full => format!(
            "{MAX_ACTIVE} personalities hear every message here, and that is as many as can. \
             `/channel deactivate` makes room."
        ),
        Activated::Unknown => return UNKNOWN.to_owned(),
    };
    if matches!(outcome, Activated::Full) { text } else { text + &told(obstacles) }
}

fn told(obstacles: &Obstacles) -> String {
    let mut text = String::new();
    if !obstacles.lacking.is_empty() {
        text.push_str("\n⚠️ I lack these permissions here: ");
        text.push_str(&obstacles.lacking.join(", "));
        text.push('.');
        if obstacles.lacking.contains(&MANAGE_WEBHOOKS) {
            text.push_str(" Without *Manage Webhooks* personalities speak under my name, with theirs in bold.");
        }
    }
    if obstacles.webhooks_full {
        text.push_str(
            "\n⚠️ This channel has 15 webhooks, as many as Discord allows, so personalities speak under my \
             name here, with theirs in bold. Delete one in the channel's settings, under *Integrations*.",
        );
    }
    text
}

/// What webhooks need.
pub const MANAGE_WEBHOOKS: &str = "*Manage Webhooks*";

/// The answer to `/channel deactivate`.
#[must_use]
pub fn deactivated(was_active: bool, name: &str) -> String {
    if was_active {
        format!("**{name}** hears here only what is meant for it from now on.")
    } else {
        format!("**{name}** did not hear everything here.")
    }
}

/// The answer to `/channel list`.
#[must_use]
pub fn active(here: &ActiveHere) -> String {
    let inherited = if here.is_inherited { " (as in the channel of this thread)" } else { "" };
    if here.names.is_empty() {
        return format!(
            "Nobody hears every message here{inherited}. Personalities answer when they are named with an \
             @, or replied to. `/channel activate` lets one hear all."
        );
    }
    let names: Vec<String> = here.names.iter().map(|name| format!("**{name}**")).collect();
    format!(
        "Every message here is heard by {}{inherited}. Whoever writes pays for their answers.",
        names.join(", ")
    )
}

/// The answer to `/server off` and `/server on`.
#[must_use]
pub const fn switched(is_off: bool) -> &'static str {
    if is_off {
        "I am **off** in this server: personalities hear and say nothing, whatever anybody has set. What \
         was being answered is finished; what waited is not begun, and costs nothing. `/server on` switches \
         me on."
    } else {
        "I am **on** in this server. `/server status` shows where and who may speak."
    }
}

/// The answer to `/server status`, and to what changes a list.
#[must_use]
pub fn status(status: &ServerStatus) -> String {
    let ServerPolicy { is_off, channels, personalities } = &status.policy;
    let onoff = if *is_off { "🚫 I am **off** here." } else { "✅ I am **on** here." };
    let mentions: Vec<String> = channels.listed().iter().map(|id| format!("<#{id}>")).collect();
    let place = match channels {
        Rule::AllBut(listed) if listed.is_empty() => {
            "Personalities speak in all channels.".to_owned()
        }
        Rule::AllBut(_) => {
            format!("Personalities speak everywhere **but in** {}.", listed(&mentions, ROOM))
        }
        Rule::Only(listed) if listed.is_empty() => {
            "Personalities speak **nowhere**: no channel is allowed.".to_owned()
        }
        Rule::Only(_) => format!("Personalities speak **only in** {}.", listed(&mentions, ROOM)),
    };
    let names: Vec<String> = status.names.iter().map(|name| format!("**{name}**")).collect();
    let who = match personalities {
        Rule::AllBut(_) if names.is_empty() => "Everybody may speak.".to_owned(),
        Rule::AllBut(_) => format!("Everybody may speak **but** {}.", listed(&names, ROOM)),
        Rule::Only(_) if names.is_empty() => {
            "**Nobody** may speak: no personality is allowed.".to_owned()
        }
        Rule::Only(_) => format!("**Only** {} may speak.", listed(&names, ROOM)),
    };
    format!("{onoff}\n{place} A channel's rule holds in its threads.\n{who}")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn activation_says_who_pays_and_what_is_missing() {
        let fine = Obstacles::default();
        let lacking =
            Obstacles { lacking: vec!["*Send Messages*", MANAGE_WEBHOOKS], webhooks_full: false };
        let full = Obstacles { webhooks_full: true, ..Obstacles::default() };
        let all = [
            activated(Activated::Done, "Ada", &fine),
            activated(Activated::Done, "Ada", &lacking),
            activated(Activated::Done, "Ada", &full),
            activated(Activated::Already, "Ada", &fine),
            activated(Activated::Full, "Ada", &lacking),
            activated(Activated::Unknown, "Ada", &fine),
            deactivated(true, "Ada"),
            deactivated(false, "Ada"),
            active(&ActiveHere::default()),
            active(&ActiveHere { names: vec!["Ada".into(), "Bob".into()], is_inherited: true }),
        ];
        assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn a_server_is_told_what_it_allows() {
        let policies = [
            ServerPolicy::default(),
            ServerPolicy {
                is_off: true,
                channels: Rule::AllBut(vec![1.into()]),
                personalities: Rule::Only(Vec::new()),
            },
            ServerPolicy {
                channels: Rule::Only(vec![1.into(), 2.into()]),
                ..ServerPolicy::default()
            },
            ServerPolicy { channels: Rule::Only(Vec::new()), ..ServerPolicy::default() },
        ];
        let mut told: Vec<String> =
            policies.map(|policy| status(&ServerStatus { policy, names: Vec::new() })).into();
        for personalities in [Rule::AllBut(Vec::new()), Rule::Only(Vec::new())] {
            let policy = ServerPolicy { personalities, ..ServerPolicy::default() };
            told.push(status(&ServerStatus { policy, names: vec!["Ada".into()] }));
        }
        let crowded = ServerPolicy {
            channels: Rule::Only((1..=90).map(|id| (u64::MAX / 2 + id).into()).collect()),
            personalities: Rule::Only(Vec::new()),
            is_off: true,
        };
        let names = (1..=90).map(|number| format!("{number} {}", "x".repeat(60))).collect();
        let crowded = status(&ServerStatus { policy: crowded, names });
        assert!(crowded.encode_utf16().count() <= 2000 && crowded.contains(" others"), "{crowded}");
        told.extend([true, false].map(|off| switched(off).to_owned()));
        let fixed = [
            FORBIDDEN_HERE,
            CLOSED_HERE,
            NEEDS_MANAGE_CHANNELS,
            NEEDS_MANAGE_SERVER,
            ONLY_IN_SERVERS,
            ONLY_FIVE,
        ];
        told.extend(fixed.map(str::to_owned));
        assert_snapshot!(told.join("\n\n"));
    }
}
