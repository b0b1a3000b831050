//! What both ways promise.

use std::time::Duration;

use shared::{
    clock::SystemClock,
    ids::UserId,
    wake::{self, Hints, Nudge},
};

use super::server::Server;

/// Longer than any case takes, so that only a broken one meets it.
const LONG: Duration = Duration::from_secs(20);
/// Long enough for a user who is there to come out.
const SHORT: Duration = Duration::from_millis(100);

fn users<const N: usize>() -> [UserId; N] {
    [(); N].map(|()| UserId::new(&SystemClock))
}

async fn a_user_is_in_the_line_once(mut hints: Hints) {
    let [user] = users();
    for _ in 0..10 {
        hints.wake_sender.wake(user).await;
    }
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(user));
    assert_eq!(hints.wake_receiver.next(SHORT).await, None);
    hints.wake_sender.wake(user).await;
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(user), "but may come back");
}

async fn the_longest_waiting_comes_first(mut hints: Hints) {
    // ids grow with time, so they are woken in another order than theirs
    let [one, two, three] = users();
    for user in [two, three, one, two, three] {
        hints.wake_sender.wake(user).await;
    }
    for user in [two, three, one] {
        assert_eq!(hints.wake_receiver.next(LONG).await, Some(user));
    }
}

async fn who_comes_back_goes_to_the_end(mut hints: Hints) {
    let [one, two] = users();
    hints.wake_sender.wake(one).await;
    hints.wake_sender.wake(two).await;
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(one));
    hints.wake_sender.wake(one).await;
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(two));
    assert_eq!(hints.wake_receiver.next(LONG).await, Some(one));
}

async fn a_waiting_worker_is_woken(hints: Hints) {
    let Hints { mut wake_receiver, wake_sender, .. } = hints;
    let [user] = users();
    let waiting = tokio::spawn(async move { wake_receiver.next(LONG).await });
    tokio::task::yield_now().await;
    wake_sender.wake(user).await;
    assert_eq!(waiting.await.unwrap(), Some(user));
}

async fn an_idle_worker_is_told_to_sweep_in_time(mut hints: Hints) {
    let start = std::time::Instant::now();
    assert_eq!(hints.wake_receiver.next(SHORT).await, None);
    assert_eq!(hints.wake_receiver.next(Duration::ZERO).await, None);
    assert!(start.elapsed() >= SHORT);
}

async fn a_dropped_wait_takes_one_hint_along_at_most(hints: Hints) {
    let Hints { mut wake_receiver, wake_sender, .. } = hints;
    let [one, two] = users();
    assert!(tokio::time::timeout(SHORT, wake_receiver.next(LONG)).await.is_err());
    wake_sender.wake(one).await;
    wake_sender.wake(two).await;
    let first = wake_receiver.next(LONG).await;
    assert!(first == Some(one) || first == Some(two));
    if first == Some(one) {
        assert_eq!(wake_receiver.next(LONG).await, Some(two));
    }
}

async fn the_first_nudge_is_a_sweep_and_the_rest_come_in_order(mut hints: Hints) {
    let [one, two] = users();
    assert_eq!(hints.nudge_receiver.next().await, Nudge::Sweep);
    for user in [two, one, two] {
        hints.nudge_sender.nudge(user).await;
    }
    for user in [two, one, two] {
        assert_eq!(hints.nudge_receiver.next().await, Nudge::User(user));
    }
}

async fn nothing_is_lost_or_printed(hints: Hints) {
    let [user] = users();
    hints.wake_sender.wake(user).await;
    hints.nudge_sender.nudge(user).await;
    assert_eq!(hints.wake_sender.lost(), 0);
    let printed = format!("{hints:?}");
    assert!(!printed.contains("127.0.0.1") && !printed.contains(&user.to_string()), "{printed}");
}

/// Runs each case over both ways.
macro_rules! over_both {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::wake::memory()).await;
            })*
        }

        mod redis {
            $(#[tokio::test]
            async fn $case() {
                if let Some(server) = super::Server::find().await {
                    super::$case(server.hints()).await;
                    server.clean_up().await;
                }
            })*
        }
    };
}

over_both![
    a_user_is_in_the_line_once,
    the_longest_waiting_comes_first,
    who_comes_back_goes_to_the_end,
    a_waiting_worker_is_woken,
    an_idle_worker_is_told_to_sweep_in_time,
    a_dropped_wait_takes_one_hint_along_at_most,
    the_first_nudge_is_a_sweep_and_the_rest_come_in_order,
    nothing_is_lost_or_printed,
];
