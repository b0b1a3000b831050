//! `/model`.

use chrono::NaiveDate;
use shared::{
    catalogue::{Asked, Catalogue, Model, ModelWarning, check},
    model::{KeySource, ModelId, ModelIdProblem, Provider},
    params::AdvancedParameters,
    store::{ModelChoice, Payer, Refusal},
};

use super::{chat::utf16_len, counted, refusal};

/// How much of a message a list of choices may take, in UTF-16 units.
const ROOM: usize = 1_700;

/// What the caller chose, and for whom.
#[derive(Clone, Debug)]
pub struct Choice {
    /// A personality's name; `None` for all of them.
    pub for_whom: Option<String>,
    /// The model's id.
    pub model: String,
}

/// Who pays for a model that somebody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pays {
    /// They do, with a key of its provider's.
    OwnKey,
    /// They will, with a key that they don't have yet.
    NoKeyYet(Provider),
    /// Nobody: the server asks for no key.
    Nobody,
}

/// The model was set. `model` is nothing while the catalogue is empty.
#[must_use]
pub fn set(choice: &Choice, model: Option<&Model>, pays: Pays) -> String {
    let whom = whom(choice.for_whom.as_deref());
    let facts = match model {
        Some(model) => format!(" ({})", model.facts()),
        None => " (it is in no list of mine, so I couldn't look whether it exists)".to_owned(),
    };
    let key = match pays {
        Pays::OwnKey => "It is paid with your own key.".to_owned(),
        Pays::Nobody => "It runs on a server of this bot's owner, and nobody pays.".to_owned(),
        Pays::NoKeyYet(provider) => format!(
            "It takes effect once you have stored a key of your own for {} with `/wallet set`.",
            provider.display_name()
        ),
    };
    format!(
        "🎛️ From now on **{whom}** answers you with `{}`{facts}. {key} `/model reset` takes it back.",
        choice.model
    )
}

/// The caller's choice is forgotten.
#[must_use]
pub fn reset(for_whom: Option<&str>, had_one: bool) -> String {
    let whom = whom(for_whom);
    if had_one {
        format!(
            "🎛️ Your choice for **{whom}** is forgotten. `/model show` says what answers you now."
        )
    } else {
        format!("You had chosen no model for **{whom}**, so nothing was changed.")
    }
}

/// What was typed is no model's id.
#[must_use]
pub fn no_id(problem: ModelIdProblem, nearest: &[ModelId]) -> String {
    let why = match problem {
        ModelIdProblem::Address(form) => format!(
            "That is an address, and a model id is none: it looks like {form}. Which server is asked \
             is not for a model to say"
        ),
        ModelIdProblem::TooLong => {
            "That is too long for a model id: it has at most 100 characters".to_owned()
        }
        ModelIdProblem::Empty => "That is no model id: it is empty".to_owned(),
        ModelIdProblem::Malformed(form) => {
            format!("That is no model id: it looks like {form}, without spaces")
        }
    };
    format!("{why}. Nothing was changed.{}{CHOOSE}", meant(nearest))
}

/// There is no such model.
#[must_use]
pub fn no_model(nearest: &[ModelId]) -> String {
    format!(
        "There is no such model, or not any more, so nothing was changed: it would fail each of your \
         messages.{}{CHOOSE}",
        meant(nearest)
    )
}

/// A model that does not answer in a conversation.
pub const BATCH: &str = "A `:batch` model answers hours later, so it can't be used to talk. Choose \
    the one without `:batch`. Nothing was changed.";

const CHOOSE: &str =
    " Type a few letters, such as `claude` or `gpt`, and choose from the list that appears.";

