//! The blocking pop, on a connection of its own.

use std::{sync::Arc, time::Duration};

use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use tokio::time::{Instant, sleep, timeout};

use super::outage::{Failure, Outage};
use crate::ids::UserId;

/// The longest that Redis is asked to wait, so that a dead connection is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The shortest: zero would mean "for ever".
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// By how much an answer may be late before the connection is given up.
const LATENESS: Duration = Duration::from_secs(1);
/// The pause between two attempts to connect.
const RETRY: Duration = Duration::from_millis(250);

/// Takes the longest waiting user out of the line.
pub(in crate::wake) struct Waker {
    client: Client,
    key: String,
    outage: Arc<Outage>,
    connection: Option<MultiplexedConnection>,
}

impl Waker {
    pub(super) fn new(client: Client, key: String, outage: Arc<Outage>) -> Self {
        Self { client, key, outage, connection: None }
    }

    pub(in crate::wake) async fn next(&mut self, timeout: Duration) -> Option<UserId> {
        let deadline = Instant::now() + timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            match self.pop(left.clamp(SHORTEST_WAIT, LONGEST_WAIT)).await {
                // what is no user id was put there by somebody else
                Ok(member) => {
                    if let Some(user) = member.and_then(|member| member.parse().ok()) {
                        return Some(user);
                    }
                }
                Err(failure) => {
                    self.outage.failed(&failure);
                    sleep(left.min(RETRY)).await;
                }
            }
        }
    }

    async fn pop(&mut self, wait: Duration) -> Result<Option<String>, Failure> {
        // taken out and only put back after an answer: a connection whose pop was dropped or came
        // too late would give that pop's user to the next one, or to nobody
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let mut command = redis::cmd("BZPOPMIN");
        command.arg(&self.key).arg(wait.as_secs_f64());
        let answer = command.query_async::<Option<(String, String, f64)>>(&mut connection);
        let popped = timeout(wait + LATENESS, answer).await??;
        self.connection = Some(connection);
        self.outage.over();
        Ok(popped.map(|(_, member, _)| member))
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Failure> {
        // the library's own limit of 500 ms would end every wait
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        Ok(timeout(2 * LATENESS, connecting).await??)
    }
}
