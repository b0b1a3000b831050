//! `/server channels`: where personalities speak.

use poise::serenity_prelude::GuildChannel;
use shared::store::{Rule, ServerPolicy};

use super::{Context, Trouble, decide};

/// Where personalities speak
#[poise::command(slash_command, subcommands("allow", "disallow", "all"), subcommand_required)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn channels(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Let personalities speak in this channel; where all were allowed, in no other from now on
#[poise::command(slash_command)]
async fn allow(
    ctx: Context<'_>,
    #[description = "The channel, with its threads"] channel: GuildChannel,
) -> Result<(), Trouble> {
    let id = channel.id.get().into();
    decide(ctx, move |now| ServerPolicy { channels: now.channels.allowing(id), ..now.clone() })
        .await
}

/// Let nobody speak in this channel
#[poise::command(slash_command)]
async fn disallow(
    ctx: Context<'_>,
    #[description = "The channel, with its threads"] channel: GuildChannel,
) -> Result<(), Trouble> {
    let id = channel.id.get().into();
    decide(ctx, move |now| ServerPolicy { channels: now.channels.forbidding(id), ..now.clone() })
        .await
}

/// Let personalities speak in all channels
#[poise::command(slash_command)]
async fn all(ctx: Context<'_>) -> Result<(), Trouble> {
    decide(ctx, |now| ServerPolicy { channels: Rule::default(), ..now.clone() }).await
}
