//! The option that names a provider.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::model::Provider;

use super::{Context, acknowledged};
use crate::{caller::Caller, texts::wallet as texts};

/// The provider that is meant: OpenRouter where none is named. `None`: there is no such provider, and
/// the caller was told so.
pub(super) async fn meant(ctx: Context<'_>, named: Option<&str>) -> Option<Provider> {
    let provider = named.map_or(Ok(Provider::OpenRouter), Provider::parse);
    if provider.is_err() {
        let app = &ctx.data().app;
        acknowledged(ctx);
        let caller = Caller::of_command(app, ctx.interaction);
        caller.say_privately(app, texts::unknown_provider()).await;
    }
    provider.ok()
}

/// Suggests what fits.
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn suggest(_: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let partial = partial.trim().to_lowercase();
    let fitting = Provider::ALL
        .iter()
        .filter(|provider| provider.display_name().to_lowercase().contains(&partial))
        .map(|provider| AutocompleteChoice::new(provider.display_name(), provider.as_str()));
    CreateAutocompleteResponse::new().set_choices(fitting.take(25).collect())
}
