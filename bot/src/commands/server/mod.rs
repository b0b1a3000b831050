//! `/server`: what the moderators of a server allow.
//!
//! For those who manage the server; Discord hides it from others, and we ask again. What is
//! forbidden here, no setting of a person's overrides: it is looked at when a message comes, when it
//! is accepted, and once more before the call.

mod channels;
mod personalities;

use poise::serenity_prelude::Permissions;
use shared::{ids::GuildId, store::ServerPolicy};

use super::{Context, privately};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::places as texts,
};

/// What I may do in this server
#[poise::command(
    slash_command,
    subcommands("off", "on", "status", "channels::channels", "personalities::personalities"),
    subcommand_required,
    default_member_permissions = "MANAGE_GUILD",
    install_context = "Guild",
    interaction_context = "Guild"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn server(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Switch me off in this server
#[poise::command(slash_command)]
async fn off(ctx: Context<'_>) -> Result<(), Trouble> {
    switch(ctx, true).await
}

/// Switch me on in this server
#[poise::command(slash_command)]
async fn on(ctx: Context<'_>) -> Result<(), Trouble> {
    switch(ctx, false).await
}

/// Where and who may speak in this server
#[poise::command(slash_command)]
async fn status(ctx: Context<'_>) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match allowed(&caller) {
        Ok(guild) => shown(app, guild).await,
        Err(text) => Ok(Message::text(text)),
    };
    caller.answer(app, answer).await;
    Ok(())
}

async fn switch(ctx: Context<'_>, is_off: bool) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match allowed(&caller) {
        Ok(guild) => {
            let changed =
                change(app, guild, move |now| ServerPolicy { is_off, ..now.clone() }).await;
            changed.map(|_| Message::text(texts::switched(is_off)))
        }
        Err(text) => Ok(Message::text(text)),
    };
    caller.answer(app, answer).await;
    Ok(())
}

/// Changes what is allowed for somebody who may, and shows what is allowed now.
async fn decide(
    ctx: Context<'_>,
    changed: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match allowed(&caller) {
        Ok(guild) => match change(app, guild, changed).await {
            Ok(_) => shown(app, guild).await,
            Err(trouble) => Err(trouble),
        },
        Err(text) => Ok(Message::text(text)),
    };
    caller.answer(app, answer).await;
    Ok(())
}

async fn change(
    app: &App,
    guild: GuildId,
    changed: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
) -> Result<ServerPolicy, Trouble> {
    let policy = in_time(app.store.change_policy(guild, changed)).await?;
    app.decided.forget(guild);
    tracing::info!(guild.id = %guild, is_off = policy.is_off, "moderators changed what is allowed");
    Ok(policy)
}

async fn shown(app: &App, guild: GuildId) -> Result<Message, Trouble> {
    let status = in_time(app.store.server_status(guild)).await?;
    Ok(Message::text(texts::status(&status)))
}

fn allowed(caller: &Caller) -> Result<GuildId, &'static str> {
    let guild = caller.guild().ok_or(texts::ONLY_IN_SERVERS)?;
    if caller.may(Permissions::MANAGE_GUILD) { Ok(guild) } else { Err(texts::NEEDS_MANAGE_SERVER) }
}
