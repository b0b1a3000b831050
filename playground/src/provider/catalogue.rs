//! The models that the stand-in lists, as OpenRouter lists its own.

use axum::{
    body::Body,
    http::{HeaderValue, Response, header},
};
use serde_json::{Value, json};

use super::{Api, Refusal};

/// A model as the list tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedModel {
    /// `author/slug`, with a variant such as `:free` at times.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How many tokens it reads and writes together.
    pub context_length: u64,
    /// How many it writes at most, if that is told.
    pub max_output: Option<u64>,
    /// Dollars for a token read, a decimal text; `-1` if that varies.
    pub prompt_price: String,
    /// Dollars for a token written.
    pub completion_price: String,
    /// Whether it reads pictures, too.
    pub reads_images: bool,
    /// Whether and how it reasons.
    pub reasoning: Option<Reasoning>,
    /// The parameters that it takes.
    pub parameters: Vec<String>,
    /// The day after which it is gone: `2026-12-31`.
    pub expires: Option<String>,
}

/// How a model reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// It can't be told not to.
    pub mandatory: bool,
    /// It does unless it is told not to, if that is told.
    pub by_default: Option<bool>,
    /// How hard it can be told to think; none if only a budget is taken, or neither.
    pub efforts: Vec<String>,
}

/// What every model takes.
const USUAL: [&str; 4] = ["max_tokens", "stop", "temperature", "top_p"];
/// What open models take besides.
const OPEN: [&str; 8] = [
    "frequency_penalty",
    "logit_bias",
    "min_p",
    "presence_penalty",
    "repetition_penalty",
    "response_format",
    "seed",
    "top_k",
];

impl ListedModel {
    /// A model that reads so much, writes a good deal, costs little, and takes what every model takes.
    #[must_use]
    pub fn new(id: &str, name: &str, context_length: u64) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            context_length,
            max_output: Some(16_384),
            prompt_price: "0.00000015".to_owned(),
            completion_price: "0.0000006".to_owned(),
            reads_images: false,
            reasoning: None,
            parameters: USUAL.map(str::to_owned).to_vec(),
            expires: None,
        }
    }

    fn writes(self, most: Option<u64>) -> Self {
        Self { max_output: most, ..self }
    }

    fn costs(self, prompt: &str, completion: &str) -> Self {
        Self { prompt_price: prompt.to_owned(), completion_price: completion.to_owned(), ..self }
    }

    fn reads_images(self) -> Self {
        Self { reads_images: true, ..self }
    }

    fn takes(mut self, more: &[&str]) -> Self {
        self.parameters.extend(more.iter().map(|name| (*name).to_owned()));
        self.parameters.sort();
        self
    }

    fn reasons(self, mandatory: bool, efforts: &[&str]) -> Self {
        let by_default = (!efforts.is_empty()).then_some(true);
        let more: &[&str] = if efforts.is_empty() {
            &["include_reasoning", "reasoning"]
        } else {
            &["include_reasoning", "reasoning", "reasoning_effort"]
        };
        let efforts = efforts.iter().map(|effort| (*effort).to_owned()).collect();
        let reasoning = Some(Reasoning { mandatory, by_default, efforts });
        Self { reasoning, ..self }.takes(more)
    }

    /// The model object of the API.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let inputs: &[&str] = if self.reads_images { &["text", "image"] } else { &["text"] };
        let is_router = self.prompt_price == "-1";
        let context = (!is_router).then_some(self.context_length);
        let mut model = json!({
            "id": self.id, "canonical_slug": self.id, "name": self.name, "created": 1_763_600_000,
            "description": "Answered by the stand-in provider.",
            "context_length": self.context_length,
            "architecture": {
                "modality": format!("{}->text", inputs.join("+")), "input_modalities": inputs,
                "output_modalities": ["text"], "tokenizer": "Other", "instruct_type": null,
            },
            "pricing": {"prompt": self.prompt_price, "completion": self.completion_price},
            "top_provider": {
                "context_length": context, "max_completion_tokens": self.max_output,
                "is_moderated": false,
            },
            "per_request_limits": null, "supported_parameters": self.parameters,
            "default_parameters": {}, "knowledge_cutoff": null, "hugging_face_id": null,
            "supported_voices": null, "expiration_date": self.expires,
            "links": {"details": format!("/api/v1/models/{}/endpoints", self.id)},
        });
        if let Some(reasoning) = &self.reasoning {
            model["reasoning"] = reasoning.to_json();
        }
        model
    }
}

