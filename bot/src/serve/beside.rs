//! What runs beside: workers' nudges are passed on, and what nobody needs any more is dropped.

use std::time::Duration;

use shared::wake::NudgeReceiver;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How often what is remembered of people who left is dropped.
const TIDY: Duration = Duration::from_hours(1);

/// One receiver, three listeners.
pub(super) async fn pass_nudges_on(app: &App, mut nudges: NudgeReceiver, done: &CancellationToken) {
    let mut tidying = interval(TIDY);
    tidying.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = nudges.next() => {
                app.shows.ring();
                app.verdicts.notify_one();
                app.news.notify_one();
            }
            _ = tidying.tick() => {
                app.tidy().await;
                erase_cleared(app).await;
            }
            () = done.cancelled() => return,
        }
    }
}

/// What people cleared of their conversations is erased when it can't be brought back any more.
async fn erase_cleared(app: &App) {
    match app.store.erase_cleared().await {
        Ok(0) => {}
        Ok(turns) => tracing::info!(turns, "what was cleared is erased"),
        Err(error) => tracing::debug!(error = %error, "what was cleared could not be erased yet"),
    }
}
