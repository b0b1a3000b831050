//! `troupe import` and `troupe export`, as they are typed.

use std::{fs, path::Path, time::Duration};

use chrono::NaiveDate;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use shared::{
    formats::older::{lost_aliases, set_lost_aliases},
    ids::{ChannelId, DiscordUserId, PersonalityId},
    model::Provider,
    params::AdvancedParameters,
    personality::{Avatar, Birthday, Definition, ModelSettings, PersonalityName, Picture},
    store::{Conversation, Ownership},
    testing::{LegacyDb, TestDb, TestEngine},
};
use tempfile::TempDir;

use crate::{
    process::{PATIENCE, Process},
    tools::{nowhere, tool},
};

/// Who gets what has no owner.
const OWNER: u64 = 4242;
const COUNT: i64 = 67;

shared::each_engine!(
    every_row_of_an_older_database_comes_over_and_goes_back,
    a_killed_run_leaves_whole_personalities,
    what_does_not_come_over_is_told,
    an_export_is_read_back_identical,
    a_backup_of_shapes_comes_over,
    what_was_changed_since_is_left_alone,
    no_more_aliases_are_restored_than_there_may_be,
    a_log_of_usage_of_any_length_comes_over,
    what_became_of_a_card_is_told,
);

/// A database to import into, and one to import from.
struct World {
    db: TestDb,
    dir: TempDir,
    legacy: Option<LegacyDb>,
}

impl World {
    fn of(db: TestDb) -> Self {
        Self { db, dir: nowhere(), legacy: None }
    }

    /// `None` where there is no server for the older database.
    async fn beside_older(db: TestDb) -> Option<Self> {
        let legacy = LegacyDb::create().await?;
        Some(Self { legacy: Some(legacy), ..Self::of(db) })
    }

    fn legacy(&self) -> &LegacyDb {
        self.legacy.as_ref().expect("an older database")
    }

    fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![
            ("DISCORD_TOKEN".to_owned(), "a.token".to_owned()),
            ("DATABASE_URL".to_owned(), self.db.url()),
            ("APP_MASTER_KEY".to_owned(), TestDb::MASTER_KEY.to_owned()),
            ("BOT_OWNER_DISCORD_ID".to_owned(), OWNER.to_string()),
        ];
        if let Some(legacy) = &self.legacy {
            settings.push(("IMPORT_DATABASE_URL".to_owned(), legacy.url()));
            settings.push(("IMPORT_MASTER_KEY".to_owned(), LegacyDb::MASTER_KEY.to_owned()));
        }
        settings
    }

    async fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let settings = self.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (code, said) = tool(self.dir.path(), args, &settings).await;
        (code, said.join("\n"))
    }

    /// The personality of this name, whoever may see it.
    async fn named(&self, name: &str) -> Option<(PersonalityId, Definition, Ownership)> {
        for id in self.db.store().all_personalities().await.expect("ids") {
            let found = self.db.store().definition(id).await.expect("a definition");
            let (definition, ownership) = found.expect("a personality");
            if definition.display_name.as_str() == name {
                return Some((id, definition, ownership));
            }
        }
        None
    }
}

/// The numbers of a line of the report: read, created, updated, unchanged, skipped.
fn counts(said: &str, kind: &str) -> Vec<usize> {
    let line = said.lines().find(|line| line.starts_with(kind) && !line.contains(':'));
    let line = line.unwrap_or_else(|| panic!("no {kind} in\n{said}"));
    line[kind.len()..].split_whitespace().map(|word| word.parse().expect("a number")).collect()
}

/// By which a run is taken back.
fn run_of(said: &str) -> String {
    let (_, run) = said.split_once("--undo ").unwrap_or_else(|| panic!("no run in\n{said}"));
    run.split_whitespace().next().expect("an id").to_owned()
}

fn named(name: &str) -> PersonalityName {
    PersonalityName::parse(name).expect("a name")
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("no object: {other}"),
    }
}

