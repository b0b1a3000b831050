//! Who a message is for.
//!
//! A personality hears a message that mentions the bot, answers one of its own messages, begins with
//! `@` and its name, or is sent to the bot directly. Deciding is pure: the caller reads the message,
//! asks the store for the names that [`candidates`] lists and for the message replied to, and hands
//! both to [`decide`]. Bots and webhooks are never heard, or two of them would talk for ever on
//! somebody's money.
//!
//! Names are written by hand: in any case, of up to four words, in bold, in quotes of all kinds,
//! with a comma, a colon or `'s` behind. The longest name that somebody has wins.

use std::collections::HashMap;

use shared::{
    ids::{DiscordUserId, PersonalityId},
    names::fold_name,
};

/// The most personalities that one message may address; names beyond stay in the text.
pub const MAX_ADDRESSED: usize = 5;
/// The longest name, in words.
const MAX_WORDS: usize = 4;
/// No name is longer, in characters; bounds the work on a hostile message.
const MAX_NAME: usize = 100;

/// What of a message decides whom it is for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a message")]
pub struct Heard<'a> {
    /// The text as Discord sent it; empty where the bot may not read it.
    pub content: &'a str,
    /// Written by a bot, through a webhook, or by ourselves.
    pub by_machine: bool,
    /// The bot's own account.
    pub bot: DiscordUserId,
    /// Whether Discord lists the bot among those mentioned. It doesn't list what stands in code.
    pub mentions_bot: bool,
    /// Sent to the bot in private.
    pub direct: bool,
    /// It carries something besides text: an attachment, a sticker, a forwarded message.
    pub carries_more: bool,
}

/// What the store knows about the names and the message that a message refers to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By folded name, as listed by [`candidates`], those that the author may talk to here.
    pub by_name: HashMap<String, PersonalityId>,
    /// The personality that wrote the message replied to.
    pub replied_to: Option<PersonalityId>,
}

/// Whom a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody of ours.
    NotForUs,
    /// Somebody was addressed, and nothing was said.
    Empty(Vec<Target>),
    /// These are to answer, in this order; never none.
    For {
        /// Each once.
        targets: Vec<Target>,
        /// The message without the addresses at its beginning and without mentions of the bot.
        text: String,
    },
}

/// Somebody addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// By name or reply.
    Personality(PersonalityId),
    /// The bot as such, in private or by mention: whoever speaks here by default.
    Default,
}

/// The folded names that the beginning of a message may address, to be looked up before
/// [`decide`]. Empty for most messages.
#[must_use]
pub fn candidates(heard: &Heard<'_>) -> Vec<String> {
    if heard.by_machine {
        return Vec::new();
    }
    let mut names = Vec::new();
    // whichever of them exists, the next name begins behind one of these
    let mut starts = vec![heard.content];
    for _ in 0..MAX_ADDRESSED {
        let mut next: Vec<&str> = Vec::new();
        for start in starts {
            for reading in readings(skip_mentions(skip_separators(start), heard.bot)) {
                names.push(reading.name);
                next.push(reading.rest);
            }
        }
        next.sort_unstable_by_key(|rest| rest.len());
        next.dedup();
        starts = next;
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Decides.
#[must_use]
pub fn decide(heard: &Heard<'_>, known: &Known) -> Decision {
    if heard.by_machine {
        return Decision::NotForUs;
    }
    let mut targets: Vec<_> = known.replied_to.map(Target::Personality).into_iter().collect();
    let mut rest = heard.content;
    while targets.len() < MAX_ADDRESSED {
        let start = skip_mentions(skip_separators(rest), heard.bot);
        let found = readings(start)
            .into_iter()
            .find_map(|reading| Some((*known.by_name.get(&reading.name)?, reading.rest)));
        let Some((personality, behind)) = found else { break };
        let target = Target::Personality(personality);
        if !targets.contains(&target) {
            targets.push(target);
        }
        rest = behind;
    }
    let mentioned = heard.mentions_bot
        && mentions(heard.bot).iter().any(|m| heard.content.contains(m.as_str()));
    if targets.is_empty() {
        if !heard.direct && !mentioned {
            return Decision::NotForUs;
        }
        targets.push(Target::Default);
    }
    let text = if mentioned { without_mentions(rest, heard.bot) } else { rest.to_owned() };
    // what stood between the address and the text belongs to the address
    let addressed = mentioned || rest.len() < heard.content.len();
    let text = if addressed { skip_separators(&text).trim() } else { text.trim() };
    if text.is_empty() && !heard.carries_more {
        return Decision::Empty(targets);
    }
    Decision::For { targets, text: text.to_owned() }
}

/// A way to read the beginning of a text as `@name`.
struct Reading<'a> {
    name: String,
    rest: &'a str,
}

/// All ways, longest name first.
fn readings(text: &str) -> Vec<Reading<'_>> {
    let (marks, text) = split_at_marks(text);
    let Some(text) = text.strip_prefix(['@', '＠']) else { return Vec::new() };
    let (inner_marks, text) = split_at_marks(text);
    let marks = marks + inner_marks;
    if let Some(quoted) = quoted_reading(text, marks) {
        return vec![quoted];
    }
    let mut found = Vec::new();
    let mut ends = word_ends(text);
    while let Some(end) = ends.pop() {
        for name in trimmed_names(&text[..end]) {
            found.push(Reading {
                name: fold_name(name),
                rest: behind_name(&text[name.len()..], marks),
            });
        }
    }
    // a short form of a longer reading may be longer than the full form of a shorter one
    found.retain(|reading| !reading.name.is_empty());
    found.sort_by_key(|reading| reading.rest.len());
    found
}

