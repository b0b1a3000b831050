//! Bob never learns of alice's private personality: what he is told of it is, to the byte, what he is
//! told of one that does not exist, even as a superuser.

use playground::discord::{Person, Response};
use serde_json::{Value, json};

use super::{super::stage::PATIENCE, create, stage, told};

/// Every command that names a personality, with the options it needs.
fn commands() -> Vec<(&'static str, Value)> {
    vec![
        ("view", json!({})),
        ("delete", json!({})),
        ("alias add", json!({ "alias": "Other" })),
        ("alias remove", json!({ "alias": "Hidden Alias" })),
        ("alias list", json!({})),
        ("avatar", json!({ "remove": true })),
        ("avatar", json!({ "url": "https://a.example/x.png" })),
        ("birthday", json!({ "day": "11-27" })),
        ("birthday", json!({ "day": "nonsense" })),
        ("error-message", json!({ "message": "Oh." })),
        ("visibility", json!({ "who": 0 })),
        ("transfer", json!({ "to": "bob" })),
        ("config", json!({})),
        ("config", json!({ "temperature": 1.0 })),
        ("config", json!({ "temperature": 7.0 })),
        ("export", json!({})),
    ]
}

async fn answers(person: &Person, name: &str) -> Vec<String> {
    let mut answers = Vec::new();
    for (command, mut options) in commands() {
        options["personality"] = json!(name);
        answers.push(format!("{command}: {}", told(person, command, options).await));
    }
    // those that open a form otherwise
    for (command, mut options) in [
        ("edit", json!({ "part": 0 })),
        ("edit", json!({ "part": 1 })),
        ("config", json!({ "advanced": true })),
    ] {
        options["personality"] = json!(name);
        let asked = person.slash("general", &format!("personality {command}"), options).unwrap();
        let answer = asked.response(PATIENCE).await.unwrap();
        let Response::Message { message, ephemeral: true } = answer else { panic!("{answer:?}") };
        answers.push(format!("{command}: {}", message.content));
    }
    answers
}

async fn suggestions(person: &Person, partial: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for (command, _) in commands() {
        let command = format!("personality {command}");
        found.extend(
            person.autocomplete("general", &command, "personality", partial).await.unwrap(),
        );
    }
    found.extend(person.autocomplete("general", "chat", "personality", partial).await.unwrap());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_personality_does_not_exist_for_anybody_else() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    stage.with_key("bob").await;
    let fields = [("name", "Hidden Name"), ("aliases", "Hidden Alias"), ("prompt1", "Secret.")];
    super::fill(&alice, "create", json!({ "private": true }), &fields).await;
    assert!(
        told(&alice, "view", json!({ "personality": "hidden alias" })).await.contains("Secret.")
    );
    assert!(!suggestions(&alice, "hidden").await.is_empty());

    let bobs = stage.db.person(stage.account("bob").get()).await;
    for superuser in [false, true] {
        stage.db.store().set_superuser(bobs.id, superuser).await.unwrap();
        let nobody = answers(&bob, "No Such Name").await;
        assert_eq!(answers(&bob, "Hidden Name").await, nobody);
        assert_eq!(answers(&bob, "Hidden Alias").await, nobody);
        assert_eq!(suggestions(&bob, "hidden").await, Vec::<Value>::new());
        for of in [0, 1] {
            let listed = told(&bob, "list", json!({ "of": of })).await;
            assert!(!listed.contains("Hidden"), "{listed}");
        }
    }
    // a message to it is a message to nobody
    bob.say("general", "@Hidden Name are you there?").unwrap();
    let chat = json!({ "personality": "Hidden Name", "message": "Hello?" });
    let refused = bob.slash("general", "chat", chat).unwrap();
    let to_it = refused.followup(1, PATIENCE).await.unwrap();
    let chat = json!({ "personality": "No Such Name", "message": "Hello?" });
    let refused = bob.slash("general", "chat", chat).unwrap();
    assert_eq!(to_it.content, refused.followup(1, PATIENCE).await.unwrap().content);
    assert!(stage.db.requests().await.is_empty());
    // its names are free, so that making one tells nothing either
    assert!(create(&bob, "Hidden Name", true).await.contains("**Hidden Name** is there"));
    assert!(create(&bob, "Hidden Alias", false).await.contains("**Hidden Alias** is there"));
    // alice's own wins over the public one, for her alone
    assert!(
        told(&alice, "view", json!({ "personality": "hidden alias" })).await.contains("Secret.")
    );
    stage.stop().await;
}

/// Neither does it for the owner of the bot, who is alice here.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_the_bot_is_no_exception() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    assert!(create(&bob, "Hidden Name", true).await.contains("**Hidden Name** is there"));
    assert_eq!(answers(&alice, "Hidden Name").await, answers(&alice, "No Such Name").await);
    assert_eq!(suggestions(&alice, "hidden").await, Vec::<Value>::new());
    stage.stop().await;
}
