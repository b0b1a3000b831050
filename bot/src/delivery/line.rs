//! The order in which the placeholders of one channel appear.
//!
//! A message may address three personalities; their deliveries run side by side, and yet their
//! replies should stand in the order in which they were addressed, and none should begin to speak
//! before all have taken their places. So whoever is to post a first message in a channel gets a
//! number when it is found in the database, in the order of the database, and posts when all with
//! lower numbers have posted or given up.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::ChannelId;
use tokio::sync::watch;

/// The lines of a process.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// No number is given out twice, in whatever line.
    next: u64,
    /// Those in which somebody stands.
    lines: HashMap<ChannelId, Line>,
}

struct Line {
    standing: BTreeSet<u64>,
    /// Changes whenever somebody leaves.
    left: watch::Sender<()>,
}

impl Default for Line {
    fn default() -> Self {
        Self { standing: BTreeSet::new(), left: watch::Sender::new(()) }
    }
}

impl Lines {
    /// A place at the end of a channel's line.
    pub(super) fn queue(&self, channel: ChannelId) -> Ticket {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.lines.entry(channel).or_default().standing.insert(number);
        Ticket { lines: self.clone(), channel, number }
    }

    /// Waits until everybody who stands in a channel's line now has left it.
    pub(super) async fn cleared(&self, channel: ChannelId) {
        let end = self.lock().next;
        self.all_before(channel, end).await;
    }

    async fn all_before(&self, channel: ChannelId, number: u64) {
        loop {
            let mut left = {
                let state = self.lock();
                let Some(line) = state.lines.get(&channel) else { return };
                if line.standing.first().is_none_or(|first| *first >= number) {
                    return;
                }
                line.left.subscribe()
            };
            if left.changed().await.is_err() {
                // the line is gone, and everybody with it
                return;
            }
        }
    }

    /// A poisoned lock is still whole: nothing that may panic runs under it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a line. Dropping it leaves the line.
pub(super) struct Ticket {
    lines: Lines,
    channel: ChannelId,
    number: u64,
}

impl Ticket {
    /// Waits until it's this one's turn.
    pub(super) async fn called(&self) {
        self.lines.all_before(self.channel, self.number).await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.lines.lock();
        if let Some(line) = state.lines.get_mut(&self.channel) {
            line.standing.remove(&self.number);
            line.left.send_replace(());
            if line.standing.is_empty() {
                state.lines.remove(&self.channel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_line_is_left_in_any_order_and_called_in_one() {
        let lines = Lines::default();
        let channel = 7.into();
        let [one, two, three] = [(); 3].map(|()| lines.queue(channel));
        let elsewhere = lines.queue(8.into());
        assert!(one.called().now_or_never().is_some());
        assert!(elsewhere.called().now_or_never().is_some());
        assert!(two.called().now_or_never().is_none());
        drop(two);
        assert!(three.called().now_or_never().is_none(), "the first still stands");
        drop(one);
        assert!(three.called().now_or_never().is_some());
    }

    #[tokio::test]
    async fn those_who_come_later_are_not_waited_for() {
        let lines = Lines::default();
        let one = lines.queue(7.into());
        let mut cleared = Box::pin(lines.cleared(7.into()));
        assert!((&mut cleared).now_or_never().is_none());
        let later = lines.queue(7.into());
        drop(one);
        cleared.await;
        drop(later);
        assert!(lines.lock().lines.is_empty(), "nothing is kept of an empty line");
        lines.cleared(7.into()).await;
    }
}
