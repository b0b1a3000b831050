//! What Discord refuses and its `OpenAPI` document does not say, so that nobody else would notice.

use playground::discord::Snowflake;
use serde_json::{Value, json};

use crate::bot::{Gateway, Rest, Watched, discord};

/// The flag of Components V2.
const V2: u64 = 1 << 15;

fn text(content: &str) -> Value {
    json!({"type": 10, "content": content})
}

fn button(custom_id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": "x", "custom_id": custom_id})
}

fn row(component: &Value) -> Value {
    json!({"type": 1, "components": [component]})
}

fn select(more: &Value) -> Value {
    let mut select = json!({"type": 3, "custom_id": "s", "options": [
        {"label": "One", "value": "1"}, {"label": "Two", "value": "2"}, {"label": "Three", "value": "3"}]});
    select.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    select
}

/// A place to post to, and the bot that posts.
fn place(discord: &Watched) -> (Rest, String) {
    let general = discord.channel("general").unwrap();
    (Rest::new(discord), format!("/channels/{general}/messages"))
}

async fn refuses(rest: &Rest, method: &str, path: &str, bodies: impl IntoIterator<Item = Value>) {
    for body in bodies {
        assert_eq!(rest.fails(method, path, body.clone()).await, (400, 50035), "{body}");
    }
}

#[tokio::test]
async fn components_v2_take_the_place_of_everything_else() {
    let discord = discord().await;
    let (rest, path) = place(&discord);
    let v2 = |components: Value| json!({"flags": V2, "components": components});
    let gallery = json!({"type": 12, "items": [{"media": {"url": "https://example.com/a.png"}}]});
    let section = json!({"type": 9, "components": [text("a")], "accessory": button("b")});
    let thumbnail = json!({"type": 11, "media": {"url": "https://example.com/a.png"}});
    let beside = json!({"type": 9, "components": [text("a")], "accessory": thumbnail});
    let separator = json!({"type": 14});
    let container = json!({"type": 17, "components": [text("in"), row(&button("c")), separator]});
    let all =
        v2(json!([text("hi"), gallery, section, beside, container, row(&select(&json!({})))]));
    let sent = rest.ok("POST", &path, all).await;
    assert_eq!((&sent["flags"], &sent["content"]), (&json!(V2), &json!("")));
    assert_eq!(sent["components"][4]["components"][2]["divider"], true);

    let mut with_content = v2(json!([text("hi")]));
    with_content["content"] = json!("x");
    let mut with_embeds = v2(json!([text("hi")]));
    with_embeds["embeds"] = json!([{"title": "x"}]);
    let bad_section = json!({"type": 9, "components": [text("a")]});
    refuses(&rest, "POST", &path, [
        with_content,
        with_embeds,
        json!({"content": "x", "components": [text("no flag")]}),
        v2(Value::Array(vec![text("x"); 41])),
        v2(json!([{"type": 17, "components": vec![text("x"); 40]}])),
        v2(json!([text(&"x".repeat(2_001)), text(&"x".repeat(2_000))])),
        v2(json!([text("")])),
        v2(json!([bad_section])),
        v2(json!([{"type": 17, "components": [{"type": 17, "components": [text("x")]}]}])),
        v2(json!([{"type": 10, "id": 7, "content": "a"}, {"type": 10, "id": 7, "content": "b"}])),
        v2(json!([{"type": 13, "file": {"url": "https://example.com/a.png"}}])),
        v2(json!([button("alone")])),
    ])
    .await;
    let ids = v2(json!([{"type": 10, "id": 1, "content": "a"}, text("b")]));
    let sent = rest.ok("POST", &path, ids).await;
    assert_eq!(sent["components"][1]["id"], 2, "an id that is taken is not given again");
}

#[tokio::test]
async fn components_v2_cannot_be_taken_back() {
    let discord = discord().await;
    let (rest, path) = place(&discord);
    let before = rest.ok("POST", &path, json!({"content": "before"})).await;
    let message = format!("{path}/{}", before["id"].as_str().unwrap());
    let change = json!({"flags": V2, "components": [text("after")]});
    refuses(&rest, "PATCH", &message, [change.clone()]).await;
    let mut change = change;
    change["content"] = Value::Null;
    rest.ok("PATCH", &message, change).await;
    refuses(&rest, "PATCH", &message, [json!({"content": "back"})]).await;
    let after = rest.ok("PATCH", &message, json!({"flags": 0, "components": [text("on")]})).await;
    assert_eq!((&after["flags"], &after["components"][0]["content"]), (&json!(V2), &json!("on")));
    let emptied = rest.fails("PATCH", &message, json!({"components": []})).await;
    assert_eq!(emptied, (400, 50006));

    let alice = discord.user("alice");
    let ping = json!({"flags": V2, "components": [text(&alice.mention())]});
    let sent = rest.ok("POST", &path, ping).await;
    assert_eq!(sent["mentions"][0]["username"], "alice", "its texts notify as content does");
}

