//! What people should see of a delivery: pure, from what the database says.
//!
//! An answer that grows is its text and a Stop button under the last message. One that ended is its
//! text, perhaps a small line that says how it ended, and perhaps a Retry button. The cuts between
//! the messages stay where they are as the text grows ([`split`](crate::split)), so that only the
//! last message changes.

use shared::{
    ids::RequestId,
    model::{FailureKind, FinishReason, RequestState},
    store::OpenDelivery,
};

use super::{buttons::Button, texts};
use crate::split::{Room, split, units};

/// What one message shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) text: String,
    pub(super) button: Option<Button>,
}

/// The messages that should be seen now: at least one, unless it was taken back. `name` is the line that the first one begins
/// with where no webhook gives the name, and empty elsewhere.
pub(super) fn wanted(delivery: &OpenDelivery, partial: Option<&str>, name: &str) -> Vec<Look> {
    if delivery.unsaid {
        Vec::new()
    } else if delivery.is_final {
        ending(delivery).looks(name)
    } else {
        let body = partial.filter(|text| !text.trim().is_empty()).unwrap_or(texts::PLACEHOLDER);
        Shape { body, note: None, button: Some(Button::Stop) }.looks(name)
    }
}

struct Shape<'a> {
    body: &'a str,
    note: Option<String>,
    button: Option<Button>,
}

impl Shape<'_> {
    fn looks(&self, name: &str) -> Vec<Look> {
        let note = self.note.as_ref().map(|note| format!("\n{note}")).unwrap_or_default();
        let room = Room { first: units(name), last: units(&note) };
        let mut texts = split(self.body, room);
        if texts.is_empty() {
            texts.push(texts::PLACEHOLDER.to_owned());
        }
        if let Some(first) = texts.first_mut() {
            first.insert_str(0, name);
        }
        if let Some(last) = texts.last_mut() {
            last.push_str(&note);
        }
        let mut looks: Vec<Look> =
            texts.into_iter().map(|text| Look { text, button: None }).collect();
        if let Some(last) = looks.last_mut() {
            last.button = self.button;
        }
        looks
    }
}

fn ending(delivery: &OpenDelivery) -> Shape<'_> {
    let text = delivery.answer.as_deref().filter(|text| !text.trim().is_empty());
    let excuse = delivery
        .error_message
        .as_deref()
        .filter(|line| !line.trim().is_empty())
        .unwrap_or(texts::FAILED);
    let plain = |body| Shape { body, note: None, button: None };
    let noted = |body, note: &str| Shape { body, note: Some(note.to_owned()), button: None };
    match (delivery.state, text, delivery.finish) {
        (RequestState::Answered, Some(text), finish) => match finish {
            Some(FinishReason::Stopped) => noted(text, texts::STOPPED_NOTE),
            Some(FinishReason::Length) => noted(text, texts::LENGTH_NOTE),
            Some(FinishReason::ContentFilter) => noted(text, texts::FILTER_NOTE),
            Some(FinishReason::Stop | FinishReason::Refusal | FinishReason::Other) | None => {
                plain(text)
            }
        },
        (RequestState::Answered, None, Some(FinishReason::Stopped))
        | (RequestState::Cancelled, ..) => plain(texts::STOPPED),
        (RequestState::Answered, None, _) => {
            failed(excuse, delivery.request, Some(FailureKind::EmptyAnswer))
        }
        (RequestState::Interrupted, Some(text), _) => {
            Shape { button: Some(Button::Retry), ..noted(text, texts::INTERRUPTED_NOTE) }
        }
        (RequestState::Interrupted, None, _)
            if delivery.failure == Some(FailureKind::EmptyAnswer) =>
        {
            failed(excuse, delivery.request, delivery.failure)
        }
        (RequestState::Interrupted, None, _) => {
            Shape { button: Some(Button::Retry), ..noted(excuse, texts::INTERRUPTED_EMPTY_NOTE) }
        }
        (RequestState::Expired, ..) => {
            Shape { button: Some(Button::Retry), ..plain(texts::EXPIRED) }
        }
        // a final text with a request that has not ended is a defect, and still says something
        (
            RequestState::Failed
            | RequestState::Gathering
            | RequestState::Queued
            | RequestState::Claimed
            | RequestState::Calling,
            ..,
        ) => failed(excuse, delivery.request, delivery.failure),
    }
}

fn failed(excuse: &str, request: RequestId, failure: Option<FailureKind>) -> Shape<'_> {
    let note = match failure {
        Some(FailureKind::EmptyAnswer) => texts::empty_note(request),
        _ => texts::failed_note(request),
    };
    let button = retry_makes_sense(failure).then_some(Button::Retry);
    Shape { body: excuse, note: Some(note), button }
}

/// Whether the same words may fare better another time, or after the person has done something
/// about their key.
fn retry_makes_sense(failure: Option<FailureKind>) -> bool {
    !matches!(
        failure,
        Some(FailureKind::TooLong | FailureKind::Moderation | FailureKind::BadRequest)
    )
}

/// The failure that the payer is owed an explanation of, besides what the channel sees.
pub(super) fn owed_explanation(delivery: &OpenDelivery) -> Option<FailureKind> {
    let ended_badly = matches!(
        delivery.state,
        RequestState::Failed | RequestState::Expired | RequestState::Interrupted
    );
    let owed = |failure: &FailureKind| !failure.is_plain_from_the_reply();
    let may_be_told = delivery.is_final && ended_badly && !delivery.unsaid;
    delivery.failure.filter(owed).filter(|_| may_be_told)
}

