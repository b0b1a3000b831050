//! `/wallet pause`, `/wallet resume` and `/wallet default`: which of the keys are used.

use shared::{
    ids::UserId,
    store::{KeyChange, StoreError},
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately, providers},
    rest::Message,
    texts::wallet as texts,
};

/// Set a key of yours aside: nothing is answered on it until you resume it
#[poise::command(slash_command)]
pub(super) async fn pause(
    ctx: Context<'_>,
    #[description = "Whose key; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    turn(ctx, provider, true).await
}

/// Use a key again that you paused
#[poise::command(slash_command)]
pub(super) async fn resume(
    ctx: Context<'_>,
    #[description = "Whose key; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    turn(ctx, provider, false).await
}

/// Choose the key that stands in where you have none for a model's provider
#[poise::command(slash_command)]
pub(super) async fn default(
    ctx: Context<'_>,
    #[description = "Whose key"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: String,
) -> Result<(), Trouble> {
    let Some(provider) = providers::meant(ctx, Some(&provider)).await else { return Ok(()) };
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let done = change(app, &caller, |user| app.store.make_default_key(user, provider)).await;
    let text = |outcome| Message::text(texts::defaulted(provider, outcome));
    caller.answer(app, done.map(text)).await;
    Ok(())
}

async fn turn(ctx: Context<'_>, named: Option<String>, pause: bool) -> Result<(), Trouble> {
    let named = named.as_deref();
    let Some(provider) = providers::meant(ctx, named).await else { return Ok(()) };
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let done = change(app, &caller, |user| app.store.pause_key(user, provider, pause)).await;
    let text = |outcome| Message::text(texts::paused(provider, pause, outcome));
    caller.answer(app, done.map(text)).await;
    Ok(())
}

/// Somebody who was never here has no key.
async fn change<'a, F>(
    app: &'a App,
    caller: &Caller,
    change: impl FnOnce(UserId) -> F,
) -> Result<KeyChange, Trouble>
where
    F: Future<Output = Result<KeyChange, StoreError>> + 'a,
{
    let Some(user) = in_time(app.store.find_user(caller.account.id)).await? else {
        return Ok(KeyChange::NoKey);
    };
    let outcome = in_time(change(user.id)).await?;
    tracing::info!(user.id = %user.id, outcome = ?outcome, "it was asked which keys are used");
    // what waits for it fails at the fence, and says so
    app.wake(user.id).await;
    Ok(outcome)
}