/// What the generated personality of this number is here.
fn expected(number: i64) -> Definition {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0".to_vec();
    let day = NaiveDate::from_ymd_opt(1990, 5, 1).expect("a day")
        + chrono::Days::new(number.unsigned_abs());
    let birthday: Birthday = day.to_string().parse().expect("a birthday");
    let error_message = if number % 5 == 0 { "custom" } else { "own" };
    let mut row = object(json!({
        "id": format!("p-{number}"), "name": format!("name{number}"), "slug": format!("player-{number}"),
        "system_prompt_id": format!("s-{number}"), "character_info": format!("Born in act {number}"),
        "personality_traits": "traits", "personality_age": "", "personality_appearance": "tall",
        "personality_likes": "tea", "personality_dislikes": "rain", "conversational_goals": "win",
        "conversational_examples": "a: b", "voice_enabled": false, "voice_settings": { "pitch": 1 },
        "image_enabled": true,
        "system_prompt": { "id": format!("s-{number}"), "name": format!("prompt {number}"), "is_default": false },
        "llm_config": {
            "id": format!("c-{number}"), "name": format!("config {number}"), "context_window_tokens": 8000,
            "is_global": false, "is_default": false, "stream_response": true, "odd": 1,
        },
    }));
    let created =
        NaiveDate::from_ymd_opt(2025, 2, 1).expect("a day").and_hms_opt(0, 0, 0).expect("a time")
            + chrono::TimeDelta::minutes(number);
    row.insert("created_at".into(), created.format("%Y-%m-%dT%H:%M:%S").to_string().into());
    if number % 3 != 0 {
        row.insert("owner_id".into(), format!("u-{number}").into());
    }
    Definition {
        aliases: vec![named(&format!("Nick {number}")), named(&format!("Alias {number}"))],
        avatar: Some(Avatar::Kept(Picture::from_bytes(png).expect("a picture"))),
        error_message: Some(format!("{error_message} {number}")),
        birthday: (number % 7 == 0).then_some(birthday),
        is_public: number % 4 != 0,
        settings: ModelSettings {
            model: Some(format!("author/model-{number}")),
            vision_model: Some("author/eyes".into()),
            temperature: Some(0.75),
            top_p: Some(0.9),
            max_tokens: Some(500 + number),
            memory_score_threshold: Some(0.3),
            memory_limit: Some(7),
            max_conversation_history: Some(30),
            max_referenced_messages: Some(11),
            advanced: AdvancedParameters::from_json(&json!({
                "top_k": 40, "frequency_penalty": 0.5, "repetition_penalty": 1.1, "stop": ["END"],
                "seed": number, "min_p": 0.05, "reasoning": { "effort": "low" },
            }))
            .expect("parameters"),
            ..ModelSettings::default()
        },
        custom_fields: object(json!({
            "keywords": [format!("k{number}")], "wackMessage": "w", "tzurot": row,
        })),
        ..Definition::new(
            named(&format!("Player {number}")),
            format!(
                "You are number {number}.\n\n## Character\nBorn in act {number}\n\n## Traits\ntraits\n\n\
                 ## Appearance\ntall\n\n## Likes\ntea\n\n## Dislikes\nrain\n\n## Conversational goals\nwin\n\n\
                 ## Conversational examples\na: b"
            ),
        )
    }
}

