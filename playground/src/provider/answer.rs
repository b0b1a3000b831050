use super::{Message, Reply};

/// How much of a question is repeated, in characters.
const QUOTE: usize = 120;
/// A chunk has so many words, about as many as real ones.
const WORDS: usize = 3;

/// The chunks of an answer to `messages`.
pub(super) fn chunks(reply: &Reply, messages: &[Message]) -> Vec<String> {
    match reply {
        Reply::Composed => split(&composed(messages)),
        Reply::Text(text) => split(text),
        Reply::Chunks(chunks) => chunks.clone(),
        Reply::Refusal(_) => Vec::new(),
    }
}

/// Tokens, at four characters each: near enough for a price.
pub(super) fn tokens(text: &str) -> i64 {
    i64::try_from(text.chars().count().div_ceil(4)).unwrap_or(i64::MAX)
}

/// Tells that it is a stand-in, in whose name it speaks, and what it heard.
fn composed(messages: &[Message]) -> String {
    let persona = messages
        .iter()
        .find(|message| message.role == "system")
        .and_then(|message| persona(&message.content))
        .unwrap_or_else(|| "no persona in particular".to_owned());
    let asked = messages
        .iter()
        .rfind(|message| message.role == "user")
        // what a program adds for the model stands before what the person says
        .and_then(|message| message.content.trim().lines().next_back())
        .unwrap_or("nothing");
    let quote: String = asked.chars().take(QUOTE).collect();
    let more = if quote.len() < asked.len() { "…" } else { "" };
    format!(
        "Speaking as {persona}: I heard “{quote}{more}”. I am the stand-in model, so this is all I \
         can say; with a real key a real model would answer here."
    )
}

/// The name in `You are <name>, …`.
fn persona(system: &str) -> Option<String> {
    let (_, rest) = system.split_once("You are ")?;
    let name = rest.split(['.', ',', ';', ':', '\n', '(']).next()?.trim();
    let name: String = name.chars().take(60).collect();
    (!name.is_empty()).then_some(name)
}

/// A few words each; joined again they are the text.
fn split(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(WORDS).map(<[&str]>::concat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: &str, content: &str) -> Message {
        Message { role: role.to_owned(), content: content.to_owned() }
    }

    #[test]
    fn an_answer_names_persona_and_question_and_what_it_is() {
        let messages = [
            message("system", "You are Lilith, a demon of few words."),
            message("user", "first"),
            message("assistant", "yes"),
            message("user", "[[req:7]] How are you?"),
        ];
        let chunks = chunks(&Reply::Composed, &messages);
        let text = chunks.concat();
        assert!(chunks.len() > 3);
        for part in ["Lilith:", "[[req:7]] How are you?", "stand-in"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(composed(&[]).contains("no persona"));
    }

    #[test]
    fn chunks_join_to_the_text() {
        for text in ["", "one", "a b  c d\ne f g ", "Grüße 😀 an alle"] {
            assert_eq!(chunks(&Reply::Text(text.to_owned()), &[]).concat(), text);
        }
    }
}
