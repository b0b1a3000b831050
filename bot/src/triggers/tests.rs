//! Tables of what people write, and what holds whatever they write.

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
    let known = Known { by_name, ..Known::default() };
    Cast { ada, lovelace, who, known }
}

fn heard(content: &str) -> Heard<'_> {
    Heard {
        content,
        by_machine: false,
        bot: DiscordUserId::from(42),
        mentions_bot: content.contains("42>"),
        direct: false,
        forwards: false,
        carries_more: false,
    }
}

fn said(targets: &[Target], text: &str) -> Decision {
    let (targets, text) = (targets.to_vec(), text.to_owned());
    Decision::For(Addressed { targets, text, left_out: 0, overheard: false })
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
        assert_eq!(decide(&heard(content), &known), said(&[Target::Default], text), "{content:?}");
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
        "Ada hi",
        "@ Ada hi",
        "@",
        "@Eve hi",
        "@adam hi",
        "<@43> hi",
        "<@&42x> hi",
        "mail@ada.com",
        "a.b@ada.com",
        "@ada.com",
        "@ada_lovelace hi",
        "x@Ada hi",
        "ß@Ada",
        "`@Ada` hi",
        "hi ``@Ada`` there",
        "```\n@Ada hi\n```",
        "https://example.com/@Ada",
        "\\@Ada hi",
        "<@Ada>",
        "@@Ada",
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
    assert_eq!(candidates(&heard("hello ada, mail a@ada.com or `@ada`")), [""; 0]);
    assert_eq!(candidates(&heard("hello @ada")), ["ada"]);
    let names = candidates(&heard("@Dr. Who, @Ada hi"));
    assert!(
        names.contains(&"dr. who".to_owned()) && names.contains(&"ada".to_owned()),
        "{names:?}"
    );
    assert!(candidates(&heard(&"@a ".repeat(600))).len() < 100);
    assert_eq!(candidates(&heard(&format!("@{}", "x".repeat(2000)))), [""; 0]);
}

#[test]
fn a_name_in_the_middle_is_heard_and_stays_in_the_text() {
    let Cast { ada, lovelace, who, known } = cast();
    let [ada, lovelace, who] = [ada, lovelace, who].map(Target::Personality);
    for (content, targets, text) in [
        ("hi @Ada", vec![ada], "hi @Ada"),
        ("what do you say, @Ada?", vec![ada], "what do you say, @Ada?"),
        (
            "ask @Ada Lovelace, not @Dr. Who!",
            vec![lovelace, who],
            "ask @Ada Lovelace, not @Dr. Who!",
        ),
        ("@Dr. Who, tell @Ada about it", vec![who, ada], "tell @Ada about it"),
        ("(@Ada) or **@Dr. Who**", vec![ada, who], "(@Ada) or **@Dr. Who**"),
        ("你好@Ada", vec![ada], "你好@Ada"),
        ("line\n> @Ada\n`@Dr. Who`", vec![ada], "line\n> @Ada\n`@Dr. Who`"),
        ("`code` then @Ada", vec![ada], "`code` then @Ada"),
        ("hi @\"Ada Lovelace\"", vec![lovelace], "hi @\"Ada Lovelace\""),
        ("hi @Ada @ada @ADA", vec![ada], "hi @Ada @ada @ADA"),
        ("mail x@ada.com, @Ada", vec![ada], "mail x@ada.com, @Ada"),
    ] {
        assert_eq!(decide(&heard(content), &known), said(&targets, text), "{content:?}");
    }
}

/// A cast of eight, by their numbers.
fn eight() -> (Vec<PersonalityId>, HashMap<String, PersonalityId>) {
    let ids: Vec<_> = (0..8).map(|_| PersonalityId::new(&SystemClock)).collect();
    let by_name = ids.iter().enumerate().map(|(n, id)| (format!("p{n}"), *id)).collect();
    (ids, by_name)
}

