//! Redaction as its users see it: random secrets, random surroundings, random portions.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{collection::vec, prelude::*, sample::select};
use secrecy::SecretString;
use shared::{
    secret::UserApiKey,
    telemetry::{RedactingWriter, Redactor},
};

/// Any eight characters of a secret are too many.
const WINDOW: usize = 8;

fn assert_gone(output: &str, secret: &str) -> Result<(), TestCaseError> {
    for window in secret.as_bytes().windows(WINDOW) {
        let window = str::from_utf8(window).unwrap();
        prop_assert!(!output.contains(window), "{window:?} of the secret is left in {output:?}");
    }
    Ok(())
}

/// Writes `text` in portions of the given sizes, over and over.
fn written(redactor: &Redactor, text: &[u8], portions: &[usize]) -> String {
    let mut writer = RedactingWriter::new(Vec::new(), redactor.clone());
    let mut rest = text;
    let mut sizes = portions.iter().cycle();
    while !rest.is_empty() {
        let (portion, after) = rest.split_at((*sizes.next().unwrap()).clamp(1, rest.len()));
        writer.write_all(portion).unwrap();
        writer.flush().unwrap();
        rest = after;
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// Keys of every shape that a rule knows. The prefix is public, so the random part is the secret.
fn shaped_key() -> impl Strategy<Value = (String, String)> {
    let known = [
        ("sk-", "or-v1-"),
        ("sk-", "ant-api03-"),
        ("sk-", "proj-"),
        ("sk-", ""),
        ("sk", "_live_"),
        ("anthro", "pic-"),
        ("gs", "k_"),
        ("xa", "i-"),
        ("gh", "p_"),
        ("r", "8_"),
    ];
    (select(known.to_vec()), "[A-Za-z0-9]{40,64}")
        .prop_map(|((a, b), random)| (format!("{a}{b}{random}"), random))
}

/// Text around a secret: anything but what would make the secret a part of a longer word.
fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~]{0,60}[ \"'(,:=\\[{]",
        "\\PC{0,40} ",
        "(\n[a-z =]{0,9}){0,3}\n"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_key_is_gone_however_it_is_written(
        (key, random) in shaped_key(),
        before in around(),
        after in "([ \"',)\n]\\PC{0,60})?",
        portions in vec(1_usize..40, 1..6),
    ) {
        let redactor = Redactor::default();
        let text = format!("{before}{key}{after}");
        let at_once = written(&redactor, text.as_bytes(), &[usize::MAX]);
        assert_gone(&at_once, &random)?;
        prop_assert_eq!(&written(&redactor, text.as_bytes(), &portions), &at_once);
        prop_assert_eq!(&written(&redactor, at_once.as_bytes(), &portions), &at_once);
    }

    #[test]
    fn a_held_secret_is_gone_in_every_spelling(
        secret in "[ -~]{20,60}",
        before in "\\PC{0,40}",
        after in "\\PC{0,40}",
        portions in vec(1_usize..40, 1..6),
    ) {
        let redactor = Redactor::with_secrets([&SecretString::from(secret.as_str())]);
        let spellings = [
            secret.clone(),
            hex::encode(&secret),
            format!("{secret:?}"),
            STANDARD.encode(format!("{}{secret}", "x".repeat(before.len() % 3))),
        ];
        for spelling in spellings {
            let text = format!("{before}{spelling}{after}");
            let at_once = written(&redactor, text.as_bytes(), &[usize::MAX]);
            // the ends of base64 carry bits of what stands around
            let inner = spelling.trim_matches('"').get(4..spelling.len() - 6).unwrap_or_default();
            // unless the random surroundings hold that window by themselves
            for window in inner.as_bytes().windows(WINDOW + 4) {
                let window = String::from_utf8_lossy(window);
                prop_assert!(!at_once.contains(&*window) || before.contains(&*window) || after.contains(&*window));
            }
            prop_assert_eq!(&written(&redactor, text.as_bytes(), &portions), &at_once);
        }
    }

    #[test]
    fn redacting_twice_is_redacting_once(text in "(\\PC|://|:|@|=|sk-|token|password|bearer |[a-z]{9}){0,40}") {
        let redactor = Redactor::default();
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once), once.as_str());
    }

    /// What logs are full of.
    #[test]
    fn ids_are_left_alone(uuid in any::<u128>(), snowflake in 1_u64<<40..1<<63) {
        let uuid = uuid::Uuid::from_u128(uuid);
        let text = format!("request.id={uuid} guild {snowflake} {{\"user.id\":\"{uuid}\"}} {}", uuid.simple());
        prop_assert_eq!(Redactor::default().redact(&text), text.as_str());
    }
}

proptest! {
    // long lines are slow to look through in a debug build
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Around the place where a long line is cut, every position is tried in the course of time.
    #[test]
    fn a_key_across_the_cut_of_a_long_line_is_gone(
        (key, random) in shaped_key(),
        before in 64_700_usize..65_700,
        filler in select(vec!["x ", "{\"a\":1},", "é ", "日本 "]),
        portions in vec(1_usize..9000, 1..6),
    ) {
        let redactor = Redactor::default();
        let mut text: String = filler.chars().cycle().take(before).collect();
        text.push(' ');
        text.push_str(&key);
        text.extend(" and so on".chars().cycle().take(70_000));
        let at_once = written(&redactor, text.as_bytes(), &[usize::MAX]);
        assert_gone(&at_once, &random)?;
        prop_assert!(at_once.starts_with(&text[..60_000.min(text.floor_char_boundary(60_000))]));
        prop_assert_eq!(at_once.matches("[redacted:api_key]").count(), 1);
        prop_assert_eq!(&written(&redactor, text.as_bytes(), &portions), &at_once);
    }
}

