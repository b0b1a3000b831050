//! Users' keys: opened with the older system's master key, and sealed anew at once.

use anyhow::Context;
use secrecy::ExposeSecret;
use shared::{
    config::ImportKeys,
    ids::UserId,
    key_hold::KeyHold,
    model::Provider,
    startup,
    store::{
        NewKey, OlderKey, ProcessRole, Skipped, Store,
        legacy::{Row, Table},
    },
    vault::{KeySealer, LegacyKeyProblem, LegacyMasterKey},
};

use super::{
    bar,
    report::Kind,
    rows::{flag, text, time},
    tzurot::Reading,
};

/// What opens there and seals here.
struct Locksmith {
    older: LegacyMasterKey,
    sealer: KeySealer,
    /// A dry run seals nothing that stays.
    hold: Option<KeyHold>,
}

pub(super) async fn import(
    reading: &mut Reading,
    store: &Store,
    keys: Option<&ImportKeys>,
    dry_run: bool,
) -> anyhow::Result<()> {
    let rows = reading.legacy.rows(Table::Keys).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let locksmith = match keys {
        Some(keys) => Some(prepare(store, keys, dry_run).await?),
        None => None,
    };
    let bar = bar(rows.len() as u64, "keys");
    for row in rows {
        bar.inc(1);
        one(reading, &row, locksmith.as_ref()).await?;
    }
    bar.finish_and_clear();
    if let Some(hold) = locksmith.and_then(|locksmith| locksmith.hold) {
        hold.release().await;
    }
    Ok(())
}

/// The master key here must be the one of this database, or nobody could open what we seal.
async fn prepare(store: &Store, keys: &ImportKeys, dry_run: bool) -> anyhow::Result<Locksmith> {
    let vault = startup::open_vault(&keys.master_keys)?;
    let older = LegacyMasterKey::from_text(keys.source.expose_secret());
    let older = older.context("IMPORT_MASTER_KEY isn't 64 hex characters")?;
    let hold = if dry_run {
        // the same look, without noting a key that is new here
        startup::check_canaries(store, &vault).await?;
        None
    } else {
        let hold = KeyHold::take(store, &vault, ProcessRole::Import).await?;
        if let Err(refused) = startup::check_canary(store, &vault).await {
            hold.release().await;
            return Err(refused.into());
        }
        Some(hold)
    };
    Ok(Locksmith { older, sealer: vault.sealer(), hold })
}

async fn one(
    reading: &mut Reading,
    row: &Row,
    locksmith: Option<&Locksmith>,
) -> anyhow::Result<()> {
    let user = text(row, "user_id").unwrap_or_default();
    let Some(account) = reading.people.get(&user).copied() else {
        reading.report.skip(Kind::Keys, &format!("of user {user}"), "the user is not there");
        return Ok(());
    };
    let whose = format!("of user {account}");
    let Some(locksmith) = locksmith else {
        let why = "IMPORT_MASTER_KEY is not set, so it can't be opened";
        reading.report.skip(Kind::Keys, &whose, why);
        return Ok(());
    };
    let provider = text(row, "provider").unwrap_or_else(|| Provider::OpenRouter.as_str().into());
    let Ok(provider) = Provider::built_in(&provider) else {
        reading.report.skip(Kind::Keys, &whose, "its provider is not known here");
        return Ok(());
    };
    let [iv, content, tag] =
        ["iv", "content", "tag"].map(|name| text(row, name).unwrap_or_default());
    let key = OlderKey {
        origin: text(row, "id").unwrap_or_else(|| format!("{user}/{provider}")),
        sealed_there: [iv.as_str(), &content, &tag].join("/"),
        account,
        provider,
        is_active: flag(row, "is_active").unwrap_or(true),
        created_at: time(row, "created_at"),
        last_used_at: time(row, "last_used_at"),
    };
    let seal = |user: UserId| seal(locksmith, user, provider, [&iv, &content, &tag]);
    let done = reading.importer.key(&key, seal).await?;
    reading.report.done(Kind::Keys, &done, &whose);
    Ok(())
}

/// In clear for no longer than this takes.
fn seal(
    locksmith: &Locksmith,
    user: UserId,
    provider: Provider,
    [iv, content, tag]: [&String; 3],
) -> Result<NewKey, Skipped> {
    let key = locksmith.older.open(iv, content, tag).map_err(|problem| {
        Skipped::Key(match problem {
            LegacyKeyProblem::Malformed => "its columns are no sealed key",
            LegacyKeyProblem::DoesNotOpen => {
                "it does not open with IMPORT_MASTER_KEY: another key sealed it, or it was changed"
            }
            LegacyKeyProblem::NoKey => "what is sealed in it is no key",
        })
    })?;
    let sealed = locksmith.sealer.seal(user, provider, &key);
    let sealed = sealed.map_err(|_| Skipped::Key("it could not be sealed here"))?;
    let fingerprint = locksmith.sealer.fingerprint(provider, &key);
    Ok(NewKey { sealed, fingerprint, last4: key.last4() })
}
