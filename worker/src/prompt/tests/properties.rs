use proptest::prelude::*;

use super::*;

/// What a prompt takes, as the budget counts.
fn size(messages: &[ChatMessage]) -> usize {
    messages.iter().map(|message| tokens(&message.content)).sum()
}

#[test]
fn a_long_conversation_loses_its_oldest_turns() {
    let long = "x".repeat(20_000);
    let own = |said| Turn { is_own: true, ..turn("", said, &long) };
    let history = ["oldest", "older", "newest"].map(own).to_vec();
    let prompt = Scene { history, ..scene() }.prompt();
    let kept: Vec<&str> = prompt[1..prompt.len() - 1].iter().map(|m| &m.content[..5]).collect();
    assert_eq!(kept, ["older", "xxxxx", "newes", "xxxxx"]);
}

#[test]
fn what_is_referred_to_leaves_room_for_the_conversation() {
    let history = vec![turn("", "hi", "there")];
    let scene = Scene { context_length: Some(4_000), history, ..scene() };
    let scene = scene.with(|message| {
        message.references = vec![quoted(How::Reply, "Bob", &"x".repeat(1_500)); 20];
    });
    let prompt = scene.prompt();
    assert!(size(&prompt) <= 4_000 - 1_024, "{}", size(&prompt));
    assert_eq!(prompt.len(), 4, "the conversation is there");
}

proptest! {
    #[test]
    fn no_history_however_long_exceeds_the_budget_and_the_newest_survive(
        sizes in prop::collection::vec(0..40_000_usize, 0..40),
        letter in prop::sample::select(vec!["x", "é", "語", "🎭"]),
        context_length in prop::option::of(2_000..60_000_u64),
    ) {
        let text = |size: &usize| letter.repeat(size / letter.len());
        let history: Vec<Turn> = sizes.iter().map(|size| turn("Bob", letter, &text(size))).collect();
        let count = history.len();
        let prompt = Scene { history: history.clone(), context_length, ..scene() }.prompt();
        let kept = &prompt[1..prompt.len() - 1];
        let fixed = size(&prompt) - size(kept) + 1_024;
        prop_assert!(size(kept) <= 16_000, "{}", size(kept));
        let length = context_length.map_or(usize::MAX, |length| usize::try_from(length).unwrap());
        prop_assert!(kept.is_empty() || size(kept) + fixed <= length);
        let turns = kept.len() / 2;
        for (kept, turn) in kept.iter().skip(1).step_by(2).zip(&history[count - turns..]) {
            prop_assert_eq!(&kept.content, &turn.assistant_text);
        }
        // what is left out did not fit: its words, who said them and a margin
        if turns < count {
            let next = tokens(&history[count - turns - 1].assistant_text) + 60;
            let room = length.saturating_sub(fixed + 400).min(16_000);
            prop_assert!(size(kept) + next > room, "{} {} {}", size(kept), next, room);
        }
    }

    #[test]
    fn whatever_is_quoted_the_tags_are_ours(
        text in "(</?(context|file|place)>|[<>a{}\" \n]){0,40}",
        name in ".{0,80}",
    ) {
        let mut scene = Scene { messages: vec![text.clone()], ..scene() };
        scene.context.author_name = name;
        scene.history = vec![turn("Bob", &text, "ok")];
        let scene = scene.with(|message| {
            message.references = vec![quoted(How::Link, &text, &text)];
        });
        for message in scene.prompt().iter().filter(|message| message.role == Role::User) {
            prop_assert_eq!(message.content.matches("<context>").count(), 1);
            prop_assert_eq!(message.content.matches("</context>").count(), 1);
            let begins_with_ours = message.content.starts_with("<context>{");
            prop_assert!(begins_with_ours);
        }
    }
}
