//! All about a personality that its owner decides.

use serde_json::{Map, Value};

use super::{Birthday, ModelSettings, OutOfBounds, PersonalityName, Picture};

/// The longest system prompt, in characters.
const MAX_PROMPT: usize = 100_000;
/// The longest line for failures, in UTF-16 units: one message.
const MAX_ERROR_MESSAGE: usize = 1_500;
/// The most aliases.
const MAX_ALIASES: usize = 50;
/// What is kept of other programs' fields, in bytes of JSON.
const MAX_CUSTOM: usize = 1 << 20;
/// The longest address of a picture that Discord takes.
const MAX_ADDRESS: usize = 2_000;

/// All about a personality that its owner decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The name that it speaks under.
    pub display_name: PersonalityName,
    /// Other names under which it is found.
    pub aliases: Vec<PersonalityName>,
    /// What the model is told of who it is.
    pub system_prompt: String,
    /// Its picture.
    pub avatar: Option<Avatar>,
    /// What it says in the channel when an answer fails.
    pub error_message: Option<String>,
    /// Its birthday.
    pub birthday: Option<Birthday>,
    /// Whether everybody sees it, or its owner alone.
    pub is_public: bool,
    /// How its model is called.
    pub settings: ModelSettings,
    /// What other programs know of it and we keep for them.
    pub custom_fields: Map<String, Value>,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Avatar {
    /// At an `https` address, from which Discord fetches it.
    At(String),
    /// With us.
    Kept(Picture),
}

/// No address at which a picture could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of a picture begins with https:// and names a host")]
pub struct NoAddress;

impl Avatar {
    /// A picture at this address. What is there is looked at by whoever asks.
    pub fn at(typed: &str) -> Result<Self, NoAddress> {
        let typed = typed.trim();
        let (scheme, rest) = typed.split_at_checked(8).ok_or(NoAddress)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = typed.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let fine = scheme.eq_ignore_ascii_case("https://")
            && plain
            && typed.len() <= MAX_ADDRESS
            && !host.is_empty()
            // `https://cdn.example@evil.example/` would say one host and be another
            && !host.contains('@');
        if fine { Ok(Self::At(format!("https://{rest}"))) } else { Err(NoAddress) }
    }
}

/// Why a definition can't be stored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DefinitionProblem {
    /// Nothing tells the model who it is.
    #[error("the system prompt is empty")]
    NoPrompt,
    /// More than any model should read again with every message.
    #[error("the system prompt is longer than {MAX_PROMPT} characters")]
    PromptTooLong,
    /// More than one message.
    #[error("the error message is longer than {MAX_ERROR_MESSAGE} characters")]
    ErrorMessageTooLong,
    /// Too many names.
    #[error("there are more than {MAX_ALIASES} aliases")]
    TooManyAliases,
    /// More than a card needs.
    #[error("the fields of other programs take more than 1 MiB")]
    TooMuchElse,
    /// A setting goes too far.
    #[error(transparent)]
    Setting(#[from] OutOfBounds),
}

impl Definition {
    /// A public personality of that name and prompt, with the system's defaults.
    #[must_use]
    pub fn new(display_name: PersonalityName, system_prompt: impl Into<String>) -> Self {
        Self {
            display_name,
            aliases: Vec::new(),
            system_prompt: system_prompt.into(),
            avatar: None,
            error_message: None,
            birthday: None,
            is_public: true,
            settings: ModelSettings::default(),
            custom_fields: Map::new(),
        }
    }

    /// Whether it may be stored, or all that is wrong with it.
    pub fn check(&self) -> Result<(), Vec<DefinitionProblem>> {
        let mut problems = Vec::new();
        let mut unless = |fine: bool, problem| {
            if !fine {
                problems.push(problem);
            }
        };
        unless(!self.system_prompt.trim().is_empty(), DefinitionProblem::NoPrompt);
        unless(self.system_prompt.chars().count() <= MAX_PROMPT, DefinitionProblem::PromptTooLong);
        let error_message = self.error_message.as_deref().unwrap_or_default();
        unless(
            error_message.encode_utf16().count() <= MAX_ERROR_MESSAGE,
            DefinitionProblem::ErrorMessageTooLong,
        );
        unless(self.aliases.len() <= MAX_ALIASES, DefinitionProblem::TooManyAliases);
        let custom = serde_json::to_vec(&self.custom_fields).map_or(usize::MAX, |json| json.len());
        unless(custom <= MAX_CUSTOM, DefinitionProblem::TooMuchElse);
        problems.extend(self.settings.check().err().into_iter().flatten().map(Into::into));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_addresses_of_a_host_are_taken() {
        let at = |typed| match Avatar::at(typed) {
            Ok(Avatar::At(address)) => Some(address),
            _ => None,
        };
        assert_eq!(at(" HTTPS://a.example/x.png?y=1 ").unwrap(), "https://a.example/x.png?y=1");
        for wrong in [
            "",
            "https://",
            "https:///x.png",
            "http://a.example/x.png",
            "ftp://a.example/x.png",
            "data:image/png;base64,AAAA",
            "https://cdn.example@evil.example/x.png",
            "https://a.example\\@b.example/",
            "https://a.example/x y.png",
            "https://a.example/\n",
            "https://exämple.example/x.png",
            "ÿÿÿÿÿÿÿÿÿ",
        ] {
            assert_eq!(at(wrong).filter(|_| wrong.trim() == wrong), None, "{wrong:?}");
        }
        assert_eq!(at(&format!("https://a.example/{}", "x".repeat(2000))), None);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let name = PersonalityName::parse("Ada").unwrap();
        let fine = Definition::new(name.clone(), "You are Ada.");
        assert_eq!(fine.check(), Ok(()));
        let wrong = Definition {
            aliases: vec![name; 51],
            system_prompt: " ".into(),
            error_message: Some("x".repeat(1501)),
            settings: ModelSettings { temperature: Some(3.0), ..Default::default() },
            ..fine.clone()
        };
        let told: Vec<String> =
            wrong.check().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "the system prompt is empty",
                "the error message is longer than 1500 characters",
                "there are more than 50 aliases",
                "temperature has to be 0–2",
            ]
        );
        let long = Definition { system_prompt: "x".repeat(100_001), ..fine };
        assert_eq!(long.check(), Err(vec![DefinitionProblem::PromptTooLong]));
    }
}