#[tokio::test]
async fn menus_have_their_limits() {
    let discord = discord().await;
    let (rest, path) = place(&discord);
    let message = |select: Value| json!({"content": "x", "components": [row(&select)]});
    let people = json!([{"type": "user", "id": discord.user("bob").id()}]);
    for good in [
        select(&json!({})),
        select(&json!({"min_values": 0, "max_values": 3, "disabled": true})),
        json!({"type": 5, "custom_id": "u", "default_values": people}),
        json!({"type": 8, "custom_id": "c", "channel_types": [0]}),
    ] {
        let sent = rest.ok("POST", &path, message(good)).await;
        assert!(sent["components"][0]["components"][0]["max_values"].is_u64());
    }
    let many: Vec<Value> = (0..26).map(|n| json!({"label": "x", "value": n.to_string()})).collect();
    let twice = json!([{"label": "a", "value": "1"}, {"label": "b", "value": "1"}]);
    let chosen = json!([{"label": "a", "value": "1", "default": true}, {"label": "b", "value": "2", "default": true}]);
    let pair = json!({"type": 1, "components": [select(&json!({})), button("b")]});
    refuses(
        &rest,
        "POST",
        &path,
        [
            select(&json!({"options": many})),
            select(&json!({"options": []})),
            select(&json!({"options": twice})),
            select(&json!({"options": chosen})),
            select(&json!({"min_values": 26})),
            select(&json!({"max_values": 0})),
            select(&json!({"min_values": 3, "max_values": 2})),
            select(&json!({"placeholder": "x".repeat(151)})),
            select(&json!({"custom_id": "x".repeat(101)})),
            json!({"type": 5, "custom_id": "u", "min_values": 2, "max_values": 3, "default_values": people}),
            json!({"type": 4, "custom_id": "t", "style": 1, "label": "no place for a text input"}),
            json!({"type": 2, "style": 5, "label": "x", "url": "https://example.com", "custom_id": "b"}),
            json!({"type": 2, "style": 1, "custom_id": "says nothing"}),
        ]
        .map(message),
    )
    .await;
    refuses(&rest, "POST", &path, [json!({"content": "x", "components": [pair]})]).await;
    let rows: Vec<Value> = (0..6).map(|n| row(&button(&n.to_string()))).collect();
    refuses(&rest, "POST", &path, [json!({"content": "x", "components": rows})]).await;
}

#[tokio::test]
async fn forms_have_their_limits() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let commands = format!("/applications/{}/commands", discord.bot());
    rest.ok("PUT", &commands, json!([{"name": "ask", "description": "x"}])).await;
    let alice = discord.user("alice");
    let mut ask = async || {
        alice.slash("general", "ask", json!({})).unwrap();
        let event = gateway.event("INTERACTION_CREATE").await;
        let (id, token) = (event["id"].as_str().unwrap(), event["token"].as_str().unwrap());
        format!("/interactions/{id}/{token}/callback")
    };
    let modal = |components: Value| {
        let data = json!({"custom_id": "m", "title": "Form", "components": components});
        json!({"type": 9, "data": data})
    };
    let label = |component: Value| json!({"type": 18, "label": "Label", "component": component});
    let option = |n: usize| json!({"label": format!("Option {n}"), "value": n.to_string()});
    let group = |kind: u64, options: usize| {
        let options: Vec<Value> = (0..options).map(option).collect();
        json!({"type": kind, "custom_id": format!("group {kind}"), "options": options})
    };
    let upload =
        |least: u64| json!({"type": 19, "custom_id": "f", "min_values": least, "max_values": 10});
    let short = json!({"type": 4, "custom_id": "t", "style": 1});
    let mut limited = short.clone();
    limited["min_length"] = json!(9);
    limited["max_length"] = json!(8);
    let checkbox = json!({"type": 23, "custom_id": "one"});

    let path = ask().await;
    let optional = select(&json!({"min_values": 0, "required": false}));
    for bad in [
        label(group(21, 1)),
        label(group(21, 11)),
        label(group(22, 0)),
        label(group(22, 11)),
        label(upload(11)),
        label(upload(0)),
        label(select(&json!({"min_values": 0}))),
        label(select(&json!({"disabled": true}))),
        label(limited),
        label(button("b")),
        label(json!({"type": 23})),
        label(Value::Null),
        json!({"type": 18, "component": short}),
        json!({"type": 18, "label": "x".repeat(46), "component": short}),
        json!({"type": 18, "label": "x", "description": "x".repeat(101), "component": short}),
        row(&short),
        row(&select(&json!({}))),
        text(""),
    ] {
        refuses(&rest, "POST", &path, [modal(json!([bad]))]).await;
    }
    refuses(&rest, "POST", &path, [modal(json!([label(short.clone()), label(short.clone())]))])
        .await;
    let mut long = modal(json!([label(short.clone())]));
    long["data"]["title"] = json!("x".repeat(46));
    let (_, refusal) = rest.call("POST", &path, long).await;
    assert_eq!(refusal["errors"]["data"]["title"]["_errors"][0]["code"], "BASE_TYPE_BAD_LENGTH");

    let five =
        [text("Read this"), label(short), label(optional), label(upload(1)), label(checkbox)];
    rest.ok("POST", &path, modal(json!(five))).await;
    let path = ask().await;
    rest.ok("POST", &path, modal(json!([label(group(21, 2)), label(group(22, 1))]))).await;
}

