//! `/personality birthday`.

use shared::personality::Birthday;

use super::access::change;
use crate::{
    caller::Trouble,
    commands::{Context, privately, whom::suggest},
    rest::Message,
    texts::personality as texts,
};

/// Set a personality's birthday
#[poise::command(slash_command)]
pub(super) async fn birthday(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "1852-11-27, or 11-27 without a year; leave it out to remove it"]
    #[max_length = 20]
    day: Option<String>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let changed = change(app, &caller, &personality, |definition| {
        let day = day.as_deref().map(str::parse::<Birthday>).transpose();
        definition.birthday = day.map_err(|_| texts::NO_DAY.to_owned())?;
        Ok(texts::saved(definition.display_name.as_str()))
    });
    caller.answer(app, changed.await.map(Message::text)).await;
    Ok(())
}
