//! A large document of JSON schemas, of which few are ever needed: each is compiled when it first is.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{Draft, Registry, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Value, json};

use super::LoadError;

/// The name under which a document refers to itself.
const NAME: &str = "urn:discord";

/// The schemas of one document.
pub(super) struct Schemas {
    draft: Draft,
    registry: Registry<'static>,
    /// By JSON pointer.
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(super) fn of(document: &Value, draft: Draft) -> Result<Self, LoadError> {
        let registry = Registry::new()
            .draft(draft)
            .add(NAME, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| LoadError::Schemas(error.to_string()))?;
        Ok(Self { draft, registry, compiled: Mutex::default() })
    }

    /// What the schema at this place of the document objects to in a value.
    pub(super) fn objection(&self, pointer: &str, value: &Value) -> Option<String> {
        let validator = match self.validator(pointer) {
            Ok(validator) => validator,
            Err(message) => return Some(message),
        };
        validator.validate(value).err().map(|error| describe(&error))
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(pointer) {
            return Ok(Arc::clone(known));
        }
        let schema = json!({"$ref": format!("{NAME}#{}", as_fragment(pointer))});
        let options = jsonschema::options().with_draft(self.draft).with_registry(&self.registry);
        let validator = Arc::new(options.build(&schema).map_err(|error| error.to_string())?);
        compiled.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// A pointer as the end of a URI: braces of path templates and brackets of generic types may not
/// stand there as they are.
fn as_fragment(pointer: &str) -> String {
    pointer.bytes().fold(String::new(), |mut fragment, byte| {
        if byte.is_ascii_alphanumeric() || b"/~-._".contains(&byte) {
            fragment.push(char::from(byte));
        } else {
            // writing to a string does not fail
            let _infallible = write!(fragment, "%{byte:02X}");
        }
        fragment
    })
}

/// An objection in words. Of alternatives that all failed, the one that failed least is described.
fn describe(error: &ValidationError<'_>) -> String {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } =
        error.kind()
    {
        let closest =
            context.iter().filter(|branch| !branch.is_empty()).min_by_key(|branch| branch.len());
        if let Some(error) = closest.and_then(|branch| branch.first()) {
            return describe(error);
        }
    }
    let message: String = error.to_string().chars().take(200).collect();
    format!("{}: {message}", error.instance_path())
}
