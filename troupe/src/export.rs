//! `troupe export`: everything that an owner has, without keys.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use shared::{
    config::{self, Environment},
    formats::export::{Exported, first_line},
    ids::DiscordUserId,
    names::fold_name,
    store::Store,
};

use crate::{
    cli::ExportArgs,
    import::{in_runtime, open_store},
    tools::{print, report_as},
};

pub(crate) fn run(args: &ExportArgs, local: bool) -> ExitCode {
    report_as(in_runtime(async {
        let config = config::for_import(&Environment::from_process()?, local)?;
        let store = open_store(&config.process, &config.database).await?;
        let owner = args.owner.map(DiscordUserId::from);
        let done = export(&store, owner, args.path.as_deref()).await;
        store.close().await;
        done
    }))
}

async fn export(
    store: &Store,
    owner: Option<DiscordUserId>,
    path: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    match path {
        None => drop(lines(store, owner, BufWriter::new(io::stdout().lock())).await?),
        Some(dir) if dir.is_dir() => {
            let count = files(store, owner, dir).await?;
            print(&[format!("{count} personalities written, a file each")])?;
        }
        Some(file) => {
            // what stood there before is there until all of the new one is
            let unfinished = with_ending(file, ".unfinished");
            let out = BufWriter::new(create(&unfinished)?);
            let count = lines(store, owner, out).await?;
            fs::rename(&unfinished, file).context("the file can't be written")?;
            print(&[format!("{count} personalities written")])?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One after the other, so that pictures of all of them need not fit into memory.
async fn lines(
    store: &Store,
    owner: Option<DiscordUserId>,
    mut out: impl Write,
) -> anyhow::Result<usize> {
    writeln!(out, "{}", first_line())?;
    let mut count = 0;
    for id in store.all_personalities().await? {
        let Some(exported) = store.exported(id).await? else { continue };
        if owner.is_none() || exported.owner == owner {
            writeln!(out, "{}", exported.line())?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

async fn files(store: &Store, owner: Option<DiscordUserId>, dir: &Path) -> anyhow::Result<usize> {
    let mut count = 0;
    for id in store.all_personalities().await? {
        let Some(exported) = store.exported(id).await? else { continue };
        if owner.is_none() || exported.owner == owner {
            let mut file = create(&dir.join(file_name(&exported)))?;
            file.write_all(&exported.file()).context("a file can't be written")?;
            count += 1;
        }
    }
    Ok(count)
}

/// Prompts are nobody else's business.
fn create(path: &Path) -> anyhow::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).context("the file can't be written")
}

/// Its name, as far as a file may be called so, and its id.
fn file_name(exported: &Exported) -> String {
    let folded = fold_name(exported.definition.display_name.as_str());
    let plain: String =
        folded.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{plain}.{}.json", exported.id)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
