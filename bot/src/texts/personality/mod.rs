//! `/personality`.
//!
//! A private personality of somebody else's and none at all are one text: [`NOBODY`].

pub mod config;
pub mod files;
pub mod forms;
pub mod pictures;
pub mod view;

use shared::{
    personality::{DefinitionProblem, NameProblem},
    store::{Deleted, Replaced, Transferred},
};

use super::chat::UNKNOWN_PERSONALITY;

/// No such personality, or none that this person may see.
pub const NOBODY: &str = UNKNOWN_PERSONALITY;
/// It is public, and somebody else's.
pub const NOT_YOURS: &str = "That personality is somebody else's. Its owner can change it, and so can \
    the owner of this bot and its superusers.";
/// Whoever is not allowed to make one.
pub const MAY_NOT_CREATE: &str = "Only the owner of this bot and its superusers make personalities \
    here. Ask one of them; they can also let everybody do it, with `PERSONALITY_CREATORS=everyone`.";
/// An edit lost the race.
pub const STALE: &str = "Somebody changed this personality while you were at it, so nothing was saved. \
    `/personality view` shows how it is now.";
/// An edit lost the race again and again.
pub const TRY_AGAIN: &str = "Somebody is changing this personality at the same moment, so nothing was \
    saved. Try again.";
/// What belongs to nobody can't be hidden.
pub const OWNERLESS: &str = "This personality belongs to nobody, so nobody would see it any more. \
    Give it to somebody first, with `/personality transfer`.";
/// Another one has the name.
pub const TAKEN: &str = "Another personality that you can see has that name, or that alias, already. \
    Nothing was saved; choose another one.";
/// Somebody else's choice.
pub const NOT_TO_HIDE: &str = "Only its owner can make it private. Nothing was saved.";
/// A key among what was typed.
pub const KEY_TYPED: &str = "🔑 What you typed holds what looks like an API key. Nothing of it was \
    kept. Keys belong into `/wallet set`, which opens a private form; if others may have seen this \
    one, revoke it at its provider.";
/// What stands on the button that deletes.
pub const DELETE_LABEL: &str = "Delete for good";
/// What stands on the button that transfers.
pub const TRANSFER_LABEL: &str = "Give it away";
/// What stands on the buttons of a list.
pub const PAGE_BACK: &str = "Back";
/// What stands on the buttons of a list.
pub const PAGE_ON: &str = "Next";
/// The press of somebody who was not asked.
pub const NOT_ASKED: &str = "You were not the one who was asked.";
/// A bot has no use for a personality.
pub const NOT_TO_A_BOT: &str = "That is a bot. Choose a person.";
/// Already theirs.
pub const ALREADY_THEIRS: &str = "It is theirs already.";
/// Whoever would receive it may not have one.
pub const THEY_MAY_NOT: &str = "Only the owner of this bot and its superusers have personalities here, \
    so it can't be given to them.";

/// A name as Discord shows it, whatever marks it holds.
#[must_use]
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '\'' | ',' | '.' | '!' | '?' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// Why a name can't be taken.
#[must_use]
pub fn name_problem(problem: NameProblem) -> String {
    format!("That name can't be used: {problem}. Nothing was saved.")
}

/// Why a definition can't be saved.
#[must_use]
pub fn definition_problems(problems: &[DefinitionProblem]) -> String {
    let mut lines = vec!["Nothing was saved:".to_owned()];
    lines.extend(problems.iter().map(|problem| format!("- {problem}")));
    lines.join("\n")
}

/// It is there.
#[must_use]
pub fn created(name: &str, is_public: bool) -> String {
    let name = plain(name);
    let who = if is_public {
        "Everybody can talk to it."
    } else {
        "It is private and exists for you alone."
    };
    format!(
        "🎭 **{name}** is there. {who} To talk to it, write `@` and its name in front of a message, or \
         use `/chat`.\n\
         -# `/personality avatar` gives it a picture, `/personality config` a model and limits."
    )
}

/// What was saved.
#[must_use]
pub fn saved(name: &str) -> String {
    format!("Saved. `/personality view` shows all of **{}**.", plain(name))
}

/// What became of an edit that was not saved; nothing where it was.
#[must_use]
pub const fn not_replaced(outcome: &Replaced) -> Option<&'static str> {
    match outcome {
        Replaced::Done(_) => None,
        Replaced::Taken(_) => Some(TAKEN),
        Replaced::Stale => Some(STALE),
        Replaced::Ownerless => Some(OWNERLESS),
        Replaced::NotToHide => Some(NOT_TO_HIDE),
        Replaced::NotYours => Some(NOT_YOURS),
        Replaced::Gone => Some(NOBODY),
    }
}

/// Whether it is really meant.
#[must_use]
pub fn confirm_delete(name: &str, others: i64) -> String {
    let mut text = format!(
        "Delete **{}** for good? Its names, its settings and all conversations with it go at once and \
         can't be brought back. What was used and paid stays in everybody's `/usage`.",
        plain(name)
    );
    if others > 0 {
        text = format!("{text}\n{} talked with it.", people(others));
    }
    text.push_str("\n-# `/personality export` keeps a copy.");
    text
}