/// `@"Ada Lovelace"`, in quotes of any kind.
fn quoted_reading(text: &str, marks: usize) -> Option<Reading<'_>> {
    const PAIRS: [(char, char); 6] =
        [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('\'', '\''), ('‘', '’')];
    let open = text.chars().next()?;
    let (_, close) = PAIRS.iter().find(|(opening, _)| *opening == open)?;
    let inside = &text[open.len_utf8()..];
    let end = inside.find(*close).filter(|end| inside[..*end].chars().count() <= MAX_NAME)?;
    let name = fold_name(&inside[..end]);
    let rest = behind_name(&inside[end + close.len_utf8()..], marks);
    (!name.is_empty()).then_some(Reading { name, rest })
}

/// Where the first words of a text end: on its first line, words with single gaps.
fn word_ends(text: &str) -> Vec<usize> {
    let line = text.lines().next().unwrap_or_default();
    let mut ends = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_WORDS {
        let gap = line[at..].len() - line[at..].trim_start().len();
        let word = line[at + gap..].find(char::is_whitespace).unwrap_or(line.len() - at - gap);
        if word == 0 || (at == 0 && gap > 0) || line[..at + gap + word].chars().count() > MAX_NAME {
            break;
        }
        at += gap + word;
        ends.push(at);
    }
    ends
}

/// The words as they stand, and with less and less of what people write behind a name.
fn trimmed_names(words: &str) -> Vec<&str> {
    let last = words.rfind(char::is_whitespace).map_or(0, |gap| gap + 1);
    let is_mark = |c: char| is_markdown(c) || is_punctuation(c);
    let mut names = vec![words];
    let bare = words.trim_end_matches(is_mark);
    names.push(bare);
    // `@Ada,hello` and `@Ada**!**`: the name ends at the first mark of its last word
    if let Some(mark) = words.get(last..).and_then(|word| word.find(is_mark)) {
        names.push(&words[..last + mark]);
    }
    for possessive in ["'s", "’s", "'S", "’S", "'", "’"] {
        names.extend(bare.strip_suffix(possessive));
    }
    names.dedup();
    names
}

/// The text behind a name: without its possessive, its closing marks and what separates it.
fn behind_name(rest: &str, marks: usize) -> &str {
    let mut rest = rest;
    for _ in 0..marks {
        rest = rest.strip_prefix(is_markdown).unwrap_or(rest);
    }
    let possessive = ["'s", "’s", "'S", "’S"].iter().find_map(|s| rest.strip_prefix(s));
    match possessive {
        Some(behind) if !behind.starts_with(char::is_alphanumeric) => behind,
        _ => rest,
    }
}

/// How many marks of emphasis a text begins with, and what is behind them.
fn split_at_marks(text: &str) -> (usize, &str) {
    let behind = text.trim_start_matches(is_markdown);
    (text.len() - behind.len(), behind)
}

fn is_markdown(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '|' | '`')
}

fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ':'
            | ';'
            | '!'
            | '?'
            | '…'
            | '—'
            | '–'
            | ')'
            | '"'
            | '”'
            | '»'
            | '，'
            | '、'
            | '：'
            | '！'
            | '？'
            | '。'
    )
}

/// What may stand in front of an address and between two. Not what a sentence begins with.
fn skip_separators(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ':' | ';' | '&' | '+' | '，' | '、' | '：' | '—' | '–' | '!' | '.')
    })
}

