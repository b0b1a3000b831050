//! A bot process beside others, on Postgres and Redis.

use std::process::ExitCode;

use anyhow::Context;
use bot::{BotEnv, lease::Pace};
use shared::{
    config::{self, BotConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process,
    startup::{self, Ground},
    store::ProcessRole,
    telemetry::Redactor,
};

fn main() -> ExitCode {
    process::run(config::for_bot, |config| (&config.process.log, config.secrets()), serve)
}

async fn serve(config: BotConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let lifecycle = Lifecycle::new(config.process.shutdown_grace);
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    let (redis, keys) = (Some(&config.redis), &config.master_keys);
    let opened =
        startup::open(ProcessRole::Bot, &config.database, redis, keys, interrupts.next()).await?;
    let Some(Ground { store, vault, hints, hold }) = opened else { return Ok(Outcome::Clean) };
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
    hold.release().await;
    store.close().await;
    Ok(outcome)
}
