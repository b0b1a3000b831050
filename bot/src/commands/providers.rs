//! The option that names a provider.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::model::{Provider, UnknownProvider};

use super::Context;

/// The provider that is meant: OpenRouter where none is named.
pub(super) fn named(provider: Option<&str>) -> Result<Provider, UnknownProvider> {
    provider.map_or(Ok(Provider::OpenRouter), Provider::parse)
}

/// Suggests what fits.
pub(super) async fn suggest(_: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let partial = partial.trim().to_lowercase();
    let fitting = Provider::ALL
        .iter()
        .filter(|provider| provider.display_name().to_lowercase().contains(&partial))
        .map(|provider| AutocompleteChoice::new(provider.display_name(), provider.as_str()));
    CreateAutocompleteResponse::new().set_choices(fitting.take(25).collect())
}
