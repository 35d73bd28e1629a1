//! Roles (`user.c`) and settings (`guc.c`).

use std::sync::Arc;

use rollproof_catalog::{Oid, Role, Schema};
use rollproof_sql::ast::{DefaultSetting, DefinitionOption, Name, SetStatement};

use crate::context::{Context, Outcome, refuse};
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
        let oid = self.schema.allocate();
        let mut role = Role {
            oid,
            name: name.text.clone(),
            superuser: false,
            bypass_row_security: false,
            inherit: true,
            member_of: Vec::new(),
            settings: Vec::new(),
        };
        self.role_options(&mut role, options)?;
        self.schema.put_role(role);
        for option in options.iter().filter(|option| matches!(&*option.name.text, "rolemembers" | "adminmembers")) {
            let member = self.option_role(option)?;
            self.add_member(oid, member, true)?;
        }
        Ok(())
    }

    fn option_role(&self, option: &DefinitionOption) -> Outcome<Oid> {
        let text = Arc::from(option.text().unwrap_or_default());
        self.role(&Name { text, span: option.name.span })
    }

    fn role_options(&self, role: &mut Role, options: &[DefinitionOption]) -> Outcome {
        role.superuser = option_is_on(options, "superuser").unwrap_or(role.superuser);
        role.bypass_row_security = option_is_on(options, "bypassrls").unwrap_or(role.bypass_row_security);
        role.inherit = option_is_on(options, "inherit").unwrap_or(role.inherit);
        for option in options.iter().filter(|option| &*option.name.text == "addroleto") {
            let group = self.option_role(option)?;
            if !role.member_of.contains(&group) {
                role.member_of.push(group);
            }
        }
        Ok(())
    }

    /// `ALTER ROLE`
    pub(crate) fn alter_role(&mut self, name: &Name, options: &[DefinitionOption]) -> Outcome {
        let oid = self.role(name)?;
        let Some(mut role) = self.schema.role(oid).cloned() else { return Ok(()) };
        self.role_options(&mut role, options)?;
        if oid >= Oid::FIRST_USER {
            self.schema.put_role(role);
        }
        Ok(())
    }

    fn add_member(&mut self, group: Oid, member: Oid, grant: bool) -> Outcome {
        let Some(mut role) = self.schema.role(member).cloned() else { return Ok(()) };
        role.member_of.retain(|known| *known != group);
        if grant {
            role.member_of.push(group);
        }
        if member >= Oid::FIRST_USER {
            self.schema.put_role(role);
        }
        Ok(())
    }

    /// `GRANT role TO role`, `REVOKE role FROM role`
    pub(crate) fn grant_role(&mut self, grant: bool, groups: &[Name], members: &[Name]) -> Outcome {
        for group in groups {
            let group_oid = self.role(group)?;
            for member in members {
                let member_oid = self.role(member)?;
                if group_oid == member_oid {
                    let message = format!("role \"{}\" is a member of role \"{}\"", group.text, member.text);
                    return Err(refuse("0LP01", message, member.span));
                }
                self.add_member(group_oid, member_oid, grant)?;
            }
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
            "role" | "session_authorization" => {
                let name = set.values.as_ref().and_then(|values| values.first());
                self.schema.session.role = match name {
                    None => None,
                    Some(name) if matches!(&**name, "none" | "default") => None,
                    Some(name) => {
                        if self.find_role(name).is_none() {
                            let message = format!("role \"{name}\" does not exist");
                            return Err(refuse("22023", message, self.span));
                        }
                        Some(name.clone())
                    }
                };
            }
            "*" => {
                self.schema.session.search_path = self.default_search_path();
                self.schema.session.settings = default.settings;
            }
            name => {
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

    fn default_search_path(&self) -> Arc<[Arc<str>]> {
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
