//! `/usage`: what a person's own key paid for.

use poise::{
    SlashArgError, SlashArgument,
    serenity_prelude::{self as discord, CommandOptionType, CreateCommandOption, ResolvedValue},
};
use shared::{store::UsageSummary, timezone::Period};

use super::{Context, privately};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::usage as texts,
};

/// A period as an option: chosen by its name, and sent by its name.
struct Chosen(Period);

#[poise::async_trait]
impl SlashArgument for Chosen {
    async fn extract(
        _: &discord::Context,
        _: &discord::CommandInteraction,
        value: &ResolvedValue<'_>,
    ) -> Result<Self, SlashArgError> {
        match value {
            ResolvedValue::String(name) => name.parse().map(Self).map_err(|_| {
                SlashArgError::new_command_structure_mismatch("expected the name of a period")
            }),
            _ => Err(SlashArgError::new_command_structure_mismatch("expected string")),
        }
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        let builder = builder.kind(CommandOptionType::String);
        Period::ALL.into_iter().fold(builder, |builder, period| {
            builder.add_string_choice(period.as_str(), period.as_str())
        })
    }
}

/// What your key paid for: requests, tokens and cost
#[poise::command(slash_command, install_context = "Guild", interaction_context = "Guild|BotDm")]
pub(super) async fn usage(
    ctx: Context<'_>,
    #[description = "Today, this week, this month, or all; in your timezone"] period: Chosen,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, sum_up(app, &caller, period.0).await).await;
    Ok(())
}

async fn sum_up(app: &App, caller: &Caller, period: Period) -> Result<Message, Trouble> {
    let now = app.clock.now();
    let (summary, zone) = match in_time(app.store.find_user(caller.account.id)).await? {
        Some(user) => {
            let during = period.bounds(now, user.timezone);
            (in_time(app.store.usage(user.id, during)).await?, user.timezone)
        }
        None => (UsageSummary::default(), shared::timezone::Timezone::default()),
    };
    Ok(Message::text(texts::usage(&summary, period, zone, now)))
}
