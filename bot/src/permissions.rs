//! What a member of a server may do in a channel, as Discord works it out. Pure.
//!
//! The order is Discord's ("Permissions", "Permission Overwrites"): what `@everyone` and the member's
//! roles allow together; then what the channel says for `@everyone`, for all those roles together,
//! and for the member, each time first what it denies and then what it allows. The owner and
//! administrators may do everything. Who can't see a channel can do nothing in it. A thread has no
//! rules of its own: its channel's hold.

use std::ops::{BitAnd, BitOr, Not};

use shared::ids::{DiscordUserId, GuildId, RoleId};

/// A set of rights, in Discord's bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Everything.
    pub const ALL: Self = Self(u64::MAX);
    /// Everything, everywhere in the server.
    pub const ADMINISTRATOR: Self = Self(1 << 3);
    /// To see a channel.
    pub const VIEW_CHANNEL: Self = Self(1 << 10);
    /// To delete what others said.
    pub const MANAGE_MESSAGES: Self = Self(1 << 13);
    /// To read what was said before.
    pub const READ_MESSAGE_HISTORY: Self = Self(1 << 16);
    /// To enter a voice channel, and so to read what is written in it.
    pub const CONNECT: Self = Self(1 << 20);
    /// To see private threads without being in them.
    pub const MANAGE_THREADS: Self = Self(1 << 34);

    /// As Discord sends them.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Whether all of `rights` are among them.
    #[must_use]
    pub const fn contains(self, rights: Self) -> bool {
        self.0 & rights.0 == rights.0
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Permissions {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Permissions {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// What a channel says otherwise than the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// For whom.
    pub whom: Whom,
    /// What they may.
    pub allow: Permissions,
    /// What they may not.
    pub deny: Permissions,
}

/// Whom an overwrite is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Those with a role; the one with the server's own id is everybody's.
    Role(RoleId),
    /// One member.
    Member(DiscordUserId),
}

/// A member of a server.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Who.
    pub id: DiscordUserId,
    /// Their roles, without everybody's.
    pub roles: &'a [RoleId],
}

/// What holds in a whole server.
#[derive(Clone, Copy, Debug)]
pub struct ServerRules<'a> {
    /// Which.
    pub guild: GuildId,
    /// Whose it is, where that is known.
    pub owner: Option<DiscordUserId>,
    /// What each role may.
    pub roles: &'a [(RoleId, Permissions)],
}

impl ServerRules<'_> {
    /// What a member may do in a channel with these overwrites. A role that nobody knows gives nothing.
    #[must_use]
    pub fn in_channel(&self, member: Member<'_>, overwrites: &[Overwrite]) -> Permissions {
        let everyone = RoleId::from(self.guild.get());
        let is_mine = |role: &RoleId| member.roles.contains(role);
        if self.owner == Some(member.id) {
            return Permissions::ALL;
        }
        let base = self
            .roles
            .iter()
            .filter(|(role, _)| *role == everyone || is_mine(role))
            .fold(Permissions::default(), |sum, (_, rights)| sum | *rights);
        if base.contains(Permissions::ADMINISTRATOR) {
            return Permissions::ALL;
        }
        let of_everyone = |whom| whom == Whom::Role(everyone);
        let of_roles =
            |whom| matches!(whom, Whom::Role(role) if role != everyone && is_mine(&role));
        let of_member = |whom| whom == Whom::Member(member.id);
        let rights = applied(base, overwrites, of_everyone);
        let rights = applied(rights, overwrites, of_roles);
        let rights = applied(rights, overwrites, of_member);
        if rights.contains(Permissions::VIEW_CHANNEL) { rights } else { Permissions::default() }
    }
}

