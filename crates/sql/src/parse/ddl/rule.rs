//! `CREATE RULE`.

use rollproof_source::TextRange;

use super::common::define;
use super::create::Prefix;
use crate::ast::{CreateRule, Definition, Expr, Query, QueryBody, Select, Statement, StatementKind, Target};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE RULE`
pub(super) fn create_rule(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    parser.expect_keywords(&["as", "on"])?;
    if !parser.at_one_of(&["select", "insert", "update", "delete"]) {
        return parser.error("an event");
    }
    let event = parser.label()?.text;
    parser.expect_keyword("to")?;
    let table = parser.qualified_name()?;
    let condition = if parser.eat_keyword("where") { Some(parser.expr()?) } else { None };
    parser.expect_keyword("do")?;
    let instead = parser.eat_keyword("instead");
    if !instead {
        parser.eat_keyword("also");
    }
    let actions = actions(parser)?;
    define(Definition::CreateRule(CreateRule {
        name,
        or_replace: prefix.or_replace,
        event,
        table,
        condition,
        instead,
        actions,
    }))
}

/// `RuleActionList`
fn actions(parser: &mut Parser<'_>) -> PResult<Vec<Statement>> {
    if parser.eat_keyword("nothing") {
        return Ok(Vec::new());
    }
    if !parser.at_punct(Punct::LeftParen) {
        return action(parser).map(|action| vec![action]);
    }
    // A parenthesis opens a list of actions, or a query between parentheses. Of two errors the farther one tells more.
    let place = parser.save();
    const GOES_ON: &[&str] = &["union", "intersect", "except", "order", "limit", "offset", "fetch", "for"];
    let list_error = match parser.parenthesized(action_list) {
        Ok(found) if !parser.at_one_of(GOES_ON) => return Ok(found),
        Ok(_) => parser.error::<()>("the end").err(),
        Err(error) => Some(error),
    };
    parser.restore(place);
    match action(parser) {
        Ok(action) => Ok(vec![action]),
        Err(error) => Err(list_error.filter(|other| other.span.start >= error.span.start).unwrap_or(error)),
    }
}

/// `RuleActionMulti`
fn action_list(parser: &mut Parser<'_>) -> PResult<Vec<Statement>> {
    let mut actions = Vec::new();
    loop {
        while parser.eat_punct(Punct::Semicolon) {}
        if parser.at_punct(Punct::RightParen) {
            return Ok(actions);
        }
        actions.push(action(parser)?);
        if !parser.at_punct(Punct::RightParen) && !parser.at_punct(Punct::Semicolon) {
            return parser.error(";");
        }
    }
}

/// `RuleActionStmt`
fn action(parser: &mut Parser<'_>) -> PResult<Statement> {
    let place = parser.save();
    let statement = parser.statement()?;
    let fits = matches!(
        &statement.kind,
        StatementKind::Query(_)
            | StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Inert("NOTIFY", _)
    );
    if fits {
        return Ok(statement);
    }
    parser.restore(place);
    parser.error("an action of a rule")
}

/// `SELECT value`, which `RETURN value` stands for.
pub(super) fn select_of(value: Expr, span: TextRange) -> Query {
    let target = Target { value, alias: None };
    let select = Select {
        distinct: None,
        targets: vec![target],
        into: None,
        from: Vec::new(),
        filter: None,
        group_by: Vec::new(),
        group_distinct: false,
        having: None,
        windows: Vec::new(),
        holes: Vec::new(),
        open_from: false,
        span,
    };
    Query {
        with: None,
        body: QueryBody::Select(Box::new(select)),
        order_by: Vec::new(),
        limit: None,
        with_ties: false,
        offset: None,
        locking: Vec::new(),
        holes: Vec::new(),
        span,
    }
}
