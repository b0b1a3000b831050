//! How a bot stops: what was taken is committed, and what is ready is shown.

use std::time::Duration;

use shared::{
    model::RequestState,
    store::{ShardRange, Store},
};
use tokio::time::{sleep, timeout};

use crate::bot::Bot;

/// How long what was taken may take to be committed.
const LAST_COMMITS: Duration = Duration::from_secs(10);
/// Between two looks whether everything under way has been shown.
const SETTLING: Duration = Duration::from_millis(250);

/// Commits what was taken, and waits until what is ready has been shown.
pub(super) async fn finish(bot: &Bot, store: &Store, range: ShardRange) {
    if timeout(LAST_COMMITS, bot.drain()).await.is_err() {
        tracing::warn!("stopped before every message was taken");
    }
    settle(store, range).await;
}

/// Returns when nothing is under way any more: what still waits for a worker waits in the database.
async fn settle(store: &Store, range: ShardRange) {
    loop {
        match store.open_deliveries(range).await {
            Ok(open) => {
                let under_way =
                    |state| matches!(state, RequestState::Claimed | RequestState::Calling);
                if !open.iter().any(|delivery| delivery.is_final || under_way(delivery.state)) {
                    return;
                }
            }
            Err(error) => {
                return tracing::warn!(error = %error, "stopped without a look at what is under way");
            }
        }
        sleep(SETTLING).await;
    }
}
