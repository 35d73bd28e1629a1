//! Roles (`user.c`) and settings (`guc.c`).

use std::sync::Arc;

use rollproof_catalog::{Oid, Role, Schema};
use rollproof_sql::ast::{DefaultSetting, DefinitionOption, Name, SetStatement};

use crate::context::{Context, Outcome, refuse};
use crate::membership::Granting;
use crate::view::option_is_on;

impl Context {
    /// `CREATE ROLE`
    pub(crate) fn create_role(&mut self, name: &Name, options: &[DefinitionOption]) -> Outcome {
        if self.find_role(&name.text).is_some() {
            return Err(refuse("42710", format!("role \"{}\" already exists", name.text), name.span));
        }
        if name.text.starts_with("pg_") || matches!(&*name.text, "public" | "none") {
            return Err(refuse("42939", format!("role name \"{}\" is reserved", name.text), name.span));
        }
        let current = self.current_role();
        let creator = self.schema.role(current).cloned();
        let superuser = self.schema.is_superuser(current);
        if !superuser && !creator.as_ref().is_some_and(|role| role.create_role) {
            return Err(refuse("42501", "permission denied to create role", name.span));
        }
        self.may_give_attributes(options, "create", name.span)?;
        let mut role = Role::new(self.schema.allocate(), name.text.clone());
        let oid = role.oid;
        role_options(&mut role, options);
        self.schema.put_role(role);
        if !superuser && self.schema.builtin.version >= 16 {
            self.grant_to_creator(oid, current, name.span)?;
        }
        let plain = Granting::default();
        let admin = Granting { admin: Some(true), ..plain };
        for option in options {
            let other = match &*option.name.text {
                "addroleto" | "rolemembers" | "adminmembers" => self.option_role(option)?,
                _ => continue,
            };
            let grantor = if superuser { Schema::SUPERUSER } else { current };
            match &*option.name.text {
                "addroleto" => {
                    self.may_grant_role(other, true, name.span)?;
                    self.add_member(other, oid, grantor, plain, name.span)?;
                }
                "adminmembers" => self.add_member(oid, other, grantor, admin, name.span)?,
                _ => self.add_member(oid, other, grantor, plain, name.span)?,
            }
        }
        Ok(())
    }

    /// Who makes a role without being a superuser may grant it, and what `createrole_self_grant` says.
    fn grant_to_creator(&mut self, role: Oid, creator: Oid, span: rollproof_source::TextRange) -> Outcome {
        let none = Granting { admin: Some(true), inherit: Some(false), set: Some(false) };
        self.add_member(role, creator, Schema::SUPERUSER, none, span)?;
        let own = self.schema.session.settings.get("createrole_self_grant").cloned().unwrap_or_default().to_lowercase();
        if own.trim().is_empty() {
            return Ok(());
        }
        let says = |word: &str| Some(own.split([',', ' ']).any(|each| each == word));
        let options = Granting { admin: Some(false), inherit: says("inherit"), set: says("set") };
        self.add_member(role, creator, creator, options, span)
    }

    /// Attributes that one has to have oneself to give them (`CreateRole`, `AlterRole`).
    fn may_give_attributes(
        &self,
        options: &[DefinitionOption],
        verb: &str,
        span: rollproof_source::TextRange,
    ) -> Outcome {
        let current = self.current_role();
        if self.schema.is_superuser(current) {
            return Ok(());
        }
        let Some(own) = self.schema.role(current) else { return Ok(()) };
        let before_16 = self.schema.builtin.version < 16;
        let altering = verb == "alter";
        let asked = |name: &str| match option_is_on(options, name) {
            // Taking an attribute away needs it too; a new role does not have it anyway.
            Some(on) => on || altering,
            None => false,
        };
        let denied = asked("superuser")
            || asked("isreplication") && (before_16 || !own.replication)
            || asked("bypassrls") && (before_16 || !own.bypass_row_security)
            || asked("createdb") && !(own.create_database || before_16);
        if denied {
            return Err(refuse("42501", format!("permission denied to {verb} role"), span));
        }
        Ok(())
    }

    fn option_role(&self, option: &DefinitionOption) -> Outcome<Oid> {
        let text = Arc::from(option.text().unwrap_or_default());
        self.role(&Name { text, span: option.name.span })
    }

    /// `ALTER ROLE`
    pub(crate) fn alter_role(&mut self, name: &Name, options: &[DefinitionOption]) -> Outcome {
        let oid = self.role(name)?;
        let Some(mut role) = self.schema.role(oid).cloned() else { return Ok(()) };
        let current = self.current_role();
        // Everybody may change their own password.
        let own_password = oid == current && options.iter().all(|option| &*option.name.text == "password");
        if !own_password {
            self.may_change_role(oid, "alter", name.span)?;
            self.may_give_attributes(options, "alter", name.span)?;
        }
        role_options(&mut role, options);
        if oid >= Oid::FIRST_USER {
            self.schema.put_role(role);
        }
        for option in options.iter().filter(|option| &*option.name.text == "rolemembers") {
            let member = self.option_role(option)?;
            self.add_member(oid, member, Schema::SUPERUSER, Granting::default(), name.span)?;
        }
        Ok(())
    }

