//! `/server personalities`: who speaks.

use shared::{
    ids::PersonalityId,
    store::{Rule, ServerPolicy},
};

use super::{Context, Trouble, allowed, decide, decided, privately};
use crate::{
    app::App,
    caller::Caller,
    commands::whom::{named_publicly, suggest_public},
    rest::Message,
};

/// Who speaks in this server
#[poise::command(slash_command, subcommands("allow", "disallow", "all"), subcommand_required)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn personalities(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Let this personality speak; where all were allowed, no other from now on
#[poise::command(slash_command)]
async fn allow(
    ctx: Context<'_>,
    #[description = "Who may speak"]
    #[autocomplete = "suggest_public"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    list(ctx, &personality, Rule::allowing).await
}

/// Let this personality say nothing here
#[poise::command(slash_command)]
async fn disallow(
    ctx: Context<'_>,
    #[description = "Who may not speak"]
    #[autocomplete = "suggest_public"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    list(ctx, &personality, Rule::forbidding).await
}

/// Let all personalities speak
#[poise::command(slash_command)]
async fn all(ctx: Context<'_>) -> Result<(), Trouble> {
    decide(ctx, |now| ServerPolicy { personalities: Rule::default(), ..now.clone() }).await
}

async fn list(
    ctx: Context<'_>,
    typed: &str,
    change: fn(&Rule<PersonalityId>, PersonalityId) -> Rule<PersonalityId>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, listed(app, &caller, typed, change).await).await;
    Ok(())
}

async fn listed(
    app: &App,
    caller: &Caller,
    typed: &str,
    change: fn(&Rule<PersonalityId>, PersonalityId) -> Rule<PersonalityId>,
) -> Result<Message, Trouble> {
    allowed(caller)?;
    let id = named_publicly(app, typed).await?.personality_id;
    let changed = move |now: &ServerPolicy| ServerPolicy {
        personalities: change(&now.personalities, id),
        ..now.clone()
    };
    decided(app, caller, changed).await
}
