//! `troupe import tzurot`: the rows of the older database, table by table.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

use anyhow::Context;
use serde_json::json;
use shared::{
    config::ImportConfig,
    formats::older::tzurot::{self, Rows},
    ids::{DiscordUserId, PersonalityId},
    store::{
        Importer, OlderUser, Store, ToImport,
        legacy::{LegacyDatabase, Row, Table},
    },
};

use super::{
    bar, conclude, history, importer, keys, owner,
    report::{Kind, Outcome, Report},
    rows::{account, flag, text, time},
    settle_owner,
    take::{Taking, take},
};
use crate::cli::With;

/// One reading of a database.
pub(super) struct Reading {
    pub(super) legacy: LegacyDatabase,
    pub(super) importer: Importer,
    pub(super) report: Report,
    /// Discord accounts, by the ids of the older system.
    pub(super) people: BTreeMap<String, DiscordUserId>,
    /// Personalities, likewise.
    pub(super) personalities: BTreeMap<String, PersonalityId>,
}

pub(super) async fn run(
    store: &Store,
    config: &ImportConfig,
    with: &[With],
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let owner = owner(config)?;
    let source = config.source.as_ref().context("IMPORT_DATABASE_URL is not set")?;
    let legacy = LegacyDatabase::open(source).await?;
    let mut reading = Reading {
        legacy,
        importer: importer(store, "tzurot", dry_run),
        report: Report::default(),
        people: BTreeMap::new(),
        personalities: BTreeMap::new(),
    };
    settle_owner(&mut reading.importer, owner).await?;
    reading.users().await?;
    reading.all_personalities(owner).await?;
    keys::import(&mut reading, store, config.keys.as_ref(), dry_run).await?;
    if with.contains(&With::Channels) {
        history::channels(&mut reading).await?;
    }
    if with.contains(&With::History) {
        history::turns(&mut reading).await?;
    }
    if with.contains(&With::Usage) {
        history::usage(&mut reading).await?;
    }
    reading.legacy.close().await;
    conclude(reading.importer, &reading.report, dry_run).await
}

/// The tables that belong to personalities.
struct Tables {
    prompts: BTreeMap<String, Row>,
    configs: BTreeMap<String, Row>,
    /// Which settings a personality has.
    links: BTreeMap<String, String>,
    owners: BTreeMap<String, Vec<Row>>,
    aliases: BTreeMap<String, Vec<String>>,
    default_prompt: Option<String>,
    default_config: Option<String>,
}

