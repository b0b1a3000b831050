//! The owner's tools: each does one thing and prints what it did.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    thread::sleep,
    time::Duration,
};

use anyhow::{Context, bail};
use shared::{
    clock::SystemClock,
    config::{self, DatabaseUrl, Environment},
    ids::DiscordUserId,
    startup,
    telemetry::{
        Redactor,
        lines::{self, Follower, From},
    },
    vault::MasterKey,
};

use crate::{
    cli::{LogsArgs, SuperuserAction},
    data_dir,
};

/// How soon a followed log shows a new line.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);

pub(crate) fn keygen() -> ExitCode {
    report((|| {
        let key = MasterKey::generate().context("the operating system gave no randomness")?;
        print(&[&*key])
    })())
}

pub(crate) fn redact() -> ExitCode {
    report((|| {
        let output = BufWriter::new(io::stdout().lock());
        Ok(lines::redact(io::stdin().lock(), output, Redactor::default())?)
    })())
}

pub(crate) fn logs(wanted: &LogsArgs, local: bool) -> ExitCode {
    report((|| {
        let dir = log_dir(local)?;
        let from = if wanted.follow { From::Now } else { From::NewestFile };
        let filter = wanted.filter();
        let mut follower =
            Follower::new(&dir, from).context("the directory in LOG_DIR can't be read")?;
        loop {
            let lines = follower.read().context("the directory in LOG_DIR can't be read")?;
            print(&lines.iter().filter(|line| filter.wants(line)).collect::<Vec<_>>())?;
            if !wanted.follow {
                return Ok(());
            }
            sleep(FOLLOW_EVERY);
        }
    })())
}

fn log_dir(local: bool) -> anyhow::Result<PathBuf> {
    let config = config::for_tools(&Environment::from_process()?, local)?;
    config.process.log.dir.context("LOG_DIR is not set, so no log files are written")
}

pub(crate) fn superuser(action: &SuperuserAction, local: bool) -> ExitCode {
    report((|| {
        let config = config::for_tools(&Environment::from_process()?, local)?;
        data_dir::prepare(&config.process.data_dir, &config.database)?;
        shared::hardening::install_crypto_provider();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(change_superusers(&config.database, action))
    })())
}

async fn change_superusers(database: &DatabaseUrl, action: &SuperuserAction) -> anyhow::Result<()> {
    let forever = std::future::pending();
    let opened = startup::open_store(database, Arc::new(SystemClock), forever).await?;
    let Some(store) = opened else { return Ok(()) };
    match action {
        SuperuserAction::Add { discord_id } => {
            let user = store.ensure_user(DiscordUserId::from(*discord_id), "").await?;
            store.set_superuser(user.id, true).await?;
            print(&[format!("{discord_id} may manage the bot")])?;
        }
        SuperuserAction::Remove { discord_id } => {
            let Some(user) = store.find_user(DiscordUserId::from(*discord_id)).await? else {
                bail!("{discord_id} has never used the bot")
            };
            store.set_superuser(user.id, false).await?;
            print(&[format!("{discord_id} may not manage the bot any more")])?;
        }
        SuperuserAction::List => {
            let superusers = store.superusers().await?;
            print(&superusers.iter().map(|user| user.discord_id).collect::<Vec<_>>())?;
        }
    }
    store.close().await;
    Ok(())
}

/// A closed pipe is how `troupe logs | head` ends.
pub(crate) fn print(lines: &[impl std::fmt::Display]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

fn report(done: anyhow::Result<()>) -> ExitCode {
    report_as(done.map(|()| ExitCode::SUCCESS))
}

/// For a tool whose success has more than one exit status.
#[expect(clippy::print_stderr, reason = "a tool's own terminal is where its failure belongs")]
pub(crate) fn report_as(done: anyhow::Result<ExitCode>) -> ExitCode {
    match done {
        Ok(code) => code,
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(is_closed_pipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
