//! `troupe import shapes DIR`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use shared::{
    config::ImportConfig,
    formats::{FileProblem, MAX_BYTES, older::shapes},
    store::{Store, ToImport},
};

use super::{
    bar, conclude, importer, owner,
    report::{Kind, Outcome, Report},
    settle_owner,
    take::{Taking, take},
};

pub(super) async fn run(
    store: &Store,
    config: &ImportConfig,
    dir: &Path,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let owner = owner(config)?;
    let files = files(dir).context("the directory can't be read")?;
    let mut importer = importer(store, "shapes", dry_run);
    let mut report = Report::default();
    settle_owner(&mut importer, owner).await?;
    let bar = bar(files.len() as u64, "personalities");
    for file in &files {
        let shown = file.strip_prefix(dir).unwrap_or(file).display().to_string();
        match read(file) {
            Err(problem) => report.skip(Kind::Files, &shown, problem),
            Ok(shape) => {
                report.count(Kind::Files, Outcome::Unchanged, 1);
                let id = shape.id;
                let taking = Taking::of(shape.older, |older| ToImport {
                    origin: id,
                    id: None,
                    owner: Some(owner),
                    definition: older.definition.clone(),
                    spare_names: older.spare_names.clone(),
                    created_at: None,
                });
                take(&mut importer, taking, &mut report).await?;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    conclude(importer, &report, dry_run).await
}

/// The JSON files of the directory, and of the directories in it; there, `config.json` alone where it is.
fn files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries(dir)? {
        if path.is_dir() {
            let config = path.join("config.json");
            let inner = if config.is_file() { vec![config] } else { entries(&path)? };
            files.extend(inner.into_iter().filter(|path| is_json(path)));
        } else if is_json(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

pub(super) fn entries(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn is_json(path: &Path) -> bool {
    path.is_file()
        && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn read(path: &Path) -> anyhow::Result<shapes::Shape> {
    Ok(shapes::read(&bounded(path)?)?)
}

/// A file's bytes, if it is not too large to be one of ours: its size is asked before it is read.
pub(super) fn bounded(path: &Path) -> anyhow::Result<Vec<u8>> {
    let size = fs::metadata(path).context("it can't be read")?.len();
    if size > MAX_BYTES as u64 {
        return Err(FileProblem::TooLarge.into());
    }
    fs::read(path).context("it can't be read")
}
