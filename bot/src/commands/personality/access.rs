//! Whom the caller means, and whether they may change it.
//!
//! The same statements run whether somebody is there or not, and what is private to others is fetched
//! by none of them.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse};
use shared::{
    names::fold_name,
    personality::Definition,
    store::{Editor, Replaced, Seen},
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::Context,
    texts::personality as texts,
    visible_names,
};

/// How often a small change is made anew over somebody else's.
const TRIES: usize = 3;

/// Whom the caller means by what they typed, if it exists for them.
pub(super) async fn meant(
    app: &App,
    caller: &Caller,
    typed: &str,
) -> Result<Option<Seen>, Trouble> {
    let viewer = caller.account.id;
    let folded = fold_name(typed.trim().trim_start_matches('@'));
    let Some(id) = in_time(app.store.named_by(viewer, &folded)).await? else { return Ok(None) };
    Ok(in_time(app.store.personality_seen_by(id, viewer)).await?)
}

/// The same, for somebody who wants to change it; else what to say.
pub(super) async fn editable(
    app: &App,
    caller: &Caller,
    typed: &str,
) -> Result<Result<(Seen, Editor), &'static str>, Trouble> {
    let Some(seen) = meant(app, caller, typed).await? else { return Ok(Err(texts::NOBODY)) };
    let editor = app.editor(&caller.account).await?;
    Ok(if may_edit(&seen, editor) { Ok((seen, editor)) } else { Err(texts::NOT_YOURS) })
}

/// Whether somebody may change what they see. The store decides once more when they do.
pub(super) fn may_edit(seen: &Seen, editor: Editor) -> bool {
    seen.ownership.owner == Some(editor.user) || (editor.manages && seen.definition.is_public)
}

/// Makes one small change to whom the caller means, and says what became of it. A change that is
/// made at the same time is not undone by it: this one is made once more on top.
pub(super) async fn change(
    app: &App,
    caller: &Caller,
    typed: &str,
    change: impl Fn(&mut Definition) -> Result<String, String>,
) -> Result<String, Trouble> {
    for _ in 0..TRIES {
        let (seen, editor) = match editable(app, caller, typed).await? {
            Ok(found) => found,
            Err(text) => return Ok(text.to_owned()),
        };
        let mut definition = seen.definition;
        let done = match change(&mut definition) {
            Ok(done) => done,
            Err(text) => return Ok(text),
        };
        if let Err(problems) = definition.check() {
            return Ok(texts::definition_problems(&problems));
        }
        let expected = seen.ownership.updated_at;
        let replacing = app.store.replace_definition(seen.id, editor, &definition, expected);
        match in_time(replacing).await? {
            Replaced::Done(_) => {
                app.names.forget();
                return Ok(done);
            }
            Replaced::Stale => {}
            outcome => {
                return Ok(texts::not_replaced(&outcome).unwrap_or(texts::NOBODY).to_owned());
            }
        }
    }
    Ok(texts::TRY_AGAIN.to_owned())
}

/// Suggests those whom the caller can see, and nobody else.
pub(super) async fn suggest(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let app = &ctx.data().app;
    let viewer = ctx.interaction.user.id.get().into();
    let names = app.names.of(viewer, &app.store).await.unwrap_or_default();
    let choices = visible_names::suggest(&names, partial, 25);
    let choices = choices.iter().map(|name| {
        let shown: String = name.display_name.chars().take(100).collect();
        AutocompleteChoice::new(shown, name.folded.chars().take(100).collect::<String>())
    });
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}
