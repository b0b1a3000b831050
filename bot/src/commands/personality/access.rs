//! Whom the caller means, and whether they may change it.
//!
//! The same statements run whether somebody is there or not, and what is private to others is fetched
//! by none of them.

use shared::{
    names::fold_name,
    personality::Definition,
    store::{Editor, Replaced, Seen},
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    texts::personality as texts,
};

/// How often a small change is made anew over somebody else's.
const TRIES: usize = 3;

/// Whom the caller means by what they typed, if it exists for them.
pub(super) async fn meant(app: &App, caller: &Caller, typed: &str) -> Result<Seen, Trouble> {
    let viewer = caller.account.id;
    let folded = fold_name(typed.trim().trim_start_matches('@'));
    let seen = match in_time(app.store.named_by(viewer, &folded)).await? {
        Some(id) => in_time(app.store.personality_seen_by(id, viewer)).await?,
        None => None,
    };
    seen.ok_or(Trouble::Refused(texts::NOBODY))
}

/// The same, for somebody who wants to change it.
pub(super) async fn editable(
    app: &App,
    caller: &Caller,
    typed: &str,
) -> Result<(Seen, Editor), Trouble> {
    let seen = meant(app, caller, typed).await?;
    let editor = app.editor(&caller.account).await?;
    if may_edit(&seen, editor) {
        Ok((seen, editor))
    } else {
        Err(Trouble::Refused(texts::NOT_YOURS))
    }
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
        let (seen, editor) = editable(app, caller, typed).await?;
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
