//! `playground serve`: a local Discord that any bot can log in to.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use playground::discord::{LocalDiscord, Options};
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
        /// The token that the bot logs in with.
        #[arg(long, default_value_t = Options::default().token)]
        token: String,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter =
        EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    match Arguments::parse().command {
        Command::Serve { port, token } => {
            serve(Options { port, token, ..Options::default() }).await
        }
    }
}

async fn serve(options: Options) -> anyhow::Result<()> {
    let discord = LocalDiscord::start(options).await.context("the local Discord does not start")?;
    let mut stdout = io::stdout();
    writeln!(stdout, "DISCORD_API_BASE={}\nDISCORD_TOKEN={}", discord.base_url(), discord.token())?;
    stdout.flush()?;
    tokio::signal::ctrl_c().await.context("no interrupt can be waited for")?;
    discord.stop().await;
    Ok(())
}
