//! What stands in the fields of a form, and what is made of it.
//!
//! A field holds 4000 characters, so a long prompt lies in several, cut where a line or a word ends.
//! What was cut away is put back when the form returns: a prompt that nobody touched is the same
//! afterwards, to the byte.

use std::collections::BTreeMap;

use shared::{
    params::{AdvancedParameters, ParameterProblem},
    personality::{Birthday, Definition, NameProblem, PersonalityName},
};

use crate::texts::personality::{self as texts, config as words};

/// Each field's name, and what is in it.
pub(super) type Fields = BTreeMap<String, String>;

/// The name that it speaks under.
pub(super) const NAME: &str = "name";
/// Other names.
pub(super) const ALIASES: &str = "aliases";
/// What it says when an answer fails.
pub(super) const ERROR_MESSAGE: &str = "error";
/// Its birthday.
pub(super) const BIRTHDAY: &str = "birthday";
/// Parameters.
pub(super) const ADVANCED: &str = "advanced";
/// The most that a field holds, in UTF-16 units.
pub(super) const MAX_FIELD: usize = 4000;
/// The most fields of a form.
pub(super) const MAX_FIELDS: usize = 5;

/// What was cut away behind each part of a prompt when a form was filled with it. The form itself
/// carries it: the prompt may be another one when the form returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts([Cut; MAX_FIELDS - 1]);

/// What was cut away between two parts; a line's end, too, where a part begins that was not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cut {
    #[default]
    Line,
    Space,
    Nothing,
}

impl Cut {
    const ALL: [Self; 3] = [Self::Line, Self::Space, Self::Nothing];

    const fn text(self) -> &'static str {
        match self {
            Self::Line => "\n",
            Self::Space => " ",
            Self::Nothing => "",
        }
    }

    const fn sign(self) -> char {
        match self {
            Self::Line => 'l',
            Self::Space => 's',
            Self::Nothing => 'n',
        }
    }
}

impl Cuts {
    /// Of a form that holds this prompt.
    pub(super) fn of(prompt: &str) -> Self {
        let mut cuts = Self::default();
        let pieces = pieces(prompt);
        // nothing was cut behind the last one
        let between = pieces.iter().take(pieces.len().saturating_sub(1));
        for (cut, (_, behind)) in cuts.0.iter_mut().zip(between) {
            let found = Cut::ALL.into_iter().find(|cut| cut.text() == *behind);
            *cut = found.unwrap_or_default();
        }
        cuts
    }

    /// A letter each.
    pub(super) fn signs(self) -> String {
        self.0.into_iter().map(Cut::sign).collect()
    }

    /// What [`signs`](Self::signs) wrote.
    pub(super) fn from_signs(signs: &str) -> Option<Self> {
        let read = |sign| Cut::ALL.into_iter().find(|cut| cut.sign() == sign);
        let cuts: Option<Vec<Cut>> = signs.chars().map(read).collect();
        Some(Self(cuts?.try_into().ok()?))
    }
}

/// The field of a part of the prompt, from 0.
pub(super) fn prompt_field(part: usize) -> String {
    format!("prompt{}", part + 1)
}

/// A text in pieces that fit into fields, each with what was cut away behind it.
pub(super) fn pieces(text: &str) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let fitting = fitting(rest);
        if fitting == rest.len() {
            pieces.push((rest, ""));
            break;
        }
        let head = &rest[..fitting];
        // not in the first half: a short piece would waste a field
        let at = head.rfind('\n').or_else(|| head.rfind(' ')).filter(|at| *at > fitting / 2);
        let (end, behind) = at.map_or((fitting, fitting), |at| (at, at + 1));
        pieces.push((&rest[..end], &rest[end..behind]));
        rest = &rest[behind..];
    }
    pieces
}

