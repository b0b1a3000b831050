//! The local mode: a Discord of our own with a page in the browser, a stand-in for the model, and the
//! real bot and worker between them. Nothing has to be set; and unless a real model is wanted, nothing
//! leaves the machine.

mod backstage;
mod welcome;
mod worker;

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use playground::{
    discord::{LocalDiscord, Options},
    page::{Backstage, Page, PageEnv},
    provider::{Api, KeyPlan, Script, StandInOptions, StandInProvider},
};
use secrecy::SecretString;
use shared::{
    config::{MASTER_KEY_FILE, MasterKeyTexts, Mode, TroupeConfig},
    connect::page_beside,
    lifecycle::{Interrupts, Lifecycle, Outcome},
    telemetry::Redactor,
    vault::MasterKey,
};

use uuid::Uuid;

use self::{backstage::Curtain, worker::MortalWorker};
use crate::one_process::OneProcess;

/// A key that the stand-in knows, so that there is one to try. It is worth nothing anywhere else.
pub(crate) const TRIAL_KEY: &str = concat!("sk-or-", "v1-local-trial-key-worth-nothing-0001");
/// What is on it: five dollars that nobody pays.
const TRIAL_CREDIT_NANO_USD: i64 = 5_000_000_000;
const CHUNK_EVERY: Duration = Duration::from_millis(30);
/// How much of the traffic is kept to be looked at.
const LEDGER: usize = 5_000;
/// How many ports are tried after the wanted one.
const PORTS_TRIED: u16 = 20;
const START_PATIENCE: Duration = Duration::from_secs(30);

/// The two servers that stand in for the world.
pub(crate) struct Stage {
    pub(crate) discord: LocalDiscord,
    pub(crate) provider: StandInProvider,
}

impl Stage {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        // a new token at each start: whoever has it is the bot, and sees what people type into forms
        let token = format!("local.{}", Uuid::new_v4().simple());
        let options = Options { token, ledger_entries: LEDGER, ..Options::default() };
        let discord =
            LocalDiscord::start(options).await.context("the local Discord can't start")?;
        // about as fast as a real model, so that answers are seen to grow
        let script = Script::default().paced(CHUNK_EVERY);
        let provider =
            StandInProvider::start(StandInOptions { script, ..StandInOptions::default() })
                .await
                .context("the stand-in provider can't start")?;
        for api in Api::ALL {
            provider.add_key_of(api, TRIAL_KEY, KeyPlan::with_credit(TRIAL_CREDIT_NANO_USD));
        }
        Ok(Self { discord, provider })
    }

    /// Bot and worker as `config` describes them, but on this stage.
    pub(crate) fn process(
        &self,
        config: TroupeConfig,
        redactor: Redactor,
    ) -> anyhow::Result<OneProcess> {
        let Mode::Local { database, master_keys, real_model } = config.mode else {
            bail!("a real deployment does not go on the local stage")
        };
        let data_dir = &config.process.data_dir;
        let master_keys = match master_keys {
            Some(keys) => keys,
            None => make_master_key(&data_dir.join(MASTER_KEY_FILE))?,
        };
        let mut discord = config.discord;
        discord.api_base = self.discord.base_url();
        discord.pictures.on_loopback = true;
        let (mut requests, mut provider) = (config.requests, config.provider);
        provider.attachment_origins = vec![self.discord.base_url()];
        if !real_model {
            provider.openrouter_base_url = self.provider.base_url();
            requests.connect_page = page_beside(&provider.openrouter_base_url);
            provider.openai_base_url = self.provider.base_url_of(Api::OpenAi);
            provider.anthropic_base_url = self.provider.base_url_of(Api::Anthropic);
            provider.gemini_base_url = self.provider.base_url_of(Api::Gemini);
            provider.deepseek_base_url = self.provider.base_url_of(Api::DeepSeek);
        }
        Ok(OneProcess {
            discord_token: SecretString::from(self.discord.token()),
            discord,
            database,
            redis: None,
            master_keys,
            requests,
            provider,
            redactor,
        })
    }

    /// Waits until the bot is there for people to use.
    pub(crate) async fn wait_for_bot(&self) -> anyhow::Result<()> {
        if !self.discord.wait_for_sessions(1, START_PATIENCE).await
            || !self.discord.wait_for_commands(START_PATIENCE).await
        {
            bail!(
                "the bot did not come up in the local Discord within {} s",
                START_PATIENCE.as_secs()
            );
        }
        Ok(())
    }
}

