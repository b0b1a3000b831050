use std::convert::Infallible;

use tokio::{
    sync::oneshot,
    time::{Instant, advance},
};

use super::*;

const GRACE: Duration = Duration::from_secs(75);

/// A task that returns when `token` falls, having taken `longer`.
async fn until(token: CancellationToken, longer: Duration) -> Result<(), Infallible> {
    token.cancelled().await;
    sleep(longer).await;
    Ok(())
}

fn bug() -> Infallible {
    panic!("a bug")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_signal_lets_work_end() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("answers", until(lifecycle.soft(), seconds(74)));
    sender.interrupt();
    let start = Instant::now();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Clean);
    assert_eq!(start.elapsed(), seconds(74));
    assert!(!lifecycle.hard().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn nothing_stops_without_a_signal() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("answers", until(lifecycle.soft(), seconds(0)));
    assert!(timeout(seconds(86_400), lifecycle.wait(interrupts)).await.is_err());
    assert!(!lifecycle.soft().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_when_nobody_can_interrupt_any_more() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    drop(sender);
    lifecycle.spawn("answers", until(lifecycle.soft(), seconds(0)));
    assert!(timeout(seconds(86_400), lifecycle.wait(interrupts)).await.is_err());
    assert!(!lifecycle.soft().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn grace_ends() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("answers", until(lifecycle.hard(), seconds(3)));
    sender.interrupt();
    let start = Instant::now();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Clean);
    assert_eq!(start.elapsed(), GRACE + seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_ends_grace() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    let (soft, again) = (lifecycle.soft(), sender.clone());
    lifecycle.spawn_job("impatience", async move {
        soft.cancelled().await;
        sleep(seconds(5)).await;
        again.interrupt();
    });
    lifecycle.spawn("answers", until(lifecycle.hard(), seconds(1)));
    sender.interrupt();
    let start = Instant::now();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Clean);
    assert_eq!(start.elapsed(), seconds(6));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_return_is_left_behind() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("deaf", std::future::pending::<Result<(), Infallible>>());
    sender.interrupt();
    let start = Instant::now();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Abandoned);
    assert_eq!(start.elapsed(), GRACE + LAST_WORDS);
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_stops_the_others() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("answers", until(lifecycle.soft(), seconds(2)));
    lifecycle.spawn("gateway", async { Err("closed") });
    let start = Instant::now();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::TaskFailed("gateway"));
    assert_eq!(start.elapsed(), seconds(2));
}

#[tokio::test(start_paused = true)]
async fn a_panicking_task_stops_the_others() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("answers", until(lifecycle.soft(), seconds(0)));
    lifecycle.spawn("sweep", async {
        sleep(seconds(1)).await;
        Err(bug())
    });
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::TaskFailed("sweep"));
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_the_cause() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    let soft = lifecycle.soft();
    lifecycle.spawn("answers", async move {
        soft.cancelled().await;
        Err("the database is gone, too")
    });
    lifecycle.spawn("database", async { Err("gone") });
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::TaskFailed("database"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_stopping_counts() {
    let lifecycle = Lifecycle::new(GRACE);
    let (sender, interrupts) = Interrupts::channel();
    let soft = lifecycle.soft();
    lifecycle.spawn("answers", async move {
        soft.cancelled().await;
        Err("lost one")
    });
    lifecycle.spawn("deaf", std::future::pending::<Result<(), Infallible>>());
    sender.interrupt();
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::TaskFailed("answers"));
}

#[tokio::test(start_paused = true)]
async fn a_panicking_job_stops_nothing() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    let (finish, finished) = oneshot::channel::<()>();
    lifecycle.spawn_job("request", async { panic!("a bug") });
    lifecycle.spawn("answers", finished);
    let waiting = tokio::spawn({
        let lifecycle = lifecycle.clone();
        async move { lifecycle.wait(interrupts).await }
    });
    advance(seconds(60)).await;
    assert!(!lifecycle.soft().is_cancelled());
    finish.send(()).unwrap();
    assert_eq!(waiting.await.unwrap(), Outcome::Clean);
}

#[tokio::test(start_paused = true)]
async fn all_tasks_done_is_the_end() {
    let lifecycle = Lifecycle::new(GRACE);
    let (_sender, interrupts) = Interrupts::channel();
    lifecycle.spawn("once", async { Ok::<(), Infallible>(()) });
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Clean);
}

#[test]
fn only_a_clean_end_is_a_success() {
    assert_eq!(Outcome::Clean.report(), ExitCode::SUCCESS);
    assert_eq!(Outcome::TaskFailed("x").report(), ExitCode::FAILURE);
    assert_eq!(Outcome::Abandoned.report(), ExitCode::FAILURE);
}

#[tokio::test(start_paused = true)]
async fn a_nested_one_stops_with_the_whole_and_not_the_other_way_round() {
    let whole = Lifecycle::new(GRACE);
    let part = whole.nested();
    part.spawn("answers", until(part.hard(), seconds(3)));
    part.stop();
    assert!(!whole.soft().is_cancelled());

    let part = whole.nested();
    let (sender, interrupts) = Interrupts::channel();
    part.spawn("answers", until(part.hard(), seconds(3)));
    let waited = part.clone();
    whole.spawn("the part", async move {
        assert_eq!(waited.ended().await, Outcome::Clean);
        Ok::<(), Infallible>(())
    });
    sender.interrupt();
    let start = Instant::now();
    assert_eq!(whole.wait(interrupts).await, Outcome::Clean);
    assert_eq!(start.elapsed(), GRACE + seconds(3));
}
