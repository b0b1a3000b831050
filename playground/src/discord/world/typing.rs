//! Who was shown typing, and where.
//!
//! Each window asks what is new since it last looked. What is older than a moment interests nobody,
//! so only the newest are kept; how often somebody typed is counted all the same.

use std::collections::{HashMap, VecDeque};

use crate::discord::snowflake::Snowflake;

/// How many are kept: more than people type between two looks of a window.
const KEPT: usize = 256;

/// A channel and somebody who typed there.
type Typed = (Snowflake, Snowflake);

/// All typing so far, the oldest only as numbers.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    newest: VecDeque<Typed>,
    count: usize,
    times: HashMap<Typed, usize>,
}

impl Typing {
    /// Somebody is shown typing in a channel.
    pub(super) fn show(&mut self, channel: Snowflake, user: Snowflake) {
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back((channel, user));
        self.count += 1;
        *self.times.entry((channel, user)).or_default() += 1;
    }

    /// How often anybody was shown typing: what to remember until the next look.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// What came after the first `count`, as far as it is kept.
    pub(crate) fn since(&self, count: usize) -> impl Iterator<Item = Typed> {
        let fresh = self.count.saturating_sub(count).min(self.newest.len());
        self.newest.iter().skip(self.newest.len() - fresh).copied()
    }

    /// How often somebody was shown typing in a channel.
    pub(super) fn times(&self, channel: Snowflake, user: Snowflake) -> usize {
        self.times.get(&(channel, user)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_told_and_what_is_old_only_counted() {
        let mut typing = Typing::default();
        let (room, one, other) = (1.into(), 2.into(), 3.into());
        typing.show(room, one);
        let known = typing.count();
        assert_eq!(typing.since(known).count(), 0);
        typing.show(room, other);
        assert_eq!(typing.since(known).collect::<Vec<_>>(), [(room, other)]);
        for _ in 0..2 * KEPT {
            typing.show(room, one);
        }
        assert_eq!((typing.since(0).count(), typing.newest.len()), (KEPT, KEPT));
        assert_eq!((typing.times(room, one), typing.times(room, other)), (2 * KEPT + 1, 1));
    }
}