impl Reasoning {
    fn to_json(&self) -> Value {
        let mut reasoning = json!({"mandatory": self.mandatory});
        if let Some(by_default) = self.by_default {
            reasoning["default_enabled"] = json!(by_default);
        }
        if !self.efforts.is_empty() {
            reasoning["supported_efforts"] = json!(self.efforts);
            reasoning["default_effort"] = json!("medium");
        }
        reasoning
    }
}

/// The list, and what is said of it.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(super) models: Vec<ListedModel>,
    /// What was on the list once.
    pub(super) gone: Vec<String>,
    /// The list can't be had.
    pub(super) refusal: Option<Refusal>,
    /// Only models of the list answer, and only to what they can read.
    pub(super) strict: bool,
}

impl Catalogue {
    pub(super) fn new() -> Self {
        Self { models: usual(), gone: Vec::new(), refusal: None, strict: false }
    }

    /// A model of the list. A variant that only routes otherwise (`:nitro`) is the same model.
    fn find(&self, id: &str) -> Option<&ListedModel> {
        let listed = |id: &str| self.models.iter().find(|model| model.id == id);
        let plain = || id.split_once(':').map(|(plain, _)| plain);
        listed(id).or_else(|| listed(plain()?))
    }

    pub(super) fn remove(&mut self, id: &str) {
        let before = self.models.len();
        self.models.retain(|model| model.id != id);
        if self.models.len() < before {
            self.gone.push(id.to_owned());
        }
    }

    /// Why a model does not answer, in OpenRouter's words; none if it does.
    pub(super) fn objection(&self, asked: &Wanted<'_>) -> Option<Refusal> {
        if !self.strict {
            return None;
        }
        let id = asked.model;
        let Some(model) = self.find(id) else {
            if self.gone.iter().any(|gone| gone == id) {
                let message = format!("No endpoints found for {id}.");
                return Some(Refusal::saying(404, &message, Value::Null));
            }
            let message = format!("{id} is not a valid model ID");
            return Some(Refusal::saying(400, &message, Value::Null));
        };
        if asked.has_images && !model.reads_images {
            let message = "No endpoints found that support image input";
            return Some(Refusal::saying(404, message, Value::Null));
        }
        let wanted = asked.prompt_tokens + asked.max_tokens;
        (wanted > model.context_length).then(|| {
            let message = format!(
                "This endpoint's maximum context length is {} tokens. However, you requested about \
                 {wanted} tokens ({} of text input, {} in the output). Please reduce the length of \
                 either one.",
                model.context_length, asked.prompt_tokens, asked.max_tokens
            );
            Refusal::saying(400, &message, Value::Null)
        })
    }

