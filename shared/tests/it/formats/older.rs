use serde_json::{Value, json};
use shared::{
    formats::older::{LOST_ALIASES, lost_aliases, shapes, tzurot},
    personality::{Avatar, PersonalityName},
};

use super::{named, object, pngs};

fn shape(json: &Value) -> shapes::Shape {
    shapes::read(&serde_json::to_vec(json).unwrap()).unwrap()
}

fn told(changes: &[shared::formats::older::Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn every_field_of_a_backup_has_its_place() {
    let shapes::Shape { older, id } = shape(&json!({
        "name": "Lilith", "username": "lilith-tzel-shani", "id": "uuid-1",
        "avatar": "https://files.example/l.png", "jailbreak": "You are {user}'s demon.",
        "user_prompt": "Born of night.", "personality_traits": "dry", "personality_tone": "",
        "personality_likes": "wine", "personality_conversational_examples": "x: y",
        "engine_model": "author/model", "fallback_engine_model": "author/other",
        "engine_temperature": 0.8, "engine_top_p": "0.9", "engine_top_k": 40,
        "engine_min_p": 0.1, "engine_repetition_penalty": 1.1,
        "stm_window": 50, "ltm_enabled": true, "ltm_threshold": 0.2,
        "ltm_max_retrieved_summaries": 5, "error_message": "Ow.", "wack_message": "w",
        "keywords": ["k"], "alias": "Lil, the  queen ,", "birthday": "2024-10-31T00:00:00Z",
        "shape_settings": { "deep": [1] }, "empty": null,
    }));
    let definition = older.definition;
    assert_eq!(id, "uuid-1");
    assert_eq!(definition.display_name.as_str(), "Lilith");
    assert_eq!(
        definition.system_prompt,
        "You are {user}'s demon.\n\n## Character\nBorn of night.\n\n## Traits\ndry\n\n## Likes\nwine\n\n\
         ## Conversational examples\nx: y"
    );
    assert_eq!(definition.avatar, Some(Avatar::At("https://files.example/l.png".into())));
    assert_eq!(definition.error_message.as_deref(), Some("Ow."));
    assert_eq!(definition.birthday.unwrap().to_string(), "2024-10-31");
    assert_eq!(definition.aliases, [named("Lil"), named("the queen")]);
    assert!(definition.is_public);
    let settings = &definition.settings;
    assert_eq!(settings.model.as_deref(), Some("author/model"));
    assert_eq!((settings.temperature, settings.top_p), (Some(0.8), Some(0.9)));
    assert_eq!(settings.max_conversation_history, Some(50));
    assert_eq!((settings.memory_score_threshold, settings.memory_limit), (Some(0.2), Some(5)));
    assert_eq!(
        Value::Object(settings.advanced.as_json().clone()),
        json!({ "top_k": 40, "min_p": 0.1, "repetition_penalty": 1.1, "models": ["author/other"] })
    );
    assert_eq!(
        Value::Object(definition.custom_fields),
        json!({
            "username": "lilith-tzel-shani", "id": "uuid-1", "jailbreak": "You are {user}'s demon.",
            "user_prompt": "Born of night.", "personality_traits": "dry", "personality_tone": "",
            "personality_likes": "wine", "personality_conversational_examples": "x: y",
            "ltm_enabled": true, "wack_message": "w", "keywords": ["k"],
            "shape_settings": { "deep": [1] },
        })
    );
    assert_eq!((older.changes, older.kept_aside), (vec![], 12));
    assert_eq!(older.spare_names, [named("lilith-tzel-shani")]);
}

#[test]
fn what_can_not_be_taken_is_told_and_kept() {
    let older = shape(&json!({
        "name": "discord helper", "username": "helper", "jailbreak": "You help.",
        "avatar": "http://files.example/l.png", "engine_model": "https://evil.example/m",
        "engine_temperature": 3, "engine_top_k": -5, "stm_window": 1000, "birthday": "someday",
        "error_message": "x".repeat(1501), "aliases": ["@here", "ok", "OK"],
    }))
    .older;
    assert_eq!(older.definition.display_name.as_str(), "helper");
    let fields = &older.definition.custom_fields;
    assert_eq!(fields["name"], "discord helper");
    assert_eq!(fields["avatar"], "http://files.example/l.png");
    assert_eq!(fields["engine_model"], "https://evil.example/m");
    assert_eq!(fields["birthday"], "someday");
    assert_eq!(fields[LOST_ALIASES], json!(["@here"]));
    assert_eq!(older.definition.aliases, [named("ok")]);
    assert_eq!(older.definition.settings.temperature, Some(2.0));
    assert_eq!(older.definition.settings.max_conversation_history, Some(200));
    let told = told(&older.changes).join("\n");
    for field in [
        "the name can't",
        "avatar:",
        "engine_model:",
        "engine_temperature: 3 ",
        "top_k: -5 ",
        "stm_window: 1000 ",
        "birthday:",
        "error_message:",
        "the alias @here",
    ] {
        assert!(told.contains(field), "{field} is not in\n{told}");
    }
}

#[test]
fn rows_of_a_database_become_a_personality() {
    let avatar = hex::encode(pngs::with_chunks(&[pngs::text("chara", b"e30=")], &[]));
    let rows = tzurot::Rows {
        personality: object(json!({
            "id": "p-1", "name": "lilith-name", "display_name": "Lilith", "slug": "lilith",
            "character_info": "Born of night.", "personality_tone": "low",
            "conversational_goals": "win", "voice_enabled": false, "image_settings": { "a": 1 },
            "avatar_data": format!("\\x{avatar}"), "birthday": "1990-05-01", "is_public": false,
            "custom_fields": { "errorMessage": "Ow.", "aliases": ["Lil"], "keywords": ["k"],
                               "favorite_reacts": ["🦇"] },
        })),
        prompt: Some(object(json!({ "id": "s-1", "name": "default", "content": "Be good." }))),
        config: Some(object(json!({
            "id": "c-1", "name": "mine", "model": "author/model", "vision_model": "author/eyes",
            "temperature": 0.75, "top_p": 1.5, "top_k": 40, "frequency_penalty": null,
            "max_tokens": 900, "memory_limit": 9, "stream_response": true, "seed": 7,
            "provider": "openrouter", "max_roles_per_message": 3,
            "advanced_parameters": { "topK": 50, "minP": 0.05, "presencePenalty": 9, "odd": true },
        }))),
        aliases: vec!["lil".into(), "Night Queen".into()],
    };
    let older = tzurot::read(rows).unwrap();
    let definition = older.definition;
    assert_eq!(
        definition.system_prompt,
        "Be good.\n\n## Character\nBorn of night.\n\n## Tone\nlow\n\n## Conversational goals\nwin"
    );
    let Some(Avatar::Kept(picture)) = &definition.avatar else { panic!("no picture") };
    assert_eq!(picture.bytes, pngs::picture(), "a card inside a picture is not shown to everybody");
    assert_eq!(definition.error_message.as_deref(), Some("Ow."));
    assert_eq!(definition.birthday.unwrap().to_string(), "1990-05-01");
    assert!(!definition.is_public);
    let aliases: Vec<&str> = definition.aliases.iter().map(PersonalityName::as_str).collect();
    assert_eq!(aliases, ["Lil", "Night Queen"]);
    assert_eq!(
        Value::Object(definition.settings.advanced.as_json().clone()),
        json!({ "top_k": 50, "min_p": 0.05, "presence_penalty": 2, "seed": 7 })
    );
    assert_eq!(
        (definition.settings.top_p, definition.settings.temperature),
        (Some(1.0), Some(0.75))
    );
    assert_eq!(
        Value::Object(definition.custom_fields.clone()),
        json!({
            "keywords": ["k"], "favorite_reacts": ["🦇"],
            "tzurot": {
                "id": "p-1", "name": "lilith-name", "slug": "lilith",
                "character_info": "Born of night.", "personality_tone": "low",
                "conversational_goals": "win", "voice_enabled": false, "image_settings": { "a": 1 },
                "system_prompt": { "id": "s-1", "name": "default" },
                "llm_config": { "id": "c-1", "name": "mine", "stream_response": true, "odd": true },
            },
        })
    );
    assert_eq!(older.kept_aside, 2 + 8 + 2 + 4);
    assert_eq!(
        told(&older.changes),
        [
            "presencePenalty: 9 was moved into its range, to 2",
            "top_p: 1.5 was moved into its range, to 1"
        ]
    );
    assert_eq!(lost_aliases(&definition), [""; 0]);
    assert_eq!(older.spare_names, [named("lilith-name")]);
}

#[test]
fn an_error_message_of_its_own_holds_over_the_custom_one() {
    let rows = |message: Value| tzurot::Rows {
        personality: object(json!({
            "display_name": "Ada", "character_info": "Ada.", "error_message": message,
            "custom_fields": { "errorMessage": "custom" },
        })),
        ..tzurot::Rows::default()
    };
    let read = tzurot::read(rows("own".into())).unwrap().definition;
    assert_eq!(read.error_message.as_deref(), Some("own"));
    assert_eq!(read.custom_fields["errorMessage"], "custom", "not lost");
    for empty in [Value::Null, "".into(), " ".into()] {
        let read = tzurot::read(rows(empty)).unwrap().definition;
        assert_eq!(read.error_message.as_deref(), Some("custom"));
    }
}
