//! An event as one line of JSON that reads alone.
//!
//! The fields of the spans around it are written with its own, flat, the innermost winning: who
//! finds one line by its `request.id` needs no other. Time, level, target and message come first.

use std::{collections::BTreeMap, fmt};

use serde::ser::{SerializeMap, Serializer as _};
use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::{LookupSpan, Scope},
};

/// Names that a field can't take, because they come first in every line.
const FIRST: [&str; 4] = ["timestamp", "level", "target", "message"];

pub(super) struct JsonLines;

impl<S> FormatEvent<S, JsonFields> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            let extensions = span.extensions();
            let formatted = extensions.get::<FormattedFields<JsonFields>>();
            let parsed = formatted.and_then(|f| serde_json::from_str(f.as_str()).ok());
            fields.0.extend(parsed.into_iter().flat_map(|map: BTreeMap<String, Value>| map));
        }
        event.record(&mut fields);
        let message = fields.0.remove("message").unwrap_or_default();
        let (level, target) = (event.metadata().level(), event.metadata().target());
        // events of the `log` crate carry where they come from as a field
        let logged = fields.0.remove("log.target");
        fields.0.retain(|name, _| !name.starts_with("log.") && !FIRST.contains(&name.as_str()));
        let target = logged.as_ref().and_then(Value::as_str).unwrap_or(target);
        let line = write_line(&now(), level.as_str(), target, &message, &fields.0);
        writeln!(writer, "{}", line.map_err(|_| fmt::Error)?)
    }
}

/// The line that says how many others are missing, as JSON.
pub(super) fn lost_lines_json(lost: u64) -> String {
    let fields = BTreeMap::from([("lines.lost".to_owned(), Value::from(lost))]);
    let message = Value::from("log lines were lost: they came faster than they could be written");
    write_line(&now(), "WARN", module_path!(), &message, &fields).unwrap_or_default()
}

/// The same as text.
pub(super) fn lost_lines_text(lost: u64) -> String {
    format!(
        "{}  WARN {lost} log lines were lost: they came faster than they could be written",
        now()
    )
}

fn write_line(
    timestamp: &str,
    level: &str,
    target: &str,
    message: &Value,
    fields: &BTreeMap<String, Value>,
) -> Result<String, serde_json::Error> {
    let mut line = Vec::with_capacity(256);
    let mut json = serde_json::Serializer::new(&mut line);
    let mut map = json.serialize_map(None)?;
    map.serialize_entry("timestamp", timestamp)?;
    map.serialize_entry("level", level)?;
    map.serialize_entry("target", target)?;
    map.serialize_entry("message", message)?;
    for (name, value) in fields {
        map.serialize_entry(name, value)?;
    }
    map.end()?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn now() -> String {
    let mut text = String::new();
    // a time that can't be told is an empty one
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

#[derive(Default)]
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().trim_start_matches("r#").to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
