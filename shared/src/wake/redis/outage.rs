//! One place that knows whether Redis is away.

use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use tracing::{info, warn};

/// Logs the beginning and the end of an outage once, and counts what was lost.
#[derive(Default)]
pub(super) struct Outage {
    lost: AtomicU64,
    away: AtomicBool,
}

impl Outage {
    /// A hint was not sent.
    pub(super) fn count(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Redis did not do what it was asked.
    pub(super) fn failed(&self, failure: &Failure) {
        if !self.away.swap(true, Ordering::Relaxed) {
            warn!(
                error = %failure,
                "Redis is away; bot and worker find each other's work by sweeping the database"
            );
        }
    }

    /// Redis did what it was asked.
    pub(super) fn over(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            info!(lost = self.lost(), "Redis is back");
        }
    }
}

/// Why Redis did not do it, in words without an address or a value.
pub(super) enum Failure {
    /// Nothing came back in time.
    NoAnswer,
    /// The connection ended.
    Closed,
    /// What the client library says.
    Redis(redis::RedisError),
}

impl From<redis::RedisError> for Failure {
    fn from(error: redis::RedisError) -> Self {
        Self::Redis(error)
    }
}

impl From<tokio::time::error::Elapsed> for Failure {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::NoAnswer
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("no answer in time"),
            Self::Closed => f.write_str("the connection was closed"),
            // the kind alone: details can hold the name of a user or a host
            Self::Redis(error) => f.write_str(error.category()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    /// A log that a test can read.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_outage_is_logged_when_it_begins_and_when_it_ends() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let outage = Outage::default();
            for _ in 0..2 {
                outage.over();
                for _ in 0..3 {
                    outage.failed(&Failure::NoAnswer);
                    outage.count();
                }
                outage.over();
            }
        });
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.matches("Redis is away").count(), 2, "{log}");
        assert_eq!(log.matches("Redis is back").count(), 2, "{log}");
        assert!(log.contains("lost=6"), "{log}");
    }

    #[test]
    fn what_redis_says_is_not_repeated() {
        let said = redis::RedisError::from((
            redis::ErrorKind::InvalidClientConfig,
            "a description",
            "details with a secret".to_owned(),
        ));
        assert!(!Failure::from(said).to_string().contains("secret"));
    }
}
