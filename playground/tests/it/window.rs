//! A browser's side of the page, without a browser: what a window sends, and the events it hears.

use std::{ops::Deref, time::Duration};

use playground::{
    discord::LocalDiscord,
    page::{Page, PageEnv},
};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

use crate::bot::PATIENCE;

/// An open page, and whoever looks at it.
pub(crate) struct Window {
    http: Client,
    page: Page,
}

impl Window {
    /// Opens a page that has nothing but a local Discord to show.
    pub(crate) async fn open(discord: &LocalDiscord) -> Self {
        Self::with(PageEnv { discord, provider: None, backstage: None, welcome: None, port: 0 })
            .await
    }

    pub(crate) async fn with(env: PageEnv<'_>) -> Self {
        // whoever came first has installed it
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { http, page: Page::open(env).await.unwrap() }
    }

    /// Where it is: `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.page.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.host());
        self.http.request(method.parse().unwrap(), url)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await.unwrap()
    }

    /// Does something as somebody; the status and the answer.
    pub(crate) async fn act(&self, who: &str, act: &Value) -> (u16, Value) {
        let request = self.request("POST", &format!("/api/act?as={who}")).json(act);
        answer(request).await
    }

    /// Does something that has to be possible.
    pub(crate) async fn done(&self, who: &str, act: Value) -> Value {
        let (status, answer) = self.act(who, &act).await;
        assert_eq!(status, 200, "{act}: {answer}");
        answer
    }

    /// Does something that has to be refused; the reason.
    pub(crate) async fn refused(&self, who: &str, act: Value) -> String {
        let (status, answer) = self.act(who, &act).await;
        reason(status, &answer)
    }

    /// Follows what somebody sees.
    pub(crate) async fn stream(&self, who: &str) -> Events {
        self.events(&format!("/api/stream?as={who}")).await
    }

    async fn events(&self, path: &str) -> Events {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response, raw: String::new(), read: 0 }
    }

    /// Looks behind the curtain, as the page does while it is open.
    pub(crate) fn curtain(&self) -> Curtain<'_> {
        Curtain { window: self, raw: String::new() }
    }
}

/// What was seen behind the curtain.
pub(crate) struct Curtain<'a> {
    window: &'a Window,
    raw: String,
}

impl Curtain<'_> {
    /// Looks again and again until a part of it has something to find.
    pub(crate) async fn until<T>(
        &mut self,
        part: &str,
        mut find: impl FnMut(&Value) -> Option<T>,
    ) -> T {
        let looking = async {
            loop {
                let seen = self.window.get("/api/curtain").await.text().await.unwrap();
                let parts: Value = serde_json::from_str(&seen).unwrap();
                self.raw.push_str(&seen);
                if let Some(found) = find(&parts[part]) {
                    return found;
                }
                // there is nothing to wait for but another look
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, looking).await.expect("nothing to find")
    }
}

/// All that was seen so far.
impl Deref for Curtain<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.raw
    }
}

/// Sends a request; the status and the JSON that comes back.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

/// Why something was refused: always the caller's fault, always told in a sentence.
pub(crate) fn reason(status: u16, answer: &Value) -> String {
    assert!((400..500).contains(&status), "{status} {answer}");
    let reason = answer["error"].as_str().unwrap_or_default();
    assert!(reason.ends_with('.') && reason.contains(' '), "{status} {answer}");
    reason.to_owned()
}

/// A stream of events as it comes.
pub(crate) struct Events {
    response: Response,
    raw: String,
    /// How much of it was told.
    read: usize,
}

impl Events {
    /// The next event: its name, and what it tells.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        loop {
            let (name, data) = self.block().await;
            if let (Some(name), Some(data)) = (name, data) {
                return (name, serde_json::from_str(&data).unwrap());
            }
        }
    }

    /// Follows the stream until an event of this name has something to find.
    pub(crate) async fn until<T>(
        &mut self,
        name: &str,
        mut find: impl FnMut(&Value) -> Option<T>,
    ) -> T {
        loop {
            let (told, data) = self.next().await;
            if told == name
                && let Some(found) = find(&data)
            {
                return found;
            }
        }
    }

    /// Follows the stream until it tells of a message that fits.
    pub(crate) async fn message(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let find = |messages: &Value| messages.as_array()?.iter().find(|it| fits(it)).cloned();
        self.until("messages", find).await
    }

    /// Follows the stream until it tells of a message with this text.
    pub(crate) async fn said(&mut self, content: &str) -> Value {
        self.message(|message| message["content"] == content).await
    }

    /// The text up to the next empty line: an event, or a comment that keeps the line open.
    async fn block(&mut self) -> (Option<String>, Option<String>) {
        let end = loop {
            if let Some(end) = self.raw.get(self.read..).and_then(|rest| rest.find("\n\n")) {
                break self.read + end;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("nothing comes");
            let chunk = chunk.unwrap().expect("the stream ended");
            self.raw.push_str(std::str::from_utf8(&chunk).unwrap());
        };
        let block = self.raw.get(self.read..end).unwrap_or_default();
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        let told = (line("event: ").map(str::to_owned), line("data: ").map(str::to_owned));
        self.read = end + 2;
        told
    }
}

/// All that came so far.
impl Deref for Events {
    type Target = str;

    fn deref(&self) -> &str {
        &self.raw
    }
}
