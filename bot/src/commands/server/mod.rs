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
    caller.answer(app, shown(app, &caller).await).await;
    Ok(())
}

async fn switch(ctx: Context<'_>, is_off: bool) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let switched = change(app, &caller, move |now| ServerPolicy { is_off, ..now.clone() }).await;
    caller.answer(app, switched.map(|()| Message::text(texts::switched(is_off)))).await;
    Ok(())
}

/// Changes what is allowed for somebody who may, and shows what is allowed now.
async fn decide(
    ctx: Context<'_>,
    changed: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, decided(app, &caller, changed).await).await;
    Ok(())
}

async fn decided(
    app: &App,
    caller: &Caller,
    changed: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
) -> Result<Message, Trouble> {
    change(app, caller, changed).await?;
    shown(app, caller).await
}

async fn change(
    app: &App,
    caller: &Caller,
    changed: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
) -> Result<(), Trouble> {
    let guild = allowed(caller)?;
    let policy = in_time(app.store.change_policy(guild, changed)).await?;
    app.decided.forget(guild);
    tracing::info!(guild.id = %guild, is_off = policy.is_off, "moderators changed what is allowed");
    Ok(())
}

async fn shown(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    let guild = allowed(caller)?;
    let status = in_time(app.store.server_status(guild)).await?;
    Ok(Message::text(texts::status(&status)))
}

/// The server, for somebody who manages it.
fn allowed(caller: &Caller) -> Result<GuildId, Trouble> {
    let guild = caller.guild().ok_or(Trouble::Refused(texts::ONLY_IN_SERVERS))?;
    if caller.may(Permissions::MANAGE_GUILD) {
        Ok(guild)
    } else {
        Err(Trouble::Refused(texts::NEEDS_MANAGE_SERVER))
    }
}
