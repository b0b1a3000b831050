use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    formats::{self, FileKind, FileProblem, JsonProblem, Note, file},
    personality::{Avatar, Definition, NameProblem},
};

use super::{any_json, full, named, object};

fn changed(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Vec<u8> {
    let mut fields = object(serde_json::from_slice(&file::to_json(&full())).unwrap());
    change(&mut fields);
    serde_json::to_vec(&fields).unwrap()
}

fn refused(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    file::from_json(&changed(change)).unwrap_err().to_string()
}

#[test]
fn everything_comes_back() {
    for avatar in [full().avatar, None, Some(Avatar::At("https://a.example/x.png".into()))] {
        let definition = Definition { avatar, ..full() };
        assert_eq!(file::from_json(&file::to_json(&definition)).unwrap(), definition);
        let read = formats::read(&file::to_json(&definition)).unwrap();
        assert_eq!((read.kind, read.notes), (FileKind::Own, vec![]));
    }
    let least = Definition::new(named("Ada"), "You are Ada.");
    assert_eq!(file::from_json(&file::to_json(&least)).unwrap(), least);
    let shortest =
        br#"{"format":"troupe-personality","name":"Ada","system_prompt":"You are Ada."}"#;
    assert_eq!(file::from_json(shortest).unwrap(), least);
}

#[test]
fn a_newer_versions_fields_are_kept_and_written_again() {
    let newer = changed(|fields| {
        fields.insert("version".into(), 2.into());
        fields.insert("voice".into(), json!({ "pitch": 1.5 }));
        fields["model"]["patience"] = json!([1, null]);
    });
    let read = formats::read(&newer).unwrap();
    assert_eq!(read.notes, [Note::Newer]);
    assert_eq!(
        Definition { custom_fields: full().custom_fields, ..read.definition.clone() },
        full()
    );
    let written: Value = serde_json::from_slice(&file::to_json(&read.definition)).unwrap();
    assert_eq!(written["voice"], json!({ "pitch": 1.5 }));
    assert_eq!(written["model"]["patience"], json!([1, null]));
    assert_eq!(written["custom_fields"], Value::Object(full().custom_fields));
    assert_eq!(file::from_json(&file::to_json(&read.definition)).unwrap(), read.definition);
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(
        refused(|fields| fields["name"] = "discord mod".into()),
        format!("the name can't be used: {}", NameProblem::Reserved)
    );
    assert!(refused(|fields| fields["aliases"] = json!(["fine", ""])).starts_with("the alias 2"));
    assert_eq!(
        refused(|fields| fields["public"] = "yes".into()),
        "the field `public` must be true or false"
    );
    assert!(refused(|fields| fields["birthday"] = "02-30".into()).contains("not a day"));
    assert!(
        refused(|fields| fields["model"]["provider"] = "acme.example".into()).contains("provider")
    );
    assert!(
        refused(|fields| fields["model"]["model"] = "https://evil.example/x".into())
            .contains("no address")
    );
    assert_eq!(
        refused(|fields| {
            fields["model"]["temperature"] = json!(2.5);
            fields["model"]["max_roles_per_message"] = json!(21);
        }),
        "temperature has to be 0–2; max_roles_per_message has to be 1–20"
    );
    let told =
        refused(|fields| fields["model"]["advanced_parameters"] = json!({ "top_k": -1, "foo": 1 }));
    assert!(told.contains("top_k") && told.contains("foo"), "{told}");
    assert!(
        refused(|fields| fields["avatar"] = json!({ "url": "http://a.example" }))
            .contains("https://")
    );
    let no_picture = json!({ "type": "image/png", "data": "AAAA" });
    assert!(refused(|fields| fields["avatar"] = no_picture).contains("no PNG"));
    assert!(refused(|fields| fields["avatar"] = json!({ "data": "§" })).contains("avatar.data"));
    assert_eq!(file::from_json(b"{}"), Err(FileProblem::Unknown));
    assert_eq!(
        file::from_json(b"{\"format\":\n \"troupe-personality\",,}"),
        Err(JsonProblem::Malformed { line: 2, column: 23 }.into())
    );
}

proptest! {
    #[test]
    fn custom_fields_of_any_kind_survive(fields in prop::collection::btree_map("[a-z]{1,8}", any_json(), 0..6)) {
        let definition = Definition { custom_fields: fields.into_iter().collect(), ..full() };
        prop_assert_eq!(file::from_json(&file::to_json(&definition)).unwrap(), definition);
    }
}
