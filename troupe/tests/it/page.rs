//! The page in a browser: a newcomer's first minutes, and what the page shows of the inside.

use std::time::Duration;

use fantoccini::key::Key;
use serde_json::json;
use tempfile::TempDir;

use crate::{browser::Browser, process::Process};

/// The key that the page offers to try.
const TRIAL_KEY: &str = concat!("sk-or-", "v1-local-trial-key-worth-nothing-0001");

/// `troupe` with nothing set, and its page in a browser.
struct Playground {
    troupe: Process,
    url: String,
    _dir: TempDir,
}

impl Playground {
    async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // any free port, so that tests don't stand in each other's way
        let settings = [("PORT".to_owned(), "0".to_owned())];
        let troupe = Process::start("troupe", &[], dir.path(), &settings);
        troupe.says("Stop: Ctrl-C").await;
        let log = troupe.log();
        let line = log.iter().find_map(|line| line.split_once("Open in a browser:"));
        let url = line.expect("the page's address").1.trim().to_owned();
        Self { troupe, url, _dir: dir }
    }

    fn page_of(&self, person: &str) -> String {
        format!("{}?as={person}", self.url)
    }

    async fn stop(mut self) {
        assert_eq!(self.troupe.stop().await, Some(0), "{}", self.troupe.log().join("\n"));
    }
}

/// Chooses a command in the composer by its words, and runs it unless there is more to fill in.
async fn use_command(browser: &Browser, words: &str) {
    browser.part("composer").await.send_keys(&format!("/{words}")).await.expect("keys");
    browser.part("slash-option").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.part("slash-form").await;
}

async fn store_the_trial_key(browser: &Browser) {
    use_command(browser, "wallet set").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.click("[data-testid=modal] input").await;
    browser.keys(TRIAL_KEY).await;
    browser.picture("form").await;
    browser.click("[data-testid=modal-submit]").await;
    browser.gone("[data-testid=modal]").await;
}

