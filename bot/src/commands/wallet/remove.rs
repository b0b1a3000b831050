//! `/wallet remove`: asks first, then erases.
//!
//! The button names the very key, so an old question that somebody finds again can't remove the key
//! that was stored after it. Who may press it is decided by the account that pressed.

use serenity::all::ComponentInteraction;
use shared::ids::{ApiKeyId, DiscordUserId};

use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{Context, privately, providers},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::wallet as texts,
};

/// Erase a key of yours; asks you to confirm
#[poise::command(slash_command)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "Whose key; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    let named = provider.as_deref();
    let Some(provider) = providers::ever_meant(ctx, named).await else { return Ok(()) };
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, question(app, &caller, provider).await).await;
    Ok(())
}

async fn question(
    app: &App,
    caller: &Caller,
    provider: shared::model::Provider,
) -> Result<Message, Trouble> {
    let keys = match in_time(app.store.find_user(caller.account.id)).await? {
        Some(user) => in_time(app.store.live_keys(user.id)).await?,
        None => Vec::new(),
    };
    Ok(match keys.iter().find(|key| key.provider == provider) {
        Some(key) => {
            let press = Press::RemoveKey { key: key.id, asked: caller.account.id };
            let yes = Button::new(ButtonStyle::Danger, press.to_string(), texts::CONFIRM);
            Message::text(texts::confirm_removal(key)).with_row(Row(vec![yes]))
        }
        None => Message::text(texts::none_for(provider)),
    })
}

/// Somebody confirmed.
pub(crate) async fn confirmed(
    app: &App,
    click: &ComponentInteraction,
    key: ApiKeyId,
    asked: DiscordUserId,
) {
    let caller = Caller::of_click(app, click);
    if caller.account.id != asked {
        return caller.say_privately(app, texts::NOT_YOURS).await;
    }
    if caller.acknowledge(app, &Answer::DeferUpdate).await {
        caller.answer(app, erase(app, &caller, key).await).await;
    }
}

async fn erase(app: &App, caller: &Caller, key: ApiKeyId) -> Result<Message, Trouble> {
    let nothing = || Message::text(texts::NOTHING_TO_REMOVE);
    let Some(user) = in_time(app.store.find_user(caller.account.id)).await? else {
        return Ok(nothing());
    };
    let keys = in_time(app.store.live_keys(user.id)).await?;
    let Some(key) = keys.iter().find(|live| live.id == key) else { return Ok(nothing()) };
    if !in_time(app.store.remove_key(user.id, key.provider)).await? {
        return Ok(nothing());
    }
    tracing::info!(user.id = %user.id, provider = %key.provider, "a key was erased");
    // what waited for it fails at the fence, and says so
    app.wake(user.id).await;
    Ok(Message::text(texts::removed(key.provider)))
}
