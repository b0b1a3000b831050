use playground::discord::Response;
use serde_json::json;
use shared::{
    model::{FinishReason, RequestState},
    store::{CallEnd, CallRecord, Fenced, Spending},
};

use super::{
    super::stage::{PATIENCE, Stage},
    ask, create, fill, stage, told,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_personality_is_made_looked_at_listed_and_deleted() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let fields = [
        ("name", "Ada Lovelace"),
        ("aliases", "Countess, Zoe"),
        ("prompt1", "You are Ada."),
        ("prompt2", "You like numbers."),
        ("error", "The engine is stuck."),
    ];
    let made = fill(&alice, "create", json!({}), &fields).await;
    assert!(made.content.contains("**Ada Lovelace** is there"), "{}", made.content);

    let seen = told(&alice, "view", json!({ "personality": "zoe" })).await;
    for part in ["Ada Lovelace", "Countess, Zoe", "The engine is stuck.", "You are Ada.\nYou like"]
    {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    // whoever can't change it does not read its prompt
    let seen = told(&bob, "view", json!({ "personality": "Ada Lovelace" })).await;
    assert!(seen.contains("The engine is stuck.") && !seen.contains("You are Ada."), "{seen}");
    let refused = told(&bob, "delete", json!({ "personality": "Ada Lovelace" })).await;
    assert!(refused.contains("somebody else's"), "{refused}");

    let listed = told(&alice, "list", json!({ "of": 1 })).await;
    assert!(listed.contains("- Ada Lovelace"), "{listed}");
    assert!(told(&bob, "list", json!({ "of": 1 })).await.contains("no personalities"));
    assert!(told(&bob, "list", json!({})).await.contains("- Viola"));

    let question = ask(&alice, "delete", json!({ "personality": "Ada Lovelace" })).await;
    alice.click(question.id, "Delete for good").unwrap();
    let gone = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("**gone**")).cloned()
    });
    assert!(gone.await.is_some_and(|message| message.components.is_empty()));
    let seen = told(&alice, "view", json!({ "personality": "Ada Lovelace" })).await;
    assert!(seen.contains("nobody of that name"), "{seen}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_owners_create_unless_everybody_may() {
    let stage = Stage::start().await;
    let bob = stage.discord.user("bob");
    let refused = bob.slash("general", "personality create", json!({})).unwrap();
    let refused = refused.response(PATIENCE).await.unwrap();
    let Response::Message { message, ephemeral: true } = refused else { panic!("{refused:?}") };
    assert!(message.content.contains("PERSONALITY_CREATORS"), "{}", message.content);
    let person = stage.db.person(stage.account("bob").get()).await;
    stage.db.store().set_superuser(person.id, true).await.unwrap();
    assert!(create(&bob, "Finn", false).await.contains("is there"));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_never_lost() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let prompt = "A long prompt that nobody wants to type twice.";
    let fields = [("name", "Clyde"), ("aliases", "Bonnie"), ("prompt1", prompt)];
    let refused = fill(&alice, "create", json!({}), &fields).await;
    assert!(refused.content.contains("\"discord\" or \"clyde\""), "{}", refused.content);
    assert!(bob.click(refused.id, "Open the form again").is_err());
    let form = alice.click(refused.id, "Open the form again").unwrap();
    let Response::Modal { fields, .. } = form.response(PATIENCE).await.unwrap() else { panic!() };
    let value = |name: &str| fields.iter().find(|it| it.custom_id == name).unwrap().value.clone();
    assert_eq!([value("name"), value("aliases"), value("prompt1")], ["Clyde", "Bonnie", prompt]);
    let again = [("name", "Cleo"), ("aliases", "Bonnie"), ("prompt1", prompt)];
    let sent = form.submit_modal(again).unwrap();
    let made = sent.final_message(PATIENCE).await.unwrap();
    assert!(made.content.contains("**Cleo** is there"), "{}", made.content);
    // a key is not kept, not even for an hour
    let key = format!("sk-or-v1-{}", "0123abcd".repeat(8));
    let fields = [("name", "Finn"), ("aliases", ""), ("prompt1", key.as_str())];
    let refused = fill(&alice, "create", json!({}), &fields).await;
    assert!(refused.content.contains("API key") && refused.components.is_empty());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personality_deleted_while_it_answers_ends_visibly_and_is_paid_for() {
    let mut stage = stage().await;
    let alice = stage.discord.user("alice");
    let person = stage.with_key("alice").await;
    create(&alice, "Ada", false).await;
    alice.say("general", "@Ada hello").unwrap();
    assert_eq!(stage.woken().await, person.id);
    let (store, worker) =
        (stage.db.store().clone(), shared::ids::WorkerId::new(&**stage.db.clock()));
    store.register_worker(worker).await.unwrap();
    let request = store.claim(worker, person.id, 3).await.unwrap().expect("a request");
    let fenced = store.fence(&request, request.api_key_id, &Spending::default()).await.unwrap();
    assert!(matches!(fenced, Fenced::MayCall), "{fenced:?}");

    let question = ask(&alice, "delete", json!({ "personality": "Ada" })).await;
    alice.click(question.id, "Delete for good").unwrap();
    let gone = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("**gone**")).cloned()
    });
    gone.await.expect("it was deleted");
    let end = CallEnd::Answered { text: "Farewell!".into(), finish: FinishReason::Stop };
    assert!(store.finish(&request, &end, &CallRecord::default()).await.unwrap());
    stage.nudges.nudge(person.id).await;
    let answer = alice.wait_for_message("general", PATIENCE, |m| m.content.contains("Farewell!"));
    assert!(answer.await.is_ok());
    assert_eq!(stage.states().await, [RequestState::Answered]);
    assert_eq!(stage.db.usage().await.len(), 1);
    stage.stop().await;
}
