use std::sync::Arc;

use tokio::sync::watch;

/// A moment in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateAt {
    /// The request is there, and nothing was answered yet.
    BeforeHeaders,
    /// So many chunks of text were sent. After 0 there are headers and no text.
    AfterChunks(usize),
}

/// Holds calls at a moment, so that a test can do something just then: kill a worker, revoke a
/// key, look at what is shown. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    at: GateAt,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    reached: usize,
    is_open: bool,
}

impl Gate {
    /// A closed gate, to be put into a script.
    #[must_use]
    pub fn new(at: GateAt) -> Self {
        Self { at, state: Arc::new(watch::Sender::new(State::default())) }
    }

    /// Waits until a call stands at the gate, or has passed it.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Waits until so many calls have come to the gate.
    pub async fn reached_by(&self, calls: usize) {
        self.wait_until(|state| state.reached >= calls).await;
    }

    /// Lets all calls go on, also those to come.
    pub fn release(&self) {
        self.state.send_modify(|state| state.is_open = true);
    }

    pub(super) fn is_at(&self, at: GateAt) -> bool {
        self.at == at
    }

    pub(super) async fn pass(&self) {
        self.state.send_modify(|state| state.reached += 1);
        self.wait_until(|state| state.is_open).await;
    }

    async fn wait_until(&self, condition: impl FnMut(&State) -> bool) {
        // fails when the sender is gone, and we hold it
        let mut reader = self.state.subscribe();
        let _held = reader.wait_for(condition).await;
    }
}
