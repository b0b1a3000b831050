//! Delivery from end to end: the real store on SQLite, the real limiter and client, the local
//! Discord; the test plays the worker. Nothing here sleeps to wait for something.

mod crashes;
mod growing;
mod places;
mod trouble;
mod world;

use std::time::Duration;

/// Longer than anything should take; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(30);
