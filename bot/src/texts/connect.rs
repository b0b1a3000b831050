//! `/wallet connect`, from the link to what becomes of the code.

use chrono::{DateTime, Utc};
use shared::{connect::MalformedCode, model::CodeProblem};

/// The button that leads to the page.
pub const OPEN: &str = "Open OpenRouter";
/// The button for the code.
pub const ENTER: &str = "Enter the code";
/// The title of the form; Discord takes 45 characters.
pub const FORM_TITLE: &str = "The code of OpenRouter — never a password";
/// The label of its one field; Discord takes 45 characters.
pub const FORM_LABEL: &str = "The code that the page showed";
/// The hint in the empty field; Discord takes 100 characters.
pub const FORM_PLACEHOLDER: &str =
    "Paste the code. It is good once, and worth nothing to anybody else.";

/// The link is there.
#[must_use]
pub fn offer(expires_at: DateTime<Utc>) -> String {
    let at = expires_at.timestamp();
    format!(
        "🔗 **Connect OpenRouter** (only you see this)\n\
         1. Open the page, sign in, and set a spending limit for the key there if you can.\n\
         2. It shows a code: come back and enter it here, <t:{at}:R> at the latest.\n\
         -# I get a key of your account, which is sealed, and used for your messages only; `/wallet remove` \
         erases it. If you have a key already, `/wallet set` stores that one."
    )
}

/// The link's ten minutes are over.
pub const EXPIRED: &str = "⌛ That link has **expired**: a code is good for ten minutes, and only for \
    the newest link. Nothing was stored. `/wallet connect` gives you a new one.";
/// A code was entered for this link before.
pub const USED: &str = "❌ A code was entered for that link **already**, and each works once. Look at \
    `/wallet list`: if no key is there, `/wallet connect` gives you a new link.";
/// The link was given to somebody else.
pub const NOT_YOURS: &str = "❌ That link is **somebody else's**, and only they can use it. Nothing was \
    stored. `/wallet connect` gives you your own.";

/// What was typed is no code.
#[must_use]
pub const fn malformed(why: MalformedCode) -> &'static str {
    match why {
        MalformedCode::Empty => {
            "❌ There was nothing in the form but spaces or quotes. Press the button again, and paste the \
             code that the page showed."
        }
        MalformedCode::Key => {
            "❌ That is a **key**, and here belongs the code that the page showed. Nothing was stored or \
             sent. `/wallet set` stores a key."
        }
        MalformedCode::NoCode => {
            "❌ That is no code of OpenRouter's. Nothing was stored or sent. Press the button again, and \
             paste the code that the page showed, nothing else."
        }
    }
}

/// What the provider says of a code.
#[must_use]
pub const fn refused(why: CodeProblem) -> &'static str {
    match why {
        CodeProblem::Expired => {
            "⌛ OpenRouter says that the code has **expired**: it is good for ten minutes. No key was \
             stored; one that you stored before stays as it was. `/wallet connect` gives you a new link."
        }
        CodeProblem::Used => {
            "❌ OpenRouter says that the code was **used already**: each works once. No key was stored; one \
             that you stored before stays as it was. If you find a new key on its website that you can't \
             place, delete it there. `/wallet connect` gives you a new link."
        }
        CodeProblem::Wrong => {
            "❌ OpenRouter **doesn't take that code**: part of it may be missing, or it is not the newest. No \
             key was stored; one that you stored before stays as it was. `/wallet connect` gives you a new \
             link; copy the whole code from its page."
        }
        CodeProblem::Stolen => {
            "❌ That code belongs to **another link**: an older one of yours, or somebody else's. A code works \
             only with the link that it came from. No key was stored; one that you stored before stays as \
             it was. `/wallet connect` gives you a new link."
        }
    }
}

/// The provider did not say whether there is a key.
pub const DOWN: &str = "⚠️ OpenRouter didn't answer, or not in a way I understand, so there is **no key** \
    from it. A key that you stored before stays as it was. `/wallet connect` gives you a new link; try \
    again in a few minutes. If you find a new key on its website that you can't place, delete it there.";
/// The provider asks to wait.
pub const BUSY: &str = "⚠️ OpenRouter asks me to wait, so there is **no key** from it. A key that you \
    stored before stays as it was. `/wallet connect` gives you a new link; try again in a minute.";
/// Code or verifier did not open.
pub const UNREADABLE: &str = "⚠️ What is stored here doesn't open, which is a fault on my side and says \
    nothing about the code. No key was stored. Please tell whoever runs this bot.";
/// No worker took it.
pub const NOBODY: &str = "⚠️ The code couldn't be exchanged in time: no worker is running, or all of them \
    are busy. No key was stored; one that you stored before stays as it was. `/wallet connect` gives you a \
    new link; if it stays so, tell whoever runs this bot.";

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn each_end_of_a_connection_has_its_own_words() {
        let problems =
            [CodeProblem::Expired, CodeProblem::Used, CodeProblem::Wrong, CodeProblem::Stolen];
        let malformations = [MalformedCode::Empty, MalformedCode::Key, MalformedCode::NoCode];
        let mut said = vec![offer("2026-11-20T13:15:59Z".parse().unwrap())];
        said.extend([EXPIRED, USED, NOT_YOURS].map(str::to_owned));
        said.extend(malformations.map(|why| malformed(why).to_owned()));
        said.extend(problems.map(|why| refused(why).to_owned()));
        said.extend([DOWN, BUSY, UNREADABLE, NOBODY].map(str::to_owned));
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn the_form_fits_discords_limits() {
        assert!(FORM_TITLE.chars().count() <= 45 && FORM_LABEL.chars().count() <= 45);
        assert!(FORM_PLACEHOLDER.chars().count() <= 100);
    }
}
