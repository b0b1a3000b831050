use std::{sync::Arc, time::Duration};

use bot::limiter::{Limiter, LimiterConfig, LimiterError};
use futures_util::{FutureExt, future::join_all};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::fake::{Fake, Reply};

struct Setup {
    fake: Fake,
    limiter: Limiter,
    client: Client,
}

async fn setup() -> Setup {
    setup_with(|_| ()).await
}

async fn setup_with(change: impl FnOnce(&mut LimiterConfig)) -> Setup {
    let fake = Fake::start().await;
    let mut config = LimiterConfig::new(&fake.url);
    change(&mut config);
    let limiter = Limiter::start(config).await.unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    Setup { fake, limiter, client }
}

impl Setup {
    async fn post(&self, path: &str) -> Response {
        let url = format!("{}/api/v10/{path}", self.limiter.proxy_url());
        self.client
            .post(url)
            .header("authorization", "Bot t")
            .json(&json!({ "a": 1 }))
            .send()
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn requests_arrive_as_they_were_sent() {
    let setup = setup().await;
    let url = setup.limiter.proxy_url();
    let response = setup
        .client
        .patch(format!("{url}/api/v10/webhooks/1/tok/messages/%40original?&wait=true&x=%2F"))
        .header("authorization", "Bot t")
        .header("user-agent", "DiscordBot (x, 1)")
        .header("connection", "x-own, keep-alive")
        .header("x-own", "of this connection")
        .header("x-audit-log-reason", "why")
        .json(&json!({ "content": "hi" }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap()["id"], "77");
    let seen = &setup.fake.seen()[0];
    assert_eq!(seen.target, "/api/v10/webhooks/1/tok/messages/%40original?&wait=true&x=%2F");
    assert_eq!(seen.body, json!({ "content": "hi" }));
    assert_eq!(seen.headers["authorization"], "Bot t");
    assert_eq!(seen.headers["user-agent"], "DiscordBot (x, 1)");
    assert_eq!(seen.headers["x-audit-log-reason"], "why");
    assert!(!seen.headers.contains_key("x-own"));
    assert_eq!(
        seen.headers["host"].to_str().unwrap(),
        setup.fake.url.trim_start_matches("http://")
    );
}

#[tokio::test]
async fn the_gateways_address_is_asked_for_once() {
    let setup = setup().await;
    let url = format!("{}/api/v10/gateway", setup.limiter.proxy_url());
    for _ in 0..3 {
        let body: Value = setup.client.get(&url).send().await.unwrap().json().await.unwrap();
        assert_eq!(body, json!({ "url": "ws://127.0.0.1:1" }));
    }
    assert_eq!(setup.fake.asked_gateway(), 1);
}

#[tokio::test]
async fn a_start_waits_for_discord_and_goes_nowhere_else() {
    let fake = Fake::start().await;
    let gateway = Reply::json(200, &json!({ "url": "wss://g" }));
    fake.on("GET /api/v10/gateway", [Reply::html(503), Reply::limited(0.1, false), gateway]);
    Limiter::start(LimiterConfig::new(&fake.url)).await.unwrap();

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = LimiterConfig::new(format!("http://{}", nobody.local_addr().unwrap()));
    drop(nobody);
    config.start_wait = Duration::from_millis(600);
    let error = Limiter::start(config.clone()).await.unwrap_err();
    assert!(matches!(error, LimiterError::Unreachable(_)), "{error:?}");
    assert!(!error.to_string().contains("127.0.0.1"));

    fake.on("GET /api/v10/gateway", [Reply::html(404)]);
    let error = Limiter::start(LimiterConfig::new(&fake.url)).await.unwrap_err();
    assert!(matches!(error, LimiterError::NotDiscord(404)), "{error:?}");
    fake.on("GET /api/v10/gateway", [Reply::json(200, &json!({ "url": "https://x" }))]);
    let error = Limiter::start(LimiterConfig::new(&fake.url)).await.unwrap_err();
    assert!(matches!(error, LimiterError::NotDiscord(200)), "{error:?}");
    for base in ["discord.com", "ftp://discord.com", ""] {
        let error = Limiter::start(LimiterConfig::new(base)).await.unwrap_err();
        assert!(matches!(error, LimiterError::BadBase), "{base}");
    }
}

#[tokio::test]
async fn a_429_is_waited_out_and_nobody_of_its_bucket_overtakes() {
    let setup = setup().await;
    let fine = Reply::json(200, &json!({})).bucket("b", 4, 1.0);
    let path = "POST /api/v10/channels/1/messages";
    setup
        .fake
        .on(path, [fine.clone(), Reply::limited(0.3, false).bucket("b", 0, 0.3), fine.clone()]);
    setup.post("channels/1/messages").await;
    let both =
        join_all([setup.post("channels/1/messages"), setup.post("channels/1/messages")]).await;
    assert!(both.iter().all(|response| response.status() == 200));
    let seen = setup.fake.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen[2].at - seen[1].at >= Duration::from_millis(290), "Retry-After");
    assert_eq!(setup.limiter.invalid_requests(), 1);
}

#[tokio::test]
async fn a_global_429_holds_everybody_but_callbacks() {
    let setup = setup().await;
    let limited = Reply::limited(0.4, true).with("x-ratelimit-scope", &"global");
    let fine = Reply::json(200, &json!({}));
    setup.fake.on("POST /api/v10/channels/1", [limited, fine]);
    let first = setup.post("channels/1/messages");
    let others = async {
        setup.fake.arrivals(1).await;
        // by the time this one has been answered, the limiter has read the 429
        let guard = tokio::time::timeout(Duration::from_secs(5), async {
            while setup.limiter.invalid_requests() == 0 {
                tokio::task::yield_now().await;
            }
        });
        guard.await.unwrap();
        join_all([
            setup.post("channels/2/messages").boxed(),
            setup.post("interactions/1/t/callback").boxed(),
        ])
        .await
    };
    let (first, others) = tokio::join!(first, others);
    assert!(first.status() == 200 && others.iter().all(|other| other.status() == 200));
    let seen = setup.fake.seen();
    assert!(seen[1].target.ends_with("callback"), "{}", seen[1].target);
    for held in &seen[2..] {
        assert!(held.at - seen[0].at >= Duration::from_millis(390), "{}", held.target);
    }
}

#[tokio::test]
async fn a_long_limit_is_handed_back_and_a_shared_one_costs_nothing() {
    let setup = setup().await;
    let limited = Reply::limited(3_000.5, false).with("x-ratelimit-scope", &"shared");
    setup.fake.on("POST /api/v10/channels/1", [limited]);
    let response = setup.post("channels/1/messages").await;
    assert_eq!(
        (response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()),
        (429, "3001")
    );
    assert_eq!(response.json::<Value>().await.unwrap()["retry_after"], 3_000.5);
    assert_eq!((setup.fake.seen().len(), setup.limiter.invalid_requests()), (1, 0));
}

#[tokio::test]
async fn a_limit_that_does_not_end_is_handed_back() {
    let setup = setup().await;
    setup.fake.on("POST /api/v10/channels/1", [Reply::limited(0.0, false)]);
    assert_eq!(setup.post("channels/1/messages").await.status(), 429);
    assert_eq!(setup.fake.seen().len(), 5);
    assert_eq!(setup.limiter.invalid_requests(), 5);
}

#[tokio::test]
async fn a_bucket_that_is_used_up_is_not_asked_again_before_its_time() {
    let setup = setup().await;
    let spent = Reply::json(200, &json!({})).bucket("edits", 0, 1.5);
    setup.fake.on("POST /api/v10/webhooks", [spent]);
    // messages of one webhook are of one bucket, whatever their ids
    setup.post("webhooks/1/tok/messages/5").await;
    tokio::join!(setup.post("webhooks/1/tok/messages/6"), setup.post("webhooks/2/tok/messages/7"),);
    let seen = setup.fake.seen();
    assert!(seen[1].target.contains("webhooks/2"), "another webhook doesn't wait");
    assert!(seen[2].at - seen[0].at >= Duration::from_millis(1_400));
}

#[tokio::test]
async fn a_process_keeps_to_its_share_of_requests() {
    let setup = setup_with(|config| config.requests_per_second = 5.try_into().unwrap()).await;
    let paths: Vec<_> = (0..11).map(|n| format!("channels/{n}/typing")).collect();
    join_all(paths.iter().map(|path| setup.post(path))).await;
    let seen = setup.fake.seen();
    assert!(seen[10].at - seen[0].at >= Duration::from_millis(1_900));
    // webhooks of our own count as well
    let paths: Vec<_> = (0..11).map(|n| format!("webhooks/{n}/tok")).collect();
    join_all(paths.iter().map(|path| setup.post(path))).await;
    let seen = setup.fake.seen();
    assert!(seen[21].at - seen[11].at >= Duration::from_millis(1_500));
}

#[tokio::test]
async fn pages_and_breakdowns_come_back_as_discords_errors() {
    let setup = setup().await;
    for (reply, status) in [
        (Reply::html(502), 502),
        (Reply::html(503), 502),
        (Reply::json(500, &json!({ "message": "s3cr3t" })), 502),
        (Reply::html(403), 403),
        (Reply::html(302).with("location", &"http://127.0.0.1:1/"), 502),
    ] {
        setup.fake.on("POST /api/v10/channels", [reply]);
        let response = setup.post("channels/1/messages").await;
        assert_eq!(response.status(), status);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["code"], 0);
        assert!(!body.to_string().contains("s3cr3t"));
    }
    setup.fake.on("POST /api/v10/channels", [Reply::error(404, 10_003)]);
    let body: Value = setup.post("channels/1/messages").await.json().await.unwrap();
    assert_eq!(body["code"], 10_003, "Discord's own errors stay as they are");
}

#[tokio::test]
async fn no_answer_in_time_is_a_gateway_timeout() {
    let setup = setup_with(|config| config.exchange_timeout = Duration::from_millis(200)).await;
    let gate = Arc::new(Notify::new());
    setup.fake.on("POST /api/v10/channels", [Reply::json(200, &json!({})).held(&gate)]);
    assert_eq!(setup.post("channels/1/messages").await.status(), 504);
    assert_eq!(setup.fake.seen().len(), 1, "it may have been carried out: not repeated");
}

#[tokio::test]
async fn a_rejected_token_stops_everything_that_needs_it() {
    let setup = setup().await;
    setup.fake.on("POST /api/v10/webhooks", [Reply::error(401, 50_027)]);
    setup.post("webhooks/1/tok").await;
    assert!(
        setup.limiter.token_rejected().now_or_never().is_none(),
        "that was the webhook's token"
    );
    setup.fake.on("POST /api/v10/channels", [Reply::error(401, 0)]);
    setup.post("channels/1/messages").await;
    assert!(setup.limiter.token_rejected().now_or_never().is_some());
    assert_eq!(setup.post("channels/2/messages").await.status(), 401);
    assert_eq!(setup.fake.seen().len(), 2, "the last one was not sent");
    assert_eq!(setup.limiter.invalid_requests(), 2);
}

#[tokio::test]
async fn sending_stops_when_too_much_was_refused() {
    let setup = setup_with(|config| config.invalid_budget = 3).await;
    setup.fake.on("POST /api/v10/channels", [Reply::error(403, 50_013)]);
    for _ in 0..3 {
        assert_eq!(setup.post("channels/1/messages").await.status(), 403);
    }
    let response = setup.post("channels/1/messages").await;
    assert_eq!(response.status(), 429);
    assert!(response.json::<Value>().await.unwrap()["retry_after"].as_f64().unwrap() > 500.0);
    assert_eq!(setup.post("interactions/1/t/callback").await.status(), 200);
    assert_eq!(setup.fake.seen().len(), 4);
}

#[tokio::test]
async fn what_is_too_large_or_no_api_is_refused_here() {
    let setup = setup_with(|config| config.max_body = 5).await;
    assert_eq!(setup.post("channels/1/messages").await.status(), 413);
    let url = format!("{}/elsewhere", setup.limiter.proxy_url());
    assert_eq!(setup.client.get(url).send().await.unwrap().status(), 404);
    assert!(setup.fake.seen().is_empty());
}

#[tokio::test]
async fn only_this_machine_reaches_it_and_a_stop_lets_requests_end() {
    let setup = setup().await;
    assert!(setup.limiter.proxy_url().starts_with("http://127.0.0.1:"));
    let gate = Arc::new(Notify::new());
    setup.fake.on("POST /api/v10/channels", [Reply::json(200, &json!({})).held(&gate)]);
    let address = setup.limiter.proxy_url().trim_start_matches("http://").to_owned();
    let mut under_way = TcpStream::connect(&address).await.unwrap();
    let request =
        "POST /api/v10/channels/1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    under_way.write_all(request.as_bytes()).await.unwrap();
    setup.fake.arrivals(1).await;
    let stopped = tokio::spawn(setup.limiter.stop(Duration::from_secs(5)));
    gate.notify_one();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stopped.await.unwrap();
    assert!(TcpStream::connect(&address).await.is_err());
}
