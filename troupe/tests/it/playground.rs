//! `troupe` with nothing set, its page, and what people do there again and again.

use fantoccini::key::Key;
use serde_json::json;
use tempfile::TempDir;

use crate::{browser::Browser, process::Process};

/// The key that the page offers to try.
pub(crate) const TRIAL_KEY: &str = concat!("sk-or-", "v1-local-trial-key-worth-nothing-0001");

/// `troupe` with nothing set, and its page in a browser.
pub(crate) struct Playground {
    troupe: Process,
    /// The page's address, with a slash at its end.
    pub(crate) url: String,
    _dir: TempDir,
}

impl Playground {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With something set after all.
    pub(crate) async fn start_with(more: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // any free port, so that tests don't stand in each other's way
        let settings: Vec<(String, String)> = [("PORT", "0")]
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let troupe = Process::start("troupe", &[], dir.path(), &settings);
        troupe.says("Stop: Ctrl-C").await;
        let log = troupe.log();
        let line = log.iter().find_map(|line| line.split_once("Open in a browser:"));
        let url = line.expect("the page's address").1.trim().to_owned();
        Self { troupe, url, _dir: dir }
    }

    pub(crate) fn page_of(&self, person: &str) -> String {
        format!("{}?as={person}", self.url)
    }

    pub(crate) async fn stop(mut self) {
        assert_eq!(self.troupe.stop().await, Some(0), "{}", self.troupe.log().join("\n"));
    }
}

/// Chooses a command in the composer by its words, and runs it unless there is more to fill in.
pub(crate) async fn use_command(browser: &Browser, words: &str) {
    browser.part("composer").await.send_keys(&format!("/{words}")).await.expect("keys");
    browser.part("slash-option").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.part("slash-form").await;
}

pub(crate) async fn store_the_trial_key(browser: &Browser) {
    use_command(browser, "wallet set").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.click("[data-testid=modal] input").await;
    browser.keys(TRIAL_KEY).await;
    browser.picture("form").await;
    browser.click("[data-testid=modal-submit]").await;
    browser.gone("[data-testid=modal]").await;
}

/// Touches a switch among the faults, whose panel is open.
pub(crate) async fn switch(browser: &Browser, name: &str) {
    const TOUCH: &str = "const named = [...document.querySelectorAll(
            '[data-testid=faults] label, [data-testid=faults] button')]
            .find((it) => it.innerText.includes(arguments[0]));
        if (!named) return false; named.click(); return true;";
    const SETTLED: &str = "return !document.querySelector('[data-testid=faults] [aria-busy=true]')";
    browser.until(name, TOUCH, vec![json!(name)]).await;
    browser.until("the switch settle", SETTLED, Vec::new()).await;
}
