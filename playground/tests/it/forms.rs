//! Forms with every kind of field, and how what was filled in reaches the bot.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use playground::discord::{ActError, File, Invocation, LocalDiscord};
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, PATIENCE, Rest, callback, discord},
    window::Window,
};

/// Has a bot open a form for alice.
async fn open(discord: &LocalDiscord, components: Value) -> (Gateway, Invocation) {
    let rest = Rest::new(discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let commands = format!("/applications/{}/commands", discord.bot());
    let file = json!({"type": 11, "name": "file", "description": "x"});
    let form = json!([{"name": "form", "description": "x", "options": [file]}]);
    rest.ok("PUT", &commands, form).await;
    let invocation = discord.user("alice").slash("general", "form", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let modal = json!({"custom_id": "m", "title": "T", "components": components});
    rest.ok("POST", &callback(&event), json!({"type": 9, "data": modal})).await;
    invocation.response(PATIENCE).await.unwrap();
    (gateway, invocation)
}

fn label(component: Value) -> Value {
    let mut label = json!({"type": 18, "label": "L"});
    label["component"] = component;
    label
}

fn refused(form: &Invocation, fields: &Value) -> String {
    match form.submit(fields.as_object().unwrap()).err() {
        Some(ActError::BadField { field, .. }) => field,
        other => panic!("{fields}: {other:?}"),
    }
}

#[tokio::test]
async fn texts_and_menus_of_a_form_come_back_in_their_places() {
    let discord = discord().await;
    let options = json!([{"label": "A", "value": "a"}, {"label": "B", "value": "b"}, {"label": "C", "value": "c"}]);
    let components = json!([
        {"type": 10, "content": "Read this"},
        label(json!({"type": 4, "custom_id": "text", "style": 2, "value": "usual", "id": 70})),
        label(json!({"type": 3, "custom_id": "some", "options": options, "min_values": 2, "max_values": 3, "required": false})),
        label(json!({"type": 5, "custom_id": "people", "max_values": 2})),
        label(json!({"type": 8, "custom_id": "place", "channel_types": [0], "required": false})),
    ]);
    let (mut gateway, form) = open(&discord, components).await;
    let bob = discord.user("bob").id().to_string();
    let general = discord.channel("general").unwrap().to_string();
    let rehearsal = discord.channel("rehearsal").unwrap();
    let fine = json!({"some": ["a", "c"], "people": [bob], "place": [general]});
    let with = |name: &str, value: Value| {
        let mut fields = fine.clone();
        fields[name] = value;
        fields
    };
    for (name, value) in [
        ("text", json!(7)),
        ("text", json!("")),
        ("some", json!(["a"])),
        ("some", json!(["a", "a"])),
        ("some", json!(["a", "x"])),
        ("some", json!("a")),
        ("people", json!([])),
        ("people", json!(["1"])),
        ("place", json!([rehearsal])),
        ("other", json!("x")),
    ] {
        assert_eq!(refused(&form, &with(name, value)), name);
    }
    form.submit(fine.as_object().unwrap()).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&event["type"], &event["data"]["custom_id"]), (&json!(5), &json!("m")));
    let rows = event["data"]["components"].as_array().unwrap();
    let kinds: Vec<&Value> = rows.iter().map(|row| &row["type"]).collect();
    assert_eq!(kinds, [10, 18, 18, 18, 18]);
    let mut ids: Vec<u64> = Vec::new();
    for component in rows.iter().chain(rows.iter().filter_map(|row| row.get("component"))) {
        ids.push(component["id"].as_u64().unwrap());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 9, "each has an id of its own");
    let field = |at: usize| &rows[at]["component"];
    assert_eq!(field(1), &json!({"type": 4, "id": 70, "custom_id": "text", "value": "usual"}));
    assert_eq!((&field(2)["type"], &field(2)["values"]), (&json!(3), &json!(["a", "c"])));
    assert_eq!((&field(3)["type"], &field(3)["values"]), (&json!(5), &json!([bob])));
    assert_eq!((&field(4)["type"], &field(4)["values"]), (&json!(8), &json!([general])));
    let resolved = &event["data"]["resolved"];
    assert_eq!(resolved["users"][&bob]["username"], "bob");
    assert_eq!(resolved["channels"][&general]["name"], "general");

    let bare = with("some", json!([]));
    let mut bare = bare.as_object().unwrap().clone();
    bare.remove("place");
    form.submit(&bare).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let rows = &event["data"]["components"];
    let empty = (&rows[2]["component"]["values"], &rows[4]["component"]["values"]);
    assert_eq!(empty, (&json!([]), &json!([])));
    assert_eq!(event["data"]["resolved"].get("channels"), None);
}

