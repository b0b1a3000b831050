//! `troupe params check`: says of a file of model parameters what a command would say of them.

use std::{io::Read, path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use serde_json::Value;
use shared::{
    catalogue::{Asked, Catalogue, check},
    clock::{Clock, SystemClock},
    config::{self, DatabaseUrl, Environment},
    model::ModelId,
    params::ParameterFile,
    startup,
};

use crate::{
    cli::ParamsAction,
    tools::{print, report_as},
};

/// Nobody writes so many parameters.
const MAX_BYTES: u64 = 1 << 20;
/// How long the database may take to be there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does what is asked; the exit status is 1 when something is wrong with the parameters.
pub(crate) fn run(action: &ParamsAction, local: bool) -> ExitCode {
    let ParamsAction::Check { file, model } = action;
    report_as(check_file(file, model.as_deref(), local))
}

fn check_file(path: &Path, model: Option<&str>, local: bool) -> anyhow::Result<ExitCode> {
    let named = model.map(ModelId::parse).transpose().context("--model")?;
    let file = match ParameterFile::from_json(&read(path)?) {
        Ok(file) => file,
        Err(problems) => {
            print(&problems.iter().map(|problem| format!("wrong: {problem}")).collect::<Vec<_>>())?;
            return Ok(ExitCode::FAILURE);
        }
    };
    print(&["every parameter is known and within its range"])?;
    let Some(model) = named.or_else(|| file.model.clone()) else {
        print(&[
            "no model is named, so nothing was asked of the catalogue (--model ID names one)",
        ])?;
        return Ok(ExitCode::SUCCESS);
    };
    let catalogue = known_models(local)?;
    if catalogue.is_empty() {
        print(&[
            "there is no catalogue of models here (a worker fetches it into the database), so the \
             ranges alone were checked",
        ])?;
        return Ok(ExitCode::SUCCESS);
    }
    let asked = Asked {
        model: model.as_str(),
        temperature: file.temperature,
        top_p: file.top_p,
        max_tokens: file.max_tokens,
        advanced: &file.advanced,
    };
    let warnings = check(&asked, &catalogue, SystemClock.now().date_naive());
    print(&warnings.iter().map(|warning| format!("{model}: {warning}")).collect::<Vec<_>>())?;
    if warnings.iter().all(shared::catalogue::ModelWarning::is_for_later) {
        print(&[format!("{model} does all of it")])?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let file = std::fs::File::open(path).context("the file can't be opened")?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).context("the file can't be read as text")?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        bail!("the file is larger than 1 MiB");
    }
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow::anyhow!("the file is no JSON: line {line}, column {column}")
    })
}

/// The catalogue of the database that is configured; an empty one where there is none.
fn known_models(local: bool) -> anyhow::Result<Catalogue> {
    let config = config::for_tools(&Environment::from_process()?, local)?;
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Ok(Catalogue::default());
    }
    shared::hardening::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let patience = tokio::time::sleep(PATIENCE);
        let clock = Arc::new(SystemClock);
        let Some(store) = startup::open_store(&config.database, clock, patience).await? else {
            bail!("the database did not answer")
        };
        let catalogue = store.catalogue().await?;
        store.close().await;
        Ok(catalogue)
    })
}
