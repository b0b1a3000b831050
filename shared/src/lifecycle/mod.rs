//! How a process stops.
//!
//! One [`Lifecycle`] per process starts every lasting task and ends them in two steps. The *soft*
//! token says: take no new work, finish what you have. The *hard* token, after a period of grace
//! or a second signal, says: let go of it, write down where it stands and return. A task that
//! fails takes the whole process through the same two steps, so that whatever watches over it
//! (systemd, a container runtime) starts it afresh, instead of half of it going on in silence.

mod interrupts;

use std::{
    fmt,
    panic::AssertUnwindSafe,
    process::{ExitCode, Termination},
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

pub use self::interrupts::{InterruptSender, Interrupts};

/// How long running answers may take to end after the first signal.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(75);

/// How long tasks have, once the hard token fell, to write down where things stand.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Starts the lasting tasks of a process, and stops them. Clones are the same lifecycle.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    first_failure: Arc<OnceLock<&'static str>>,
    grace: Duration,
}

/// How it ended; what `main` returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every task has returned.
    Clean,
    /// This task failed first, and the process stopped because of it or while it was stopping.
    TaskFailed(&'static str),
    /// Some task did not return even after the hard token; it ends with the process.
    Abandoned,
}

impl Lifecycle {
    /// A lifecycle that allows `grace` between the soft and the hard token.
    #[must_use]
    pub fn new(grace: Duration) -> Self {
        let hard = CancellationToken::new();
        Self {
            soft: hard.child_token(),
            hard,
            tasks: TaskTracker::new(),
            first_failure: Arc::default(),
            grace,
        }
    }

    /// Falls when no new work should be taken.
    #[must_use]
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Falls when work should be let go of. Implies the soft one.
    #[must_use]
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// A lifecycle for a part of the process, which its own tasks make up: it stops with the whole, and
    /// can be waited for, or given up, alone.
    #[must_use]
    pub fn nested(&self) -> Self {
        Self {
            soft: self.soft.child_token(),
            hard: self.hard.child_token(),
            tasks: TaskTracker::new(),
            first_failure: Arc::default(),
            grace: self.grace,
        }
    }

    /// Waits until all tasks have returned, however long that takes.
    pub async fn ended(&self) -> Outcome {
        self.tasks.close();
        self.tasks.wait().await;
        self.outcome()
    }

    /// Starts a task without which the process is of no use: if it fails or panics, all stops.
    pub fn spawn<E: fmt::Display>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let lifecycle = self.clone();
        self.tasks.spawn(async move {
            match AssertUnwindSafe(task).catch_unwind().await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => {
                    error!(task = name, error = format!("{error:#}"), "a task failed; stopping");
                }
                // what it says went to the panic hook, which redacts it
                Err(_) => error!(task = name, "a task panicked; stopping"),
            }
            // a later failure may only be a consequence
            let _ = lifecycle.first_failure.set(name);
            lifecycle.stop();
        });
    }

    /// Starts a task that is waited for, but whose panic is nobody else's business: one job, one
    /// request.
    pub fn spawn_job(&self, name: &'static str, job: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(async move {
            if AssertUnwindSafe(job).catch_unwind().await.is_err() {
                error!(task = name, "a job panicked");
            }
        });
    }

    /// Begins to stop, as a first signal would.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Waits until a signal comes, a task fails or all tasks have returned; then stops what is
    /// left of them, and says how it went.
    pub async fn wait(&self, mut interrupts: Interrupts) -> Outcome {
        self.tasks.close();
        tokio::select! {
            biased;
            () = self.tasks.wait() => return self.outcome(),
            () = self.soft.cancelled() => {}
            () = interrupts.next() => info!("stopping: finishing what was begun"),
        }
        self.soft.cancel();
        tokio::select! {
            biased;
            () = self.tasks.wait() => return self.outcome(),
            () = sleep(self.grace) => warn!("stopping: the period of grace is over"),
            () = interrupts.next() => warn!("stopping at once: told so a second time"),
        }
        self.hard.cancel();
        tokio::select! {
            biased;
            ended = timeout(LAST_WORDS, self.tasks.wait()) => if ended.is_ok() {
                return self.outcome();
            },
            () = interrupts.next() => {}
        }
        warn!(tasks = self.tasks.len(), "stopped with tasks that did not return");
        match self.outcome() {
            Outcome::Clean => Outcome::Abandoned,
            failed => failed,
        }
    }

    fn outcome(&self) -> Outcome {
        self.first_failure.get().map_or(Outcome::Clean, |name| Outcome::TaskFailed(name))
    }
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        match self {
            Self::Clean => ExitCode::SUCCESS,
            Self::TaskFailed(_) | Self::Abandoned => ExitCode::FAILURE,
        }
    }
}

#[cfg(test)]
mod tests;
