//! The page in a browser: a newcomer's first minutes, and what the page shows of the inside.

use fantoccini::key::Key;
use playground::provider::{KeyPlan, Script, StandInOptions, StandInProvider};
use serde_json::json;

use crate::{
    browser::Browser,
    playground::{Playground, TRIAL_KEY, store_the_trial_key, switch, use_command},
};

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
    browser
        .until(
            "the end of it",
            "return !document.body.innerText.includes('⏹ Stop')
        && ![...document.querySelectorAll('[data-testid=message] button')]
            .some((it) => it.innerText.includes('Stop'))",
            vec![],
        )
        .await;
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

    switch(&browser, "Out of credit").await;
    browser.say("@Viola one").await;
    // everybody sees that it failed, and only who pays sees why
    browser.message("The curtain is stuck").await;
    browser.click("[data-channel-kind=dm]").await;
    browser.message("your credit, or the limit of this key, is used up").await;
    browser.picture("no-credit").await;
    browser.click("[data-channel-name=general]").await;

    switch(&browser, "Dies in mid-stream").await;
    browser.say("@Viola two: a story").await;
    let broken = browser.message("two: a story”").await;
    browser.until("the way to try again", "return [...document.querySelectorAll(
        `[data-message-id=\"${arguments[0]}\"] button`)].some((it) => it.innerText.includes('Retry'))",
        vec![json!(broken)]).await;
    browser.picture("died").await;

    switch(&browser, "Fine").await;
    browser.press(&broken, "Retry").await;
    browser.message("a real model would answer here").await;

    switch(&browser, "Drop the gateway").await;
    browser.say("@Viola four").await;
    browser.message("four”").await;

    // what was said to a bot that could not hear is answered when it can
    switch(&browser, "Deaf gateway").await;
    browser.say("@Viola five").await;
    browser.message("@Viola five").await;
    switch(&browser, "Deaf gateway").await;
    browser.message("five”").await;
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
    // what only alice sees is not even sent to bob; what comes after it is
    alice.say("That was private.").await;
    bob.message("That was private.").await;
    assert!(!bob.text().await.contains("accepts the key"));
    alice.close().await;
    bob.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn a_real_model_answers_where_one_is_set() {
    let Some(browser) = Browser::start("real-model").await else { return };
    let keys = vec![(TRIAL_KEY.to_owned(), KeyPlan::unlimited())];
    let script = Script::text("I am as real as it gets.");
    let model = StandInProvider::start(StandInOptions { keys, script, port: 0 });
    let model = model.await.expect("a model of our own");
    let playground = Playground::start_with(&[("OPENROUTER_BASE_URL", &model.base_url())]).await;
    browser.open(&playground.page_of("alice")).await;
    browser.part("welcome").await;
    let welcome = browser.text().await;
    assert!(welcome.contains(&model.base_url()) && !welcome.contains(TRIAL_KEY), "{welcome}");
    store_the_trial_key(&browser).await;
    browser.message("accepts the key").await;
    browser.say("@Viola who are you?").await;
    browser.message("I am as real as it gets.").await;
    assert_eq!(model.ledger().calls().len(), 1);
    browser.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn a_model_of_ones_own_needs_no_keys() {
    let Some(browser) = Browser::start("own-model").await else { return };
    let keys = vec![("none-needed".to_owned(), KeyPlan::unlimited())];
    let script = Script::text("I run on this very machine.");
    let model = StandInProvider::start(StandInOptions { keys, script, port: 0 });
    let model = model.await.expect("a model of our own");
    let playground = Playground::start_with(&[
        ("OPENROUTER_BASE_URL", &model.base_url()),
        ("ALLOW_SYSTEM_KEY", "true"),
        ("OPENROUTER_API_KEY", "none-needed"),
        ("DEFAULT_MODEL", "a-model/of-ones-own"),
    ])
    .await;
    browser.open(&playground.page_of("bob")).await;
    browser.say("@Viola who are you?").await;
    browser.message("I run on this very machine.").await;
    let asked = model.ledger().counters();
    // an Ollama has no such thing
    assert_eq!((asked.calls, asked.key_checks), (1, 0));
    browser.close().await;
    playground.stop().await;
}
