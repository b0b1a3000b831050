//! What a failure of Discord's means for a reply. Pure.

use std::time::Duration;

use crate::rest::{Gone, RestError};

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_mins(1);
/// After so many in a row, a day of them, it's given up.
const MOST_ATTEMPTS: i64 = 1_440;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// Try again after this time.
    Wait(Duration),
    /// The webhook is gone: say everything anew.
    Anew,
    /// The command's time is over: go on in the channel.
    NoToken,
    /// Somebody deleted the reply: leave it at that.
    Withdraw,
    /// It can't be shown there, and the payer is told.
    GiveUp,
}

/// What to do after an error, with so many failures before it.
pub(super) fn what_now(error: RestError, failures: i64) -> Setback {
    match error {
        RestError::Gone(Gone::Message) => Setback::Withdraw,
        RestError::Gone(Gone::Webhook) => Setback::Anew,
        RestError::Gone(Gone::Interaction) => Setback::NoToken,
        RestError::Gone(Gone::Channel)
        | RestError::Forbidden(_)
        | RestError::Full(_)
        | RestError::Invalid(_) => Setback::GiveUp,
        _ if failures >= MOST_ATTEMPTS => Setback::GiveUp,
        RestError::Limited(wait) => Setback::Wait(wait.max(backoff(failures))),
        // a 404 that names nothing is some proxy's, as likely as Discord's
        RestError::Gone(Gone::Other)
        | RestError::Unavailable
        | RestError::AlreadyAcknowledged
        | RestError::TokenRejected => Setback::Wait(backoff(failures)),
    }
}

/// 1, 2, 4 … seconds, and at most a minute.
pub(super) fn backoff(failures: i64) -> Duration {
    let doublings = u32::try_from(failures.clamp(0, 6)).unwrap_or_default();
    Duration::from_secs(1 << doublings).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_end_after_a_day() {
        let waits: Vec<u64> = (0..8).map(|n| backoff(n).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        let of = |failures| what_now(RestError::Unavailable, failures);
        assert_eq!(of(1_439), Setback::Wait(LONGEST));
        assert_eq!(of(1_440), Setback::GiveUp);
    }

    #[test]
    fn what_discord_asks_for_is_waited() {
        let ten = Duration::from_secs(10);
        assert_eq!(what_now(RestError::Limited(ten), 0), Setback::Wait(ten));
        assert_eq!(what_now(RestError::Limited(ten), 9), Setback::Wait(LONGEST));
    }
}
