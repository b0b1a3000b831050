use super::{Message, Reply, Script, improvise::composed};

/// A chunk has so many words, about as many as real ones.
const WORDS: usize = 3;

/// The chunks of an answer to `messages`, after what it thinks aloud.
pub(super) fn chunks(script: &Script, messages: &[Message]) -> Vec<String> {
    let tagged = script.tagged.iter();
    let thought = tagged.flat_map(|(tag, it)| split(&format!("<{tag}>\n{it}\n</{tag}>\n\n")));
    thought.chain(said(&script.reply, messages)).collect()
}

/// The chunks of what is thought in its own field.
pub(super) fn thoughts(script: &Script) -> Vec<String> {
    script.reasoning.as_deref().map_or_else(Vec::new, split)
}

fn said(reply: &Reply, messages: &[Message]) -> Vec<String> {
    match reply {
        Reply::Composed => split(&composed(messages)),
        Reply::Text(text) => split(text),
        Reply::Chunks(chunks) => chunks.clone(),
        Reply::Refusal(_) | Reply::Recorded(_) => Vec::new(),
    }
}

/// Tokens, at four characters each: near enough for a price.
pub(super) fn tokens(text: &str) -> i64 {
    i64::try_from(text.chars().count().div_ceil(4)).unwrap_or(i64::MAX)
}

/// A few words each; joined again they are the text.
fn split(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(WORDS).map(<[&str]>::concat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_join_to_the_text() {
        for text in ["", "one", "a b  c d\ne f g ", "Grüße 😀 an alle"] {
            assert_eq!(chunks(&Script::text(text), &[]).concat(), text);
        }
    }
}
