//! Whom the option `personality` names, and whom it suggests.
//!
//! A private personality of somebody else's and none at all are one answer, in every command.
//! `/personality` itself has more to ask of whom it finds, and asks the store (`personality/access`).

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::store::VisibleName;

use super::Context;
use crate::{
    app::App,
    caller::{Caller, Trouble},
    texts::{chat::UNKNOWN_PERSONALITY, places},
    visible_names::{self, Names, find},
};

/// As many choices as Discord shows, and as long as they may be.
const CHOICES: usize = 25;
const CHOICE_CHARS: usize = 100;

/// Whom the caller means, of those whom they can see.
pub(super) async fn named(app: &App, caller: &Caller, typed: &str) -> Result<VisibleName, Trouble> {
    let names = app.names.of(caller.account.id, &app.store).await?;
    find(&names, typed).cloned().ok_or(Trouble::Refused(UNKNOWN_PERSONALITY))
}

/// Whom the caller means, of those whom everybody can see.
pub(super) async fn named_publicly(app: &App, typed: &str) -> Result<VisibleName, Trouble> {
    let names = app.names.of_everybody(&app.store).await?;
    find(&names, typed).cloned().ok_or(Trouble::Refused(places::UNKNOWN))
}

/// Suggests those whom the caller can see.
pub(super) async fn suggest(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    choices(&seen(ctx).await, partial)
}

/// Suggests those whom the caller can see, and who may speak there.
pub(super) async fn suggest_here(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    choices(&allowed(ctx, seen(ctx).await).await, partial)
}

/// Suggests those whom everybody can see.
pub(super) async fn suggest_public(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    choices(&public(ctx).await, partial)
}

/// Suggests those whom everybody can see, and who may speak there.
pub(super) async fn suggest_public_here(
    ctx: Context<'_>,
    partial: &str,
) -> CreateAutocompleteResponse {
    choices(&allowed(ctx, public(ctx).await).await, partial)
}

async fn seen(ctx: Context<'_>) -> Names {
    let app = &ctx.data().app;
    let viewer = ctx.interaction.user.id.get().into();
    app.names.of(viewer, &app.store).await.unwrap_or_default()
}

async fn public(ctx: Context<'_>) -> Names {
    let app = &ctx.data().app;
    app.names.of_everybody(&app.store).await.unwrap_or_default()
}

/// Of these, those whom the moderators let speak where the option is typed. What can't be asked is
/// not suggested.
async fn allowed(ctx: Context<'_>, names: Names) -> Names {
    let app = &ctx.data().app;
    let place = Caller::of_command(app, ctx.interaction).place;
    let Ok(decided) = app.decided.about(&place, &app.store).await else {
        return Names::default();
    };
    let may_speak = |name: &&VisibleName| decided.policy.allows(&place, name.personality_id);
    names.iter().filter(may_speak).cloned().collect()
}

/// Personalities to choose from, for somebody who has typed `partial`.
fn choices(names: &Names, partial: &str) -> CreateAutocompleteResponse {
    let cut = |text: &str| text.chars().take(CHOICE_CHARS).collect::<String>();
    let choices = visible_names::suggest(names, partial, CHOICES);
    let choices = choices
        .into_iter()
        .map(|name| AutocompleteChoice::new(cut(&name.display_name), cut(&name.folded)));
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}
