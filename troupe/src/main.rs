//! Troupe: bot and worker in one process, and the owner's tools.

mod cli;
mod data_dir;
mod export;
mod import;
mod live;
mod local;
mod one_process;
mod params;
mod rotate;
mod tools;
mod tour;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let Cli { local, command } = Cli::parse();
    match command {
        None => live::run(local),
        Some(Command::Tour) => tour::run(),
        Some(Command::Keygen) => tools::keygen(),
        Some(Command::Superuser { action }) => tools::superuser(&action, local),
        Some(Command::Import(args)) => import::run(&args, local),
        Some(Command::Export(args)) => export::run(&args, local),
        Some(Command::Logs(wanted)) => tools::logs(&wanted, local),
        Some(Command::RotateKey(args)) => rotate::run(&args, local),
        Some(Command::Redact) => tools::redact(),
        Some(Command::Usage(args)) => usage::run(&args, local),
        Some(Command::Params { action }) => params::run(&action, local),
    }
}
