//! What a person is told by direct message, and what stands in the channel where they take none.

use shared::{ids::RequestId, store::NoticeKind};

use super::{NOT_ACCEPTED, failures::failure, limits};

/// In the channel where it happened, when the person takes no direct messages from here. Says
/// nothing about them, and mentions nobody.
pub const CLOSED_MESSAGES: &str = "ℹ️ I have something to tell in private about a message here, but \
    can't send direct messages to the person who wrote it. `/wallet list` shows what is the matter \
    with a key; direct messages can be allowed in the privacy settings of this server.";
/// The same, where a key is missing: the one thing that everybody runs into first.
pub const CLOSED_MESSAGES_NO_KEY: &str = "🔑 Everybody here pays with a key of their own. \
    `/wallet connect` gets one from OpenRouter, and `/wallet set` stores one that you have, in private.";

/// The direct message.
#[must_use]
pub fn notice(kind: NoticeKind, request: Option<RequestId>) -> String {
    match kind {
        NoticeKind::NoKey => "🔑 Your message wasn't answered: you have no key stored, and everybody \
            pays with their own. `/wallet connect` gets one from OpenRouter, and `/wallet set` stores one \
            that you have (here, or where you wrote): it is checked, sealed, only you can use it, and `/wallet remove` erases it. Then send your message again."
            .to_owned(),
        NoticeKind::KeySwitchedOff => "🔑 Your message wasn't answered: your key was switched off, \
            because its provider refuses it. `/wallet set` stores a new one, `/wallet test` tries this \
            one again."
            .to_owned(),
        NoticeKind::KeyPaused => "⏸️ Your message wasn't answered: you have paused your key. \
            `/wallet resume` takes it up again."
            .to_owned(),
        NoticeKind::NoModel => "🎛️ Your message wasn't answered: you have a key, and nobody said which \
            model to ask with it. `/model set` with the key's provider chooses one."
            .to_owned(),
        NoticeKind::GuestLimit => "🔑 Your message wasn't answered: today's free answers are used up. \
            There are new ones after midnight UTC; `/wallet set` stores a key of your own, which has no \
            such limit."
            .to_owned(),
        NoticeKind::Busy => "⏳ Some of your messages weren't taken, because as many as I keep were \
            already waiting. Send them again once the others have been answered."
            .to_owned(),
        NoticeKind::NotAccepted => NOT_ACCEPTED.to_owned(),
        NoticeKind::Undeliverable => "⚠️ An answer of yours could not be shown where you asked for it. \
            Most likely the channel is gone, or I may not speak there: I need *View Channel*, *Send \
            Messages* and *Manage Webhooks*. Ask again somewhere else, or here."
            .to_owned(),
        NoticeKind::Forbidden => "🚫 Your message wasn't answered: the moderators of that server don't let \
            this personality speak there (any more). Nothing was spent. You can ask it elsewhere, or here."
            .to_owned(),
        NoticeKind::NoWebhookAllowed => "ℹ️ In the channel where you asked, personalities speak under my \
            name: I lack the permission *Manage Webhooks* there. Whoever manages that server can give \
            it to me, in the channel's or in my role's settings; then they have their own name and picture."
            .to_owned(),
        NoticeKind::NoRoomForWebhook => "ℹ️ In the channel where you asked, personalities speak under my \
            name: it has 15 webhooks already, and Discord allows no more. Whoever manages that server can \
            delete one (channel settings, *Integrations*); then they have their own name and picture."
            .to_owned(),
        NoticeKind::Budget { budget, percent } => limits::alert(budget, percent, None),
        NoticeKind::Failed(kind) => failure(kind, request),
    }
}

/// The hint in the channel, for somebody who takes no direct messages.
#[must_use]
pub const fn closed_messages(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::NoKey => CLOSED_MESSAGES_NO_KEY,
        _ => CLOSED_MESSAGES,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn every_notice_says_what_to_do() {
        let all = [
            NoticeKind::NoKey,
            NoticeKind::KeySwitchedOff,
            NoticeKind::KeyPaused,
            NoticeKind::NoModel,
            NoticeKind::GuestLimit,
            NoticeKind::Busy,
            NoticeKind::NotAccepted,
            NoticeKind::Undeliverable,
            NoticeKind::Forbidden,
            NoticeKind::NoWebhookAllowed,
            NoticeKind::NoRoomForWebhook,
        ];
        let told = all.map(|kind| notice(kind, None)).join("\n\n");
        let hints = [CLOSED_MESSAGES, CLOSED_MESSAGES_NO_KEY].join("\n\n");
        assert_snapshot!(format!("{told}\n\nin the channel:\n{hints}"));
    }
}
