//! `/personality view`.

use super::access::{may_edit, meant};
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::{File, Message},
    texts::personality::view as words,
};

/// Show all about a personality
#[poise::command(slash_command)]
pub(super) async fn view(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    match shown(app, &caller, &personality).await {
        Ok((message, Some(file))) => caller.answer_with_file(app, message, &file).await,
        Ok((message, None)) => caller.answer(app, Ok(message)).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
    Ok(())
}

async fn shown(
    app: &App,
    caller: &Caller,
    typed: &str,
) -> Result<(Message, Option<File>), Trouble> {
    let seen = meant(app, caller, typed).await?;
    let editor = app.editor(&caller.account).await?;
    let view = words::view(&seen, may_edit(&seen, editor));
    let file = view.prompt_file.map(|prompt| File {
        name: "system-prompt.txt".to_owned(),
        content_type: "text/plain; charset=utf-8",
        bytes: prompt.into_bytes(),
    });
    Ok((Message { plain_links: true, ..Message::text(view.text) }, file))
}