/// What these overwrites leave of the rights, taken together.
fn applied(
    rights: Permissions,
    overwrites: &[Overwrite],
    concerns: impl Fn(Whom) -> bool,
) -> Permissions {
    let (mut allow, mut deny) = (Permissions::default(), Permissions::default());
    for overwrite in overwrites.iter().filter(|overwrite| concerns(overwrite.whom)) {
        allow = allow | overwrite.allow;
        deny = deny | overwrite.deny;
    }
    (rights & !deny) | allow
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Permissions = Permissions::VIEW_CHANNEL;
    const READ: Permissions = Permissions::READ_MESSAGE_HISTORY;
    const NONE: Permissions = Permissions(0);
    const EVERYONE: u64 = 1;
    const CREW: u64 = 10;
    const GUESTS: u64 = 11;
    const ADMINS: u64 = 12;
    const ADA: u64 = 100;
    const OWNER: u64 = 999;

    fn role(id: u64, allow: Permissions, deny: Permissions) -> Overwrite {
        Overwrite { whom: Whom::Role(id.into()), allow, deny }
    }

    fn member(allow: Permissions, deny: Permissions) -> Overwrite {
        Overwrite { whom: Whom::Member(ADA.into()), allow, deny }
    }

    /// In a server where everybody may see, and read, everything.
    fn rights(who: u64, roles: &[u64], overwrites: &[Overwrite]) -> Permissions {
        let server = [
            (EVERYONE.into(), VIEW | READ),
            (CREW.into(), NONE),
            (GUESTS.into(), NONE),
            (ADMINS.into(), Permissions::ADMINISTRATOR),
        ];
        let law = ServerRules { guild: EVERYONE.into(), owner: Some(OWNER.into()), roles: &server };
        let theirs: Vec<RoleId> = roles.iter().map(|role| (*role).into()).collect();
        law.in_channel(Member { id: who.into(), roles: &theirs }, overwrites)
    }

    #[test]
    fn without_overwrites_the_servers_roles_hold() {
        assert_eq!(rights(ADA, &[], &[]), VIEW | READ);
        let rules = ServerRules { guild: EVERYONE.into(), owner: None, roles: &[] };
        let ada = Member { id: ADA.into(), roles: &[CREW.into()] };
        assert_eq!(rules.in_channel(ada, &[]), NONE, "nothing is known, nothing is allowed");
    }

    #[test]
    fn a_private_channel_is_for_those_who_are_let_in() {
        let private = role(EVERYONE, NONE, VIEW);
        assert_eq!(rights(ADA, &[], &[private]), NONE);
        assert_eq!(rights(ADA, &[CREW], &[private]), NONE);
        let for_crew = [private, role(CREW, VIEW, NONE)];
        assert_eq!(rights(ADA, &[CREW], &for_crew), VIEW | READ);
        assert_eq!(rights(ADA, &[GUESTS], &for_crew), NONE, "another's role");
        assert_eq!(rights(ADA, &[], &[private, member(VIEW, NONE)]), VIEW | READ);
        let for_somebody_else = Overwrite { whom: Whom::Member(101.into()), ..member(VIEW, NONE) };
        assert_eq!(rights(ADA, &[], &[private, for_somebody_else]), NONE);
    }

    #[test]
    fn roles_count_together_and_the_member_counts_last() {
        let mixed = [role(CREW, VIEW, NONE), role(GUESTS, NONE, VIEW)];
        assert_eq!(rights(ADA, &[CREW, GUESTS], &mixed), VIEW | READ, "allowed beats denied");
        assert_eq!(rights(ADA, &[GUESTS], &mixed), NONE);
        let banned = [role(CREW, VIEW | READ, NONE), member(NONE, READ)];
        assert_eq!(rights(ADA, &[CREW], &banned), VIEW);
        let order_does_not_matter = [member(NONE, READ), role(CREW, VIEW | READ, NONE)];
        assert_eq!(rights(ADA, &[CREW], &order_does_not_matter), VIEW);
    }

    #[test]
    fn owners_and_administrators_may_everything() {
        let closed = [role(EVERYONE, NONE, Permissions::ALL), member(NONE, Permissions::ALL)];
        assert_eq!(rights(OWNER, &[], &closed), Permissions::ALL);
        assert_eq!(rights(ADA, &[ADMINS], &closed), Permissions::ALL);
        // a channel can't make an administrator
        let forged = [role(EVERYONE, Permissions::ADMINISTRATOR, VIEW)];
        assert_eq!(rights(ADA, &[], &forged), NONE);
    }

    #[test]
    fn who_cannot_see_cannot_read() {
        let hidden = [role(EVERYONE, READ, VIEW)];
        assert_eq!(rights(ADA, &[], &hidden), NONE);
    }
}
