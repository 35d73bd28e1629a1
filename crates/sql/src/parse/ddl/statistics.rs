//! `CREATE STATISTICS`, `ALTER STATISTICS`: they steer the planner, and go with their columns.

use super::alter::Head;
use super::common::{columns, define, if_not_exists, key_value, other};
use super::create::Prefix;
use crate::ast::{CreateStatistics, Definition, FromKind, OtherObject, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE STATISTICS`
pub(super) fn create_statistics(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let named = if_not_exists || parser.at_name();
    let name = if named { Some(parser.qualified_name()?) } else { None };
    let kinds = if parser.at_punct(Punct::LeftParen) { columns(parser)? } else { Vec::new() };
    parser.expect_keyword("on")?;
    let elements = parser.comma_separated(key_value)?;
    parser.expect_keyword("from")?;
    let tables = parser.comma_separated(Parser::source_item)?;
    let tables = tables.into_iter().map(|item| match item.kind {
        FromKind::Relation(relation) => Some(relation.name),
        _ => None,
    });
    let tables = tables.collect();
    define(Definition::CreateStatistics(CreateStatistics { name, if_not_exists, kinds, elements, tables }))
}

/// `ALTER STATISTICS s SET STATISTICS n`, the name taken.
pub(super) fn alter_statistics(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    parser.expect_keywords(&["set", "statistics"])?;
    if !parser.eat_keyword("default") {
        parser.integer()?;
    }
    let (kind, lenient) = (head.kind, head.if_exists);
    define(Definition::AlterOther(OtherObject { lenient, ..other(kind, head.name(parser)?) }))
}