#[cfg(test)]
mod tests {
    use shared::{
        clock::{Clock, SystemClock},
        ids::{DeliveryId, PersonalityId, RequestId, UserId},
        model::DeliveryKind,
    };

    use super::*;
    use crate::split::MAX_UNITS;

    fn delivery(state: RequestState) -> OpenDelivery {
        let clock = SystemClock;
        OpenDelivery {
            id: DeliveryId::new(&clock),
            request: RequestId::new(&clock),
            user: UserId::new(&clock),
            payer: 1.into(),
            kind: DeliveryKind::Webhook,
            guild: Some(2.into()),
            channel: 3.into(),
            thread: None,
            want_rev: 1,
            shown_rev: 0,
            is_final: true,
            unsaid: false,
            posting_part: None,
            attempts: 0,
            next_at: clock.now(),
            state,
            answer: None,
            finish: None,
            failure: None,
            personality: PersonalityId::new(&clock),
            display_name: "Ada".to_owned(),
            portrait: None,
            error_message: None,
            interaction: None,
        }
    }

    fn one(delivery: &OpenDelivery) -> Look {
        let looks = wanted(delivery, None, "");
        assert_eq!(looks.len(), 1);
        looks.into_iter().next().unwrap()
    }

    #[test]
    fn a_growing_answer_can_be_stopped_at_its_end() {
        let mut growing = delivery(RequestState::Calling);
        growing.is_final = false;
        let stop = Some(Button::Stop);
        assert_eq!(one(&growing), Look { text: "…".to_owned(), button: stop });
        assert_eq!(wanted(&growing, Some(" \n"), "")[0].text, "…");
        let long = "word ".repeat(900);
        let looks = wanted(&growing, Some(&long), "**Ada**\n");
        assert!(looks[0].text.starts_with("**Ada**\nword"));
        assert!(looks.iter().all(|look| units(&look.text) <= MAX_UNITS));
        let buttons: Vec<_> = looks.iter().map(|look| look.button).collect();
        assert_eq!(buttons, [None, None, stop]);
    }

    #[test]
    fn of_what_was_taken_back_nothing_is_seen() {
        for is_final in [true, false] {
            let unsaid =
                OpenDelivery { is_final, unsaid: true, ..delivery(RequestState::Answered) };
            assert_eq!(wanted(&unsaid, Some("text"), "**Ada**\n"), []);
        }
    }

    #[test]
    fn every_end_says_how_it_ended() {
        use FinishReason as Finish;
        use RequestState as State;
        let cases = [
            (State::Answered, Some("Hi."), Some(Finish::Stop), None, "Hi.", None),
            (State::Answered, Some("Hi."), Some(Finish::Length), None, "Hi.\n-# Cut off at", None),
            (State::Answered, Some("Hi."), Some(Finish::Stopped), None, "Hi.\n-# Stopped.", None),
            (State::Answered, Some(" "), Some(Finish::Stopped), None, "Stopped.", None),
            (
                State::Answered,
                Some("\n"),
                Some(Finish::Stop),
                None,
                "Oh.\n-# The model gave an empty",
                Some(Button::Retry),
            ),
            (
                State::Failed,
                None,
                None,
                Some(FailureKind::Quota),
                "Oh.\n-# ref ",
                Some(Button::Retry),
            ),
            (State::Failed, None, None, Some(FailureKind::TooLong), "Oh.\n-# ref ", None),
            (
                State::Interrupted,
                Some("Hi"),
                None,
                Some(FailureKind::Interrupted),
                "Hi\n-# The connection",
                Some(Button::Retry),
            ),
            (
                State::Interrupted,
                Some(""),
                None,
                Some(FailureKind::Interrupted),
                "Oh.\n-# The connection",
                Some(Button::Retry),
            ),
            (State::Cancelled, None, None, None, "Stopped.", None),
            (
                State::Expired,
                None,
                None,
                Some(FailureKind::Expired),
                "This waited too long",
                Some(Button::Retry),
            ),
        ];
        for (state, answer, finish, failure, text, button) in cases {
            let mut ended = delivery(state);
            ended.answer = answer.map(str::to_owned);
            ended.finish = finish;
            ended.failure = failure;
            ended.error_message = Some("Oh.".to_owned());
            let look = one(&ended);
            assert!(look.text.starts_with(text), "{state}: {}", look.text);
            assert_eq!(look.button, button, "{state} {failure:?}");
        }
        let mut nameless = delivery(State::Failed);
        nameless.error_message = Some("  ".to_owned());
        assert!(one(&nameless).text.starts_with(texts::FAILED));
    }

    #[test]
    fn a_note_finds_room_behind_a_full_message() {
        let mut cut = delivery(RequestState::Interrupted);
        let text = "x".repeat(2000);
        cut.answer = Some(text.clone());
        let looks = wanted(&cut, None, "");
        assert_eq!(looks.len(), 2);
        assert!(looks.iter().all(|look| units(&look.text) <= MAX_UNITS));
        assert!(looks[1].text.ends_with(texts::INTERRUPTED_NOTE));
    }
}
