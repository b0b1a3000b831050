//! `/wallet set`: opens the form for a key.

use super::form::{Form, open};
use crate::{
    caller::{Caller, Trouble},
    commands::{Context, acknowledged, providers},
    texts::wallet as texts,
};

/// Store a key of yours, through a private form
#[poise::command(slash_command)]
pub(super) async fn set(
    ctx: Context<'_>,
    #[description = "Who made the key; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    match providers::named(provider.as_deref()) {
        Ok(provider) => open(app, &caller, Form::Set(provider)).await,
        Err(_) => caller.say_privately(app, texts::unknown_provider()).await,
    }
    Ok(())
}
