//! Extensions and procedural languages.

use super::common::{define, if_not_exists, other, single, word_or_string};
use super::create::Prefix;
use super::object::extension_member;
use crate::ast::{CreateExtension, Definition, ObjectKind, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE EXTENSION`
pub(super) fn create_extension(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.name()?;
    parser.eat_keyword("with");
    let mut extension = CreateExtension { name, if_not_exists, schema: None, cascade: false };
    loop {
        if parser.eat_keyword("schema") {
            extension.schema = Some(parser.name()?);
        } else if parser.eat_keyword("version") {
            word_or_string(parser)?;
        } else if parser.eat_keyword("cascade") {
            extension.cascade = true;
        } else {
            return define(Definition::CreateExtension(extension));
        }
    }
}

/// `ALTER EXTENSION`, the words taken.
pub(super) fn alter_extension(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let name = parser.name()?;
    if parser.eat_keyword("update") {
        while parser.eat_keyword("to") {
            word_or_string(parser)?;
        }
        return define(Definition::AlterExtensionUpdate(name));
    }
    if parser.eat_keyword("add") || parser.eat_keyword("drop") {
        extension_member(parser)?;
        return define(Definition::AlterExtensionContents(name));
    }
    parser.expect_keywords(&["set", "schema"])?;
    let to = parser.name()?;
    let object = crate::ast::ObjectName::Name(single(name));
    define(Definition::SetSchema(crate::ast::SetSchema { kind: ObjectKind::Extension, object, if_exists: false, to }))
}

/// `CREATE LANGUAGE`
pub(super) fn create_language(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    if parser.eat_keyword("handler") {
        parser.qualified_name()?;
        if parser.eat_keyword("inline") {
            parser.qualified_name()?;
        }
        if !parser.eat_keywords(&["no", "validator"]) && parser.eat_keyword("validator") {
            parser.qualified_name()?;
        }
    }
    define(Definition::CreateOther(other(ObjectKind::Language, single(name))))
}
