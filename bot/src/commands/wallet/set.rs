//! `/wallet set`: opens the form for a key.

use super::form::{Form, open};
use crate::{
    caller::Trouble,
    commands::{Context, providers},
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
    let named = provider.as_deref();
    let Some(provider) = providers::meant(ctx, named).await else { return Ok(()) };
    open(ctx, Form::Set(provider)).await;
    Ok(())
}
