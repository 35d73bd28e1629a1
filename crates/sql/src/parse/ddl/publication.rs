//! Publications and subscriptions.

use super::alter::Head;
use super::common::{define, optional_columns, optional_condition, other, single};
use super::create::Prefix;
use super::option::{definition, with_definition};
use crate::ast::{Definition, ObjectKind, OtherObject, QualifiedName, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE PUBLICATION`
pub(super) fn create_publication(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    let mut relations = Vec::new();
    if parser.eat_keyword("for") && !parser.eat_keywords(&["all", "tables"]) {
        relations = published(parser)?;
    }
    with_definition(parser)?;
    define(Definition::CreateOther(OtherObject { relations, ..other(ObjectKind::Publication, single(name)) }))
}

/// `pub_obj_list`: the tables in it. An entry without `TABLE` or `TABLES IN SCHEMA` continues the kind before it
/// (`preprocess_pubobj_list` in gram.y).
fn published(parser: &mut Parser<'_>) -> PResult<Vec<QualifiedName>> {
    let mut tables = Vec::new();
    let mut in_schemas = None;
    parser.comma_separated(|parser| {
        let span = parser.peek().span;
        if parser.at_keywords(&["tables", "in", "schema"]) {
            in_schemas = Some(true);
            parser.expect_keywords(&["tables", "in", "schema"])?;
        } else if parser.at_keyword("table") {
            in_schemas = Some(false);
            parser.advance();
        }
        match in_schemas {
            Some(true) if parser.eat_keyword("current_schema") => Ok(()),
            Some(true) => {
                let place = parser.save();
                parser.name()?;
                if parser.at_punct(Punct::Dot) || parser.at_punct(Punct::LeftParen) || parser.at_keyword("where") {
                    parser.restore(place);
                    return parser.error("the name of a schema");
                }
                Ok(())
            }
            Some(false) => {
                tables.push(parser.relation_ref()?.name);
                optional_columns(parser)?;
                optional_condition(parser, "where").map(drop)
            }
            None => parser.error_at("invalid publication object list", span),
        }
    })?;
    Ok(tables)
}

/// `ALTER PUBLICATION p …`, the name taken.
pub(super) fn alter_publication(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let publication = other(head.kind, head.name(parser)?);
    if parser.at_keyword("set") && parser.punct_at(1, Punct::LeftParen) {
        parser.advance();
        definition(parser)?;
        return define(Definition::AlterOther(publication));
    }
    if !["add", "set", "drop"].iter().any(|word| parser.eat_keyword(word)) {
        return parser.error("what to alter");
    }
    let relations = published(parser)?;
    define(Definition::AlterOther(OtherObject { relations, ..publication }))
}

/// `CREATE SUBSCRIPTION`
pub(super) fn create_subscription(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    parser.expect_keyword("connection")?;
    parser.string()?;
    parser.expect_keyword("publication")?;
    parser.name_list()?;
    with_definition(parser)?;
    define(Definition::CreateOther(other(ObjectKind::Subscription, single(name))))
}

/// `ALTER SUBSCRIPTION s …`, the name taken.
pub(super) fn alter_subscription(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    if parser.eat_keyword("connection") {
        parser.string()?;
    } else if parser.eat_keywords(&["refresh", "publication"]) {
        with_definition(parser)?;
    } else if parser.eat_keyword("skip") {
        definition(parser)?;
    } else if parser.at_keyword("set") && parser.punct_at(1, Punct::LeftParen) {
        parser.advance();
        definition(parser)?;
    } else if ["add", "drop", "set"].iter().any(|word| parser.eat_keyword(word)) {
        parser.expect_keyword("publication")?;
        parser.name_list()?;
        with_definition(parser)?;
    } else if !parser.eat_keyword("enable") {
        parser.expect_keyword("disable")?;
    }
    define(Definition::AlterOther(other(head.kind, head.name(parser)?)))
}
