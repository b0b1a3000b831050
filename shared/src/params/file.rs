use serde_json::Value;

use super::{
    AdvancedParameters, ParameterIssue, ParameterProblem,
    value::{self, Problems},
};
use crate::model::ModelId;

/// All parameters of a call in one object, as people keep them in a file: the advanced ones, and
/// those that a personality has settings of their own for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterFile {
    /// The model they are meant for.
    pub model: Option<ModelId>,
    /// 0 to 2.
    pub temperature: Option<f64>,
    /// 0 to 1.
    pub top_p: Option<f64>,
    /// 1 or more.
    pub max_tokens: Option<i64>,
    /// The others.
    pub advanced: AdvancedParameters,
}

impl ParameterFile {
    /// Reads the object, or says all that is wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, Vec<ParameterProblem>> {
        let Value::Object(fields) = json else {
            return Err(vec![ParameterProblem::new("", ParameterIssue::WrongType("an object"))]);
        };
        let mut problems = Problems::new();
        let mut advanced = fields.clone();
        let mut own = |name| advanced.remove(name).filter(|value| !value.is_null());
        let model = own("model").and_then(|value| model(&value, &mut problems));
        let temperature = own("temperature")
            .and_then(|value| value::number("temperature", &value, (0.0, 2.0), &mut problems));
        let top_p = own("top_p")
            .and_then(|value| value::number("top_p", &value, (0.0, 1.0), &mut problems));
        let max_tokens = own("max_tokens")
            .and_then(|value| value::whole("max_tokens", &value, (1, i64::MAX), &mut problems))
            .and_then(|value| value.as_i64());
        let advanced = match AdvancedParameters::from_json(&Value::Object(advanced)) {
            Ok(advanced) => advanced,
            Err(others) => {
                problems.extend(others);
                AdvancedParameters::default()
            }
        };
        if let Some(max_tokens) = max_tokens {
            problems.extend(advanced.check_budget(max_tokens).err());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let number = |value: Option<Value>| value.and_then(|value| value.as_f64());
        let (temperature, top_p) = (number(temperature), number(top_p));
        Ok(Self { model, temperature, top_p, max_tokens, advanced })
    }
}

fn model(value: &Value, problems: &mut Problems) -> Option<ModelId> {
    match value.as_str().map(ModelId::parse) {
        Some(Ok(id)) => Some(id),
        _ => value::refuse(
            "model",
            ParameterIssue::Malformed("is no model id like `author/model`"),
            problems,
        ),
    }
}
