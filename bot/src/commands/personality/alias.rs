//! `/personality alias`.

use shared::personality::PersonalityName;

use super::access::{change, meant};
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::Message,
    texts::personality as texts,
};

/// Other names under which a personality is found
#[poise::command(slash_command, subcommands("add", "remove", "list"), subcommand_required)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn alias(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Give a personality another name
#[poise::command(slash_command)]
async fn add(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "The other name: up to four words"]
    #[max_length = 100]
    alias: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let added = change(app, &caller, &personality, |definition| {
        let alias = PersonalityName::parse(&alias).map_err(texts::name_problem)?;
        let names = std::iter::once(&definition.display_name).chain(&definition.aliases);
        if names.map(PersonalityName::folded).any(|name| name == alias.folded()) {
            return Err(texts::ALIAS_IS_THERE.to_owned());
        }
        definition.aliases.push(alias);
        Ok(aliases_of(definition))
    });
    caller.answer(app, added.await.map(Message::text)).await;
    Ok(())
}

/// Take one of a personality's other names away
#[poise::command(slash_command)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "The other name"]
    #[max_length = 100]
    alias: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let folded = shared::names::fold_name(&alias);
    let removed = change(app, &caller, &personality, |definition| {
        let before = definition.aliases.len();
        definition.aliases.retain(|alias| alias.folded() != folded);
        if definition.aliases.len() == before {
            return Err(texts::NO_SUCH_ALIAS.to_owned());
        }
        Ok(aliases_of(definition))
    });
    caller.answer(app, removed.await.map(Message::text)).await;
    Ok(())
}

/// Show a personality's other names
#[poise::command(slash_command)]
async fn list(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, listed(app, &caller, &personality).await.map(Message::text)).await;
    Ok(())
}

async fn listed(app: &App, caller: &Caller, typed: &str) -> Result<String, Trouble> {
    Ok(aliases_of(&meant(app, caller, typed).await?.definition))
}

fn aliases_of(definition: &shared::personality::Definition) -> String {
    let aliases: Vec<String> = definition.aliases.iter().map(ToString::to_string).collect();
    texts::aliases(definition.display_name.as_str(), &aliases)
}