#[tokio::test]
async fn a_refusal_names_the_place_as_the_body_has_it() {
    let discord = discord().await;
    let (rest, messages) = place(&discord);
    let commands = format!("/applications/{}/commands", discord.bot());
    let wrong = json!({"name": "Bad Name", "description": "x"});
    let (_, alone) = rest.call("POST", &commands, wrong.clone()).await;
    let (_, listed) = rest.call("PUT", &commands, json!([wrong])).await;
    let code = "APPLICATION_COMMAND_INVALID_NAME";
    assert_eq!(alone["errors"]["name"]["_errors"][0]["code"], code);
    assert_eq!(listed["errors"]["0"]["name"]["_errors"][0]["code"], code);

    let embeds = json!([{"title": "fine"}, {"title": "x".repeat(257), "fields": [{"name": "", "value": "x"}]}]);
    let (status, refusal) = rest.call("POST", &messages, json!({"embeds": embeds})).await;
    assert_eq!((status, &refusal["message"]), (400, &json!("Invalid Form Body")));
    let wrong = &refusal["errors"]["embeds"]["1"];
    assert!(wrong["title"]["_errors"].is_array() && wrong["fields"]["0"]["name"].is_object());
}

#[tokio::test]
async fn a_menu_has_fifteen_commands_of_each_kind() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let path = format!("/applications/{}/commands", discord.bot());
    let commands = |kind: u64, count: u64| -> Vec<Value> {
        (0..count).map(|n| json!({"name": format!("Read {n}"), "type": kind})).collect()
    };
    let both: Vec<Value> = commands(2, 15).into_iter().chain(commands(3, 15)).collect();
    let registered = rest.ok("PUT", &path, json!(both)).await;
    assert_eq!(
        (registered.as_array().unwrap().len(), &registered[0]["description"]),
        (30, &json!(""))
    );
    assert_eq!(rest.fails("PUT", &path, json!(commands(2, 16))).await, (400, 30032));
    assert_eq!(
        rest.fails("POST", &path, json!({"name": "One more", "type": 3})).await,
        (400, 30032)
    );
    refuses(&rest, "POST", &path, [json!({"name": "Read", "type": 2, "description": "x"})]).await;
}

#[tokio::test]
async fn mentions_names_and_nonces_have_their_rules() {
    let discord = discord().await;
    let (rest, path) = place(&discord);
    let many: Vec<Value> = (0..101).map(|n| json!(Snowflake::from(n))).collect();
    refuses(
        &rest,
        "POST",
        &path,
        [
            json!({"parse": ["roles"], "roles": ["1"]}),
            json!({"parse": ["nobody"]}),
            json!({"users": many}),
        ]
        .map(|allowed| json!({"content": "x", "allowed_mentions": allowed})),
    )
    .await;
    refuses(&rest, "POST", &path, [json!({"content": "x", "nonce": "x".repeat(26)})]).await;
    // a nonce that is not enforced is only an echo
    let body = json!({"content": "x", "nonce": "n"});
    let first = rest.ok("POST", &path, body.clone()).await;
    assert_ne!(rest.ok("POST", &path, body).await["id"], first["id"]);

    let hooks = path.replace("/messages", "/webhooks");
    let hook = rest.ok("POST", &hooks, json!({"name": "personas"})).await;
    let hook =
        format!("/webhooks/{}/{}", hook["id"].as_str().unwrap(), hook["token"].as_str().unwrap());
    let named = |name: &str| json!({"content": "x", "username": name});
    let bad = ["Discord Helper", "clyde", "CLYDES", ""].map(named);
    refuses(&rest, "POST", &hook, bad).await;
    rest.ok("POST", &hook, named("Dis cord")).await;
}
