//! Who is a member of what, and who may say so (`user.c`: `AddRoleMems`, `DelRoleMems`). The rules are those of
//! PostgreSQL 16 and later; before, CREATEROLE was enough for every role that is no superuser.

use std::collections::BTreeSet;

use rollproof_catalog::{Membership, Oid, Role, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::{GrantRole, Name};

use crate::context::{Context, Outcome, refuse};

/// An option of a membership, as far as it was said.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Granting {
    /// ADMIN
    pub(crate) admin: Option<bool>,
    /// INHERIT
    pub(crate) inherit: Option<bool>,
    /// SET
    pub(crate) set: Option<bool>,
}

impl Context {
    /// `GRANT role TO role`, `REVOKE role FROM role`
    pub(crate) fn grant_role(&mut self, statement: &GrantRole) -> Outcome {
        let grantor = statement.granted_by.as_ref().map(|name| self.role(name)).transpose()?;
        let mut options = Granting::default();
        for (name, value) in &statement.options {
            match &*name.text {
                "admin" => options.admin = Some(*value),
                "inherit" => options.inherit = Some(*value),
                "set" => options.set = Some(*value),
                other => return Err(refuse("42601", format!("unrecognized role option \"{other}\""), name.span)),
            }
        }
        for group in &statement.groups {
            let oid = self.role(group)?;
            self.may_grant_role(oid, statement.grant, group.span)?;
            let grantor = self.grantor_of(oid, grantor, statement.grant, group.span)?;
            for member in &statement.members {
                let member_oid = self.role(member)?;
                if statement.grant {
                    self.add_member(oid, member_oid, grantor, options, member.span)?;
                } else {
                    self.remove_member(oid, member_oid, grantor, options, statement)?;
                }
            }
        }
        Ok(())
    }

    /// `check_role_membership_authorization`
    pub(crate) fn may_grant_role(&self, group: Oid, grant: bool, span: TextRange) -> Outcome {
        let Some(role) = self.schema.role(group) else { return Ok(()) };
        if grant && group == Schema::DATABASE_OWNER {
            return Err(refuse("0A000", format!("role \"{}\" cannot have explicit members", role.name), span));
        }
        let current = self.current_role();
        let allowed = self.schema.is_superuser(current)
            || !role.superuser && (self.schema.is_admin_of(current, group) || self.creates_roles_as_before_16(current));
        if allowed {
            return Ok(());
        }
        let verb = if grant { "grant" } else { "revoke" };
        Err(refuse("42501", format!("permission denied to {verb} role \"{}\"", role.name), span))
    }

    /// Until PostgreSQL 15 CREATEROLE was enough.
    pub(crate) fn creates_roles_as_before_16(&self, role: Oid) -> bool {
        self.schema.builtin.version < 16 && self.schema.role(role).is_some_and(|role| role.create_role)
    }

    /// Who is recorded as the one who granted (`check_role_grantor`): the bootstrap superuser for any superuser.
    fn grantor_of(&self, group: Oid, named: Option<Oid>, grant: bool, span: TextRange) -> Outcome<Oid> {
        let current = self.current_role();
        if self.schema.builtin.version < 16 {
            return Ok(Schema::SUPERUSER);
        }
        let Some(named) = named else {
            if self.schema.is_superuser(current) {
                return Ok(Schema::SUPERUSER);
            }
            let mut admins =
                self.schema.roles_of(current).into_iter().filter(|each| self.is_admin_itself(*each, group));
            return Ok(admins.next().unwrap_or(Schema::SUPERUSER));
        };
        let denied = |verb: &str| {
            let name = self.schema.role(named).map_or("", |role| &role.name);
            Err(refuse("42501", format!("permission denied to {verb} privileges as role \"{name}\""), span))
        };
        if !self.has_role(named) {
            return denied(if grant { "grant" } else { "revoke" });
        }
        if grant && named != Schema::SUPERUSER && !self.is_admin_itself(named, group) {
            return denied("grant");
        }
        Ok(named)
    }

    fn is_admin_itself(&self, member: Oid, group: Oid) -> bool {
        let memberships = self.schema.role(member).map_or(&[][..], |role| &role.member_of);
        memberships.iter().any(|each| each.group == group && each.admin)
    }

    /// `AddRoleMems` for one member.
    pub(crate) fn add_member(
        &mut self,
        group: Oid,
        member: Oid,
        grantor: Oid,
        options: Granting,
        span: TextRange,
    ) -> Outcome {
        let Some(mut role) = self.schema.role(member).cloned() else { return Ok(()) };
        let name = |oid| self.schema.role(oid).map_or_else(String::new, |role| role.name.to_string());
        if member == Schema::DATABASE_OWNER {
            return Err(refuse("0A000", format!("role \"{}\" cannot be a member of any role", role.name), span));
        }
        if self.schema.memberships_of(group, |_| true).contains(&member) {
            let message = format!("role \"{}\" is a member of role \"{}\"", name(group), role.name);
            return Err(refuse("0LP01", message, span));
        }
        if options.admin == Some(true)
            && grantor != Schema::SUPERUSER
            && !self.admins(group, Some(member)).contains(&grantor)
        {
            return Err(refuse("0LP01", "ADMIN option cannot be granted back to your own grantor", span));
        }
        let found = role.member_of.iter_mut().find(|each| each.group == group && each.grantor == grantor);
        match found {
            Some(known) => {
                known.admin = options.admin.unwrap_or(known.admin);
                known.inherit = options.inherit.unwrap_or(known.inherit);
                known.set = options.set.unwrap_or(known.set);
            }
            None => role.member_of.push(Membership {
                group,
                grantor,
                admin: options.admin.unwrap_or(false),
                inherit: options.inherit.unwrap_or(role.inherit),
                set: options.set.unwrap_or(true),
            }),
        }
        self.schema.put_role(role);
        Ok(())
    }