/// All that the caller chose.
#[must_use]
pub fn show_all(choices: &[Choice], catalogue: &Catalogue, today: NaiveDate) -> String {
    let mut lines = vec!["🎛️ **Your models**, on your own key:".to_owned()];
    if !choices.iter().any(|choice| choice.for_whom.is_none()) {
        lines
            .push("• you have chosen none for everybody: each personality uses its own".to_owned());
    }
    for (index, choice) in choices.iter().enumerate() {
        let model = catalogue.find(&choice.model);
        let facts = model.map(|model| format!(" ({})", model.facts())).unwrap_or_default();
        let whom = whom(choice.for_whom.as_deref());
        let mut about = vec![format!("• **{whom}**: {}{facts}", shown(&choice.model))];
        about.extend(warnings(&choice.model, catalogue, today));
        let length = |lines: &[String]| lines.iter().map(|line| utf16_len(line) + 1).sum::<usize>();
        if length(&lines) + length(&about) > ROOM {
            let rest = i64::try_from(choices.len() - index).unwrap_or(i64::MAX);
            lines.push(format!("• and {}", counted(rest, "other", "others")));
            break;
        }
        lines.extend(about);
    }
    lines.push(
        "`/model show` with a personality says what would answer you there, and why. `/model set` \
         and `/model reset` change it."
            .to_owned(),
    );
    lines.join("\n")
}

/// What would answer the caller if they wrote to `name`, and why.
#[must_use]
pub fn show_one(
    name: &str,
    payer: &Result<Payer, Refusal>,
    catalogue: &Catalogue,
    today: NaiveDate,
) -> String {
    let payer = match payer {
        Ok(payer) => payer,
        Err(why) => {
            let name = plain(name);
            return format!("🎛️ **{name}** would not answer you now.\n{}", refusal(why));
        }
    };
    let name = plain(name);
    let why = match payer.chosen_by {
        ModelChoice::AuthorForThis => "you chose it for this personality",
        ModelChoice::Author => "you chose it for all personalities",
        ModelChoice::Personality => "it is the personality's own",
        ModelChoice::Key => "it goes with your key",
        ModelChoice::Setting if payer.defaults_only => {
            "it is what whoever runs this bot gives away"
        }
        ModelChoice::Setting => "nobody chose one, and it is this bot's default",
    };
    let pays = match payer.source {
        KeySource::User => "Your own key pays.",
        KeySource::Keyless => "It runs on a server of this bot's owner, and nobody pays.",
        KeySource::System => {
            "Whoever runs this bot pays, from today's free answers; what you chose yourself counts \
             on a key of your own alone."
        }
    };
    let model = catalogue.find(&payer.model);
    let facts = model.map(|model| format!(" ({})", model.facts())).unwrap_or_default();
    let mut lines = vec![
        format!("🎛️ **{name}** would answer you with {}{facts}: {why}.", shown(&payer.model)),
        pays.to_owned(),
    ];
    if model.is_some_and(|model| !model.pricing.overrides.is_empty()) {
        lines.push(
            "-# Under some conditions, such as a very long prompt, it costs more.".to_owned(),
        );
    }
    lines.extend(warnings(&payer.model, catalogue, today));
    lines.join("\n")
}

/// What is the matter with a model by itself: gone, or about to go.
fn warnings(
    model: &str,
    catalogue: &Catalogue,
    today: NaiveDate,
) -> impl Iterator<Item = String> + use<> {
    let nothing = AdvancedParameters::default();
    let asked =
        Asked { model, temperature: None, top_p: None, max_tokens: None, advanced: &nothing };
    let found =
        if ModelId::parse(model).is_ok() { check(&asked, catalogue, today) } else { Vec::new() };
    found.into_iter().map(|warning: ModelWarning| format!("  ⚠️ {warning}."))
}

fn whom(name: Option<&str>) -> String {
    name.map_or_else(|| "every personality".to_owned(), plain)
}

/// A model's id that somebody may have set by another way than `/model`.
fn shown(model: &str) -> String {
    if ModelId::parse(model).is_ok() { format!("`{model}`") } else { "another model".to_owned() }
}

