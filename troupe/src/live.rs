//! `troupe` without a command: bot and worker, on the real Discord or on the local one.

use std::process::ExitCode;

use anyhow::Context;
use shared::{
    config::{self, Mode, TroupeConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process,
    telemetry::{LogTail, Redactor},
};

use crate::{data_dir, local, one_process::OneProcess};

/// Runs until it is told to stop.
pub(crate) fn run(local: bool) -> ExitCode {
    process::run(
        |env| {
            let mut config = config::for_troupe(env, local)?;
            if matches!(config.mode, Mode::Local { .. }) {
                config.process.log.tail = Some(LogTail::default());
            }
            Ok(config)
        },
        |config| (&config.process.log, config.secrets()),
        serve,
    )
}

async fn serve(config: TroupeConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    let lifecycle = Lifecycle::new(config.process.shutdown_grace);
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let (Mode::Live { database, .. } | Mode::Local { database, .. }) = &config.mode;
    data_dir::prepare(&config.process.data_dir, database)?;
    match config.mode {
        Mode::Live { discord_token, database, redis, master_keys } => {
            let process = OneProcess {
                discord_token,
                discord: config.discord,
                database,
                redis,
                master_keys,
                requests: config.requests,
                provider: config.provider,
                redactor,
            };
            let Some(opened) = process.open(&lifecycle, &mut interrupts).await? else {
                return Ok(Outcome::Clean);
            };
            let (store, hold) = opened.start(&lifecycle);
            tracing::info!("bot and worker are starting");
            let outcome = lifecycle.wait(interrupts).await;
            hold.release().await;
            store.close().await;
            Ok(outcome)
        }
        Mode::Local { .. } => local::serve(config, redactor, lifecycle, interrupts).await,
    }
}
