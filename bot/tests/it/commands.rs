use std::time::{Duration, Instant};

use playground::discord::Response;
use serde_json::json;
use shared::{
    model::Provider,
    offered::{ModelServer, Offered},
};

use super::stage::{PATIENCE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_registered() {
    let stage = Stage::start().await;
    let mut names = stage.discord.look(|world| {
        world.commands().iter().map(|command| command.name.clone()).collect::<Vec<_>>()
    });
    names.sort();
    let slash =
        ["channel", "chat", "history", "model", "personality", "server", "timezone", "usage"];
    let expected = [&["Delete", "Regenerate", "Who asked"][..], &slash, &["wallet"]].concat();
    assert_eq!(names, expected);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timezone_is_set_shown_and_used() {
    let stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let ask = async |command: &str, options| {
        let asked = alice.slash("general", command, options).unwrap();
        let first = asked.response(PATIENCE).await.unwrap();
        assert!(matches!(first, Response::Deferred { ephemeral: true }), "{command}: {first:?}");
        asked.final_message(PATIENCE).await.unwrap().content
    };
    assert!(ask("timezone show", json!({})).await.contains("**UTC**"));
    let unknown = ask("timezone set", json!({"timezone": "Europe/Berln"})).await;
    assert!(unknown.contains("Did you mean `Europe/Berlin`?"), "{unknown}");
    let set = ask("timezone set", json!({"timezone": "europe/berlin"})).await;
    assert!(set.contains("**Europe/Berlin**: Sunday, 1 March 2026, 13:00"), "{set}");
    assert!(ask("timezone show", json!({})).await.contains("**Europe/Berlin**"));
    let usage = ask("usage", json!({"period": "week"})).await;
    assert!(usage.contains("since Monday, 23 February 2026, 00:00 (Europe/Berlin)"), "{usage}");
    assert!(ask("usage", json!({"period": "all"})).await.contains("Nothing was charged"));
    let found =
        alice.autocomplete("general", "timezone set", "timezone", "new york").await.unwrap();
    assert_eq!(found, [json!({"name": "America/New_York", "value": "America/New_York"})]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_acknowledged_while_the_database_is_locked() {
    let stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let person = stage.db.person(stage.account("alice").get()).await;
    let held = stage.db.hold_lock_of(person).await;
    let asked =
        alice.slash("general", "timezone set", json!({"timezone": "Europe/Berlin"})).unwrap();
    let began = Instant::now();
    let first = asked.response(Duration::from_secs(3)).await.unwrap();
    assert!(matches!(first, Response::Deferred { ephemeral: true }), "{first:?}");
    assert!(began.elapsed() < Duration::from_secs(3));
    let answer = asked.final_message(PATIENCE).await.unwrap();
    assert!(answer.content.contains("**not accepted**"), "{}", answer.content);
    // two seconds for the database, and not the five that it would take by itself
    assert!(began.elapsed() < Duration::from_millis(4_800), "{:?}", began.elapsed());
    let message = alice.say("general", "@Viola are you there?").unwrap();
    let told = alice.wait_for_message("general", PATIENCE, |m| m.reply_to == Some(message));
    assert!(told.await.unwrap().content.contains("**not accepted**"));
    held.release().await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_is_accepted_and_what_is_private_stays_private() {
    let mut stage = Stage::start().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let person = stage.with_key("alice").await;
    stage.db.personality("Secret Friend", Some(person)).await;

    let names = |choices: Vec<serde_json::Value>| {
        choices.iter().map(|choice| choice["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let seen = alice.autocomplete("general", "chat", "personality", "").await.unwrap();
    assert_eq!(names(seen), ["Secret Friend", "Viola"]);
    let seen = bob.autocomplete("general", "chat", "personality", "secret").await.unwrap();
    assert!(seen.is_empty(), "{seen:?}");

    let chat =
        |personality: &str, message: &str| json!({"personality": personality, "message": message});
    let asked = alice.slash("general", "chat", chat("viola", "Hello?")).unwrap();
    let first = asked.response(PATIENCE).await.unwrap();
    assert!(matches!(first, Response::Deferred { ephemeral: false }), "{first:?}");
    assert_eq!(stage.woken().await, person.id);
    assert_eq!(stage.db.requests().await.len(), 1);

    // two that look the same to somebody else: a private name, and no name at all
    let mut answers = Vec::new();
    for name in ["Secret Friend", "Nobody"] {
        let refused = bob.slash("general", "chat", chat(name, "Hello?")).unwrap();
        let told = refused.followup(1, PATIENCE).await.unwrap();
        assert!(told.is_ephemeral(), "{}", told.content);
        answers.push(told.content);
    }
    assert_eq!(answers[0], answers[1]);
    let refused = bob.slash("general", "chat", chat("Viola", "Hello?")).unwrap();
    let told = refused.followup(1, PATIENCE).await.unwrap();
    assert!(told.is_ephemeral() && told.content.contains("`/wallet set`"), "{}", told.content);

    let empty = alice.slash("general", "chat", chat("Viola", "   ")).unwrap();
    let Response::Message { message, ephemeral } = empty.response(PATIENCE).await.unwrap() else {
        panic!()
    };
    assert!(ephemeral && message.content.contains("nothing in your message"));
    let key = format!("my key is sk-or-v1-{}", "0123abcd".repeat(8));
    let leaked = alice.slash("general", "chat", chat("Viola", &key)).unwrap();
    let Response::Message { message, ephemeral } = leaked.response(PATIENCE).await.unwrap() else {
        panic!()
    };
    assert!(ephemeral && message.content.contains("revoke that key"), "{}", message.content);
    assert_eq!(stage.db.requests().await.len(), 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_chosen_at_its_provider() {
    let name = "ollama".parse().unwrap();
    let stage = Stage::start_with(|env| {
        let server = ModelServer { name, asks_for_key: false };
        env.requests.offered = Offered::new(vec![server], Vec::new());
    })
    .await;
    let alice = stage.discord.user("alice");
    let offered = alice.autocomplete("general", "model set", "provider", "oll").await.unwrap();
    assert_eq!(offered, [json!({"name": "ollama", "value": "ollama"})]);
    let choose = async |model: &str, provider: &str| {
        let chosen = json!({"model": model, "provider": provider});
        stage.private(&alice.slash("general", "model set", chosen).unwrap()).await
    };
    let unknown = choose("llama3.1:8b", "vllm").await;
    assert!(unknown.contains("ollama") && unknown.contains("Nothing was changed"), "{unknown}");
    assert!(choose("openai/gpt-5", "OpenAI").await.contains("one word"));
    let keyed = choose("gpt-5-mini", "openai").await;
    assert!(keyed.contains("`gpt-5-mini`") && keyed.contains("for OpenAI"), "{keyed}");
    let free = choose("llama3.1:8b", "Ollama").await;
    assert!(free.contains("`llama3.1:8b`") && free.contains("nobody pays"), "{free}");
    // what was chosen last is whom the next message asks, without any key
    alice.say("general", "@Viola hello").unwrap();
    let person = stage.db.person(stage.account("alice").get()).await;
    let asked = stage.discord.wait_for(PATIENCE, |world| {
        world.all_messages().find(|m| m.webhook_name() == Some("Viola")).map(|m| m.id)
    });
    assert!(asked.await.is_some(), "no placeholder: nobody was asked");
    let chosen = stage.db.store().user_models(person.id).await.unwrap();
    assert_eq!(chosen[0].provider, Provider::Server(name));
    stage.stop().await;
}
