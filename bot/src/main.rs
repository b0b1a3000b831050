//! A bot process beside others: settings in, [`bot::run`] until it is told to stop.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use bot::{BotEnv, lease::Pace};
use secrecy::ExposeSecret;
use shared::{
    clock::{SharedClock, SystemClock},
    config::{self, BotConfig, Environment},
    hardening,
    lifecycle::{Interrupts, Lifecycle, Outcome},
    startup,
    telemetry::{self, Redactor},
    wake,
};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let not_hardened = hardening::keep_memory_private().err();
    hardening::install_crypto_provider();
    let config = config::for_bot(&Environment::from_process()?)?;
    let redactor = Redactor::with_secrets(&config.secrets());
    let _logging = telemetry::init(&config.process.log, redactor.clone())?;
    if let Some(problem) = not_hardened {
        tracing::warn!(error = %problem, "other processes of this user may read this one's memory");
    }
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    match start(config, redactor).await {
        Ok(Outcome::Clean) => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(error) => {
            tracing::error!("{error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn start(config: BotConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    let lifecycle = Lifecycle::new(config.process.shutdown_grace);
    let clock: SharedClock = Arc::new(SystemClock);
    let vault = startup::open_vault(&config.master_keys)?;
    let waiting = CancellationToken::new();
    let opening = startup::open_store(&config.database, Arc::clone(&clock), &waiting);
    let store = tokio::select! {
        store = opening => store?,
        () = interrupts.next() => return Ok(Outcome::Clean),
    };
    startup::check_canary(&store, &vault).await?;
    let hints = wake::redis(config.redis.url.expose_secret(), &config.redis.prefix, clock)?;
    let env = BotEnv {
        token: config.discord_token,
        discord: config.discord,
        requests: config.requests,
        store: store.clone(),
        sealer: vault.sealer(),
        secrets: vault.bot_secrets(),
        wakes: hints.wake_sender,
        nudges: hints.nudge_receiver,
        redactor,
        lifecycle: lifecycle.clone(),
        pace: Pace::default(),
    };
    lifecycle.spawn("bot", bot::run(env));
    let outcome = lifecycle.wait(interrupts).await;
    store.close().await;
    Ok(outcome)
}