    /// `GET /models`
    pub(super) fn response(&self) -> Response<Body> {
        if let Some(refusal) = &self.refusal {
            return refusal.response(Api::OpenRouter);
        }
        let models: Vec<Value> = self.models.iter().map(ListedModel::to_json).collect();
        let body = json!({
            "data": models, "total_count": models.len(), "links": {"next": null},
        });
        let mut response = Response::new(Body::from(body.to_string()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let for_a_while = HeaderValue::from_static("public, max-age=300");
        headers.insert(header::CACHE_CONTROL, for_a_while);
        response
    }
}

/// What a call wants of a model.
pub(super) struct Wanted<'a> {
    pub(super) model: &'a str,
    pub(super) has_images: bool,
    pub(super) prompt_tokens: u64,
    /// 0 if the call does not say.
    pub(super) max_tokens: u64,
}

/// About a dozen, as different as real ones.
fn usual() -> Vec<ListedModel> {
    let model = ListedModel::new;
    let closed = ["response_format", "structured_outputs", "tools"];
    vec![
        model("stand-in/chatter", "Chatter (the stand-in)", 128_000),
        model("openai/gpt-4o-mini", "OpenAI: GPT-4o-mini", 128_000)
            .takes(&["frequency_penalty", "logit_bias", "presence_penalty", "seed"])
            .takes(&closed)
            .reads_images(),
        ListedModel {
            // the temperature of a model that must reason is its own affair
            parameters: vec!["max_tokens".to_owned(), "seed".to_owned()],
            ..model("openai/gpt-5-mini", "OpenAI: GPT-5 Mini", 400_000)
        }
        .takes(&closed)
        .takes(&["verbosity"])
        .writes(Some(128_000))
        .costs("0.00000025", "0.000002")
        .reads_images()
        .reasons(true, &["high", "medium", "low", "minimal"]),
        model("anthropic/claude-sonnet-4.5", "Anthropic: Claude Sonnet 4.5", 1_000_000)
            .takes(&["tools", "top_k"])
            .writes(Some(64_000))
            .costs("0.000003", "0.000015")
            .reads_images()
            .reasons(false, &[]),
        model("anthropic/claude-haiku-4.5", "Anthropic: Claude Haiku 4.5", 200_000)
            .takes(&["tools", "top_k"])
            .writes(Some(64_000))
            .costs("0.000001", "0.000005")
            .reads_images()
            .reasons(false, &[]),
        model("google/gemini-2.5-flash", "Google: Gemini 2.5 Flash", 1_048_576)
            .takes(&["response_format", "seed", "tools"])
            .writes(Some(65_535))
            .costs("0.0000003", "0.0000025")
            .reads_images()
            .reasons(false, &[]),
        model("deepseek/deepseek-r1-0528", "DeepSeek: R1 0528", 163_840)
            .takes(&OPEN)
            .writes(Some(32_768))
            .costs("0.0000005", "0.00000215")
            .reasons(true, &[]),
        model("qwen/qwen3-32b", "Qwen: Qwen3 32B", 40_960)
            .takes(&OPEN)
            .writes(None)
            .costs("0.00000008", "0.00000024")
            .reasons(false, &["high", "medium", "low"]),
        model("meta-llama/llama-3.3-70b-instruct", "Meta: Llama 3.3 70B Instruct", 131_072)
            .takes(&OPEN)
            .takes(&["top_a"])
            .costs("0.0000001", "0.00000032"),
        model(
            "meta-llama/llama-3.3-70b-instruct:free",
            "Meta: Llama 3.3 70B Instruct (free)",
            65_536,
        )
        .takes(&OPEN)
        .writes(None)
        .costs("0", "0"),
        model("mistralai/mistral-small-3.2-24b-instruct", "Mistral: Mistral Small 3.2", 131_072)
            .takes(&OPEN)
            .costs("0.000000075", "0.0000002")
            .reads_images(),
        model("gryphe/mythomax-l2-13b", "MythoMax 13B", 4_096)
            .takes(&OPEN)
            .takes(&["top_a"])
            .writes(Some(4_096))
            .costs("0.00000006", "0.00000006"),
        ListedModel {
            expires: Some("2027-01-31".to_owned()),
            ..model("cohere/command-r-08-2024", "Cohere: Command R (08-2024)", 128_000)
        }
        .takes(&["frequency_penalty", "presence_penalty", "seed", "top_k"])
        .writes(Some(4_000)),
        model("openrouter/auto", "Auto Router", 2_000_000)
            .takes(&OPEN)
            .takes(&["top_a"])
            .writes(None)
            .costs("-1", "-1")
            .reads_images()
            .reasons(false, &[]),
    ]
}
