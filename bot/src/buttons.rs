//! What the buttons under our messages carry.
//!
//! A custom id comes back from Discord as anybody likes to send it, so it names something and proves
//! nothing: who may press is decided in the store, by the account that the gateway says pressed. The
//! ids are fixed and versioned, and hold all that is needed, so that a button outlives a restart. Those under replies are
//! [`delivery`](crate::delivery)'s own.

use std::{fmt, str::FromStr};

use shared::{
    budget::BudgetId,
    ids::{
        ApiKeyId, ClearingId, DeliveryId, DiscordUserId, DraftId, KeyCheckId, PersonalityId,
        SourceId,
    },
    store::ListOf,
};

use crate::delivery::ButtonId;

/// A button of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Under a reply: end it here, or ask once more.
    Reply(ButtonId),
    /// Under the question whether a key is to be removed: yes.
    RemoveKey {
        /// Which key, so that an old question can't remove a newer key.
        key: ApiKeyId,
        /// Who was asked.
        asked: DiscordUserId,
    },
    /// Under the link to OpenRouter's page: the code that it showed is to be typed.
    EnterCode(KeyCheckId),
    /// Under a list of personalities: another page of it.
    TurnPersonalities {
        /// Which list.
        of: ListOf,
        /// Which page, from 0.
        to: u16,
    },
    /// Under the question whether a personality is to be deleted: yes.
    DeletePersonality {
        /// Which.
        id: PersonalityId,
        /// Who was asked.
        asked: DiscordUserId,
    },
    /// Under the question whether a personality is to be given away: yes.
    TransferPersonality {
        /// Which.
        id: PersonalityId,
        /// To whom.
        to: DiscordUserId,
    },
    /// Under a form that could not be taken: open it again.
    OpenDraft(DraftId),
    /// Under the question whether another answer is wanted: yes.
    Again {
        /// To which reply.
        delivery: DeliveryId,
        /// The question itself, so that one yes asks once.
        question: SourceId,
    },
    /// Under the word that a conversation was cleared: bring it back.
    UndoClearing {
        /// What was cleared.
        clearing: ClearingId,
    },
    /// Under the word that a limit is reached, or a part of it: open its form.
    ChangeLimit {
        /// Whose of the presser's own.
        budget: BudgetId,
    },
}

/// A custom id that no button of this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no button of ours has this id")]
pub(crate) struct UnknownButton;

const REMOVE_KEY: &str = "wallet-remove:v1:";
const ENTER_CODE: &str = "wallet-code:v1:";
const TURN_MINE: &str = "personality-list:v1:mine:";
const TURN_PUBLIC: &str = "personality-list:v1:public:";
const DELETE: &str = "personality-delete:v1:";
const TRANSFER: &str = "personality-transfer:v1:";
const DRAFT: &str = "personality-draft:v1:";
const AGAIN: &str = "again:v1:";
const CHANGE_LIMIT: &str = "wallet-limit:v1:";
const UNDO_CLEARING: &str = "history-undo:v1:";
/// No reply has as many messages.
const MAX_PARTS: usize = 1_000;

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(button) => button.fmt(f),
            Self::RemoveKey { key, asked } => write!(f, "{REMOVE_KEY}{key}:{asked}"),
            Self::EnterCode(connection) => write!(f, "{ENTER_CODE}{connection}"),
            Self::TurnPersonalities { of: ListOf::Mine, to } => write!(f, "{TURN_MINE}{to}"),
            Self::TurnPersonalities { of: ListOf::Public, to } => write!(f, "{TURN_PUBLIC}{to}"),
            Self::DeletePersonality { id, asked } => write!(f, "{DELETE}{id}:{asked}"),
            Self::TransferPersonality { id, to } => write!(f, "{TRANSFER}{id}:{to}"),
            Self::OpenDraft(draft) => write!(f, "{DRAFT}{draft}"),
            Self::Again { delivery, question } => write!(f, "{AGAIN}{delivery}:{question}"),
            Self::ChangeLimit { budget } => write!(f, "{CHANGE_LIMIT}{budget}"),
            Self::UndoClearing { clearing } => write!(f, "{UNDO_CLEARING}{clearing}"),
        }
    }
}

impl FromStr for Press {
    type Err = UnknownButton;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let press = read(id).ok_or(UnknownButton)?;
        // only what we would write ourselves: no leading zeros, no other spelling of an id
        if press.to_string() == id { Ok(press) } else { Err(UnknownButton) }
    }
}

