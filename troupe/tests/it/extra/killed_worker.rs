//! The worker killed from the page, and what a user sees of it.

use serde_json::json;

use crate::{
    browser::Browser,
    playground::{Playground, store_the_trial_key, switch},
};

#[tokio::test]
async fn a_killed_worker_leaves_what_it_had_and_a_way_to_try_again() {
    let browser = Browser::start("killed-worker").await.expect("chromedriver");
    let playground = Playground::start().await;
    browser.open(&playground.page_of("alice")).await;
    store_the_trial_key(&browser).await;
    browser.click("[data-testid=faults-toggle]").await;
    browser.say("@Viola a long story, please").await;
    let answer = browser.message("Speaking as Viola").await;
    switch(&browser, "Kill the worker").await;
    let retry = "return [...document.querySelectorAll(
        `[data-message-id=\"${arguments[0]}\"] button`)].some((it) => it.innerText.includes('Retry'))";
    browser.until("the way to try again", retry, vec![json!(answer)]).await;
    browser.picture("cut-off").await;
    let told = browser.text_of(&answer).await;
    assert!(!told.contains("a real model would answer here"), "it was whole: {told}");
    browser.press(&answer, "Retry").await;
    browser.message("a real model would answer here").await;
    browser.picture("answered").await;
    browser.close().await;
    playground.stop().await;
}
