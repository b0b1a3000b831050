//! Everybody waits: Discord said so, for the whole bot.

use std::sync::{Mutex, PoisonError};

use tokio::time::{Instant, sleep_until};

/// Until when nothing may be sent.
#[derive(Debug, Default)]
pub(super) struct Hold(Mutex<Option<Instant>>);

impl Hold {
    /// Holds everybody at least until then.
    pub(super) fn extend(&self, until: Instant) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(Some(until));
    }

    /// Returns once nothing is held; the time to come back at if that is after the deadline.
    pub(super) async fn wait(&self, deadline: Instant) -> Result<(), Instant> {
        // it may have been extended meanwhile
        while let Some(until) = self.pending() {
            if until > deadline {
                return Err(until);
            }
            sleep_until(until).await;
        }
        Ok(())
    }

    fn pending(&self) -> Option<Instant> {
        let held = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_waited_out_and_never_shortened() {
        let (hold, start) = (Hold::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(hold.wait(start).await, Ok(()));
        hold.extend(after(5));
        hold.extend(after(2));
        assert_eq!(hold.wait(after(4)).await, Err(after(5)));
        assert_eq!(hold.wait(after(20)).await, Ok(()));
        assert_eq!(Instant::now(), after(5));
    }
}