fn skip_mentions(text: &str, bot: DiscordUserId) -> &str {
    let mut rest = text;
    while let Some(behind) = mentions(bot).iter().find_map(|m| rest.strip_prefix(m.as_str())) {
        rest = skip_separators(behind);
    }
    rest
}

fn without_mentions(text: &str, bot: DiscordUserId) -> String {
    mentions(bot).iter().fold(text.to_owned(), |text, mention| text.replace(mention.as_str(), ""))
}

/// Both ways in which clients write a mention.
fn mentions(user: DiscordUserId) -> [String; 2] {
    [format!("<@{user}>"), format!("<@!{user}>")]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::clock::SystemClock;

    use super::*;

    struct Cast {
        ada: PersonalityId,
        lovelace: PersonalityId,
        who: PersonalityId,
        known: Known,
    }

    fn cast() -> Cast {
        let [ada, lovelace, who] = [(); 3].map(|()| PersonalityId::new(&SystemClock));
        let names = [
            ("ada", ada),
            ("ada lovelace", lovelace),
            ("dr. who", who),
            ("yahoo!", who),
            ("hal 9000 of 2001", who),
            ("zoë", who),
            ("boss'", who),
        ];
        let by_name = names.map(|(name, id)| (name.to_owned(), id)).into();
        Cast { ada, lovelace, who, known: Known { by_name, replied_to: None } }
    }

    fn heard(content: &str) -> Heard<'_> {
        Heard {
            content,
            by_machine: false,
            bot: DiscordUserId::from(42),
            mentions_bot: content.contains("42>"),
            direct: false,
            carries_more: false,
        }
    }

    fn said(targets: &[Target], text: &str) -> Decision {
        Decision::For { targets: targets.to_vec(), text: text.to_owned() }
    }

    #[test]
    fn a_name_at_the_start_is_heard_however_it_is_written() {
        let Cast { ada, lovelace, who, known } = cast();
        for (content, personality, text) in [
            ("@Ada hi", ada, "hi"),
            ("  @ADA   hi", ada, "hi"),
            ("@Ａｄａ hi", ada, "hi"),
            ("@ada, hi", ada, "hi"),
            ("@ada: hi there", ada, "hi there"),
            ("@ada,hi", ada, "hi"),
            ("@ada! hi", ada, "hi"),
            ("@ada... hi", ada, "hi"),
            ("@ada? are you there", ada, "? are you there"),
            ("@Ada\nhi\n\nthere", ada, "hi\n\nthere"),
            ("@Ada\nLovelace", ada, "Lovelace"),
            ("@Ada Lovelace hi", lovelace, "hi"),
            ("@ada  lovelace, hi", lovelace, "hi"),
            ("@ada lovelaces", ada, "lovelaces"),
            ("@Dr. Who, hi", who, "hi"),
            ("@Yahoo! hi", who, "hi"),
            ("@HAL 9000 of 2001: open", who, "open"),
            ("@Ada's opinion?", ada, "opinion?"),
            ("@Ada’s opinion?", ada, "opinion?"),
            ("@Boss' day", who, "day"),
            ("**@Ada** hi", ada, "hi"),
            ("@**Ada**, hi", ada, "hi"),
            ("**@Ada hi**", ada, "hi**"),
            ("__*@Ada Lovelace*__: hi", lovelace, "hi"),
            ("@\"Ada Lovelace\" hi", lovelace, "hi"),
            ("@“Ada” Lovelace", ada, "Lovelace"),
            ("@Zoe\u{308} hi", who, "hi"),
            ("<@42> @Ada hi", ada, "hi"),
            ("@Ada hi <@42>", ada, "hi"),
        ] {
            assert_eq!(
                decide(&heard(content), &known),
                said(&[Target::Personality(personality)], text),
                "{content:?}"
            );
        }
    }

    #[test]
    fn several_names_are_heard_in_their_order_each_once() {
        let Cast { ada, lovelace, who, known } = cast();
        let [ada, lovelace, who] = [ada, lovelace, who].map(Target::Personality);
        let answer = |content| decide(&heard(content), &known);
        assert_eq!(answer("@Dr. Who @Ada hi"), said(&[who, ada], "hi"));
        assert_eq!(answer("@Ada, @Ada Lovelace & @Dr. Who: hi"), said(&[ada, lovelace, who], "hi"));
        assert_eq!(answer("@Ada @ada hi"), said(&[ada], "hi"));
        assert_eq!(answer("@Ada @Eve hi"), said(&[ada], "@Eve hi"));
        let reply = Known { replied_to: cast().known.by_name.get("ada").copied(), ..known.clone() };
        let replied = Target::Personality(reply.replied_to.unwrap());
        assert_eq!(decide(&heard("yes"), &reply), said(&[replied], "yes"));
        assert_eq!(decide(&heard("@Dr. Who and you?"), &reply), said(&[replied, who], "and you?"));
        assert_eq!(decide(&heard("<@42> yes"), &reply), said(&[replied], "yes"));
    }

    #[test]
    fn a_mention_or_a_direct_message_is_for_whoever_speaks_by_default() {
        let Cast { ada, known, .. } = cast();
        for (content, text) in [
            ("<@42> hi", "hi"),
            ("<@!42>, hi", "hi"),
            ("hi <@42>", "hi"),
            ("what do <@42> say", "what do  say"),
        ] {
            assert_eq!(
                decide(&heard(content), &known),
                said(&[Target::Default], text),
                "{content:?}"
            );
        }
        let direct = |content| decide(&Heard { direct: true, ..heard(content) }, &known);
        assert_eq!(direct("hi"), said(&[Target::Default], "hi"));
        assert_eq!(direct("...so?"), said(&[Target::Default], "...so?"));
        assert_eq!(direct("@Ada hi"), said(&[Target::Personality(ada)], "hi"));
    }

    #[test]
    fn what_is_for_nobody_is_left_alone() {
        let known = cast().known;
        for content in [
            "",
            "hi",
            "hi @Ada",
            "Ada hi",
            "@ Ada hi",
            "@",
            "@Eve hi",
            "@adam hi",
            "<@43> hi",
            "<@&42x> hi",
            "mail@ada.com",
        ] {
            assert_eq!(decide(&heard(content), &known), Decision::NotForUs, "{content:?}");
        }
        let in_code = Heard { mentions_bot: false, ..heard("`<@42>` hi") };
        assert_eq!(decide(&in_code, &known), Decision::NotForUs);
    }

    #[test]
    fn an_address_without_a_word_is_empty_unless_something_is_attached() {
        let Cast { ada, known, .. } = cast();
        for content in ["@Ada", "@Ada!", " **@Ada** ", "@Ada: "] {
            assert_eq!(
                decide(&heard(content), &known),
                Decision::Empty(vec![Target::Personality(ada)]),
                "{content:?}"
            );
        }
        assert_eq!(decide(&heard("<@42>"), &known), Decision::Empty(vec![Target::Default]));
        let image = Heard { carries_more: true, ..heard("@Ada") };
        assert_eq!(decide(&image, &known), said(&[Target::Personality(ada)], ""));
    }

    #[test]
    fn what_is_looked_up_is_little() {
        assert_eq!(candidates(&heard("hello @ada")), [""; 0]);
        let names = candidates(&heard("@Dr. Who, @Ada hi"));
        assert!(
            names.contains(&"dr. who".to_owned()) && names.contains(&"ada".to_owned()),
            "{names:?}"
        );
        assert!(candidates(&heard(&"@a ".repeat(600))).len() < 100);
        assert_eq!(candidates(&heard(&format!("@{}", "x".repeat(2000)))), [""; 0]);
    }

    fn content() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("@"),
            Just("Ada"),
            Just(" "),
            Just("Lovelace"),
            Just("<@42>"),
            Just("'s"),
            Just("**"),
            Just(","),
            Just("“"),
            Just("\""),
            Just("\n"),
            Just("é"),
            Just("ß"),
            Just("😀"),
            Just("@Ada "),
            Just("@Ada Lovelace, "),
            Just("@Dr. Who "),
        ];
        prop_oneof![
            prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat()),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn no_machine_is_ever_heard(content in content(), direct: bool, carries_more: bool, mentions_bot: bool) {
            let cast = cast();
            let known = Known { replied_to: Some(cast.ada), ..cast.known };
            let heard = Heard { by_machine: true, direct, carries_more, mentions_bot, ..heard(&content) };
            prop_assert_eq!(decide(&heard, &known), Decision::NotForUs);
            prop_assert!(candidates(&heard).is_empty());
        }

        /// What wasn't listed can't be known, so it must never be needed.
        #[test]
        fn every_name_that_decides_was_a_candidate(content in content()) {
            let known = cast().known;
            let heard = heard(&content);
            let listed = candidates(&heard);
            let only_listed = Known {
                by_name: known.by_name.clone().into_iter().filter(|(name, _)| listed.contains(name)).collect(),
                replied_to: None,
            };
            prop_assert_eq!(decide(&heard, &known), decide(&heard, &only_listed));
        }
    }
}
