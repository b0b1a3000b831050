//! The life of a personality in the browser: made by a form, talked to, private to others, deleted.

use fantoccini::key::Key;
use serde_json::json;

use crate::{
    browser::Browser,
    playground::{Playground, store_the_trial_key, switch, use_command},
};

/// Fills a field of the open form.
async fn fill(browser: &Browser, at: usize, text: &str) {
    const TOUCH: &str = "const fields = document.querySelectorAll(
            '[data-testid=modal] input, [data-testid=modal] textarea');
        if (!fields[arguments[0]]) return false; fields[arguments[0]].focus(); return true;";
    browser.until("a field of the form", TOUCH, vec![json!(at)]).await;
    browser.keys(text).await;
}

#[tokio::test]
async fn a_personality_lives_on_the_page() {
    let Some(browser) = Browser::start("personality").await else { return };
    let playground = Playground::start().await;
    browser.open(&playground.page_of("alice")).await;
    store_the_trial_key(&browser).await;
    browser.message("…0001").await;

    use_command(&browser, "personality create").await;
    browser.keys(&Key::Enter.to_string()).await;
    fill(&browser, 0, "Ada Lovelace").await;
    fill(&browser, 1, "Countess").await;
    fill(&browser, 2, "You are Ada Lovelace, and you count everything.").await;
    browser.picture("form").await;
    browser.click("[data-testid=modal-submit]").await;
    browser.gone("[data-testid=modal]").await;
    browser.message("Ada Lovelace is there").await;
    browser.picture("made").await;

    browser.say("@Countess how many are we?").await;
    browser.message("Speaking as Ada Lovelace").await;
    browser.picture("talking").await;

    use_command(&browser, "personality delete").await;
    browser.keys("ada lovelace").await;
    browser.click("[data-testid=suggestion]").await;
    browser.click("[data-testid=slash-run]").await;
    let question = browser.message("Delete Ada Lovelace for good?").await;
    browser.press(&question, "Delete for good").await;
    browser.message("It is gone").await;
    browser.picture("gone").await;

    browser.close().await;
    playground.stop().await;
}

#[tokio::test]
async fn what_is_private_on_the_page_is_its_owners() {
    const TOLD: &str = "return [...document.querySelectorAll('[data-testid=message]')]
        .filter((it) => it.innerText.includes('There is nobody of that name')).length >= arguments[0];";
    let Some(alice) = Browser::start("private").await else { return };
    let Some(bob) = Browser::start("private").await else { return };
    let playground = Playground::start().await;
    alice.open(&playground.page_of("alice")).await;
    bob.open(&playground.page_of("bob")).await;
    store_the_trial_key(&alice).await;
    alice.message("…0001").await;

    use_command(&alice, "personality create").await;
    choose(&alice, "True").await;
    alice.click("[data-testid=slash-run]").await;
    fill(&alice, 0, "Hidden Name").await;
    fill(&alice, 1, "Hidden Alias").await;
    fill(&alice, 2, "You are a secret.").await;
    alice.click("[data-testid=modal-submit]").await;
    alice.gone("[data-testid=modal]").await;
    alice.message("Hidden Name is there").await;

    // for bob it is a name like any other that nobody has
    for (asked, name) in (1..).zip(["Hidden Name", "Hidden Alias", "No Such Name"]) {
        use_command(&bob, "personality view").await;
        bob.keys(name).await;
        bob.click("[data-testid=slash-run]").await;
        bob.until("the answer", TOLD, vec![json!(asked)]).await;
    }
    assert!(!bob.text().await.contains("You are a secret."));

    use_command(&alice, "personality error-message").await;
    choose(&alice, "hidden").await;
    alice.click("[data-testid=slash-add-option][data-option-name=message]").await;
    alice.keys("The stars are out of order.").await;
    alice.click("[data-testid=slash-run]").await;
    alice.message("Saved").await;
    alice.click("[data-testid=faults-toggle]").await;
    switch(&alice, "Out of credit").await;
    alice.say("@Hidden Alias are you there?").await;
    // what its call's failure looks like is its own words, to everybody who is in the channel
    alice.message("The stars are out of order.").await;
    bob.message("The stars are out of order.").await;
    alice.picture("failed").await;

    alice.close().await;
    bob.close().await;
    playground.stop().await;
}

/// Chooses what stands in the list under the option in hand.
async fn choose(browser: &Browser, label: &str) {
    browser.keys(label).await;
    browser.click("[data-testid=suggestion]").await;
}
