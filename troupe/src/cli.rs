use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::telemetry::lines::LineFilter;
use uuid::Uuid;

/// A Discord bot whose personalities everybody talks to with a model key of their own.
///
/// Without a command it runs the bot and its worker. When `DISCORD_TOKEN`, `DATABASE_URL`,
/// `REDIS_URL` and `APP_MASTER_KEY` are all unset, it does so on a small Discord of its own, with a
/// stand-in for the model, and nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "troupe", version)]
pub(crate) struct Cli {
    /// Use the local Discord and the stand-in model, whatever is set.
    #[arg(long)]
    pub(crate) local: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play the whole path once, visibly: store a key, talk, watch the answer grow, see what it cost,
    /// remove the key. Exits 0 only if every step was seen in the local Discord.
    Tour,
    /// Print a new master key, for `APP_MASTER_KEY`.
    Keygen,
    /// Say who may manage the bot.
    Superuser {
        #[command(subcommand)]
        action: SuperuserAction,
    },
    /// Bring along what you have elsewhere: an older bot's database, a shapes.inc backup, an export, a
    /// character card (docs/IMPORT.md). It can be repeated, and taken back.
    Import(ImportArgs),
    /// Write every personality with all its settings into one file, which `troupe import` reads. Keys
    /// are not in it.
    Export(ExportArgs),
    /// Seal everything anew with `APP_MASTER_KEY` that an `APP_MASTER_KEY_PREVIOUS` sealed, and say when
    /// the old key may go (docs/OPERATIONS.md). It may be killed at any point, and run again.
    ///
    /// Exits 0 when all is done or nothing was to do, 3 when something can't be opened, 4 when a process
    /// has to be given the new key first.
    RotateKey(RotateArgs),
    /// Say what everybody used, by account, provider and model. No names, and nothing that was said.
    Usage(UsageArgs),
    /// Print the log files of `LOG_DIR`.
    Logs(LogsArgs),
    /// Copy standard input to standard output without the secrets in it.
    Redact,
    /// Look at the parameters of a model before a personality gets them.
    Params {
        #[command(subcommand)]
        action: ParamsAction,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SuperuserAction {
    /// Let a Discord account manage the bot.
    Add {
        /// The account's id: digits.
        discord_id: u64,
    },
    /// Take it back.
    Remove {
        /// The account's id: digits.
        discord_id: u64,
    },
    /// Show who may.
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ParamsAction {
    /// Say what is wrong with a JSON file of parameters, as the commands would. Exits 1 if anything is.
    Check {
        /// One object: `temperature`, `top_p`, `max_tokens`, `model`, and the advanced parameters.
        file: PathBuf,
        /// The model that they are for, instead of the one that the file names.
        #[arg(long)]
        model: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct LogsArgs {
    /// Go on as the log grows, until interrupted.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only this level and the more severe ones: error, warn, info, debug, trace.
    #[arg(long)]
    level: Option<tracing::Level>,
    /// Only what belongs to this request: its id, or the reference that stands under a failed reply.
    #[arg(long)]
    request: Option<String>,
}

impl LogsArgs {
    pub(crate) fn filter(&self) -> LineFilter {
        LineFilter { level: self.level, request: self.request.clone() }
    }
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    pub(crate) from: Option<ImportFrom>,
    /// An export, a personality's file or a character card (JSON or PNG), or a directory of them.
    pub(crate) path: Option<PathBuf>,
    /// Say what would be done, and do nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Whose a file's personality shall be: a Discord id. Unset: `BOT_OWNER_DISCORD_ID`.
    #[arg(long, value_name = "DISCORD_ID")]
    pub(crate) owner: Option<u64>,
    /// Take back what a run has changed: its id, as it was printed. Without one: list the runs.
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with_all = ["path", "owner", "dry_run"])]
    #[expect(clippy::option_option, reason = "not said, said without an id, said with one")]
    pub(crate) undo: Option<Option<Uuid>>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportFrom {
    #[expect(clippy::doc_markdown, reason = "the help shows it as it stands")]
    /// From the database of a Tzurot bot: IMPORT_DATABASE_URL, and IMPORT_MASTER_KEY for users' keys.
    Tzurot {
        /// Also these, separated by commas.
        #[arg(long, value_delimiter = ',')]
        with: Vec<With>,
    },
    /// From a backup of shapes.inc: a folder with a JSON file per personality.
    Shapes {
        /// The folder.
        dir: PathBuf,
    },
    /// Give a personality the names back that somebody else had when it was imported.
    RestoreAliases {
        /// One of its names, or its id.
        personality: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum With {
    /// Channels where a personality speaks unasked.
    Channels,
    /// Conversations.
    History,
    /// The log of usage.
    Usage,
}

#[derive(Args, Debug)]
pub(crate) struct RotateArgs {
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How many seconds to wait for processes that don't know the new key. One that died is known to be
    /// dead after 20.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) wait: u64,
    /// How many rows are sealed anew in one transaction, 1 to 500.
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) batch_size: u32,
}

#[derive(Args, Debug)]
pub(crate) struct UsageArgs {
    /// Each call as a line of CSV on standard output, however many there are.
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The file to write; an existing directory: a file for each personality. Unset: standard output.
    pub(crate) path: Option<PathBuf>,
    /// Only what this Discord account owns.
    #[arg(long, value_name = "DISCORD_ID")]
    pub(crate) owner: Option<u64>,
}
