//! Checks of REST traffic against Discord's own `OpenAPI` document.
//!
//! Discord publishes a description of its API: `discord/discord-api-spec` on GitHub.

mod fields;
mod kindness;
mod operation;
mod query;

use std::{fs, path::Path, sync::Arc};

use jsonschema::Draft;
use serde_json::Value;

use self::operation::{Operation, Operations};
use super::{About, LoadError, Problem, schemas::Schemas};
use crate::discord::Exchange;

/// Discord's `OpenAPI` document, ready to check with.
pub struct Document {
    content: Arc<Value>,
    operations: Operations,
    schemas: Schemas,
}

/// What to check, beyond that a request is one that Discord describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Also that every field of a body has a name that the document knows.
    pub strict: bool,
    /// Also the answers.
    pub responses: bool,
}

impl Document {
    /// Reads the document.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let mut content: Value = serde_json::from_slice(&fs::read(path)?)?;
        kindness::know_forwards(&mut content);
        let schemas = Schemas::of(&content, Draft::Draft202012)?;
        let operations = Operations::of(&content);
        Ok(Self { content: Arc::new(content), operations, schemas })
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
            let unknown = fields::unknown(&self.content, &schema, &exchange.body);
            for field in unknown.into_iter().filter(|field| !kindness::is_documented(field)) {
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
        self.schemas.objection(&pointer, &kindness::as_discord_reads(&exchange.body))
    }

    fn check_response(&self, operation: &Operation, exchange: &Exchange) -> Option<String> {
        let Some(pointer) = operation.response_pointer(&self.content, exchange.status) else {
            return Some(format!("status {} is not described", exchange.status));
        };
        let schema = format!("{pointer}/content/application~1json/schema");
        self.content.pointer(&schema)?;
        self.schemas
            .objection(&schema, &kindness::as_documented(&exchange.response))
            .map(|message| format!("{} {message}", exchange.status))
    }
}
