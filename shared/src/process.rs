//! What every binary does around its own work: keep its memory to itself, read the settings, set up
//! the log, run, and end with a status that tells how it went.

use std::{
    fmt::Display,
    process::{ExitCode, Termination},
};

use secrecy::SecretString;

use crate::{
    config::{ConfigError, Environment, LogConfig},
    hardening,
    lifecycle::Outcome,
    telemetry::{self, Redactor},
};

/// Runs a process: `read` its settings, set up the log that `log` describes and take the process' own
/// secrets out of it, then `serve`. A start that fails says why, once, and ends with a failure.
///
/// The only thing printed past the log is why there is no log.
pub fn run<C, E: Display, F: Future<Output = Result<Outcome, E>>>(
    read: impl FnOnce(&Environment) -> Result<C, ConfigError>,
    log: impl FnOnce(&C) -> (&LogConfig, Vec<SecretString>),
    serve: impl FnOnce(C, Redactor) -> F,
) -> ExitCode {
    hardening::install_crypto_provider();
    let private = hardening::keep_memory_private();
    let config = match Environment::from_process()
        .map_err(|error| error.to_string())
        .and_then(|env| read(&env).map_err(|error| error.to_string()))
    {
        Ok(config) => config,
        Err(problems) => return refuse(&problems),
    };
    let (log_config, secrets) = log(&config);
    let redactor = Redactor::with_secrets(&secrets);
    let _telemetry = match telemetry::init(log_config, redactor.clone()) {
        Ok(guard) => guard,
        Err(error) => return refuse(&error),
    };
    if let Err(error) = private {
        tracing::warn!(kind = %error, "this process' memory can be read by other processes of its user");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error.kind()),
    };
    match runtime.block_on(serve(config, redactor)) {
        Ok(outcome) => outcome.report(),
        Err(error) => {
            tracing::error!(reason = format!("{error:#}"), "could not start");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "there is no log to say it in")]
fn refuse(why: &dyn Display) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
