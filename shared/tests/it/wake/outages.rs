//! What Redis may do without a request being lost for longer than a sweep.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Client, ConnectionAddr};
use shared::{
    clock::SystemClock,
    ids::UserId,
    wake::{self, BadRedisUrl, Hints, Nudge},
};

use super::{proxy::Proxy, server::Server};

const LONG: Duration = Duration::from_secs(20);

/// A test's corner of Redis, a proxy before it, and hints that go through the proxy.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
async fn behind_a_proxy() -> Option<(Server, Proxy, Hints)> {
    let server = Server::find().await?;
    let client = Client::open(server.url.as_str()).unwrap();
    let ConnectionAddr::Tcp(host, port) = client.get_connection_info().addr() else {
        println!("left out: Redis is not reached by plain TCP");
        return None;
    };
    let proxy = Proxy::before(format!("{host}:{port}")).await;
    let hints = server.hints_at(&proxy.url(&server.url));
    Some((server, proxy, hints))
}

fn user() -> UserId {
    UserId::new(&SystemClock)
}

#[tokio::test]
async fn a_wake_up_survives_that_everything_is_deleted() {
    let Some((server, proxy, hints)) = behind_a_proxy().await else { return };
    let Hints { mut wake_receiver, wake_sender, .. } = hints;
    let (lost, user) = (user(), user());
    wake_sender.wake(lost).await;
    server.clean_up().await;
    let waiting = tokio::spawn(async move { wake_receiver.next(LONG).await });
    proxy.sent("BZPOPMIN", 1).await;
    // as FLUSHALL would, for a key that only we use
    server.command::<u32>(&["ZADD", &server.name("other"), "1", "x"]).await;
    server.command::<u32>(&["DEL", &server.name("other"), &server.name("wake")]).await;
    wake_sender.wake(user).await;
    assert_eq!(waiting.await.unwrap(), Some(user));
}

#[tokio::test]
async fn a_worker_whose_connection_ends_connects_again() {
    let Some((_server, proxy, hints)) = behind_a_proxy().await else { return };
    let Hints { mut wake_receiver, wake_sender, .. } = hints;
    let user = user();
    let waiting = tokio::spawn(async move { wake_receiver.next(LONG).await });
    proxy.sent("BZPOPMIN", 1).await;
    proxy.cut();
    proxy.sent("BZPOPMIN", 2).await;
    wake_sender.wake(user).await;
    assert_eq!(waiting.await.unwrap(), Some(user));
}

#[tokio::test]
async fn a_worker_waits_on_one_connection_and_never_behind_a_dropped_wait() {
    let Some((_server, proxy, hints)) = behind_a_proxy().await else { return };
    let mut worker = hints.wake_receiver;
    // longer than the client library waits for an answer when it isn't told otherwise
    assert_eq!(worker.next(Duration::from_millis(700)).await, None);
    assert_eq!(proxy.all_sent().matches("BZPOPMIN").count(), 1);
    assert_eq!(worker.next(Duration::from_millis(20)).await, None);
    assert_eq!(proxy.connections(), 1);

    tokio::select! {
        _ = worker.next(LONG) => {}
        () = proxy.sent("BZPOPMIN", 3) => {}
    }
    assert_eq!(worker.next(Duration::from_millis(20)).await, None);
    assert_eq!(proxy.connections(), 2);
}

#[tokio::test]
async fn a_bot_whose_connection_ends_loses_no_wake_up() {
    let Some((server, proxy, hints)) = behind_a_proxy().await else { return };
    let Hints { wake_sender, .. } = hints;
    wake_sender.wake(user()).await;
    proxy.cut();
    let user = user();
    wake_sender.wake(user).await;
    assert_eq!(wake_sender.lost(), 0);
    let score: Option<f64> =
        server.command(&["ZSCORE", &server.name("wake"), &user.to_string()]).await;
    assert!(score.is_some());
    server.clean_up().await;
}

#[tokio::test]
async fn a_bot_that_missed_nudges_sweeps() {
    let Some((server, proxy, hints)) = behind_a_proxy().await else { return };
    // the worker's own connection stands
    let (nudge_sender, mut nudge_receiver) = (server.hints().nudge_sender, hints.nudge_receiver);
    assert_eq!(nudge_receiver.next().await, Nudge::Sweep);
    proxy.close();
    nudge_sender.nudge(user()).await;
    proxy.open();
    assert_eq!(nudge_receiver.next().await, Nudge::Sweep);
    let user = user();
    nudge_sender.nudge(user).await;
    assert_eq!(nudge_receiver.next().await, Nudge::User(user));
}

