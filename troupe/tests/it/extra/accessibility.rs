//! axe-core on every view of the page, in both themes, wide and narrow.

use std::fs;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    playground::{Playground, store_the_trial_key, use_command},
};

/// The script, which `scripts/test-extra` fetches.
const AXE: &str = "TROUPE_AXE";

/// Runs axe and keeps what it objects to, with where.
const RUN: &str = "window.axeReport = null;
    const done = (report) => { window.axeReport = report; };
    axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        .then(({ violations, passes }) => done({
            passes: passes.length,
            violations: violations.map(({ id, impact, help, nodes }) => ({
                id, impact, help, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
            })),
        }), (error) => done(String(error)));";

struct Checked<'a> {
    browser: &'a Browser,
    axe: String,
    look: String,
    views: usize,
    found: Vec<String>,
}

impl Checked<'_> {
    async fn view(&mut self, name: &str) {
        let name = format!("{name}-{}", self.look);
        self.browser.picture(&name).await;
        self.browser.execute(&self.axe, Vec::new()).await;
        self.browser.execute(RUN, Vec::new()).await;
        let report = self.browser.until("axe's report", "return window.axeReport", vec![]).await;
        let violations = report["violations"].as_array().unwrap_or_else(|| panic!("{report}"));
        assert!(report["passes"].as_u64() > Some(10), "axe saw next to nothing on {name}");
        self.found.extend(violations.iter().map(|it: &Value| format!("{name}: {it}")));
        self.views += 1;
    }
}

#[tokio::test]
async fn axe_objects_to_nothing() {
    let script = std::env::var_os(AXE).expect("TROUPE_AXE: run scripts/test-extra");
    let axe = fs::read_to_string(script).expect("axe-core");
    let browser = Browser::start("accessibility").await.expect("chromedriver");
    let mut checked =
        Checked { browser: &browser, axe, look: String::new(), views: 0, found: Vec::new() };
    for (theme, width, height) in
        [("light", 1280, 800), ("dark", 1280, 800), ("light", 500, 900), ("dark", 500, 900)]
    {
        let playground = Playground::start().await;
        checked.look = format!("{theme}-{width}");
        browser.resize(width, height).await;
        browser.open(&playground.page_of("alice")).await;
        let wanted = "localStorage.setItem('troupe.theme', JSON.stringify(arguments[0]));
            document.documentElement.dataset.theme = arguments[0];";
        browser.execute(wanted, vec![json!(theme)]).await;
        walk(&browser, &mut checked).await;
        playground.stop().await;
    }
    let Checked { views, found, .. } = checked;
    browser.close().await;
    eprintln!("axe-core looked at {views} views and objects to {} things", found.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Through everything that there is to see.
async fn walk(browser: &Browser, checked: &mut Checked<'_>) {
    browser.part("welcome").await;
    checked.view("welcome").await;
    browser.part("composer").await.send_keys("/").await.expect("keys");
    browser.part("slash-option").await;
    checked.view("commands").await;
    browser.keys(&Key::Backspace.to_string()).await;

    use_command(browser, "timezone set").await;
    browser.keys("pari").await;
    browser.part("suggestion").await;
    checked.view("autocomplete").await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.gone("[data-testid=slash-form]").await;

    use_command(browser, "wallet set").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.part("modal").await;
    checked.view("form").await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.gone("[data-testid=modal]").await;

    store_the_trial_key(browser).await;
    browser.message("accepts the key").await;
    browser.say("@Viola **how** does `this` look? Tell me a ||story||").await;
    let answer = browser.message("Speaking as Viola").await;
    checked.view("growing").await;
    browser.press(&answer, "Stop").await;
    browser.message("Stopped").await;
    checked.view("stopped").await;
    use_command(browser, "usage").await;
    browser.keys("today").await;
    browser.click("[data-testid=slash-run]").await;
    browser.message("Your usage today").await;
    checked.view("usage").await;

    let menu = "const all = document.querySelectorAll('[data-testid=message]');
        all[all.length - 1].dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }));";
    browser.execute(menu, Vec::new()).await;
    browser.part("context-menu").await;
    checked.view("menu").await;
    browser.keys(&Key::Escape.to_string()).await;

    use_command(browser, "wallet remove").await;
    browser.keys(&Key::Enter.to_string()).await;
    let question = browser.message("Remove your").await;
    checked.view("confirmation").await;
    browser.press(&question, "Remove").await;
    browser.message("erased").await;
    checked.view("removed").await;
    browser.say("@Viola hello?").await;
    browser
        .execute("location.hash = document.querySelector('[data-channel-kind=dm]').hash", vec![])
        .await;
    browser.message("you have no key stored").await;
    checked.view("private-hint").await;

    browser.click("[data-testid=curtain-toggle]").await;
    browser
        .until(
            "the curtain",
            "return document.querySelector('[data-testid=curtain]')
        ?.innerText.includes('queued')",
            vec![],
        )
        .await;
    checked.view("curtain").await;
    // narrow, the panel lies over the button that opened it
    browser.keys(&Key::Escape.to_string()).await;
    browser.click("[data-testid=faults-toggle]").await;
    browser
        .until(
            "the faults",
            "return document.querySelector('[data-testid=faults]')
        ?.innerText.includes('Rate-limited')",
            vec![],
        )
        .await;
    checked.view("faults").await;
    browser.keys(&Key::Escape.to_string()).await;
}
