use std::time::Duration;

use bot::{
    limiter::{Limiter, LimiterConfig},
    rest::{
        Answer, ApplicationId, Button, ButtonStyle, ChannelKind, Gone, History, InteractionToken,
        Message, NewMessage, Rest, RestConfig, RestError, Row, Speaker, Webhook,
    },
};
use http::Method;
use serde_json::{Value, json};
use shared::ids::{ChannelId, DiscordUserId, MessageId, SourceId, WebhookId};

use crate::fake::{Fake, Reply, Seen};

struct Setup {
    fake: Fake,
    rest: Rest,
    _limiter: Limiter,
}

async fn setup() -> Setup {
    let fake = Fake::start().await;
    let limiter = Limiter::start(LimiterConfig::new(&fake.url)).await.unwrap();
    let config = RestConfig::new(limiter.proxy_url(), "https://troupe.invalid");
    let rest = Rest::new(&config, &"t0ken".to_owned().into()).unwrap();
    let author = json!({ "id": "1", "username": "troupe", "bot": true });
    let message = json!({ "id": "77", "channel_id": "5", "author": author, "content": "" });
    for request in [
        "POST /api/v10/webhooks",
        "PATCH /api/v10/webhooks",
        "POST /api/v10/channels/5/messages",
        "PATCH /api/v10/channels/5/messages",
    ] {
        fake.on(request, [Reply::json(200, &message)]);
    }
    Setup { fake, rest, _limiter: limiter }
}

impl Setup {
    fn last(&self) -> Seen {
        self.fake.seen().pop().unwrap()
    }
}

fn channel() -> ChannelId {
    ChannelId::from(5)
}

fn webhook() -> Webhook {
    Webhook { id: WebhookId::from(9), token: "hook-tok".to_owned().into() }
}

fn token() -> InteractionToken {
    let token = "aW50ZXJhY3Rpb246OnRva2Vu".to_owned().into();
    InteractionToken { application: ApplicationId::from(3), token }
}

fn stop() -> Row {
    Row(vec![Button::new(ButtonStyle::Secondary, "stop:v1:x", "Stop")])
}

#[tokio::test]
async fn every_message_made_or_changed_mentions_nobody() {
    let Setup { fake, rest, .. } = &setup().await;
    let hi = &Message::text("@everyone <@1>").with_row(stop());
    let id = MessageId::from(77);
    let source = SourceId::from(8);
    let (hook, token) = (&webhook(), &token());
    let speaker = Speaker { name: "Ada", avatar_url: None };
    let new = NewMessage::default();
    rest.execute_webhook(hook, None, speaker, hi).await.unwrap();
    rest.edit_webhook_message(hook, None, id, hi).await.unwrap();
    rest.create_message(channel(), hi, new).await.unwrap();
    rest.edit_message(channel(), id, hi).await.unwrap();
    rest.edit_original(token, hi).await.unwrap();
    rest.followup(token, hi, true).await.unwrap();
    rest.edit_followup(token, id, hi).await.unwrap();
    let message = Answer::Message { message: hi.clone(), ephemeral: false };
    rest.answer(source, token, &message).await.unwrap();
    rest.answer(source, token, &Answer::Update(hi.clone())).await.unwrap();
    let seen = fake.seen();
    assert_eq!(seen.len(), 9);
    for seen in seen {
        let body = if seen.body["data"].is_object() { &seen.body["data"] } else { &seen.body };
        assert_eq!(body["content"], "@everyone <@1>", "{}", seen.target);
        assert_eq!(
            body["allowed_mentions"],
            json!({ "parse": [], "replied_user": false }),
            "{}",
            seen.target
        );
        assert_eq!(body["components"][0]["components"][0]["custom_id"], "stop:v1:x");
        assert_eq!(seen.headers["authorization"], "Bot t0ken");
        assert!(
            seen.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("DiscordBot (https://troupe.invalid, ")
        );
    }
}

