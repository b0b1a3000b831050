//! What can be done with a reply: who asked for it, another answer, its end.

use shared::{
    model::{KeySource, RequestState},
    store::{Regenerated, Reply},
};

use super::refusal;

/// A message that no request of ours made.
pub const NOT_OURS: &str = "That message is no personality's answer, so there is nothing to tell or do \
    about it. This works on the messages of personalities, any part of them.";
/// Another answer was wanted by somebody who did not ask.
pub const NOT_YOURS: &str = "Only the person who asked can have another answer: it is their key that \
    pays. You can ask the same thing yourself.";
/// Before another answer is asked for.
pub const CONFIRM: &str = "Ask for **another answer** to the same words? It is a new call to the model, \
    and **costs like the first one**, on your key. The new answer takes the place of this one in what \
    the personality remembers.";
/// On the button that confirms it.
pub const AGAIN_LABEL: &str = "Ask again";
/// It was asked.
pub const ASKED_AGAIN: &str = "Asked again: the new answer comes further down.";
/// The reply is being deleted.
pub const DELETED: &str = "Deleted, and taken out of what the personality remembers.";
/// Somebody else's reply.
pub const MAY_NOT_DELETE: &str = "Only the person who asked can delete this answer, or somebody with the \
    permission *Manage Messages* here.";

/// Who asked for a reply. The mention rings nobody.
#[must_use]
pub fn who_asked(reply: &Reply) -> String {
    let who = match &reply.name {
        Some(name) => format!("**{name}**"),
        None => "the personality".to_owned(),
    };
    let (by, at) = (reply.asked_by, reply.asked_at.timestamp());
    let paid = paid(reply);
    format!("<@{by}> asked {who} for this, <t:{at}:f>{paid}")
}

/// Who paid, if anybody did.
const fn paid(reply: &Reply) -> &'static str {
    use RequestState::{
        Answered, Calling, Cancelled, Claimed, Expired, Failed, Gathering, Interrupted, Queued,
    };
    match (reply.state, reply.key_source) {
        (Gathering | Queued | Claimed, _) => ". It waits for its answer, and nothing was paid yet.",
        (Cancelled | Expired | Failed, _) => ". It got no answer, and nothing was paid for it.",
        (Calling | Answered | Interrupted, KeySource::User) => {
            ", and paid for it with their own key."
        }
        (Calling | Answered | Interrupted, KeySource::System) => {
            ". Whoever runs this bot paid for it."
        }
        (Calling | Answered | Interrupted, KeySource::Keyless) => {
            ". Nobody has to pay for that model."
        }
    }
}

/// The same as a direct message, with a link to what it is about.
#[must_use]
pub fn who_asked_there(reply: &Reply, link: &str) -> String {
    format!("{}\n{link}", who_asked(reply))
}

/// What is said about the wish for another answer.
#[must_use]
pub fn regenerated(outcome: &Regenerated) -> String {
    match outcome {
        Regenerated::Taken { .. } | Regenerated::Already => ASKED_AGAIN.to_owned(),
        Regenerated::Refused(why) => refusal(why),
        Regenerated::Unfinished => {
            "This answer is still on its way. Wait for its end, or press **Stop** under it."
                .to_owned()
        }
        Regenerated::NothingSaid => {
            "What was said for this answer was deleted, so there is nothing to ask again."
                .to_owned()
        }
        Regenerated::NotYours => NOT_YOURS.to_owned(),
        Regenerated::Unknown => NOT_OURS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{
        clock::SystemClock,
        ids::{DeliveryId, PersonalityId, RequestId, UserId},
        store::Refusal,
    };

    use super::*;

    #[test]
    fn each_says_what_happened() {
        let reply = |name: Option<&str>| Reply {
            delivery: DeliveryId::new(&SystemClock),
            asked_by: 7.into(),
            asked_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            personality: PersonalityId::new(&SystemClock),
            name: name.map(str::to_owned),
            key_source: KeySource::User,
            state: RequestState::Answered,
        };
        let guests = Reply { key_source: KeySource::System, ..reply(Some("Ada")) };
        let refused = Reply { state: RequestState::Failed, ..reply(Some("Ada")) };
        let waiting = Reply { state: RequestState::Queued, ..reply(Some("Ada")) };
        let (user, request) = (UserId::new(&SystemClock), RequestId::new(&SystemClock));
        let outcomes = [
            Regenerated::Taken { user, request },
            Regenerated::Already,
            Regenerated::Refused(Refusal::NoKey),
            Regenerated::Unfinished,
            Regenerated::NothingSaid,
            Regenerated::NotYours,
            Regenerated::Unknown,
        ];
        let mut all = vec![who_asked(&reply(Some("Ada"))), who_asked_there(&reply(None), "(link)")];
        all.extend([guests, refused, waiting].iter().map(who_asked));
        all.extend(outcomes.iter().map(regenerated));
        all.extend([CONFIRM, DELETED, MAY_NOT_DELETE].map(str::to_owned));
        assert_snapshot!(all.join("\n\n"));
    }
}
