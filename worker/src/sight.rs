//! Which model answers when there is something to see. Pure.
//!
//! There is one call for a message. So where a personality has a model of its own for pictures, that
//! one makes the whole answer, on the same key, and the usage row names it.

use shared::{model::Provider, personality::ModelSettings};

/// The model that is to be shown pictures, if one can see. `main` would answer without them; `chosen`
/// says that whoever pays wanted that one, and then no other answers on their key: it is told that
/// there is a picture which it can't see. `sees` tells what the catalogue knows.
pub(crate) fn seeing<'a>(
    settings: &'a ModelSettings,
    main: &'a str,
    chosen: bool,
    provider: Provider,
    sees: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let vision = settings.vision_model.as_deref().filter(|_| settings.provider == provider);
    let main = Some(main).filter(|main| sees(main));
    if chosen { main } else { vision.or(main) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen_by(chosen: bool, vision: Option<&str>, main: &str) -> Option<String> {
        let settings =
            ModelSettings { vision_model: vision.map(str::to_owned), ..ModelSettings::default() };
        let sees = |model: &str| model.starts_with("sees/");
        seeing(&settings, main, chosen, Provider::OpenRouter, sees).map(str::to_owned)
    }

    #[test]
    fn the_personalitys_eyes_come_first_unless_the_payer_chose_a_model() {
        let eyes = Some("eyes/model");
        assert_eq!(seen_by(false, eyes, "sees/own").as_deref(), eyes);
        assert_eq!(seen_by(true, eyes, "sees/chosen").as_deref(), Some("sees/chosen"));
        assert_eq!(seen_by(true, eyes, "chosen"), None);
        // of which nobody knows whether it sees
        assert_eq!(seen_by(true, eyes, "un/known"), None);
        assert_eq!(seen_by(false, eyes, "default").as_deref(), eyes);
        assert_eq!(seen_by(false, None, "sees/default").as_deref(), Some("sees/default"));
        assert_eq!(seen_by(false, None, "default"), None);
    }
}
