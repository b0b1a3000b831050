//! Commands that answer at once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use redis::{
    Client, Cmd, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::{Instant, timeout};

use super::{
    Names,
    outage::{Failure, Outage},
};
use crate::{clock::SharedClock, ids::UserId};

/// The most that a caller waits for a hint to go out.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long nothing is sent after Redis kept somebody waiting for nothing, so that it holds up one
/// caller in this time and not all.
const PAUSE: Duration = Duration::from_millis(500);

/// Sends hints. Clones share one connection, which reconnects by itself.
#[derive(Clone)]
pub(in crate::wake) struct Line {
    manager: ConnectionManager,
    names: Names,
    clock: SharedClock,
    outage: Arc<Outage>,
    paused_until: Arc<Mutex<Option<Instant>>>,
}

impl Line {
    pub(super) fn new(
        client: &Client,
        names: Names,
        clock: SharedClock,
        outage: Arc<Outage>,
    ) -> RedisResult<Self> {
        // one attempt for each hint; the next hint makes the next one
        let config = ConnectionManagerConfig::new().set_number_of_retries(0);
        let manager = client.get_connection_manager_lazy(config)?;
        Ok(Self { manager, names, clock, outage, paused_until: Arc::default() })
    }

    /// Puts a user at the end of the line, unless they stand in it.
    pub(in crate::wake) async fn wake(&self, user: UserId) {
        let mut command = redis::cmd("ZADD");
        command.arg(&self.names.wake).arg("NX");
        command.arg(self.clock.now().timestamp_micros()).arg(user.to_string());
        self.send(&command).await;
    }

    pub(in crate::wake) async fn nudge(&self, user: UserId) {
        let mut command = redis::cmd("PUBLISH");
        command.arg(&self.names.nudge).arg(user.to_string());
        self.send(&command).await;
    }

    pub(in crate::wake) fn lost(&self) -> u64 {
        self.outage.lost()
    }

    async fn send(&self, command: &Cmd) {
        if self.is_paused() {
            return self.outage.count();
        }
        match timeout(PATIENCE, self.try_twice(command)).await.map_err(Failure::from).flatten() {
            Ok(()) => self.outage.over(),
            Err(failure) => {
                if matches!(failure, Failure::NoAnswer) {
                    self.pause();
                }
                self.outage.count();
                self.outage.failed(&failure);
            }
        }
    }

    fn is_paused(&self) -> bool {
        let until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn pause(&self) {
        let mut until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(Instant::now() + PAUSE);
    }

    /// The first command after a restart of Redis only finds out that the connection is dead.
    /// Both commands may be repeated without harm.
    async fn try_twice(&self, command: &Cmd) -> Result<(), Failure> {
        let mut manager = self.manager.clone();
        if command.query_async::<()>(&mut manager).await.is_ok() {
            return Ok(());
        }
        Ok(command.query_async::<()>(&mut manager).await?)
    }
}
