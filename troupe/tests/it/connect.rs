//! `/wallet connect`: a key that nobody copies, from the link to the answer that it pays for.

use playground::{
    discord::{Invocation, Person, Response, world::Message},
    provider::Refusal,
};
use serde_json::json;
use shared::{store::LiveKey, testing::TestDb};

use crate::{process::PATIENCE, scenario::ALICES, stage::Stage};

shared::each_engine!(
    a_code_becomes_a_key_that_pays,
    a_link_outlives_a_restart_and_works_once,
    what_is_wrong_with_a_code_is_told_apart,
    a_provider_that_is_down_changes_nothing,
);

/// A link that somebody was given.
struct Link {
    message: Message,
    address: String,
}

impl Link {
    /// Asks for a link.
    async fn of(stage: &Stage, person: &Person) -> Self {
        let used = person.slash("general", "wallet connect", json!({})).unwrap();
        let message = stage.private_answer(&used).await;
        let url = message.buttons().find_map(|button| button["url"].as_str().map(str::to_owned));
        Self { address: url.expect("a link"), message }
    }

    /// Agrees on the page that it leads to. The code.
    async fn agree(&self) -> String {
        shared::hardening::install_crypto_provider();
        let page = reqwest::get(&self.address).await.unwrap().text().await.unwrap();
        let code = page.split("<code id=code>").nth(1).and_then(|rest| rest.split('<').next());
        code.unwrap_or_else(|| panic!("no code in {page}")).to_owned()
    }

    /// Opens the form for the code.
    async fn open(&self, person: &Person) -> Form {
        let pressed = person.click(self.message.id, "Enter the code").unwrap();
        let form = pressed.response(PATIENCE).await.unwrap();
        let Response::Modal { custom_id, fields, .. } = form else { panic!("no form: {form:?}") };
        assert!(custom_id.starts_with("wallet:connect:v1:"), "{custom_id}");
        Form { pressed, field: fields[0].custom_id.clone() }
    }

    /// Types a code. What is said of it.
    async fn enter(&self, stage: &Stage, person: &Person, code: &str) -> String {
        self.open(person).await.send(stage, code).await
    }
}

struct Form {
    pressed: Invocation,
    field: String,
}

impl Form {
    async fn send(&self, stage: &Stage, code: &str) -> String {
        let sent = self.pressed.submit_modal([(self.field.as_str(), code)]).unwrap();
        stage.private_answer(&sent).await.content
    }
}

async fn live_keys(stage: &Stage, person: &Person) -> Vec<LiveKey> {
    let user = stage.user(person).await;
    stage.store().await.live_keys(user.id).await.unwrap()
}

