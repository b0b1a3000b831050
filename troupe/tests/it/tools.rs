//! The owner's tools, as they are typed.

use std::{path::Path, process::Stdio, time::Duration};

use shared::testing::{TestDb, TestEngine};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
    time::timeout,
};

use crate::{
    process::{PATIENCE, Process, binary},
    stage::Stage,
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4444");

/// Runs a tool to its end; gives what it said.
pub(crate) async fn tool(
    dir: &Path,
    args: &[&str],
    settings: &[(&str, &str)],
) -> (Option<i32>, Vec<String>) {
    let settings: Vec<_> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut process = Process::start("troupe", args, dir, &settings);
    let code = process.ended().await;
    (code, process.log())
}

pub(crate) fn nowhere() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[tokio::test]
async fn help_names_every_command() {
    let dir = nowhere();
    let (code, said) = tool(dir.path(), &["--help"], &[]).await;
    assert_eq!(code, Some(0));
    for command in [
        "tour",
        "keygen",
        "superuser",
        "import",
        "export",
        "logs",
        "rotate-key",
        "redact",
        "params",
        "usage",
        "--local",
    ] {
        let named = said.iter().any(|line| line.trim_start().starts_with(command));
        assert!(named, "{command} is not in\n{}", said.join("\n"));
    }
    let (code, said) = tool(dir.path(), &["frobnicate"], &[]).await;
    assert_ne!(code, Some(0), "{said:?}");
    let made: Vec<_> = dir.path().read_dir().expect("the directory").collect();
    assert!(made.is_empty(), "help leaves nothing behind: {made:?}");
}

#[tokio::test]
async fn keygen_makes_another_key_each_time() {
    let dir = nowhere();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let (code, said) = tool(dir.path(), &["keygen"], &[]).await;
        assert_eq!((code, said.len()), (Some(0), 1), "{said:?}");
        let is_hex = said[0].len() == 64 && said[0].bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_hex, "{said:?}");
        keys.extend(said);
    }
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn usage_is_told_as_totals_and_as_a_table() {
    let db = TestDb::create(TestEngine::Sqlite).await.expect("SQLite");
    let (dir, url) = (nowhere(), db.url());
    let settings = [
        ("DISCORD_TOKEN", "a.token"),
        ("APP_MASTER_KEY", TestDb::MASTER_KEY),
        ("DATABASE_URL", url.as_str()),
    ];
    db.add_usage_rows(&[(7, "=lab/large", 42_000_000), (9, "lab/small", 1)]).await;
    let (code, said) = tool(dir.path(), &["usage"], &settings).await;
    assert_eq!((code, said.len()), (Some(0), 3), "{said:?}");
    assert_eq!(said[1], "7  openrouter  =lab/large  user  1  1  0  0  0.042000000  0");
    let (code, said) = tool(dir.path(), &["usage", "--csv"], &settings).await;
    assert_eq!((code, said.len()), (Some(0), 3), "{said:?}");
    assert!(said[0].starts_with("time_utc,account,provider,model,key,"), "{said:?}");
    for row in [
        ",7,openrouter,'=lab/large,user,answered,,,,,0.042000000,",
        ",9,openrouter,lab/small,user,answered,,,,,0.000000001,",
    ] {
        assert!(said[1..].iter().any(|line| line.contains(row)), "{said:?}");
    }
}

#[tokio::test]
async fn superusers_come_and_go() {
    let db = TestDb::create(TestEngine::Sqlite).await.expect("SQLite");
    let (dir, url) = (nowhere(), db.url());
    let settings = [
        ("DISCORD_TOKEN", "a.token"),
        ("APP_MASTER_KEY", TestDb::MASTER_KEY),
        ("DATABASE_URL", url.as_str()),
    ];
    let run = |args: &'static [&'static str]| tool(dir.path(), args, &settings);
    assert_eq!(run(&["superuser", "list"]).await, (Some(0), vec![]));
    let (code, said) = run(&["superuser", "add", "123456789012345678"]).await;
    assert_eq!(code, Some(0), "{said:?}");
    assert!(said[0].contains("123456789012345678 may manage"), "{said:?}");
    let listed = run(&["superuser", "list"]).await;
    assert_eq!(listed, (Some(0), vec!["123456789012345678".to_owned()]));
    let (code, said) = run(&["superuser", "remove", "99"]).await;
    assert_ne!(code, Some(0));
    assert!(said[0].contains("99 has never used the bot"), "{said:?}");
    let (code, _) = run(&["superuser", "remove", "123456789012345678"]).await;
    assert_eq!(code, Some(0));
    assert_eq!(run(&["superuser", "list"]).await, (Some(0), vec![]));
    let (code, said) = run(&["superuser", "add", "@alice"]).await;
    assert_ne!(code, Some(0), "{said:?}");
}

