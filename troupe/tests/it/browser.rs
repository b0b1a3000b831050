//! Chromium, driven through `WebDriver`: the page as a person meets it.

use std::{fs, io, path::PathBuf, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// How long something may take to appear.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// As in `shared::testing`: under `scripts/test`, nothing is left out.
const REQUIRE: &str = "TROUPE_TEST_REQUIRE_SERVERS";

/// A browser window of its own profile.
pub(crate) struct Browser {
    client: Client,
    /// What the windows of one test show, in order, where `TROUPE_SCREENSHOTS` names a directory.
    album: Option<PathBuf>,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts one. `None`, with a word, when there is no Chromium and none is required.
    pub(crate) async fn start(album: &str) -> Option<Self> {
        let profile = tempfile::tempdir().expect("a directory");
        let mut driver = match Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
        {
            Ok(driver) => driver,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                assert!(std::env::var_os(REQUIRE).is_none(), "chromedriver is required");
                eprintln!("left out: the page in a browser, as there is no chromedriver");
                return None;
            }
            Err(error) => panic!("chromedriver does not start: {error}"),
        };
        let port = port_of(&mut driver).await;
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-prefers-reduced-motion",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"goog:chromeOptions": {"args": flags}});
        let capabilities: Capabilities = wanted.as_object().expect("an object").clone();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        let album =
            std::env::var_os("TROUPE_SCREENSHOTS").map(|dir| PathBuf::from(dir).join(album));
        let browser = Self { client, album, _driver: driver, _profile: profile };
        browser.resize(1280, 800).await;
        Some(browser)
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("another size");
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// What fits a CSS selector, once it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("there is no {css} ({error}) on:\n{}", self.text().await),
        }
    }

    /// The element with this `data-testid`, once it is there.
    pub(crate) async fn part(&self, name: &str) -> Element {
        self.find(&format!("[data-testid={name}]")).await
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("clicking {css}: {error}"));
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("keys");
    }

    /// Writes into the composer and sends it.
    pub(crate) async fn say(&self, text: &str) {
        self.part("composer").await.send_keys(text).await.expect("keys");
        self.keys(&Key::Enter.to_string()).await;
    }

    /// Waits until a script gives something other than null or false.
    pub(crate) async fn until(&self, what: &str, script: &str, args: Vec<Value>) -> Value {
        let looking = async {
            loop {
                let seen =
                    self.client.execute(script, args.clone()).await.expect("the script runs");
                if !seen.is_null() && seen != false {
                    return seen;
                }
                // WebDriver has no events to wait for
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if let Ok(seen) = timeout(PATIENCE, looking).await {
            return seen;
        }
        self.picture("failed").await;
        panic!("never saw {what}; the page says:\n{}", self.text().await)
    }

    /// Waits for a message that holds `text`; gives its id.
    pub(crate) async fn message(&self, text: &str) -> String {
        const FIND: &str = "const found = [...document.querySelectorAll('[data-testid=message]')]
            .findLast((it) => it.innerText.includes(arguments[0]));
            return found ? found.dataset.messageId : null;";
        let id = self.until(text, FIND, vec![json!(text)]).await;
        id.as_str().expect("an id").to_owned()
    }

    /// Waits until nothing fits a CSS selector any more.
    pub(crate) async fn gone(&self, css: &str) {
        const LOOK: &str = "return !document.querySelector(arguments[0]);";
        self.until(&format!("the end of {css}"), LOOK, vec![json!(css)]).await;
    }

    /// What a message says now, under its author's name.
    pub(crate) async fn text_of(&self, message: &str) -> String {
        const READ: &str = "const it = document.querySelector(
            `[data-message-id=\"${arguments[0]}\"]`); return it ? it.innerText : '';";
        let text = self.client.execute(READ, vec![json!(message)]).await.expect("it is read");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks the button of this name on a message.
    pub(crate) async fn press(&self, message: &str, button: &str) {
        const PRESS: &str = "const it = document.querySelector(
            `[data-message-id=\"${arguments[0]}\"]`);
            const named = [...(it?.querySelectorAll('button') ?? [])]
                .find((button) => button.innerText.trim().includes(arguments[1]));
            if (!named) return false; named.click(); return true;";
        let args = vec![json!(message), json!(button)];
        self.until(&format!("the button {button}"), PRESS, args).await;
    }

    /// Everything that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText;", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub(crate) async fn execute(&self, script: &str, args: Vec<Value>) -> Value {
        self.client.execute(script, args).await.expect("the script runs")
    }

    /// Keeps a picture of the window, if somebody wants to look at it.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(album) = &self.album else { return };
        fs::create_dir_all(album).expect("a directory");
        let picture = self.client.screenshot().await.expect("a picture");
        fs::write(album.join(format!("{name}.png")), picture).expect("written");
    }

    pub(crate) async fn close(self) {
        self.client.close().await.expect("it closes");
    }
}

/// The port that chromedriver took, which it says when it listens.
async fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines();
    let said = async {
        while let Some(line) = lines.next_line().await.expect("its output") {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return port.trim_end_matches('.').parse().expect("a port");
            }
        }
        panic!("chromedriver ended");
    };
    timeout(PATIENCE, said).await.expect("chromedriver starts in time")
}
