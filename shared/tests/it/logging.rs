//! Logging as it leaves a process: this test binary starts itself again, as a process that logs.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use secrecy::SecretString;
use serde_json::Value;
use shared::{
    config::{LogConfig, LogFormat},
    telemetry::{self, Redactor},
};

/// What the child is told to do; without it, the child's test does nothing.
const ROLE: &str = "TROUPE_TEST_LOGGING";
const DIR: &str = "TROUPE_TEST_LOG_DIR";

fn key() -> String {
    ["sk-", "or-v1-", "canary0canary1canary2canary3"].concat()
}

/// A secret without a shape.
const HELD: &str = "opaque canary held by the process";

/// Not a test of its own: the process that the others start.
#[test]
fn child() {
    let Some(role) = std::env::var_os(ROLE) else { return };
    let config = LogConfig {
        filter: if role == "quiet" { "off" } else { "trace" }.to_owned(),
        format: if role == "text" { LogFormat::Text } else { LogFormat::Json },
        dir: std::env::var_os(DIR).map(Into::into),
        process: "child",
        tail: None,
    };
    let redactor = Redactor::with_secrets([&SecretString::from(HELD)]);
    let guard = telemetry::init(&config, redactor.clone()).unwrap();
    assert!(telemetry::init(&config, redactor).is_err(), "there is one per process");

    tracing::info_span!(target: "worker", "request", request.id = "r-1", state = "claimed")
        .in_scope(|| {
            tracing::info_span!(target: "worker", "call", state = "calling").in_scope(|| {
                tracing::info!(target: "worker", tokens = 12, ok = true, "called");
            });
        });
    tracing::warn!(target: "worker", api_key = key(), "with {HELD}\nand {}", key());
    for foreign in ["hyper::client", "reqwest::connect", "serenity::gateway", "rustls"] {
        emit(foreign);
    }
    if role == "panic" || role == "quiet" {
        let thread = std::thread::spawn(|| panic!("cannot use {} of {HELD}", key()));
        assert!(thread.join().is_err());
    }
    assert_eq!(guard.lost_lines(), 0);
    drop(guard);
}

/// `tracing` wants constant targets.
fn emit(foreign: &str) {
    match foreign {
        "hyper::client" => tracing::error!(target: "hyper::client", "foreign {}", key()),
        "reqwest::connect" => tracing::trace!(target: "reqwest::connect", "foreign bytes"),
        "serenity::gateway" => tracing::info!(target: "serenity::gateway", "foreign event"),
        _ => tracing::debug!(target: "rustls", "foreign hello"),
    }
}

fn run(role: &str, dir: Option<&Path>) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["logging::child", "--exact", "--nocapture"])
        .env(ROLE, role)
        .env("RUST_LOG", "trace");
    if let Some(dir) = dir {
        child.env(DIR, dir);
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!all.contains("canary"), "a secret got out: {all}");
    assert!(!all.contains("foreign"), "another crate got through: {all}");
    output
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// The lines that are events, among what the test harness prints.
fn events(lines: &str) -> Vec<Value> {
    let json = lines.lines().filter_map(|line| line.find("{\"timestamp\"").map(|at| &line[at..]));
    json.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_event_reads_alone() {
    let output = run("json", None);
    let events = events(text(&output.stdout));
    let called = events.iter().find(|event| event["message"] == "called").unwrap();
    assert_eq!(called["level"], "INFO");
    assert_eq!(called["target"], "worker");
    assert_eq!(called["request.id"], "r-1", "the span's field");
    assert_eq!(called["state"], "calling", "the innermost wins");
    assert_eq!((&called["tokens"], &called["ok"]), (&12.into(), &true.into()));
    assert!(called["timestamp"].as_str().unwrap().ends_with('Z'));
    let warned = events.iter().find(|event| event["level"] == "WARN").unwrap();
    assert_eq!(warned["message"], "with [redacted:secret]\nand [redacted:api_key]");
}

#[test]
fn text_has_the_same_and_no_colours() {
    let output = run("text", None);
    let stdout = text(&output.stdout);
    assert!(stdout.contains("called tokens=12 ok=true"), "{stdout}");
    assert!(stdout.contains("request.id=\"r-1\""), "{stdout}");
    assert!(stdout.contains("[redacted:api_key]"), "{stdout}");
    assert!(!stdout.contains('\x1B'));
}

#[test]
fn a_directory_gets_the_same_lines() {
    let dir = tempfile::tempdir().unwrap();
    let output = run("text", Some(dir.path()));
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("child.") && name.strip_suffix(".log").is_some(), "{name}");
    let file = fs::read_to_string(&files[0]).unwrap();
    assert!(!file.contains("canary"), "{file}");
    assert_eq!(events(&file).len(), file.lines().count());
    assert_eq!(events(&file).len(), 2, "{file} {output:?}");
}

#[test]
fn a_panic_is_logged_whatever_the_filter_with_its_place_and_without_its_secrets() {
    for (role, others) in [("panic", 2), ("quiet", 0)] {
        let output = run(role, None);
        let events = events(text(&output.stdout));
        let (panics, rest): (Vec<_>, Vec<_>) =
            events.iter().partition(|event| event["target"] == "panic");
        assert_eq!((panics.len(), rest.len()), (1, others), "{output:?}");
        assert!(panics[0]["panic.location"].as_str().unwrap().contains("logging.rs"));
        let said = &panics[0]["panic.message"];
        assert_eq!(said, "cannot use [redacted:api_key] of [redacted:secret]");
    }
}
