//! A worker that can be killed.
//!
//! It runs on a runtime of its own. Thrown away, that runtime drops whatever its tasks were at: no
//! last words, no release of what was claimed, as in a power cut. What supervises it starts a new one,
//! as systemd would; the new one buries the dead.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use shared::{
    lifecycle::{Lifecycle, Outcome},
    wake::WakeReceiver,
};
use tokio::{
    runtime::{self, Runtime},
    sync::Notify,
    time::sleep,
};
use worker::WorkerEnv;

use crate::one_process::WorkerParts;

/// How long a dead worker stays away.
const RESTART: Duration = Duration::from_secs(2);

/// Kills the worker of this process. Clones kill the same.
#[derive(Clone, Default)]
pub(crate) struct MortalWorker {
    killed: Arc<Notify>,
}

/// A runtime that is thrown away with whatever its tasks are at. Dropped as it is, it would wait for
/// them, which nobody may do on another runtime.
struct Doomed(Option<Runtime>);

impl Drop for Doomed {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl MortalWorker {
    /// Starts a worker that ends with `lifecycle`, and another one whenever it was killed.
    pub(crate) fn start(&self, parts: WorkerParts, woken: WakeReceiver, lifecycle: &Lifecycle) {
        lifecycle.spawn("worker", self.clone().supervise(parts, woken, lifecycle.clone()));
    }

    /// Ends the worker that runs now, if one does.
    pub(crate) fn kill(&self) {
        self.killed.notify_waiters();
    }

    async fn supervise(
        self,
        parts: WorkerParts,
        woken: WakeReceiver,
        lifecycle: Lifecycle,
    ) -> anyhow::Result<()> {
        let soft = lifecycle.soft();
        while !soft.is_cancelled() {
            let another = woken.another().context("only hints in memory outlive a worker")?;
            match self.run_one(parts.env(another), &lifecycle).await? {
                Some(Outcome::Clean) => break,
                Some(_) => bail!("the worker ended by itself"),
                None => tracing::warn!("the worker was killed; another one takes its place"),
            }
            soft.run_until_cancelled(sleep(RESTART)).await;
        }
        Ok(())
    }

    /// Runs a worker to its end, or `None` if it was killed.
    async fn run_one(
        &self,
        env: WorkerEnv,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Option<Outcome>> {
        let killed = self.killed.notified();
        let own = lifecycle.nested();
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("worker")
            .enable_all()
            .build()?;
        {
            let _its_tasks_are_there = runtime.enter();
            worker::start(env, &own);
        }
        let _doomed = Doomed(Some(runtime));
        let failed = own.soft();
        let ended = async {
            // one of its tasks failed, or all is to stop: in both cases all does
            failed.cancelled().await;
            lifecycle.stop();
            own.ended().await
        };
        Ok(tokio::select! {
            ended = ended => Some(ended),
            () = killed => None,
        })
    }
}
