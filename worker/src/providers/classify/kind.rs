use http::StatusCode;
use shared::model::FailureKind;

use super::ErrorReport;

/// Words that mean one thing wherever they stand, and outweigh the status: a 402 can be a rush, a
/// 403 a spending limit, a 400 a wrong key. An error has several; the first line here that matches
/// counts, so general words come last.
const WORDS: &[(&str, FailureKind)] = &[
    ("in_flight_budget_exhausted", FailureKind::RateLimited),
    ("openrouter_in_flight_budget", FailureKind::RateLimited),
    ("weight_exceeds_budget", FailureKind::Quota),
    ("openrouter_free_tier_daily", FailureKind::Quota),
    ("openrouter_key_limit", FailureKind::Quota),
    ("openrouter_workspace_budget", FailureKind::Quota),
    ("openrouter_guardrail_budget", FailureKind::Quota),
    ("openrouter_credits", FailureKind::Quota),
    ("insufficient_quota", FailureKind::Quota),
    ("billing_hard_limit_reached", FailureKind::Quota),
    ("billing_not_active", FailureKind::Quota),
    ("enforced_spend_limit_reached", FailureKind::Quota),
    ("billing_error", FailureKind::Quota),
    ("payment_required", FailureKind::Quota),
    ("privacy_restricted", FailureKind::Policy),
    ("constraint_filtered", FailureKind::Policy),
    ("region_restricted", FailureKind::Policy),
    ("unsupported_country_region_territory", FailureKind::Policy),
    ("no_endpoints", FailureKind::ModelUnavailable),
    ("model_deprecated", FailureKind::ModelUnavailable),
    ("model_unavailable_upstream", FailureKind::ModelUnavailable),
    ("free_variant_ended", FailureKind::ModelUnavailable),
    ("model_not_found", FailureKind::ModelUnavailable),
    ("context_length_exceeded", FailureKind::TooLong),
    ("token_limit_exceeded", FailureKind::TooLong),
    ("string_too_long", FailureKind::TooLong),
    ("payload_too_large", FailureKind::TooLong),
    ("request_too_large", FailureKind::TooLong),
    ("content_policy_violation", FailureKind::Moderation),
    ("refusal", FailureKind::Moderation),
    ("invalid_api_key", FailureKind::InvalidKey),
    ("api_key_invalid", FailureKind::InvalidKey),
    ("authentication", FailureKind::InvalidKey),
    ("authentication_error", FailureKind::InvalidKey),
    ("capacity_exhausted", FailureKind::RateLimited),
    ("rate_limit_exceeded", FailureKind::RateLimited),
    ("rate_limit_error", FailureKind::RateLimited),
    ("temporarily_unavailable", FailureKind::Transient),
    ("provider_overloaded", FailureKind::Transient),
    ("provider_unavailable", FailureKind::Transient),
    ("overloaded_error", FailureKind::Transient),
    ("server", FailureKind::Transient),
    ("server_error", FailureKind::Transient),
    ("api_error", FailureKind::Transient),
    ("timeout", FailureKind::Transient),
    ("timeout_error", FailureKind::Transient),
    ("not_found_error", FailureKind::ModelUnavailable),
    ("permission_denied", FailureKind::Policy),
    ("permission_error", FailureKind::Policy),
];

/// Sentences, for errors older than the words. Each is (status, part of the message, class).
const SENTENCES: &[(u16, &str, FailureKind)] = &[
    (400, "not a valid model id", FailureKind::ModelUnavailable),
    (400, "does not exist", FailureKind::ModelUnavailable),
    (400, "supported api model names", FailureKind::ModelUnavailable),
    (400, "maximum context length", FailureKind::TooLong),
    (400, "incorrect api key", FailureKind::InvalidKey),
    // Anthropic's
    (400, "prompt is too long", FailureKind::TooLong),
    (400, "credit balance is too low", FailureKind::Quota),
    // Gemini's
    (400, "exceeds the maximum number of tokens", FailureKind::TooLong),
    (400, "user location is not supported", FailureKind::Policy),
    (403, "reported as leaked", FailureKind::InvalidKey),
    // DeepSeek's
    (400, "content exists risk", FailureKind::Moderation),
    (403, "key limit exceeded", FailureKind::Quota),
    (429, "free-models-per-day", FailureKind::Quota),
];

/// The class of a failure: what the provider says of it, most telling first, else the status.
pub(super) fn of(status: StatusCode, report: Option<&ErrorReport>) -> FailureKind {
    let Some(report) = report else { return by_status_alone(status.as_u16()) };
    // inside a 200 the error has a status of its own
    let status = if status.is_success() {
        report.status.unwrap_or(status.as_u16())
    } else {
        status.as_u16()
    };
    by_sentence(status, report)
        .or_else(|| by_shape(status, report))
        .or_else(|| by_word(report))
        .unwrap_or_else(|| by_status(status))
}

fn by_sentence(status: u16, report: &ErrorReport) -> Option<FailureKind> {
    let said = |&&(of, part, _): &&(u16, &str, _)| of == status && report.message.contains(part);
    SENTENCES.iter().find(said).map(|&(.., kind)| kind)
}

fn by_shape(status: u16, report: &ErrorReport) -> Option<FailureKind> {
    match status {
        403 if report.is_moderation => Some(FailureKind::Moderation),
        403 if report.is_guardrail => Some(FailureKind::Policy),
        429 if report.is_daily => Some(FailureKind::Quota),
        _ => None,
    }
}

fn by_word(report: &ErrorReport) -> Option<FailureKind> {
    let said = |&&(word, _): &&(&str, _)| report.words.iter().any(|said| said == word);
    WORDS.iter().find(said).map(|&(_, kind)| kind)
}

fn by_status(status: u16) -> FailureKind {
    match status {
        401 => FailureKind::InvalidKey,
        402 => FailureKind::Quota,
        403 => FailureKind::Policy,
        404 => FailureKind::ModelUnavailable,
        408 => FailureKind::Transient,
        413 => FailureKind::TooLong,
        429 => FailureKind::RateLimited,
        400..=499 => FailureKind::BadRequest,
        _ => FailureKind::Transient,
    }
}

/// Without the provider's own error a proxy or a wrong address may be speaking: nothing is said
/// against the key's account or the model.
fn by_status_alone(status: u16) -> FailureKind {
    match status {
        403 | 404 => FailureKind::Transient,
        other => by_status(other),
    }
}
