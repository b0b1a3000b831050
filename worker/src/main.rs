//! A worker process beside others, on Postgres and Redis.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use secrecy::ExposeSecret;
use shared::{
    clock::{SharedClock, SystemClock},
    config::{self, WorkerConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process,
    secret::UserApiKey,
    startup,
    telemetry::Redactor,
    wake,
};
use worker::{WorkerEnv, WorkerSettings, providers::openrouter};

fn main() -> ExitCode {
    process::run(config::for_worker, |config| (&config.process.log, config.secrets()), serve)
}

async fn serve(config: WorkerConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let clock: SharedClock = Arc::new(SystemClock);
    let lifecycle = Lifecycle::new(config.process.shutdown_grace);
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    let vault = startup::open_vault(&config.master_keys)?;
    let opened =
        startup::open_store(&config.database, Arc::clone(&clock), interrupts.next()).await?;
    let Some(store) = opened else { return Ok(Outcome::Clean) };
    startup::check_canary(&store, &vault).await?;
    let hints =
        wake::redis(config.redis.url.expose_secret(), &config.redis.prefix, Arc::clone(&clock))?;
    let operator_key = config.provider.operator_key.clone().map(UserApiKey::from_opened);
    let env = WorkerEnv {
        openrouter: openrouter::connect(&config.provider, clock)?,
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
    store.close().await;
    Ok(outcome)
}
