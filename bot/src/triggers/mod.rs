//! Who a message is for.
//!
//! A personality hears a message that answers one of its own, that is written in a channel where it
//! is active, that names it with an `@`, that mentions the bot, or that is sent to the bot directly.
//! Deciding is pure: the caller reads the message, asks the store for the names that [`candidates`]
//! lists, for the message replied to and for who is active there, and hands all to [`decide`]. Bots
//! and webhooks are never heard, or two of them would talk for ever on somebody's money.
//!
//! | file | what it knows |
//! |---|---|
//! | `names` | how people write a name |
//! | `addresses` | where in a text a name addresses somebody |
//! | `code` | what of a text is code |

mod addresses;
mod code;
mod names;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use shared::ids::{DiscordUserId, PersonalityId};

use self::addresses::{Address, addresses};

/// The most personalities that answer one message.
pub const MAX_ADDRESSED: usize = 5;

/// What of a message decides whom it is for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a message")]
pub struct Heard<'a> {
    /// The text as Discord sent it; empty where the bot may not read it.
    pub content: &'a str,
    /// Written by a bot, through a webhook, or by ourselves.
    pub by_machine: bool,
    /// The bot's own account.
    pub bot: DiscordUserId,
    /// Whether Discord lists the bot among those mentioned. It doesn't list what stands in code.
    pub mentions_bot: bool,
    /// Sent to the bot in private.
    pub direct: bool,
    /// It passes on what somebody said elsewhere: nobody is named or answered by that.
    pub forwards: bool,
    /// It carries something besides text: an attachment, a sticker, a forwarded message.
    pub carries_more: bool,
}

/// What is known about the names in a message, the one that it refers to, and its place.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By folded name, as listed by [`candidates`], those that the author may talk to here.
    pub by_name: HashMap<String, PersonalityId>,
    /// The personality that wrote the message replied to.
    pub replied_to: Option<PersonalityId>,
    /// Those that hear every message there, in the order in which they answer.
    pub active: Vec<PersonalityId>,
}

/// Whom a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody of ours.
    NotForUs,
    /// Somebody was addressed, and nothing was said.
    Empty(Vec<Target>),
    /// These are to answer.
    For(Addressed),
}

/// Those who are to answer, and what is said to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed {
    /// Who, in this order, each once; never none.
    pub targets: Vec<Target>,
    /// The message without the addresses at its beginning and without mentions of the bot.
    pub text: String,
    /// How many more were addressed than answer.
    pub left_out: usize,
    /// Nobody was named, answered or mentioned: they only hear everything there.
    pub overheard: bool,
}

/// Somebody addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// By name, by reply, or by being active there.
    Personality(PersonalityId),
    /// The bot as such, in private or by mention: whoever speaks here by default.
    Default,
}

/// The folded names that a message may address, sorted, to be looked up before [`decide`]. Empty for
/// most messages.
#[must_use]
pub fn candidates(heard: &Heard<'_>) -> Vec<String> {
    if heard.by_machine || heard.forwards {
        return Vec::new();
    }
    addresses::candidates(heard.content)
}

/// Decides. A reply comes first, then those who are active, then names in the text's order.
#[must_use]
pub fn decide(heard: &Heard<'_>, known: &Known) -> Decision {
    if heard.by_machine {
        return Decision::NotForUs;
    }
    let (replied_to, named) = if heard.forwards {
        (None, Vec::new())
    } else {
        (known.replied_to, addresses(heard.content, &known.by_name))
    };
    let mentioned = heard.mentions_bot
        && mentions(heard.bot).iter().any(|m| heard.content.contains(m.as_str()));
    let overheard = replied_to.is_none() && named.is_empty() && !mentioned && !heard.direct;

    let mut everybody: Vec<Target> = Vec::new();
    let by_name = named.iter().map(|address| address.personality);
    for personality in replied_to.into_iter().chain(known.active.iter().copied()).chain(by_name) {
        let target = Target::Personality(personality);
        if !everybody.contains(&target) {
            everybody.push(target);
        }
    }
    if everybody.is_empty() {
        if overheard {
            return Decision::NotForUs;
        }
        everybody.push(Target::Default);
    }
    let left_out = everybody.len().saturating_sub(MAX_ADDRESSED);
    everybody.truncate(MAX_ADDRESSED);
    let targets = everybody;

    let text = said(heard, &named, &targets, mentioned);
    if text.is_empty() && !heard.carries_more {
        // what is for nobody in particular may be empty
        return if overheard { Decision::NotForUs } else { Decision::Empty(targets) };
    }
    Decision::For(Addressed { targets, text, left_out, overheard })
}

/// What is said to those who answer.
fn said(heard: &Heard<'_>, named: &[Address], targets: &[Target], mentioned: bool) -> String {
    let rest = behind_addresses(heard, named, targets);
    let text = if mentioned { without_mentions(rest, heard.bot) } else { rest.to_owned() };
    // what stood between the address and the text belongs to the address
    let addressed = mentioned || rest.len() < heard.content.len();
    let text = if addressed { skip_separators(&text).trim() } else { text.trim() };
    text.to_owned()
}

/// The text behind the addresses that it begins with, of those who answer.
fn behind_addresses<'a>(heard: &Heard<'a>, named: &[Address], targets: &[Target]) -> &'a str {
    let content = heard.content;
    let mut rest = content;
    for address in named {
        let start = skip_mentions(skip_separators(rest), heard.bot);
        let is_next = content.len() - start.len() == address.start;
        if !is_next || !targets.contains(&Target::Personality(address.personality)) {
            break;
        }
        rest = &content[address.end..];
    }
    rest
}

/// What may stand in front of an address and between two. Not what a sentence begins with.
fn skip_separators(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ':' | ';' | '&' | '+' | '，' | '、' | '：' | '—' | '–' | '!' | '.')
    })
}

fn skip_mentions(text: &str, bot: DiscordUserId) -> &str {
    let mut rest = text;
    while let Some(behind) = mentions(bot).iter().find_map(|m| rest.strip_prefix(m.as_str())) {
        rest = skip_separators(behind);
    }
    rest
}

fn without_mentions(text: &str, bot: DiscordUserId) -> String {
    mentions(bot).iter().fold(text.to_owned(), |text, mention| text.replace(mention.as_str(), ""))
}

/// Both ways in which clients write a mention.
fn mentions(user: DiscordUserId) -> [String; 2] {
    [format!("<@{user}>"), format!("<@!{user}>")]
}
