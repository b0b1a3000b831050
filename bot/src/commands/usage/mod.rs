//! `/usage`: what a person's own key paid for.

mod forecast;
mod names;
mod options;
mod table;

use shared::{
    store::{UsageBy, UsageSummary, User},
    timezone::{AskedSpan, Period, Span, Timezone},
};

use self::options::{Chosen, Form};
use super::{Context, privately};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::usage::{Report, recent, refused, usage as told},
};

/// What is asked about.
struct Asked {
    period: Option<Period>,
    from: Option<String>,
    to: Option<String>,
    days: Option<i64>,
    by: UsageBy,
    form: Form,
}

/// Whose usage, and which of it.
struct Wanted {
    user: Option<User>,
    zone: Timezone,
    span: Span,
}

/// What your key paid for: requests, tokens and cost
#[poise::command(slash_command, install_context = "Guild", interaction_context = "Guild|BotDm")]
pub(super) async fn usage(
    ctx: Context<'_>,
    #[description = "Today, this week, this month (if you leave it out) or all; in your timezone"]
    period: Option<Chosen<Period>>,
    #[description = "What to tell apart: models, if you leave it out"] by: Option<Chosen<UsageBy>>,
    #[description = "The first day, such as 2026-11-01"]
    #[max_length = 20]
    from: Option<String>,
    #[description = "The last day; today, if you leave it out"]
    #[max_length = 20]
    to: Option<String>,
    #[description = "So many days up to today, up to the last day, or from the first"]
    #[min = 1]
    #[max = 365]
    days: Option<i64>,
    #[description = "The sums, if you leave it out; your latest calls; or a file for spreadsheets"]
    #[rename = "as"]
    form: Option<Chosen<Form>>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let by = by.map_or(UsageBy::Model, |by| by.0);
    let form = form.map_or(Form::Summary, |form| form.0);
    let asked = Asked { period: period.map(|period| period.0), from, to, days, by, form };
    let largest = usize::try_from(ctx.interaction.attachment_size_limit).unwrap_or_default();
    answer(app, &caller, &asked, largest).await;
    Ok(())
}

async fn answer(app: &App, caller: &Caller, asked: &Asked, largest_file: usize) {
    let answer = match (wanted(app, caller, asked).await, asked.form) {
        (Err(trouble), _) => Err(trouble),
        (Ok(wanted), Form::Summary) => sum_up(app, caller, &wanted, asked.by).await,
        (Ok(wanted), Form::Recent) => latest(app, &wanted).await,
        (Ok(wanted), Form::Csv) => {
            return table::send(app, caller, &wanted, largest_file).await;
        }
    };
    caller.answer(app, answer).await;
}

/// Days are read in the caller's timezone.
async fn wanted(app: &App, caller: &Caller, asked: &Asked) -> Result<Wanted, Trouble> {
    let user = in_time(app.store.find_user(caller.account.id)).await?;
    let zone = user.as_ref().map(|user| user.timezone).unwrap_or_default();
    let nothing_said = asked.from.is_none() && asked.to.is_none() && asked.days.is_none();
    // the latest calls are the latest, whenever they were
    let is_open = nothing_said && asked.form == Form::Recent;
    let span = AskedSpan {
        period: asked.period.or(is_open.then_some(Period::All)),
        from: asked.from.as_deref(),
        to: asked.to.as_deref(),
        days: asked.days,
    };
    let span = Span::read(span, zone.day_of(app.clock.now()));
    Ok(Wanted { user, zone, span: span.map_err(|why| Trouble::Refused(refused(why)))? })
}

async fn latest(app: &App, wanted: &Wanted) -> Result<Message, Trouble> {
    let calls = match &wanted.user {
        None => Vec::new(),
        Some(user) => {
            let during = wanted.span.bounds(app.clock.now(), wanted.zone);
            in_time(app.store.recent_usage(user.id, &during)).await?
        }
    };
    Ok(Message::text(recent(&calls, wanted.zone)))
}

async fn sum_up(
    app: &App,
    caller: &Caller,
    wanted: &Wanted,
    by: UsageBy,
) -> Result<Message, Trouble> {
    let (now, zone, span) = (app.clock.now(), wanted.zone, wanted.span);
    let (summary, lines, forecast) = match &wanted.user {
        None => (UsageSummary::default(), Vec::new(), None),
        Some(user) => {
            let during = span.bounds(now, zone);
            let summary = in_time(app.store.usage(user.id, during.clone())).await?;
            let groups = in_time(app.store.usage_by(user.id, during, by, zone)).await?;
            let lines = names::lines(app, caller, groups).await;
            // a range of days has an end of its own
            let forecast = if matches!(span, Span::Named(_)) {
                forecast::of_this_month(app, user.id, zone, now).await?
            } else {
                None
            };
            (summary, lines, forecast)
        }
    };
    Ok(Message::text(told(&Report { span, zone, now, summary, by, lines: &lines, forecast })))
}
