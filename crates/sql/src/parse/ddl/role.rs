//! Roles, and what they own.

use rollproof_source::TextRange;

use super::alter::{Head, RENAME};
use super::common::{define, role, role_id, roles, single};
use super::create::Prefix;
use super::option::text_option;
use super::{rename, setting};
use crate::ast::{
    DefaultSetting, Definition, DefinitionOption, GrantRole, Name, ObjectKind, ObjectName, StatementKind,
};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE ROLE`, `CREATE GROUP`
pub(super) fn create_role(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    created(parser, Vec::new())
}

/// `CREATE USER`: a role that may log in.
pub(super) fn create_user(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let span = parser.span_from(parser.position());
    created(parser, vec![text_option("canlogin", "true".into(), span)])
}

fn created(parser: &mut Parser<'_>, mut options: Vec<DefinitionOption>) -> PResult<StatementKind> {
    let name = role_id(parser)?;
    parser.eat_keyword("with");
    while option(parser, true, &mut options)? {}
    define(Definition::CreateRole(name, options))
}

/// What gram.y calls the options that are words alone.
const FLAGS: &[(&str, &str, &str)] = &[
    ("superuser", "superuser", "true"),
    ("nosuperuser", "superuser", "false"),
    ("createrole", "createrole", "true"),
    ("nocreaterole", "createrole", "false"),
    ("replication", "isreplication", "true"),
    ("noreplication", "isreplication", "false"),
    ("createdb", "createdb", "true"),
    ("nocreatedb", "createdb", "false"),
    ("login", "canlogin", "true"),
    ("nologin", "canlogin", "false"),
    ("bypassrls", "bypassrls", "true"),
    ("nobypassrls", "bypassrls", "false"),
    ("inherit", "inherit", "true"),
    ("noinherit", "inherit", "false"),
];

/// `CreateOptRoleElem` (`creating`) or `AlterOptRoleElem`, where one stands.
fn option(parser: &mut Parser<'_>, creating: bool, options: &mut Vec<DefinitionOption>) -> PResult<bool> {
    let span = parser.peek().span;
    if let Some((_, name, text)) = FLAGS.iter().find(|(word, ..)| parser.eat_keyword(word)) {
        options.push(text_option(name, (*text).into(), span));
        return Ok(true);
    }
    // Passwords are not kept: only that one is set, which not everyone may do.
    if parser.eat_keywords(&["encrypted", "password"]) {
        parser.string()?;
        options.push(text_option("password", "".into(), span));
    } else if parser.eat_keyword("password") {
        if !parser.eat_keyword("null") {
            parser.string()?;
        }
        options.push(text_option("password", "".into(), span));
    } else if parser.eat_keywords(&["connection", "limit"]) {
        parser.integer()?;
        options.push(text_option("connectionlimit", "".into(), span));
    } else if parser.eat_keywords(&["valid", "until"]) {
        parser.string()?;
        options.push(text_option("validuntil", "".into(), span));
    } else if parser.eat_keyword("user") {
        members(parser, "rolemembers", span, options)?;
    } else if !creating {
        return Ok(false);
    } else if parser.eat_keyword("sysid") {
        super::common::unsigned(parser)?;
    } else if parser.eat_keyword("admin") {
        members(parser, "adminmembers", span, options)?;
    } else if parser.eat_keyword("role") {
        members(parser, "rolemembers", span, options)?;
    } else if parser.eat_keywords(&["in", "role"]) || parser.eat_keywords(&["in", "group"]) {
        members(parser, "addroleto", span, options)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn members(parser: &mut Parser<'_>, name: &str, span: TextRange, options: &mut Vec<DefinitionOption>) -> PResult<()> {
    let found = roles(parser)?;
    options.extend(found.into_iter().map(|member| text_option(name, member.text, span)));
    Ok(())
}

/// `ALTER ROLE`, `ALTER USER`, the words taken.
pub(super) fn alter_role(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    if parser.eat_keyword("all") {
        return role_setting(parser, None);
    }
    let name = role(parser)?;
    if parser.at_one_of(&["set", "reset"]) || parser.at_keywords(&["in", "database"]) {
        return role_setting(parser, Some(name));
    }
    if let Some(statement) = renamed(parser, &name)? {
        return Ok(statement);
    }
    parser.eat_keyword("with");
    let mut options = Vec::new();
    while option(parser, false, &mut options)? {}
    define(Definition::AlterRole(name, options))
}

fn renamed(parser: &mut Parser<'_>, name: &Name) -> PResult<Option<StatementKind>> {
    if !parser.at_keyword("rename") {
        return Ok(None);
    }
    let object = ObjectName::Name(single(name.clone()));
    let head = Head { kind: ObjectKind::Role, object, if_exists: false, inherit: true };
    rename::shared(parser, RENAME, &head)
}

/// `[IN DATABASE d] SET …`
fn role_setting(parser: &mut Parser<'_>, role: Option<Name>) -> PResult<StatementKind> {
    let database = if parser.eat_keywords(&["in", "database"]) { Some(parser.name()?) } else { None };
    if !parser.at_one_of(&["set", "reset"]) {
        return parser.error("SET");
    }
    let found = setting::setting(parser, true)?;
    let (setting, from_current) = (found.setting, found.from_current);
    define(Definition::DefaultSetting(DefaultSetting { role, database, setting, from_current }))
}

/// `ALTER GROUP`, the words taken.
pub(super) fn alter_group(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let group = role(parser)?;
    if let Some(statement) = renamed(parser, &group)? {
        return Ok(statement);
    }
    let add = parser.eat_keyword("add");
    if !add {
        parser.expect_keyword("drop")?;
    }
    parser.expect_keyword("user")?;
    let users = roles(parser)?;
    let (groups, options) = (vec![group], Vec::new());
    define(Definition::GrantRole(GrantRole {
        grant: add,
        groups,
        members: users,
        options,
        granted_by: None,
        cascade: false,
    }))
}

/// `REASSIGN OWNED`
pub(super) fn reassign_owned(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["reassign", "owned", "by"])?;
    let mut owners = roles(parser)?;
    parser.expect_keyword("to")?;
    owners.push(role(parser)?);
    define(Definition::Owned(false, owners, false))
}
