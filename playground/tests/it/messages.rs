//! Messages, webhooks and what they are refused for.

use playground::discord::{
    Options, RateLimits,
    world::{Author, Permissions},
};
use serde_json::{Value, json};

use crate::bot::{Gateway, PATIENCE, Rest, discord, discord_with};

async fn webhook(rest: &Rest, channel: impl std::fmt::Display) -> String {
    let hook = rest
        .ok("POST", &format!("/channels/{channel}/webhooks"), json!({"name": "personas"}))
        .await;
    format!("/webhooks/{}/{}", hook["id"].as_str().unwrap(), hook["token"].as_str().unwrap())
}

#[tokio::test]
async fn a_webhook_speaks_under_a_name_and_is_heard() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let stage = discord.channel("#stage").unwrap();
    let hook = webhook(&rest, stage).await;

    let body = json!({"content": " hello <@1> ", "username": "Ada", "avatar_url": "https://example.com/a.png", "allowed_mentions": {"parse": []}});
    let sent = rest.ok("POST", &format!("{hook}?&wait=true"), body).await;
    let heard = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(heard["id"], sent["id"]);
    assert!(heard["webhook_id"].is_string());
    assert_eq!(
        (&heard["content"], &heard["author"]["username"]),
        (&json!("hello <@1>"), &json!("Ada"))
    );

    let path = format!("{hook}/messages/{}", sent["id"].as_str().unwrap());
    rest.ok("PATCH", &path, json!({"content": "hello all", "allowed_mentions": {"parse": []}}))
        .await;
    assert_eq!(gateway.event("MESSAGE_UPDATE").await["content"], "hello all");
    let seen = discord.user("bob").visible_messages(stage).unwrap().remove(0);
    assert_eq!(seen.webhook_name(), Some("Ada"));
    assert_eq!(
        seen.history.iter().map(|revision| revision.content.as_str()).collect::<Vec<_>>(),
        ["hello <@1>", "hello all"]
    );
    assert!(!seen.ever_pinged());

    rest.ok("DELETE", &path, Value::Null).await;
    gateway.event("MESSAGE_DELETE").await;
    assert_eq!(rest.fails("GET", &path, Value::Null).await, (404, 10008));
}

#[tokio::test]
async fn a_careless_edit_pings_again() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let stage = discord.channel("stage").unwrap();
    let hook = webhook(&rest, stage).await;
    let alice = discord.user("alice");
    let body = json!({"content": alice.mention(), "allowed_mentions": {"parse": []}});
    let sent = rest.ok("POST", &format!("{hook}?wait=1"), body).await;
    rest.ok(
        "PATCH",
        &format!("{hook}/messages/{}", sent["id"].as_str().unwrap()),
        json!({"content": format!("{}!", alice.mention())}),
    )
    .await;
    let message = alice.visible_messages(stage).unwrap().remove(0);
    assert_eq!(message.pings.users, [alice.id()]);
    assert!(message.ever_pinged());
}

#[tokio::test]
async fn webhooks_in_threads_belong_to_the_parent() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let thread = discord.add_thread("stage", "act two").unwrap();
    let hook = webhook(&rest, discord.channel("stage").unwrap()).await;
    assert_eq!(
        rest.fails("POST", &format!("/channels/{thread}/webhooks"), json!({"name": "x"})).await,
        (404, 10003)
    );
    rest.ok("POST", &format!("{hook}?thread_id={thread}"), json!({"content": "in the thread"}))
        .await;
    let posted = discord.user("alice").visible_messages(thread).unwrap().remove(0);
    let path = format!("{hook}/messages/{}", posted.id);
    assert_eq!(
        rest.fails("PATCH", &path, json!({"content": "x"})).await,
        (404, 10008),
        "no thread_id"
    );
    rest.ok("PATCH", &format!("{path}?thread_id={thread}"), json!({"content": "x"})).await;
    let elsewhere = discord.channel("rehearsal").unwrap();
    assert_eq!(
        rest.fails("POST", &format!("{hook}?thread_id={elsewhere}"), json!({"content": "x"})).await,
        (404, 10003)
    );
}

