//! What a bot may send, and whether the page shows it: embeds, files, Markdown, every component.

use playground::{
    discord::LocalDiscord,
    page::{Page, PageEnv},
};
use reqwest::{Client, multipart};
use serde_json::{Value, json};

use crate::browser::{Browser, PATIENCE};

/// One pixel.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// A bot without a gateway: it only posts.
struct Bot<'a> {
    discord: &'a LocalDiscord,
    http: Client,
}

impl Bot<'_> {
    fn messages(&self) -> reqwest::RequestBuilder {
        let channel = self.discord.look(|world| world.channel_named("general").expect("it").id);
        let url = format!("{}/api/v10/channels/{channel}/messages", self.discord.base_url());
        self.http.post(url).header("authorization", format!("Bot {}", self.discord.token()))
    }

    async fn post(&self, message: &Value) {
        let answer = self.messages().json(message).send().await.expect("an answer");
        let status = answer.status();
        assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap_or_default());
    }

    async fn post_files(&self, message: &Value, files: &[(&'static str, &'static str, Vec<u8>)]) {
        let mut form = multipart::Form::new().text("payload_json", message.to_string());
        for (at, (name, kind, bytes)) in files.iter().enumerate() {
            let part = multipart::Part::bytes(bytes.clone()).file_name(*name);
            form = form.part(format!("files[{at}]"), part.mime_str(kind).expect("a type"));
        }
        let answer = self.messages().multipart(form).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }
}

#[tokio::test]
async fn whatever_a_bot_may_send_is_shown() {
    let Some(browser) = Browser::start("components").await else { return };
    shared::hardening::install_crypto_provider();
    let discord = LocalDiscord::start(playground::discord::Options::default());
    let discord = discord.await.expect("a local Discord");
    let env =
        PageEnv { discord: &discord, provider: None, backstage: None, welcome: None, port: 0 };
    let page = Page::open(env).await.expect("a page");
    let http = Client::builder().timeout(PATIENCE).build().expect("a client");
    let bot = Bot { discord: &discord, http };
    bot.post(&markdown()).await;
    bot.post(&embed(&discord)).await;
    bot.post(&rows()).await;
    let chart = ("chart.png", "image/png", PNG.to_vec());
    bot.post_files(
        &json!({"content": "a chart and a table"}),
        &[chart.clone(), ("usage.csv", "text/csv", b"day,tokens\n".to_vec())],
    )
    .await;
    bot.post_files(&layout(), &[chart, ("notes.txt", "text/plain", b"hello".to_vec())]).await;

    browser.resize(1280, 2400).await;
    browser.open(&format!("{}?as=alice", page.url())).await;
    for shown in [
        "bold and italic",
        "let x = 1;",
        "a quote",
        "@Bob",
        "#stage", // Markdown
        "An embed",
        "first field",
        "a footer",
        "Ada", // embed
        "Do it",
        "Leave it",
        "A link",
        "Pick a colour", // rows
        "usage.csv",     // files
        "In a container",
        "Beside a picture",
        "notes.txt",
        "The end", // Components V2
    ] {
        browser.message(shown).await;
    }
    // a spoiler is there, and not to be read before it is opened
    let spoiler = "const it = document.querySelector('.spoiler'); return !!it
        && !it.classList.contains('revealed')";
    browser.until("a closed spoiler", spoiler, vec![]).await;
    let pictures = "return document.querySelectorAll('[data-testid=message] img').length >= 3
        && [...document.querySelectorAll('[data-testid=message] img')]
            .every((it) => it.complete && it.naturalWidth > 0)";
    browser.until("the pictures, loaded", pictures, vec![]).await;
    assert!(!browser.text().await.contains("can’t show"), "{}", browser.text().await);
    browser.picture("everything").await;
    browser.close().await;
}

fn markdown() -> Value {
    json!({"content": "# A heading\n**bold** and *italic*, __under__, ~~struck~~, ||hidden||, `code`\n\
        > a quote\n- one\n- two\n```rust\nlet x = 1;\n```\n-# small [a link](https://example.com) <t:0:D>\n\
        <script>alert(1)</script> [no](javascript:alert(1))"})
}

fn embed(discord: &LocalDiscord) -> Value {
    let bob = discord.user("bob").mention();
    let stage = discord.look(|world| world.channel_named("stage").expect("it").id);
    json!({"content": format!("{bob} in <#{stage}>"), "embeds": [{
        "title": "An embed", "description": "with *text*", "color": 0x00CC_6600, "url": "https://example.com",
        "author": {"name": "Ada"}, "footer": {"text": "a footer"},
        "fields": [{"name": "first field", "value": "1", "inline": true},
            {"name": "second", "value": "2", "inline": true}],
    }]})
}

fn rows() -> Value {
    let option = |name: &str| json!({"label": name, "value": name, "description": "a choice"});
    json!({"content": "rows", "components": [
        {"type": 1, "components": [
            {"type": 2, "style": 1, "label": "Do it", "custom_id": "a"},
            {"type": 2, "style": 2, "label": "Leave it", "custom_id": "b"},
            {"type": 2, "style": 3, "label": "Yes", "custom_id": "c"},
            {"type": 2, "style": 4, "label": "No", "custom_id": "d", "disabled": true},
            {"type": 2, "style": 5, "label": "A link", "url": "https://example.com"},
        ]},
        {"type": 1, "components": [{"type": 3, "custom_id": "e", "placeholder": "Pick a colour",
            "options": [option("Red"), option("Blue")]}]},
        {"type": 1, "components": [{"type": 5, "custom_id": "f", "placeholder": "Somebody"}]},
        {"type": 1, "components": [{"type": 8, "custom_id": "g", "placeholder": "Somewhere"}]},
        {"type": 1, "components": [{"type": 3, "custom_id": "h", "placeholder": "Some colours",
            "max_values": 2, "options": [option("Red"), option("Blue")]}]},
    ]})
}

fn layout() -> Value {
    let picture = json!({"url": "attachment://chart.png"});
    json!({"flags": 1 << 15, "components": [
        {"type": 17, "accent_color": 0x0033_66CC, "components": [
            {"type": 10, "content": "## In a container"},
            {"type": 9, "components": [{"type": 10, "content": "Beside a picture"}],
                "accessory": {"type": 11, "media": picture, "description": "a chart"}},
            {"type": 14, "divider": true, "spacing": 2},
            {"type": 12, "items": [{"media": picture, "description": "the same chart"}]},
            {"type": 13, "file": {"url": "attachment://notes.txt"}},
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "Below", "custom_id": "i"}]},
        ]},
        {"type": 10, "content": "The end"},
    ]})
}
