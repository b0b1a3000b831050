//! A conversation for wires that keep instructions apart and want people and model to take turns.

use super::{ChatMessage, ChatRequest, Image, Role};

/// What stands before an answer that has no question, so that a person begins.
const OPENING: &str = "(The conversation goes on.)";

/// A conversation in turns.
#[derive(Debug, PartialEq)]
pub(super) struct Turns<'a> {
    /// All instructions.
    pub(super) instructions: String,
    /// People and model by turns, people first. Never empty.
    pub(super) turns: Vec<Turn<'a>>,
}

/// What one side says until the other does.
#[derive(Debug, PartialEq)]
pub(super) struct Turn<'a> {
    /// It is the model's.
    pub(super) is_models: bool,
    /// What is said, each not blank.
    pub(super) texts: Vec<&'a str>,
    /// What is shown.
    pub(super) images: Vec<&'a Image>,
}

impl<'a> Turns<'a> {
    pub(super) fn of(request: &'a ChatRequest) -> Self {
        let instructions = request.messages.iter().filter(|message| message.role == Role::System);
        let instructions: Vec<_> = instructions.map(|message| message.content.as_str()).collect();
        let mut turns: Vec<Turn<'a>> = Vec::new();
        for message in request.messages.iter().filter(|message| message.role != Role::System) {
            // these wires refuse messages in which nothing is said
            if message.content.trim().is_empty() && message.images.is_empty() {
                continue;
            }
            let is_models = message.role == Role::Assistant;
            if turns.last().is_none_or(|last| last.is_models != is_models) {
                if turns.is_empty() && is_models {
                    turns.push(Turn { is_models: false, texts: vec![OPENING], images: vec![] });
                }
                turns.push(Turn { is_models, texts: vec![], images: vec![] });
            }
            if let Some(turn) = turns.last_mut() {
                turn.take(message);
            }
        }
        if turns.is_empty() {
            turns.push(Turn { is_models: false, texts: vec![OPENING], images: vec![] });
        }
        Self { instructions: instructions.join("\n\n"), turns }
    }
}

impl<'a> Turn<'a> {
    fn take(&mut self, message: &'a ChatMessage) {
        if !message.content.trim().is_empty() {
            self.texts.push(&message.content);
        }
        self.images.extend(&message.images);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn said(messages: &[(Role, &str)]) -> (String, Vec<(bool, Vec<String>)>) {
        let messages = messages.iter().map(|(role, text)| ChatMessage::text(*role, (*text).into()));
        let request = ChatRequest {
            model: String::new(),
            messages: messages.collect(),
            max_tokens: 1,
            temperature: None,
            top_p: None,
            advanced: Map::new(),
            user: None,
            session: None,
        };
        let Turns { instructions, turns } = Turns::of(&request);
        let owned =
            |turn: Turn<'_>| (turn.is_models, turn.texts.into_iter().map(str::to_owned).collect());
        (instructions, turns.into_iter().map(owned).collect())
    }

    #[test]
    fn people_and_model_take_turns_and_a_person_begins() {
        use Role::{Assistant, System, User};
        let (instructions, turns) = said(&[
            (System, "be"),
            (Assistant, "hi"),
            (User, "a"),
            (User, " \n"),
            (System, "brief"),
            (User, "b"),
            (Assistant, ""),
            (User, "c"),
        ]);
        assert_eq!(instructions, "be\n\nbrief");
        let text = |text: &str| vec![text.to_owned()];
        let abc = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(turns, [(false, text(OPENING)), (true, text("hi")), (false, abc)]);
        assert_eq!(said(&[(System, "x")]).1, [(false, text(OPENING))]);
    }
}