/// What became of a deletion.
#[must_use]
pub const fn deleted(outcome: Deleted) -> &'static str {
    match outcome {
        Deleted::Done => "It is **gone**. An answer that was under way still comes to its end.",
        Deleted::NotYours => NOT_YOURS,
        Deleted::Gone => NOBODY,
    }
}

/// Whether it is really meant.
#[must_use]
pub fn confirm_transfer(name: &str, to: u64) -> String {
    format!(
        "Give **{}** to <@{to}>? It is theirs then: they alone decide about it, you can't take it back, \
         and if it is private you won't see it any more.",
        plain(name)
    )
}

/// What became of a transfer.
#[must_use]
pub const fn transferred(outcome: &Transferred) -> &'static str {
    match outcome {
        Transferred::Done => "It is **theirs** now.",
        Transferred::Stale => TRY_AGAIN,
        Transferred::NotYours => NOT_YOURS,
        Transferred::Gone => NOBODY,
    }
}

/// Who sees it from now on.
#[must_use]
pub fn visibility(name: &str, is_public: bool, others: i64) -> String {
    let name = plain(name);
    if is_public {
        return format!("**{name}** is **public**: everybody sees it and can talk to it.");
    }
    let ended = match others {
        0 => "Nobody else had talked with it.".to_owned(),
        others => format!(
            "{} had talked with it: those conversations end, and what waits for an answer there is \
             told so.",
            people(others)
        ),
    };
    format!("**{name}** is **private**: it exists for its owner alone. {ended}")
}

fn people(count: i64) -> String {
    if count == 1 { "One other person".to_owned() } else { format!("{count} other people") }
}

/// No alias like that.
pub const NO_SUCH_ALIAS: &str =
    "It has no alias of that name. `/personality alias list` shows them.";
/// The alias is another name of the same one already.
pub const ALIAS_IS_THERE: &str = "It has that name already.";
/// Not a day.
pub const NO_DAY: &str = "That is no day. Write it as `1852-11-27`, or as `11-27` without a year. \
    Nothing was saved.";

/// Its aliases.
#[must_use]
pub fn aliases(name: &str, aliases: &[String]) -> String {
    let name = plain(name);
    if aliases.is_empty() {
        return format!("**{name}** has no aliases. `/personality alias add` gives it one.");
    }
    let list = aliases.iter().map(|alias| plain(alias)).collect::<Vec<_>>().join(", ");
    format!("**{name}** is also found as {}.", view::shortened(&list, 1_700))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use insta::assert_snapshot;
    use shared::personality::PersonalityName;

    use super::*;

    #[test]
    fn every_answer_says_what_happened_and_what_to_do() {
        let taken = PersonalityName::parse("Ada").unwrap();
        let problems = [
            NameProblem::Empty,
            NameProblem::TooLong,
            NameProblem::TooManyWords,
            NameProblem::Invisible,
            NameProblem::Reserved,
            NameProblem::CallsPeople,
            NameProblem::LikeAMention,
            NameProblem::Fence,
            NameProblem::BeginsWithMark,
        ];
        let mut all: Vec<String> = problems.into_iter().map(name_problem).collect();
        all.push(definition_problems(&[
            DefinitionProblem::NoPrompt,
            DefinitionProblem::PromptTooLong,
        ]));
        all.extend([created("Ada *L*", true), created("Ada", false), saved("Ada")]);
        for outcome in [
            Replaced::Done(DateTime::UNIX_EPOCH),
            Replaced::Taken(taken),
            Replaced::Stale,
            Replaced::Ownerless,
            Replaced::NotToHide,
            Replaced::NotYours,
            Replaced::Gone,
        ] {
            all.push(not_replaced(&outcome).unwrap_or("(nothing)").to_owned());
        }
        all.extend([confirm_delete("Ada", 0), confirm_delete("Ada", 1), confirm_delete("Ada", 7)]);
        all.extend(
            [Deleted::Done, Deleted::NotYours, Deleted::Gone].map(|it| deleted(it).to_owned()),
        );
        all.push(confirm_transfer("Ada", 42));
        for outcome in
            [Transferred::Done, Transferred::Stale, Transferred::NotYours, Transferred::Gone]
        {
            all.push(transferred(&outcome).to_owned());
        }
        all.extend([
            visibility("Ada", true, 0),
            visibility("Ada", false, 0),
            visibility("Ada", false, 3),
        ]);
        all.extend([aliases("Ada", &[]), aliases("Ada", &["Zoe".into(), "The_Countess".into()])]);
        all.extend(
            [
                MAY_NOT_CREATE,
                TRY_AGAIN,
                KEY_TYPED,
                NOT_ASKED,
                NOT_TO_A_BOT,
                ALREADY_THEIRS,
                THEY_MAY_NOT,
                NO_SUCH_ALIAS,
                ALIAS_IS_THERE,
                NO_DAY,
            ]
            .map(str::to_owned),
        );
        assert_snapshot!(all.join("\n\n"));
    }

    /// The same bytes for both, whatever is asked.
    #[test]
    fn what_is_hidden_reads_like_nothing_at_all() {
        assert_eq!(deleted(Deleted::Gone), NOBODY);
        assert_eq!(transferred(&Transferred::Gone), NOBODY);
        assert_eq!(not_replaced(&Replaced::Gone), Some(NOBODY));
    }
}