#[tokio::test]
async fn what_is_ticked_comes_back_as_it_was_ticked() {
    let discord = discord().await;
    let options = json!([{"label": "A", "value": "a"}, {"label": "B", "value": "b"}, {"label": "C", "value": "c"}]);
    let components = json!([
        label(json!({"type": 21, "custom_id": "one", "options": options})),
        label(json!({"type": 21, "custom_id": "maybe", "options": options, "required": false})),
        // without max_values, all of a group may be ticked
        label(json!({"type": 22, "custom_id": "all", "options": options})),
        label(
            json!({"type": 22, "custom_id": "two", "options": options, "max_values": 2, "required": false})
        ),
        label(json!({"type": 23, "custom_id": "yes"})),
    ]);
    let (mut gateway, form) = open(&discord, components).await;
    let fine = json!({"one": "b", "maybe": null, "all": ["a", "b", "c"], "two": [], "yes": true});
    for (name, value) in [
        ("one", Value::Null),
        ("one", json!("x")),
        ("one", json!(["a"])),
        ("maybe", json!("x")),
        ("all", json!([])),
        ("all", json!(["a", "a"])),
        ("two", json!(["a", "b", "c"])),
        ("two", json!(["x"])),
        ("yes", json!("yes")),
    ] {
        let mut fields = fine.clone();
        fields[name] = value;
        assert_eq!(refused(&form, &fields), name, "{fields}");
    }
    form.submit(fine.as_object().unwrap()).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let told: Vec<Value> = event["data"]["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let mut field = row["component"].clone();
            field.as_object_mut().unwrap().remove("id");
            field
        })
        .collect();
    let want = json!([
        {"type": 21, "custom_id": "one", "value": "b"},
        {"type": 21, "custom_id": "maybe", "value": null},
        {"type": 22, "custom_id": "all", "values": ["a", "b", "c"]},
        {"type": 22, "custom_id": "two", "values": []},
        {"type": 23, "custom_id": "yes", "value": true}]);
    assert_eq!(Value::Array(told), want);
    let unticked = json!({"one": "a", "all": ["c"]});
    form.submit(unticked.as_object().unwrap()).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(event["data"]["components"][4]["component"]["value"], false);
}

#[tokio::test]
async fn files_come_with_a_form_and_with_an_option() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let upload = |name: &str| json!({"filename": name, "content_type": "text/plain", "base64": STANDARD.encode(name)});
    let components = json!([
        label(json!({"type": 19, "custom_id": "files", "max_values": 2})),
        label(
            json!({"type": 19, "custom_id": "more", "required": false, "min_values": 2, "max_values": 3})
        )
    ]);
    let (mut gateway, form) = open(&discord, components).await;
    let submit = |files: Value, more: Value| json!({"do": "submit", "token": form.token(), "fields": {"files": files, "more": more}});
    let (one, none) = (json!([upload("a.txt")]), json!([]));
    for (files, more) in [
        (none.clone(), none.clone()),
        (json!([upload("a"), upload("b"), upload("c")]), none.clone()),
        (json!(["1"]), none.clone()),
        (json!([{"filename": "a"}]), none.clone()),
        (json!([{"filename": "a", "base64": "?"}]), none.clone()),
        (one.clone(), one.clone()),
    ] {
        window.refused("alice", submit(files, more)).await;
    }
    let both = submit(json!([upload("a.txt"), upload("b.txt")]), none);
    let send = window.act("alice", &both);
    let heard = async {
        let mut event = gateway.event("INTERACTION_CREATE").await;
        let data = event["data"].take();
        let files = data["components"][0]["component"]["values"].as_array().unwrap().clone();
        for (id, name) in files.iter().zip(["a.txt", "b.txt"]) {
            let file = &data["resolved"]["attachments"][id.as_str().unwrap()];
            assert_eq!((&file["filename"], &file["size"]), (&json!(name), &json!(5)));
            let fetched = reqwest::get(file["url"].as_str().unwrap()).await.unwrap();
            assert_eq!(fetched.bytes().await.unwrap(), name);
        }
        assert_eq!(data["components"][1]["component"]["values"], json!([]));
        Rest::new(&discord).ok("POST", &callback(&event), json!({"type": 6})).await;
    };
    assert_eq!(tokio::join!(send, heard).0, (200, json!({"reply": "nothing"})));

    let alice = discord.user("alice");
    let file =
        File { filename: "c.txt".into(), content_type: "text/plain".into(), bytes: "c.txt".into() };
    assert!(alice.slash("general", "form", json!({"file": "1"})).is_err());
    let id = alice.upload("general", file).unwrap();
    alice.slash("general", "form", json!({"file": id})).unwrap();
    let data = gateway.event("INTERACTION_CREATE").await["data"].take();
    assert_eq!(data["options"][0], json!({"type": 11, "name": "file", "value": id}));
    assert_eq!(data["resolved"]["attachments"][id.to_string()]["filename"], "c.txt");
}
