//! What a person's own key paid for, as a message.

use chrono::{DateTime, NaiveDate, Utc};
use shared::{
    money::NanoUsd,
    store::{Latency, UsageBy, UsageSummary, UsageSums},
    timezone::{Period, Span, Timezone},
};

use crate::texts::{counted, grouped};

/// Things that get a line of their own; with the longest names these fit a message.
const MAX_LINES: usize = 8;
/// Days are short.
const MAX_DAYS: usize = 14;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// A name, as it was given.
    Name(String),
    /// A day.
    Day(NaiveDate),
    /// What was said to personalities in private.
    Private,
    /// Servers whose names the person can't see any more.
    UnseenServers,
    /// Personalities that the person can't see any more.
    UnseenPersonalities,
}

/// A line, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub label: Label,
    /// What it comes to.
    pub sums: UsageSums,
}

/// All that is shown.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The stretch of time that was asked about.
    pub span: Span,
    /// Whose midnight.
    pub zone: Timezone,
    /// When it was asked.
    pub now: DateTime<Utc>,
    /// Everything together.
    pub summary: UsageSummary,
    /// By what the lines tell it apart.
    pub by: UsageBy,
    /// The lines, the most important first.
    pub lines: &'a [Line],
    /// What the month will have cost, if that can be said.
    pub forecast: Option<NanoUsd>,
}

/// What a person's own key paid for.
#[must_use]
pub fn usage(report: &Report<'_>) -> String {
    let sums = report.summary.sums;
    let mut lines = vec![heading(report)];
    if sums.requests == 0 {
        lines.push("Nothing was charged to a key of yours.".to_owned());
    } else {
        lines.push(format!(
            "{} · {} in · {} out · **{}**",
            counted(sums.requests, "request", "requests"),
            counted(sums.tokens_in, "token", "tokens"),
            counted(sums.tokens_out, "token", "tokens"),
            sums.cost,
        ));
        lines.extend(told_apart(report));
        lines.push(success(&report.summary));
    }
    if report.summary.failed_free > 0 {
        lines.push(format!(
            "-# {} failed before anything was used.",
            counted(report.summary.failed_free, "request", "requests")
        ));
    }
    if let Some(forecast) = report.forecast {
        lines.push(format!("-# If it goes on like this, this month comes to about {forecast}."));
    }
    if sums.unknown_cost > 0 {
        lines.push(format!(
            "-# {} of unknown cost: not in the sum. Your provider's own page has the last word.",
            counted(sums.unknown_cost, "request is", "requests are")
        ));
    }
    lines.join("\n")
}

fn heading(report: &Report<'_>) -> String {
    let (zone, now) = (report.zone, report.now);
    match report.span {
        Span::Named(period) => {
            let window = match period {
                Period::All => format!("since the beginning, as of {}", zone.local(now)),
                _ => format!("since {}", zone.local(period.bounds(now, zone).start)),
            };
            format!("📊 **Your usage {}** · {window}", named(period))
        }
        Span::Days { first, last } if first == last => {
            format!("📊 **Your usage on {first}** ({zone})")
        }
        Span::Days { first, last } => {
            format!("📊 **Your usage from {first} to {last}** ({zone})")
        }
    }
}

const fn named(period: Period) -> &'static str {
    match period {
        Period::Today => "today",
        Period::Week => "this week",
        Period::Month => "this month",
        Period::All => "in all",
    }
}

fn told_apart(report: &Report<'_>) -> Vec<String> {
    let most = if report.by == UsageBy::Day { MAX_DAYS } else { MAX_LINES };
    let shown = &report.lines[..report.lines.len().min(most)];
    let mut lines: Vec<_> = shown.iter().map(line).collect();
    if report.lines.len() > most {
        let rest = report.summary.sums.without(shown.iter().map(|line| line.sums).sum());
        lines.push(format!(
            "- {}: {}, {}",
            more(report.by, report.lines.len() - most),
            counted(rest.requests, "request", "requests"),
            rest.cost
        ));
    }
    lines
}

fn more(by: UsageBy, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match by {
        UsageBy::Model => counted(count, "more model", "more models"),
        UsageBy::Provider => counted(count, "more provider", "more providers"),
        UsageBy::Personality => counted(count, "more personality", "more personalities"),
        UsageBy::Server => counted(count, "more server", "more servers"),
        // not all of them are counted
        UsageBy::Day => "before that".to_owned(),
    }
}

fn line(line: &Line) -> String {
    let sums = &line.sums;
    let cost = match (sums.unknown_cost, sums.requests) {
        (0, _) => sums.cost.to_string(),
        (unknown, all) if unknown == all => "cost unknown".to_owned(),
        _ => format!("{} and more", sums.cost),
    };
    format!(
        "- {}: {}, {} in, {} out, {cost}",
        label(&line.label),
        counted(sums.requests, "request", "requests"),
        grouped(sums.tokens_in),
        grouped(sums.tokens_out),
    )
}

