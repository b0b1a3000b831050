//! `/server personalities`: who speaks.

use poise::serenity_prelude::CreateAutocompleteResponse;
use shared::{
    ids::PersonalityId,
    store::{Rule, ServerPolicy},
};

use super::{
    super::{choices, privately},
    Context, Trouble, decide, texts,
};
use crate::{rest::Message, visible_names::find};

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
    #[autocomplete = "suggest"]
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
    #[autocomplete = "suggest"]
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
    let app = &ctx.data().app;
    let names = app.names.of_everybody(&app.store).await.unwrap_or_default();
    let Some(id) = find(&names, typed) else {
        let Some(caller) = privately(ctx).await else { return Ok(()) };
        caller.answer(app, Ok(Message::text(texts::UNKNOWN))).await;
        return Ok(());
    };
    decide(ctx, move |now| ServerPolicy {
        personalities: change(&now.personalities, id),
        ..now.clone()
    })
    .await
}

/// Suggests those whom everybody can see, and nobody else.
async fn suggest(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let app = &ctx.data().app;
    choices(&app.names.of_everybody(&app.store).await.unwrap_or_default(), partial)
}