/// How many bytes of a text fit into a field.
fn fitting(text: &str) -> usize {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_FIELD
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// The fields of a prompt; `None` when a form can't hold it.
pub(super) fn of_prompt(prompt: &str) -> Option<Fields> {
    let pieces = pieces(prompt);
    let parts = pieces.iter().enumerate();
    let fields = parts.map(|(part, (text, _))| (prompt_field(part), (*text).to_owned())).collect();
    (pieces.len() <= MAX_FIELDS).then_some(fields)
}

/// The prompt that a form brings back, of which this was cut away when it was opened.
pub(super) fn prompt(fields: &Fields, cuts: Cuts) -> String {
    let mut prompt = String::new();
    let mut cut = None;
    for part in 0..MAX_FIELDS {
        let Some(text) = fields.get(&prompt_field(part)).filter(|text| !text.is_empty()) else {
            continue;
        };
        prompt.push_str(cut.unwrap_or_default());
        prompt.push_str(text);
        cut = cuts.0.get(part).map(|cut| cut.text());
    }
    prompt
}

/// The fields of the names and small things.
pub(super) fn of_about(definition: &Definition) -> Fields {
    let aliases: Vec<&str> = definition.aliases.iter().map(PersonalityName::as_str).collect();
    [
        (NAME, definition.display_name.to_string()),
        (ALIASES, aliases.join(", ")),
        (ERROR_MESSAGE, definition.error_message.clone().unwrap_or_default()),
        (BIRTHDAY, definition.birthday.map(|day| day.to_string()).unwrap_or_default()),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

/// Puts the names and small things into a definition; else what is wrong, for people.
pub(super) fn read_about(fields: &Fields, definition: &mut Definition) -> Result<(), String> {
    let text = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default().trim();
    definition.display_name = PersonalityName::parse(text(NAME)).map_err(texts::name_problem)?;
    definition.aliases = aliases(text(ALIASES)).map_err(texts::name_problem)?;
    let error_message = text(ERROR_MESSAGE);
    definition.error_message = (!error_message.is_empty()).then(|| error_message.to_owned());
    if let Some(day) = fields.get(BIRTHDAY).map(|day| day.trim()) {
        definition.birthday = if day.is_empty() {
            None
        } else {
            Some(day.parse::<Birthday>().map_err(|_| texts::NO_DAY.to_owned())?)
        };
    }
    Ok(())
}

/// Names with commas between. One that is there twice is one name.
fn aliases(text: &str) -> Result<Vec<PersonalityName>, NameProblem> {
    let mut aliases: Vec<PersonalityName> = Vec::new();
    for alias in text.split([',', '\n', '，']).map(str::trim).filter(|alias| !alias.is_empty()) {
        let alias = PersonalityName::parse(alias)?;
        if aliases.iter().all(|there| there.folded() != alias.folded()) {
            aliases.push(alias);
        }
    }
    Ok(aliases)
}

/// The field of the parameters; `None` when a form can't hold them.
pub(super) fn of_advanced(parameters: &AdvancedParameters) -> Option<Fields> {
    let text = if parameters.is_empty() {
        String::new()
    } else {
        serde_json::to_string_pretty(parameters.as_json()).unwrap_or_default()
    };
    let fits = text.encode_utf16().count() <= MAX_FIELD;
    fits.then(|| [(ADVANCED.to_owned(), text)].into())
}

/// The parameters that a form brings back; else what is wrong, for people.
pub(super) fn read_advanced(fields: &Fields) -> Result<AdvancedParameters, String> {
    let text = fields.get(ADVANCED).map(String::as_str).unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(AdvancedParameters::default());
    }
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| words::no_json(error.line(), error.column()))?;
    let problems = |problems: Vec<ParameterProblem>| words::parameter_problems(&problems);
    AdvancedParameters::from_json(&json).map_err(problems)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reopened(prompt: &str) -> Option<Fields> {
        of_prompt(prompt)
    }

    #[test]
    fn a_prompt_that_nobody_touched_is_the_same() {
        let line = format!("{}\n", "x".repeat(99));
        let long = line.repeat(130);
        for text in ["", "You are Ada.", &long, &"y".repeat(20_000), &"ab ".repeat(5_000)] {
            let fields = reopened(text).unwrap();
            assert!(fields.values().all(|field| field.encode_utf16().count() <= MAX_FIELD));
            let cuts = Cuts::of(text);
            assert_eq!(prompt(&fields, cuts), text);
            assert_eq!(Cuts::from_signs(&cuts.signs()), Some(cuts));
        }
        assert_eq!(reopened(&"z".repeat(20_001)), None);
    }

    #[test]
    fn what_is_added_begins_a_new_line() {
        let mut fields = reopened("You are Ada.").unwrap();
        fields.insert(prompt_field(1), "Be kind.".into());
        let cuts = Cuts::of("You are Ada.");
        assert_eq!(prompt(&fields, cuts), "You are Ada.\nBe kind.");
        fields.insert(prompt_field(0), String::new());
        assert_eq!(prompt(&fields, cuts), "Be kind.");
    }

    #[test]
    fn aliases_have_commas_between() {
        let names = aliases("Zoe, the  Countess ,ZOE,,").unwrap();
        let names: Vec<&str> = names.iter().map(PersonalityName::as_str).collect();
        assert_eq!(names, ["Zoe", "the Countess"]);
        assert_eq!(aliases("Zoe, Clyde"), Err(NameProblem::Reserved));
    }

    #[test]
    fn parameters_say_what_is_wrong() {
        let read = |text: &str| read_advanced(&[(ADVANCED.to_owned(), text.to_owned())].into());
        assert!(read(" ").unwrap().is_empty());
        assert!(read("{\n  \"seed\": }").unwrap_err().contains("line 2"));
        assert!(read("{\"magic\": 1}").unwrap_err().contains("`magic`"));
        let there = read("{\"seed\": 7}").unwrap();
        assert_eq!(read_advanced(&of_advanced(&there).unwrap()), Ok(there));
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole(words in prop::collection::vec("[a-zé😀]{0,40}[ \n]?", 0..800)) {
            let text = words.concat();
            let whole: String = pieces(&text).iter().flat_map(|(text, cut)| [*text, *cut]).collect();
            prop_assert_eq!(&whole, &text);
            for (piece, _) in pieces(&text) {
                prop_assert!(piece.encode_utf16().count() <= MAX_FIELD);
            }
        }
    }
}
