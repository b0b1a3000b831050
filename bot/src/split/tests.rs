use proptest::prelude::*;

use super::*;

const NONE: Room = Room { first: 0, last: 0 };

fn lines(count: usize) -> String {
    (0..count).fold(String::new(), |text, n| text + &format!("let line_{n} = {n};\n"))
}

#[test]
fn what_fits_stays_whole() {
    assert_eq!(split("", NONE), [""; 0]);
    assert_eq!(split(" \n\t ", NONE), [""; 0]);
    assert_eq!(split("  hello \n", NONE), ["hello"]);
    assert_eq!(split(&"x".repeat(2000), NONE), ["x".repeat(2000)]);
    assert_eq!(split(&"😀".repeat(1000), NONE), ["😀".repeat(1000)]);
    assert_eq!(split("a ```\ncode", NONE), ["a ```\ncode\n```"], "closed while it grows");
}

#[test]
fn a_cut_falls_behind_the_best_place() {
    let (half, most) = ("w ".repeat(600), "w ".repeat(900));
    let cases = [
        (format!("{half}one.\n\n{half}two"), "one.", "w w"),
        (format!("{most}end.\nnew {most}"), "end.", "new w"),
        (format!("{most}It ends (so.) Then {most}"), "so.)", "Then w"),
        (format!("{most}它结束了。然后{most}"), "结束了。", "然后w"),
        (format!("short\n\n{}", "word ".repeat(600)), "word", "word w"),
        (format!("{} {}", "a".repeat(1500), "b".repeat(1500)), "a", "b"),
        (format!("{}{}", "x".repeat(2000), "y"), "x", "y"),
    ];
    for (text, end, start) in cases {
        let pieces = split(&text, NONE);
        assert!(pieces[0].ends_with(end), "{:?}", &pieces[0][pieces[0].len() - 20..]);
        assert!(pieces[1].starts_with(start), "{:?}", &pieces[1]);
    }
}

#[test]
fn signs_of_several_characters_stay_together() {
    for sign in ["e\u{301}", "👩\u{200D}🚀", "👍🏽", "🇩🇪", "❤\u{FE0F}"] {
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(shift), sign.repeat(1500));
            let pieces = split(&text, NONE);
            assert!(pieces.len() > 1);
            for piece in &pieces[1..] {
                assert!(piece.starts_with(sign), "{sign} after {shift}");
            }
        }
    }
    // and where nothing but marks is left, somewhere
    assert_eq!(split(&format!("e{}", "\u{301}".repeat(4000)), NONE).len(), 3);
}

#[test]
fn code_is_closed_and_opened_again_with_its_language() {
    let text = format!("Look:\n```rust\n    {}```\nDone.", lines(300));
    let pieces = split(&text, NONE);
    assert!(pieces.len() > 2);
    for piece in &pieces {
        assert_eq!(piece.matches(FENCE).count() % 2, 0, "{piece}");
        assert!(units(piece) <= MAX_UNITS);
    }
    assert!(pieces[0].starts_with("Look:\n```rust\n    let") && pieces[0].ends_with(";\n```"));
    assert!(pieces[1].starts_with("```rust\nlet line_"));
    assert!(pieces[pieces.len() - 1].ends_with("```\nDone."));
}

#[test]
fn indentation_behind_a_cut_stays() {
    let text = format!("```\n{}```", "        indented();\n".repeat(200));
    assert!(split(&text, NONE)[1].starts_with("```\n        indented"));
}

#[test]
fn no_empty_block_is_opened_for_an_end_of_code() {
    // the code ends exactly where the first message is full
    let code = format!("```\n{}", "x = 1\n".repeat(332));
    let pieces = split(&format!("{code}```\nafter"), NONE);
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[1], "after");
}

#[test]
fn room_is_left_in_the_first_and_in_the_last() {
    let text = "word ".repeat(1000);
    let room = Room { first: 100, last: 300 };
    let pieces = split(&text, room);
    assert!(units(&pieces[0]) <= 1900);
    assert!(units(&pieces[pieces.len() - 1]) <= 1700);
    let nearly = "word ".repeat(390);
    assert_eq!(split(&nearly, NONE).len(), 1);
    assert_eq!(split(&nearly, Room { first: 0, last: 100 }).len(), 2);
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z]{1,12}[ .!?]",
        1 => "[a-z]{1,12}\\.? ?\n{1,3}",
        1 => Just("\n```rust\n".to_owned()),
        1 => Just("```".to_owned()),
        1 => "`{1,4}[a-z]{0,40}",
        1 => "[ \t]{0,30}",
        2 => prop_oneof![Just("👩\u{200D}🚀"), Just("e\u{301}"), Just("🇩🇪"), Just("。")].prop_map(str::to_owned),
        1 => (any::<char>(), 1..700_usize).prop_map(|(c, n)| c.to_string().repeat(n)),
        1 => ("[a-z]{1,9} ", 1..200_usize).prop_map(|(s, n)| s.repeat(n)),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

fn room() -> impl Strategy<Value = Room> {
    (prop_oneof![Just(0), 0..200_usize], prop_oneof![Just(0), 0..400_usize])
        .prop_map(|(first, last)| Room { first, last })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_piece_fits_and_says_something((text, room) in (text(), room())) {
        let pieces = split(&text, room);
        for (n, piece) in pieces.iter().enumerate() {
            let first = if n == 0 { room.first } else { 0 };
            let last = if n + 1 == pieces.len() { room.last } else { 0 };
            prop_assert!(units(piece) + first + last <= MAX_UNITS);
            prop_assert!(!piece.trim().is_empty());
        }
        prop_assert_eq!(pieces.is_empty(), text.trim().is_empty());
    }

    #[test]
    fn nothing_is_lost((text, room) in (text(), room())) {
        let mut at = 0;
        for piece in pieces(&text, room) {
            let gap = text[at..piece.body.start].trim();
            prop_assert!(gap.chars().all(|c| c == '`') && gap.len() <= MAX_TICKS, "{:?}", gap);
            prop_assert!(gap.is_empty() || at > 0);
            at = piece.body.end;
        }
        let rest = text[at..].trim();
        prop_assert!(rest.chars().all(|c| c == '`') && rest.len() <= MAX_TICKS, "{:?}", rest);
    }

    #[test]
    fn a_cut_stays_where_it_is_as_the_text_grows(
        (text, room, part) in (text(), room(), 0.0..1.0_f64)
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any place will do")]
        let mut end = (text.len() as f64 * part) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let growing = split(&text[..end], Room { last: 0, ..room });
        let whole = split(&text, room);
        if let Some((_, shown)) = growing.split_last() {
            prop_assert_eq!(shown, &whole[..shown.len().min(whole.len())]);
        }
    }

    #[test]
    fn every_block_is_closed_in_its_own_piece((language, n) in ("[a-z]{0,10}", 1..400_usize)) {
        let text = format!("intro\n```{language}\n{}```\nend", lines(n));
        for piece in split(&text, NONE) {
            prop_assert_eq!(piece.matches(FENCE).count() % 2, 0);
        }
    }
}
