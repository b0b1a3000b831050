//! What the stand-in says when nobody told it: something that reads like an answer, in the persona's
//! name, and that never pretends to be a model's.

use super::Message;

/// How much of a question is repeated, in characters.
const QUOTE: usize = 120;
/// How much of a persona's description is repeated, in characters.
const PART: usize = 120;

/// Whose part it plays, as the system message tells.
#[derive(Debug, PartialEq, Eq)]
struct Persona {
    name: String,
    /// What follows the name: `the stage manager of a theatre`.
    part: Option<String>,
}

/// Tells in whose name it speaks, what it heard, something that fits, and that it is a stand-in.
pub(super) fn composed(messages: &[Message]) -> String {
    let system = messages.iter().find(|message| message.role == "system");
    let persona = system.and_then(|message| Persona::read(&message.content));
    let asked = messages
        .iter()
        .rfind(|message| message.role == "user")
        // what a program adds for the model stands before what the person says
        .and_then(|message| message.content.trim().lines().next_back())
        .unwrap_or("nothing");
    let quote: String = asked.chars().take(QUOTE).collect();
    let more = if quote.len() < asked.len() { "…" } else { "" };
    let name = persona.as_ref().map_or("no persona in particular", |persona| &persona.name);
    let said = improvised(persona.as_ref(), asked);
    format!(
        "Speaking as {name}: I heard “{quote}{more}”. {said} I am the stand-in model, so this is all \
         I can say; with a real key a real model would answer here."
    )
}

impl Persona {
    /// From `You are <name>, <part>. …`.
    fn read(system: &str) -> Option<Self> {
        let (_, rest) = system.split_once("You are ")?;
        let sentence = rest.split(['.', '\n', ';']).next()?;
        let (name, part) = match sentence.split_once([',', ':', '(']) {
            Some((name, part)) => (name, Some(part.trim())),
            None => (sentence, None),
        };
        let name: String = name.trim().chars().take(60).collect();
        let part = part.filter(|part| !part.is_empty() && part.chars().count() <= PART);
        (!name.is_empty()).then(|| Self { name, part: part.map(str::to_owned) })
    }

    /// `As the stage manager of a theatre, `, or nothing.
    fn opening(&self) -> String {
        self.part.as_ref().map_or_else(String::new, |part| format!("As {part}, "))
    }
}

/// Something that fits what was asked, as far as its words tell.
fn improvised(persona: Option<&Persona>, asked: &str) -> String {
    let opening = persona.map_or_else(String::new, Persona::opening);
    let asked = asked.to_lowercase();
    let says = |words: &[&str]| {
        asked.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    };
    if says(&["story", "tale", "long", "essay"]) {
        return story(persona, &opening);
    }
    if says(&["code", "program", "function", "rust", "python"]) {
        return format!(
            "{opening}I would begin like this:\n```rust\nfn main() {{\n    println!(\"Curtain up!\");\n}}\n```\n"
        );
    }
    if says(&["list", "steps", "ideas", "how"]) {
        return format!(
            "{opening}I would go about it in three steps:\n1. **Look** at what is there.\n2. **Try** the \
             smallest thing that could work.\n3. *Tell* somebody how it went.\n"
        );
    }
    if says(&["hello", "hi", "hey", "morning", "evening"]) {
        return format!("{opening}I am glad that you came by.");
    }
    if asked.trim_end().ends_with('?') {
        return format!("{opening}I would love to answer that properly.");
    }
    format!("{opening}I will keep that in mind.")
}

/// Long enough to watch it grow, and to stop it.
fn story(persona: Option<&Persona>, opening: &str) -> String {
    let name = persona.map_or("somebody", |persona| &persona.name);
    let scenes = [
        "It began on an evening when nobody had come early, and the lamps were still cold.",
        "The door stood open, the rain came in a little way, and a cat came in the rest of it.",
        "Somebody asked whether this was the place, and for once there was no doubt about it.",
        "So the chairs were put in rows, then in a circle, and in the end nobody sat on them.",
        "There was a letter, of course; there always is. It was read twice, the second time aloud.",
        "What it said does not matter. What mattered was who laughed first, and who did not.",
        "The caretaker swore that the clock had stopped; the clock, being asked, said nothing.",
        "Then the lights went, one after the other, as if somebody were saying good night to each.",
        "In the dark it turned out that everybody knew the same song, though not the same words.",
        "They sang it three times, and the third time it was nearly the song that it had been.",
        "A child asked how it would end. That is the sort of question which makes things end.",
        "So they put it to the vote, and the vote was to go on until the candle was done.",
        "The candle, which nobody had lit, took its time.",
        "Somewhere in the second act a key turned up that fitted nothing in the house.",
        "It hangs by the door to this day, and everybody who leaves touches it for luck.",
        "Afterwards they counted what was in the hat: two coins, a button, and a ticket for a train.",
        "The train had left. They walked instead, and sang, and were wrong about the way but once.",
        "By morning everybody remembered it differently, which is how one knows that it was good.",
    ];
    let mut told = format!("{opening}{name} tells it like this.");
    for (number, scene) in scenes.iter().enumerate() {
        told.push_str(if number % 3 == 0 { "\n\n" } else { " " });
        told.push_str(scene);
    }
    told.push_str("\n\n");
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: &str, content: &str) -> Message {
        Message { role: role.to_owned(), content: content.to_owned(), images: Vec::new() }
    }

    #[test]
    fn an_answer_names_persona_and_question_and_what_it_is() {
        let messages = [
            message("system", "You are Lilith, a demon of few words. You are terse."),
            message("user", "first"),
            message("assistant", "yes"),
            message("user", "[[req:7]] Are you well?"),
        ];
        let text = composed(&messages);
        for part in ["Lilith:", "“[[req:7]] Are you well?”", "As a demon of few words", "stand-in"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(composed(&[]).contains("no persona"));
    }

    #[test]
    fn what_it_says_fits_what_was_asked() {
        let ask = |text| composed(&[message("system", "You are Ada."), message("user", text)]);
        assert!(ask("Tell me a story!").len() > 800);
        assert!(ask("show me some Rust").contains("```rust"));
        assert!(ask("how do I begin?").contains("1. "));
        assert!(ask("Hi there").contains("glad"));
        assert!(ask("is it?").len() < 250 && ask("so it is").len() < 250);
    }

    #[test]
    fn a_persona_is_read_from_the_first_sentence() {
        let read = |text| Persona::read(text).map(|it| (it.name, it.part));
        let part = Some("a cook (retired)".to_owned());
        assert_eq!(read("Hear: You are Bo, a cook (retired). Be kind."), Some(("Bo".into(), part)));
        assert_eq!(read("You are Bo"), Some(("Bo".into(), None)));
        assert_eq!(read("Be kind."), None);
    }
}