#[tokio::test]
async fn an_outage_is_counted_and_ends() {
    let Some((server, proxy, mut hints)) = behind_a_proxy().await else { return };
    proxy.close();
    let start = Instant::now();
    hints.wake_sender.wake(user()).await;
    hints.nudge_sender.nudge(user()).await;
    assert_eq!(hints.wake_sender.lost(), 2);
    let sweep = Duration::from_millis(300);
    assert_eq!(hints.wake_receiver.next(sweep).await, None);
    assert!(start.elapsed() >= sweep, "an outage is no reason to hurry");

    proxy.open();
    let user = user();
    loop {
        hints.wake_sender.wake(user).await;
        if hints.wake_receiver.next(sweep).await == Some(user) {
            break;
        }
    }
    server.clean_up().await;
}

#[tokio::test]
async fn a_redis_that_says_nothing_holds_up_one_caller_and_not_all() {
    let Some((server, proxy, hints)) = behind_a_proxy().await else { return };
    hints.wake_sender.wake(user()).await;
    proxy.freeze();
    let start = Instant::now();
    for _ in 0..50 {
        hints.wake_sender.wake(user()).await;
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(hints.wake_sender.lost() >= 49);
    server.clean_up().await;
}

#[tokio::test]
async fn a_connection_that_died_without_a_word_is_noticed() {
    let Some((server, proxy, hints)) = behind_a_proxy().await else { return };
    let Hints { mut wake_receiver, mut nudge_receiver, .. } = hints;
    assert_eq!(nudge_receiver.next().await, Nudge::Sweep);
    let start = Instant::now();
    assert_eq!(wake_receiver.next(Duration::from_millis(50)).await, None);
    proxy.freeze();
    assert_eq!(wake_receiver.next(Duration::from_millis(50)).await, None);
    assert!(start.elapsed() < Duration::from_secs(4), "the next sweep must not wait for it");

    let waiting = tokio::spawn(async move { nudge_receiver.next().await });
    proxy.sent("PING", 1).await;
    // the old connections stay dead; new ones are let through
    proxy.sent("SUBSCRIBE", 2).await;
    proxy.open();
    assert_eq!(waiting.await.unwrap(), Nudge::Sweep);
    server.clean_up().await;
}

#[tokio::test]
async fn nothing_but_ids_of_users_is_sent() {
    let Some((server, proxy, mut hints)) = behind_a_proxy().await else { return };
    let user = user();
    assert_eq!(hints.nudge_receiver.next().await, Nudge::Sweep);
    hints.wake_sender.wake(user).await;
    hints.nudge_sender.nudge(user).await;
    assert_eq!(hints.nudge_receiver.next().await, Nudge::User(user));
    let stored: Vec<String> = server.command(&["ZRANGE", &server.name("wake"), "0", "-1"]).await;
    assert_eq!(stored, [user.to_string()]);
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(user));

    // each argument of a command stands behind its length, on a line of its own
    let sent = proxy.all_sent();
    let words = sent.lines().filter(|line| !line.starts_with(['*', '$']));
    let ours = [server.name("wake"), server.name("nudge"), user.to_string()];
    let others: Vec<_> = words.filter(|word| !ours.iter().any(|our| our == word)).collect();
    let unknown: Vec<_> = others
        .iter()
        .filter(|word| !["ZADD", "NX", "PUBLISH", "SUBSCRIBE", "BZPOPMIN"].contains(*word))
        .filter(|word| word.parse::<f64>().is_err())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[tokio::test]
async fn what_others_put_there_is_passed_over() {
    let Some(server) = Server::find().await else { return };
    let mut hints = server.hints();
    assert_eq!(hints.nudge_receiver.next().await, Nudge::Sweep);
    let user = user();
    server.command::<u32>(&["ZADD", &server.name("wake"), "1", "not a user"]).await;
    server.command::<u32>(&["PUBLISH", &server.name("nudge"), "not a user"]).await;
    hints.wake_sender.wake(user).await;
    hints.nudge_sender.nudge(user).await;
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(user));
    assert_eq!(hints.nudge_receiver.next().await, Nudge::User(user));
}

#[tokio::test]
async fn an_address_that_is_none_is_not_repeated() {
    for url in ["", "not an address", "http://user:secret@localhost/"] {
        let refused = wake::redis(url, "", Arc::new(SystemClock)).unwrap_err();
        assert_eq!(refused, BadRedisUrl);
        assert!(!format!("{refused} {refused:?}").contains("secret"));
    }
}

#[tokio::test]
async fn a_start_does_not_wait_for_redis() {
    // nobody listens on port 1
    let hints = wake::redis("redis://127.0.0.1:1/", "", Arc::new(SystemClock)).unwrap();
    hints.wake_sender.wake(user()).await;
    assert_eq!(hints.wake_sender.lost(), 1);
}
