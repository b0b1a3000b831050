//! `/model`: which model answers a person on their own key.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::{
    ids::PersonalityId,
    model::{ModelId, Provider, UnknownProvider},
    store::VisibleName,
};

use super::{
    Context, privately, providers,
    whom::{self, suggest},
};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::{
        model::{self as texts, Choice, Pays},
        wallet::unknown_provider,
    },
};

/// How many models are named for one that does not exist.
const NEAREST: usize = 3;

/// The model that answers you, on your own key
#[poise::command(
    slash_command,
    subcommands("set", "show", "reset"),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn model(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Choose a model: for every personality, or for one
#[poise::command(slash_command)]
async fn set(
    ctx: Context<'_>,
    #[description = "Type a few letters, such as claude or gpt, and choose from the list"]
    #[autocomplete = "suggest_model"]
    #[max_length = 200]
    model: String,
    #[description = "Only when this one answers; otherwise for all of them"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: Option<String>,
    #[description = "Who runs the model; OpenRouter if you leave it out"]
    #[autocomplete = "providers::suggest_any"]
    #[max_length = 20]
    provider: Option<String>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let offered = &app.system.offered;
    let provider = provider.map_or(Ok(Provider::OpenRouter), |named| offered.parse(&named));
    let done = match provider {
        Ok(provider) => change(app, &caller, provider, &model, personality.as_deref()).await,
        Err(UnknownProvider) => Ok(Message::text(unknown_provider(offered.all()))),
    };
    caller.answer(app, done).await;
    Ok(())
}

/// Show what you chose, or what would answer you at one personality, and why
#[poise::command(slash_command)]
async fn show(
    ctx: Context<'_>,
    #[description = "What would answer you at this one"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: Option<String>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, look(app, &caller, personality.as_deref()).await).await;
    Ok(())
}

/// Forget what you chose: for every personality, or for one
#[poise::command(slash_command)]
async fn reset(
    ctx: Context<'_>,
    #[description = "Only what you chose for this one"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: Option<String>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, forget(app, &caller, personality.as_deref()).await).await;
    Ok(())
}

async fn change(
    app: &App,
    caller: &Caller,
    provider: Provider,
    typed: &str,
    personality: Option<&str>,
) -> Result<Message, Trouble> {
    let for_whom = meant(app, caller, personality).await?;
    let catalogue = app.catalogue.get(&app.store).await;
    let typed = match ModelId::parse_for(provider, typed) {
        Ok(id) => id,
        Err(problem) => {
            let nearest = catalogue.nearest(typed, NEAREST);
            return Ok(Message::text(texts::no_id(problem, &nearest)));
        }
    };
    let found = catalogue.find_at(provider, typed.as_str());
    match found {
        // of other providers' models not all are known
        None if provider == Provider::OpenRouter && !catalogue.is_empty() => {
            let nearest = catalogue.nearest(typed.as_str(), NEAREST);
            return Ok(Message::text(texts::no_model(&nearest)));
        }
        Some(batch) if batch.is_batch() => return Ok(Message::text(texts::BATCH)),
        _ => {}
    }
    // as the provider writes it, unless it names a variant with the same facts
    let same = found.filter(|model| model.id.as_str().eq_ignore_ascii_case(typed.as_str()));
    let id = same.map_or(typed, |model| model.id.clone());
    let user = app.person(&caller.account).await?;
    in_time(app.store.set_user_model(user.id, for_whom.id(), provider, &id)).await?;
    let keys = in_time(app.store.live_keys(user.id)).await?;
    let pays = if !app.system.offered.asks_for_key(provider) {
        Pays::Nobody
    } else if keys.iter().any(|key| key.is_active && key.provider == provider) {
        Pays::OwnKey
    } else {
        Pays::NoKeyYet(provider)
    };
    let choice = Choice { for_whom: for_whom.name(), model: id.into() };
    Ok(Message::text(texts::set(&choice, found, pays)))
}

async fn look(app: &App, caller: &Caller, personality: Option<&str>) -> Result<Message, Trouble> {
    let for_whom = meant(app, caller, personality).await?;
    let user = app.person(&caller.account).await?;
    let catalogue = app.catalogue.get(&app.store).await;
    let today = app.clock.now().date_naive();
    if let Some(one) = for_whom.0 {
        let payer = in_time(app.store.would_pay(user.id, one.personality_id, &app.system)).await?;
        return Ok(Message::text(texts::show_one(&one.display_name, &payer, &catalogue, today)));
    }
    // a personality that the caller can't see any more is not named
    let names = app.names.of(caller.account.id, &app.store).await?;
    let chosen = in_time(app.store.user_models(user.id)).await?;
    let choices: Vec<Choice> = chosen
        .into_iter()
        .filter_map(|chosen| {
            let for_whom = match chosen.personality_id {
                Some(id) => Some(named(&names, id)?.display_name.clone()),
                None => None,
            };
            Some(Choice { for_whom, model: chosen.model })
        })
        .collect();
    Ok(Message::text(texts::show_all(&choices, &catalogue, today)))
}

async fn forget(app: &App, caller: &Caller, personality: Option<&str>) -> Result<Message, Trouble> {
    let for_whom = meant(app, caller, personality).await?;
    let user = app.person(&caller.account).await?;
    let had_one = in_time(app.store.reset_user_model(user.id, for_whom.id())).await?;
    Ok(Message::text(texts::reset(for_whom.name().as_deref(), had_one)))
}

/// One personality, or all of them.
struct ForWhom(Option<VisibleName>);

impl ForWhom {
    fn id(&self) -> Option<PersonalityId> {
        self.0.as_ref().map(|name| name.personality_id)
    }

    fn name(&self) -> Option<String> {
        self.0.as_ref().map(|name| name.display_name.clone())
    }
}

/// Whom the option names: everybody, where it is left out.
async fn meant(app: &App, caller: &Caller, typed: Option<&str>) -> Result<ForWhom, Trouble> {
    Ok(match typed.filter(|typed| !typed.trim().is_empty()) {
        Some(typed) => ForWhom(Some(whom::named(app, caller, typed).await?)),
        None => ForWhom(None),
    })
}

fn named(names: &[VisibleName], id: PersonalityId) -> Option<&VisibleName> {
    names.iter().find(|name| name.personality_id == id)
}

/// Suggests models, with what they cost and how much they read.
async fn suggest_model(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let app = &ctx.data().app;
    let catalogue = app.catalogue.get(&app.store).await;
    let models = catalogue.suggest(partial, 25);
    let choices =
        models.iter().map(|model| AutocompleteChoice::new(model.label(), model.id.as_str()));
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}