async fn a_code_becomes_a_key_that_pays(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.discord.user("alice");
    let link = Link::of(&stage, &alice).await;
    let root = stage.provider.base_url().replace("/api/v1", "/auth?code_challenge=");
    assert!(link.address.starts_with(&root), "{}", link.address);
    assert!(link.address.ends_with("&code_challenge_method=S256"), "{}", link.address);
    assert!(link.message.content.contains("/wallet set"), "{}", link.message.content);

    let code = link.agree().await;
    let told = link.enter(&stage, &alice, &format!(" `{code}`\n")).await;
    for part in ["OpenRouter accepts the new key", "**stored**", "$5.00"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let counters = stage.provider.ledger().counters();
    assert_eq!((counters.exchanges, counters.key_checks), (1, 1));
    let [key] = &live_keys(&stage, &alice).await[..] else { panic!("not one key") };
    assert!(key.is_active && told.contains(&key.last4.to_string()), "{told}");
    assert_eq!(stage.db.connections().await, 0, "code and verifier are erased");

    alice.say("general", "@Viola hello").unwrap();
    stage.reply(&alice, "general", |said| said.content.contains("hello")).await;
    let paid = stage.provider.ledger().calls().remove(0).bearer.expect("a key");
    assert!(key.last4.to_string().ends_with(&paid[paid.len() - 4..]));

    // neither half nor the key is in any log
    let log = stage.log();
    for secret in [code.as_str(), paid.trim_start_matches("sk-or-v1-")] {
        assert!(!log.iter().any(|line| line.contains(secret)), "a secret is in the log");
    }
    stage.close().await;
}

async fn a_link_outlives_a_restart_and_works_once(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let link = Link::of(&stage, &alice).await;
    let form = link.open(&alice).await;
    stage.restart_bot().await;
    stage.bot_is_up().await;
    let code = link.agree().await;
    let told = form.send(&stage, &code).await;
    assert!(told.contains("**stored**"), "{told}");
    let first = live_keys(&stage, &alice).await.remove(0);
    assert_ne!(first.last4.to_string(), "…1111", "it takes the place of the old one");

    let told = link.enter(&stage, &alice, &code).await;
    assert!(told.contains("for that link **already**"), "{told}");
    assert_eq!(stage.provider.ledger().counters().exchanges, 1, "nobody was asked");
    // the code with another link is used up at the provider too
    let told = Link::of(&stage, &alice).await.enter(&stage, &alice, &code).await;
    assert!(told.contains("**used already**"), "{told}");
    assert_eq!(live_keys(&stage, &alice).await[0].id, first.id);
    stage.close().await;
}

async fn what_is_wrong_with_a_code_is_told_apart(db: TestDb) {
    let stage = Stage::open(db).await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));

    // our side: ten minutes are over
    let link = Link::of(&stage, &alice).await;
    let form = link.open(&alice).await;
    assert_eq!(stage.db.expire_connections().await, 1);
    let told = form.send(&stage, "auth_code_1").await;
    assert!(told.contains("link has **expired**"), "{told}");
    // what is no code
    let link = Link::of(&stage, &alice).await;
    for (typed, words) in
        [(ALICES, "That is a **key**"), ("\"\"", "nothing in the form"), ("a b", "no code")]
    {
        let told = link.enter(&stage, &alice, typed).await;
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(stage.provider.ledger().counters().exchanges, 0, "nobody was asked");

    // the provider's side
    let told = link.enter(&stage, &alice, "auth_code_nobodys").await;
    assert!(told.contains("**doesn't take that code**"), "{told}");
    let link = Link::of(&stage, &alice).await;
    let code = link.agree().await;
    stage.provider.expire_code(&code);
    let told = link.enter(&stage, &alice, &code).await;
    assert!(told.contains("code has **expired**"), "{told}");

    // Bob got hold of Alice's code, which is worth nothing with his link
    let of_alice = Link::of(&stage, &alice).await;
    let stolen = of_alice.agree().await;
    let told = Link::of(&stage, &bob).await.enter(&stage, &bob, &stolen).await;
    assert!(told.contains("belongs to **another link**"), "{told}");
    assert_eq!(live_keys(&stage, &bob).await, []);
    let told = of_alice.enter(&stage, &alice, &stolen).await;
    assert!(told.contains("**stored**"), "{told}");
    assert_eq!(live_keys(&stage, &bob).await, []);
    assert_eq!(stage.db.connections().await, 0);
    stage.close().await;
}

async fn a_provider_that_is_down_changes_nothing(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let before = live_keys(&stage, &alice).await;
    for (refusal, words) in
        [(Refusal::status(502), "didn't answer"), (Refusal::status(429), "asks me to wait")]
    {
        stage.provider.refuse_exchanges(Some(refusal));
        let link = Link::of(&stage, &alice).await;
        let told = link.enter(&stage, &alice, &link.agree().await).await;
        assert!(told.contains(words) && told.contains("stays as it was"), "{told}");
    }
    assert_eq!(live_keys(&stage, &alice).await, before);
    stage.provider.refuse_exchanges(None);
    let link = Link::of(&stage, &alice).await;
    let told = link.enter(&stage, &alice, &link.agree().await).await;
    assert!(told.contains("**stored**"), "{told}");
    stage.close().await;
}
