//! The document's operations, and where in it their schemas stand.

use serde_json::Value;

use crate::discord::Exchange;

/// All operations.
pub(super) struct Operations(Vec<Operation>);

/// A method on a path.
pub(super) struct Operation {
    /// Its `operationId`.
    pub(super) name: String,
    method: String,
    /// The path's segments; `None` stands for any.
    template: Vec<Option<String>>,
    /// Where it stands in the document.
    pub(super) pointer: String,
    /// Where its path's item stands.
    pub(super) path_pointer: String,
}

impl Operations {
    pub(super) fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let mut operations: Vec<Operation> =
            paths.flat_map(|(path, item)| Operation::of_path(path, item)).collect();
        // literal segments win over placeholders: `@original` before `{message_id}`
        operations.sort_by_key(|operation| {
            operation.template.iter().filter(|segment| segment.is_none()).count()
        });
        Self(operations)
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        self.0.iter().find(|operation| operation.method == method && operation.matches(path))
    }
}

impl Operation {
    fn of_path(path: &str, item: &Value) -> Vec<Self> {
        let template: Vec<Option<String>> = path
            .split('/')
            .map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned()))
            .collect();
        let path_pointer = format!("/paths/{}", path.replace('~', "~0").replace('/', "~1"));
        let methods = item.as_object().into_iter().flatten();
        methods
            .filter_map(|(method, operation)| {
                Some(Self {
                    name: operation["operationId"].as_str()?.to_owned(),
                    method: method.to_uppercase(),
                    template: template.clone(),
                    pointer: format!("{path_pointer}/{method}"),
                    path_pointer: path_pointer.clone(),
                })
            })
            .collect()
    }

    fn matches(&self, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |(template, segment): (&Option<String>, &&str)| {
            template.as_ref().map_or(!segment.is_empty(), |literal| literal == segment)
        };
        segments.len() == self.template.len() && self.template.iter().zip(&segments).all(fits)
    }

    /// What stands in the document under this operation.
    pub(super) fn part<'a>(&self, document: &'a Value, path: &str) -> Option<&'a Value> {
        document.pointer(&format!("{}{path}", self.pointer))
    }

    pub(super) fn needs_body(&self, document: &Value) -> bool {
        self.part(document, "/requestBody/required").is_some_and(|required| *required == true)
    }

    /// Where the schema for an exchange's body stands; none if no body may have its content type.
    pub(super) fn body_pointer(&self, document: &Value, exchange: &Exchange) -> Option<String> {
        let pointer = |kind: &str| {
            let path = format!("/requestBody/content/{}/schema", kind.replace('/', "~1"));
            self.part(document, &path).map(|_| format!("{}{path}", self.pointer))
        };
        let kind = exchange.content_type.split(';').next().unwrap_or_default().trim();
        // the JSON of a multipart request is its `payload_json`, described as plain JSON
        let payload =
            (kind == "multipart/form-data").then(|| pointer("application/json")).flatten();
        payload.or_else(|| pointer(kind))
    }

    pub(super) fn body_schema(&self, document: &Value, exchange: &Exchange) -> Option<Value> {
        document.pointer(&self.body_pointer(document, exchange)?).cloned()
    }

    /// Where the description of an answer with this status stands.
    pub(super) fn response_pointer(&self, document: &Value, status: u16) -> Option<String> {
        let responses = self.part(document, "/responses")?;
        let exact = status.to_string();
        let key = if responses.get(&exact).is_some() {
            exact
        } else {
            ((400..500).contains(&status) && responses.get("4XX").is_some())
                .then(|| "4XX".to_owned())?
        };
        let reference =
            responses[&key]["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        Some(reference.map_or_else(|| format!("{}/responses/{key}", self.pointer), str::to_owned))
    }
}