#[tokio::test]
async fn a_channel_has_fifteen_webhooks_and_none_called_clyde() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/webhooks", discord.channel("general").unwrap());
    for name in ["Clyde", "my DISCORD friend", ""] {
        assert_eq!(rest.fails("POST", &path, json!({"name": name})).await, (400, 50035), "{name}");
    }
    for _ in 0..15 {
        rest.ok("POST", &path, json!({"name": "personas"})).await;
    }
    assert_eq!(rest.fails("POST", &path, json!({"name": "personas"})).await, (400, 30007));
    for _ in 0..15 {
        discord.add_webhook("stage", "made by a person").unwrap();
    }
    let stage = path.replace(
        &discord.channel("general").unwrap().to_string(),
        &discord.channel("stage").unwrap().to_string(),
    );
    let theirs = rest.ok("GET", &stage, Value::Null).await;
    assert_eq!(theirs[0]["application_id"], Value::Null);
    assert_eq!(rest.fails("POST", &stage, json!({"name": "personas"})).await, (400, 30007));
    assert_eq!(rest.ok("GET", &path, Value::Null).await.as_array().unwrap().len(), 15);
    let gone = discord.look(|world| world.webhooks().next().unwrap().clone());
    assert!(discord.delete_webhook(gone.id));
    let post = format!("/webhooks/{}/{}", gone.id, gone.token);
    assert_eq!(rest.fails("POST", &post, json!({"content": "x"})).await, (404, 10015));
}

#[tokio::test]
async fn what_discord_refuses_is_refused() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let general = discord.channel("general").unwrap();
    let (post, hook) = (format!("/channels/{general}/messages"), webhook(&rest, general).await);
    let button = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    for body in [
        json!({"content": "x".repeat(2001)}),
        json!({"content": "x", "embeds": [{"title": "x".repeat(257)}]}),
        json!({"embeds": [{"description": "x".repeat(4000)}, {"description": "x".repeat(2001)}]}),
        json!({"content": "x", "components": [{"type": 1, "components": [button("a"), button("a")]}]}),
        json!({"content": "x", "components": [{"type": 1, "components": []}]}),
        json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
        json!({"content": "x", "flags": 64}),
    ] {
        assert_eq!(rest.fails("POST", &post, body.clone()).await, (400, 50035), "{body}");
        assert_eq!(rest.fails("POST", &hook, body.clone()).await, (400, 50035), "{body}");
    }
    assert_eq!(rest.fails("POST", &post, json!({"content": "  "})).await, (400, 50006));
    assert_eq!(
        rest.fails("POST", &hook, json!({"content": "x", "username": "x".repeat(81)})).await,
        (400, 50035)
    );
    let (_, error) = rest.call("POST", &post, json!({"content": "x".repeat(2001)})).await;
    assert_eq!(error["errors"]["content"]["_errors"][0]["code"], "BASE_TYPE_MAX_LENGTH");
}

#[tokio::test]
async fn a_nonce_is_posted_once() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let body = json!({"content": "once", "nonce": "n-1", "enforce_nonce": true});
    let first = rest.ok("POST", &path, body.clone()).await;
    assert_eq!(rest.ok("POST", &path, body).await["id"], first["id"]);
    assert_eq!(rest.ok("GET", &path, Value::Null).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn history_is_read_in_pages() {
    let discord = discord().await;
    let (rest, alice) = (Rest::new(&discord), discord.user("alice"));
    let path = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let ids: Vec<_> = (0..10).map(|n| alice.say("general", &n.to_string()).unwrap()).collect();
    let texts = async |query: String| -> String {
        let page = rest.ok("GET", &format!("{path}?{query}"), Value::Null).await;
        page.as_array()
            .unwrap()
            .iter()
            .map(|message| message["content"].as_str().unwrap())
            .collect()
    };
    assert_eq!(texts("limit=3".into()).await, "987");
    assert_eq!(texts(format!("limit=2&before={}", ids[5])).await, "43");
    assert_eq!(texts(format!("limit=2&after={}", ids[5])).await, "76");
    assert_eq!(texts(format!("limit=3&around={}", ids[5])).await, "654");
    assert_eq!(rest.fails("GET", &format!("{path}?limit=101"), Value::Null).await, (400, 50035));
}

#[tokio::test]
async fn what_the_bot_may_not_do_it_cannot() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let general = discord.channel("general").unwrap();
    let (hooks, post) =
        (format!("/channels/{general}/webhooks"), format!("/channels/{general}/messages"));
    discord.deny("general", Permissions::MANAGE_WEBHOOKS).unwrap();
    assert_eq!(rest.fails("GET", &hooks, Value::Null).await, (403, 50013));
    rest.ok("POST", &post, json!({"content": "x"})).await;
    discord.deny("general", Permissions::VIEW_CHANNEL).unwrap();
    assert_eq!(rest.fails("POST", &post, json!({"content": "x"})).await, (403, 50001));

    let carol = discord.user("carol");
    let channel = rest.ok("POST", "/users/@me/channels", json!({"recipient_id": carol.id()})).await;
    let post = format!("/channels/{}/messages", channel["id"].as_str().unwrap());
    rest.ok("POST", &post, json!({"content": "psst"})).await;
    assert_eq!(carol.dms()[0].author, Author::User(discord.bot()));
    carol.close_dms(true);
    assert_eq!(rest.fails("POST", &post, json!({"content": "psst"})).await, (403, 50007));
}

