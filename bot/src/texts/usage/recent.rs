//! The newest calls.

use shared::{model::RequestState, store::RecentCall, timezone::Timezone};

use super::report::seconds;

/// A longer name of a model loses its end: twenty-five lines must fit a message.
const LONGEST_NAME: usize = 22;

/// A line a call, the newest first.
#[must_use]
pub fn recent(calls: &[RecentCall], zone: Timezone) -> String {
    if calls.is_empty() {
        return "🧾 No call was made with a key of yours in that time.".to_owned();
    }
    let mut lines = vec![format!("🧾 **Your latest calls** ({zone})")];
    lines.extend(calls.iter().map(|call| line(call, zone)));
    lines.join("\n")
}

fn line(call: &RecentCall, zone: Timezone) -> String {
    // the year can be left out
    let when = zone.stamp(call.ended_at).chars().skip(5).collect::<String>();
    let outcome = match call.outcome {
        RequestState::Answered => "answered",
        RequestState::Interrupted => "broke off",
        _ => "failed",
    };
    let latency = call.latency_ms.map_or_else(String::new, |ms| format!(", {} s", seconds(ms)));
    let cost = call.cost.map_or_else(|| "cost unknown".to_owned(), |cost| cost.to_string());
    format!("- {when} {outcome}{latency}, {cost}: `{}`", short(&call.model))
}

fn short(model: &str) -> String {
    let model = model.replace('`', "'");
    if model.chars().count() <= LONGEST_NAME {
        return model;
    }
    let kept: String = model.chars().take(LONGEST_NAME - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use shared::money::NanoUsd;

    use super::*;

    fn call(
        model: &str,
        outcome: RequestState,
        latency: Option<i64>,
        cost: Option<i64>,
    ) -> RecentCall {
        RecentCall {
            ended_at: "2026-11-20T13:05:59Z".parse().unwrap(),
            model: model.into(),
            outcome,
            latency_ms: latency,
            cost: cost.map(NanoUsd::from_nanos),
        }
    }

    #[test]
    fn a_call_says_how_it_ended() {
        let calls = [
            call("lab/large", RequestState::Answered, Some(1_234), Some(42_000_000)),
            call("lab/sm`all", RequestState::Interrupted, Some(60_000), None),
            call("laboratory/a-very-large-model-of-words", RequestState::Failed, None, Some(0)),
        ];
        let zone = "Asia/Kathmandu".parse().unwrap();
        insta::assert_snapshot!([recent(&calls, zone), recent(&[], zone)].join("\n\n"));
    }

    #[test]
    fn twenty_five_fit_a_message() {
        let dear = call(&"m".repeat(100), RequestState::Interrupted, Some(600_000), Some(i64::MAX));
        let text = recent(&vec![dear; 25], "America/Argentina/ComodRivadavia".parse().unwrap());
        assert!(text.encode_utf16().count() <= 2000, "{}", text.len());
    }
}
