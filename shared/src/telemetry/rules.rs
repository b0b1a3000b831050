//! What secrets look like.
//!
//! Each rule is applied over the output of the one before. The first seventeen, their order and
//! their texts are a published list with test vectors, which a test runs; the rest are ours. The
//! shortest lengths are short on purpose: a key that was cut off is still most of a key.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// One shape, and what stands in its place. `${1}` is what the pattern's first group matched.
pub(super) struct Rule {
    pub(super) pattern: &'static str,
    pub(super) replacement: &'static str,
    /// Whether it is sure enough to be used on what a person typed; the others also match code.
    pub(super) for_messages: bool,
}

const fn anywhere(pattern: &'static str, replacement: &'static str) -> Rule {
    Rule { pattern, replacement, for_messages: true }
}

const fn in_logs(pattern: &'static str, replacement: &'static str) -> Rule {
    Rule { pattern, replacement, for_messages: false }
}

const API_KEY: &str = "[redacted:api_key]";
const DISCORD_TOKEN: &str = "[redacted:discord_token]";
pub(super) const PRIVATE_KEY: &str = "[redacted:private_key]";

pub(super) const RULES: &[Rule] = &[
    anywhere(
        r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END[ A-Z0-9_-]{0,100}-----|\z)",
        PRIVATE_KEY,
    ),
    // a / or # in the password, and the empty user of redis://:pw@, are covered
    anywhere(
        r#"(?i)\b([a-z][a-z0-9+.-]{1,30}://)[^\s:@/?#\"'<>]*:[^\s@\"'<>]+@"#,
        "${1}[redacted]@",
    ),
    // also interaction tokens, which stand at the same place
    anywhere(
        r"(?i)(https?://(?:(?:canary|ptb)\.)?discord(?:app)?\.com/api(?:/v\d{1,2})?/webhooks/\d{17,20}/)[A-Za-z0-9_-]{20,}={0,2}",
        "${1}[redacted]",
    ),
    in_logs(
        r"(?i)(/interactions/\d{17,20}/)[A-Za-z0-9_-]{20,}={0,2}(/callback)?",
        "${1}[redacted]${2}",
    ),
    in_logs(r"(?i)(/webhooks/\d{17,20}/)[A-Za-z0-9_-]{20,}={0,2}", "${1}[redacted]"),
    // base64 of `interaction:`
    anywhere(r"aW50ZXJhY3Rpb246[A-Za-z0-9_-]{20,}={0,2}", "[redacted:interaction_token]"),
    anywhere(r"\b[MNO][A-Za-z\d_-]{22,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,45}", DISCORD_TOKEN),
    anywhere(r"\bmfa\.[A-Za-z\d_-]{80,}", DISCORD_TOKEN),
    anywhere(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*", "[redacted:jwt]"),
    // OpenRouter, Anthropic, OpenAI, DeepSeek and most of their imitators
    anywhere(r"\bsk-[A-Za-z0-9_-]{16,}", API_KEY),
    anywhere(r"\bAIza[A-Za-z0-9_-]{30,}", API_KEY),
    anywhere(r"\bAQ\.[A-Za-z0-9_-]{30,}", API_KEY),
    anywhere(
        r"\b(?:gsk_|xai-|pplx-|hf_|fw_|tgp_v1_|csk-|nvapi-|ghp_|gho_|ghs_|ghu_|ghr_|github_pat_|glpat-|AKIA|ASIA)[A-Za-z0-9_-]{16,}",
        API_KEY,
    ),
    anywhere(r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}", "[redacted:age_key]"),
    // after the rules that know a prefix, so that their label wins
    in_logs(
        r"(?i)\b(bearer|basic|bot|api-token)([ \t]+|%20)[A-Za-z0-9._~+/=-]{16,}",
        "${1} [redacted]",
    ),
    // key=value, key: value, JSON, escaped JSON, Rust's Debug; a value that begins with [ is
    // redacted already
    in_logs(
        r#"(?i)\b((?:x-)?(?:goog-)?api[-_]?key|authorization|access_token|refresh_token|client_secret|password|passwd|code_verifier|[a-z_]*_token|[a-z_]*_secret|[a-z_]*_api_key)(\\?[\"']?\s*[:=]\s*(?:Some\()?\\?[\"']?)(?:Bearer |Basic |Bot )?[^\s\"'\\,;&)}\[]{6,}"#,
        "${1}${2}[redacted]",
    ),
    in_logs(
        r#"(?i)([?&](?:key|api_key|apikey|token|access_token|code)=)[^&\s\"'#]{6,}"#,
        "${1}[redacted]",
    ),
    // --- ours, after the published ones ---
    anywhere(r"\bsk_[A-Za-z0-9_-]{16,}", API_KEY),
    anywhere(r"\banthropic-[A-Za-z0-9_-]{16,}", API_KEY),
    anywhere(r"\br8_[A-Za-z0-9]{16,}", API_KEY),
    // keys that were cut off, where the prefix leaves no doubt
    anywhere(r"\bsk-or-v1-[0-9A-Za-z]{4,}", API_KEY),
    anywhere(r"\bsk-ant-[A-Za-z0-9_-]{6,}", API_KEY),
    anywhere(r"\bsk-(?:proj|svcacct|service|admin)-[A-Za-z0-9_-]{6,}", API_KEY),
    anywhere(r"\bAIza[A-Za-z0-9_-]{20,}", API_KEY),
    // the shape of a master key; we log no hashes, so nothing else has it
    in_logs(r"\b[0-9A-Fa-f]{64,}\b", "[redacted:hex]"),
    in_logs(
        r#"(?i)\b(token)(\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\s\"'\\,;&)}\[]{6,}"#,
        "${1}${2}[redacted]",
    ),
];

/// The rules, ready to use.
pub(super) struct Compiled {
    /// Tells which rules match: one look at a line, and most need no second.
    pub(super) any: RegexSet,
    pub(super) each: Vec<Regex>,
}

pub(super) static COMPILED: LazyLock<Compiled> = LazyLock::new(compile);

#[expect(clippy::expect_used, reason = "the patterns are constants, and every test compiles them")]
fn compile() -> Compiled {
    let patterns: Vec<_> = RULES.iter().map(|rule| with_ascii_boundaries(rule.pattern)).collect();
    let pattern = |pattern: &String| Regex::new(pattern).expect("a pattern that compiles");
    Compiled {
        any: RegexSet::new(&patterns).expect("they compile together"),
        each: patterns.iter().map(pattern).collect(),
    }
}

/// A boundary of ASCII words. A Unicode one would cost many times as much wherever a text has
/// a letter with an accent, and would overlook a key that stands right after one.
fn with_ascii_boundaries(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const PUBLISHED: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/secret-vectors.json");

    #[test]
    fn the_first_rules_are_the_published_ones_in_their_order() {
        let Ok(text) = std::fs::read_to_string(PUBLISHED) else {
            println!("left out: the published rules are not beside this workspace");
            return;
        };
        let published: Value = serde_json::from_str(&text).unwrap();
        let published = published["rules"].as_array().unwrap();
        assert_eq!(published.len(), 17);
        for (theirs, ours) in published.iter().zip(RULES) {
            let id = &theirs["id"];
            assert_eq!(theirs["regex"], ours.pattern, "{id}");
            assert_eq!(theirs["replace"], ours.replacement, "{id}");
            let for_messages =
                theirs["use_on"].as_array().unwrap().iter().any(|on| on == "messages");
            assert_eq!(for_messages, ours.for_messages, "{id}");
        }
    }
}
