//! The life of a personality in the browser: made by a form, talked to, private to others, deleted.

use fantoccini::key::Key;

use crate::{
    browser::Browser,
    playground::{Playground, store_the_trial_key, use_command},
};

/// Fills a field of the open form.
async fn fill(browser: &Browser, at: usize, text: &str) {
    const TOUCH: &str = "const fields = document.querySelectorAll(
            '[data-testid=modal] input, [data-testid=modal] textarea');
        if (!fields[arguments[0]]) return false; fields[arguments[0]].focus(); return true;";
    browser.until("a field of the form", TOUCH, vec![serde_json::json!(at)]).await;
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
