//! Everything that people read, in one place for each surface.
//!
//! A text says what happened and what to do next. It is decided here from what the store and the
//! worker mean, never from an error's own words: those stay in the log. Nothing here does I/O, so
//! each text is a line of a snapshot.
//!
//! No text repeats what a person typed, as it may hold a key or a mention; and none holds more of a
//! key than its end.

pub mod buttons;
pub mod chat;
pub mod connect;
pub mod failures;
pub mod history;
pub mod limits;
pub mod model;
pub mod notices;
pub mod personality;
pub mod places;
pub mod replies;
pub mod timezone;
pub mod usage;
pub mod verdicts;
pub mod wallet;

use shared::{ids::RequestId, store::Refusal};

/// The database did not answer in time: nothing was written.
pub const NOT_ACCEPTED: &str = "⚠️ This was **not accepted**: my database didn't answer in time. \
    Nothing was sent or spent. Please try again in a minute.";
/// A defect of ours.
pub const INTERNAL: &str = "⚠️ Something went wrong on my side, and it has been logged. \
    Please try again; if it stays so, tell whoever runs this bot.";
/// A file that Discord did not take.
pub const FILE_LOST: &str = "⚠️ Discord didn't take the file. Try again; if it stays so, it may be too \
    large for this place.";
/// Discord and this process disagree about the commands.
pub const OUTDATED_COMMAND: &str = "This command has changed. Reload Discord (Ctrl+R, or restart \
    the app) and try again.";
/// A command that is only a group.
pub const PICK_A_SUBCOMMAND: &str = "Pick one of the commands below this one as you type.";

/// The end of a request's id, by which whoever runs the bot finds it in the log.
#[must_use]
pub fn reference(request: RequestId) -> String {
    let id = request.to_string();
    id.get(id.len().saturating_sub(8)..).unwrap_or_default().to_owned()
}

/// Why a message or command was not taken, and what its author can do.
#[must_use]
pub fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::NoSuchPersonality => chat::UNKNOWN_PERSONALITY.to_owned(),
        Refusal::NoKey => "🔑 You have no key stored, and everybody here pays with their own. \
            `/wallet connect` gets one from OpenRouter, and `/wallet set` stores one that you have: it is \
            sealed, only you can use it, and `/wallet remove` erases it."
            .to_owned(),
        Refusal::KeySwitchedOff { last4 } => format!(
            "🔑 Your key {last4} was switched off, because its provider refuses it. \
             `/wallet set` stores a new one; `/wallet test` tries this one again."
        ),
        Refusal::KeyPaused { last4 } => format!(
            "⏸️ Your key {last4} is paused, so nothing is answered on it. `/wallet resume` takes it up again."
        ),
        Refusal::NoModel { provider } => format!(
            "🎛️ Your message wasn't answered: nobody said which model of {} to ask. `/model set` with \
             `provider: {provider}` chooses one.",
            provider.display_name()
        ),
        Refusal::GuestLimit => "🔑 Today's free answers are used up; there are new ones after \
            midnight UTC. `/wallet set` stores a key of your own, which has no such limit."
            .to_owned(),
        Refusal::Forbidden => places::FORBIDDEN_HERE.to_owned(),
        Refusal::Busy { waiting } => format!(
            "⏳ {waiting} of your messages are still waiting for an answer, and that is as many as I \
             keep. This one was not taken: please send it again once some have been answered."
        ),
    }
}

/// Things in a row, as many as fit into so many UTF-16 units, and how many there are besides.
fn listed(things: &[String], room: usize) -> String {
    let mut text = String::new();
    for (index, thing) in things.iter().enumerate() {
        let between = if index == 0 { "" } else { ", " };
        if chat::utf16_len(&text) + between.len() + chat::utf16_len(thing) > room {
            let rest =
                counted(i64::try_from(things.len() - index).unwrap_or(i64::MAX), "other", "others");
            return if index == 0 { rest } else { format!("{text} and {rest}") };
        }
        text.extend([between, thing]);
    }
    text
}

/// A text that one message holds: the end of a longer one is cut off, and that is said.
#[must_use]
pub fn fitting(text: String) -> String {
    const MAX: usize = 2000;
    const CUT: &str = "\n-# … and more than fits into a message.";
    if chat::utf16_len(&text) <= MAX {
        return text;
    }
    let mut room = MAX - chat::utf16_len(CUT);
    let end = text.char_indices().find(|(_, c)| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        !fits
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    format!("{}{CUT}", &text[..end])
}

/// Something said in the right number.
fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with its thousands set apart.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{model::Provider, secret::UserApiKey};

    use super::*;

    #[test]
    fn every_refusal_says_what_to_do() {
        let last4 = UserApiKey::from_typed("sk-test-12345678").unwrap().last4();
        let all = [
            Refusal::NoSuchPersonality,
            Refusal::NoKey,
            Refusal::KeySwitchedOff { last4: last4.clone() },
            Refusal::KeyPaused { last4 },
            Refusal::NoModel { provider: Provider::OpenAi },
            Refusal::GuestLimit,
            Refusal::Forbidden,
            Refusal::Busy { waiting: 10 },
        ];
        assert_snapshot!(all.iter().map(refusal).collect::<Vec<_>>().join("\n\n"));
        assert_snapshot!(
            "fixed",
            [NOT_ACCEPTED, INTERNAL, OUTDATED_COMMAND, PICK_A_SUBCOMMAND].join("\n\n")
        );
    }

    #[test]
    fn a_reference_is_the_random_end_of_an_id() {
        let id: RequestId = "0198c2f4-7a11-7bbb-8c3d-0123456789ab".parse().unwrap();
        assert_eq!(reference(id), "456789ab");
    }

    #[test]
    fn a_long_list_says_how_much_more_there_is() {
        let things: Vec<String> = (0..100).map(|number| format!("**name {number}**")).collect();
        assert_eq!(listed(&things[..2], 40), "**name 0**, **name 1**");
        assert_eq!(listed(&things, 40), "**name 0**, **name 1**, **name 2** and 97 others");
        assert_eq!(listed(&things[..1], 3), "1 other");
    }

    #[test]
    fn what_does_not_fit_is_cut_between_signs() {
        assert_eq!(fitting("x".repeat(2000)), "x".repeat(2000));
        for text in ["x".repeat(2001), "😀".repeat(1001), format!("x{}", "😀".repeat(1000))] {
            let cut = fitting(text.clone());
            assert!(chat::utf16_len(&cut) >= 1999 && chat::utf16_len(&cut) <= 2000);
            let (kept, _) = cut.split_once('\n').unwrap();
            assert!(text.starts_with(kept));
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "request", "requests"), "1 request");
    }
}
