//! A bot process beside others, on Postgres and Redis.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use bot::{BotEnv, lease::Pace};
use secrecy::ExposeSecret;
use shared::{
    clock::{SharedClock, SystemClock},
    config::{self, BotConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process, startup,
    telemetry::Redactor,
    wake,
};

fn main() -> ExitCode {
    process::run(config::for_bot, |config| (&config.process.log, config.secrets()), serve)
}

async fn serve(config: BotConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
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
