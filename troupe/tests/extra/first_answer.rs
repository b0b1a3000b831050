//! How long a newcomer waits: measured and told, not asserted.

use std::time::Instant;

use crate::{
    browser::Browser,
    playground::{Playground, store_the_trial_key},
};

#[tokio::test]
async fn the_first_answer_is_timed() {
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
        browser.message("Speaking as Viola").await;
        let first_words = start.elapsed();
        browser.message("a real model would answer here").await;
        eprintln!(
            "from the program's start: page open {open:.1?}, key stored {stored:.1?}, first words of \
             the answer {first_words:.1?}, whole answer {:.1?}",
            start.elapsed()
        );
        playground.stop().await;
    }
    browser.close().await;
}
