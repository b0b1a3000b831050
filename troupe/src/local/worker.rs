//! A worker that can be killed.
//!
//! It runs on a runtime of its own. Thrown away, that runtime drops whatever its tasks were at: no
//! last words, no release of what was claimed, as in a power cut. What supervises it starts a new one,
//! as systemd would; the new one buries the dead.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use shared::{
    lifecycle::{Interrupts, Lifecycle, Outcome},
    wake::WakeReceiver,
};
use tokio::{runtime, sync::Notify, time::sleep};
use worker::WorkerEnv;

use crate::one_process::WorkerParts;

/// How long a dead worker stays away.
const RESTART: Duration = Duration::from_secs(2);

/// Kills the worker of this process. Clones kill the same.
#[derive(Clone, Default)]
pub(crate) struct MortalWorker {
    killed: Arc<Notify>,
}

impl MortalWorker {
    /// Starts a worker that ends with `lifecycle`, and another one whenever it was killed.
    pub(crate) fn start(parts: WorkerParts, woken: WakeReceiver, lifecycle: &Lifecycle) -> Self {
        let handle = Self::default();
        lifecycle.spawn("worker", handle.clone().supervise(parts, woken, lifecycle.clone()));
        handle
    }

    pub(crate) fn kill(&self) {
        self.killed.notify_one();
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
            let Some(ended) = self.run_one(parts.env(another), &lifecycle).await? else {
                tracing::warn!("the worker was killed; another one takes its place");
                soft.run_until_cancelled(sleep(RESTART)).await;
                continue;
            };
            anyhow::ensure!(ended == Outcome::Clean, "the worker ended by itself");
            break;
        }
        Ok(())
    }

    /// Runs a worker to its end, or `None` if it was killed.
    async fn run_one(
        &self,
        env: WorkerEnv,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Option<Outcome>> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("worker")
            .enable_all()
            .build()?;
        let own = Lifecycle::new(lifecycle.grace());
        let (interrupts, interrupted) = Interrupts::channel();
        let waiting = runtime.spawn(async move {
            worker::start(env, &own);
            own.wait(interrupted).await
        });
        let (soft, hard) = (lifecycle.soft(), lifecycle.hard());
        let stops = async {
            soft.cancelled().await;
            interrupts.interrupt();
            hard.cancelled().await;
            interrupts.interrupt();
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = waiting => Some(ended?),
            () = self.killed.notified() => None,
            () = stops => None,
        };
        runtime.shutdown_background();
        Ok(ended)
    }
}
