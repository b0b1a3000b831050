//! `/usage`: what a person's own key paid for.

mod forecast;
mod names;
mod options;

use shared::{
    store::{UsageBy, UsageSummary, User},
    timezone::{AskedSpan, Period, Span, Timezone},
};

use self::options::Chosen;
use super::{Context, privately};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::Message,
    texts::usage::{Report, refused, usage as told},
};

/// What is asked about.
struct Asked {
    period: Option<Period>,
    from: Option<String>,
    to: Option<String>,
    days: Option<i64>,
    by: UsageBy,
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
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let by = by.map_or(UsageBy::Model, |by| by.0);
    let asked = Asked { period: period.map(|period| period.0), from, to, days, by };
    caller.answer(app, answer(app, &caller, &asked).await).await;
    Ok(())
}

async fn answer(app: &App, caller: &Caller, asked: &Asked) -> Result<Message, Trouble> {
    let wanted = wanted(app, caller, asked).await?;
    sum_up(app, caller, &wanted, asked.by).await
}

/// Days are read in the caller's timezone.
async fn wanted(app: &App, caller: &Caller, asked: &Asked) -> Result<Wanted, Trouble> {
    let user = in_time(app.store.find_user(caller.account.id)).await?;
    let zone = user.as_ref().map(|user| user.timezone).unwrap_or_default();
    let span = AskedSpan {
        period: asked.period,
        from: asked.from.as_deref(),
        to: asked.to.as_deref(),
        days: asked.days,
    };
    let span = Span::read(span, zone.day_of(app.clock.now()));
    Ok(Wanted { user, zone, span: span.map_err(|why| Trouble::Refused(refused(why)))? })
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
