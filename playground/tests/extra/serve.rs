//! The program itself: `playground serve` and `playground check`.

use serde_json::Value;
use tokio::process::Command;

use crate::{PATIENCE, descriptions_directory, program::Program};

/// Asks for a path with the token that the program printed.
async fn get(base: &str, token: &str, path: &str) -> (u16, Value) {
    // whoever came first has installed it
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
    let request = http.get(format!("{base}{path}")).header("authorization", format!("Bot {token}"));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

fn playground() -> Command {
    Command::new(env!("CARGO_BIN_EXE_playground"))
}

#[tokio::test]
async fn it_runs_alone_until_it_is_told_to_stop() {
    for signal in ["INT", "TERM"] {
        let mut serving = Program::start(playground().args(["serve", "--token", "a.b.c"]));
        let base = serving.says("DISCORD_API_BASE=").await;
        let base = base.trim_start_matches("DISCORD_API_BASE=");
        assert_eq!(serving.says("DISCORD_TOKEN=").await, "DISCORD_TOKEN=a.b.c");
        let (status, me) = get(base, "a.b.c", "/api/v10/users/@me").await;
        assert_eq!((status, &me["bot"]), (200, &Value::Bool(true)));
        assert_eq!(get(base, "wrong", "/api/v10/users/@me").await.0, 401);
        let (status, unknown) = get(base, "a.b.c", "/api/v10/stage-instances").await;
        assert_eq!((status, unknown.to_string()), (404, unknown_route()));
        let page = serving.says("PAGE=").await;
        assert_eq!(
            get(page.trim_start_matches("PAGE=").trim_end_matches('/'), "", "/").await.0,
            200
        );
        assert_eq!(serving.stop(signal).await, Some(0), "{}", serving.log());
        assert!(serving.log().contains("/api/v10/stage-instances"), "the unknown route is logged");
    }
}

fn unknown_route() -> String {
    serde_json::json!({"message": "404: Not Found", "code": 0}).to_string()
}

#[tokio::test]
async fn a_ledger_is_written_and_checked() {
    if !descriptions_directory().exists() {
        println!("left out: there are no descriptions of Discord here");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let ledger = directory.path().join("ledger.jsonl");
    let mut serving = Program::start(playground().args(["serve", "--ledger"]).arg(&ledger));
    let base = serving.says("DISCORD_API_BASE=").await;
    let base = base.trim_start_matches("DISCORD_API_BASE=");
    get(base, "local.bot.token", "/api/v10/gateway").await;
    get(base, "local.bot.token", "/api/v10/users/@me?verbose=true").await;
    assert_eq!(serving.stop("TERM").await, Some(0));

    let check = || {
        let mut check = playground();
        check.arg("check").arg(&ledger).arg("--descriptions").arg(descriptions_directory());
        check
    };
    let checked = check().output().await.unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(said.starts_with("checked 2 requests, 2 answers"), "{said}");
    assert!(said.contains("there is no query parameter verbose"), "{said}");
    let proper = std::fs::read_to_string(&ledger).unwrap();
    std::fs::write(&ledger, proper.lines().next().unwrap()).unwrap();
    assert!(check().output().await.unwrap().status.success());
}
