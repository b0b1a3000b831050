//! What a newcomer is told, in the terminal and on the page.

use std::{
    io::{self, Write},
    path::Path,
};

use playground::page::{Page, Welcome};

use super::{Model, Stage, TRIAL_KEY};

/// Whom everybody finds there after the first start.
const FIRST_PERSONALITY: &str = "Viola";

pub(super) fn on_the_page(model: &Model) -> Welcome {
    let (trial_key, said, key) = match model {
        Model::StandIn => (
            Some(TRIAL_KEY.to_owned()),
            "A stand-in answers: no model, no network, no cost. It counts tokens and a price all the \
             same."
                .to_owned(),
            "paste the trial key below",
        ),
        Model::Real(address) => (
            None,
            format!("The model at {address} answers, and may cost what it costs."),
            "paste your own key",
        ),
    };
    let steps = [
        format!("Type `/wallet set` and {key}: from then on, what you ask is paid with it."),
        format!("Say `@{FIRST_PERSONALITY} hello`, or `@{FIRST_PERSONALITY} tell me a story`."),
        "Look behind the curtain to see what became of it, and of the key.".to_owned(),
        "Be somebody else, who has no key; break things with the faults.".to_owned(),
    ];
    Welcome {
        trial_key,
        personality: Some(FIRST_PERSONALITY.to_owned()),
        model: said,
        steps: steps.into(),
    }
}

pub(super) fn print(stage: &Stage, page: &Page, model: &Model, data_dir: &Path) -> io::Result<()> {
    let model = match model {
        Model::StandIn => format!("stand-in model    {}", stage.provider.base_url()),
        Model::Real(address) => format!("model             {address}"),
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "
Troupe runs, on a Discord of its own: nothing leaves this machine, and no account is needed.

  Open in a browser:  {page}

  local Discord     {discord}  (bot token: {token})
  {model}
  data, master key  {data}

  Try:  cargo run -- tour       the whole path, played and shown step by step
        cargo run -- --help     the other commands
  Go live: set DISCORD_TOKEN and APP_MASTER_KEY (cargo run -- keygen); see README.md.
  Stop: Ctrl-C.
",
        page = page.url(),
        discord = stage.discord.base_url(),
        token = stage.discord.token(),
        data = data_dir.display(),
    )?;
    out.flush()
}
