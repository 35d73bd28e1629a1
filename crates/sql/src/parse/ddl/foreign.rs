//! Foreign data: wrappers, servers, user mappings, imported schemas. (Foreign tables are in `create_table`.)

use super::alter::Head;
use super::common::{define, if_not_exists, other, role, single};
use super::create::Prefix;
use super::option::{altered_generic_options, generic_options};
use crate::ast::{Definition, Name, ObjectKind, OtherObject, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE FOREIGN DATA WRAPPER`
pub(super) fn create_wrapper(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    wrapper_options(parser)?;
    generic_options(parser)?;
    define(Definition::CreateOther(other(ObjectKind::ForeignDataWrapper, single(name))))
}

/// `opt_fdw_options`: whether there were any.
fn wrapper_options(parser: &mut Parser<'_>) -> PResult<bool> {
    let mut found = false;
    loop {
        let none = parser.eat_keywords(&["no", "handler"]) || parser.eat_keywords(&["no", "validator"]);
        if !none {
            if !parser.eat_keyword("handler") && !parser.eat_keyword("validator") {
                return Ok(found);
            }
            parser.qualified_name()?;
        }
        found = true;
    }
}

/// `ALTER FOREIGN DATA WRAPPER w …`, the name taken.
pub(super) fn alter_wrapper(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let found = wrapper_options(parser)?;
    if !found || parser.at_keyword("options") {
        altered_generic_options(parser)?;
    }
    define(Definition::AlterOther(other(head.kind, head.name(parser)?)))
}

/// `CREATE SERVER`
pub(super) fn create_server(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let lenient = if_not_exists(parser);
    let name = parser.name()?;
    if parser.eat_keyword("type") {
        parser.string()?;
    }
    server_version(parser)?;
    parser.expect_keywords(&["foreign", "data", "wrapper"])?;
    let belongs_to = Some(parser.name()?);
    generic_options(parser)?;
    define(Definition::CreateOther(OtherObject { lenient, belongs_to, ..other(ObjectKind::Server, single(name)) }))
}

/// `opt_foreign_server_version`: whether it stands.
fn server_version(parser: &mut Parser<'_>) -> PResult<bool> {
    let found = parser.eat_keyword("version");
    if found && !parser.eat_keyword("null") {
        parser.string()?;
    }
    Ok(found)
}

/// `ALTER SERVER s …`, the name taken.
pub(super) fn alter_server(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let found = server_version(parser)?;
    if !found || parser.at_keyword("options") {
        altered_generic_options(parser)?;
    }
    define(Definition::AlterOther(other(head.kind, head.name(parser)?)))
}

/// `auth_ident`
pub(super) fn mapped_user(parser: &mut Parser<'_>) -> PResult<Name> {
    if parser.at_keyword("user") { parser.label() } else { role(parser) }
}

/// `FOR user SERVER s`
fn mapping(parser: &mut Parser<'_>) -> PResult<OtherObject> {
    parser.expect_keyword("for")?;
    let of = mapped_user(parser)?;
    parser.expect_keyword("server")?;
    let belongs_to = Some(parser.name()?);
    Ok(OtherObject { belongs_to, ..other(ObjectKind::UserMapping, single(of)) })
}

/// `CREATE USER MAPPING`
pub(super) fn create_user_mapping(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let lenient = if_not_exists(parser);
    let mapping = mapping(parser)?;
    generic_options(parser)?;
    define(Definition::CreateOther(OtherObject { lenient, ..mapping }))
}

/// `ALTER USER MAPPING`, the words taken.
pub(super) fn alter_user_mapping(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let mapping = mapping(parser)?;
    altered_generic_options(parser)?;
    define(Definition::AlterOther(mapping))
}

/// `IMPORT FOREIGN SCHEMA`: it brings tables that only the foreign server knows.
pub(super) fn import_schema(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["import", "foreign", "schema"])?;
    parser.name()?;
    if parser.eat_keyword("except") || parser.eat_keywords(&["limit", "to"]) {
        parser.parenthesized(|parser| parser.comma_separated(|parser| parser.relation_ref()))?;
    }
    parser.expect_keywords(&["from", "server"])?;
    parser.name()?;
    parser.expect_keyword("into")?;
    parser.name()?;
    generic_options(parser)?;
    Ok(StatementKind::Unmodelled("IMPORT FOREIGN SCHEMA"))
}
