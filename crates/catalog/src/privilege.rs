//! Who may do what (`acl.c`, `aclchk.c`).

use std::collections::BTreeSet;

use crate::{Acl, Function, Membership, Namespace, Oid, Privilege, Relation, Schema, Type};

/// `pg_read_all_data`
const READ_ALL_DATA: Oid = Oid(6181);
/// `pg_write_all_data`
const WRITE_ALL_DATA: Oid = Oid(6182);

impl Schema {
    /// The session's role; none where its name is not one that the schema knows.
    #[must_use]
    pub fn current_role(&self) -> Option<Oid> {
        match self.session.role.as_deref().or(self.session.user.as_deref()) {
            None => Some(Self::SUPERUSER),
            Some(name) => self.find_role(name).map(|role| role.oid),
        }
    }

    /// Whether a role has SUPERUSER.
    #[must_use]
    pub fn is_superuser(&self, role: Oid) -> bool {
        role == Self::SUPERUSER || self.role(role).is_some_and(|role| role.superuser)
    }

    /// The role and all whose privileges it has through membership (`roles_is_member_of` with `ROLERECURSE_PRIVS`).
    #[must_use]
    pub fn roles_of(&self, role: Oid) -> BTreeSet<Oid> {
        let mut known = BTreeSet::from([role]);
        let mut pending = vec![role];
        while let Some(next) = pending.pop() {
            let Some(role) = self.role(next) else { continue };
            // Until PostgreSQL 15 the member's own INHERIT decides, since then that of each membership.
            let inherits = |each: &&Membership| if self.builtin.version < 16 { role.inherit } else { each.inherit };
            let groups = role.member_of.iter().filter(inherits).map(|each| each.group);
            pending.extend(groups.filter(|group| known.insert(*group)));
        }
        known
    }

    /// The role and all that it is a member of, as far as `follow` goes along a membership (`roles_is_member_of`).
    #[must_use]
    pub fn memberships_of(&self, role: Oid, follow: impl Fn(&Membership) -> bool) -> BTreeSet<Oid> {
        let mut known = BTreeSet::from([role]);
        let mut pending = vec![role];
        while let Some(role) = pending.pop().and_then(|next| self.role(next)) {
            let groups = role.member_of.iter().filter(|each| follow(each)).map(|each| each.group);
            pending.extend(groups.filter(|group| known.insert(*group)));
        }
        known
    }

    /// Whether a role may grant membership in another (`is_admin_of_role`).
    #[must_use]
    pub fn is_admin_of(&self, member: Oid, role: Oid) -> bool {
        let admin = |each: &Oid| {
            let memberships = self.role(*each).map_or(&[][..], |each| &each.member_of);
            memberships.iter().any(|each| each.group == role && each.admin)
        };
        self.is_superuser(member) || self.memberships_of(member, |_| true).iter().any(admin)
    }

    /// Whether a role may become another, and give objects to it (`member_can_set_role`).
    #[must_use]
    pub fn can_set_role(&self, member: Oid, role: Oid) -> bool {
        let version = self.builtin.version;
        self.is_superuser(member) || self.memberships_of(member, |each| version < 16 || each.set).contains(&role)
    }

    /// Whether the session's role may do this to a relation; none where the role is not known.
    #[must_use]
    pub fn may_on_relation(&self, relation: &Relation, privilege: Privilege) -> Option<bool> {
        let roles = match self.effective_roles()? {
            Effective::Superuser => return Some(true),
            Effective::Roles(roles) => roles,
        };
        let through_predefined = match privilege {
            Privilege::Select => roles.contains(&READ_ALL_DATA),
            Privilege::Insert | Privilege::Update | Privilege::Delete => roles.contains(&WRITE_ALL_DATA),
            _ => false,
        };
        Some(through_predefined || granted(&roles, relation.acl.as_deref(), relation.owner, 0, privilege))
    }

    /// Whether the session's role may do this to a column, or to its whole relation.
    #[must_use]
    pub fn may_on_column(&self, relation: &Relation, number: i16, privilege: Privilege) -> Option<bool> {
        if self.may_on_relation(relation, privilege)? {
            return Some(true);
        }
        let Effective::Roles(roles) = self.effective_roles()? else { return Some(true) };
        let acl = relation.column_by_number(number).and_then(|column| column.acl.as_deref());
        Some(acl.is_some_and(|acl| granted(&roles, Some(acl), relation.owner, 0, privilege)))
    }

    /// Whether the session's role may run a routine; by default everyone may.
    #[must_use]
    pub fn may_execute(&self, function: &Function) -> Option<bool> {
        let Effective::Roles(roles) = self.effective_roles()? else { return Some(true) };
        let everyone = Privilege::Execute as u16;
        Some(granted(&roles, function.acl.as_deref(), function.owner, everyone, Privilege::Execute))
    }

    /// Whether the session's role may make objects of a type; by default everyone may.
    #[must_use]
    pub fn may_use_type(&self, found: &Type) -> Option<bool> {
        let Effective::Roles(roles) = self.effective_roles()? else { return Some(true) };
        let everyone = Privilege::Usage as u16;
        Some(granted(&roles, found.acl.as_deref(), found.owner, everyone, Privilege::Usage))
    }

    /// Whether the session's role may do this to a schema.
    #[must_use]
    pub fn may_on_namespace(&self, namespace: &Namespace, privilege: Privilege) -> Option<bool> {
        let Effective::Roles(roles) = self.effective_roles()? else { return Some(true) };
        let reads_all =
            privilege == Privilege::Usage && (roles.contains(&READ_ALL_DATA) || roles.contains(&WRITE_ALL_DATA));
        Some(reads_all || granted(&roles, namespace.acl.as_deref(), namespace.owner, 0, privilege))
    }

    /// Whether the session's role may make schemas in the database.
    #[must_use]
    pub fn may_on_database(&self) -> Option<bool> {
        let Effective::Roles(roles) = self.effective_roles()? else { return Some(true) };
        Some(self.database_creators.iter().any(|role| role.is_none() || roles.contains(role)))
    }

    fn effective_roles(&self) -> Option<Effective> {
        let role = self.current_role()?;
        let superuser = self.is_superuser(role);
        Some(if superuser { Effective::Superuser } else { Effective::Roles(self.roles_of(role)) })
    }
}

/// What the session's role counts as.
enum Effective {
    /// Everything is allowed.
    Superuser,
    /// Itself and what it is a member of.
    Roles(BTreeSet<Oid>),
}

/// `aclmask`: the owner has everything unless the list says otherwise; without a list, everyone has `everyone`.
fn granted(roles: &BTreeSet<Oid>, acl: Option<&Acl>, owner: Oid, everyone: u16, privilege: Privilege) -> bool {
    let Some(acl) = acl else {
        return roles.contains(&owner) || everyone & privilege as u16 != 0;
    };
    let for_role = |grantee: Oid| grantee.is_none() || roles.contains(&grantee);
    acl.entries.iter().any(|entry| for_role(entry.grantee) && entry.privileges & privilege as u16 != 0)
}
