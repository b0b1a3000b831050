//! `/personality error-message`.

use super::access::change;
use crate::{
    caller::Trouble,
    commands::{Context, privately, whom::suggest},
    rest::Message,
    texts::personality as texts,
};

/// Set what a personality says in the channel when its answer fails
#[poise::command(slash_command, rename = "error-message")]
pub(super) async fn error_message(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "Its words; leave them out for a short neutral line"]
    #[max_length = 1500]
    message: Option<String>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let message = message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    let changed = change(app, &caller, &personality, |definition| {
        if message.is_some_and(|message| app.redactor.finds_key_in(message)) {
            return Err(texts::KEY_TYPED.to_owned());
        }
        definition.error_message = message.map(str::to_owned);
        Ok(texts::saved(definition.display_name.as_str()))
    });
    caller.answer(app, changed.await.map(Message::text)).await;
    Ok(())
}
