//! Whether a call is made again by itself: only what provably did not start, a few times, and not
//! for long.

use std::time::Duration;

use crate::providers::CallError;

/// The first call and two more.
const MAX_DISPATCHES: i64 = 3;
/// A provider that asks for more patience than this gets none.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long to wait before the same call may be made again, after `dispatches` calls; `None` when it
/// must not be.
pub(crate) fn pause_before_repeating(error: &CallError, dispatches: i64) -> Option<Duration> {
    if !error.may_be_repeated() || dispatches >= MAX_DISPATCHES {
        return None;
    }
    let doublings = u32::try_from(dispatches.max(1)).unwrap_or(1);
    let pause = error.retry_after().unwrap_or(Duration::from_secs(2_u64.saturating_pow(doublings)));
    (pause <= LONGEST_WAIT).then_some(pause)
}

#[cfg(test)]
mod tests {
    use shared::model::FailureKind;

    use super::*;
    use crate::providers::Cut;

    const NOT_SENT: CallError = CallError::NotSent { kind: FailureKind::Transient };

    fn throttled(seconds: Option<u64>) -> CallError {
        let retry_after = seconds.map(Duration::from_secs);
        CallError::Throttled { kind: FailureKind::RateLimited, retry_after }
    }

    #[test]
    fn what_did_not_start_is_repeated_twice_with_growing_pauses() {
        let seconds =
            |dispatches| pause_before_repeating(&NOT_SENT, dispatches).map(|pause| pause.as_secs());
        assert_eq!([1, 2, 3].map(seconds), [Some(2), Some(4), None]);
    }

    #[test]
    fn a_provider_is_waited_for_as_long_as_it_asks_within_reason() {
        let seconds =
            |error: &CallError| pause_before_repeating(error, 1).map(|pause| pause.as_secs());
        assert_eq!(seconds(&throttled(Some(7))), Some(7));
        assert_eq!(seconds(&throttled(None)), Some(2));
        assert_eq!(seconds(&throttled(Some(31))), None);
    }

    #[test]
    fn what_may_have_cost_or_was_refused_is_never_repeated() {
        let kind = FailureKind::Transient;
        for error in [
            CallError::Ambiguous { kind, cut: Cut::Connection },
            CallError::Ambiguous { kind, cut: Cut::Status(502) },
            CallError::Rejected { kind: FailureKind::Quota, retry_after: None },
            CallError::NotSent { kind: FailureKind::Internal },
        ] {
            assert_eq!(pause_before_repeating(&error, 1), None, "{error}");
        }
    }
}