#[tokio::test]
async fn a_personality_speaks_through_a_webhook() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let made = json!({ "id": "9", "type": 1, "channel_id": "5", "name": "Troupe", "application_id": "3", "token": "hook-tok" });
    fake.on("POST /api/v10/channels/5/webhooks", [Reply::json(200, &made)]);
    let theirs =
        json!({ "id": "10", "type": 2, "channel_id": "6", "name": null, "application_id": null });
    fake.on("GET /api/v10/channels/5/webhooks", [Reply::json(200, &json!([theirs, made]))]);
    let created = rest.create_webhook(channel(), "Troupe").await.unwrap();
    assert_eq!(
        (created.id, created.application),
        (WebhookId::from(9), Some(ApplicationId::from(3)))
    );
    let all = rest.webhooks(channel()).await.unwrap();
    assert!(all[0].token.is_none() && all[1].token.is_some());
    assert!(!format!("{all:?}").contains("hook-tok"));

    let speaker = Speaker { name: "Ada", avatar_url: Some("https://x/a.png") };
    let thread = Some(ChannelId::from(6));
    let id = rest.execute_webhook(&webhook(), thread, speaker, &Message::text("hi")).await.unwrap();
    assert_eq!(id, MessageId::from(77));
    let posted = setup.last();
    assert_eq!(posted.target, "/api/v10/webhooks/9/hook-tok?thread_id=6&wait=true");
    let nobody = json!({ "parse": [], "replied_user": false });
    assert_eq!(
        posted.body,
        json!({ "content": "hi", "username": "Ada", "avatar_url": "https://x/a.png", "allowed_mentions": nobody })
    );
    rest.edit_webhook_message(&webhook(), thread, id, &Message::text("ho")).await.unwrap();
    let edited = setup.last();
    assert_eq!(edited.target, "/api/v10/webhooks/9/hook-tok/messages/77?thread_id=6");
    assert_eq!(
        edited.body,
        json!({ "content": "ho", "components": [], "allowed_mentions": nobody })
    );
    fake.on("DELETE /api/v10/webhooks/9", [Reply::error(404, 10_015)]);
    let gone = rest.delete_webhook_message(&webhook(), None, id).await;
    assert_eq!(gone, Err(RestError::Gone(Gone::Webhook)));
}

#[tokio::test]
async fn plain_messages_have_a_nonce_and_answer_something() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let new = NewMessage { nonce: Some("abc0"), reply_to: Some(MessageId::from(4)) };
    rest.create_message(channel(), &Message::text("hi"), new).await.unwrap();
    let body = setup.last().body;
    assert_eq!((&body["nonce"], &body["enforce_nonce"]), (&json!("abc0"), &json!(true)));
    assert_eq!(
        body["message_reference"],
        json!({ "message_id": "4", "fail_if_not_exists": false })
    );

    fake.on(
        "POST /api/v10/users/@me/channels",
        [Reply::json(200, &json!({ "id": "55", "type": 1 }))],
    );
    assert_eq!(rest.open_direct(DiscordUserId::from(7)).await, Ok(ChannelId::from(55)));
    assert_eq!(setup.last().body, json!({ "recipient_id": "7" }));
    let thread = json!({ "id": "6", "type": 11, "guild_id": "2", "parent_id": "5", "name": "t" });
    fake.on("GET /api/v10/channels/6", [Reply::json(200, &thread)]);
    let thread = rest.channel(ChannelId::from(6)).await.unwrap();
    assert_eq!((thread.kind, thread.parent), (ChannelKind::Thread, Some(channel())));
    rest.typing(channel()).await.unwrap();
    rest.react(channel(), MessageId::from(4), "❓").await.unwrap();
    let seen = setup.last();
    assert_eq!(
        (seen.method, seen.target.as_str()),
        (Method::PUT, "/api/v10/channels/5/messages/4/reactions/%E2%9D%93/@me")
    );
}

#[tokio::test]
async fn what_stands_in_a_channel_is_read_leniently() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let by_hook = json!({
        "id": "20", "channel_id": "5", "type": 0, "webhook_id": "9", "content": "…", "future": { "a": 1 },
        "author": { "id": "9", "username": "Ada", "bot": true }, "timestamp": "2026-01-02T03:04:05.678000+00:00",
        "components": [{ "type": 1, "components": [{ "type": 2, "custom_id": "stop:v1:x", "label": "Stop" }] }],
    });
    let by_person = json!({
        "id": "19", "channel_id": "5", "type": 19, "content": "hi", "nonce": 123, "mentions": "odd",
        "author": { "id": "7", "username": "bob", "global_name": "Bob" },
        "message_reference": { "message_id": "18" },
        "attachments": [{ "id": "1", "filename": "a.png", "size": 12, "url": "https://cdn/x", "content_type": "image/png" }],
    });
    let joined = json!({ "id": "18", "channel_id": "5", "type": 7, "content": "", "author": { "id": "7", "username": "bob" } });
    fake.on(
        "GET /api/v10/channels/5/messages",
        [Reply::json(200, &json!([by_hook, by_person, joined]))],
    );
    let messages =
        rest.messages(channel(), History::Before(MessageId::from(30)), 200).await.unwrap();
    assert_eq!(setup.last().target, "/api/v10/channels/5/messages?limit=100&before=30");
    assert_eq!(messages[0].webhook, Some(WebhookId::from(9)));
    assert_eq!(messages[0].custom_ids, ["stop:v1:x"]);
    assert_eq!(messages[1].author.name, "Bob");
    assert_eq!(messages[1].reply_to, Some(MessageId::from(18)));
    assert_eq!(messages[1].nonce.as_deref(), Some("123"));
    assert_eq!(messages[1].carried.attachments[0].size, 12);
    assert!(messages[1].is_ordinary && !messages[2].is_ordinary);
}

