use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::{
    formats::{
        self, FileKind, FileProblem, Note,
        card::{self, KEPT, Version},
    },
    personality::{Avatar, Definition, NameProblem, Picture},
};

use super::{any_json, full, named, object, pngs};

/// A card with every field of its specification, and some of nobody's.
fn v3() -> Value {
    json!({
        "spec": "chara_card_v3", "spec_version": "3.0", "create_date": "2024-1-1", "unknown": [1],
        "data": {
            "name": "Lilith", "description": "A demon.", "tags": ["a", "b"], "creator": "me",
            "character_version": "1.2", "mes_example": "<START>\n{{user}}: hi",
            "extensions": { "depth_prompt": { "depth": 4, "prompt": "x" }, "chub": { "id": 7 } },
            "system_prompt": "{{original}} Be {{char}}.", "post_history_instructions": "Stay so.",
            "first_mes": "Hello.", "alternate_greetings": ["Hi.", "Ho."], "personality": "Dry.",
            "scenario": "A bar.", "creator_notes": "notes",
            "character_book": { "name": "lore", "extensions": {}, "entries": [
                { "keys": ["k"], "content": "c", "extensions": {}, "enabled": true,
                  "insertion_order": 1, "use_regex": false, "constant": true, "id": 3, "odd": 1.25 } ] },
            "assets": [{ "type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png" }],
            "nickname": "Lil", "creator_notes_multilingual": { "de": "Notizen" },
            "source": ["https://a.example"], "group_only_greetings": ["Yo."],
            "creation_date": 1_700_000_000, "modification_date": 1_700_000_001, "odd": { "x": null }
        }
    })
}

fn v2() -> Value {
    let mut card = v3();
    card["spec"] = "chara_card_v2".into();
    card["spec_version"] = "2.0".into();
    for field in ["assets", "nickname", "source", "group_only_greetings"] {
        card["data"].as_object_mut().unwrap().remove(field);
    }
    card
}

fn v1() -> Value {
    json!({ "name": "Old", "description": "d", "personality": "p", "scenario": "s",
            "first_mes": "f", "mes_example": "m", "talkativeness": "0.5" })
}

fn bytes(card: &Value) -> Vec<u8> {
    serde_json::to_vec(card).unwrap()
}

/// What a written card says, without what Troupe added to it.
fn plain(written: &[u8]) -> Value {
    let mut card: Value = serde_json::from_slice(written).unwrap();
    let extensions = card["data"]["extensions"].as_object_mut().unwrap();
    assert!(extensions.remove("troupe").is_some());
    card
}

/// The card under a keyword of a PNG.
fn inside(png: &[u8], keyword: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    let head = format!("{keyword}\0");
    let mut found = pngs::chunks(png).into_iter().filter_map(|(kind, data)| {
        (kind == "tEXt").then(|| data.strip_prefix(head.as_bytes()).map(<[u8]>::to_vec)).flatten()
    });
    let text = found.next()?;
    assert!(found.next().is_none(), "{keyword} is there twice");
    Some(base64::engine::general_purpose::STANDARD.decode(text).unwrap())
}

#[test]
fn a_cards_texts_become_one_prompt_in_their_order() {
    let read = card::read(&bytes(&v3())).unwrap();
    assert_eq!(read.kind, FileKind::Card(Version::V3));
    assert_eq!(read.definition.display_name.as_str(), "Lilith");
    assert!(!read.definition.is_public);
    assert_eq!(
        read.definition.system_prompt,
        " Be {{char}}.\n\n## Description\nA demon.\n\n## Personality\nDry.\n\n## Scenario\nA bar.\n\n\
         ## Example dialogue\n<START>\n{{user}}: hi\n\n## Final instructions\nStay so."
    );
    let read = card::read(&bytes(&v1())).unwrap();
    assert_eq!(read.kind, FileKind::Card(Version::V1));
    assert!(read.definition.system_prompt.starts_with("d\n\n## Personality\np\n\n"));
}

#[test]
fn cards_come_back_field_for_field_as_json() {
    for (card, version) in [(v2(), Version::V2), (v3(), Version::V3)] {
        let read = formats::read(&bytes(&card)).unwrap();
        assert_eq!((read.kind, read.notes), (FileKind::Card(version), vec![]));
        assert_eq!(plain(&card::write_json(&read.definition)), card);
        let again = card::read(&card::write_json(&read.definition)).unwrap();
        assert_eq!(again.definition, read.definition);
    }
    let read = card::read(&bytes(&v1())).unwrap();
    let written = plain(&card::write_json(&read.definition));
    for (field, value) in &object(v1()) {
        assert_eq!(&written[field], value, "{field} is still where it was");
    }
    assert_eq!(written["data"]["description"], "d");
    assert_eq!(written["spec"], "chara_card_v2");
}