    /// `SET`, `RESET`
    pub(crate) fn set(&mut self, set: &SetStatement) -> Outcome {
        let default = rollproof_catalog::Session::default();
        match &*set.name {
            "search_path" => {
                self.schema.session.search_path = match &set.values {
                    Some(values) => Arc::from(values.clone()),
                    None => self.default_search_path(),
                };
            }
            "role" => {
                let name = self.role_setting(set)?;
                let session = &self.schema.session;
                let user = session.user.as_deref().map_or(Some(Schema::SUPERUSER), |user| self.find_role(user));
                let role = name.as_deref().and_then(|name| self.find_role(name));
                if let (Some(user), Some(role)) = (user, role)
                    && !self.schema.can_set_role(user, role)
                {
                    let message = format!("permission denied to set role \"{}\"", name.as_deref().unwrap_or_default());
                    return Err(refuse("42501", message, self.span));
                }
                self.schema.session.role = name;
            }
            "session_authorization" => {
                self.schema.session.user = self.role_setting(set)?;
                self.schema.session.role = None;
            }
            "*" => {
                self.schema.session.search_path = self.default_search_path();
                self.schema.session.settings = default.settings;
            }
            name => {
                if name == "default_toast_compression" && set.values.as_ref().is_some_and(|each| &*each[0] == "lz4") {
                    self.presume(&rollproof_catalog::Provision::Lz4, self.span);
                }
                let settings = Arc::make_mut(&mut self.schema.session.settings);
                match &set.values {
                    Some(values) => {
                        let text = values.iter().map(|value| &**value).collect::<Vec<_>>().join(", ");
                        settings.insert(Arc::from(name), Arc::from(text));
                    }
                    None => {
                        settings.remove(name);
                    }
                }
            }
        }
        Ok(())
    }

    /// The role that SET names, if it names one.
    fn role_setting(&self, set: &SetStatement) -> Outcome<Option<Arc<str>>> {
        let name = set.values.as_ref().and_then(|values| values.first());
        let Some(name) = name.filter(|name| !matches!(&***name, "none" | "default")) else { return Ok(None) };
        if self.find_role(name).is_none() {
            return Err(refuse("22023", format!("role \"{name}\" does not exist"), self.span));
        }
        Ok(Some(name.clone()))
    }

    pub(crate) fn default_search_path(&self) -> Arc<[Arc<str>]> {
        let own = self.schema.database_search_path.clone();
        own.unwrap_or_else(|| rollproof_catalog::Session::default().search_path)
    }

    /// `ALTER DATABASE … SET`, `ALTER ROLE … SET`: what sessions that begin later start with.
    pub(crate) fn default_setting(&mut self, statement: &DefaultSetting) -> Outcome {
        if let Some(name) = &statement.role {
            let oid = self.role(name)?;
            let Some(mut role) = self.schema.role(oid).cloned() else { return Ok(()) };
            role.settings.retain(|known| known.0 != statement.setting.name);
            if let Some(values) = &statement.setting.values {
                role.settings.push((statement.setting.name.clone(), values.clone()));
            }
            if oid >= Oid::FIRST_USER || oid == Schema::SUPERUSER {
                self.schema.put_role(role);
            }
            return Ok(());
        }
        if &*statement.setting.name == "search_path" {
            self.schema.database_search_path = if statement.from_current {
                Some(self.schema.session.search_path.clone())
            } else {
                statement.setting.values.clone().map(Arc::from)
            };
        }
        Ok(())
    }

    /// Whether a setting is off (`check_function_bodies`).
    pub(crate) fn setting_is_off(&self, name: &str) -> bool {
        let value = self.schema.session.settings.get(name);
        value.is_some_and(|value| matches!(&*value.to_lowercase(), "off" | "false" | "0" | "no" | "f"))
    }
}

fn role_options(role: &mut Role, options: &[DefinitionOption]) {
    role.superuser = option_is_on(options, "superuser").unwrap_or(role.superuser);
    role.bypass_row_security = option_is_on(options, "bypassrls").unwrap_or(role.bypass_row_security);
    role.inherit = option_is_on(options, "inherit").unwrap_or(role.inherit);
    role.create_role = option_is_on(options, "createrole").unwrap_or(role.create_role);
    role.create_database = option_is_on(options, "createdb").unwrap_or(role.create_database);
    role.replication = option_is_on(options, "isreplication").unwrap_or(role.replication);
}
