//! A worker process beside others, on Postgres and Redis.

use std::process::ExitCode;

use anyhow::Context;
use shared::{
    config::{self, WorkerConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process,
    secret::UserApiKey,
    startup::{self, Ground},
    store::ProcessRole,
    telemetry::Redactor,
};
use worker::{WorkerEnv, WorkerSettings, attachments::Attachments, providers::Providers};

fn main() -> ExitCode {
    process::run(config::for_worker, |config| (&config.process.log, config.secrets()), serve)
}

async fn serve(config: WorkerConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let lifecycle = Lifecycle::new(config.process.shutdown_grace);
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    let (redis, keys) = (Some(&config.redis), &config.master_keys);
    let opened =
        startup::open(ProcessRole::Worker, &config.database, redis, keys, interrupts.next())
            .await?;
    let Some(Ground { store, vault, hints, hold }) = opened else { return Ok(Outcome::Clean) };
    let operator_key = config.provider.operator_key.clone().map(UserApiKey::from_opened);
    let env = WorkerEnv {
        providers: Providers::connect(&config.provider, &store.shared_clock())?,
        attachments: Attachments::new(&config.provider.attachment_origins)?,
        opener: vault.opener(),
        wakes: hints.wake_sender,
        woken: hints.wake_receiver,
        nudges: hints.nudge_sender,
        settings: WorkerSettings::new(&config.requests, config.provider.slots, operator_key),
        store: store.clone(),
        redactor,
    };
    worker::start(env, &lifecycle);
    let outcome = lifecycle.wait(interrupts).await;
    hold.release().await;
    store.close().await;
    Ok(outcome)
}
