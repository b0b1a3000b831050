//! Messages that were deleted a moment ago.
//!
//! A deletion names no author, so it can't wait in the author's mailbox behind the message itself.
//! It is noted here before the store is told: whoever takes the message out of the mailbox later
//! looks here after the commit, and tells the store once more. One of the two finds the request.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use shared::ids::SourceId;

/// So many are remembered; far more than wait in mailboxes of people who delete.
const MAX_REMEMBERED: usize = 10_000;

/// Messages that were deleted a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Withdrawn(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    sources: HashSet<SourceId>,
    in_order: VecDeque<SourceId>,
}

impl Withdrawn {
    /// A message was deleted.
    pub(crate) fn note(&self, source: SourceId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.sources.insert(source) {
            return;
        }
        known.in_order.push_back(source);
        if known.in_order.len() > MAX_REMEMBERED
            && let Some(oldest) = known.in_order.pop_front()
        {
            known.sources.remove(&oldest);
        }
    }

    /// Whether it was.
    pub(crate) fn has(&self, source: SourceId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sources.contains(&source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let withdrawn = Withdrawn::default();
        for n in 0..=10_000_u64 {
            withdrawn.note(n.into());
            withdrawn.note(n.into());
        }
        assert!(!withdrawn.has(0.into()));
        assert!(withdrawn.has(1.into()) && withdrawn.has(10_000.into()));
    }
}
