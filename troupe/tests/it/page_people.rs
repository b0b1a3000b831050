//! What is not for everybody, and what people post besides words, on the page.

use fantoccini::key::Key;
use playground::{
    discord::{LocalDiscord, Options},
    page::{Page, PageEnv},
};
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, PATIENCE},
    page_components::PNG,
};

/// A bot that registers a command for moderators, and speaks in somebody's name and with their face.
async fn act_as_the_bot(discord: &LocalDiscord) {
    let http = Client::builder().timeout(PATIENCE).build().expect("a client");
    let call = async |method: &str, path: &str, body: Value| -> Value {
        let url = format!("{}/api/v10{path}", discord.base_url());
        let request = http.request(method.parse().expect("a method"), url);
        let request = request.header("authorization", format!("Bot {}", discord.token()));
        let answer = request.json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.bytes().await.expect("all of it")).unwrap_or_default()
    };
    let commands = json!([
        {"name": "ask", "description": "For everybody"},
        {"name": "channel", "description": "For some", "default_member_permissions": "16"}]);
    call("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    let general = discord.channel("general").expect("a channel");
    let hooks = format!("/channels/{general}/webhooks");
    let hook = call("POST", &hooks, json!({"name": "personas"})).await;
    let face = discord.host("face.png", "image/png", PNG);
    let path = format!(
        "/webhooks/{}/{}",
        hook["id"].as_str().unwrap_or_default(),
        hook["token"].as_str().unwrap_or_default()
    );
    let said = json!({"content": "I have a face", "username": "Viola", "avatar_url": face});
    call("POST", &path, said).await;
}

/// What the composer proposes for a slash.
async fn offered(browser: &Browser) -> String {
    browser.part("composer").await.send_keys("/").await.expect("keys");
    browser.part("slash-option").await;
    let names = "return [...document.querySelectorAll('[data-testid=slash-option]')]
        .map((it) => it.innerText).join();";
    browser.execute(names, vec![]).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn each_sees_and_shares_what_is_theirs() {
    let Some(browser) = Browser::start("people").await else { return };
    shared::hardening::install_crypto_provider();
    let discord = LocalDiscord::start(Options::default()).await.expect("a local Discord");
    let env =
        PageEnv { discord: &discord, provider: None, backstage: None, welcome: None, port: 0 };
    let page = Page::open(env).await.expect("a page");
    act_as_the_bot(&discord).await;
    let dave = discord.user("dave");
    dave.say("office", "the plan of the house").expect("said");
    dave.post_poll("general", "Tea or coffee?", &["Tea", "Coffee"]).expect("posted");
    dave.post_sticker("general", "Wave").expect("posted");
    let moderators = discord.role(discord.house(), "Moderators").expect("a role");
    dave.say("general", &format!("asked by <@&{moderators}>")).expect("said");

    browser.open(&format!("{}?as=dave", page.url())).await;
    browser.message("asked by @Moderators").await;
    assert!(browser.text().await.contains("Moderators"), "he sees what he is");
    browser.click("[data-channel-name=office]").await;
    let plan = browser.message("the plan of the house").await;
    // by the keyboard alone: the message's menu, then the place
    let focus = "document.querySelector(`[data-message-id=\"${arguments[0]}\"]`).focus();";
    browser.execute(focus, vec![json!(plan)]).await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.part("context-menu").await;
    browser.keys("f").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.find("[data-testid=forward-to][data-channel-name=general]").await;
    browser.picture("forward").await;
    browser.click("[data-testid=forward-to][data-channel-name=general]").await;
    browser.click("[data-channel-name=general]").await;
    browser.message("Forwarded").await;
    assert!(offered(&browser).await.contains("channel"), "moderators have more commands");

    browser.open(&format!("{}?as=bob", page.url())).await;
    let passed = browser.message("the plan of the house").await;
    assert!(!browser.text_of(&passed).await.contains("office"));
    browser.message("Tea or coffee?").await;
    browser.message("Wave").await;
    let faces = "const face = document.querySelector('[data-testid=message] .avatar img');
        return !!face && face.complete && face.naturalWidth > 0;";
    browser.until("the face of Viola", faces, vec![]).await;
    assert_eq!(
        browser
            .execute(
                "return document.querySelectorAll('[data-channel-name=office]').length",
                vec![]
            )
            .await,
        0
    );
    assert!(!offered(&browser).await.contains("channel"), "others don't");
    browser.picture("shared").await;
    browser.close().await;
}
