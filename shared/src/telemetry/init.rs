//! Sets up logging for the process: the one global there is.

use std::{
    any::Any,
    io::{self, IsTerminal},
    panic,
};

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::Targets,
    fmt::{self, format::JsonFields},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use super::{
    Redactor,
    format::{JsonLines, lost_lines_json, lost_lines_text},
    sink::{Drain, Sink},
};
use crate::config::{LogConfig, LogFormat};

/// Days of log files that are kept.
const DAYS: usize = 30;

/// Our own crates, in which `RUST_LOG` decides. All others are capped.
const OURS: [&str; 6] = ["bot", "playground", "shared", "troupe", "worker", PANIC];

/// Crates that print what they send and receive: keys in headers, messages in bodies.
const SILENT: [&str; 8] = [
    "h2",
    "hyper",
    "reqwest",
    "rustls",
    "tokio_rustls",
    "tokio_tungstenite",
    "tungstenite",
    "want",
];

/// Crates whose warnings quote what they could not read; their errors alone pass.
const ERRORS_ONLY: [&str; 2] = ["poise", "serenity"];

/// The target of panics, which are logged whatever the filter.
const PANIC: &str = "panic";

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter can't be understood; `config` checks it beforehand.
    #[error("RUST_LOG can't be understood")]
    Filter,
    /// Make the directory writable, or unset it.
    #[error("LOG_DIR can't be written to")]
    Directory,
    /// The system gives no thread.
    #[error("no thread to write logs in ({0})")]
    Thread(io::ErrorKind),
    /// It was set up before.
    #[error("logging is already set up in this process")]
    Twice,
}

/// Logging lasts as long as this lives. Dropping it writes out what is queued.
#[derive(Debug)]
#[must_use = "dropping it ends logging"]
pub struct TelemetryGuard {
    drains: Vec<Drain>,
}

impl TelemetryGuard {
    /// Log lines that were lost since the start, for the metrics.
    #[must_use]
    pub fn lost_lines(&self) -> u64 {
        self.drains.iter().map(Drain::lost).sum()
    }
}

/// Sends what the process logs to stdout and, with a directory, to a file a day; panics too.
///
/// `main` calls it once and keeps the guard to its end.
pub fn init(config: &LogConfig, redactor: Redactor) -> Result<TelemetryGuard, TelemetryError> {
    let text = match config.format {
        LogFormat::Auto => io::stdout().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let report = if text { lost_lines_text } else { lost_lines_json };
    let (stdout, stdout_drain) = Sink::start("log-stdout", io::stdout(), redactor.clone(), report)
        .map_err(|error| TelemetryError::Thread(error.kind()))?;
    let (file, file_drain) = daily_file(config, redactor.clone())?.unzip();
    let (tail, tail_drain) = tail(config, redactor)?.unzip();
    tracing_subscriber::registry()
        .with(cap())
        .with(filter(&config.filter)?)
        .with(if text { text_layer(stdout) } else { json_layer(stdout) })
        .with(file.map(json_layer))
        .with(tail.map(text_layer))
        .try_init()
        .map_err(|_| TelemetryError::Twice)?;
    panic::set_hook(Box::new(log_panic));
    let drains = [Some(stdout_drain), file_drain, tail_drain].into_iter().flatten().collect();
    Ok(TelemetryGuard { drains })
}

fn tail(config: &LogConfig, redactor: Redactor) -> Result<Option<(Sink, Drain)>, TelemetryError> {
    let Some(tail) = &config.tail else { return Ok(None) };
    Sink::start("log-tail", tail.clone(), redactor, lost_lines_text)
        .map(Some)
        .map_err(|error| TelemetryError::Thread(error.kind()))
}

fn daily_file(
    config: &LogConfig,
    redactor: Redactor,
) -> Result<Option<(Sink, Drain)>, TelemetryError> {
    let Some(dir) = &config.dir else { return Ok(None) };
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(config.process)
        .filename_suffix(super::lines::SUFFIX)
        .max_log_files(DAYS)
        .build(dir)
        .map_err(|_| TelemetryError::Directory)?;
    Sink::start("log-file", file, redactor, lost_lines_json)
        .map(Some)
        .map_err(|error| TelemetryError::Thread(error.kind()))
}

/// What no setting loosens: an event has to pass this and the filter.
fn cap() -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(OURS.map(|name| (name, LevelFilter::TRACE)))
        .with_targets(ERRORS_ONLY.map(|name| (name, LevelFilter::ERROR)))
        .with_targets(SILENT.map(|name| (name, LevelFilter::OFF)))
}

fn filter(wished: &str) -> Result<EnvFilter, TelemetryError> {
    let filter = EnvFilter::try_new(wished).map_err(|_| TelemetryError::Filter)?;
    let panics = format!("{PANIC}=error").parse().map_err(|_| TelemetryError::Filter)?;
    Ok(filter.add_directive(panics))
}

/// Without colours: their codes would stand between a field's name and its value, and the rules
/// that look for `api_key=` would find nothing.
fn text_layer<S>(sink: Sink) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer().with_ansi(false).with_writer(sink).boxed()
}

fn json_layer<S>(sink: Sink) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer().fmt_fields(JsonFields::new()).event_format(JsonLines).with_writer(sink).boxed()
}

fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let said = payload(panic.payload());
    tracing::error!(target: PANIC, { panic.location = location, panic.message = said }, "a panic");
}

fn payload(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("not a text")
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn other_peoples_crates_stay_capped() {
        let cap = cap();
        for ours in ["worker::runner", "shared::store", "bot", "troupe", PANIC] {
            assert!(cap.would_enable(ours, &Level::TRACE), "{ours}");
        }
        for other in ["sqlx::query", "redis", "axum", "some_new_crate", "log"] {
            assert!(!cap.would_enable(other, &Level::INFO), "{other}");
            assert!(cap.would_enable(other, &Level::WARN), "{other}");
        }
        for quoting in ["serenity::gateway", "poise"] {
            assert!(!cap.would_enable(quoting, &Level::WARN), "{quoting}");
        }
        for silent in
            ["hyper_util::client", "hyper", "h2::codec", "reqwest::connect", "tungstenite"]
        {
            assert!(!cap.would_enable(silent, &Level::ERROR), "{silent}");
        }
    }
}
