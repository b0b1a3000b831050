//! Commands for moderators, sent by somebody who is none: Discord hides them, but a server's settings
//! may show them to anybody.

use playground::discord::Person;
use serde_json::{Value, json};

use super::stage::Stage;

async fn told(stage: &Stage, who: &Person, command: &str, options: Value) -> String {
    let used = who.slash("general", command, options).unwrap();
    stage.private(&used).await
}

/// Each command, with options that would change something.
fn commands(channel: &str) -> Vec<(&'static str, Value)> {
    let (viola, general) = (json!({"personality": "viola"}), json!({"channel": channel}));
    vec![
        ("channel activate", json!({"personality": "orsino"})),
        ("channel deactivate", viola.clone()),
        ("channel list", json!({})),
        ("server off", json!({})),
        ("server on", json!({})),
        ("server status", json!({})),
        ("server channels allow", general.clone()),
        ("server channels disallow", general),
        ("server channels all", json!({})),
        ("server personalities allow", viola.clone()),
        ("server personalities disallow", viola),
        ("server personalities disallow", json!({"personality": "nobody"})),
        ("server personalities all", json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_refused_and_changes_nothing() {
    let stage = Stage::start().await;
    for name in ["Orsino", "Feste"] {
        stage.db.personality(name, None).await;
    }
    let (mo, bob) = (stage.moderator("mo"), stage.discord.user("bob"));
    let general = stage.discord.channel("general").unwrap().to_string();
    let backstage = stage.discord.channel("backstage").unwrap().to_string();
    // something to lose
    told(&stage, &mo, "channel activate", json!({"personality": "viola"})).await;
    told(&stage, &mo, "server channels disallow", json!({"channel": backstage})).await;
    told(&stage, &mo, "server personalities disallow", json!({"personality": "feste"})).await;
    let decided = async || {
        let active = told(&stage, &mo, "channel list", json!({})).await;
        active + &told(&stage, &mo, "server status", json!({})).await
    };
    let before = decided().await;
    assert!(before.contains("Viola") && before.contains("Feste") && before.contains(&backstage));

    for (command, options) in commands(&general) {
        assert!(bob.slash("general", command, options).is_err(), "{command} is not offered");
    }
    stage.discord.let_everybody_use("channel");
    stage.discord.let_everybody_use("server");
    for (command, options) in commands(&general) {
        let right = if command.starts_with("channel") { "Channels" } else { "Server" };
        let refused = told(&stage, &bob, command, options).await;
        let said = format!("Only somebody with the permission *Manage {right}* can do that.");
        assert_eq!(refused, said, "{command}");
    }
    assert_eq!(decided().await, before);
    stage.stop().await;
}