/// Before the first start there is no database and no directory for it.
#[tokio::test]
async fn the_first_superuser_may_come_before_the_first_start() {
    let dir = nowhere();
    let settings = [("DISCORD_TOKEN", "a.token"), ("APP_MASTER_KEY", TestDb::MASTER_KEY)];
    let (code, said) = tool(dir.path(), &["superuser", "add", "7"], &settings).await;
    assert_eq!(code, Some(0), "{said:?}");
    let (code, said) = tool(dir.path(), &["superuser", "list"], &settings).await;
    assert_eq!((code, said.last().map(String::as_str)), (Some(0), Some("7")), "{said:?}");
}

#[tokio::test]
async fn redact_takes_secrets_out_line_by_line() {
    let dir = nowhere();
    let mut child = Command::new(binary("troupe"))
        .arg("redact")
        .current_dir(dir.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let token =
        concat!("MTIzNDU2Nzg5MDEyMzQ1Njc4.", "GaBcDe.", "abcdefghijklmnopqrstuvwxyz0123456789AB");
    let lines = [
        ("an ordinary line: 42 things, $1.50 – ünïcode".to_owned(), None),
        (format!("key={ALICES} and more"), Some(ALICES)),
        (format!("the bot's token is {token}"), Some(token)),
        (format!("Authorization: Bearer {ALICES}"), Some(ALICES)),
        (String::new(), None),
        ("postgres://troupe:hunter2hunter2@db/troupe".to_owned(), Some("hunter2hunter2")),
        ("the last, as it was".to_owned(), None),
    ];
    for (line, secret) in lines {
        input.write_all(format!("{line}\n").as_bytes()).await.expect("it reads");
        // at once: whoever tails another program's log sees each line as it comes
        let next = timeout(PATIENCE, output.next_line()).await.expect("in time");
        let copied = next.expect("a line").expect("not the end");
        match secret {
            None => assert_eq!(copied, line),
            Some(secret) => {
                assert!(!copied.contains(secret), "{copied}");
                assert!(!copied.contains(&secret[secret.len() - 8..]), "{copied}");
                assert!(copied.contains("[redacted"), "{copied}");
            }
        }
    }
    drop(input);
    assert_eq!(output.next_line().await.expect("its end"), None);
    assert_eq!(child.wait().await.expect("a status").code(), Some(0));
}

#[tokio::test]
async fn the_tour_shows_the_whole_path() {
    let dir = nowhere();
    let (code, said) = tool(dir.path(), &["tour"], &[]).await;
    let transcript = said.join("\n");
    assert_eq!(code, Some(0), "{transcript}");
    let mut rest = transcript.as_str();
    for step in [
        "1. Alice stores her key",
        "/wallet set",
        "form |",
        "stored",
        "in the database: iv ",
        "2. Alice talks to Viola",
        "the message grew by edits",
        "Viola |",
        "the model was called once, with alice's key",
        "3. Bob has no key",
        "only bob |",
        "4. Alice sees what it cost",
        "$",
        "5. Alice removes her key",
        "confirms",
        "/wallet list",
        "All 5 steps were seen",
    ] {
        let Some(at) = rest.find(step) else {
            panic!("{step:?} is not there, or not in its turn:\n{transcript}")
        };
        rest = &rest[at + step.len()..];
    }
    assert!(!transcript.contains("v1-local-trial-key"), "{transcript}");
    let made: Vec<_> = dir.path().read_dir().expect("the directory").collect();
    assert!(made.is_empty(), "the tour leaves nothing behind: {made:?}");
}

#[tokio::test]
async fn logs_without_a_directory_say_so() {
    let dir = nowhere();
    let (code, said) = tool(dir.path(), &["logs"], &[]).await;
    assert_ne!(code, Some(0));
    assert!(said.join("\n").contains("LOG_DIR"), "{said:?}");
}

/// An admin watches a bot at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_are_followed_and_filtered() {
    let db = TestDb::create(TestEngine::Sqlite).await.expect("SQLite");
    let dir = nowhere();
    let log_dir = dir.path().join("logs");
    let log_dir = log_dir.to_str().expect("a path").to_owned();
    let stage =
        Stage::open_with(db, playground::discord::Options::default(), &[("LOG_DIR", &log_dir)])
            .await;
    let settings = [("LOG_DIR".to_owned(), log_dir.clone())];
    let mut following = Process::start("troupe", &["logs", "--follow"], dir.path(), &settings);
    let mut infos =
        Process::start("troupe", &["logs", "-f", "--level", "info"], dir.path(), &settings);
    // both begin with what comes after their start
    tokio::time::sleep(Duration::from_secs(1)).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    alice.say("general", "@Viola marzipan").expect("she may");
    stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;
    following.says("a request ended").await;
    infos.says("a request ended").await;
    let levels = |lines: &[String]| {
        let mut levels: Vec<String> = lines.iter().map(|line| text_of(line, "level")).collect();
        levels.sort();
        levels.dedup();
        levels
    };
    assert!(levels(&following.log()).iter().any(|level| level == "DEBUG" || level == "TRACE"));
    let shown = levels(&infos.log());
    assert!(
        shown.iter().all(|level| ["ERROR", "INFO", "WARN"].contains(&level.as_str())),
        "{shown:?}"
    );

    let log = infos.log();
    let ended = log.iter().find(|line| line.contains("a request ended")).expect("it was said");
    let request = text_of(ended, "request.id");
    assert_eq!(following.stop().await, None, "a signal ended it");
    infos.stop().await;

    let settings = [("LOG_DIR", log_dir.as_str())];
    let (code, of_request) = tool(dir.path(), &["logs", "--request", &request], &settings).await;
    assert_eq!(code, Some(0));
    assert!(of_request.len() > 1, "{of_request:?}");
    assert!(of_request.iter().all(|line| text_of(line, "request.id") == request));
    let (code, everything) = tool(dir.path(), &["logs"], &settings).await;
    assert_eq!(code, Some(0));
    assert!(everything.len() > of_request.len());
    for line in &everything {
        assert!(!line.contains(ALICES) && !line.contains("marzipan"), "{line}");
    }
    stage.close().await;
}

