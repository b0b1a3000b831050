//! `/personality visibility`.

use super::access::{change, meant};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::Message,
    texts::personality as texts,
};

/// For whom it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
pub(super) enum Who {
    /// Everybody.
    #[name = "public: everybody can talk to it"]
    Public,
    /// Its owner.
    #[name = "private: it exists for its owner alone"]
    Private,
}

/// Set for whom a personality exists
#[poise::command(slash_command)]
pub(super) async fn visibility(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "For whom it exists"] who: Who,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, set(app, &caller, &personality, who).await.map(Message::text)).await;
    Ok(())
}

async fn set(app: &App, caller: &Caller, typed: &str, who: Who) -> Result<String, Trouble> {
    let is_public = who == Who::Public;
    let seen = meant(app, caller, typed).await?;
    let others = in_time(app.store.others_talking(seen.id)).await?;
    change(app, caller, typed, |definition| {
        definition.is_public = is_public;
        Ok(texts::visibility(definition.display_name.as_str(), is_public, others))
    })
    .await
}
