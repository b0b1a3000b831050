use super::*;

fn quoted(text: &str) -> Reference {
    Reference {
        how: How::Link,
        author_name: "Bea".into(),
        said_by: None,
        text: text.into(),
        carried: Carried::default(),
    }
}

fn message(source: u64) -> MessageContext {
    MessageContext::of(source.into())
}

#[test]
fn what_an_older_version_stored_reads() {
    let old = r#"{"author_name":"Ada","replies_to":{"author_name":"Bea","text":"hi"}}"#;
    assert_eq!(serde_json::from_str::<RequestContext>(old).unwrap(), RequestContext::by("Ada"));
}

#[test]
fn it_reads_what_it_stores() {
    let mut context = RequestContext::by("Ada");
    let mut with_all = message(1);
    with_all.names.users.insert(7, "Bea".into());
    with_all.references.push(quoted("hi"));
    with_all.forwards.push(Forward { text: "news".into(), carried: Carried::default() });
    with_all.carried.poll =
        Some(Poll { question: "Tea?".into(), answers: vec!["Yes".into(), "No".into()] });
    context.add(with_all);
    context.awaited.push(1.into());
    let stored = context.to_stored();
    assert_eq!(serde_json::from_value::<RequestContext>(stored).unwrap(), context);
}

#[test]
fn messages_keep_their_order_and_stand_there_once() {
    let mut context = RequestContext::by("Ada");
    for source in [3, 1, 2, 1] {
        context.add(message(source));
    }
    context.awaited = vec![2.into(), 3.into()];
    let sources: Vec<u64> = context.messages.iter().map(|known| known.source.get()).collect();
    assert_eq!(sources, [1, 2, 3]);
    context.forget(2.into());
    assert_eq!((context.messages.len(), context.awaited.as_slice()), (2, &[3.into()][..]));
}

#[test]
fn however_much_is_referred_to_it_has_a_bound() {
    let mut context = RequestContext::by("A\0da");
    for source in 0..10 {
        let mut full = message(source);
        full.references = vec![quoted(&"\u{1}".repeat(bounds::MAX_QUOTE)); 50];
        full.forwards = vec![Forward { text: "é".repeat(4000), carried: Carried::default() }; 2];
        context.add(full);
    }
    let stored = context.to_stored();
    assert!(stored.to_string().len() <= bounds::MAX_BYTES);
    let read: RequestContext = serde_json::from_value(stored).unwrap();
    assert_eq!(read.author_name, "Ada");
    assert_eq!(read.messages.len(), 10, "references go first");
    assert!(read.messages.iter().any(|message| !message.references.is_empty()));
}

#[test]
fn what_is_kept_with_a_turn_has_no_addresses_and_no_quotes() {
    let file = Attachment {
        id: 1,
        filename: "cat.png".into(),
        content_type: None,
        size: 9,
        url: "https://cdn.example/cat.png?signed".into(),
    };
    let carried = Carried { attachments: vec![file], ..Carried::default() };
    let mut sent = message(1);
    sent.carried = carried.clone();
    sent.forwards.push(Forward { text: "news".into(), carried });
    sent.references.push(quoted("hi"));
    let mut context = RequestContext::by("Ada");
    context.add(sent);
    let kept = serde_json::to_string(&context.for_history()).unwrap();
    assert!(!kept.contains("cdn.example"), "{kept}");
    assert!(!kept.contains("Bea"), "{kept}");
    assert_eq!(kept.matches("cat.png").count(), 2, "{kept}");
}

#[test]
fn a_name_stands_on_one_line() {
    assert_eq!(bounds::one_line(" A\nlice\u{1b}[2J  x\u{2028}y "), "A lice [2J x y");
    assert_eq!(bounds::one_line(&"x".repeat(100)).chars().count(), bounds::MAX_NAME + 1);
}
