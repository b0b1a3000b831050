use std::{convert::Infallible, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use shared::lifecycle::{Interrupts, Lifecycle, Outcome};

/// Sends real signals to this process: the first one ends the taking of work, the second grace.
#[tokio::test]
async fn signals_stop_a_process_in_two_steps() {
    let lifecycle = Lifecycle::new(Duration::from_hours(1));
    let interrupts = Interrupts::from_signals().unwrap();
    let (soft, hard) = (lifecycle.soft(), lifecycle.hard());
    lifecycle.spawn("answers", async move {
        kill(Pid::this(), Signal::SIGTERM).unwrap();
        soft.cancelled().await;
        kill(Pid::this(), Signal::SIGINT).unwrap();
        hard.cancelled().await;
        Ok::<(), Infallible>(())
    });
    assert_eq!(lifecycle.wait(interrupts).await, Outcome::Clean);
}
