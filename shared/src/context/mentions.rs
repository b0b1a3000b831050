//! Where a text mentions people, channels and roles. Mentions in code are no mentions to Discord.

use std::ops::Range;

/// Whom or what a mention names, by Discord's ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention {
    /// A person: `<@1>`, or `<@!1>` as older clients write it.
    User(u64),
    /// A channel: `<#1>`.
    Channel(u64),
    /// A role: `<@&1>`.
    Role(u64),
}

/// The mentions of a text, in its order.
#[must_use]
pub fn mentions(text: &str) -> Vec<(Range<usize>, Mention)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['<', '`']) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with('`') {
            at += code(rest);
        } else if let Some((len, mention)) = mention(rest) {
            found.push((at..at + len, mention));
            at += len;
        } else {
            at += 1;
        }
    }
    found
}

/// How long the code is that a text begins with; where nothing closes it, its marks alone.
fn code(text: &str) -> usize {
    let marks = run(text);
    let mut at = marks;
    while let Some(next) = text[at..].find('`') {
        at += next;
        let closing = run(&text[at..]);
        at += closing;
        if closing == marks {
            return at;
        }
    }
    marks
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

fn mention(text: &str) -> Option<(usize, Mention)> {
    type Kind = fn(u64) -> Mention;
    const KINDS: [(&str, Kind); 4] = [
        ("<@&", Mention::Role),
        ("<@!", Mention::User),
        ("<@", Mention::User),
        ("<#", Mention::Channel),
    ];
    let (prefix, kind) = KINDS.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let (id, _) = text[prefix.len()..].split_once('>')?;
    let is_id = !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit());
    let number = id.parse().ok().filter(|_| is_id)?;
    Some((prefix.len() + id.len() + 1, kind(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_where_it_stands() {
        let text = "é <@1> <@!2>,<#3><@&4> <@5 <#x> <@> </cmd:6> <:smile:7>";
        let found: Vec<_> = mentions(text).into_iter().map(|(at, m)| (&text[at], m)).collect();
        let expected = [
            ("<@1>", Mention::User(1)),
            ("<@!2>", Mention::User(2)),
            ("<#3>", Mention::Channel(3)),
            ("<@&4>", Mention::Role(4)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn code_mentions_nobody() {
        for code in ["`<@1>`", "```\n<@1>\n```", "``a ` <@1>``", "`<@1> ``x` "] {
            assert_eq!(mentions(code), [], "{code}");
        }
        for open in ["` <@1>", "``` <@1>", "`a`<@1>", "``<@1>`"] {
            assert_eq!(mentions(open).len(), 1, "{open}");
        }
    }
}
