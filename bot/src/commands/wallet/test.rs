//! `/wallet test`: asks the provider about the stored key, or about one that is only typed.

use shared::{model::Provider, store::CheckPurpose};

use super::form::{Form, ask, open};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately, providers},
    rest::Message,
    texts::wallet as texts,
};

/// Ask the provider whether a key works; costs nothing
#[poise::command(slash_command)]
pub(super) async fn test(
    ctx: Context<'_>,
    #[description = "Test a key that you type, without storing it"] new: Option<bool>,
    #[description = "Who made the key; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    let named = provider.as_deref();
    let Some(provider) = providers::meant(ctx, named).await else { return Ok(()) };
    if new == Some(true) {
        open(ctx, Form::Test(provider)).await;
        return Ok(());
    }
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    match stored(app, &caller, provider).await {
        // the answer comes with the verdict
        Ok(None) => {}
        Ok(Some(text)) => caller.answer(app, Ok(Message::text(text))).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
    Ok(())
}

/// Asks about the stored key. What is to be said at once, if anything.
async fn stored(app: &App, caller: &Caller, provider: Provider) -> Result<Option<String>, Trouble> {
    let Some(user) = in_time(app.store.find_user(caller.account.id)).await? else {
        return Ok(Some(texts::NO_KEY.to_owned()));
    };
    let keys = in_time(app.store.live_keys(user.id)).await?;
    if !keys.iter().any(|key| key.provider == provider) {
        return Ok(Some(texts::NO_KEY.to_owned()));
    }
    ask(app, caller, user.id, provider, CheckPurpose::TestStored, None).await
}
