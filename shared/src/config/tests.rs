use secrecy::{ExposeSecret, SecretString};

use super::*;

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn env(pairs: Pairs<'_>) -> Environment {
    Environment::from_pairs(pairs.iter().copied())
}

/// The settings of a `troupe` in production, with `DATA_DIR` where nothing is.
fn live(more: Pairs<'_>) -> Environment {
    let base = [("DISCORD_TOKEN", "t.o.k"), ("APP_MASTER_KEY", HEX), ("DATA_DIR", "/nowhere")];
    env(&[more, &base].concat())
}

fn separate(more: Pairs<'_>) -> Environment {
    let base = [("DATABASE_URL", "postgres://u:p@h/d"), ("REDIS_URL", "redis://h")];
    live(&[more, &base].concat())
}

fn faults<T>(result: Result<T, ConfigError>) -> Vec<(&'static str, String)> {
    let error = result.err().expect("problems");
    error.problems().iter().map(|p| (p.setting.name, p.fault.to_string())).collect()
}

fn names<T>(result: Result<T, ConfigError>) -> Vec<&'static str> {
    faults(result).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn nothing_set_is_the_local_discord() {
    let config = for_troupe(&env(&[("DATA_DIR", "/nowhere")]), false).unwrap();
    assert!(matches!(config.mode, Mode::Local { master_keys: None, .. }));
    assert_eq!(config.notices, []);
    assert_eq!(config.process.port, 7380);
    assert_eq!(config.requests.max_active_per_user, 3);
    assert_eq!(config.provider.slots, 64);
    assert!(config.discord.message_content_intent);
}

#[test]
fn one_setting_of_a_real_deployment_ends_local_mode() {
    let file = [("APP_MASTER_KEY_FILE", "/nowhere/key")];
    let lost: [(Pairs<'_>, &[&str]); 6] = [
        (&[("DISCORD_TOKEN", "t.o.k")], &["APP_MASTER_KEY"]),
        (&[("APP_MASTER_KEY", HEX)], &["DISCORD_TOKEN"]),
        (&[("DATABASE_URL", "sqlite:a.db")], &["DISCORD_TOKEN", "APP_MASTER_KEY"]),
        (&[("REDIS_URL", "redis://h")], &["DISCORD_TOKEN", "DATABASE_URL", "APP_MASTER_KEY"]),
        (&[("DISCORD_TOKEN", "")], &["DISCORD_TOKEN", "APP_MASTER_KEY"]),
        (&file, &["DISCORD_TOKEN", "APP_MASTER_KEY"]),
    ];
    for (given, missing) in lost {
        let given = [given, &[("DATA_DIR", "/nowhere")]].concat();
        assert_eq!(names(for_troupe(&env(&given), false)), missing, "{given:?}");
    }
}

#[test]
fn local_can_be_asked_for_and_leaves_the_real_settings_aside() {
    let given = live(&[("OPENROUTER_API_KEY", "sk"), ("ALLOW_SYSTEM_KEY", "true")]);
    let config = for_troupe(&given, true).unwrap();
    assert!(matches!(config.mode, Mode::Local { master_keys: None, .. }));
    assert!(config.provider.operator_key.is_none());
    let aside = ["DISCORD_TOKEN", "APP_MASTER_KEY", "OPENROUTER_API_KEY"];
    assert_eq!(config.notices, aside.map(Notice::LeftAside));
}

#[test]
fn one_process_takes_sqlite_unless_something_speaks_of_postgres() {
    let config = for_troupe(&live(&[]), false).unwrap();
    let Mode::Live { database: DatabaseUrl::Sqlite(path), redis: None, .. } = config.mode else {
        panic!("not live on SQLite")
    };
    assert_eq!(path, std::path::Path::new("/nowhere/troupe.db"));
    assert_eq!(config.notices, [Notice::DefaultDatabase("troupe.db")]);
    assert_eq!(names(for_troupe(&live(&[("REDIS_URL", "redis://h")]), false)), ["DATABASE_URL"]);
    let config = for_troupe(&separate(&[]), false).unwrap();
    assert!(matches!(config.mode, Mode::Live { redis: Some(_), .. }));
}

#[test]
fn a_master_key_beside_the_data_is_used_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().to_str().unwrap();
    let given = env(&[("DISCORD_TOKEN", "t.o.k"), ("DATA_DIR", data_dir)]);
    std::fs::write(dir.path().join(MASTER_KEY_FILE), format!("{HEX}\n")).unwrap();
    let config = for_troupe(&given, false).unwrap();
    let Mode::Live { master_keys, .. } = config.mode else { panic!("not live") };
    assert_eq!(master_keys.current.expose_secret(), HEX);
    assert!(config.notices.contains(&Notice::MasterKeyBesideData));

    std::fs::write(dir.path().join(MASTER_KEY_FILE), "half a key").unwrap();
    assert!(names(for_troupe(&given, false)).contains(&"APP_MASTER_KEY"));
    assert_eq!(names(for_troupe(&env(&[("DATA_DIR", data_dir)]), false)), ["APP_MASTER_KEY"]);
}

