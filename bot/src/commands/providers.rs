//! The option that names a provider.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::model::{Provider, UnknownProvider};

use super::{Context, acknowledged};
use crate::{caller::Caller, texts::wallet as texts};

/// The provider whose key is meant: OpenRouter where none is named. `None`: there is no such provider,
/// or it takes no key, and the caller was told so.
pub(super) async fn meant(ctx: Context<'_>, named: Option<&str>) -> Option<Provider> {
    let app = &ctx.data().app;
    let offered = &app.system.offered;
    let why_not = match named.map_or(Ok(Provider::OpenRouter), |named| offered.parse(named)) {
        Ok(provider) if offered.asks_for_key(provider) => return Some(provider),
        Ok(keyless) => texts::keyless(keyless),
        Err(UnknownProvider) => texts::unknown_provider(offered.with_keys()),
    };
    say(ctx, why_not).await;
    None
}

/// The provider of a key that is to go: also a server that the settings don't name any more, so that
/// nobody's key stays because of it.
pub(super) async fn ever_meant(ctx: Context<'_>, named: Option<&str>) -> Option<Provider> {
    let provider = named.map_or(Ok(Provider::OpenRouter), Provider::parse);
    if provider.is_err() {
        say(ctx, texts::unknown_provider(ctx.data().app.system.offered.with_keys())).await;
    }
    provider.ok()
}

async fn say(ctx: Context<'_>, why_not: String) {
    let app = &ctx.data().app;
    acknowledged(ctx);
    let caller = Caller::of_command(app, ctx.interaction);
    caller.say_privately(app, why_not).await;
}

/// Suggests those that take keys.
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn suggest(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    fitting(ctx.data().app.system.offered.with_keys(), partial)
}

/// Suggests those that run models, with keys or without.
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn suggest_any(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    fitting(ctx.data().app.system.offered.all(), partial)
}

fn fitting(providers: impl Iterator<Item = Provider>, partial: &str) -> CreateAutocompleteResponse {
    let partial = partial.trim().to_lowercase();
    let fitting = providers
        .filter(|provider| provider.display_name().to_lowercase().contains(&partial))
        .map(|provider| AutocompleteChoice::new(provider.display_name(), provider.as_str()));
    CreateAutocompleteResponse::new().set_choices(fitting.take(25).collect())
}
