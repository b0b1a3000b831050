//! `troupe import PATH`: exports of our own, single personalities, character cards.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use shared::{
    config::ImportConfig,
    formats::{
        self, FileProblem, FromFile, MAX_BYTES,
        export::{self, Exported},
    },
    ids::DiscordUserId,
    store::{Importer, Store, ToImport},
};

use super::{
    bar, conclude, importer,
    report::{Kind, Outcome, Report},
    shapes::{bounded, entries},
    take::{Taking, take},
};

/// One reading of files.
struct Files<'a> {
    importer: Importer,
    report: Report,
    owner: Option<DiscordUserId>,
    root: &'a Path,
}

pub(super) async fn run(
    store: &Store,
    config: &ImportConfig,
    path: &Path,
    owner: Option<u64>,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let paths = if path.is_dir() {
        let inside = entries(path).context("the directory can't be read")?;
        inside.into_iter().filter(|path| path.is_file()).collect()
    } else {
        vec![path.to_owned()]
    };
    let owner = owner.map(DiscordUserId::from).or(config.owner);
    let importer = importer(store, "troupe", dry_run);
    let mut files = Files { importer, report: Report::default(), owner, root: path };
    let bar = bar(paths.len() as u64, "files");
    for path in &paths {
        files.file(path).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    conclude(files.importer, &files.report, dry_run).await
}

impl Files<'_> {
    async fn file(&mut self, path: &Path) -> anyhow::Result<()> {
        let shown = path.strip_prefix(self.root).ok().filter(|rest| rest.components().count() > 0);
        let shown = shown.unwrap_or(path).display().to_string();
        let opened = File::open(path).context("it can't be read");
        let mut lines = match opened {
            Ok(file) => BufReader::new(file),
            Err(problem) => {
                self.report.skip(Kind::Files, &shown, format!("{problem:#}"));
                return Ok(());
            }
        };
        let first = line(&mut lines)?;
        if matches!(&first, Ok(Some(first)) if export::begins(first)) {
            self.report.count(Kind::Files, Outcome::Unchanged, 1);
            return self.lines(&shown, lines).await;
        }
        let read = bounded(path).and_then(|bytes| self.single(&bytes));
        match read {
            Err(problem) => self.report.skip(Kind::Files, &shown, format!("{problem:#}")),
            Ok(taking) => {
                self.report.count(Kind::Files, Outcome::Unchanged, 1);
                take(&mut self.importer, taking, &mut self.report).await?;
            }
        }
        Ok(())
    }

    /// The personalities of an export, a line at a time.
    async fn lines(&mut self, shown: &str, mut lines: BufReader<File>) -> anyhow::Result<()> {
        for number in 2_usize.. {
            let read = match line(&mut lines)? {
                Ok(None) => break,
                Ok(Some(line)) if line.trim_ascii().is_empty() => continue,
                Ok(Some(line)) => self.single(&line),
                Err(problem) => Err(problem.into()),
            };
            match read {
                Ok(taking) => {
                    take(&mut self.importer, taking, &mut self.report).await?;
                }
                Err(problem) => {
                    let which = format!("in line {number} of {shown}");
                    self.report.skip(Kind::Personalities, &which, format!("{problem:#}"));
                }
            }
        }
        Ok(())
    }

    /// One personality of an export, of a file of its own, or of a card.
    fn single(&self, bytes: &[u8]) -> anyhow::Result<Taking> {
        let exported = match Exported::read(bytes) {
            Ok(exported) => exported,
            // a card, perhaps
            Err(FileProblem::Unknown | FileProblem::Json(_)) => None,
            Err(problem) => return Err(problem.into()),
        };
        let (mut in_channels, mut notes) = (Vec::new(), Vec::new());
        let incoming =
            if let Some(Exported { id, owner, created_at, definition, channels }) = exported {
                in_channels = channels;
                ToImport {
                    origin: id.to_string(),
                    id: Some(id),
                    owner,
                    definition,
                    spare_names: Vec::new(),
                    created_at: Some(created_at),
                }
            } else {
                let FromFile { definition, notes: told, .. } = formats::read(bytes)?;
                notes = told;
                let owner = self.owner.context(
                    "whose shall it be? say --owner DISCORD_ID, or set BOT_OWNER_DISCORD_ID",
                )?;
                ToImport {
                    // the same name of the same owner is the same personality
                    origin: format!("{owner}/{}", definition.display_name.folded()),
                    id: None,
                    owner: Some(owner),
                    definition,
                    spare_names: Vec::new(),
                    created_at: None,
                }
            };
        let aliases = incoming.definition.aliases.len();
        // what an export has there was there before
        let is_export = incoming.id.is_some();
        let kept_aside = if is_export { 0 } else { incoming.definition.custom_fields.len() };
        let (changes, channels) = (Vec::new(), in_channels);
        Ok(Taking { incoming, changes, notes, kept_aside, aliases, channels })
    }
}

/// The next line without its end, `None` at the end of the file; a line that is too large is skipped.
fn line(lines: &mut BufReader<File>) -> anyhow::Result<Result<Option<Vec<u8>>, FileProblem>> {
    let limit = MAX_BYTES as u64 + 1;
    let mut line = Vec::new();
    lines.by_ref().take(limit).read_until(b'\n', &mut line).context("a file can't be read")?;
    if line.is_empty() {
        return Ok(Ok(None));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == limit {
        lines.skip_until(b'\n').context("a file can't be read")?;
        return Ok(Err(FileProblem::TooLarge));
    }
    Ok(Ok(Some(line)))
}
