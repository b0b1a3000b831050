//! A Discord on this machine: REST v10, the gateway, and people to talk to.
//!
//! Start one with [`LocalDiscord::start`], point a bot at [`LocalDiscord::base_url`], and act as
//! somebody:
//!
//! ```no_run
//! # use std::time::Duration;
//! # use playground::discord::{LocalDiscord, Options};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let discord = LocalDiscord::start(Options::default()).await?;
//! // ... start a bot with discord.base_url() and discord.token() ...
//! let alice = discord.user("alice");
//! alice.say("general", "hello")?;
//! let invocation = alice.slash("general", "wallet set", serde_json::json!({}))?;
//! let form = invocation.response(Duration::from_secs(3)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The [`world`] holds what there is; `rest` and `gateway` are the bot's two ways to it, `people` is
//! the other one. The [`Ledger`] writes down what goes over the wire, and [`Faults`] break it.

pub(crate) mod bell;
mod building;
mod connection;
mod faults;
mod form;
mod gateway;
mod ledger;
mod mentions;
mod options;
mod people;
mod recording;
mod rest;
mod server;
mod snowflake;
pub mod world;

pub use self::{
    faults::{Effect, Fault, Faults, Reply},
    ledger::{Entry, Exchange, Ledger, Traffic},
    mentions::Pings,
    options::{Options, Rate, RateLimits},
    people::{ActError, Field, File, Invocation, Person, Place, Response},
    recording::{LedgerError, read_ledger},
    rest::ROUTES,
    server::LocalDiscord,
    snowflake::Snowflake,
};
pub(crate) use self::{server::Server, snowflake::iso};