#[tokio::test]
async fn a_newcomer_finds_everything_on_the_page() {
    let Some(browser) = Browser::start("newcomer").await else { return };
    let playground = Playground::start().await;
    browser.open(&playground.page_of("alice")).await;
    browser.part("welcome").await;
    browser.picture("welcome").await;
    assert!(browser.text().await.contains(TRIAL_KEY), "the trial key is offered");

    store_the_trial_key(&browser).await;
    let stored = browser.message("…0001").await;
    assert!(browser.text_of(&stored).await.contains("Only you can see this"));
    browser.picture("key-stored").await;

    browser.say("@Viola tell me a story").await;
    let answer = browser.message("Speaking as Viola").await;
    let early = browser.text_of(&answer).await.len();
    browser.picture("growing").await;
    let grown = "return document.querySelector(`[data-message-id=\"${arguments[0]}\"]`)
        .innerText.length > arguments[1] + 200";
    browser.until("the text grow", grown, vec![json!(answer), json!(early)]).await;
    browser.message("with a real key a real model would answer here").await;

    use_command(&browser, "usage").await;
    browser.keys("today").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.click("[data-testid=slash-run]").await;
    let usage = browser.message("Your usage today").await;
    assert!(browser.text_of(&usage).await.contains('$'));
    browser.picture("usage").await;

    use_command(&browser, "timezone set").await;
    browser.keys("pari").await;
    let proposal = "[data-testid=suggestion]";
    browser.find(proposal).await;
    browser.picture("autocomplete").await;
    browser.click(proposal).await;
    browser.click("[data-testid=slash-run]").await;
    browser.message("Europe/Paris").await;

    browser.say("@Viola tell me another long story").await;
    let answer = browser.message("another long story”").await;
    browser.press(&answer, "Stop").await;
    browser.until("the end of it", "return !document.body.innerText.includes('⏹ Stop')
        && ![...document.querySelectorAll('[data-testid=message] button')]
            .some((it) => it.innerText.includes('Stop'))", vec![]).await;
    let stopped = browser.text_of(&answer).await;
    assert!(!stopped.contains("a real model would answer here"), "{stopped}");
    browser.picture("stopped").await;

    browser.open(&playground.page_of("bob")).await;
    browser.say("@Viola hello").await;
    browser.click("[data-channel-kind=dm]").await;
    browser.message("/wallet set").await;
    browser.picture("private-hint").await;

    browser.open(&playground.page_of("alice")).await;
    use_command(&browser, "wallet remove").await;
    browser.keys(&Key::Enter.to_string()).await;
    let question = browser.message("Remove your").await;
    browser.picture("confirm").await;
    browser.press(&question, "Remove").await;
    browser.message("erased").await;
    browser.picture("removed").await;

    browser.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn the_curtain_shows_the_promises() {
    let Some(browser) = Browser::start("curtain").await else { return };
    let playground = Playground::start().await;
    browser.open(&playground.page_of("alice")).await;
    store_the_trial_key(&browser).await;
    browser.message("…0001").await;
    browser.say("@Viola hello").await;
    browser.message("a real model would answer here").await;
    browser.click("[data-testid=curtain-toggle]").await;
    let all_there = "const told = document.querySelector('[data-testid=curtain]')?.innerText ?? '';
        return arguments[0].every((part) => told.includes(part));";
    let parts = ["queued", "calling", "answered", "…0001", "gateway", "bot::"];
    browser.until("the whole life of the request", all_there, vec![json!(parts)]).await;
    browser.picture("curtain").await;
    let told = browser
        .execute("return document.querySelector('[data-testid=curtain]').textContent", vec![])
        .await;
    assert!(!told.as_str().expect("a text").contains(TRIAL_KEY), "the key is shown: {told}");
    browser.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn faults_show_what_a_user_would_see() {
    let Some(browser) = Browser::start("faults").await else { return };
    let playground = Playground::start().await;
    browser.open(&playground.page_of("alice")).await;
    store_the_trial_key(&browser).await;
    browser.message("…0001").await;
    browser.click("[data-testid=faults-toggle]").await;

    let switch = "const label = [...document.querySelectorAll('[data-testid=faults] label, \
        [data-testid=faults] button')].find((it) => it.innerText.includes(arguments[0]));
        if (!label) return false; label.click(); return true;";
    let set = async |name: &str| {
        browser.until(name, switch, vec![json!(name)]).await;
        // the switch is set when the server says so
        let on = "return !document.querySelector('[data-testid=faults] [aria-busy=true]')";
        browser.until("the switch settle", on, vec![]).await;
    };
    set("Out of credit").await;
    browser.say("@Viola one").await;
    browser.message("credit").await;
    browser.picture("no-credit").await;

    set("Dies in mid-stream").await;
    browser.say("@Viola two: a story").await;
    let broken = browser.message("two: a story”").await;
    browser.until("the way to try again", "return [...document.querySelectorAll(
        `[data-message-id=\"${arguments[0]}\"] button`)].some((it) => it.innerText.includes('Retry'))",
        vec![json!(broken)]).await;
    browser.picture("died").await;

    set("Fine").await;
    browser.press(&broken, "Retry").await;
    browser.message("a real model would answer here").await;

    set("Drop the gateway").await;
    browser.say("@Viola four").await;
    browser.message("four”").await;
    browser.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn two_windows_are_two_people() {
    let Some(alice) = Browser::start("two-windows").await else { return };
    let Some(bob) = Browser::start("two-windows").await else { return };
    let playground = Playground::start().await;
    alice.open(&playground.page_of("alice")).await;
    bob.open(&playground.page_of("bob")).await;
    alice.say("Is anybody there?").await;
    bob.message("Is anybody there?").await;
    bob.say("**I** am").await;
    let seen = alice.message("I am").await;
    assert!(alice.text_of(&seen).await.contains("Bob"));
    store_the_trial_key(&alice).await;
    alice.message("…0001").await;
    // what only alice sees is not even sent to bob
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!bob.text().await.contains("accepts the key"));
    alice.close().await;
    bob.close().await;
    playground.stop().await;
}
