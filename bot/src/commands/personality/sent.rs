//! A form was sent, or is to be opened once more.
//!
//! Nothing that was typed is lost: what can't be taken is kept for an hour, and the answer says what
//! is wrong and has a button that opens the form with it.

use chrono::{DateTime, Utc};
use serenity::all::{ActionRowComponent, ComponentInteraction, ModalInteraction};
use shared::{
    ids::{DraftId, PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Created, Draft, Editor, NewDraft, Replaced},
};

use super::{
    fields::{self, Cuts, Fields},
    forms::{Form, Section},
    models,
};
use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::personality::{self as texts, config as settings, forms as words},
};

/// Beside the fields of a form that is kept: what it carried of the prompt.
const CUTS: &str = "cuts";

/// What became of what was typed.
enum Taken {
    /// It holds.
    Done(String),
    /// It can't be taken as it is, and is kept.
    Problem(String),
    /// It can't be taken at all.
    Never(String),
}

/// A form was sent. `false`: it is none of ours.
pub(crate) async fn submitted(app: &App, sent: &ModalInteraction) -> bool {
    let Ok(form) = sent.data.custom_id.parse::<Form>() else { return false };
    let caller = Caller::of_form(app, sent);
    if caller.defer_privately(app).await {
        let fields = typed(sent);
        caller.answer(app, answered(app, &caller, form, fields).await).await;
    }
    true
}

fn typed(sent: &ModalInteraction) -> Fields {
    let inputs = sent.data.components.iter().flat_map(|row| &row.components);
    let read = inputs.filter_map(|component| match component {
        ActionRowComponent::InputText(input) => {
            Some((input.custom_id.clone(), input.value.clone().unwrap_or_default()))
        }
        _ => None,
    });
    read.collect()
}

async fn answered(
    app: &App,
    caller: &Caller,
    form: Form,
    fields: Fields,
) -> Result<Message, Trouble> {
    if fields.values().any(|text| app.redactor.finds_key_in(text)) {
        return Ok(Message::text(texts::KEY_TYPED));
    }
    let user = app.person(&caller.account).await?;
    match taken(app, caller, form, &fields).await? {
        Taken::Done(text) => {
            app.names.forget();
            Ok(Message::text(text))
        }
        Taken::Never(text) => Ok(Message::text(text)),
        Taken::Problem(what) => kept(app, user.id, form, fields, &what).await,
    }
}

async fn taken(app: &App, caller: &Caller, form: Form, fields: &Fields) -> Result<Taken, Trouble> {
    match form {
        Form::Create { is_public } => created(app, caller, is_public, fields).await,
        Form::Edit { section, id, based_on, cuts } => {
            edited(app, caller, (section, id, based_on), cuts, fields).await
        }
    }
}

async fn created(
    app: &App,
    caller: &Caller,
    is_public: bool,
    fields: &Fields,
) -> Result<Taken, Trouble> {
    if !app.rank(&caller.account).await?.creates(app.creators) {
        return Ok(Taken::Never(texts::MAY_NOT_CREATE.to_owned()));
    }
    let name = fields.get(fields::NAME).map(String::as_str).unwrap_or_default();
    let name = match PersonalityName::parse(name) {
        Ok(name) => name,
        Err(problem) => return Ok(Taken::Problem(texts::name_problem(problem))),
    };
    let mut definition =
        Definition { is_public, ..Definition::new(name, fields::prompt(fields, Cuts::default())) };
    if let Err(problem) = fields::read_about(fields, &mut definition) {
        return Ok(Taken::Problem(problem));
    }
    if let Err(problems) = definition.check() {
        return Ok(Taken::Problem(texts::definition_problems(&problems)));
    }
    let user = app.person(&caller.account).await?;
    Ok(match in_time(app.store.create_personality(user.id, &definition)).await? {
        Created::Made(id) => {
            tracing::info!(personality.id = %id, user.id = %user.id, "a personality was made");
            Taken::Done(texts::created(definition.display_name.as_str(), is_public))
        }
        Created::Taken(_) => Taken::Problem(texts::TAKEN.to_owned()),
    })
}

