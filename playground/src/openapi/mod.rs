//! Checks of REST traffic against Discord's own `OpenAPI` document.
//!
//! Our local Discord and our bot could agree on a mistake. Discord publishes a description of its API
//! (`discord/discord-api-spec` on GitHub); what a [`Document`] of it has no objection to, the real
//! Discord knows as well. It misses some limits, which the local Discord enforces itself.

mod fields;
mod operation;
mod query;

use std::{
    collections::HashMap,
    fmt, fs, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{Draft, Registry, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Value, json};

use self::operation::{Operation, Operations};
use crate::discord::Exchange;

/// The name under which the document refers to itself.
const NAME: &str = "urn:discord";

/// Discord's `OpenAPI` document, ready to check with.
pub struct Document {
    content: Arc<Value>,
    operations: Operations,
    registry: Registry<'static>,
    /// Compiled when first needed, by JSON pointer.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// The document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file, or it can't be read.
    #[error("the OpenAPI document can't be read")]
    File(#[from] io::Error),
    /// It is no JSON.
    #[error("the OpenAPI document is no JSON")]
    Json(#[from] serde_json::Error),
    /// Its schemas refer to what is not there.
    #[error("the OpenAPI document's schemas don't hold together: {0}")]
    Schemas(String),
}

/// What to check, beyond that a request is one that Discord describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Also that every field of a body has a name that the document knows.
    pub strict: bool,
    /// Also the answers.
    pub responses: bool,
}

/// Something that the document objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub about: About,
    /// The operation's name in the document, or method and path if it has none there.
    pub operation: String,
    /// The objection.
    pub message: String,
}

/// The parts of an exchange that there can be a problem with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// No such method and path.
    Route,
    /// A query parameter.
    Query,
    /// The request's body.
    Body,
    /// A field of the request's body that nobody knows.
    UnknownField,
    /// The answer.
    Response,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:?}] {}: {}", self.about, self.operation, self.message)
    }
}

impl Document {
    /// Reads the document.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let content: Value = serde_json::from_slice(&fs::read(path)?)?;
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(NAME, content.clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| LoadError::Schemas(error.to_string()))?;
        let operations = Operations::of(&content);
        Ok(Self { content: Arc::new(content), operations, registry, validators: Mutex::default() })
    }

    /// Checks one request, and its answer if asked to.
    #[must_use]
    pub fn check(&self, exchange: &Exchange, checks: Checks) -> Vec<Problem> {
        let path = exchange.path.strip_prefix("/api/v10").unwrap_or(&exchange.path);
        let Some(operation) = self.operations.find(&exchange.method, path) else {
            let operation = format!("{} {path}", exchange.method);
            return vec![Problem {
                about: About::Route,
                operation,
                message: "it is not in the document".to_owned(),
            }];
        };
        let mut found = Vec::new();
        let mut note = |about, message| {
            found.push(Problem { about, operation: operation.name.clone(), message });
        };
        for message in self.check_query(operation, exchange.query.as_deref().unwrap_or_default()) {
            note(About::Query, message);
        }
        if let Some(message) = self.check_body(operation, exchange) {
            note(About::Body, message);
        }
        if checks.strict
            && let Some(schema) = operation.body_schema(&self.content, exchange)
        {
            for field in fields::unknown(&self.content, &schema, &exchange.body) {
                note(About::UnknownField, field);
            }
        }
        if checks.responses && !exchange.fault {
            self.check_response(operation, exchange)
                .into_iter()
                .for_each(|message| note(About::Response, message));
        }
        found
    }

    fn check_body(&self, operation: &Operation, exchange: &Exchange) -> Option<String> {
        if exchange.body.is_null() {
            return operation.needs_body(&self.content).then(|| "a body is required".to_owned());
        }
        let Some(pointer) = operation.body_pointer(&self.content, exchange) else {
            return Some(format!("content type {:?} is not allowed", exchange.content_type));
        };
        self.objection(&pointer, &as_discord_reads(exchange))
    }

    fn check_response(&self, operation: &Operation, exchange: &Exchange) -> Option<String> {
        let Some(pointer) = operation.response_pointer(&self.content, exchange.status) else {
            return Some(format!("status {} is not described", exchange.status));
        };
        let schema = format!("{pointer}/content/application~1json/schema");
        self.content.pointer(&schema)?;
        self.objection(&schema, &exchange.response)
            .map(|message| format!("{} {message}", exchange.status))
    }

    /// What the schema at this place objects to in a value.
    fn objection(&self, pointer: &str, value: &Value) -> Option<String> {
        let validator = match self.validator(pointer) {
            Ok(validator) => validator,
            Err(message) => return Some(message),
        };
        validator.validate(value).err().map(|error| describe(&error))
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = validators.get(pointer) {
            return Ok(Arc::clone(known));
        }
        // braces of path templates are no characters of a URI
        let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
        let schema = json!({"$ref": format!("{NAME}#{fragment}")});
        let options =
            jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
        let validator = Arc::new(options.build(&schema).map_err(|error| error.to_string())?);
        validators.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// The body, but for the one thing in which Discord is known to be kinder than its document: the
/// `id` of an attachment that comes with the request may be a number.
fn as_discord_reads(exchange: &Exchange) -> Value {
    let mut body = exchange.body.clone();
    for place in ["/attachments", "/data/attachments"] {
        let listed = body.pointer_mut(place).and_then(Value::as_array_mut);
        for id in listed.into_iter().flatten().filter_map(|one| one.get_mut("id")) {
            if let Value::Number(number) = id {
                *id = Value::String(number.to_string());
            }
        }
    }
    body
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
