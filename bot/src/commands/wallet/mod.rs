//! `/wallet`: a person's keys, seen by that person alone.

pub(crate) mod connect;
pub(crate) mod form;
pub(crate) mod limit;
mod list;
mod pause;
pub(crate) mod remove;
mod set;
mod test;

use super::Context;
use crate::caller::Trouble;

/// Your keys: connect, store, list, test, limit and remove them
#[poise::command(
    slash_command,
    subcommands(
        "connect::connect",
        "set::set",
        "list::list",
        "test::test",
        "limit::limit",
        "pause::default",
        "pause::pause",
        "pause::resume",
        "remove::remove"
    ),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn wallet(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}