#[tokio::test]
async fn files_come_and_can_be_fetched() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let general = discord.channel("general").unwrap();
    let boundary = "--b\r\ncontent-disposition: form-data; name=\"files[0]\"; filename=\"usage.csv\"\r\ncontent-type: text/csv\r\n\r\nday,tokens\r\n--b\r\ncontent-disposition: form-data; name=\"payload_json\"\r\n\r\n{\"content\":\"here\",\"attachments\":[{\"id\":0}]}\r\n--b--\r\n";
    let request = rest.request("POST", &format!("/channels/{general}/messages"));
    let request = request.header("content-type", "multipart/form-data; boundary=b").body(boundary);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let message = discord.user("bob").visible_messages(general).unwrap().remove(0);
    let file = &message.attachments[0];
    assert_eq!((file.filename.as_str(), &file.bytes[..]), ("usage.csv", &b"day,tokens"[..]));
    assert_eq!(reqwest::get(&file.url).await.unwrap().bytes().await.unwrap(), file.bytes);
}

#[tokio::test]
async fn too_many_posts_have_to_wait() {
    let discord =
        discord_with(Options { rate_limits: RateLimits::default(), ..Options::default() }).await;
    let rest = Rest::new(&discord);
    let hook = webhook(&rest, discord.channel("general").unwrap()).await;
    for left in (0..5).rev() {
        let response =
            rest.request("POST", &hook).json(&json!({"content": "x"})).send().await.unwrap();
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string());
    }
    let refused = rest.request("POST", &hook).json(&json!({"content": "x"})).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["x-ratelimit-scope"]),
        (429, &"user".parse().unwrap())
    );
    assert!(refused.headers().contains_key("retry-after"));
    assert!(refused.json::<Value>().await.unwrap()["retry_after"].is_f64());
}

#[tokio::test]
async fn what_is_missing_is_noted() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    assert_eq!(rest.fails("GET", "/stage-instances", Value::Null).await, (404, 0));
    assert_eq!(discord.ledger().unknown_routes()[0].path, "/api/v10/stage-instances");
    let stranger = reqwest::get(format!("{}/api/v10/users/@me", rest.base)).await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn people_wait_for_what_they_want_to_see() {
    let discord = discord().await;
    let (rest, bob) = (Rest::new(&discord), discord.user("bob"));
    let post = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let wait = bob.wait_for_message("general", PATIENCE, |message| message.content == "third");
    let talk = async {
        for text in ["first", "second", "third"] {
            rest.ok("POST", &post, json!({"content": text})).await;
        }
    };
    assert_eq!(tokio::join!(wait, talk).0.unwrap().content, "third");
}

#[tokio::test]
async fn ids_may_come_as_numbers() {
    let discord = discord().await;
    let (rest, alice) = (Rest::new(&discord), discord.user("alice"));
    let post = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let said = alice.say("general", "hello").unwrap();
    // discord.py writes them so
    let reference = json!({"message_id": said.get()});
    let allowed = json!({"parse": [], "users": [alice.id().get()]});
    let content = format!("hello {}", alice.mention());
    let body =
        json!({"content": content, "message_reference": reference, "allowed_mentions": allowed});
    let answer = rest.ok("POST", &post, body).await;
    assert_eq!(answer["referenced_message"]["id"], said.to_string());
    assert_eq!(answer["mentions"][0]["id"], alice.id().to_string());
    rest.ok("POST", "/users/@me/channels", json!({"recipient_id": alice.id().get()})).await;
}
