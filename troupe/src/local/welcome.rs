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
    let (trial_key, said, first) = match model {
        Model::StandIn => (
            Some(TRIAL_KEY.to_owned()),
            "A stand-in answers: no model, no network, no cost. It counts tokens and a price all the \
             same."
                .to_owned(),
            "Type `/wallet set` and paste the trial key below: from then on, what you ask is paid \
             with it.",
        ),
        Model::Real { address, guests: false } => (
            None,
            format!("The model at {address} answers, and may cost what it costs."),
            "Type `/wallet set` and paste your own key: from then on, what you ask is paid with it.",
        ),
        Model::Real { address, guests: true } => (
            None,
            format!("The model at {address} answers. Who has no key is a guest of the operator's."),
            "Nothing has to be stored: you are a guest on the operator's key. `/wallet set` stores \
             one of your own.",
        ),
    };
    let steps = [
        first.to_owned(),
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
    let (promise, model) = match model {
        Model::StandIn => (
            "nothing leaves this machine, and no account is needed",
            format!("stand-in model    {}", stage.provider.base_url()),
        ),
        Model::Real { address, .. } => (
            "what is asked goes to the model below, and nowhere else",
            format!("model             {address}"),
        ),
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "
Troupe runs, on a Discord of its own: {promise}.

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
