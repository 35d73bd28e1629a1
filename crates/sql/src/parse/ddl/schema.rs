//! `CREATE SCHEMA`.

use super::common::{define, if_not_exists, role};
use super::create::Prefix;
use crate::ast::{CreateSchema, Definition, Statement, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE SCHEMA`
pub(super) fn create_schema(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = if parser.at_keyword("authorization") { None } else { Some(parser.name()?) };
    let authorization = if parser.eat_keyword("authorization") { Some(role(parser)?) } else { None };
    let start = parser.position();
    let mut elements = Vec::new();
    while parser.at_one_of(&["create", "grant"]) {
        elements.push(parser.descend(element)?);
    }
    if if_not_exists && !elements.is_empty() {
        let span = parser.span_from(start);
        return parser.error_at("CREATE SCHEMA IF NOT EXISTS cannot include schema elements", span);
    }
    define(Definition::CreateSchema(CreateSchema { name, authorization, if_not_exists, elements }))
}

/// `schema_stmt`
fn element(parser: &mut Parser<'_>) -> PResult<Statement> {
    let place = parser.save();
    let start = parser.position();
    let kind = super::definition(parser)?;
    let fits = match &kind {
        StatementKind::Define(definition) => match &**definition {
            Definition::CreateTable(table) => !table.foreign,
            Definition::CreateIndex(_)
            | Definition::CreateSequence(_)
            | Definition::CreateTrigger(_)
            | Definition::Grant(_)
            | Definition::CreateView(_) => true,
            _ => false,
        },
        _ => false,
    };
    if fits {
        return Ok(Statement { kind, span: parser.span_from(start) });
    }
    parser.restore(place);
    parser.error("a statement that CREATE SCHEMA may hold")
}
