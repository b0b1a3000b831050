//! What somebody may do with the bot itself.

use shared::{
    config::Creators,
    store::{Editor, StoreError},
};

use crate::app::{Account, App, in_time};

/// What somebody may do with the bot itself. Greater is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Talk to personalities, and manage their own.
    Person,
    /// Manage what is public: named by the owner.
    Superuser,
    /// The same: whose bot it is.
    Owner,
}

impl Rank {
    /// Whether personalities that are public may be changed, whoever owns them.
    pub(crate) fn manages(self) -> bool {
        self >= Self::Superuser
    }

    /// Whether personalities may be made.
    pub(crate) fn creates(self, creators: Creators) -> bool {
        self.manages() || creators == Creators::Everyone
    }
}

impl App {
    /// What this account may do with the bot.
    pub(crate) async fn rank(&self, account: &Account) -> Result<Rank, StoreError> {
        if self.owners.contains(&account.id) {
            return Ok(Rank::Owner);
        }
        let user = in_time(self.store.find_user(account.id)).await?;
        let is_superuser = user.is_some_and(|user| user.is_superuser);
        Ok(if is_superuser { Rank::Superuser } else { Rank::Person })
    }

    /// The account as somebody who changes personalities.
    pub(crate) async fn editor(&self, account: &Account) -> Result<Editor, StoreError> {
        let rank = self.rank(account).await?;
        let user = self.person(account).await?;
        Ok(Editor { user: user.id, manages: rank.manages() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_creates_where_the_owner_says_so() {
        for (rank, owners) in [(Rank::Person, false), (Rank::Superuser, true), (Rank::Owner, true)]
        {
            assert_eq!(rank.creates(Creators::Owners), owners);
            assert!(rank.creates(Creators::Everyone));
            assert_eq!(rank.manages(), owners);
        }
    }
}
