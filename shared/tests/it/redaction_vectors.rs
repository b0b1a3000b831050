//! The vectors of the published list of secret shapes, all of them.

use serde_json::Value;
use shared::telemetry::Redactor;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/secret-vectors.json");

fn joined(parts: &Value) -> String {
    parts.as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect()
}

fn texts<'v>(vector: &'v Value, field: &str) -> Vec<&'v str> {
    vector[field].as_array().into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn every_published_vector_holds() {
    let Ok(text) = std::fs::read_to_string(VECTORS) else {
        println!("left out: the published vectors are not beside this workspace");
        return;
    };
    let published: Value = serde_json::from_str(&text).unwrap();
    let redactor = Redactor::default();
    let (mut gone, mut kept, mut in_part) = (0, 0, 0);
    for vector in published["vectors"].as_array().unwrap() {
        let text = joined(&vector["parts"]);
        let redacted = redactor.redact(&text);
        let note = vector["note"].as_str().unwrap();
        for secret in texts(vector, "must_not_contain") {
            assert!(!redacted.contains(secret), "{note}");
        }
        for context in texts(vector, "must_contain") {
            assert!(redacted.contains(context), "{note}: {redacted}");
        }
        if vector["unchanged"] == true {
            assert_eq!(redacted, text, "{note}");
            kept += 1;
        } else {
            assert_ne!(redacted, text, "{note}");
            let partial = vector["partial"] == true;
            (gone, in_part) = (gone + usize::from(!partial), in_part + usize::from(partial));
        }
        assert_eq!(redactor.redact(&redacted), redacted, "{note}: twice is once");
    }
    // so that a change of the file, or of this filter, is noticed
    assert_eq!((gone, kept, in_part), (26, 10, 1));
}