async fn every_row_of_an_older_database_comes_over_and_goes_back(db: TestDb) {
    let Some(world) = World::beside_older(db).await else { return };
    world.legacy().fill(COUNT).await;
    let before = world.db.rows_of_all_tables().await;
    let import = ["import", "tzurot", "--with", "channels,history,usage"];

    let (code, rehearsed) =
        world.run(&["import", "tzurot", "--with", "channels,history,usage", "--dry-run"]).await;
    assert_eq!(code, Some(0), "{rehearsed}");
    assert!(rehearsed.contains("nothing was changed"), "{rehearsed}");
    let after_rehearsal = world.db.rows_of_all_tables().await;
    let canary = |tables: &std::collections::BTreeMap<String, Vec<String>>| {
        let mut tables = tables.clone();
        tables.remove("vault_canary");
        tables
    };
    assert_eq!(after_rehearsal, before, "a rehearsal changes nothing");

    let (code, said) = world.run(&import).await;
    assert_eq!(code, Some(0), "{said}");
    for kind in ["users", "personalities", "keys", "channels", "usage", "links to settings"] {
        assert_eq!(counts(&said, kind), [67, 67, 0, 0, 0], "{kind}\n{said}");
        assert_eq!(counts(&rehearsed, kind), [67, 67, 0, 0, 0], "{kind}\n{rehearsed}");
    }
    for kind in ["aliases", "history"] {
        assert_eq!(counts(&said, kind), [134, 134, 0, 0, 0], "{said}");
    }
    for kind in ["system prompts", "model settings"] {
        assert_eq!(counts(&said, kind)[0], 67, "{said}");
    }
    let store = world.db.store();
    for number in 1..=COUNT {
        let (id, definition, ownership) =
            world.named(&format!("Player {number}")).await.expect("a personality");
        assert_eq!(definition, expected(number), "number {number}");
        let account = 1000 + number.unsigned_abs();
        let whose = if number % 3 == 0 { OWNER } else { account };
        assert_eq!(ownership.account, Some(DiscordUserId::from(whose)));
        let user = store.find_user(account.into()).await.expect("a look").expect("a user");
        let zone = if number % 2 == 0 { "Europe/Paris" } else { "UTC" };
        assert_eq!((user.timezone.to_string().as_str(), user.is_superuser), (zone, number == 3));
        let key =
            store.sealed_key(user.id, Provider::OpenRouter).await.expect("a look").expect("a key");
        let sealed = key.sealed.expect("a seal");
        let opened = world.db.vault().opener().open(user.id, Provider::OpenRouter, &sealed);
        assert_eq!(opened.expect("it opens").expose(), LegacyDb::key(number).expose_secret());
        let channel = ChannelId::from(7000 + number.unsigned_abs());
        let of = Conversation { user: user.id, channel, is_shared: false, personality: id };
        let turns = store.recent_turns(of, None, 10).await.expect("turns");
        let words =
            turns.iter().map(|turn| (turn.user_text.as_str(), turn.assistant_text.as_str()));
        let (line, answer) = (format!("line 0 of {number}"), format!("line 1 of {number}"));
        assert_eq!(words.collect::<Vec<_>>(), [(line.as_str(), answer.as_str())]);
        let usage = world.db.usage_of(user.id).await;
        assert_eq!((usage.len(), usage[0].cost, usage[0].tokens), (1, None, Some(10 + number)));
    }
    let owner = store.find_user(OWNER.into()).await.expect("a look").expect("the owner");
    assert!(owner.is_superuser);

    let once = world.db.rows_of_all_tables().await;
    let (code, again) = world.run(&import).await;
    assert_eq!(code, Some(0), "{again}");
    for kind in ["users", "personalities", "keys", "channels", "usage"] {
        assert_eq!(counts(&again, kind), [67, 0, 0, 67, 0], "{again}");
    }
    assert!(again.contains("nothing had to be changed"), "{again}");
    assert_eq!(world.db.rows_of_all_tables().await, once);

    let (code, undone) = world.run(&["import", "--undo", &run_of(&said)]).await;
    assert_eq!(code, Some(0), "{undone}");
    let after = world.db.rows_of_all_tables().await;
    assert_eq!(canary(&after), canary(&before), "as it was before");
    let (code, _) = world.run(&["import", "--undo", &run_of(&said)]).await;
    assert_eq!(code, Some(1), "a run is taken back once");
    let (code, said) = world.run(&import).await;
    assert_eq!((code, counts(&said, "personalities")), (Some(0), vec![67, 67, 0, 0, 0]), "{said}");
}