#[test]
fn separate_processes_need_postgres_and_redis() {
    assert_eq!(
        names(for_bot(&env(&[]))),
        ["DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL", "APP_MASTER_KEY"]
    );
    assert_eq!(names(for_worker(&env(&[]))), ["DATABASE_URL", "REDIS_URL", "APP_MASTER_KEY"]);
    let sqlite = [("DATABASE_URL", "sqlite:a.db"), ("REDIS_URL", "redis://h")];
    for faults in [faults(for_bot(&live(&sqlite))), faults(for_worker(&live(&sqlite)))] {
        assert_eq!(faults.len(), 1);
        assert!(faults[0].1.contains("SQLite"), "{faults:?}");
    }
    assert!(for_bot(&separate(&[])).is_ok());
    let worker = Environment::from_pairs([
        ("APP_MASTER_KEY", HEX),
        ("DATABASE_URL", "postgres://u:p@h/d"),
        ("REDIS_URL", "redis://h"),
    ]);
    assert!(for_worker(&worker).is_ok(), "a worker needs no token");
}

#[test]
fn a_secret_may_come_from_a_file_but_not_from_two_places() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let other = HEX.to_uppercase();
    std::fs::write(&path, format!("{other}\r\n")).unwrap();
    let path = path.to_str().unwrap();
    let both = separate(&[("APP_MASTER_KEY_FILE", path)]);
    assert!(faults(for_bot(&both))[0].1.contains("twice"));
    let pairs = [
        ("DATABASE_URL", "postgres://u:p@h/d"),
        ("REDIS_URL", "redis://h"),
        ("APP_MASTER_KEY", ""),
        ("APP_MASTER_KEY_FILE", path),
    ];
    let config = for_worker(&env(&pairs)).unwrap();
    assert_eq!(config.master_keys.current.expose_secret(), other);
}

#[test]
fn all_problems_are_told_at_once_with_examples_and_without_values() {
    let bad = [
        ("DISCORD_TOKEN", "two hush"),
        ("BOT_OWNER_DISCORD_ID", "@hush"),
        ("MESSAGE_CONTENT_INTENT", "hush"),
        ("SHARDS", "4"),
        ("SHARD_RANGE", "2-4"),
        ("DISCORD_API_BASE", "hush"),
        ("DATABASE_URL", "mysql://hush"),
        ("REDIS_URL", "hush:6379"),
        ("REDIS_PREFIX", "hush hush"),
        ("APP_MASTER_KEY", "hush"),
        ("APP_MASTER_KEY_PREVIOUS", "hush,hush"),
        ("DEFAULT_MODEL", "hush hush"),
        ("DEFAULT_MODELS", "hush=hush"),
        ("MODEL_SERVERS", "hush=http://hush.example"),
        ("KEYLESS_SERVERS", "hush"),
        ("PRIVATE_HOSTS", "hush hush"),
        ("OPENAI_BASE_URL", "http://hush.example"),
        ("DEFAULT_MAX_TOKENS", "0"),
        ("OPENROUTER_BASE_URL", "http://hush.example"),
        ("OPENROUTER_REFERER", "hush"),
        ("OPENROUTER_TITLE", "hush\u{1F92B}"),
        ("OPENROUTER_API_KEY", "hush hush"),
        ("ALLOW_SYSTEM_KEY", "hush"),
        ("GUEST_DAILY_LIMIT", "-1"),
        ("GUEST_DAILY_TOKENS", "0"),
        ("GUEST_TOKENS_SOFT", "hush"),
        ("WORKER_SLOTS", "hush"),
        ("MAX_ACTIVE_PER_USER", "0"),
        ("MAX_QUEUED_PER_USER", "1e3"),
        ("REQUEST_DEADLINE", "1"),
        ("RUST_LOG", "hush=hush=hush"),
        ("LOG_FORMAT", "hush"),
        ("PORT", "70000"),
        ("SHUTDOWN_GRACE", "-1"),
    ];
    let error = for_troupe(&env(&bad), false).unwrap_err();
    let wrong: Vec<_> = error.problems().iter().map(|p| p.setting.name).collect();
    let expected: Vec<_> =
        s::all().map(|s| s.name).filter(|n| bad.iter().any(|(b, _)| b == n)).collect();
    // SHARDS is there so that SHARD_RANGE can be past it
    let expected: Vec<_> = expected.into_iter().filter(|name| *name != "SHARDS").collect();
    assert_eq!(wrong, expected);
    let told = format!("{error} {error:?}");
    assert!(!told.contains("hush"), "{told}");
    for problem in error.problems() {
        let line = problem.to_string();
        assert!(line.contains(&format!("Example: {}=", problem.setting.name)), "{line}");
    }
}

