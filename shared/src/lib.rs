//! What bot and worker must agree on.
//!
//! Neither Discord nor a model provider is known here: this room holds the ids, the money, the
//! clock, the settings, the vault, the store in which bot and worker meet, the wake-ups between
//! them, and how a process starts, logs and stops. `bot → shared ← worker`.

pub mod budget;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod connect;
pub mod context;
pub mod formats;
pub mod hardening;
pub mod ids;
pub mod internet;
pub mod key_hold;
pub mod lifecycle;
pub mod liveness;
pub mod model;
pub mod money;
pub mod names;
pub mod offered;
pub mod params;
pub mod personality;
pub mod process;
pub mod secret;
mod slips;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod timezone;
pub mod vault;
pub mod wake;

#[cfg(feature = "testing")]
pub use store::testing;
