//! `troupe redact` and `troupe logs`, without their terminals.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde_json::Value;
use tracing::Level;

use super::{RedactingWriter, Redactor};

/// What log files are called: `process.year-month-day.log`.
pub(super) const SUFFIX: &str = "log";

/// Copies text without its secrets, each line as soon as it is complete.
pub fn redact(input: impl BufRead, output: impl Write, redactor: Redactor) -> io::Result<()> {
    let mut input = input;
    let mut writer = RedactingWriter::new(output, redactor);
    loop {
        let portion = input.fill_buf()?;
        if portion.is_empty() {
            return writer.finish().map(drop);
        }
        let taken = portion.len();
        writer.write_all(portion)?;
        writer.flush()?;
        input.consume(taken);
    }
}

/// Which lines of a log are wanted.
#[derive(Clone, Debug, Default)]
pub struct LineFilter {
    /// This level and the more severe ones.
    pub level: Option<Level>,
    /// What belongs to this request: its id, or the end of it that people are shown.
    pub request: Option<String>,
}

impl LineFilter {
    /// Whether a line is wanted. One that isn't JSON is, unless something was asked for.
    #[must_use]
    pub fn wants(&self, line: &str) -> bool {
        if self.level.is_none() && self.request.is_none() {
            return true;
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return false };
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let level = self.level.is_none_or(|wanted| {
            // levels are ordered by how much they let through
            field("level").parse::<Level>().is_ok_and(|level| level <= wanted)
        });
        let request = self.request.as_ref().is_none_or(|wanted| {
            !wanted.is_empty() && field("request.id").ends_with(&wanted.to_ascii_lowercase())
        });
        level && request
    }
}

/// Reads the log files of a directory as they grow.
///
/// It never waits: [`read`](Self::read) returns the complete lines that were added since the last
/// time, and whoever follows a log calls it again a little later. All files of the directory are
/// followed, so that a new day's file, or another process', is read from its first line.
#[derive(Debug)]
pub struct Follower {
    dir: PathBuf,
    files: BTreeMap<PathBuf, Tail>,
}

#[derive(Debug, Default)]
struct Tail {
    /// How far it was read.
    offset: u64,
    /// A line whose end isn't written yet.
    unfinished: Vec<u8>,
}

/// Where following begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The first line of the newest file.
    NewestFile,
    /// What comes from now on.
    Now,
}

impl Follower {
    /// Looks which files there are. An error if the directory can't be read.
    pub fn new(dir: &Path, from: From) -> io::Result<Self> {
        let found = log_files(dir)?;
        let newest = found.iter().max_by_key(|file| (file.modified, &file.path)).map(|f| &f.path);
        let files = found.iter().map(|file| {
            let skip = from == From::Now || Some(&file.path) != newest;
            let offset = if skip { file.length } else { 0 };
            (file.path.clone(), Tail { offset, unfinished: Vec::new() })
        });
        Ok(Self { dir: dir.to_owned(), files: files.collect() })
    }

    /// The complete lines that were added, file by file, the older file first.
    pub fn read(&mut self) -> io::Result<Vec<String>> {
        let mut found = log_files(&self.dir)?;
        found.sort_by_key(|file| (file.modified, file.path.clone()));
        self.files.retain(|path, _| found.iter().any(|file| file.path == *path));
        let mut lines = Vec::new();
        for file in found {
            let tail = self.files.entry(file.path.clone()).or_default();
            match tail.read(&file.path, file.length) {
                // deleted since the directory was read
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                read => lines.extend(read?),
            }
        }
        Ok(lines)
    }
}

impl Tail {
    fn read(&mut self, path: &Path, length: u64) -> io::Result<Vec<String>> {
        if length < self.offset {
            // it was emptied, or replaced by another
            *self = Self::default();
        }
        if length == self.offset {
            return Ok(Vec::new());
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        self.offset += file.read_to_end(&mut self.unfinished)? as u64;
        let complete = self.unfinished.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let rest = self.unfinished.split_off(complete);
        let complete = std::mem::replace(&mut self.unfinished, rest);
        Ok(String::from_utf8_lossy(&complete).lines().map(str::to_owned).collect())
    }
}

struct LogFile {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

fn log_files(dir: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|suffix| suffix != SUFFIX) {
            continue;
        }
        // deleted in between: as if it had not been there
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_file() {
            files.push(LogFile { length: about.len(), modified: about.modified().ok(), path });
        }
    }
    Ok(files)
}
