//! Recorded provider traffic, and a little of our own making.
//!
//! The recordings lie beside the repository and are left out where they are missing; the ones in
//! `tests/fixtures` are always there, in the same format.

use std::path::Path;

use serde_json::Value;

/// One answer of a provider.
pub(crate) struct Fixture {
    pub(crate) file: String,
    pub(crate) wire: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What a stream says.
    pub(crate) expected: Option<Value>,
    /// What an error means.
    pub(crate) expect: Option<Value>,
}

/// Fixtures of one origin.
pub(crate) struct Set {
    pub(crate) is_recorded: bool,
    pub(crate) fixtures: Vec<Fixture>,
}

/// Our own fixtures, and the recorded ones where they are.
pub(crate) fn sets() -> Vec<Set> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sets =
        vec![Set { is_recorded: false, fixtures: load(&crate_dir.join("tests/fixtures")) }];
    let recorded = crate_dir.join("../../shared/data/provider-fixtures");
    if recorded.join("INDEX.json").exists() {
        sets.push(Set { is_recorded: true, fixtures: load(&recorded) });
    } else {
        println!("left out: the recorded fixtures are not here");
    }
    sets
}

fn load(dir: &Path) -> Vec<Fixture> {
    let index = std::fs::read(dir.join("INDEX.json")).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    index.iter().map(|entry| fixture(dir, entry)).collect()
}

fn fixture(dir: &Path, entry: &Value) -> Fixture {
    let file = entry["file"].as_str().unwrap();
    let headers = entry["headers"].as_object().unwrap();
    Fixture {
        file: file.to_owned(),
        wire: entry["wire"].as_str().unwrap().to_owned(),
        status: entry["status"].as_u64().unwrap().try_into().unwrap(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        body: std::fs::read(dir.join(file)).unwrap(),
        expected: entry.get("expected").cloned(),
        expect: entry.get("expect").cloned(),
    }
}
