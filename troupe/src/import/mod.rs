//! `troupe import`: what an owner brings along from elsewhere.

pub(crate) mod bar;
mod files;
mod history;
mod keys;
mod names;
mod report;
mod rows;
mod shapes;
mod take;
mod tzurot;

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use shared::{
    clock::SystemClock,
    config::{self, DatabaseUrl, Environment, ImportConfig, ProcessConfig},
    ids::{DiscordUserId, ImportRunId},
    startup,
    store::{Done, ImportRun, Importer, Store},
};

use self::{bar::bar, report::Report};
use crate::{
    cli::{ImportArgs, ImportFrom},
    data_dir,
    tools::{print, report_as},
};

pub(crate) fn run(args: &ImportArgs, local: bool) -> ExitCode {
    report_as(in_runtime(async {
        let config = config::for_import(&Environment::from_process()?, local)?;
        let store = open_store(&config.process, &config.database).await?;
        let done = act(&store, args, &config).await;
        store.close().await;
        done
    }))
}

/// Runs a tool that needs the database.
pub(crate) fn in_runtime<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    shared::hardening::install_crypto_provider();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// The deployment's database, upgraded.
pub(crate) async fn open_store(
    process: &ProcessConfig,
    database: &DatabaseUrl,
) -> anyhow::Result<Store> {
    data_dir::prepare(&process.data_dir, database)?;
    let forever = std::future::pending();
    let opened = startup::open_store(database, Arc::new(SystemClock), forever).await?;
    opened.context("the database was not opened")
}

async fn act(store: &Store, args: &ImportArgs, config: &ImportConfig) -> anyhow::Result<ExitCode> {
    match args.undo {
        Some(Some(run)) => return undo(store, run.into()).await,
        Some(None) => return list_runs(store).await,
        None => {}
    }
    match (&args.from, &args.path) {
        (Some(ImportFrom::Tzurot { with }), _) => {
            tzurot::run(store, config, with, args.dry_run).await
        }
        (Some(ImportFrom::Shapes { dir }), _) => {
            shapes::run(store, config, dir, args.dry_run).await
        }
        (Some(ImportFrom::RestoreAliases { personality }), _) => {
            names::restore(store, personality).await
        }
        (None, Some(path)) => files::run(store, config, path, args.owner, args.dry_run).await,
        (None, None) => anyhow::bail!("nothing to import: see troupe import --help"),
    }
}

/// A run that says by what it can be undone before it can break off.
fn importer(store: &Store, source: &'static str, dry_run: bool) -> Importer {
    store.importer(source, dry_run, |run| {
        // where nobody listens, nobody can be told
        let _ = print(&[format!("run {run} begins; what it changes can be taken back")]);
    })
}

/// Who gets what has no owner.
fn owner(config: &ImportConfig) -> anyhow::Result<DiscordUserId> {
    config.owner.context("BOT_OWNER_DISCORD_ID is not set: whose shall what has no owner be?")
}

/// The owner comes first, and may manage the bot.
async fn settle_owner(importer: &mut Importer, owner: DiscordUserId) -> anyhow::Result<()> {
    match importer.owner(owner).await? {
        Done::Created | Done::Updated => {
            print(&[format!("{owner} may manage the bot now, as BOT_OWNER_DISCORD_ID")])
        }
        Done::Unchanged | Done::Skipped(_) => Ok(()),
    }
}

/// Ends a run and tells all of it.
async fn conclude(importer: Importer, report: &Report, dry_run: bool) -> anyhow::Result<ExitCode> {
    let run = importer.finish().await?;
    print(&report.lines())?;
    match run {
        Some(run) => print(&[format!("to take all of it back: troupe import --undo {run}")])?,
        None if dry_run => print(&["this was a dry run: nothing was changed"])?,
        None => print(&["nothing had to be changed"])?,
    }
    Ok(if report.skipped() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn list_runs(store: &Store) -> anyhow::Result<ExitCode> {
    let runs = store.import_runs().await?;
    let mut lines = vec!["runs that can be taken back, the last one first:".to_owned()];
    for ImportRun { id, source, started_at, finished_at } in &runs {
        let begun = started_at.format("%Y-%m-%d %H:%M:%S UTC");
        let end = if finished_at.is_some() { "" } else { ", broke off or goes on" };
        lines.push(format!("troupe import --undo {id}   {source}, begun {begun}{end}"));
    }
    if runs.is_empty() {
        lines = vec!["there is no run that can be taken back".to_owned()];
    }
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}

async fn undo(store: &Store, run: ImportRunId) -> anyhow::Result<ExitCode> {
    let undone = store.undo_import(run).await?;
    let undone = undone.context("no import of this id has anything left to be taken back")?;
    let mut lines = vec![format!("{} removed, {} restored", undone.removed, undone.restored)];
    for left in &undone.left_alone {
        lines.push(format!("left alone: {} {}: {}", left.kind, left.id, left.why));
    }
    print(&lines)?;
    Ok(if undone.left_alone.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
