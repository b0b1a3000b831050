//! `/wallet`: a person's keys, seen by that person alone.

pub mod form;
mod list;
pub(crate) mod remove;
mod set;
mod test;

use super::Context;
use crate::caller::Trouble;

/// Your keys: store, list, test and remove them
#[poise::command(
    slash_command,
    subcommands("set::set", "list::list", "test::test", "remove::remove"),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
pub(super) async fn wallet(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}