#[tokio::test]
async fn interactions_are_answered_and_their_answers_edited() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let defer = Answer::Defer { ephemeral: true };
    fake.on(
        "POST /api/v10/interactions",
        [Reply::json(200, &json!({})), Reply::error(400, 40_060), Reply::error(404, 10_062)],
    );
    let token = token();
    let answer = || rest.answer(SourceId::from(8), &token, &defer);
    assert_eq!(answer().await, Ok(()));
    assert_eq!(setup.last().target, "/api/v10/interactions/8/aW50ZXJhY3Rpb246OnRva2Vu/callback");
    assert_eq!(answer().await, Err(RestError::AlreadyAcknowledged));
    assert_eq!(answer().await, Err(RestError::Gone(Gone::Interaction)));
    assert_eq!(rest.edit_original(&token, &Message::text("x")).await, Ok(MessageId::from(77)));
    assert_eq!(
        setup.last().target,
        "/api/v10/webhooks/3/aW50ZXJhY3Rpb246OnRva2Vu/messages/@original"
    );
    rest.followup(&token, &Message::text("x"), true).await.unwrap();
    assert_eq!(setup.last().body["flags"], 64);
    fake.on("PATCH /api/v10/webhooks/3", [Reply::error(401, 50_027)]);
    let late = rest.edit_original(&token, &Message::text("x")).await;
    assert_eq!(late, Err(RestError::Gone(Gone::Interaction)));
}

#[tokio::test]
async fn commands_are_put_and_the_application_is_read() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let application = json!({ "id": "3", "flags": 1 << 19, "owner": { "id": "7" } });
    fake.on("GET /api/v10/oauth2/applications/@me", [Reply::json(200, &application)]);
    let application = rest.application().await.unwrap();
    assert_eq!(
        (application.owners, application.reads_messages),
        (vec![DiscordUserId::from(7)], true)
    );
    let commands = json!([{ "name": "wallet", "description": "Your keys" }]);
    rest.set_commands(application.id, &commands).await.unwrap();
    let put = setup.last();
    assert_eq!(
        (put.method, put.target.as_str(), put.body),
        (Method::PUT, "/api/v10/applications/3/commands", commands)
    );
}

#[tokio::test]
async fn failures_say_what_may_be_done_and_nothing_else() {
    let setup = setup().await;
    let Setup { fake, rest, .. } = &setup;
    let failing = async |reply: Reply| -> RestError {
        fake.on("POST /api/v10/webhooks/9", [reply]);
        let speaker = Speaker { name: "Ada", avatar_url: None };
        rest.execute_webhook(&webhook(), None, speaker, &Message::text("x")).await.unwrap_err()
    };
    assert_eq!(failing(Reply::html(503)).await, RestError::Unavailable);
    assert_eq!(failing(Reply::json(200, &Value::Null)).await, RestError::Unavailable);
    assert_eq!(failing(Reply::error(400, 50_035)).await, RestError::Invalid(50_035));
    assert_eq!(failing(Reply::error(403, 50_013)).await, RestError::Forbidden(50_013));
    let limited = failing(Reply::limited(500.0, false)).await;
    assert_eq!(limited, RestError::Limited(Duration::from_secs(500)));
    let shown = format!("{limited} {limited:?} {:?}", webhook());
    assert!(!shown.contains("hook-tok") && !shown.contains("http"), "{shown}");

    let nobody = RestConfig::new("http://127.0.0.1:1", "https://troupe.invalid");
    let rest = Rest::new(&nobody, &"t0ken".to_owned().into()).unwrap();
    assert_eq!(rest.typing(channel()).await, Err(RestError::Unavailable));
    assert!(!format!("{rest:?}").contains("t0ken"));
    assert!(Rest::new(&nobody, &"bad\ntoken".to_owned().into()).is_err());
}
