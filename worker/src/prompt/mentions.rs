//! Mentions by name: `<@1>` is nobody to a model.

use shared::context::{Mention, Names, mentions};

/// How many of each kind have names in one message; the rest are told neutrally.
#[derive(Clone, Copy, Debug)]
pub(super) struct MentionLimits {
    pub(super) users: usize,
    pub(super) channels: usize,
    pub(super) roles: usize,
}

/// A text with names where it mentions somebody or something. Nothing else is changed, and code is
/// left alone. A name counts once, however often it stands there.
pub(super) fn by_name(text: &str, names: &Names, limits: MentionLimits) -> String {
    let mut written = String::with_capacity(text.len());
    let mut end = 0;
    let (mut users, mut channels, mut roles) =
        (Told::up_to(limits.users), Told::up_to(limits.channels), Told::up_to(limits.roles));
    for (at, mention) in mentions(text) {
        written.push_str(&text[end..at.start]);
        let (sign, name, otherwise) = match mention {
            Mention::User(id) => ('@', users.name(id, names.users.get(&id)), "someone"),
            Mention::Channel(id) => {
                ('#', channels.name(id, names.channels.get(&id)), "unknown-channel")
            }
            Mention::Role(id) => ('@', roles.name(id, names.roles.get(&id)), "unknown-role"),
        };
        written.push(sign);
        written.push_str(name.unwrap_or(otherwise));
        end = at.end;
    }
    written.push_str(&text[end..]);
    written
}

/// Who was named before, up to a limit.
struct Told {
    ids: Vec<u64>,
    most: usize,
}

impl Told {
    const fn up_to(most: usize) -> Self {
        Self { ids: Vec::new(), most }
    }

    fn name<'a>(&mut self, id: u64, name: Option<&'a String>) -> Option<&'a str> {
        let name = name.filter(|name| !name.is_empty())?;
        if !self.ids.contains(&id) {
            if self.ids.len() >= self.most {
                return None;
            }
            self.ids.push(id);
        }
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: MentionLimits = MentionLimits { users: 10, channels: 10, roles: 10 };

    fn names() -> Names {
        let name = |kind: &str| (1..=5).map(|id| (id, format!("{kind}{id}"))).collect();
        Names { users: name("Ada"), channels: name("stage"), roles: name("crew") }
    }

    #[test]
    fn each_kind_has_its_name() {
        let text = "<@1>, <@!2>: see <#3> with <@&4>, not <@9> <#9> <@&9>; `<@1>` is code";
        let named = "@Ada1, @Ada2: see #stage3 with @crew4, not @someone #unknown-channel \
                     @unknown-role; `<@1>` is code";
        assert_eq!(by_name(text, &names(), ALL), named);
    }

    #[test]
    fn beyond_the_limit_they_have_none() {
        let limits = MentionLimits { users: 2, channels: 1, roles: 0 };
        let text = "<@1><@2><@1><@3><#1><#2><@&1>";
        let named = "@Ada1@Ada2@Ada1@someone#stage1#unknown-channel@unknown-role";
        assert_eq!(by_name(text, &names(), limits), named);
    }

    #[test]
    fn a_name_is_taken_as_it_is() {
        let users = [(1, "$0 <@2> \\1".to_owned()), (2, "Bea".to_owned())].into();
        let names = Names { users, ..Names::default() };
        assert_eq!(by_name("<@1><@2>", &names, ALL), "@$0 <@2> \\1@Bea");
    }

    proptest! {
        #[test]
        fn nothing_but_mentions_is_changed(
            text in r"([<>@#&!`é \n]|<@[1-9]>|<@![0-9]{1,25}>|<#[0-9]>|<@&[0-9]>|word){0,30}",
            users in 0..4_usize,
        ) {
            let written = by_name(&text, &names(), MentionLimits { users, ..ALL });
            let mut left = written.as_str();
            let mut end = 0;
            for (at, _) in mentions(&text) {
                let between = &text[end..at.start];
                prop_assert!(left.starts_with(between), "{written}");
                left = &left[between.len()..];
                let told = ["@Ada", "#stage", "@crew", "@someone", "#unknown-channel", "@unknown-role"];
                let told = told.iter().find(|told| left.starts_with(**told));
                prop_assert!(told.is_some(), "{left}");
                left = left[told.map_or(0, |told| told.len())..].trim_start_matches(char::is_numeric);
                end = at.end;
                // a digit that follows the mention belongs to the text
                let kept = text[end..].len() - text[end..].trim_start_matches(char::is_numeric).len();
                end += kept;
            }
            prop_assert_eq!(left, &text[end..]);
        }
    }
}
