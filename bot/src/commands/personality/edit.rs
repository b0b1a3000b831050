//! `/personality edit`: opens a form with what is there.

use super::{
    access::editable,
    fields::{self, Cuts, Fields},
    forms::{Form, Section},
};
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, acknowledged, whom::suggest},
    rest::Answer,
    texts::personality::forms as texts,
};

/// Which part.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
pub(super) enum Part {
    /// The prompt.
    #[name = "system prompt"]
    Prompt,
    /// The rest.
    #[name = "names, error message, birthday"]
    About,
}

/// Change a personality
#[poise::command(slash_command)]
pub(super) async fn edit(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "What of it"] part: Part,
) -> Result<(), Trouble> {
    let section = match part {
        Part::Prompt => Section::Prompt,
        Part::About => Section::About,
    };
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    open(app, &caller, &personality, section).await;
    Ok(())
}

/// Answers a command with the form for a part of a personality.
pub(super) async fn open(app: &App, caller: &Caller, typed: &str, section: Section) {
    match filled(app, caller, typed, section).await {
        Ok((form, fields)) => {
            caller.acknowledge(app, &Answer::Modal(form.modal(&fields))).await;
        }
        Err(trouble) => {
            trouble.note(caller.interaction);
            caller.say_privately(app, trouble.text()).await;
        }
    }
}

async fn filled(
    app: &App,
    caller: &Caller,
    typed: &str,
    section: Section,
) -> Result<(Form, Fields), Trouble> {
    let (seen, _) = editable(app, caller, typed).await?;
    let definition = &seen.definition;
    let fields = match section {
        Section::About => fields::of_about(definition),
        Section::Prompt => fields::of_prompt(&definition.system_prompt)
            .ok_or(Trouble::Refused(texts::PROMPT_TOO_LONG))?,
        Section::Advanced => fields::of_advanced(&definition.settings.advanced)
            .ok_or(Trouble::Refused(texts::ADVANCED_TOO_LONG))?,
    };
    let cuts = match section {
        Section::Prompt => Cuts::of(&definition.system_prompt),
        Section::About | Section::Advanced => Cuts::default(),
    };
    let form = Form::Edit { section, id: seen.id, based_on: seen.ownership.updated_at, cuts };
    Ok((form, fields))
}
