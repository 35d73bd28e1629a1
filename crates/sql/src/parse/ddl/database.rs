//! Databases, tablespaces, the whole system: what lies beside the schema.

use super::alter::Head;
use super::common::{define, inert, role};
use super::create::Prefix;
use super::option::with_storage_options;
use super::setting;
use crate::ast::{DefaultSetting, Definition, StatementKind};
use crate::error::PResult;
use crate::lex::TokenKind;
use crate::parse::cursor::Parser;

/// `CREATE DATABASE`: another database, which this one's statements cannot reach.
pub(super) fn create_database(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    parser.name()?;
    parser.eat_keyword("with");
    while database_option(parser)? {}
    inert("CREATE DATABASE")
}

/// `createdb_opt_item`, where one stands.
fn database_option(parser: &mut Parser<'_>) -> PResult<bool> {
    if !parser.eat_keywords(&["connection", "limit"]) {
        let plain = matches!(&parser.peek().kind, TokenKind::Ident { category, .. } if category.identifier);
        if !plain && !parser.at_one_of(&["encoding", "location", "owner", "tablespace", "template"]) {
            return Ok(false);
        }
        parser.advance();
    }
    parser.eat_operator("=");
    if parser.eat_keyword("default") {
        return Ok(true);
    }
    if super::common::utility_argument(parser)?.is_none() {
        return parser.error("a value");
    }
    Ok(true)
}

/// `ALTER DATABASE d …`, the name taken.
pub(super) fn alter_database(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    if parser.eat_keywords(&["set", "tablespace"]) {
        parser.name()?;
        return inert("ALTER DATABASE");
    }
    if parser.eat_keywords(&["refresh", "collation", "version"]) {
        return inert("ALTER DATABASE");
    }
    if parser.at_one_of(&["set", "reset"]) {
        let found = setting::setting(parser, true)?;
        let database = head.name(parser)?.parts.pop();
        let (setting, from_current) = (found.setting, found.from_current);
        return define(Definition::DefaultSetting(DefaultSetting { role: None, database, setting, from_current }));
    }
    parser.eat_keyword("with");
    while database_option(parser)? {}
    inert("ALTER DATABASE")
}

/// `ALTER SYSTEM`, the words taken.
pub(super) fn alter_system(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let start = parser.position();
    let found = setting::generic(parser)?;
    if found.from_current {
        return parser.error_at("ALTER SYSTEM takes no FROM CURRENT", parser.span_from(start));
    }
    define(Definition::DefaultSetting(DefaultSetting {
        role: None,
        database: None,
        setting: found.setting,
        from_current: false,
    }))
}

/// `CREATE TABLESPACE`
pub(super) fn create_tablespace(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    parser.name()?;
    if parser.eat_keyword("owner") {
        role(parser)?;
    }
    parser.expect_keyword("location")?;
    parser.string()?;
    with_storage_options(parser)?;
    inert("CREATE TABLESPACE")
}
