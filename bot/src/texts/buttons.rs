//! The answers to the buttons under a reply. Success needs no words: the reply itself changes.

use shared::store::{Retried, Stopped};

use super::refusal;

/// A button whose id means nothing here, or not any more.
pub const NO_LONGER_VALID: &str = "This button is no longer valid.";

/// What is said, to the one who pressed Stop alone; nothing where it worked.
#[must_use]
pub fn stopped(outcome: Stopped) -> Option<&'static str> {
    match outcome {
        Stopped::Cancelled { .. } | Stopped::Asked => None,
        Stopped::TooLate => Some("There was nothing left to stop: the answer had already ended."),
        Stopped::NotYours => {
            Some("Only the person who asked can stop this: it is their key that pays.")
        }
        Stopped::Unknown => Some(NO_LONGER_VALID),
    }
}

/// What is said, to the one who pressed Retry alone; nothing where it worked.
#[must_use]
pub fn retried(outcome: &Retried) -> Option<String> {
    match outcome {
        Retried::Taken { .. } => None,
        Retried::Already => {
            Some("This was already tried again; the new answer is further down.".to_owned())
        }
        Retried::Refused(why) => Some(refusal(why)),
        Retried::NotNeeded => Some(
            "There is nothing to try again: the answer is whole, still on its way, or what was said for it \
             was deleted."
                .to_owned(),
        ),
        Retried::NotYours => Some(
            "Only the person who asked can try this again: it is their key that pays. \
             You can ask the same thing yourself."
                .to_owned(),
        ),
        Retried::Unknown => Some(NO_LONGER_VALID.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{
        clock::SystemClock,
        ids::{RequestId, UserId},
        store::Refusal,
    };

    use super::*;

    #[test]
    fn what_did_not_work_is_explained() {
        let user = UserId::new(&SystemClock);
        let stops = [
            Stopped::Cancelled { user },
            Stopped::Asked,
            Stopped::TooLate,
            Stopped::NotYours,
            Stopped::Unknown,
        ];
        let retries = [
            Retried::Taken { user, request: RequestId::new(&SystemClock) },
            Retried::Already,
            Retried::Refused(Refusal::NoKey),
            Retried::NotNeeded,
            Retried::NotYours,
            Retried::Unknown,
        ];
        let stops = stops.map(|stop| stopped(stop).unwrap_or("(nothing)").to_owned());
        let retries = retries.map(|retry| retried(&retry).unwrap_or_else(|| "(nothing)".into()));
        assert_snapshot!(format!("Stop\n{}\n\nRetry\n{}", stops.join("\n"), retries.join("\n")));
    }
}