#[test]
fn cards_come_back_field_for_field_inside_a_png() {
    let kept = pngs::text("parameters", b"steps: 20");
    let foreign = pngs::chunk(*b"prVt", b"\0\x01\x02");
    for (card, keyword) in [(v2(), "chara"), (v3(), "ccv3")] {
        let png = pngs::with_chunks(
            &[foreign.clone(), pngs::text(keyword, &pngs::base64(&bytes(&card)))],
            &[kept.clone(), pngs::text("chara-ext-asset_:a/b", b"AAAA")],
        );
        let read = formats::read(&png).unwrap();
        let bare = pngs::with_chunks(std::slice::from_ref(&foreign), std::slice::from_ref(&kept));
        let picture = Picture::from_bytes(bare).unwrap();
        assert_eq!(
            read.definition.avatar,
            Some(Avatar::Kept(picture)),
            "nothing of the card in it"
        );
        let written = card::write_png(&read.definition, None);
        assert_eq!(plain(&inside(&written, keyword).unwrap()), card);
        assert_eq!(plain(&inside(&written, "chara").unwrap())["data"], card["data"]);
        let kinds: Vec<String> = pngs::chunks(&written).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(&kinds[..4], ["IHDR", "prVt", "IDAT", "tEXt"]);
        assert_eq!(formats::read(&written).unwrap().definition, read.definition);
    }
}

#[test]
fn the_newer_card_counts_where_there_are_two() {
    let mut older = v2();
    older["data"]["name"] = "Wrong".into();
    let png = pngs::with_chunks(
        &[
            pngs::text("chara", &pngs::base64(&bytes(&older))),
            pngs::text("ccv3", &pngs::base64(&bytes(&v3()))),
        ],
        &[],
    );
    assert_eq!(card::read(&png).unwrap().definition.display_name.as_str(), "Lilith");
}

#[test]
fn packed_texts_are_read_too() {
    let card = pngs::base64(&bytes(&v2()));
    let packed = [b"chara\0\0", &pngs::zlib(&card)[..]].concat();
    let international = [b"chara\0\x01\0de\0Karte\0", &pngs::zlib(&card)[..]].concat();
    let plain = [b"chara\0\0\0\0\0", &card[..]].concat();
    for chunk in [
        pngs::chunk(*b"zTXt", &packed),
        pngs::chunk(*b"iTXt", &international),
        pngs::chunk(*b"iTXt", &plain),
        pngs::text("chara", &bytes(&v2())),
    ] {
        let read = card::read(&pngs::with_chunks(&[], &[chunk])).unwrap();
        assert_eq!(read.definition.display_name.as_str(), "Lilith");
    }
}

#[test]
fn a_changed_prompt_goes_back_to_the_fields_it_came_from() {
    let read = card::read(&bytes(&v2())).unwrap().definition;
    let mut changed = read.clone();
    changed.system_prompt = read.system_prompt.replace("A bar.", "A ship.");
    let written = plain(&card::write_json(&changed));
    let mut wanted = v2();
    wanted["data"]["scenario"] = "A ship.".into();
    assert_eq!(written, wanted, "`{{original}}` is still there, and nothing else has changed");

    let anew = Definition { system_prompt: "You are new.".into(), ..read };
    let written = plain(&card::write_json(&anew));
    let texts = ["system_prompt", "description", "personality", "post_history_instructions"];
    assert_eq!(texts.map(|text| written["data"][text].clone()), ["You are new.", "", "", ""]);
    assert_eq!(written["data"]["first_mes"], "Hello.");
}

#[test]
fn another_name_is_written_wherever_the_old_one_stood() {
    let mut old = v2();
    old["name"] = "Lilith".into();
    let read = card::read(&bytes(&old)).unwrap().definition;
    let renamed = Definition { display_name: named("Lily"), ..read };
    let written = plain(&card::write_json(&renamed));
    assert_eq!((&written["name"], &written["data"]["name"]), (&json!("Lily"), &json!("Lily")));
}

