//! The bot: the only part of Troupe that talks to Discord.

pub mod app;
pub mod bot;
pub mod buttons;
mod caller;
mod clicks;
mod commands;
mod context;
pub mod direct;
pub mod delivery;
pub mod gateway;
pub mod intake;
mod key_answers;
pub mod lease;
pub mod limiter;
pub mod listen;
mod notices;
mod registration;
pub mod rest;
pub mod split;
pub mod texts;
pub mod threads;
pub mod triggers;
pub mod visible_names;
pub mod webhook_name;
