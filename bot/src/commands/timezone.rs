//! `/timezone`: where a person's days begin.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::timezone::Timezone;

use super::{Context, privately};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::timezone as texts,
};

/// Your timezone: where your days, weeks and months begin
#[poise::command(
    slash_command,
    subcommands("set", "show"),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
pub(super) async fn timezone(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Set your timezone
#[poise::command(slash_command)]
async fn set(
    ctx: Context<'_>,
    #[description = "Type a city, such as Paris or New York, and choose from the list"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    timezone: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, change(app, &caller, &timezone).await).await;
    Ok(())
}

/// Show your timezone
#[poise::command(slash_command)]
async fn show(ctx: Context<'_>) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, look(app, &caller).await).await;
    Ok(())
}

async fn change(app: &App, caller: &Caller, typed: &str) -> Result<Message, Trouble> {
    let zone: Timezone = match typed.parse() {
        Ok(zone) => zone,
        Err(unknown) => return Ok(Message::text(texts::unknown(&unknown))),
    };
    let user = app.person(&caller.account).await?;
    in_time(app.store.set_timezone(user.id, zone)).await?;
    Ok(Message::text(texts::set(zone, app.clock.now())))
}

async fn look(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    let user = in_time(app.store.find_user(caller.account.id)).await?;
    let zone = user.map(|user| user.timezone).unwrap_or_default();
    Ok(Message::text(texts::show(zone, app.clock.now())))
}

async fn suggest(_: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let zones = Timezone::search(partial, 25);
    let choices = zones.iter().map(|zone| AutocompleteChoice::new(zone.name(), zone.name()));
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}