#[test]
fn another_troupe_reads_everything() {
    let with = |avatar| Definition { avatar, ..full() };
    let webp =
        Picture::from_bytes(b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0".to_vec());
    let at = Avatar::At("https://a.example/x.png".into());
    for definition in [full(), with(None), with(Some(Avatar::Kept(webp.unwrap()))), with(Some(at))]
    {
        for written in [
            card::write_json(&definition),
            card::write_png(&definition, None),
            card::write_png(&with(None), None),
        ] {
            let mut read = formats::read(&written).unwrap();
            assert!(read.definition.custom_fields.remove(KEPT).is_some());
            assert_eq!(read.notes, []);
            let wanted = read.definition.avatar.clone().or_else(|| definition.avatar.clone());
            assert_eq!(Definition { avatar: wanted, ..read.definition }, definition);
        }
    }
    // what somebody spoilt is left out, and said
    let mut spoilt: Value = serde_json::from_slice(&card::write_json(&full())).unwrap();
    spoilt["data"]["extensions"]["troupe"]["model"]["temperature"] = json!(9);
    let read = card::read(&bytes(&spoilt)).unwrap();
    assert_eq!(read.notes, [Note::SettingsLeftOut]);
    assert_eq!(read.definition.system_prompt, full().system_prompt);
}

#[test]
fn pictures_that_a_card_names_are_found() {
    let mut card = v3();
    card["avatar"] = "none".into();
    assert_eq!(card::read(&bytes(&card)).unwrap().definition.avatar, None);
    card["data"]["assets"] = json!([
        { "type": "background", "uri": "https://a.example/b.png", "name": "main", "ext": "png" },
        { "type": "icon", "uri": "https://a.example/other.png", "name": "other", "ext": "png" },
        { "type": "icon", "uri": "https://a.example/main.png", "name": "main", "ext": "png" },
    ]);
    let at = Avatar::At("https://a.example/main.png".into());
    assert_eq!(card::read(&bytes(&card)).unwrap().definition.avatar, Some(at));
    let data = String::from_utf8(pngs::base64(&pngs::picture())).unwrap();
    card["data"]["assets"][2]["uri"] = format!("data:image/png;base64,{data}").into();
    let picture = Picture::from_bytes(pngs::picture()).unwrap();
    assert_eq!(card::read(&bytes(&card)).unwrap().definition.avatar, Some(Avatar::Kept(picture)));
}

#[test]
fn what_can_not_be_a_card_is_told() {
    let refused = |card: &Value| card::read(&bytes(card)).unwrap_err().to_string();
    let mut card = v2();
    card["data"]["name"] = "@everyone".into();
    assert_eq!(refused(&card), format!("the name can't be used: {}", NameProblem::LikeAMention));
    card["data"]["name"] = json!(7);
    assert_eq!(refused(&card), "the field `name` must be a text");
    let mut card = v2();
    card["data"]["scenario"] = json!(["x"]);
    assert_eq!(refused(&card), "the field `scenario` must be a text");
    assert_eq!(
        card::read(b"[]").unwrap_err().to_string(),
        "the JSON is not an object: it has to begin with {"
    );
    assert_eq!(card::read(&pngs::picture()), Err(FileProblem::NoCard));
    let damaged = pngs::with_chunks(&[], &[pngs::text("chara", b"\xff\xfe")]);
    assert_eq!(card::read(&damaged), Err(FileProblem::Base64));
    let mut newer = v3();
    newer["spec_version"] = "3.1".into();
    assert_eq!(card::read(&bytes(&newer)).unwrap().notes, [Note::Newer]);
}

/// Texts that look like what we write ourselves, and others.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[^\\x00]{0,20}",
        2 => "(a|\n|\n\n|## |Description|Personality|Scenario|\\{\\{original\\}\\}| ){0,8}",
    ]
}

fn any_card() -> impl Strategy<Value = Value> {
    let texts = prop::array::uniform6(any_text());
    let others = || prop::collection::btree_map("[a-z_]{7,12}", any_json(), 0..5);
    (texts, others(), others(), any::<bool>()).prop_map(|(texts, data, root, is_v3)| {
        let fields = [
            "system_prompt",
            "description",
            "personality",
            "scenario",
            "mes_example",
            "post_history_instructions",
        ];
        let mut data: Map<String, Value> = data.into_iter().collect();
        data.extend(
            fields.iter().zip(texts).map(|(field, text)| ((*field).to_owned(), text.into())),
        );
        data.insert("name".into(), "Ada".into());
        data.insert("extensions".into(), json!({ "other": 1 }));
        let mut card: Map<String, Value> = root.into_iter().collect();
        card.insert("spec".into(), if is_v3 { "chara_card_v3" } else { "chara_card_v2" }.into());
        card.insert("spec_version".into(), if is_v3 { "3.0" } else { "2.0" }.into());
        card.insert("data".into(), data.into());
        Value::Object(card)
    })
}

proptest! {
    #[test]
    fn any_card_survives(card in any_card(), prompt in any_text()) {
        let Ok(read) = card::read(&bytes(&card)) else {
            // all of its texts are empty
            return Ok(());
        };
        prop_assert_eq!(plain(&card::write_json(&read.definition)), card);
        let png = card::write_png(&read.definition, None);
        prop_assert_eq!(formats::read(&png).unwrap().definition, read.definition.clone());
        // in a card this stands for somebody else's prompt
        let prompt = prompt.replace("{{original}}", "");
        prop_assume!(!prompt.trim().is_empty());
        let changed = Definition { system_prompt: prompt, ..read.definition };
        let again = card::read(&card::write_json(&changed)).unwrap();
        prop_assert_eq!(again.definition.system_prompt, changed.system_prompt);
    }
}