/// Serves on the local stage until told to stop.
pub(crate) async fn serve(
    config: TroupeConfig,
    redactor: Redactor,
    lifecycle: Lifecycle,
    mut interrupts: Interrupts,
) -> anyhow::Result<Outcome> {
    let (data_dir, port) = (config.process.data_dir.clone(), config.process.port);
    let log = config.process.log.tail.clone().unwrap_or_default();
    let model = Model::of(&config);
    let stage = Stage::open().await?;
    let process = stage.process(config, redactor)?;
    let Some(opened) = process.open(&lifecycle, &mut interrupts).await? else {
        return Ok(Outcome::Clean);
    };
    let (store, hold) = (opened.store, opened.hold);
    let worker = MortalWorker::default();
    let backstage = Arc::new(Curtain {
        store: store.clone(),
        wakes: opened.bot.wakes.clone(),
        log,
        worker: worker.clone(),
    });
    let page = open_page(&stage, backstage, &model, port).await?;
    lifecycle.spawn("bot", bot::run(opened.bot));
    worker.start(opened.worker, opened.woken, &lifecycle);
    let ready = async {
        stage.wait_for_bot().await?;
        welcome::print(&stage, &page, &model, &data_dir).context("nothing can be printed")
    };
    let soft = lifecycle.soft();
    let failed = soft.run_until_cancelled(ready).await.and_then(Result::err);
    if failed.is_some() {
        lifecycle.stop();
    }
    let outcome = lifecycle.wait(interrupts).await;
    drop(page);
    hold.release().await;
    store.close().await;
    stage.discord.stop().await;
    match failed {
        Some(error) => Err(error.context("the local mode did not come up")),
        None => Ok(outcome),
    }
}

/// Opens the page on the wanted port, or on the next one that is free.
async fn open_page(
    stage: &Stage,
    backstage: Arc<Curtain>,
    model: &Model,
    port: u16,
) -> anyhow::Result<Page> {
    let open = |port| {
        let backstage: Arc<dyn Backstage> = Arc::clone(&backstage) as _;
        Page::open(PageEnv {
            discord: &stage.discord,
            provider: matches!(model, Model::StandIn).then_some(&stage.provider),
            backstage: Some(backstage),
            welcome: Some(welcome::on_the_page(model)),
            port,
        })
    };
    for candidate in port..=port.saturating_add(PORTS_TRIED) {
        match open(candidate).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            opened => {
                return opened.with_context(|| format!("the page can't be opened on port {port}"));
            }
        }
    }
    open(0).await.context("the page finds no port")
}

/// Which model answers on the local stage.
pub(crate) enum Model {
    /// The stand-in.
    StandIn,
    /// The one that the owner chose.
    Real {
        /// Where it is.
        address: String,
        /// Whether the operator's key pays for those who have none.
        guests: bool,
    },
}

impl Model {
    fn of(config: &TroupeConfig) -> Self {
        match config.mode {
            Mode::Local { real_model: true, .. } => Self::Real {
                address: config.provider.openrouter_base_url.clone(),
                guests: config.provider.operator_key.is_some(),
            },
            _ => Self::StandIn,
        }
    }
}

/// A key of this installation's own, readable by its user alone.
fn make_master_key(path: &Path) -> anyhow::Result<MasterKeyTexts> {
    let key = MasterKey::generate().context("the operating system gave no randomness")?;
    let written =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(
            |mut file| {
                writeln!(file, "{}", *key)?;
                file.sync_all()
            },
        );
    written.with_context(|| format!("the master key can't be written to {}", path.display()))?;
    Ok(MasterKeyTexts { current: SecretString::from(key.as_str()), previous: Vec::new() })
}
