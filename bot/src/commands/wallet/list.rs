//! `/wallet list`.

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately},
    rest::Message,
    texts::wallet as texts,
};

/// Show your keys: their last four characters, and whether they are in use
#[poise::command(slash_command)]
pub(super) async fn list(ctx: Context<'_>) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, keys(app, &caller).await).await;
    Ok(())
}

async fn keys(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    let keys = match in_time(app.store.find_user(caller.account.id)).await? {
        Some(user) => in_time(app.store.live_keys(user.id)).await?,
        None => Vec::new(),
    };
    Ok(Message::text(texts::list(&keys)))
}
