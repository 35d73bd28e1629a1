//! `CREATE STATISTICS`, `ALTER STATISTICS`: they steer the planner, and go with their columns.

use super::common::{columns, if_not_exists, inert, key_value};
use super::create::Prefix;
use crate::ast::{FromKind, QualifiedName, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE STATISTICS`: inert, with the tables that it names.
pub(super) fn create_statistics(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    if if_not_exists || parser.at_name() {
        parser.qualified_name()?;
    }
    if parser.at_punct(Punct::LeftParen) {
        columns(parser)?;
    }
    parser.expect_keyword("on")?;
    parser.comma_separated(key_value)?;
    parser.expect_keyword("from")?;
    let tables = parser.comma_separated(Parser::source_item)?;
    let tables: Vec<QualifiedName> = tables
        .into_iter()
        .filter_map(|item| match item.kind {
            FromKind::Relation(relation) => Some(relation.name),
            _ => None,
        })
        .collect();
    Ok(StatementKind::Inert("CREATE STATISTICS", tables))
}

/// `ALTER STATISTICS s SET STATISTICS n`, the name taken.
pub(super) fn alter_statistics(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["set", "statistics"])?;
    if !parser.eat_keyword("default") {
        parser.integer()?;
    }
    inert("ALTER STATISTICS")
}
