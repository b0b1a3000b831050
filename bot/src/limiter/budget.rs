//! How many refusals Discord has counted against this address.
//!
//! 10,000 answers of 401, 403 or 429 within ten minutes get an address banned. One bug in a loop, or
//! a server where every permission is missing, is enough; so they are counted here, and sending
//! stops well before, for what it takes until old ones fall out of the window.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_mins(10);
/// The count is kept by slices of this length: coarse enough to stay small.
const SLICE: Duration = Duration::from_secs(10);

/// The count of one process.
#[derive(Debug)]
pub(super) struct InvalidBudget {
    limit: u32,
    slices: VecDeque<(Instant, u32)>,
}

impl InvalidBudget {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, slices: VecDeque::new() }
    }

    pub(super) fn count(&mut self, now: Instant) {
        self.forget(now);
        match self.slices.back_mut() {
            Some((began, count)) if now < *began + SLICE => *count += 1,
            _ => self.slices.push_back((now, 1)),
        }
    }

    pub(super) fn spent(&mut self, now: Instant) -> u32 {
        self.forget(now);
        self.slices.iter().map(|(_, count)| count).sum()
    }

    /// How long to send nothing: `None` while there's budget left.
    pub(super) fn pause(&mut self, now: Instant) -> Option<Duration> {
        if self.spent(now) < self.limit {
            return None;
        }
        let (began, _) = self.slices.front()?;
        Some((*began + SLICE + WINDOW).saturating_duration_since(now))
    }

    fn forget(&mut self, now: Instant) {
        while self.slices.front().is_some_and(|(began, _)| *began + SLICE + WINDOW <= now) {
            self.slices.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_spent_and_comes_back_after_ten_minutes() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut budget = InvalidBudget::new(3);
        budget.count(at(0));
        budget.count(at(5));
        assert_eq!((budget.spent(at(5)), budget.pause(at(5))), (2, None));
        budget.count(at(300));
        assert_eq!(budget.pause(at(300)), Some(Duration::from_secs(310)));
        assert_eq!(budget.pause(at(609)), Some(Duration::from_secs(1)));
        assert_eq!((budget.pause(at(610)), budget.spent(at(610))), (None, 1));
        assert_eq!(budget.spent(at(910)), 0);
    }

    #[test]
    fn a_storm_takes_no_more_room_than_its_slices() {
        let start = Instant::now();
        let mut budget = InvalidBudget::new(3);
        for millis in 0..1_000_000 {
            budget.count(start + Duration::from_millis(millis));
        }
        assert!(budget.slices.len() <= 62);
    }
}