    /// `DelRoleMems` for one member: without CASCADE, what those who lose the right to grant had granted stands in the way.
    fn remove_member(
        &mut self,
        group: Oid,
        member: Oid,
        grantor: Oid,
        options: Granting,
        statement: &GrantRole,
    ) -> Outcome {
        let Some(mut role) = self.schema.role(member).cloned() else { return Ok(()) };
        let Some(at) = role.member_of.iter().position(|each| each.group == group && each.grantor == grantor) else {
            return Ok(());
        };
        let known = &mut role.member_of[at];
        match options {
            Granting { inherit: Some(_), .. } => known.inherit = false,
            Granting { set: Some(_), .. } => known.set = false,
            Granting { admin: Some(_), .. } => known.admin = false,
            _ => {
                role.member_of.remove(at);
            }
        }
        self.schema.put_role(role);
        self.forget_baseless(group, statement)
    }

    /// Memberships whose grantor may not grant any more.
    fn forget_baseless(&mut self, group: Oid, statement: &GrantRole) -> Outcome {
        let admins = self.admins(group, None);
        let baseless = |each: &Membership| each.group == group && !admins.contains(&each.grantor);
        let holders: Vec<Role> = self.roles_where(|role| role.member_of.iter().any(baseless));
        if !holders.is_empty() && !statement.cascade {
            let span = statement.groups.first().map_or(self.span, |name| name.span);
            return Err(refuse("2BP01", "dependent privileges exist", span));
        }
        for mut role in holders {
            role.member_of.retain(|each| !baseless(each));
            self.schema.put_role(role);
        }
        Ok(())
    }

    /// Who may grant the role by right of what was granted by somebody else than `except`, back to the bootstrap superuser.
    fn admins(&self, group: Oid, except: Option<Oid>) -> BTreeSet<Oid> {
        let mut admins = BTreeSet::from([Schema::SUPERUSER]);
        let members = self.roles_where(|role| role.member_of.iter().any(|each| each.group == group && each.admin));
        loop {
            let before = admins.len();
            for role in members.iter().filter(|role| Some(role.oid) != except) {
                let by_right = role
                    .member_of
                    .iter()
                    .any(|each| each.group == group && each.admin && admins.contains(&each.grantor));
                if by_right {
                    admins.insert(role.oid);
                }
            }
            if admins.len() == before {
                return admins;
            }
        }
    }

    /// The roles that the schema has changed or made, as far as `keep` says so.
    pub(crate) fn roles_where(&self, keep: impl Fn(&Role) -> bool) -> Vec<Role> {
        self.schema.roles.iter().filter(|role| keep(role)).map(|role| (**role).clone()).collect()
    }

    /// A dropped role is a member of nothing, and nothing is a member of it.
    pub(crate) fn forget_memberships(&mut self, group: Oid) {
        for mut role in self.roles_where(|role| role.member_of.iter().any(|each| each.group == group)) {
            role.member_of.retain(|each| each.group != group);
            self.schema.put_role(role);
        }
    }

    /// A role that owns or may do something, or has granted a membership that stays, is not dropped (2BP01). Nor is one
    /// by somebody who may not, nor the one that drops (55006).
    pub(crate) fn role_may_go(&self, name: &Name, together: &[Oid]) -> Outcome<Oid> {
        let oid = self.role(name)?;
        let session = &self.schema.session;
        let current = self.current_role();
        if oid == current || Some(oid) == session.user.as_deref().and_then(|user| self.find_role(user)) {
            return Err(refuse("55006", "current user cannot be dropped", name.span));
        }
        self.may_change_role(oid, "drop", name.span)?;
        let granted = |role: &Role| {
            role.member_of
                .iter()
                .any(|each| each.grantor == oid && !together.contains(&each.group) && each.group != oid)
                && !together.contains(&role.oid)
        };
        let granted = !self.roles_where(granted).is_empty();
        if granted || !self.owned_by(oid).is_empty() || self.is_granted_to(oid) {
            let message = format!("role \"{}\" cannot be dropped because some objects depend on it", name.text);
            return Err(refuse("2BP01", message, name.span));
        }
        Ok(oid)
    }

    /// Whether the current role may drop or rename another: CREATEROLE and ADMIN OPTION, or SUPERUSER.
    pub(crate) fn may_change_role(&self, role: Oid, verb: &str, span: TextRange) -> Outcome {
        let current = self.current_role();
        if self.schema.is_superuser(current) {
            return Ok(());
        }
        let of_superuser = self.schema.is_superuser(role);
        let creates = self.schema.role(current).is_some_and(|role| role.create_role);
        let before_16 = self.schema.builtin.version < 16;
        if !of_superuser && creates && (before_16 || self.schema.is_admin_of(current, role)) {
            return Ok(());
        }
        Err(refuse("42501", format!("permission denied to {verb} role"), span))
    }
}
