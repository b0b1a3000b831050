//! The bot: the only part of Troupe that talks to Discord.
//!
//! ```text
//! gateway ─► intake ─► listen ──────────┐
//!    │        (one mailbox per person)  ├─► store ─► delivery ─► rest ─► limiter ─► Discord
//!    └─► commands, clicks, forms ───────┘     └─► notices, key answers ──┘
//! ```
//!
//! [`run`] puts it together. What a person reads is in [`texts`]; no SQL, no cipher and no provider
//! is known here.

mod app;
mod bot;
mod buttons;
mod caller;
mod clicks;
mod commands;
mod context;
pub mod delivery;
mod direct;
pub mod explain;
pub mod gateway;
mod guilds;
pub mod intake;
mod key_answers;
pub mod lease;
pub mod limiter;
mod listen;
mod notices;
pub mod permissions;
pub mod pictures;
mod rank;
mod reactions;
mod registration;
pub mod rest;
mod serve;
mod server_places;
pub mod split;
pub mod texts;
mod threads;
pub mod triggers;
mod visible_names;
pub mod webhook_name;
mod withdrawn;

pub use self::serve::{BotEnv, BotError, run};