async fn a_killed_run_leaves_whole_personalities(db: TestDb) {
    let Some(world) = World::beside_older(db).await else { return };
    world.legacy().fill(COUNT).await;
    let stopped = world.legacy().stop_reading_at(31).await;
    let args = ["import", "tzurot"];
    let mut process = Process::start("troupe", &args, world.dir.path(), &world.settings());
    let waits = async {
        while !world.legacy().somebody_waits().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.expect("it comes to the 31st");
    process.kill().await;
    // its end is not told, and yet it is known
    let (code, listed) = world.run(&["import", "--undo"]).await;
    assert_eq!(code, Some(0), "{listed}");
    assert!(listed.contains("tzurot, begun") && listed.contains("broke off"), "{listed}");
    let ids = world.db.store().all_personalities().await.expect("ids");
    assert_eq!(ids.len(), 31, "Viola, and the thirty before");
    for number in 1..=30 {
        let (_, definition, _) =
            world.named(&format!("Player {number}")).await.expect("it is here");
        assert_eq!(definition, expected(number));
    }
    stopped.release().await;
    let (code, said) = world.run(&args).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(counts(&said, "personalities"), [67, 37, 0, 30, 0]);
    for number in 1..=COUNT {
        let (_, definition, _) =
            world.named(&format!("Player {number}")).await.expect("it is here");
        assert_eq!(definition, expected(number));
    }
}

async fn what_does_not_come_over_is_told(db: TestDb) {
    let Some(world) = World::beside_older(db).await else { return };
    let legacy = world.legacy();
    legacy.fill(6).await;
    legacy.give_names_twice().await;
    legacy.spoil_key(4).await;
    let known = world.db.person(1002).await;
    world.db.give_key(known, "sk-newer-0123456789").await;

    let (code, said) = world.run(&["import", "tzurot"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(counts(&said, "users"), [6, 5, 0, 1, 0]);
    assert_eq!(counts(&said, "personalities"), [6, 6, 0, 0, 0]);
    assert_eq!(counts(&said, "keys"), [6, 4, 0, 0, 2]);
    assert!(said.contains("keys of user 1004: it does not open"), "{said}");
    assert!(said.contains("keys of user 1002: the person has a key here already"), "{said}");
    assert!(said.contains("the name Player 1 stays with Player 1; name2 has it"), "{said}");
    assert!(said.contains("the name alias 1 stays with Player 1; Player 5 has it"), "{said}");
    let (_, second, _) = world.named("name2").await.expect("under its other name");
    assert_eq!(lost_aliases(&second), ["Player 1"]);
    let live = world.db.store().live_keys(known.id).await.expect("keys");
    assert!(live[0].last4.to_string().ends_with("6789"), "the key of before is there");

    let (code, said) = world.run(&["import", "tzurot"]).await;
    assert_eq!(code, Some(1), "what is skipped is skipped again\n{said}");
    assert_eq!(counts(&said, "personalities"), [6, 0, 0, 6, 0]);

    let (code, said) = world.run(&["import", "restore-aliases", "Player 5"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("somebody else still has it"), "{said}");
    let (id, first, ownership) = world.named("Player 1").await.expect("the first");
    let free = Definition { aliases: Vec::new(), ..first };
    let by = shared::store::Editor { user: ownership.owner.expect("an owner"), manages: true };
    let replaced = world.db.store().replace_definition(id, by, &free, ownership.updated_at).await;
    assert!(matches!(replaced, Ok(shared::store::Replaced::Done(_))));
    let (code, said) = world.run(&["import", "restore-aliases", "Player 5"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (_, fifth, _) = world.named("Player 5").await.expect("the fifth");
    assert!(fifth.aliases.contains(&named("alias 1")) && lost_aliases(&fifth).is_empty());

    legacy.make_older().await;
    let (code, said) = world.run(&["import", "tzurot", "--with", "channels,history,usage"]).await;
    assert!(code.is_some(), "{said}");
    assert_eq!(
        counts(&said, "users"),
        [6, 0, 0, 6, 0],
        "tables that are not there are no error\n{said}"
    );
}

async fn an_export_is_read_back_identical(db: TestDb) {
    let Some(world) = World::beside_older(db).await else { return };
    world.legacy().fill(COUNT).await;
    assert_eq!(world.run(&["import", "tzurot", "--with", "channels"]).await.0, Some(0));
    let (code, said) = world.run(&["export", "all.jsonl"]).await;
    assert_eq!(code, Some(0), "{said}");
    let first = fs::read(world.dir.path().join("all.jsonl")).expect("the export");
    assert!(!String::from_utf8_lossy(&first).contains("sk-older"), "without keys");

    let other = World::of(TestDb::create(world.db.kind()).await.expect("a database"));
    fs::write(other.dir.path().join("all.jsonl"), &first).expect("a copy");
    let (code, said) = other.run(&["import", "all.jsonl"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(counts(&said, "personalities"), [68, 67, 0, 1, 0], "{said}");
    assert_eq!(counts(&said, "channels"), [67, 67, 0, 0, 0], "{said}");
    assert_eq!(other.run(&["export", "again.jsonl"]).await.0, Some(0));
    let second = fs::read(other.dir.path().join("again.jsonl")).expect("the export");
    assert!(first == second, "byte for byte");
    let (code, said) = other.run(&["import", "all.jsonl"]).await;
    assert_eq!((code, counts(&said, "personalities")), (Some(0), vec![68, 0, 0, 68, 0]), "{said}");

    // a file each, by the other way
    let third = World::of(TestDb::create(world.db.kind()).await.expect("a database"));
    fs::create_dir(other.dir.path().join("each")).expect("a directory");
    assert_eq!(other.run(&["export", "each"]).await.0, Some(0));
    let each = other.dir.path().join("each").display().to_string();
    let (code, said) = third.run(&["import", &each]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(third.run(&["export", "again.jsonl"]).await.0, Some(0));
    let fourth = fs::read(third.dir.path().join("again.jsonl")).expect("the export");
    assert!(first == fourth, "byte for byte");
}

async fn a_backup_of_shapes_comes_over(db: TestDb) {
    let world = World::of(db);
    let dir = world.dir.path().join("shapes");
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    let shape = |name: &str, username: &str| {
        json!({ "name": name, "username": username, "jailbreak": format!("You are {name}."),
                "engine_temperature": 7, "keywords": ["x"] })
        .to_string()
    };
    write("lilith.json", &shape("Lilith", "lilith-shape"));
    write("zwei/config.json", &shape("Zwei", "zwei-shape"));
    write("zwei/other.json", "not looked at");
    write("again.json", &shape("Viola", "second-viola"));
    write("broken.json", "{\n  \"name\": \"Broken\",,\n}");
    write("notes.txt", "not looked at");
    let before = world.db.rows_of_all_tables().await;
    let (code, said) = world.run(&["import", "shapes", "shapes"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(counts(&said, "files"), [4, 0, 0, 3, 1], "{said}");
    assert_eq!(counts(&said, "personalities"), [3, 3, 0, 0, 0], "{said}");
    assert!(
        said.contains("files broken.json: the JSON is malformed at line 2, column 20"),
        "{said}"
    );
    assert!(said.contains("the name Viola stays with Viola; second-viola has it"), "{said}");
    assert!(said.contains("engine_temperature: 7 was moved into its range, to 2"), "{said}");
    let (_, lilith, ownership) = world.named("Lilith").await.expect("Lilith");
    assert_eq!(lilith.custom_fields["keywords"], json!(["x"]));
    assert_eq!(ownership.account, Some(DiscordUserId::from(OWNER)));
    let (_, again) = world.run(&["import", "shapes", "shapes"]).await;
    assert_eq!(counts(&again, "personalities"), [3, 0, 0, 3, 0], "{again}");

    // what changes there and not here is taken over
    write("lilith.json", &shape("Lilith", "lilith-shape").replace("You are", "You were"));
    let changed = world.db.rows_of_all_tables().await;
    let (_, third) = world.run(&["import", "shapes", "shapes"]).await;
    assert_eq!(counts(&third, "personalities"), [3, 0, 1, 2, 0], "{third}");
    let (_, lilith, _) = world.named("Lilith").await.expect("Lilith");
    assert_eq!(lilith.system_prompt, "You were Lilith.");
    assert_eq!(world.run(&["import", "--undo", &run_of(&third)]).await.0, Some(0));
    assert_eq!(world.db.rows_of_all_tables().await, changed, "exactly as it was");
    assert_eq!(world.run(&["import", "--undo", &run_of(&said)]).await.0, Some(0));
    assert_eq!(world.db.rows_of_all_tables().await, before);
}

async fn what_was_changed_since_is_left_alone(db: TestDb) {
    let world = World::of(db);
    let card = json!({ "name": "Ada", "description": "You are Ada." }).to_string();
    fs::write(world.dir.path().join("ada.json"), &card).expect("a card");
    let (code, said) = world.run(&["import", "ada.json", "--owner", "77"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (id, definition, ownership) = world.named("Ada").await.expect("Ada");
    let by = shared::store::Editor { user: ownership.owner.expect("an owner"), manages: false };
    let changed = Definition { system_prompt: "You are mine.".into(), ..definition };
    let done = world.db.store().replace_definition(id, by, &changed, ownership.updated_at).await;
    assert!(matches!(done, Ok(shared::store::Replaced::Done(_))));

    fs::write(world.dir.path().join("ada.json"), card.replace("Ada.", "another.")).expect("a card");
    let (code, again) = world.run(&["import", "ada.json", "--owner", "77"]).await;
    assert_eq!(code, Some(1), "{again}");
    assert!(again.contains("what is here stays"), "{again}");
    let (code, undone) = world.run(&["import", "--undo", &run_of(&said)]).await;
    assert_eq!(code, Some(1), "{undone}");
    assert!(undone.contains("it was changed since"), "{undone}");
    let (_, kept, _) = world.named("Ada").await.expect("Ada");
    assert_eq!(kept.system_prompt, "You are mine.");
}

async fn no_more_aliases_are_restored_than_there_may_be(db: TestDb) {
    let world = World::of(db);
    let owner = world.db.person(77).await;
    let aliases = (0..49).map(|number| named(&format!("Alias {number}"))).collect();
    let mut ada = Definition { aliases, ..Definition::new(named("Ada"), "You are Ada.") };
    set_lost_aliases(&mut ada, vec!["One more".into(), "Too many".into()]);
    let made = world.db.store().create_personality(owner.id, &ada).await;
    assert!(matches!(made, Ok(shared::store::Created::Made(_))));
    let (code, said) = world.run(&["import", "restore-aliases", "Ada"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("One more: restored"), "{said}");
    assert!(said.contains("Too many: it has as many aliases as it can have"), "{said}");
    let (_, ada, _) = world.named("Ada").await.expect("Ada");
    assert_eq!((ada.aliases.len(), ada.check()), (50, Ok(())));
}

async fn a_log_of_usage_of_any_length_comes_over(db: TestDb) {
    let Some(world) = World::beside_older(db).await else { return };
    world.legacy().fill(1).await;
    world.legacy().add_usage(1_300).await;
    let import = ["import", "tzurot", "--with", "usage"];
    let (code, said) = world.run(&import).await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(counts(&said, "usage"), [1_301, 1_288, 0, 0, 13], "{said}");
    assert!(said.contains("usage m-1300: its provider is not known here"), "{said}");
    let user = world.db.store().find_user(1001.into()).await.expect("a look").expect("a user");
    let tokens: i64 = world.db.usage_of(user.id).await.iter().filter_map(|call| call.tokens).sum();
    let expected: i64 = (1..=1_300).filter(|n| n % 100 != 0).map(|n| 10 + n).sum();
    assert_eq!(tokens, expected + 11, "each of them, once");
    let (_, again) = world.run(&import).await;
    assert_eq!(counts(&again, "usage"), [1_301, 0, 0, 1_288, 13], "{again}");
}

async fn what_became_of_a_card_is_told(db: TestDb) {
    let world = World::of(db);
    let card = json!({
        "spec": "chara_card_v3", "spec_version": "3.7",
        "data": {
            "name": "Ada", "description": "You are Ada.",
            "extensions": { "troupe": { "model": { "temperature": 77 } } },
        },
    });
    fs::write(world.dir.path().join("ada.json"), card.to_string()).expect("a card");
    let import = ["import", "ada.json", "--owner", "77"];
    let (code, said) = world.run(&import).await;
    assert_eq!(code, Some(0), "what was left out is no failure\n{said}");
    let told = [
        "changed: Ada: a newer version of its program wrote this file",
        "changed: Ada: the settings that another Troupe wrote into this card were left out",
        "fields kept in custom_fields: 1",
    ];
    for told in told {
        assert!(said.contains(told), "no {told} in\n{said}");
    }
    let (code, again) = world.run(&import).await;
    assert_eq!(code, Some(0), "{again}");
    assert!(!again.contains("changed: Ada"), "nothing was changed\n{again}");
}

/// Nothing of it is a secret on a command line or in a message.
#[tokio::test]
async fn wrong_settings_are_told_without_what_is_in_them() {
    let db = TestDb::create(TestEngine::Sqlite).await.expect("SQLite");
    let world = World::of(db);
    let run = async |more: &[(&str, &str)], args: &[&str]| {
        let mut settings = world.settings();
        settings.extend(more.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (code, said) = tool(world.dir.path(), args, &settings).await;
        assert_eq!(code, Some(1), "{said:?}");
        said.join("\n")
    };
    let said = run(&[], &["import", "tzurot"]).await;
    assert!(said.contains("IMPORT_DATABASE_URL is not set"), "{said}");
    let nobody = ("IMPORT_DATABASE_URL", "postgres://me:hunter2hunter2@127.0.0.1:9/x");
    let said = run(&[nobody], &["import", "tzurot"]).await;
    assert!(said.contains("does not answer") && !said.contains("hunter2"), "{said}");
    let said = run(&[("IMPORT_MASTER_KEY", "hunter2hunter2")], &["import", "tzurot"]).await;
    assert!(said.contains("IMPORT_MASTER_KEY") && !said.contains("hunter2"), "{said}");
    let large = fs::File::create(world.dir.path().join("large.json")).expect("a file");
    large.set_len(100 << 20).expect("100 MiB");
    let said = run(&[], &["import", "large.json"]).await;
    assert!(said.contains("larger than 8 MiB"), "{said}");
    assert!(!Path::new(&world.dir.path().join("data")).exists());
}
