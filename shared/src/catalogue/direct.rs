//! A provider's own model in `OpenRouter`'s list, which has prices and limits for nearly all of them.
//!
//! OpenAI, Anthropic, Google and DeepSeek charge by the call and say no cost, and none of them lists
//! prices. `OpenRouter` sells their models at list price, so its entry of the same model is the best
//! that there is; whatever comes of it is marked as estimated.

use super::{Catalogue, Model};
use crate::model::Provider;

impl Catalogue {
    /// What is known of a provider's model. For a server of the operator's, nothing.
    #[must_use]
    pub fn find_at(&self, provider: Provider, id: &str) -> Option<&Model> {
        let author = match provider {
            Provider::OpenRouter => return self.find(id),
            Provider::OpenAi => "openai",
            Provider::Anthropic => "anthropic",
            Provider::Gemini => "google",
            Provider::DeepSeek => "deepseek",
            Provider::Server(_) => return None,
        };
        let id = id.trim().to_ascii_lowercase();
        let undated = without_date(&id);
        [&id, undated].into_iter().find_map(|id| {
            self.find(&format!("{author}/{id}"))
                .or_else(|| self.find(&format!("{author}/{}", with_points(id))))
        })
    }

    /// The models of a provider, each with its id as that provider writes it.
    pub fn models_at(&self, provider: Provider) -> impl Iterator<Item = (String, &Model)> {
        let author = match provider {
            Provider::OpenRouter => Some(""),
            Provider::OpenAi => Some("openai/"),
            Provider::Anthropic => Some("anthropic/"),
            Provider::Gemini => Some("google/"),
            Provider::DeepSeek => Some("deepseek/"),
            Provider::Server(_) => None,
        };
        self.models().iter().filter_map(move |model| {
            let id = model.id.as_str().strip_prefix(author?)?;
            match provider {
                Provider::OpenRouter => Some((id.to_owned(), model)),
                // variants are OpenRouter's
                _ if id.contains(':') => None,
                Provider::Anthropic => Some((id.replace('.', "-"), model)),
                _ => Some((id.to_owned(), model)),
            }
        })
    }
}

/// `claude-haiku-4-5-20251001` and `gpt-5-2025-08-07` are days on which a model was made.
fn without_date(id: &str) -> &str {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some((rest, date)) = id.rsplit_once('-')
        && digits(date, 8)
    {
        return rest;
    }
    let mut parts = id.rsplitn(4, '-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(month), Some(year), Some(rest))
            if digits(day, 2) && digits(month, 2) && digits(year, 4) =>
        {
            rest
        }
        _ => id,
    }
}

/// Anthropic writes `4-5` where `OpenRouter` writes `4.5`.
fn with_points(id: &str) -> String {
    let parts: Vec<&str> = id.split('-').collect();
    let is_number = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut pointed = String::with_capacity(id.len());
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            pointed.push(if is_number(part) && is_number(parts[place - 1]) { '.' } else { '-' });
        }
        pointed.push_str(part);
    }
    pointed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalogue() -> Catalogue {
        let entry = |id: &str| json!({"id": id, "name": id});
        let ids = [
            "openai/gpt-5-mini",
            "openai/gpt-5-mini:batch",
            "anthropic/claude-haiku-4.5",
            "anthropic/claude-3.5-sonnet",
            "anthropic/claude-opus-4",
            "google/gemini-2.5-flash",
            "deepseek/deepseek-v4-flash",
        ];
        let listed = json!({"data": ids.map(entry)}).to_string();
        Catalogue::new(super::super::read(listed.as_bytes()).unwrap())
    }

    #[test]
    fn a_providers_own_id_finds_its_entry() {
        let catalogue = catalogue();
        for (provider, id, entry) in [
            (Provider::OpenRouter, "openai/gpt-5-mini", Some("openai/gpt-5-mini")),
            (Provider::OpenAi, "GPT-5-mini", Some("openai/gpt-5-mini")),
            (Provider::OpenAi, "gpt-5-mini-2025-08-07", Some("openai/gpt-5-mini")),
            (Provider::OpenAi, "gpt-9", None),
            (Provider::Anthropic, "claude-haiku-4-5", Some("anthropic/claude-haiku-4.5")),
            (Provider::Anthropic, "claude-haiku-4-5-20251001", Some("anthropic/claude-haiku-4.5")),
            (
                Provider::Anthropic,
                "claude-3-5-sonnet-20241022",
                Some("anthropic/claude-3.5-sonnet"),
            ),
            (Provider::Anthropic, "claude-opus-4-20250514", Some("anthropic/claude-opus-4")),
            (Provider::Gemini, "gemini-2.5-flash", Some("google/gemini-2.5-flash")),
            (Provider::DeepSeek, "deepseek-v4-flash", Some("deepseek/deepseek-v4-flash")),
            (Provider::parse("ollama").unwrap(), "gpt-5-mini", None),
        ] {
            let found = catalogue.find_at(provider, id).map(|model| model.id.as_str());
            assert_eq!(found, entry, "{provider} {id}");
        }
    }

    #[test]
    fn what_is_listed_is_found_again() {
        let catalogue = catalogue();
        for provider in Provider::BUILT_IN {
            for (id, model) in catalogue.models_at(*provider) {
                assert_eq!(catalogue.find_at(*provider, &id), Some(model), "{provider} {id}");
            }
        }
        let openai: Vec<_> = catalogue.models_at(Provider::OpenAi).map(|(id, _)| id).collect();
        assert_eq!(openai, ["gpt-5-mini"]);
    }
}
