//! `/personality`: whoever may, makes personalities and looks after them.
//!
//! One file for each command. Whom the caller means is found in `access`, by what exists for them; who
//! may change it is decided in the store. What is typed into a form and can't be taken is kept for a
//! while (`forms`), so nobody types a long prompt twice.

mod access;
mod alias;
mod avatar;
mod birthday;
mod config;
mod create;
pub(crate) mod delete;
mod edit;
mod error_message;
mod export;
mod fields;
pub(crate) mod forms;
mod import;
pub(crate) mod list;
mod models;
mod sent;
pub(crate) mod transfer;
mod view;
mod visibility;

pub(crate) use self::sent::{reopen, submitted};

use super::Context;
use crate::caller::Trouble;

/// Personalities: make them, change them, look at them
#[poise::command(
    slash_command,
    subcommands(
        "create::create",
        "edit::edit",
        "view::view",
        "list::list",
        "delete::delete",
        "alias::alias",
        "avatar::avatar",
        "birthday::birthday",
        "error_message::error_message",
        "visibility::visibility",
        "transfer::transfer",
        "config::config",
        "export::export",
        "import::import"
    ),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn personality(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}
