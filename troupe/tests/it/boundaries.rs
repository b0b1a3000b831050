//! Who may know what, by the source itself: the database is the store's, providers are the worker's,
//! Discord is the bot's.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A room, and the crates that must not be beneath it.
struct Room {
    name: &'static str,
    /// How far down: what a room itself calls, or all that is linked into it.
    deep: bool,
    without: &'static [&'static str],
}

const ROOMS: [Room; 4] = [
    // the worker needs no Discord, and what plays Discord is no part of the product's processes
    Room {
        name: "worker",
        deep: true,
        without: &[
            "bot",
            "playground",
            "poise",
            "serenity",
            "songbird",
            "tokio-tungstenite",
            "troupe",
            "tungstenite",
            "twilight-gateway",
            "twilight-http",
            "twilight-http-ratelimiting",
            "twilight-model",
        ],
    },
    Room { name: "bot", deep: true, without: &["playground", "troupe", "worker"] },
    // the vault and the store are in `shared`: nobody calls a cipher or a database beside them
    Room { name: "bot", deep: false, without: &BESIDE_SHARED },
    Room { name: "worker", deep: false, without: &BESIDE_SHARED },
];

const BESIDE_SHARED: [&str; 9] = [
    "aes-gcm",
    "getrandom",
    "hkdf",
    "hmac",
    "redis",
    "sha2",
    "sqlx",
    "sqlx-postgres",
    "sqlx-sqlite",
];

/// How statements begin, where `*` is any word. In small letters, so that these are none.
const STATEMENTS: [&str; 14] = [
    "select",
    "insert into",
    "update * set",
    "delete from",
    "create table",
    "create schema",
    "create database",
    "alter table",
    "alter database",
    "drop",
    "truncate",
    "lock table",
    "begin immediate",
    "pragma",
];

/// What of sqlx runs a statement.
const CALLS: [&str; 3] = ["query(", "query_", "raw_sql("];

/// Where providers are reached.
const PROVIDERS: [&str; 5] = [
    "api.anthropic.com",
    "api.deepseek.com",
    "api.openai.com",
    "generativelanguage.googleapis.com",
    "openrouter.ai",
];

#[test]
fn no_room_links_what_is_anothers() {
    for room in ROOMS {
        let beneath = crates_beneath(&room);
        assert!(beneath.contains("shared"), "{} is read wrongly: {beneath:?}", room.name);
        let wrong: Vec<_> = room.without.iter().filter(|name| beneath.contains(**name)).collect();
        assert!(wrong.is_empty(), "{} links {wrong:?}", room.name);
    }
    let bot = Room { name: "bot", deep: true, without: &[] };
    assert!(crates_beneath(&bot).contains("serenity"), "a Discord library would be seen");
}

/// For tests as well: they ask the store's `testing` by name.
#[test]
fn sql_is_written_in_the_store_alone() {
    let mut seen_in_store = 0;
    for path in rooms().iter().flat_map(|room| source(room)) {
        let relative = path.strip_prefix(root()).expect("a file of ours");
        let found = sql_in(&read(&path));
        if relative.starts_with("shared/src/store") {
            seen_in_store += found.len();
        } else {
            assert!(found.is_empty(), "{}: {found:?}", relative.display());
        }
    }
    assert!(seen_in_store > 50, "the search finds SQL where it is: {seen_in_store}");
}

#[test]
fn the_bot_knows_no_providers_address() {
    let addressed = |path: &PathBuf| {
        let text = read(path);
        PROVIDERS.iter().any(|address| text.contains(address))
    };
    for path in source(&root().join("bot")) {
        assert!(!addressed(&path), "{} holds the address of a provider", path.display());
    }
    let elsewhere = ["shared", "worker"].map(|room| source(&root().join(room).join("src")));
    assert!(elsewhere.iter().flatten().any(addressed), "an address would be seen");
}

#[test]
fn sql_is_known_when_seen() {
    for sql in [
        "\"select 1\"",
        "\"\n  update users\n   set x = 1\"",
        "(insert into t)",
        "\"delete from t\"",
        "r#\"select\n* from t\"#",
        "\"create table t (x)\"",
        "\"begin immediate\"",
    ] {
        assert_eq!(sql_in(&sql.to_uppercase()).len(), 1, "{sql}");
        assert_eq!(sql_in(sql), Vec::<String>::new(), "prose: {sql}");
    }
    for call in ["query(x)", "query_as(x)", "raw_sql(x)"] {
        assert_eq!(sql_in(&format!("sqlx::{call}")).len(), 1, "{call}");
    }
    for other in ["select! {}", "UPDATE the SETTINGS", "an UPDATE", "/// Selects from", "DELETE it"]
    {
        assert_eq!(sql_in(other), Vec::<String>::new(), "{other}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// The directories of all rooms.
fn rooms() -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).expect("the workspace");
    let rooms = entries.map(|entry| entry.expect("an entry").path());
    rooms.filter(|path| path.join("Cargo.toml").exists()).collect()
}

/// The names of all crates that are linked into a room, or that it names itself.
fn crates_beneath(room: &Room) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--locked", "--prefix=none", "--format={p}"]);
    // for this platform: what others need is not fetched by a build, and then not there offline
    tree.args(["--edges=normal,build", "--package", room.name]);
    if !room.deep {
        tree.arg("--depth=1");
    }
    let told = tree.current_dir(root()).output().expect("cargo");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).expect("names");
    let names = told.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != room.name).map(str::to_owned).collect()
}

/// All Rust files beneath a directory.
fn source(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "{} is empty", dir.display());
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text")
}

/// The statements in a text, by their first words, however they are broken into lines; and the calls
/// that would run one.
fn sql_in(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> =
        text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let begins = |at: usize, statement: &str| {
        statement.split(' ').enumerate().all(|(offset, meant)| {
            words.get(at + offset).is_some_and(|word| meant == "*" || is_keyword(word, meant))
        })
    };
    let statements = (0..words.len())
        .filter(|at| STATEMENTS.iter().any(|statement| begins(*at, statement)))
        .map(|at| words[at..words.len().min(at + 4)].join(" "));
    let calls = CALLS.iter().map(|call| format!("sqlx::{call}"));
    statements.chain(calls.filter(|call| text.contains(call))).collect()
}

/// Whether a word is this keyword; in prose it has small letters.
fn is_keyword(word: &str, meant: &str) -> bool {
    word.eq_ignore_ascii_case(meant) && !word.contains(char::is_lowercase)
}
