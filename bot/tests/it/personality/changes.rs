use playground::discord::Response;
use serde_json::json;
use shared::{
    ids::PersonalityId,
    personality::Definition,
    store::{Editor, Ownership, Replaced},
};

use super::{
    super::stage::{PATIENCE, Stage},
    ask, create, fill, stage, told,
};

async fn personality(stage: &Stage, name: &str) -> (PersonalityId, Definition, Ownership) {
    for id in stage.db.store().all_personalities().await.unwrap() {
        let (definition, owned) = stage.db.store().definition(id).await.unwrap().unwrap();
        if definition.display_name.as_str() == name {
            return (id, definition, owned);
        }
    }
    panic!("nobody is called {name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_things_are_changed_by_commands_of_their_own() {
    let stage = stage().await;
    let alice = stage.discord.user("alice");
    create(&alice, "Ada", false).await;
    let change = async |command: &str, options| {
        let mut options: serde_json::Value = options;
        options["personality"] = json!("ada");
        told(&alice, command, options).await
    };
    assert!(change("alias add", json!({ "alias": "Countess" })).await.contains("Countess"));
    assert!(change("alias add", json!({ "alias": "COUNTESS" })).await.contains("already"));
    assert!(change("alias add", json!({ "alias": "Viola" })).await.contains("Another personality"));
    assert!(change("alias add", json!({ "alias": "everyone" })).await.contains("call people"));
    assert!(change("alias list", json!({})).await.contains("Countess"));
    assert!(change("alias remove", json!({ "alias": "countess" })).await.contains("no aliases"));
    assert!(change("alias remove", json!({ "alias": "countess" })).await.contains("no alias of"));
    assert!(change("birthday", json!({ "day": "1815-12-10" })).await.contains("Saved"));
    assert!(change("birthday", json!({ "day": "1815-02-30" })).await.contains("no day"));
    assert!(change("error-message", json!({ "message": "Oh." })).await.contains("Saved"));
    let seen = change("view", json!({})).await;
    assert!(seen.contains("1815-12-10") && seen.contains("Oh."), "{seen}");
    assert!(change("visibility", json!({ "who": 1 })).await.contains("**private**"));
    assert!(change("visibility", json!({ "who": 0 })).await.contains("**public**"));
    let set = change("config", json!({ "temperature": 0.5, "history": 7, "roles": 20 })).await;
    assert!(set.contains("temperature: **0.5**") && set.contains("history: **7**"), "{set}");
    let wrong = change("config", json!({ "temperature": 2.5, "history": 201, "roles": 0 })).await;
    for range in
        ["`temperature` has to be 0–2", "`history` has to be 0–200", "`roles` has to be 1–20"]
    {
        assert!(wrong.contains(range), "{wrong}");
    }
    let wrong = change("config", json!({ "model": "https://evil.example/model" })).await;
    assert!(wrong.contains("no model's id"), "{wrong}");
    let reset = change("config", json!({ "reset": 3 })).await;
    assert!(reset.contains("temperature: the model's own") && reset.contains("**7**"), "{reset}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_filled_and_an_edit_over_a_newer_one_is_refused() {
    let stage = stage().await;
    let alice = stage.discord.user("alice");
    create(&alice, "Ada", false).await;
    let edit = json!({ "personality": "ada", "part": 0 });
    let late = alice.slash("general", "personality edit", edit.clone()).unwrap();
    let Response::Modal { fields, .. } = late.response(PATIENCE).await.unwrap() else { panic!() };
    assert_eq!(fields[0].value, "You are a test.");
    let saved = fill(&alice, "edit", edit, &[("prompt1", "You are new.")]).await;
    assert!(saved.content.contains("Saved"), "{}", saved.content);
    let sent = late.submit_modal([("prompt1", "You are old.")]).unwrap();
    let refused = sent.final_message(PATIENCE).await.unwrap();
    assert!(refused.content.contains("Somebody changed this"), "{}", refused.content);
    assert!(told(&alice, "view", json!({ "personality": "ada" })).await.contains("You are new."));
    // who has seen that may go on with what they typed
    let again = alice.click(refused.id, "Open the form again").unwrap();
    let Response::Modal { fields, .. } = again.response(PATIENCE).await.unwrap() else { panic!() };
    assert_eq!(fields[0].value, "You are old.");
    let sent = again.submit_modal([("prompt1", "You are both.")]).unwrap();
    assert!(sent.final_message(PATIENCE).await.unwrap().content.contains("Saved"));

    // a long prompt has the same words between its parts, whatever the prompt is by then
    let long = "word ".repeat(1_700).trim_end().to_owned();
    let (id, definition, owned) = personality(&stage, "Ada").await;
    let by = Editor { user: owned.owner.unwrap(), manages: false };
    let with = Definition { system_prompt: long.clone(), ..definition };
    let store = stage.db.store();
    let replaced = store.replace_definition(id, by, &with, owned.updated_at).await.unwrap();
    let Replaced::Done(at) = replaced else { panic!("{replaced:?}") };
    let edit = json!({ "personality": "ada", "part": 0 });
    let late = alice.slash("general", "personality edit", edit).unwrap();
    let Response::Modal { fields, .. } = late.response(PATIENCE).await.unwrap() else { panic!() };
    let typed: Vec<(String, String)> = fields
        .iter()
        .filter(|field| !field.value.is_empty())
        .map(|field| (field.custom_id.clone(), field.value.clone()))
        .collect();
    assert!(typed.len() > 1);
    let short = Definition { system_prompt: "Short.".into(), ..with };
    let replaced = store.replace_definition(id, by, &short, at).await.unwrap();
    assert!(matches!(replaced, Replaced::Done(_)));
    let as_typed = || typed.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let sent = late.submit_modal(as_typed()).unwrap();
    let refused = sent.final_message(PATIENCE).await.unwrap();
    let again = alice.click(refused.id, "Open the form again").unwrap();
    again.response(PATIENCE).await.unwrap();
    let sent = again.submit_modal(as_typed()).unwrap();
    assert!(sent.final_message(PATIENCE).await.unwrap().content.contains("Saved"));
    assert_eq!(personality(&stage, "Ada").await.1.system_prompt, long);

    let both = json!({ "personality": "ada", "advanced": true, "history": 7 });
    let told = told(&alice, "config", both).await;
    assert!(told.contains("Nothing was changed"), "{told}");
    let advanced = json!({ "personality": "ada", "advanced": true });
    let wrong = [("advanced", "{\"magic\": 1, \"top_k\": -1}")];
    let wrong = fill(&alice, "config", advanced.clone(), &wrong).await;
    assert!(wrong.content.contains("`magic`") && wrong.content.contains("`top_k`"));
    let saved = fill(&alice, "config", advanced, &[("advanced", "{\"seed\": 7}")]).await;
    assert!(saved.content.contains("advanced: seed"), "{}", saved.content);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personality_is_given_away_with_its_names() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    create(&alice, "Ada", true).await;
    let to_bob = json!({ "personality": "Ada", "to": "bob" });
    let question = ask(&alice, "transfer", to_bob).await;
    assert!(question.content.contains("can't take it back"), "{}", question.content);
    alice.click(question.id, "Give it away").unwrap();
    let given = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("**theirs**")).cloned()
    });
    assert!(given.await.is_some());
    assert!(told(&alice, "view", json!({ "personality": "Ada" })).await.contains("nobody of that"));
    assert!(told(&bob, "view", json!({ "personality": "Ada" })).await.contains("You are a test."));
    stage.stop().await;
}