#[test]
fn model_ids_and_ordinary_lines_are_left_alone() {
    let redactor = Redactor::default();
    for text in [
        "anthropic/claude-haiku-4.5",
        "~anthropic/claude-sonnet-latest",
        "openai/gpt-5.6-luna:batch",
        "nvidia/nemotron-nano-12b-v2-vl:free",
        "meta-llama/llama-3.3-70b-instruct",
        "mistralai/mistral-small-3.2-24b-instruct",
        "01K8ZQ7V9T3M5N6P7R8S9TAVBW",
        "{\"request.id\":\"019aa0c7-1111-7000-8000-000000000000\",\"tokens_in\":1234567,\"tokens_out\":12}",
        "gen-1767226301-AbCdEfGhIjKlMnOpQrSt took 1532 ms, 200 OK",
        "risk-assessment-of-the-whole-project and desk_number_0123456789012345",
        "the bot is running on shard 3; basic instructions",
    ] {
        assert_eq!(redactor.redact(text), text);
        assert!(!redactor.finds_key_in(text), "{text}");
    }
}

#[test]
fn a_key_in_a_message_is_found_and_code_is_not() {
    let redactor = Redactor::default();
    let key = ["sk-", "or-v1-", "0123456789abcdef0123456789abcdef"].concat();
    assert!(redactor.finds_key_in(&format!("my key is {key}!")));
    assert!(redactor.finds_key_in(&format!("{}\u{200B}{}", &key[..12], &key[12..])));
    assert!(!redactor.finds_key_in("let password = read_password_from_user();"));
}

#[test]
fn keys_that_were_cut_off_are_still_keys() {
    let redactor = Redactor::default();
    for parts in [["sk-", "or-v1-", "0123"], ["sk-", "ant-", "api03a"], ["sk-", "proj-", "abcdef"]]
    {
        let text = format!("key {}", parts.concat());
        assert_eq!(redactor.redact(&text), "key [redacted:api_key]", "{text}");
    }
    let master = "0123456789abcdef".repeat(4);
    assert_eq!(redactor.redact(&format!("with {master}.")), "with [redacted:hex].");
}

#[test]
fn zero_width_characters_hide_nothing() {
    let key = ["sk-", "or-v1-", "0123456789abcdef", "\u{200B}", "fedcba9876543210"].concat();
    assert_eq!(Redactor::default().redact(&key), "[redacted:api_key]");
    let harmless = "zero\u{200B}width";
    assert_eq!(Redactor::default().redact(harmless), harmless);
}

#[test]
fn a_secret_that_a_rule_would_cut_in_two_is_known_whole() {
    let secret = SecretString::from("abcdefgh&ijklmnopqrst");
    let redactor = Redactor::with_secrets([&secret]);
    assert_eq!(redactor.redact("password=abcdefgh&ijklmnopqrst"), "password=[redacted:secret]");
}

/// A label has a colon, which makes it look like a user and a password.
#[test]
fn what_one_rule_leaves_for_an_earlier_one_is_settled_at_once() {
    let redactor = Redactor::default();
    let text = format!("postgres://{}@host/d", ["sk-", "0123456789abcdef"].concat());
    let once = redactor.redact(&text).into_owned();
    assert_eq!(once, "postgres://[redacted]@host/d");
    assert_eq!(redactor.redact(&once), once);
}

#[test]
fn a_user_key_is_known_for_the_time_of_its_call() {
    let redactor = Redactor::default();
    let key = UserApiKey::from_typed("opaque0opaque1opaque2").unwrap();
    let text = "said opaque0opaque1opaque2";
    let outer = redactor.guard(&key);
    let inner = redactor.clone().guard(&key);
    drop(outer);
    assert_eq!(redactor.redact(text), "said [redacted:secret]");
    drop(inner);
    assert_eq!(redactor.redact(text), text);
}

#[test]
fn a_private_key_over_many_lines_is_gone_and_what_follows_is_not() {
    let begin = ["-----BEGIN ", "PRIVATE KEY-----"].concat();
    let end = ["-----END ", "PRIVATE KEY-----"].concat();
    let text = format!(
        "a\n{begin}\nMIIEvQIBADANBgkqhkiG\nabcd+/==\n{end}\nb\n{begin}\nnot a key line\nc\n"
    );
    let redactor = Redactor::default();
    let once = written(&redactor, text.as_bytes(), &[3]);
    let gone = "[redacted:private_key]\n";
    assert_eq!(once, format!("a\n{gone}{gone}{gone}{gone}b\n{gone}not a key line\nc\n"));
    assert_eq!(written(&redactor, once.as_bytes(), &[5]), once);
}

#[test]
fn a_line_waits_for_its_end_and_the_last_one_for_the_end_of_all() {
    let mut out = Vec::new();
    let mut writer = RedactingWriter::new(&mut out, Redactor::default());
    writer.write_all(b"whole\nhalf").unwrap();
    writer.flush().unwrap();
    drop(writer);
    assert_eq!(out, b"whole\nhalf");
    let mut writer = RedactingWriter::new(Vec::new(), Redactor::default());
    writer.write_all(b"bytes \xFF\xFE that are no text\n").unwrap();
    let out = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(out, "bytes \u{FFFD}\u{FFFD} that are no text\n");
}

/// A line that is one single key, longer than any is, is dropped rather than taken apart.
#[test]
fn a_key_without_end_does_not_get_out() {
    let text = format!("sk-{}\nnext\n", "0123456789abcdef".repeat(8192));
    for portions in [[1000], [usize::MAX]] {
        let out = written(&Redactor::default(), text.as_bytes(), &portions);
        assert_eq!(out, "[redacted:api_key]\nnext\n");
    }
}
