//! `/channel`: who hears every message of a channel or thread.
//!
//! Only public personalities: everybody there would see a private one. It is for those who manage
//! channels; Discord hides it from others, and we ask again, as a server's settings may show it to
//! anybody. Whoever activates somebody is told at once what keeps personalities from speaking there
//! as themselves: they can put it right.

use poise::serenity_prelude::Permissions;
use shared::{ids::GuildId, store::Activated};

use super::{
    Context, privately,
    whom::{named_publicly, suggest_public, suggest_public_here},
};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::places::{self as texts, MAX_ACTIVE, Obstacles},
};

/// As many webhooks as Discord allows in a channel.
const MAX_WEBHOOKS: usize = 15;

/// Who hears every message of this channel
#[poise::command(
    slash_command,
    subcommands("activate", "deactivate", "list"),
    subcommand_required,
    default_member_permissions = "MANAGE_CHANNELS",
    install_context = "Guild",
    interaction_context = "Guild"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn channel(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Let a personality hear and answer every message here; whoever writes pays
#[poise::command(slash_command)]
async fn activate(
    ctx: Context<'_>,
    #[description = "Who is to hear everything here"]
    #[autocomplete = "suggest_public_here"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let rights = ctx.interaction.app_permissions;
    caller.answer(app, begin(app, &caller, &personality, rights).await).await;
    Ok(())
}

/// Let a personality hear only what is meant for it
#[poise::command(slash_command)]
async fn deactivate(
    ctx: Context<'_>,
    #[description = "Who is not to hear everything here"]
    #[autocomplete = "suggest_public"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, end(app, &caller, &personality).await).await;
    Ok(())
}

/// Who hears every message here
#[poise::command(slash_command)]
async fn list(ctx: Context<'_>) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, look(app, &caller).await).await;
    Ok(())
}

/// The server, for somebody who manages channels there.
fn allowed(caller: &Caller) -> Result<GuildId, Trouble> {
    let guild = caller.guild().ok_or(Trouble::Refused(texts::ONLY_IN_SERVERS))?;
    if caller.may(Permissions::MANAGE_CHANNELS) {
        Ok(guild)
    } else {
        Err(Trouble::Refused(texts::NEEDS_MANAGE_CHANNELS))
    }
}

async fn look(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    allowed(caller)?;
    let here = in_time(app.store.active_here(&caller.place)).await?;
    Ok(Message::text(texts::active(&here)))
}

async fn begin(
    app: &App,
    caller: &Caller,
    typed: &str,
    rights: Option<Permissions>,
) -> Result<Message, Trouble> {
    let guild = allowed(caller)?;
    let named = named_publicly(app, typed).await?;
    let personality = named.personality_id;
    let activating = app.store.activate(guild, &caller.place, personality, MAX_ACTIVE);
    let outcome = in_time(activating).await?;
    app.decided.forget(guild);
    if outcome == Activated::Done {
        tracing::info!(guild.id = %guild, personality.id = %personality, "a personality hears a channel");
    }
    let obstacles = obstacles(app, caller, rights).await;
    Ok(Message::text(texts::activated(outcome, &named.display_name, &obstacles)))
}

async fn end(app: &App, caller: &Caller, typed: &str) -> Result<Message, Trouble> {
    let guild = allowed(caller)?;
    let named = named_publicly(app, typed).await?;
    let deactivating = app.store.deactivate(guild, &caller.place, named.personality_id);
    let was_active = in_time(deactivating).await?;
    app.decided.forget(guild);
    Ok(Message::text(texts::deactivated(was_active, &named.display_name)))
}

/// What keeps personalities from speaking there as themselves, as far as that can be known.
async fn obstacles(app: &App, caller: &Caller, rights: Option<Permissions>) -> Obstacles {
    let Some(rights) = rights.filter(|rights| !rights.administrator()) else {
        return Obstacles { webhooks_full: is_full(app, caller).await, ..Obstacles::default() };
    };
    let send = if caller.place.thread.is_some() {
        (Permissions::SEND_MESSAGES_IN_THREADS, "*Send Messages in Threads*")
    } else {
        (Permissions::SEND_MESSAGES, "*Send Messages*")
    };
    let needed = [
        (Permissions::VIEW_CHANNEL, "*View Channel*"),
        send,
        (Permissions::READ_MESSAGE_HISTORY, "*Read Message History*"),
        (Permissions::MANAGE_WEBHOOKS, texts::MANAGE_WEBHOOKS),
    ];
    let lacking: Vec<_> = needed
        .iter()
        .filter(|(right, _)| !rights.contains(*right))
        .map(|(_, name)| *name)
        .collect();
    let may_look = rights.contains(Permissions::MANAGE_WEBHOOKS);
    Obstacles { webhooks_full: may_look && is_full(app, caller).await, lacking }
}

async fn is_full(app: &App, caller: &Caller) -> bool {
    let Ok(all) = app.rest.webhooks(caller.place.channel).await else { return false };
    let is_ours = all.iter().any(|webhook| webhook.application == Some(app.application));
    all.len() >= MAX_WEBHOOKS && !is_ours
}
