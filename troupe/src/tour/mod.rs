//! The tour: the product's main job, played once from end to end and shown as it happens.
//!
//! Everything is real but the two ends: bot, worker, vault and database are those that are shipped;
//! Discord and the model are the local ones. Each step ends when it was *seen* on the Discord side, and
//! the tour succeeds only if all were.

mod steps;
mod transcript;

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use shared::{
    config::{self, DatabaseUrl, Environment, Mode, TroupeConfig},
    lifecycle::{Interrupts, Lifecycle, Outcome},
    process,
    telemetry::Redactor,
};

use crate::local::Stage;
use transcript::Transcript;

/// What a step may take at most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Plays the tour in a directory of its own, which is gone afterwards.
pub(crate) fn run() -> ExitCode {
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => return no_directory(error.kind()),
    };
    let read = |env: &Environment| {
        let mut config = config::for_troupe(env, true)?;
        config.process.data_dir = dir.path().into();
        config.process.log.filter = "warn".into();
        config.mode = Mode::Local {
            database: DatabaseUrl::Sqlite(dir.path().join(config::LOCAL_DATABASE_FILE)),
            master_keys: None,
            real_model: false,
        };
        Ok(config)
    };
    process::run(read, |config| (&config.process.log, Vec::new()), play)
}

#[expect(clippy::print_stderr, reason = "there is no log to say it in")]
fn no_directory(why: std::io::ErrorKind) -> ExitCode {
    eprintln!("no directory for the tour can be made: {why}");
    ExitCode::FAILURE
}

async fn play(config: TroupeConfig, redactor: Redactor) -> anyhow::Result<Outcome> {
    let lifecycle = Lifecycle::new(Duration::from_secs(5));
    let stage = Stage::open().await?;
    let mut interrupts = Interrupts::from_signals().context("signals can't be received")?;
    let process = stage.process(config, redactor)?;
    let Some(opened) = process.open(&lifecycle, &mut interrupts).await? else {
        return Ok(Outcome::Clean);
    };
    let (store, hold) = opened.start(&lifecycle);
    let mut transcript = Transcript::new();
    let seen = async {
        stage.wait_for_bot().await?;
        steps::play_all(&stage, &store, &mut transcript).await
    };
    let seen = seen.await;
    lifecycle.stop();
    let stopped = lifecycle.wait(interrupts).await;
    hold.release().await;
    store.close().await;
    seen.context("the tour stopped at a step that was not seen")?;
    transcript.the_end()?;
    Ok(stopped)
}
