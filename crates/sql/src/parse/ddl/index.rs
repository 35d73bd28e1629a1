//! `CREATE INDEX` and the keys of indexes.

use super::common::{collation, define, if_not_exists, key_value};
use super::constraint::null_treatment;
use super::create::Prefix;
use super::create_table::{access_method, tablespace};
use super::option::{storage_options, with_storage_options};
use crate::ast::{CreateIndex, Definition, IndexElement, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE INDEX`
pub(super) fn create_index(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    index(parser, false)
}

/// `CREATE UNIQUE INDEX`
pub(super) fn create_unique_index(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    index(parser, true)
}

fn index(parser: &mut Parser<'_>, unique: bool) -> PResult<StatementKind> {
    let concurrently = parser.eat_keyword("concurrently");
    let if_not_exists = if_not_exists(parser);
    let name = if if_not_exists || parser.at_name() { Some(parser.name()?) } else { None };
    parser.expect_keyword("on")?;
    let relation = parser.relation_ref()?;
    let method = access_method(parser)?;
    let elements = parser.parenthesized(|parser| parser.comma_separated(index_element))?;
    let include = if parser.eat_keyword("include") {
        parser.parenthesized(|parser| parser.comma_separated(index_element))?
    } else {
        Vec::new()
    };
    let nulls_not_distinct = null_treatment(parser)?;
    let options = with_storage_options(parser)?;
    tablespace(parser)?;
    let predicate = if parser.eat_keyword("where") { Some(parser.expr()?) } else { None };
    define(Definition::CreateIndex(CreateIndex {
        name,
        table: relation.name,
        inherit: relation.inherit,
        unique,
        concurrently,
        if_not_exists,
        method,
        elements,
        include,
        nulls_not_distinct,
        options,
        predicate,
    }))
}

/// `index_elem`
pub(super) fn index_element(parser: &mut Parser<'_>) -> PResult<IndexElement> {
    let value = key_value(parser)?;
    let collation = collation(parser)?;
    let mut class_options = Vec::new();
    let operator_class = if parser.at_name() && !at_nulls_order(parser) {
        let name = parser.qualified_name()?;
        if parser.at_punct(Punct::LeftParen) {
            class_options = storage_options(parser)?;
        }
        Some(name)
    } else {
        None
    };
    let descending = parser.eat_keyword("desc");
    if !descending {
        parser.eat_keyword("asc");
    }
    let nulls_first = if parser.eat_keywords(&["nulls", "first"]) {
        Some(true)
    } else if parser.eat_keywords(&["nulls", "last"]) {
        Some(false)
    } else {
        None
    };
    Ok(IndexElement { value, collation, operator_class, class_options, descending, nulls_first })
}

fn at_nulls_order(parser: &Parser<'_>) -> bool {
    parser.at_keywords(&["nulls", "first"]) || parser.at_keywords(&["nulls", "last"])
}
