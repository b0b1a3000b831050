//! `/personality view` and `/personality list`.

use shared::{
    personality::{Avatar, Definition},
    store::{ListOf, Listed, Ownership, Seen},
};

use super::plain;

/// The longest message that Discord takes, in UTF-16 units.
const MAX_UNITS: usize = 2000;
/// How much of a line for failures is shown.
const MAX_LINE: usize = 300;

/// All about a personality; what only those see who may change it comes beside it.
pub struct View {
    /// What is shown.
    pub text: String,
    /// The system prompt, where it is too long to be shown.
    pub prompt_file: Option<String>,
}

/// All about a personality. `editable`: by the one who looks.
#[must_use]
pub fn view(seen: &Seen, editable: bool) -> View {
    let Seen { definition, ownership, .. } = seen;
    let mut lines = head(definition, ownership);
    lines.push(super::config::summary(&definition.settings));
    if !editable {
        lines.push("-# Its system prompt is shown to those who may change it.".to_owned());
        return View { text: fitting(&lines), prompt_file: None };
    }
    let prompt = definition.system_prompt.as_str();
    let with_prompt = format!("{}\n**System prompt**\n{}", lines.join("\n"), quoted(prompt));
    if with_prompt.encode_utf16().count() <= MAX_UNITS && !prompt.contains("```") {
        return View { text: with_prompt, prompt_file: None };
    }
    let chars = prompt.chars().count();
    lines.push(format!("**System prompt**: {chars} characters, in the file."));
    View { text: fitting(&lines), prompt_file: Some(prompt.to_owned()) }
}

fn head(definition: &Definition, ownership: &Ownership) -> Vec<String> {
    let mut lines = vec![format!("🎭 **{}**", plain(definition.display_name.as_str()))];
    let visible = if definition.is_public { "public" } else { "private: it exists for you alone" };
    let owner = match ownership.account {
        Some(account) => format!("of <@{account}>"),
        None => "of nobody in particular".to_owned(),
    };
    lines.push(format!("{visible}, {owner}, since <t:{}:D>", ownership.created_at.timestamp()));
    if !definition.aliases.is_empty() {
        let aliases: Vec<String> =
            definition.aliases.iter().map(|alias| plain(alias.as_str())).collect();
        lines.push(format!("**Aliases**: {}", shortened(&aliases.join(", "), 500)));
    }
    if let Some(birthday) = definition.birthday {
        lines.push(format!("**Birthday**: {birthday}"));
    }
    match &definition.avatar {
        Some(Avatar::At(url)) => lines.push(format!("**Picture**: <{}>", shortened(url, 300))),
        Some(Avatar::Kept(_)) => lines.push("**Picture**: kept by this bot".to_owned()),
        None => {}
    }
    if let Some(error) = &definition.error_message {
        lines.push(format!("**When its answer fails**: {}", shortened(error, MAX_LINE)));
    }
    lines
}

/// In a block of code, in which nothing has a meaning.
fn quoted(text: &str) -> String {
    format!("```\n{text}\n```")
}

fn fitting(lines: &[String]) -> String {
    shortened(&lines.join("\n"), MAX_UNITS - 100)
}

/// As much of a text as has so many UTF-16 units, and a sign that there is more.
#[must_use]
pub fn shortened(text: &str, units: usize) -> String {
    let mut left = units;
    let end = text.char_indices().find(|(_, c)| {
        let wide = c.len_utf16();
        let full = wide > left;
        left = left.saturating_sub(wide);
        full
    });
    end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end]))
}

/// Lines on a page of a list.
pub const PAGE: i64 = 10;

/// A page of a list; pages are counted from 0.
#[must_use]
pub fn list(of: ListOf, page: i64, lines: &[Listed], all: i64) -> String {
    if all == 0 {
        return match of {
            ListOf::Mine => "You have no personalities. `/personality create` makes one, \
                             `/personality list` shows those of everybody."
                .to_owned(),
            ListOf::Public => "There is no public personality yet.".to_owned(),
        };
    }
    let title = match of {
        ListOf::Mine => "🎭 **Your personalities**",
        ListOf::Public => "🎭 **Personalities that everybody can talk to**",
    };
    let pages = (all + PAGE - 1) / PAGE;
    let mut text = vec![format!("{title}: {all}, page {} of {pages}", page + 1)];
    text.extend(lines.iter().map(|line| {
        let hidden = if line.is_public { "" } else { " (private)" };
        format!("- {}{hidden}", plain(&line.display_name))
    }));
    text.push("-# `/personality view` shows one of them.".to_owned());
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use insta::assert_snapshot;
    use shared::{
        clock::SystemClock,
        ids::PersonalityId,
        personality::{Birthday, PersonalityName},
    };

    use super::*;

    fn seen(prompt: &str) -> Seen {
        let name = |name| PersonalityName::parse(name).unwrap();
        let ownership = Ownership {
            owner: None,
            account: Some(7.into()),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let definition = Definition {
            aliases: vec![name("Zoe"), name("The Countess")],
            avatar: Some(Avatar::At("https://a.example/x.png".into())),
            error_message: Some("Oh no. ".repeat(60)),
            birthday: Some(Birthday::new(12, 10, Some(1815)).unwrap()),
            ..Definition::new(name("Ada_Lovelace"), prompt)
        };
        Seen { id: PersonalityId::new(&SystemClock), definition, ownership }
    }

    #[test]
    fn a_view_shows_the_prompt_to_those_who_may_change_it() {
        let short = seen("You are Ada.");
        let mine = view(&short, true);
        assert_snapshot!(mine.text);
        assert!(!view(&short, false).text.contains("You are Ada."));
        for long in ["x".repeat(3_000), "```".to_owned()] {
            let shown = view(&seen(&long), true);
            assert_eq!(shown.prompt_file, Some(long));
            assert!(shown.text.encode_utf16().count() <= MAX_UNITS);
        }
        assert_eq!(view(&seen(&"x".repeat(3_000)), false).prompt_file, None);
    }

    #[test]
    fn lists_say_where_one_is() {
        let line = |display_name: &str, is_public| Listed {
            id: PersonalityId::new(&SystemClock),
            display_name: display_name.into(),
            is_public,
            created_at: DateTime::UNIX_EPOCH,
        };
        let lines = [line("Ada", true), line("*Bea*", false)];
        let pages = [
            list(ListOf::Mine, 0, &[], 0),
            list(ListOf::Public, 0, &[], 0),
            list(ListOf::Mine, 0, &lines, 2),
            list(ListOf::Public, 1, &lines, 12),
        ];
        assert_snapshot!(pages.join("\n\n"));
    }
}
