//! What the documents name is there: commands, settings, permissions.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::process::binary;

/// Words in capitals that are no settings of ours: SQL, Redis, what proxies are set with, and a
/// placeholder.
const OTHER_WORDS: [&str; 16] = [
    "BEGIN",
    "BZPOPMIN",
    "DONE",
    "FLUSHALL",
    "FULL",
    "HTTP_PROXY",
    "IMMEDIATE",
    "NAME",
    "NORMAL",
    "NO_PROXY",
    "NULL",
    "PUBLISH",
    "UNIQUE",
    "VACUUM",
    "WHERE",
    "ZADD",
];

/// Discord's names for permissions, and the bit of each.
const PERMISSIONS: [(&str, u32); 7] = [
    ("Add Reactions", 6),
    ("View Channels", 10),
    ("Send Messages", 11),
    ("Manage Messages", 13),
    ("Read Message History", 16),
    ("Manage Webhooks", 29),
    ("Send Messages in Threads", 38),
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect(path)
}

/// What stands between backticks, and every line of a fenced block that is not a picture.
fn code(text: &str) -> Vec<&str> {
    let mut language = None;
    let mut code = Vec::new();
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), language) {
            (Some(named), None) => language = Some(named),
            (Some(_), Some(_)) => language = None,
            (None, Some("text")) => {}
            (None, Some(_)) => code.push(line),
            (None, None) => {
                assert!(
                    line.matches('`').count().is_multiple_of(2),
                    "code across two lines: {line}"
                );
                code.extend(line.split('`').skip(1).step_by(2));
            }
        }
    }
    code
}

/// The cells of every row of a table whose first cell begins with `start`.
fn rows<'t>(text: &'t str, start: &str) -> Vec<Vec<&'t str>> {
    let cells = |line: &'t str| -> Vec<&'t str> {
        line.trim().trim_matches('|').split('|').map(str::trim).collect()
    };
    let is_row = |line: &&str| line.trim_start().starts_with('|');
    let all = text.lines().filter(is_row).map(cells);
    all.filter(|cells| cells.first().is_some_and(|first| first.starts_with(start))).collect()
}

fn help(path: &[&str]) -> String {
    let output = Command::new(binary("troupe"))
        .args(path)
        .arg("--help")
        .env_clear()
        .output()
        .expect("troupe runs");
    assert!(output.status.success(), "troupe {path:?} --help");
    String::from_utf8(output.stdout).expect("text")
}

fn subcommands(help: &str) -> BTreeSet<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    listed.filter_map(|line| line.split_whitespace().next()).collect()
}

fn is_name(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// Follows the words behind `troupe` as far as they are commands and options.
fn check_command(words: &[&str], span: &str) {
    let mut path: Vec<&str> = Vec::new();
    for word in words {
        let help = help(&path);
        if word.starts_with("--") {
            assert!(help.contains(word), "`{span}`: no option {word}");
        } else if is_name(word) && !subcommands(&help).is_empty() {
            assert!(subcommands(&help).contains(word), "`{span}`: no command {word}");
            path.push(word);
        } else {
            return;
        }
    }
}

#[test]
fn every_command_named_is_one() {
    let mut checked = 0;
    for document in [
        "README.md",
        "docs/ARCHITECTURE.md",
        "docs/OPERATIONS.md",
        "CONTRIBUTING.md",
        "docs/SECURITY.md",
    ] {
        let text = read(document);
        for span in code(&text) {
            let words: Vec<_> = span.split_whitespace().collect();
            let ours = words.iter().position(|word| *word == "troupe");
            let run = words.windows(3).position(|three| three == ["cargo", "run", "--"]);
            let behind = ours.map(|at| at + 1).or(run.map(|at| at + 3));
            if let Some(rest) = behind.and_then(|at| words.get(at..)).filter(|r| !r.is_empty()) {
                check_command(rest, span);
                checked += 1;
            }
        }
    }
    assert!(checked >= 10, "only {checked} commands were found");
}

#[test]
fn every_setting_named_is_one() {
    let template = read(".env.template");
    let settings: BTreeSet<_> = template
        .lines()
        .filter_map(|line| line.strip_prefix("# ")?.split_once('='))
        .map(|(name, _)| name)
        .collect();
    for document in ["README.md", "docs/ARCHITECTURE.md", "docs/OPERATIONS.md"] {
        let text = read(document);
        let words = code(&text).into_iter().flat_map(str::split_whitespace);
        let mut named = 0;
        for word in words {
            let name = word.split_once('=').map_or(word, |(name, _)| name);
            let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let name = name.strip_suffix("_FILE").unwrap_or(name);
            let in_capitals = name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            if !in_capitals || name.len() < 4 || OTHER_WORDS.contains(&name) {
                continue;
            }
            assert!(settings.contains(name), "{document}: {name} is no setting");
            named += 1;
        }
        assert!(named > 0, "{document} names no setting");
    }
}

/// A test of the bot compares that snapshot with what is registered.
#[test]
fn the_slash_commands_are_those_that_are_registered() {
    let snapshot = read(
        "bot/src/commands/snapshots/bot__commands__tests__commands_stay_as_people_know_them.snap",
    );
    let registered: BTreeSet<_> = snapshot
        .lines()
        .filter(|line| line.starts_with('/'))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name.trim_end_matches(" (required)"))
        .collect();
    let readme = read("README.md");
    let listed: Vec<(&str, String)> = rows(&readme, "`/")
        .into_iter()
        .map(|cells| (cells[0].trim_matches('`'), cells[1..].join("|")))
        .collect();
    assert!(!registered.is_empty() && !listed.is_empty());
    for (command, _) in &listed {
        assert!(registered.contains(command), "{command} is not registered");
    }
    for name in registered {
        let words: Vec<_> = name.split(' ').collect();
        let known = match words.as_slice() {
            [group] => listed.iter().any(|(command, _)| {
                command == group || command.strip_prefix(group).is_some_and(|r| r.starts_with(' '))
            }),
            [group, second] => listed.iter().any(|(command, text)| {
                *command == name
                    || command.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
                    || (command == group && text.contains(&format!("`{second}`")))
            }),
            // options of subcommands: their meaning stands in the text
            _ => true,
        };
        assert!(known, "{name} is not in the README's table");
    }
}

#[test]
fn the_invite_asks_for_the_permissions_beside_it() {
    let readme = read("README.md");
    let link = readme
        .lines()
        .find(|line| line.contains("discord.com/oauth2/authorize"))
        .expect("an invite link");
    assert!(link.contains("scope=bot+applications.commands"), "{link}");
    let asked: u64 =
        link.rsplit_once("permissions=").expect("permissions").1.trim().parse().expect("a number");
    let mut listed = 0;
    for (name, bit) in PERMISSIONS {
        let rows = rows(&readme, name);
        let row = rows.iter().find(|cells| cells[0] == name).expect(name);
        assert_eq!(row[1], bit.to_string(), "{name}");
        listed |= 1_u64 << bit;
    }
    let rows = rows(&readme, "");
    let with_bit = rows.iter().filter(|cells| cells.len() == 3 && cells[1].parse::<u32>().is_ok());
    assert_eq!(with_bit.count(), PERMISSIONS.len(), "a permission that this test does not know");
    assert_eq!(asked, listed);
}
