//! `/personality export`: a copy as a file, for those who may change it.

use shared::{
    formats::{card, file},
    store::Seen,
};

use super::access::editable;
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::{File, Message},
    texts::personality::files as words,
};

/// As what.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
pub(super) enum Format {
    /// Our own.
    #[name = "Troupe's own JSON: everything"]
    Own,
    /// A card.
    #[name = "Character card, in a PNG picture"]
    CardPng,
    /// A card.
    #[name = "Character card, as JSON"]
    CardJson,
}

/// Get a copy of a personality as a file
#[poise::command(slash_command)]
pub(super) async fn export(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "Troupe's own JSON, if you leave it out"] format: Option<Format>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let format = format.unwrap_or(Format::Own);
    match written(app, &caller, &personality, format).await {
        Ok((text, file)) => caller.answer_with_file(app, Message::text(text), &file).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
    Ok(())
}

async fn written(
    app: &App,
    caller: &Caller,
    typed: &str,
    format: Format,
) -> Result<(String, File), Trouble> {
    let (seen, _) = editable(app, caller, typed).await?;
    let text = words::exported(seen.definition.display_name.as_str());
    Ok((text, in_format(&seen, format)))
}

fn in_format(seen: &Seen, format: Format) -> File {
    let definition = &seen.definition;
    let (extension, content_type, bytes) = match format {
        Format::Own => ("json", "application/json", file::to_json(definition)),
        Format::CardJson => ("card.json", "application/json", card::write_json(definition)),
        Format::CardPng => ("card.png", "image/png", card::write_png(definition, None)),
    };
    let name: String = definition
        .display_name
        .folded()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    File { name: format!("{name}.{extension}"), content_type, bytes }
}