#[test]
fn a_reply_comes_first_then_who_is_active_then_names_and_five_answer() {
    let (ids, by_name) = eight();
    let order = |content: &str, replied_to: Option<usize>, active: &[usize]| {
        let known = Known {
            by_name: by_name.clone(),
            replied_to: replied_to.map(|n| ids[n]),
            active: active.iter().map(|n| ids[*n]).collect(),
        };
        match decide(&heard(content), &known) {
            Decision::For(Addressed { targets, left_out, overheard, text }) => {
                let number = |target: &Target| match target {
                    Target::Personality(id) => ids.iter().position(|other| other == id).unwrap(),
                    Target::Default => 99,
                };
                (targets.iter().map(number).collect::<Vec<_>>(), left_out, overheard, text)
            }
            other => panic!("{other:?}"),
        }
    };
    let all = |targets: &[usize], left_out, overheard, text: &str| {
        (targets.to_vec(), left_out, overheard, text.to_owned())
    };
    assert_eq!(order("@p3 @p4 hi", Some(7), &[2, 1]), all(&[7, 2, 1, 3, 4], 0, false, "hi"));
    assert_eq!(order("hi @p2 @p7", Some(7), &[2]), all(&[7, 2], 0, false, "hi @p2 @p7"));
    assert_eq!(order("hi", None, &[5, 6]), all(&[5, 6], 0, true, "hi"));
    assert_eq!(order("<@42> hi", None, &[5]), all(&[5], 0, false, "hi"), "they are somebody");
    assert_eq!(order("<@42> hi @p1", None, &[]), all(&[1], 0, false, "hi @p1"));
    // the addresses of those who don't answer stay in the text
    let many = order("@p0 @p1 @p2 @p3 @p4 @p5 @p6 hi", None, &[]);
    assert_eq!(many, all(&[0, 1, 2, 3, 4], 2, false, "@p5 @p6 hi"));
    assert_eq!(order("@p6 hi", Some(5), &[0, 1, 2, 3]), all(&[5, 0, 1, 2, 3], 1, false, "@p6 hi"));
}

#[test]
fn where_somebody_is_active_an_empty_message_is_for_nobody() {
    let (ids, _) = eight();
    let known = Known { active: vec![ids[0]], ..Known::default() };
    assert_eq!(decide(&heard(" "), &known), Decision::NotForUs);
    let image = Heard { carries_more: true, ..heard("") };
    assert!(matches!(decide(&image, &known), Decision::For(Addressed { overheard: true, .. })));
    assert_eq!(decide(&heard("<@42>"), &known), Decision::Empty(vec![Target::Personality(ids[0])]));
}

#[test]
fn what_is_passed_on_is_heard_by_those_active_and_by_mention_alone() {
    let (ids, by_name) = eight();
    let passed_on = Heard { forwards: true, carries_more: true, ..heard("@p1 look") };
    let known = Known { by_name, replied_to: Some(ids[2]), active: Vec::new() };
    assert!(candidates(&passed_on).is_empty());
    assert_eq!(decide(&passed_on, &known), Decision::NotForUs);
    let active = Known { active: vec![ids[3]], ..known.clone() };
    let Decision::For(found) = decide(&passed_on, &active) else { panic!() };
    assert_eq!((found.targets, found.overheard), (vec![Target::Personality(ids[3])], true));
    let mentioned = Heard { content: "<@42>", mentions_bot: true, ..passed_on };
    assert_eq!(decide(&mentioned, &known), said(&[Target::Default], ""));
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
        Just("`"),
        Just("```"),
        Just("x@"),
        Just("/"),
        Just("\\"),
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
            ..Known::default()
        };
        prop_assert_eq!(decide(&heard, &known), decide(&heard, &only_listed));
    }

    /// Each once, at most five, those replied to and active before all others, and those named in
    /// between; what is cut off stood at the beginning.
    #[test]
    fn the_order_holds_whatever_is_written(
        content in content(), reply: bool, active in prop::collection::vec(0_usize..3, 0..3), mention: bool,
    ) {
        let cast = cast();
        let all = [cast.ada, cast.lovelace, cast.who];
        let known = Known {
            replied_to: reply.then_some(cast.who),
            active: active.iter().map(|n| all[*n]).collect(),
            ..cast.known
        };
        let heard = Heard { mentions_bot: mention, ..heard(&content) };
        if let Decision::For(Addressed { targets, text, left_out, .. }) = decide(&heard, &known) {
            prop_assert!(!targets.is_empty() && targets.len() <= MAX_ADDRESSED);
            prop_assert_eq!(left_out, 0, "there are but three");
            let mut first: Vec<Target> = Vec::new();
            for id in known.replied_to.into_iter().chain(known.active.iter().copied()) {
                if !first.contains(&Target::Personality(id)) {
                    first.push(Target::Personality(id));
                }
            }
            prop_assert_eq!(&targets[..first.len()], &first[..]);
            let each = |n: usize| !targets[..n].contains(&targets[n]);
            prop_assert!((0..targets.len()).all(each));
            if !content.contains("42>") {
                prop_assert!(content.trim_end().ends_with(&text), "{content:?} {text:?}");
            }
        }
    }

    /// Nobody is addressed in code.
    #[test]
    fn code_addresses_nobody(inside in "[a-z @]{0,20}", before in "[a-z ]{0,5}") {
        let content = format!("{before}`@Ada {inside}` ```\n@Dr. Who {inside}```");
        prop_assert_eq!(decide(&heard(&content), &cast().known), Decision::NotForUs);
    }
}