fn read(id: &str) -> Option<Press> {
    if let Some(rest) = id.strip_prefix(REMOVE_KEY) {
        let (key, asked) = rest.split_once(':')?;
        return Some(Press::RemoveKey { key: key.parse().ok()?, asked: asked.parse().ok()? });
    }
    if let Some(connection) = id.strip_prefix(ENTER_CODE) {
        return Some(Press::EnterCode(connection.parse().ok()?));
    }
    if let Some(to) = id.strip_prefix(TURN_MINE) {
        return Some(Press::TurnPersonalities { of: ListOf::Mine, to: to.parse().ok()? });
    }
    if let Some(to) = id.strip_prefix(TURN_PUBLIC) {
        return Some(Press::TurnPersonalities { of: ListOf::Public, to: to.parse().ok()? });
    }
    if let Some(rest) = id.strip_prefix(DELETE) {
        let (id, asked) = rest.split_once(':')?;
        return Some(Press::DeletePersonality { id: id.parse().ok()?, asked: asked.parse().ok()? });
    }
    if let Some(rest) = id.strip_prefix(TRANSFER) {
        let (id, to) = rest.split_once(':')?;
        return Some(Press::TransferPersonality { id: id.parse().ok()?, to: to.parse().ok()? });
    }
    if let Some(draft) = id.strip_prefix(DRAFT) {
        return Some(Press::OpenDraft(draft.parse().ok()?));
    }
    if let Some(rest) = id.strip_prefix(AGAIN) {
        let (delivery, question) = rest.split_once(':')?;
        let (delivery, question) = (delivery.parse().ok()?, question.parse().ok()?);
        return Some(Press::Again { delivery, question });
    }
    if let Some(clearing) = id.strip_prefix(UNDO_CLEARING) {
        return Some(Press::UndoClearing { clearing: clearing.parse().ok()? });
    }
    if let Some(budget) = id.strip_prefix(CHANGE_LIMIT) {
        return Some(Press::ChangeLimit { budget: BudgetId::read(budget)? });
    }
    ButtonId::parse(id).filter(|button| button.part < MAX_PARTS).map(Press::Reply)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::{
        budget::{BudgetPeriod, BudgetUnit},
        clock::SystemClock,
    };

    use super::*;

    fn all() -> [Press; 12] {
        let delivery = DeliveryId::new(&SystemClock);
        [
            Press::Reply(ButtonId::stop(delivery, 12)),
            Press::Reply(ButtonId::retry(delivery)),
            Press::RemoveKey { key: ApiKeyId::new(&SystemClock), asked: u64::MAX.into() },
            Press::TurnPersonalities { of: ListOf::Mine, to: u16::MAX },
            Press::TurnPersonalities { of: ListOf::Public, to: 0 },
            Press::DeletePersonality {
                id: PersonalityId::new(&SystemClock),
                asked: u64::MAX.into(),
            },
            Press::TransferPersonality {
                id: PersonalityId::new(&SystemClock),
                to: u64::MAX.into(),
            },
            Press::OpenDraft(DraftId::new(&SystemClock)),
            Press::Again { delivery, question: u64::MAX.into() },
            Press::UndoClearing { clearing: ClearingId::new(&SystemClock) },
            Press::ChangeLimit {
                budget: BudgetId { period: BudgetPeriod::Month, unit: BudgetUnit::Tokens },
            },
            Press::EnterCode(KeyCheckId::new(&SystemClock)),
        ]
    }

    #[test]
    fn a_button_reads_what_it_wrote_and_fits() {
        for press in all() {
            let id = press.to_string();
            assert_eq!(id.parse(), Ok(press));
            assert!(id.len() <= 100, "{id}");
        }
    }

    #[test]
    fn every_other_spelling_is_unknown() {
        for press in all() {
            let id = press.to_string();
            for wrong in [
                String::new(),
                id.to_uppercase(),
                format!(" {id}"),
                format!("{id}:"),
                format!("{id}:1"),
                id.replace("v1", "v2"),
                id.replace('-', ""),
                id.replacen(':', "", 1),
                id[..id.len() - 1].to_owned() + "x",
            ] {
                if wrong != id {
                    assert_eq!(wrong.parse::<Press>(), Err(UnknownButton), "{wrong:?}");
                }
            }
        }
        for wrong in [
            "stop:v1:x:1",
            "retry:v1:",
            "wallet-remove:v1:openrouter:1",
            "wallet-remove:v1:0198c2f4-7a11-7bbb-8c3d-0123456789ab:01",
            "stop:v1:0198c2f4-7a11-7bbb-8c3d-0123456789ab:-1",
        ] {
            assert_eq!(wrong.parse::<Press>(), Err(UnknownButton), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_back_is_read_or_refused(id in ".{0,120}", kind in 0_usize..4, cut in 0_usize..60) {
            let forms = ["stop:v1:", "retry:v1:", "wallet-remove:v1:0198c2f4-7a11-7bbb-8c3d-0123456789ab:", ""];
            let hostile = format!("{}{id}", forms[kind]);
            if let Ok(press) = hostile.parse::<Press>() {
                prop_assert_eq!(press.to_string(), hostile);
            }
            let genuine = all()[kind.min(2)].to_string();
            let cut: String = genuine.chars().take(cut).collect();
            if let Ok(press) = cut.parse::<Press>() {
                prop_assert_eq!(press.to_string(), cut);
            }
        }
    }
}