async fn edited(
    app: &App,
    caller: &Caller,
    (section, id, based_on): (Section, PersonalityId, DateTime<Utc>),
    cuts: Cuts,
    fields: &Fields,
) -> Result<Taken, Trouble> {
    let editor = app.editor(&caller.account).await?;
    let seen = in_time(app.store.personality_seen_by(id, caller.account.id)).await?;
    let Some(seen) = seen else { return Ok(Taken::Never(texts::NOBODY.to_owned())) };
    let mut definition = seen.definition;
    let read = match section {
        Section::About => fields::read_about(fields, &mut definition),
        Section::Prompt => {
            definition.system_prompt = fields::prompt(fields, cuts);
            Ok(())
        }
        Section::Advanced => {
            fields::read_advanced(fields).map(|advanced| definition.settings.advanced = advanced)
        }
    };
    if let Err(problem) = read {
        return Ok(Taken::Problem(problem));
    }
    if let Err(problems) = definition.check() {
        return Ok(Taken::Problem(texts::definition_problems(&problems)));
    }
    saved(app, id, editor, &definition, (section, based_on)).await
}

async fn saved(
    app: &App,
    id: PersonalityId,
    editor: Editor,
    definition: &Definition,
    (section, based_on): (Section, DateTime<Utc>),
) -> Result<Taken, Trouble> {
    let replacing = app.store.replace_definition(id, editor, definition, based_on);
    let outcome = in_time(replacing).await?;
    let name = definition.display_name.as_str();
    Ok(match (&outcome, texts::not_replaced(&outcome)) {
        (_, None) if section == Section::Advanced => {
            let text = settings::settings(name, &definition.settings, true);
            let warnings = models::warnings(app, &definition.settings).await;
            Taken::Done(settings::with_warnings(&text, &warnings))
        }
        (_, None) => Taken::Done(texts::saved(name)),
        (Replaced::Taken(_) | Replaced::Stale, Some(text)) => Taken::Problem(text.to_owned()),
        (_, Some(text)) => Taken::Never(text.to_owned()),
    })
}

/// Says what is wrong, and keeps what was typed.
async fn kept(
    app: &App,
    user: UserId,
    form: Form,
    mut fields: Fields,
    what: &str,
) -> Result<Message, Trouble> {
    let personality = match form {
        Form::Create { .. } => None,
        Form::Edit { id, cuts, .. } => {
            fields.insert(CUTS.to_owned(), cuts.signs());
            Some(id)
        }
    };
    let draft = NewDraft { user, personality, form: form.name().to_owned(), fields };
    let id = in_time(app.store.keep_draft(&draft)).await?;
    let press = Press::OpenDraft(id).to_string();
    let again = Button::new(ButtonStyle::Primary, press, words::OPEN_AGAIN);
    Ok(Message::text(words::problem(what)).with_row(Row(vec![again])))
}

/// The button under such an answer: the form, with what was typed. It is based on how the
/// personality is now, as its author was told what has changed.
pub(crate) async fn reopen(app: &App, click: &ComponentInteraction, draft: DraftId) {
    let caller = Caller::of_click(app, click);
    match reopened(app, &caller, draft).await {
        Ok(Some((form, fields))) => {
            caller.acknowledge(app, &Answer::Modal(form.modal(&fields))).await;
        }
        Ok(None) => caller.say_privately(app, words::NOT_KEPT).await,
        Err(trouble) => {
            tracing::warn!(interaction.id = %caller.interaction, error = %trouble, "a form could not be opened");
            caller.say_privately(app, trouble.text()).await;
        }
    }
}

async fn reopened(
    app: &App,
    caller: &Caller,
    draft: DraftId,
) -> Result<Option<(Form, Fields)>, Trouble> {
    let viewer = caller.account.id;
    let Some(Draft { personality, form, mut fields }) =
        in_time(app.store.draft(draft, viewer)).await?
    else {
        return Ok(None);
    };
    let Some(id) = personality else {
        return Ok(Some((Form::Create { is_public: form == "create-public" }, fields)));
    };
    let seen = in_time(app.store.personality_seen_by(id, viewer)).await?;
    let section = Section::from_stored(&form);
    let cuts = fields.remove(CUTS).and_then(|signs| Cuts::from_signs(&signs)).unwrap_or_default();
    Ok(seen.zip(section).map(|(seen, section)| {
        let based_on = seen.ownership.updated_at;
        (Form::Edit { section, id, based_on, cuts }, fields)
    }))
}
