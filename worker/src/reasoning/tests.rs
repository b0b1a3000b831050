use proptest::prelude::*;

use super::*;

fn stripped(text: &str) -> String {
    let mut filter = WithoutReasoning::default();
    let mut said = filter.push(text);
    said.push_str(&filter.finish());
    said
}

#[test]
fn reasoning_is_taken_out() {
    for (text, left) in [
        ("<thinking>hm</thinking>Hello", "Hello"),
        ("<think>hm</think>\n\nHello", "Hello"),
        ("<reasoning>hm</reasoning> Hello", "Hello"),
        ("[thinking]hm[/thinking]\nHello", "Hello"),
        ("<THINK>hm</Think>Hello", "Hello"),
        ("Well <think>hm</think> then", "Well then"),
        ("Well<think>hm</think> then", "Well then"),
        ("One.\n<think>hm</think>\nTwo.", "One.\nTwo."),
        ("<think>a</think><think>b</think>c", "c"),
        ("<think>a<b", ""),
        ("Hello <think>and then", "Hello "),
        ("Hello <thin", "Hello <thin"),
        ("<<think>x</think>", "<"),
        ("<th<think>x</think>y", "<thy"),
        ("<think>x</th</think>y", "y"),
    ] {
        assert_eq!(stripped(text), left, "{text}");
    }
}

#[test]
fn nested_and_mixed_up_tags_end_where_they_are_closed() {
    for (text, left) in [
        ("<think>a<think>b</think>c</think>d", "d"),
        ("<think>a[thinking]b[/thinking]c</think>d", "d"),
        ("<thinking>a<think>b</thinking>c", "c"),
        ("<think>a</thinking>b", "b"),
        ("<think>a<think>b</think>c", ""),
        ("a</think>b", "ab"),
        ("<think>`</think>a", "a"),
        ("<think>```\n</think>a", "a"),
    ] {
        assert_eq!(stripped(text), left, "{text}");
    }
}

#[test]
fn in_code_a_tag_is_a_text() {
    for text in [
        "Write `<think>` to think.",
        "Write ``a ` <think>`` so.",
        "```xml\n<think>\n\n</think>\n```\nDone",
        "````\n```\n<think>\n````",
        "`one\n<think>two`",
        "```\n<think>never closed",
    ] {
        assert_eq!(stripped(text), text);
    }
    for (text, left) in [
        ("`code` <think>hm</think>a", "`code` a"),
        ("```\ncode\n```\n<think>hm</think>a", "```\ncode\n```\na"),
        ("a ` b\n\n<think>hm</think>c", "a ` b\n\nc"),
        ("`a``<think>`", "`a``<think>`"),
    ] {
        assert_eq!(stripped(text), left, "{text}");
    }
}

#[test]
fn only_what_may_be_a_tag_is_held_back() {
    let mut filter = WithoutReasoning::default();
    assert_eq!(filter.push("Hello <"), "Hello ");
    assert_eq!(filter.push("thi"), "");
    assert_eq!(filter.push("s>"), "<this>");
    assert_eq!(filter.push(" [1] `<th"), " [1] `<th");
    assert_eq!(filter.finish(), "");
}

fn any_answer() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(&["<think>", "</think>", "<THINKING>", "</thinking>", "<reasoning>", "</reasoning>", "[thinking]", "[/thinking]"][..]).prop_map(str::to_owned),
        2 => prop::sample::select(&["`", "``", "```", "\n", "\n\n", " ", "<", "[", "</th", "<think"][..]).prop_map(str::to_owned),
        2 => "[a-z é😀]{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whole_and_in_pieces_come_to_the_same(text in any_answer(), sizes in prop::collection::vec(1_usize..9, 1..40)) {
        let mut filter = WithoutReasoning::default();
        let (mut said, mut rest, mut sizes) = (String::new(), text.as_str(), sizes.iter().cycle());
        while !rest.is_empty() {
            let chars = *sizes.next().unwrap();
            let end = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
            said.push_str(&filter.push(&rest[..end]));
            prop_assert!(stripped(&text).starts_with(&said), "what was said stays said");
            rest = &rest[end..];
        }
        said.push_str(&filter.finish());
        prop_assert_eq!(said, stripped(&text));
    }

    #[test]
    fn a_text_without_tags_stays_as_it_is(text in "(?s).{0,200}") {
        let lower = text.to_lowercase();
        prop_assume!(!["think", "reasoning"].iter().any(|word| lower.contains(word)));
        prop_assert_eq!(stripped(&text), text);
    }

    #[test]
    fn outside_code_no_tag_is_left(text in any_answer()) {
        prop_assume!(!text.contains('`'));
        let left = stripped(&text);
        let tags = ["<think>", "<thinking>", "<reasoning>", "[thinking]"];
        // two halves may meet where reasoning stood between them
        prop_assume!(!text.contains("<th") || !text.contains("</th<"));
        for tag in tags {
            prop_assert!(!left.to_lowercase().contains(tag) || text.contains("<think<"), "{left:?}");
        }
    }
}
