//! Bots of other libraries on the local Discord: what they need of it, our own bot may never use.

use std::{path::PathBuf, time::Duration};

use playground::discord::{
    LocalDiscord, Options, Person, Response, Traffic,
    world::{Author, Message},
};
use serde_json::json;
use tokio::process::Command;

use crate::{PATIENCE, descriptions, program::Program};

#[tokio::test]
async fn a_bot_of_discord_py_is_at_home() {
    let bot = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("foreign/discordpy_bot.py");
    let mut python = Command::new(extra().join("python/bin/python"));
    play("discord.py", python.arg("-u").arg(bot)).await;
}

#[tokio::test]
async fn a_bot_of_discord_js_is_at_home() {
    // node looks for modules beside the file itself
    let bot = extra().join("node/discordjs_bot.mjs");
    let mut node = Command::new("node");
    play("discord.js", node.arg(bot)).await;
}

/// Where `scripts/test-extra` has put what the bots need.
fn extra() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "no setting of the product's")]
    let set = std::env::var("TEST_EXTRA_DIR").map(PathBuf::from);
    set.unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/extra"))
}

/// Lets a bot log in and does with it what people do, while its connection breaks.
async fn play(library: &str, command: &mut Command) {
    let options = Options { heartbeat_interval: Duration::from_secs(1), ..Options::default() };
    let discord = LocalDiscord::start(options).await.unwrap();
    command.env("DISCORD_API_BASE", discord.base_url()).env("DISCORD_TOKEN", discord.token());
    let mut bot = Program::start(command);
    bot.says("ready").await;
    bot.says("registered echo form").await;
    let scene = Scene { alice: discord.user("alice"), discord: &discord, bot: &bot };
    scene.use_commands().await;
    scene.say_and_hear("one").await;

    // what is said while nobody listens is told after the resume, once
    discord.faults().refuse_gateway(true);
    discord.faults().drop_gateway();
    let nobody =
        |world: &playground::discord::world::World| (world.sessions_online() == 0).then_some(());
    assert!(discord.wait_for(PATIENCE, nobody).await.is_some(), "{}", bot.log());
    scene.alice.say("general", "echo two").unwrap();
    discord.faults().refuse_gateway(false);
    scene.resumed(1).await;
    scene.hear("two").await;
    discord.faults().request_reconnect();
    scene.resumed(2).await;
    scene.say_and_hear("three").await;
    for text in ["one", "two", "three"] {
        assert_eq!(scene.times_heard(text), 1, "{text}: {}", bot.log());
    }

    assert_eq!(bot.stop("TERM").await, Some(0), "{}", bot.log());
    assert!(bot.said().contains(&"stopped".to_owned()), "{}", bot.log());
    assert_eq!(discord.ledger().unknown_routes().len(), 0);
    println!("--- {library} said:\n{}", bot.said().join("\n"));
    if let Some(descriptions) = descriptions() {
        // not strictly: discord.js sends fields that belong elsewhere, which Discord ignores
        let report = descriptions.check(&discord.ledger().entries(), false);
        println!("--- {library}: {report}");
        assert!(report.problems.is_empty(), "{report}");
    }
}

/// Somebody and the bot.
struct Scene<'a> {
    alice: Person,
    discord: &'a LocalDiscord,
    bot: &'a Program,
}

impl Scene<'_> {
    /// A command with an answer that comes later, an option that completes itself, and a form.
    async fn use_commands(&self) {
        let proposals = self.alice.autocomplete("general", "echo", "zone", "ro").await.unwrap();
        assert!(proposals.iter().any(|one| one["value"] == "Europe/Rome"), "{proposals:?}");
        let options = json!({"text": "hello", "zone": "Europe/Rome"});
        let used = self.alice.slash("general", "echo", options).unwrap();
        let answer = used.final_message(PATIENCE).await.unwrap();
        assert_eq!(answer.content, "hello from Europe/Rome");
        assert!(answer.is_ephemeral());

        let used = self.alice.slash("general", "form", json!({})).unwrap();
        let Response::Modal { title, fields, .. } = used.response(PATIENCE).await.unwrap() else {
            panic!("no form: {}", self.bot.log())
        };
        assert_eq!((title.as_str(), fields[0].label.as_str()), ("Tell me", "Words"));
        let sent = used.submit_modal([(fields[0].custom_id.as_str(), "a line")]).unwrap();
        assert_eq!(sent.final_message(PATIENCE).await.unwrap().content, "you wrote a line");
    }

    async fn say_and_hear(&self, text: &str) {
        self.alice.say("general", &format!("echo {text}")).unwrap();
        self.hear(text).await;
    }

    /// Waits for the bot's answer, which is a reply.
    async fn hear(&self, text: &str) {
        let fits = |message: &Message| message.content == text && message.reply_to.is_some();
        let heard = self.alice.wait_for_message("general", PATIENCE, fits).await;
        assert!(heard.is_ok(), "no {text:?}:\n{}", self.bot.log());
    }

    fn times_heard(&self, text: &str) -> usize {
        let bot = Author::User(self.discord.bot());
        let seen = self.alice.visible_messages("general").unwrap();
        seen.iter().filter(|message| message.author == bot && message.content == text).count()
    }

    /// Waits until the bot has resumed so many times: it asked, and was told so.
    async fn resumed(&self, times: usize) {
        let ledger = self.discord.ledger();
        let resumed = ledger.wait_for(PATIENCE, |entries| {
            let asked =
                |what: &Traffic| matches!(what, Traffic::Received(frame) if frame["op"] == 6);
            let told =
                |what: &Traffic| matches!(what, Traffic::Sent(frame) if frame["t"] == "RESUMED");
            let count = |fits: &dyn Fn(&Traffic) -> bool| {
                entries.iter().filter(|entry| fits(&entry.what)).count()
            };
            (count(&asked) >= times && count(&told) >= times).then_some(())
        });
        assert!(resumed.await.is_some(), "no resume {times}:\n{}", self.bot.log());
        let identified = ledger.frames_received().iter().filter(|frame| frame["op"] == 2).count();
        assert_eq!(identified, 1, "it began anew:\n{}", self.bot.log());
        self.bot.says("resumed").await;
    }
}
