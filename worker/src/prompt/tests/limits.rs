//! Each limit is seen to change the prompt; where none is set, the system's own holds.

use super::*;

/// The scene with these settings changed.
fn limited(mut scene: Scene, change: impl FnOnce(&mut ModelSettings)) -> Scene {
    change(&mut scene.personality.settings);
    scene
}

fn mentioning(kind: &str) -> Scene {
    let text = (1..=60).map(|id| format!("<{kind}{id}>")).collect::<Vec<_>>().concat();
    Scene { messages: vec![text], ..scene() }.with(|message| {
        let names = || (1..=60).map(|id| (id, "Bea".to_owned())).collect();
        message.names.users = names();
        message.names.channels = names();
        message.names.roles = names();
    })
}

fn named(scene: &Scene) -> usize {
    scene.question().matches("Bea").count()
}

#[test]
fn turns_of_the_conversation() {
    let talk = || {
        let history = (0..300).map(|n| turn("Bob", &format!("q{n}"), &format!("a{n}"))).collect();
        Scene { history, ..scene() }
    };
    let turns = |scene: &Scene| (scene.prompt().len() - 2) / 2;
    assert_eq!(turns(&talk()), 50);
    let of = |most| limited(talk(), |settings| settings.max_conversation_history = Some(most));
    for most in [0, 1, 200] {
        assert_eq!(turns(&of(most)), usize::try_from(most).unwrap());
    }
    assert_eq!(of(1).prompt()[2].content, "a299", "the newest");
}

#[test]
fn messages_referred_to() {
    let talk = || {
        scene().with(|message| {
            message.references =
                (0..60).map(|n| quoted(How::Reply, "Bob", &format!("said {n}"))).collect();
        })
    };
    let quotes = |scene: &Scene| scene.question().matches("\"number\"").count();
    assert_eq!(quotes(&talk()), 20);
    let of = |most| limited(talk(), |settings| settings.max_referenced_messages = Some(most));
    assert_eq!((quotes(&of(1)), quotes(&of(50))), (1, 50));
    assert!(of(1).question().contains("said 0"), "the one that is answered");
}

#[test]
fn people_mentioned() {
    assert_eq!(named(&mentioning("@")), 10);
    let of =
        |most| limited(mentioning("@"), |settings| settings.max_mentions_per_message = Some(most));
    assert_eq!((named(&of(1)), named(&of(50))), (1, 50));
    assert_eq!(of(50).question().matches("@someone").count(), 10);
}

#[test]
fn channels_mentioned() {
    assert_eq!(named(&mentioning("#")), 5);
    let of =
        |most| limited(mentioning("#"), |settings| settings.max_channels_per_message = Some(most));
    assert_eq!((named(&of(1)), named(&of(20))), (1, 20));
    assert_eq!(of(20).question().matches("#unknown-channel").count(), 40);
}

#[test]
fn roles_mentioned() {
    assert_eq!(named(&mentioning("@&")), 5);
    let of =
        |most| limited(mentioning("@&"), |settings| settings.max_roles_per_message = Some(most));
    assert_eq!((named(&of(1)), named(&of(20))), (1, 20));
    assert_eq!(of(20).question().matches("@unknown-role").count(), 40);
}
