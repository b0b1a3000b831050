//! `playground serve`: a local Discord that any bot can log in to, with a page to talk to it.
//! `playground check`: what a bot said there, held against others' descriptions of Discord.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use playground::{
    checks::Descriptions,
    discord::{LocalDiscord, Options, read_ledger},
    page::{Page, PageEnv},
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A Discord on this machine.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs until it is interrupted.
    Serve {
        /// The port on 127.0.0.1; 0 takes any free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// The port of the page in which people talk to the bot.
        #[arg(long, default_value_t = 0)]
        page_port: u16,
        /// The token that the bot logs in with.
        #[arg(long, default_value_t = Options::default().token)]
        token: String,
        /// Write all that went over the wire into this file at the end.
        #[arg(long)]
        ledger: Option<PathBuf>,
    },
    /// Checks what `serve --ledger` wrote. Fails if there is anything to object to.
    Check {
        /// The file.
        ledger: PathBuf,
        /// The directory with discord-openapi.json and discord-gateway-schema.json.
        #[arg(long)]
        descriptions: PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let filter =
        EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    match Arguments::parse().command {
        Command::Serve { port, page_port, token, ledger } => {
            let options = Options { port, token, ..Options::default() };
            serve(options, page_port, ledger.as_deref()).await
        }
        Command::Check { ledger, descriptions } => check(&ledger, &descriptions),
    }
}

async fn serve(
    options: Options,
    page_port: u16,
    ledger: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    // before anybody can learn that it runs, and stop it
    let mut terminate = signal(SignalKind::terminate()).context("no signal can be waited for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("no signal can be waited for")?;
    let discord = LocalDiscord::start(options).await.context("the local Discord does not start")?;
    let env = PageEnv {
        discord: &discord,
        provider: None,
        backstage: None,
        welcome: None,
        port: page_port,
    };
    let page = Page::open(env).await.context("the page does not open")?;
    let mut stdout = io::stdout();
    writeln!(stdout, "DISCORD_API_BASE={}", discord.base_url())?;
    writeln!(stdout, "DISCORD_TOKEN={}", discord.token())?;
    writeln!(stdout, "PAGE={}", page.url())?;
    stdout.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    if let Some(path) = ledger {
        let written = discord.ledger().write_jsonl(path);
        written.with_context(|| format!("{} can't be written", path.display()))?;
    }
    drop(page);
    discord.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn check(ledger: &Path, descriptions: &Path) -> anyhow::Result<ExitCode> {
    let text = fs::read_to_string(ledger)
        .with_context(|| format!("{} can't be read", ledger.display()))?;
    let entries = read_ledger(&text).context("this is no ledger")?;
    let report = Descriptions::load(descriptions)
        .context("the descriptions can't be read")?
        .check(&entries, true);
    writeln!(io::stdout(), "{report}")?;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
