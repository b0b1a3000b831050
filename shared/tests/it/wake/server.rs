//! The Redis that tests share, if there is one.

use std::sync::Arc;

use redis::{Client, aio::MultiplexedConnection};
use shared::{
    clock::SystemClock,
    wake::{self, Hints},
};
use uuid::Uuid;

/// Where the tests look when they aren't told.
const USUAL: &str = "redis://127.0.0.1:6379/";

/// A corner of a Redis that belongs to one test.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) prefix: String,
    pub(crate) connection: MultiplexedConnection,
}

impl Server {
    /// `None`, and a line that says so, when no Redis answers; then the test is left out. With
    /// `TROUPE_TEST_REQUIRE_SERVERS=1` it fails instead.
    pub(crate) async fn find() -> Option<Self> {
        let url = std::env::var_os("TEST_REDIS_URL")
            .map_or_else(|| USUAL.to_owned(), |url| url.into_string().unwrap());
        let client = Client::open(url.as_str()).unwrap();
        match client.get_multiplexed_async_connection().await {
            Ok(connection) => {
                let prefix = format!("troupe-test:{}:", Uuid::new_v4().simple());
                Some(Self { url, prefix, connection })
            }
            Err(error) => {
                let required = std::env::var_os("TROUPE_TEST_REQUIRE_SERVERS");
                assert!(required.is_none_or(|value| value != "1"), "no Redis: {error}");
                println!("left out: no Redis");
                None
            }
        }
    }

    pub(crate) fn hints(&self) -> Hints {
        self.hints_at(&self.url)
    }

    /// Hints in this test's corner, by another way to the same server.
    pub(crate) fn hints_at(&self, url: &str) -> Hints {
        wake::redis(url, &self.prefix, Arc::new(SystemClock)).unwrap()
    }

    pub(crate) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Leaves nothing behind for the others.
    pub(crate) async fn clean_up(&self) {
        self.command::<u32>(&["DEL", &self.name("wake")]).await;
    }

    pub(crate) async fn command<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let mut connection = self.connection.clone();
        redis::cmd(command[0]).arg(&command[1..]).query_async(&mut connection).await.unwrap()
    }
}