fn label(label: &Label) -> String {
    match label {
        Label::Name(name) => format!("`{}`", name.replace('`', "'")),
        Label::Day(day) => day.format("%a %Y-%m-%d").to_string(),
        Label::Private => "in private".to_owned(),
        Label::UnseenServers => "servers you can't see".to_owned(),
        Label::UnseenPersonalities => "personalities you can't see".to_owned(),
    }
}

/// How many of all calls were answered, and how soon.
fn success(summary: &UsageSummary) -> String {
    let all = summary.sums.requests + summary.failed_free;
    let rate = format!("-# {} of {} answered", grouped(summary.sums.answered), grouped(all));
    let percent = tenths(summary.sums.answered.saturating_mul(1000) / all.max(1));
    match summary.latency {
        Some(Latency { median_ms, p95_ms }) => format!(
            "{rate} ({percent} %) · half within {} s, 95 % within {} s",
            seconds(median_ms),
            seconds(p95_ms),
        ),
        None => format!("{rate} ({percent} %)"),
    }
}

/// Rounded up: what is said to be within a time must be.
pub(super) fn seconds(milliseconds: i64) -> String {
    tenths(milliseconds.saturating_add(99) / 100)
}

/// So many tenths as a number with one place.
fn tenths(tenths: i64) -> String {
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn sums(requests: i64, nanos: i64, unknown_cost: i64) -> UsageSums {
        UsageSums {
            requests,
            answered: requests - 1,
            tokens_in: 1_234_567,
            tokens_out: 1,
            cost: NanoUsd::from_nanos(nanos),
            unknown_cost,
        }
    }

    fn named(name: &str, requests: i64, nanos: i64, unknown_cost: i64) -> Line {
        Line { label: Label::Name(name.into()), sums: sums(requests, nanos, unknown_cost) }
    }

    fn shown(lines: &[Line], span: Span, by: UsageBy) -> String {
        let sums: UsageSums = lines.iter().map(|line| line.sums).sum();
        let latency = Some(Latency { median_ms: 1_201, p95_ms: 12_000 });
        let summary =
            UsageSummary { sums, failed_free: 0, latency: latency.filter(|_| sums.answered > 0) };
        usage(&Report {
            span,
            zone: "Europe/Paris".parse().unwrap(),
            now: "2026-11-20T13:05:59Z".parse().unwrap(),
            summary,
            by,
            lines,
            forecast: None,
        })
    }

    #[test]
    fn usage_says_the_zone_the_window_and_what_is_unknown() {
        let models = [
            named("lab/large", 12, 1_250_000_000, 0),
            named("lab/medium", 3, 40_000, 1),
            named("lab/sm`all", 1, 0, 1),
        ];
        let range = |first: &str, last: &str| Span::Days {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
        };
        let said = [
            shown(&models, Span::Named(Period::Today), UsageBy::Model),
            shown(&models, Span::Named(Period::Week), UsageBy::Model),
            shown(&models, Span::Named(Period::All), UsageBy::Model),
            shown(&[], Span::Named(Period::Month), UsageBy::Model),
            shown(&models[..1], range("2026-11-01", "2026-11-19"), UsageBy::Provider),
            shown(&models[..1], range("2026-11-20", "2026-11-20"), UsageBy::Provider),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn what_has_no_name_for_the_person_is_told_without_one() {
        let of = |label| Line { label, sums: sums(2, 7_000_000, 0) };
        let days = (1..=20).rev().map(|day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap());
        let days: Vec<_> = days.map(|day| of(Label::Day(day))).collect();
        let said = [
            shown(
                &[of(Label::Private), of(Label::UnseenServers), named("House", 2, 1, 0)],
                Span::Named(Period::Month),
                UsageBy::Server,
            ),
            shown(
                &[named("Viola", 2, 1, 0), of(Label::UnseenPersonalities)],
                Span::Named(Period::Month),
                UsageBy::Personality,
            ),
            shown(&days, Span::Named(Period::Month), UsageBy::Day),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn failures_and_the_rest_of_the_month_are_told() {
        let report = Report {
            span: Span::Named(Period::Month),
            zone: Timezone::UTC,
            now: "2026-11-20T13:05:59Z".parse().unwrap(),
            summary: UsageSummary { sums: sums(3, 5_000_000, 0), failed_free: 4, latency: None },
            by: UsageBy::Model,
            lines: &[],
            forecast: Some(NanoUsd::from_nanos(7_500_000_000)),
        };
        let nothing = UsageSummary { failed_free: 1, ..UsageSummary::default() };
        let empty = Report { summary: nothing, forecast: None, ..report.clone() };
        assert_snapshot!([usage(&report), usage(&empty)].join("\n\n"));
    }

    #[test]
    fn however_much_there_is_it_fits_a_message() {
        let name = "m".repeat(100);
        let many: Vec<_> =
            (0..40).map(|_| named(&name, i64::from(u32::MAX), i64::MAX / 100, 7)).collect();
        let text = shown(&many, Span::Named(Period::All), UsageBy::Model);
        assert!(text.contains("- 32 more models: "), "{text}");
        assert!(text.encode_utf16().count() <= 2000, "{}", text.len());
    }
}
