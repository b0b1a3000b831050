/// Which tag; those in angle brackets are as good as each other, but don't close each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Thinking,
    Think,
    Reasoning,
    InBrackets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Open(Kind),
    Close(Kind),
}

/// What a text that begins like a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Candidate {
    /// A whole one.
    Tag(Tag),
    /// It may become one.
    Beginning,
    /// It is none.
    Text,
}

const TAGS: [(&str, Tag); 8] = [
    ("<thinking>", Tag::Open(Kind::Thinking)),
    ("</thinking>", Tag::Close(Kind::Thinking)),
    ("<think>", Tag::Open(Kind::Think)),
    ("</think>", Tag::Close(Kind::Think)),
    ("<reasoning>", Tag::Open(Kind::Reasoning)),
    ("</reasoning>", Tag::Close(Kind::Reasoning)),
    ("[thinking]", Tag::Open(Kind::InBrackets)),
    ("[/thinking]", Tag::Close(Kind::InBrackets)),
];

/// Reads `text`, which grows by one character at a time.
pub(super) fn read(text: &str) -> Candidate {
    let begins = |tag: &str| {
        tag.as_bytes()
            .get(..text.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(text.as_bytes()))
    };
    match TAGS.iter().find(|(tag, _)| begins(tag)) {
        Some((whole, tag)) if whole.len() == text.len() => Candidate::Tag(*tag),
        Some(_) => Candidate::Beginning,
        None => Candidate::Text,
    }
}
