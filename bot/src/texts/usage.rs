//! `/usage`.

use chrono::{DateTime, Utc};
use shared::{
    store::{ModelUsage, UsageSummary},
    timezone::{Period, Timezone},
};

use super::{counted, grouped};

/// Models that get a line of their own; with the longest names these fit a message.
const MAX_LINES: usize = 10;

/// What a person's own key paid for in a period.
#[must_use]
pub fn usage(summary: &UsageSummary, period: Period, zone: Timezone, now: DateTime<Utc>) -> String {
    let mut lines =
        vec![format!("📊 **Your usage {}** · {}", named(period), window(period, zone, now))];
    if summary.requests() == 0 {
        lines.push("Nothing was charged to a key of yours.".to_owned());
        return lines.join("\n");
    }
    let (tokens_in, tokens_out) = summary.tokens();
    lines.push(format!(
        "{} · {} in · {} out · **{}**",
        counted(summary.requests(), "request", "requests"),
        counted(tokens_in, "token", "tokens"),
        counted(tokens_out, "token", "tokens"),
        summary.cost(),
    ));
    lines.extend(summary.models.iter().take(MAX_LINES).map(line));
    if let Some(more) = summary.models.get(MAX_LINES..).filter(|more| !more.is_empty()) {
        let rest = UsageSummary { models: more.to_vec() };
        let count = i64::try_from(more.len()).unwrap_or(i64::MAX);
        lines.push(format!(
            "- {}: {}, {}",
            counted(count, "more model", "more models"),
            counted(rest.requests(), "request", "requests"),
            rest.cost()
        ));
    }
    if summary.unknown_cost() > 0 {
        lines.push(format!(
            "-# {} of unknown cost: not in the sum. Your provider's own page has the last word.",
            counted(summary.unknown_cost(), "request is", "requests are")
        ));
    }
    lines.join("\n")
}

fn line(model: &ModelUsage) -> String {
    let cost = match (model.unknown_cost, model.requests) {
        (0, _) => model.cost.to_string(),
        (unknown, all) if unknown == all => "cost unknown".to_owned(),
        _ => format!("{} and more", model.cost),
    };
    format!(
        "- `{}`: {}, {} in, {} out, {cost}",
        model.model.replace('`', "'"),
        counted(model.requests, "request", "requests"),
        grouped(model.tokens_in),
        grouped(model.tokens_out),
    )
}

const fn named(period: Period) -> &'static str {
    match period {
        Period::Today => "today",
        Period::Week => "this week",
        Period::Month => "this month",
        Period::All => "in all",
    }
}

fn window(period: Period, zone: Timezone, now: DateTime<Utc>) -> String {
    match period {
        Period::All => format!("since the beginning, as of {}", zone.local(now)),
        _ => format!("since {}", zone.local(period.bounds(now, zone).start)),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::money::NanoUsd;

    use super::*;

    fn model(name: &str, requests: i64, nanos: i64, unknown_cost: i64) -> ModelUsage {
        ModelUsage {
            model: name.into(),
            requests,
            tokens_in: 1_234_567,
            tokens_out: 1,
            cost: NanoUsd::from_nanos(nanos),
            unknown_cost,
        }
    }

    fn shown(models: Vec<ModelUsage>, period: Period) -> String {
        let zone = "Europe/Paris".parse().unwrap();
        usage(&UsageSummary { models }, period, zone, "2026-11-20T13:05:59Z".parse().unwrap())
    }

    #[test]
    fn usage_says_the_zone_the_window_and_what_is_unknown() {
        let models = vec![
            model("lab/large", 12, 1_250_000_000, 0),
            model("lab/medium", 3, 40_000, 1),
            model("lab/sm`all", 1, 0, 1),
        ];
        let said = [
            shown(models.clone(), Period::Today),
            shown(models.clone(), Period::Week),
            shown(models, Period::All),
            shown(Vec::new(), Period::Month),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn however_many_models_there_are_it_fits_a_message() {
        let name = "m".repeat(100);
        let many: Vec<_> =
            (0..40).map(|_| model(&name, i64::from(u32::MAX), i64::MAX / 100, 7)).collect();
        let text = shown(many, Period::All);
        assert!(text.contains("- 30 more models: "), "{text}");
        assert!(text.encode_utf16().count() <= 2000, "{}", text.len());
    }
}