/// Ids of models that may have been meant.
pub(super) fn meant(nearest: &[ModelId]) -> String {
    let names: Vec<String> = nearest.iter().map(|id| format!("`{id}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!(" The nearest that exists is {only}."),
        [others @ .., last] => {
            format!(" The nearest that exist are {} and {last}.", others.join(", "))
        }
    }
}

/// A name as it reads, without what Discord would make of its signs.
fn plain(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '*' | '_' | '`' | '~' | '|' | '\\' | '<' | '>' | '[' | ']' | '#' | ':') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;
    use shared::{catalogue, model::IdForm};

    use super::*;

    fn known() -> Catalogue {
        let listed = json!({"data": [
            {"id": "openai/gpt-5-mini", "context_length": 400_000, "pricing": {"prompt": "0.00000025", "completion": "0.000002", "overrides": [{"min_prompt_tokens": 1, "prompt": "1"}]}},
            {"id": "z-ai/glm-4.5", "context_length": 131_072, "pricing": {"prompt": "0", "completion": "0"}, "expiration_date": "2026-12-31"},
        ]});
        Catalogue::new(catalogue::read(listed.to_string().as_bytes()).unwrap())
    }

    fn id(text: &str) -> ModelId {
        ModelId::parse(text).unwrap()
    }

    fn choice(for_whom: Option<&str>, model: &str) -> Choice {
        Choice { for_whom: for_whom.map(str::to_owned), model: model.to_owned() }
    }

    #[test]
    fn changes_say_what_holds_now() {
        let known = known();
        let mini = known.find("openai/gpt-5-mini");
        let said = [
            set(&choice(None, "openai/gpt-5-mini"), mini, Pays::OwnKey),
            set(
                &choice(Some("V*ola"), "openai/gpt-5-mini"),
                mini,
                Pays::NoKeyYet(Provider::OpenRouter),
            ),
            set(&choice(None, "un/known"), None, Pays::Nobody),
            reset(None, true),
            reset(Some("Viola"), false),
            no_id(ModelIdProblem::Address(IdForm::WithAuthor), &[]),
            no_id(ModelIdProblem::TooLong, &[]),
            no_id(ModelIdProblem::Malformed(IdForm::WithAuthor), &[id("openai/gpt-5-mini")]),
            no_model(&[id("openai/gpt-5-mini"), id("openai/gpt-4o"), id("z-ai/glm-4.5")]),
            no_model(&[]),
            BATCH.to_owned(),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn what_would_answer_is_said_with_why_and_what_it_costs() {
        use KeySource::{System, User};
        let (known, today) = (known(), "2026-11-21".parse().unwrap());
        let payer = |model: &str, chosen_by, source| {
            Ok(Payer {
                source,
                key: None,
                provider: Provider::OpenRouter,
                model: model.into(),
                chosen_by,
                defaults_only: false,
            })
        };
        let one = |payer: Result<Payer, Refusal>| show_one("Viola", &payer, &known, today);
        let said = [
            one(payer("openai/gpt-5-mini", ModelChoice::AuthorForThis, User)),
            one(payer("z-ai/glm-4.5", ModelChoice::Author, User)),
            one(payer("openai/gpt-4-mini", ModelChoice::Personality, User)),
            one(payer("not an id @everyone", ModelChoice::Key, User)),
            one(payer("openai/gpt-5-mini", ModelChoice::Setting, System)),
            one(Err(Refusal::NoKey)),
            show_all(&[], &known, today),
            show_all(
                &[choice(None, "openai/gpt-5-mini"), choice(Some("Viola"), "openai/gpt-4-mini")],
                &known,
                today,
            ),
        ];
        assert_snapshot!(said.join("\n\n"));
        let many: Vec<Choice> =
            (0..60).map(|_| choice(Some(&"x".repeat(60)), "openai/gpt-5-mini")).collect();
        let crowded = show_all(&many, &known, today);
        assert!(utf16_len(&crowded) <= 2000 && crowded.contains(" others"), "{crowded}");
    }
}