#[test]
fn guests_need_a_key_to_talk_on_where_it_is_used() {
    let guests = [("ALLOW_SYSTEM_KEY", "true")];
    assert_eq!(names(for_troupe(&live(&guests), false)), ["OPENROUTER_API_KEY"]);
    assert_eq!(names(for_worker(&separate(&guests))), ["OPENROUTER_API_KEY"]);
    let bot = for_bot(&separate(&guests)).unwrap();
    assert_eq!(bot.requests.guest_daily_limit, Some(20));
    let unused = for_worker(&separate(&[("OPENROUTER_API_KEY", "sk")])).unwrap();
    assert!(unused.provider.operator_key.is_none(), "a key that may not be used is not kept");
}

#[test]
fn a_range_of_shards_needs_their_number() {
    let shards = |pairs: &[_]| for_bot(&separate(pairs)).map(|config| config.discord.shards);
    assert_eq!(shards(&[]).unwrap(), None);
    let four = std::num::NonZeroU32::new(4).unwrap();
    let all = Shards { total: four, range: 0..=3 };
    assert_eq!(shards(&[("SHARDS", "4")]).unwrap(), Some(all));
    let some = Shards { total: four, range: 1..=2 };
    assert_eq!(shards(&[("SHARDS", "4"), ("SHARD_RANGE", "1-2")]).unwrap(), Some(some));
    assert_eq!(names(shards(&[("SHARD_RANGE", "1-2")])), ["SHARDS"]);
    assert_eq!(names(shards(&[("SHARDS", "4"), ("SHARD_RANGE", "2-1")])), ["SHARD_RANGE"]);
}

#[test]
fn a_misspelt_setting_is_noticed() {
    let config = for_troupe(&live(&[("DISCORD_TOKN", "x"), ("PATH", "/bin")]), false).unwrap();
    let told = config.notices.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(told.contains("DISCORD_TOKN is no setting; is DISCORD_TOKEN meant?"), "{told}");
    assert!(!told.contains("PATH"), "{told}");
}

/// Every secret is `hush` and a number, in every place that a secret can stand.
#[test]
fn no_configuration_prints_a_secret_and_the_redactor_learns_them_all() {
    let secrets = [
        ("DISCORD_TOKEN", "hush1".to_owned()),
        ("DATABASE_URL", "postgres://hush2:hush3@h/d".to_owned()),
        ("REDIS_URL", "redis://:hush4@h".to_owned()),
        ("APP_MASTER_KEY", HEX.to_owned()),
        ("APP_MASTER_KEY_PREVIOUS", HEX.to_uppercase()),
        ("OPENROUTER_API_KEY", "hush5".to_owned()),
        ("IMPORT_DATABASE_URL", "postgres://hush6:hush7@h/d".to_owned()),
        ("IMPORT_MASTER_KEY", HEX.to_owned()),
        ("ALLOW_SYSTEM_KEY", "true".to_owned()),
    ];
    let listed = s::all().filter(|setting| setting.secret).count();
    assert_eq!(listed, secrets.len() - 1, "a secret setting is not tried here");
    let given = Environment::from_pairs(secrets);
    let printed = format!(
        "{given:?} {:#?} {:?} {:?} {:?} {:?}",
        for_troupe(&given, false).unwrap(),
        for_troupe(&given, true).unwrap(),
        for_bot(&given).unwrap(),
        for_worker(&given).unwrap(),
        for_import(&given, false).unwrap(),
    );
    for secret in ["hush", "0123456789", "ABCDEF"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    let known = |secrets: Vec<SecretString>| {
        let mut texts: Vec<_> = secrets.iter().map(|s| s.expose_secret().to_owned()).collect();
        texts.retain(|text| !text.contains("://"));
        texts.sort();
        texts.dedup();
        texts
    };
    let (old, key) = (&*HEX.to_uppercase(), HEX);
    let troupe = known(for_troupe(&given, false).unwrap().secrets());
    assert_eq!(troupe, [old, key, "hush1", "hush3", "hush4", "hush5"]);
    let bot = known(for_bot(&given).unwrap().secrets());
    assert_eq!(bot, [old, key, "hush1", "hush3", "hush4"], "no operator's key in the bot");
    let worker = known(for_worker(&given).unwrap().secrets());
    assert_eq!(worker, [old, key, "hush3", "hush4", "hush5"], "no Discord token in the worker");
}

/// A setting that nobody reads would be a promise that isn't kept. Whoever reads one complains of
/// a file that isn't there.
#[test]
fn every_setting_is_read() {
    for setting in s::all() {
        let file = format!("{setting}_FILE");
        let given = live(&[(file.as_str(), "/nowhere/at/all")]);
        let troupe = for_troupe(&given, false).map(drop);
        let import = for_import(&given, false).map(drop);
        let mut errors = [troupe, import].into_iter().filter_map(Result::err);
        let is_read = errors.any(|e| e.problems().iter().any(|p| p.setting.name == setting.name));
        assert!(is_read, "{setting}");
    }
}
