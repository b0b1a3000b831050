//! What the catalogue of models knows, for who configures a personality.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::{
    catalogue::{self, Asked, Model},
    personality::ModelSettings,
};

use crate::{app::App, commands::Context};

/// As many choices as Discord shows.
const CHOICES: usize = 25;

/// Suggests models, each with its price and context.
pub(super) async fn suggest_model(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    suggest(&ctx.data().app, partial, |_| true).await
}

/// Suggests those that look at images.
pub(super) async fn suggest_vision(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    suggest(&ctx.data().app, partial, Model::sees_images).await
}

async fn suggest(
    app: &App,
    partial: &str,
    fits: impl Fn(&Model) -> bool,
) -> CreateAutocompleteResponse {
    let catalogue = app.catalogue.get(&app.store).await;
    let found = catalogue.suggest(partial, usize::MAX);
    let choices = found
        .into_iter()
        .filter(|model| fits(model))
        .take(CHOICES)
        .map(|model| AutocompleteChoice::new(model.label(), model.id.to_string()));
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}

/// What the model won't do as it is asked, as far as the catalogue knows.
pub(super) async fn warnings(app: &App, settings: &ModelSettings) -> Vec<String> {
    let catalogue = app.catalogue.get(&app.store).await;
    let mut warnings = Vec::new();
    if let Some(model) = &settings.model {
        let asked = Asked {
            model,
            temperature: settings.temperature,
            top_p: settings.top_p,
            max_tokens: settings.max_tokens,
            advanced: &settings.advanced,
        };
        let today = app.clock.now().date_naive();
        warnings.extend(catalogue::check(&asked, &catalogue, today));
    }
    if let Some(model) = &settings.vision_model {
        warnings.extend(catalogue::check_vision(model, &catalogue));
    }
    warnings.iter().map(ToString::to_string).collect()
}