/// A field of a line of the log.
fn text_of(line: &str, field: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    line[field].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn parameters_are_looked_at_with_or_without_a_catalogue() {
    let dir = nowhere();
    let file = dir.path().join("params.json");
    let path = file.to_str().expect("a path");
    let check = async |json: &str, settings: &[(&str, &str)]| {
        std::fs::write(&file, json).expect("a file");
        tool(dir.path(), &["params", "check", path], settings).await
    };
    let (code, said) = check(r#"{"temperature": 3, "tpo_k": 1, "max_tokens": 2000}"#, &[]).await;
    assert_eq!(code, Some(1));
    assert_eq!(
        said,
        ["wrong: `temperature` must be from 0 to 2", "wrong: `tpo_k` is no known parameter"]
    );
    let (code, said) = check(r#"{"top_k": 40, "model": "a/plain"}"#, &[]).await;
    assert_eq!(code, Some(0), "{said:?}");
    assert!(said[1].contains("no catalogue of models here"), "{said:?}");
    let (code, said) = check("{\n \"top_k\": }", &[]).await;
    assert_eq!((code, said.len()), (Some(1), 1));
    assert!(said[0].contains("line 2, column"), "{said:?}");

    let db = TestDb::create(TestEngine::Sqlite).await.expect("a database");
    let listed =
        br#"{"data": [{"id": "a/plain", "top_provider": {"max_completion_tokens": 100}}]}"#;
    let models = shared::catalogue::read(listed).expect("models");
    let provider = shared::model::Provider::OpenRouter;
    db.store().replace_catalogue(provider, &models).await.expect("a catalogue");
    let url = db.url();
    let settings = [("DATABASE_URL", url.as_str()), ("DISCORD_TOKEN", "x")];
    let (code, said) = check(r#"{"max_tokens": 101, "model": "a/plain"}"#, &settings).await;
    assert_eq!(code, Some(1), "{said:?}");
    assert!(said[1].contains("at most 100 tokens"), "{said:?}");
    let (code, said) = check(r#"{"max_tokens": 100, "model": "a/plain"}"#, &settings).await;
    assert_eq!((code, said[1].as_str()), (Some(0), "a/plain does all of it"), "{said:?}");
}
