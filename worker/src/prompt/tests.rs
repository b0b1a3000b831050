//! One picture of each element, and what holds for all of them.

mod elements;
mod limits;
mod properties;

use shared::{
    clock::SystemClock,
    context::{Carried, How, MessageContext, Reference},
    ids::PersonalityId,
    personality::ModelSettings,
};

use super::*;

/// What a test changes of a prompt.
struct Scene {
    personality: Personality,
    context: RequestContext,
    history: Vec<Turn>,
    messages: Vec<String>,
    files: HashMap<u64, Seen>,
    is_direct: bool,
    context_length: Option<u64>,
}

/// Alice says hello to Viola, in a server's channel, and there is nothing else.
fn scene() -> Scene {
    Scene {
        personality: Personality {
            id: PersonalityId::new(&SystemClock),
            display_name: "Viola".into(),
            avatar_url: None,
            system_prompt: "You are {char}, and {{user}} is your friend.".into(),
            error_message: None,
            birthday: None,
            settings: ModelSettings::default(),
        },
        context: RequestContext::by("Alice"),
        history: Vec::new(),
        messages: vec!["hello".into()],
        files: HashMap::new(),
        is_direct: false,
        context_length: None,
    }
}

impl Scene {
    fn prompt(&self) -> Vec<ChatMessage> {
        build(&Parts {
            personality: &self.personality,
            context: &super::limits::within(&self.context, &self.personality.settings),
            history: &self.history,
            messages: &self.messages,
            files: &self.files,
            now: "2026-11-20T13:05:00Z".parse().unwrap(),
            timezone: &"Europe/Paris".parse().unwrap(),
            is_direct: self.is_direct,
            max_tokens: 1024,
            context_length: self.context_length,
        })
    }

    fn question(&self) -> String {
        self.prompt().pop().unwrap().content
    }

    /// The message to be answered carries and refers to this.
    fn with(mut self, change: impl FnOnce(&mut MessageContext)) -> Self {
        let mut message =
            self.context.messages.pop().unwrap_or_else(|| MessageContext::of(1.into()));
        change(&mut message);
        self.context.add(message);
        self
    }
}

fn quoted(how: How, from: &str, text: &str) -> Reference {
    let carried = Carried::default();
    Reference { how, author_name: from.into(), said_by: None, text: text.into(), carried }
}

fn turn(by: &str, user: &str, assistant: &str) -> Turn {
    Turn {
        is_own: false,
        user_text: user.into(),
        context: RequestContext::by(by),
        assistant_text: assistant.into(),
        at: "2026-11-20T12:00:00Z".parse().unwrap(),
    }
}
