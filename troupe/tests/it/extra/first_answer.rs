//! How long a newcomer waits: measured and told, not asserted.

use std::time::Instant;

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, PATIENCE},
    playground::{Playground, TRIAL_KEY, store_the_trial_key},
};

/// What the first answer ends with.
const END: &str = "a real model would answer here";

/// The program's own part: everything but the browser and the hands in front of it.
#[tokio::test]
async fn the_first_answer_is_timed_without_hands() {
    shared::hardening::install_crypto_provider();
    for _ in 0..5 {
        let start = Instant::now();
        let playground = Playground::start().await;
        let started = start.elapsed();
        let page = Client::builder().timeout(PATIENCE).build().expect("a client");
        let mut stream = page.get(api(&playground, "stream")).send().await.expect("a stream");
        let channel = channel(&mut stream).await;
        let command = json!({"do": "slash", "channel": channel, "command": "wallet set"});
        let opened = act(&page, &playground, &command).await;
        let (token, field) =
            (&opened["token"], &opened["modal"]["components"][0]["components"][0]["custom_id"]);
        let field = field.as_str().expect("a field");
        let form = json!({"do": "submit", "token": token, "fields": {field: TRIAL_KEY}});
        act(&page, &playground, &form).await;
        hear(&mut stream, "accepts the key").await;
        let stored = start.elapsed();
        let asked = json!({"do": "say", "channel": channel, "content": "@Viola hello"});
        act(&page, &playground, &asked).await;
        hear(&mut stream, END).await;
        eprintln!(
            "without hands, from the program's start: ready {started:.2?}, key stored {stored:.2?}, \
             whole answer {:.2?}",
            start.elapsed()
        );
        playground.stop().await;
    }
}

/// One of the page's own addresses, as alice.
fn api(playground: &Playground, name: &str) -> String {
    format!("{}api/{name}?as=alice", playground.url)
}

async fn act(page: &Client, playground: &Playground, act: &Value) -> Value {
    let sent = page.post(api(playground, "act")).json(act).send().await.expect("an answer");
    sent.json().await.expect("JSON")
}

/// The first text channel of the world that the stream begins with.
async fn channel(stream: &mut reqwest::Response) -> String {
    let heard = hear(stream, "\"viewer\"").await;
    let data = heard.lines().find_map(|line| line.strip_prefix("data: ")).expect("an event");
    let world: Value = serde_json::from_str(data).expect("JSON");
    world["channels"][0]["id"].as_str().expect("an id").to_owned()
}

/// Listens until something was said, to the end of that event.
async fn hear(stream: &mut reqwest::Response, what: &str) -> String {
    let mut heard = String::new();
    while !(heard.contains(what) && heard.ends_with("\n\n")) {
        let piece = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
        heard.push_str(&String::from_utf8_lossy(&piece));
    }
    heard
}

/// The same in a browser that `WebDriver` types into.
#[tokio::test]
async fn the_first_answer_is_timed_in_a_browser() {
    let browser = Browser::start("first-answer").await.expect("chromedriver");
    for _ in 0..5 {
        let start = Instant::now();
        let playground = Playground::start().await;
        browser.open(&playground.page_of("alice")).await;
        browser.part("composer").await;
        let open = start.elapsed();
        store_the_trial_key(&browser).await;
        let stored = start.elapsed();
        browser.say("@Viola hello").await;
        browser.message(END).await;
        eprintln!(
            "in a browser, from the program's start: page open {open:.2?}, key typed and stored \
             {stored:.2?}, whole answer {:.2?}",
            start.elapsed()
        );
        playground.stop().await;
    }
    browser.close().await;
}
