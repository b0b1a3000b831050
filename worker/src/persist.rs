//! Writing what must not be lost while the database is away.

use std::time::Duration;

use shared::store::{Result, StoreError};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// A paid answer is held so long for a database that does not answer.
const PATIENCE: Duration = Duration::from_mins(10);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Repeats `write` until the database takes it, for ten minutes or until `give_up` falls. `write` must
/// be one that changes nothing the second time.
pub(crate) async fn until_written<T, F: Future<Output = Result<T>>>(
    give_up: &CancellationToken,
    mut write: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        match write().await {
            Err(StoreError::Unavailable) if Instant::now() < deadline => {
                tokio::select! {
                    () = sleep(pause) => {}
                    () = give_up.cancelled() => return Err(StoreError::Unavailable),
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            done => return done,
        }
    }
}