impl Reading {
    async fn users(&mut self) -> anyhow::Result<()> {
        let rows = self.legacy.rows(Table::Users).await?;
        let bar = bar(rows.len() as u64, "users");
        for row in rows {
            bar.inc(1);
            let id = text(&row, "id").unwrap_or_default();
            let Some(account) = account(&row, "discord_id") else {
                self.report.skip(Kind::Users, &id, "it has no Discord id");
                continue;
            };
            let user = OlderUser {
                account,
                username: text(&row, "username").unwrap_or_default(),
                timezone: text(&row, "timezone").and_then(|zone| zone.parse().ok()),
                is_superuser: flag(&row, "is_superuser").unwrap_or(false),
            };
            let done = self.importer.user(&user).await?;
            self.report.done(Kind::Users, &done, &account.to_string());
            self.people.insert(id, account);
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn all_personalities(&mut self, owner: DiscordUserId) -> anyhow::Result<()> {
        let mut tables = self.tables().await?;
        let ids = self.legacy.personality_ids().await?;
        let bar = bar(ids.len() as u64, "personalities");
        let mut used = BTreeSet::new();
        for id in &ids {
            self.personality(id, owner, &mut tables, &mut used).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.left_over(&tables, &used);
        Ok(())
    }

    async fn tables(&mut self) -> anyhow::Result<Tables> {
        let by_id = |rows: Vec<Row>| -> BTreeMap<String, Row> {
            rows.into_iter().filter_map(|row| Some((text(&row, "id")?, row))).collect()
        };
        let default = |rows: &BTreeMap<String, Row>| {
            let mut defaults = rows.iter().filter(|(_, row)| flag(row, "is_default") == Some(true));
            defaults.next().map(|(id, _)| id.clone())
        };
        let prompts = by_id(self.legacy.rows(Table::SystemPrompts).await?);
        let configs = by_id(self.legacy.rows(Table::LlmConfigs).await?);
        let mut links = BTreeMap::new();
        // older versions had it the other way round
        for (id, config) in &configs {
            if let Some(personality) = text(config, "personality_id") {
                links.insert(personality, id.clone());
            }
        }
        let mut owners: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in self.legacy.rows(Table::Owners).await? {
            owners.entry(text(&row, "personality_id").unwrap_or_default()).or_default().push(row);
        }
        for row in self.legacy.rows(Table::DefaultConfigs).await? {
            match (text(&row, "personality_id"), text(&row, "llm_config_id")) {
                (Some(personality), Some(config)) => drop(links.insert(personality, config)),
                _ => self.report.skip(Kind::DefaultConfigs, "", "it links nothing"),
            }
        }
        let mut aliases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.legacy.rows(Table::Aliases).await? {
            let personality = text(&row, "personality_id").unwrap_or_default();
            let alias = text(&row, "alias").unwrap_or_default();
            aliases.entry(personality).or_default().push(alias);
        }
        let (default_prompt, default_config) = (default(&prompts), default(&configs));
        Ok(Tables { prompts, configs, links, owners, aliases, default_prompt, default_config })
    }

    async fn personality(
        &mut self,
        id: &str,
        bot_owner: DiscordUserId,
        tables: &mut Tables,
        used: &mut BTreeSet<String>,
    ) -> anyhow::Result<()> {
        let mut rows = self.legacy.rows_with(Table::Personalities, "id", id).await?;
        let Some(mut row) = rows.pop() else { return Ok(()) };
        let name = text(&row, "display_name").or_else(|| text(&row, "name")).unwrap_or_default();
        let owners = tables.owners.remove(id).unwrap_or_default();
        let linked = tables.links.remove(id);
        let owner = self.owner_of(&mut row, &owners).unwrap_or(bot_owner);
        let prompt = text(&row, "system_prompt_id").or_else(|| tables.default_prompt.clone());
        let config = linked.clone().or_else(|| tables.default_config.clone());
        let created_at = time(&row, "created_at");
        let rows = Rows {
            personality: row,
            prompt: prompt.as_ref().and_then(|id| tables.prompts.get(id)).cloned(),
            config: config.as_ref().and_then(|id| tables.configs.get(id)).cloned(),
            aliases: tables.aliases.remove(id).unwrap_or_default(),
        };
        let aliases = rows.aliases.len();
        used.extend([prompt, config].into_iter().flatten());
        let outcome = match tzurot::read(rows) {
            Err(problem) => {
                self.report.skip(Kind::Personalities, &name, problem);
                self.report.count(Kind::Aliases, Outcome::Skipped, aliases);
                Outcome::Skipped
            }
            Ok(older) => {
                let taking = Taking::of(older, |older| ToImport {
                    origin: id.to_owned(),
                    id: None,
                    owner: Some(owner),
                    definition: older.definition.clone(),
                    spare_names: older.spare_names.clone(),
                    created_at,
                });
                let imported = take(&mut self.importer, taking, &mut self.report).await?;
                if let Some(here) = imported.id {
                    self.personalities.insert(id.to_owned(), here);
                }
                Outcome::from(&imported.done)
            }
        };
        self.report.count(Kind::Owners, outcome, owners.len());
        self.report.count(Kind::DefaultConfigs, outcome, usize::from(linked.is_some()));
        Ok(())
    }

    /// Its own column, else the first of its owners; those beside them stay in the row, and so in the
    /// custom fields.
    fn owner_of(&self, row: &mut Row, owners: &[Row]) -> Option<DiscordUserId> {
        let person = |id: Option<String>| self.people.get(&id?).copied();
        let rank = |owner: &&Row| text(owner, "role").is_none_or(|role| role != "owner");
        let mut listed: Vec<&Row> = owners.iter().collect();
        listed.sort_by_key(rank);
        let listed: Vec<DiscordUserId> =
            listed.into_iter().filter_map(|owner| person(text(owner, "user_id"))).collect();
        let own = person(text(row, "owner_id"));
        let first = own.or_else(|| listed.first().copied());
        let others: Vec<String> = listed
            .iter()
            .filter(|account| Some(**account) != first)
            .map(ToString::to_string)
            .collect();
        if !others.is_empty() {
            row.insert("other_owners".into(), json!(others));
        }
        first
    }

    /// What belongs to no personality: there is no place for it here.
    fn left_over(&mut self, tables: &Tables, used: &BTreeSet<String>) {
        const UNUSED: &str = "no personality uses it";
        const NOBODY: &str = "its personality is not there";
        for (kind, rows) in
            [(Kind::SystemPrompts, &tables.prompts), (Kind::Configs, &tables.configs)]
        {
            for (id, row) in rows {
                if used.contains(id) {
                    // it came with the personalities that use it
                    self.report.count(kind, Outcome::Unchanged, 1);
                } else {
                    self.report.skip(kind, &text(row, "name").unwrap_or_default(), UNUSED);
                }
            }
        }
        for personality in tables.links.keys() {
            self.report.skip(Kind::DefaultConfigs, personality, NOBODY);
        }
        for (personality, owners) in &tables.owners {
            for _ in owners {
                self.report.skip(Kind::Owners, personality, NOBODY);
            }
        }
        for alias in tables.aliases.values().flatten() {
            self.report.skip(Kind::Aliases, alias, NOBODY);
        }
    }
}
