//! `troupe redact` and `troupe logs`, without their terminals.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use shared::telemetry::{
    Redactor,
    lines::{Follower, From, LineFilter, redact},
};
use tracing::Level;

const REQUEST: &str = "019aa0c7-1111-7000-8000-000000000000";

fn append(dir: &Path, name: &str, text: &str) {
    let file = OpenOptions::new().create(true).append(true).open(dir.join(name));
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn text_is_copied_without_its_secrets() {
    let key = ["sk-", "or-v1-", "0123456789abcdef"].concat();
    let input = format!("first {key}\nsecond\nlast {key}");
    let mut output = Vec::new();
    // a buffer of three bytes, so that every secret comes in pieces
    let input = std::io::BufReader::with_capacity(3, input.as_bytes());
    redact(input, &mut output, Redactor::default()).unwrap();
    assert_eq!(output, b"first [redacted:api_key]\nsecond\nlast [redacted:api_key]");
}

#[test]
fn a_filter_wants_a_level_and_what_is_worse_and_one_request() {
    let line = |level, request| format!(r#"{{"level":"{level}","request.id":"{request}"}}"#);
    let all = LineFilter::default();
    assert!(all.wants("not JSON") && all.wants(&line("TRACE", "x")));
    let warnings = LineFilter { level: Some(Level::WARN), request: None };
    assert!(warnings.wants(&line("WARN", "x")) && warnings.wants(&line("ERROR", "x")));
    assert!(!warnings.wants(&line("INFO", "x")) && !warnings.wants("not JSON"));
    let one = LineFilter {
        level: Some(Level::INFO),
        request: Some(REQUEST[REQUEST.len() - 8..].to_owned()),
    };
    assert!(one.wants(&line("INFO", REQUEST)) && one.wants(&line("ERROR", REQUEST)));
    assert!(!one.wants(&line("INFO", "019aa0c7-2222-7000-8000-0000000000ff")));
    assert!(!one.wants(&line("DEBUG", REQUEST)) && !one.wants(r#"{"level":"INFO"}"#));
}

#[test]
fn a_log_is_followed_line_by_line_over_a_new_day_and_a_new_process() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    append(dir, "bot.2031-05-06.log", "old 1\nold 2\nhal");
    append(dir, "notes.txt", "no log\n");
    let mut from_newest = Follower::new(dir, From::NewestFile).unwrap();
    let mut from_now = Follower::new(dir, From::Now).unwrap();
    assert_eq!(from_newest.read().unwrap(), ["old 1", "old 2"]);
    assert_eq!(from_now.read().unwrap(), [""; 0]);

    append(dir, "bot.2031-05-06.log", "f\n");
    assert_eq!(from_newest.read().unwrap(), ["half"]);
    append(dir, "bot.2031-05-06.log", "last\n");
    append(dir, "bot.2031-05-07.log", "first\n");
    append(dir, "worker.2031-05-07.log", "other\n");
    let mut lines = from_newest.read().unwrap();
    lines.sort();
    assert_eq!(lines, ["first", "last", "other"]);
    assert_eq!(from_newest.read().unwrap(), [""; 0]);

    fs::remove_file(dir.join("bot.2031-05-06.log")).unwrap();
    fs::write(dir.join("bot.2031-05-07.log"), "a\n").unwrap();
    assert_eq!(from_newest.read().unwrap(), ["a"], "it was replaced by a shorter one");
    fs::remove_dir_all(dir).unwrap();
    assert!(from_newest.read().is_err());
}
