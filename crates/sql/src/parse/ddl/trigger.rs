//! Triggers and event triggers.

use std::sync::Arc;

use super::common::{function_name, inert};
use super::constraint::attributes;
use super::create::Prefix;
use crate::ast::{CreateTrigger, Definition, Expr, Name, QualifiedName, StatementKind, TriggerTiming};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};
use crate::parse::cursor::Parser;

/// `TriggerEvents`
#[derive(Debug, Default)]
struct Events {
    insert: bool,
    update: bool,
    delete: bool,
    truncate: bool,
    columns: Vec<Name>,
}

/// `CREATE TRIGGER`
pub(super) fn create_trigger(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    let timing = if parser.eat_keyword("before") {
        TriggerTiming::Before
    } else if parser.eat_keyword("after") {
        TriggerTiming::After
    } else {
        parser.expect_keywords(&["instead", "of"])?;
        TriggerTiming::InsteadOf
    };
    let events = events(parser)?;
    parser.expect_keyword("on")?;
    let table = parser.qualified_name()?;
    let transitions = if parser.eat_keyword("referencing") { transitions(parser)? } else { Vec::new() };
    let for_each_row = for_each(parser)?;
    let head =
        Head { name, or_replace: prefix.or_replace, constraint: false, table, timing, transitions, for_each_row };
    rest(parser, head, events)
}

/// `CREATE CONSTRAINT TRIGGER`
pub(super) fn create_constraint_trigger(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    if prefix.or_replace {
        return parser.error_at("CREATE OR REPLACE CONSTRAINT TRIGGER is not supported", name.span);
    }
    parser.expect_keyword("after")?;
    let events = events(parser)?;
    parser.expect_keyword("on")?;
    let table = parser.qualified_name()?;
    if parser.eat_keyword("from") {
        parser.qualified_name()?;
    }
    let found = attributes(parser)?;
    if found.not_valid || found.no_inherit || found.enforced.is_some() {
        return parser.error_at("TRIGGER constraints cannot be marked so", found.span);
    }
    parser.expect_keywords(&["for", "each", "row"])?;
    let timing = TriggerTiming::After;
    let transitions = Vec::new();
    let head = Head { name, or_replace: false, constraint: true, table, timing, transitions, for_each_row: true };
    rest(parser, head, events)
}

/// What was read before `WHEN`.
struct Head {
    name: Name,
    or_replace: bool,
    constraint: bool,
    table: QualifiedName,
    timing: TriggerTiming,
    transitions: Vec<(bool, Name)>,
    for_each_row: bool,
}

fn rest(parser: &mut Parser<'_>, head: Head, events: Events) -> PResult<StatementKind> {
    let when: Option<Expr> = super::common::optional_condition(parser, "when")?;
    parser.expect_keyword("execute")?;
    let function = executed(parser)?;
    let arguments = parser.parenthesized(|parser| {
        // gram.y lets the list begin with a comma: `TriggerFuncArgs` may be empty before one.
        let leading = parser.eat_punct(Punct::Comma);
        if !leading && parser.at_punct(Punct::RightParen) {
            return Ok(Vec::new());
        }
        parser.comma_separated(argument)
    })?;
    super::common::define(Definition::CreateTrigger(CreateTrigger {
        name: head.name,
        or_replace: head.or_replace,
        constraint: head.constraint,
        table: head.table,
        timing: head.timing,
        on_insert: events.insert,
        on_update: events.update,
        on_delete: events.delete,
        on_truncate: events.truncate,
        columns: events.columns,
        for_each_row: head.for_each_row,
        when,
        transitions: head.transitions,
        function,
        arguments,
    }))
}

/// `FUNCTION_or_PROCEDURE func_name`
fn executed(parser: &mut Parser<'_>) -> PResult<QualifiedName> {
    if !parser.eat_keyword("function") {
        parser.expect_keyword("procedure")?;
    }
    function_name(parser)
}

fn events(parser: &mut Parser<'_>) -> PResult<Events> {
    let mut events = Events::default();
    loop {
        let span = parser.peek().span;
        let twice = if parser.eat_keyword("insert") {
            std::mem::replace(&mut events.insert, true)
        } else if parser.eat_keyword("delete") {
            std::mem::replace(&mut events.delete, true)
        } else if parser.eat_keyword("truncate") {
            std::mem::replace(&mut events.truncate, true)
        } else {
            parser.expect_keyword("update")?;
            if parser.eat_keyword("of") {
                events.columns = parser.name_list()?;
            }
            std::mem::replace(&mut events.update, true)
        };
        if twice {
            return parser.error_at("duplicate trigger events specified", span);
        }
        if !parser.eat_keyword("or") {
            return Ok(events);
        }
    }
}

/// `TriggerTransitions`: only tables are supported by the server, rows by its grammar; the server refuses rows later.
fn transitions(parser: &mut Parser<'_>) -> PResult<Vec<(bool, Name)>> {
    let mut found = Vec::new();
    while found.is_empty() || parser.at_one_of(&["new", "old"]) {
        let new = parser.eat_keyword("new");
        if !new {
            parser.expect_keyword("old")?;
        }
        if !parser.eat_keyword("table") {
            parser.expect_keyword("row")?;
        }
        parser.eat_keyword("as");
        found.push((new, parser.name()?));
    }
    Ok(found)
}

/// `TriggerForSpec`: whether it is `FOR EACH ROW`.
fn for_each(parser: &mut Parser<'_>) -> PResult<bool> {
    if !parser.eat_keyword("for") {
        return Ok(false);
    }
    parser.eat_keyword("each");
    let row = parser.eat_keyword("row");
    if !row {
        parser.expect_keyword("statement")?;
    }
    Ok(row)
}

/// `TriggerFuncArg`
fn argument(parser: &mut Parser<'_>) -> PResult<Arc<str>> {
    match &parser.peek().kind {
        TokenKind::String(_) => parser.string().map(|(text, _)| text),
        TokenKind::Integer(_) | TokenKind::Number(_) => super::common::number(parser),
        _ => parser.label().map(|word| word.text),
    }
}

/// `CREATE EVENT TRIGGER`
pub(super) fn create_event_trigger(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    parser.expect_keyword("on")?;
    parser.label()?;
    if parser.eat_keyword("when") {
        event_condition(parser)?;
        while parser.eat_keyword("and") {
            event_condition(parser)?;
        }
    }
    parser.expect_keyword("execute")?;
    let function = executed(parser)?;
    parser.expect_punct(Punct::LeftParen)?;
    parser.expect_punct(Punct::RightParen)?;
    super::common::define(Definition::CreateEventTrigger(name, function))
}

/// `event_trigger_when_item`
fn event_condition(parser: &mut Parser<'_>) -> PResult<()> {
    parser.name()?;
    parser.expect_keyword("in")?;
    parser.parenthesized(|parser| parser.comma_separated(Parser::string))?;
    Ok(())
}

/// `ALTER EVENT TRIGGER t { ENABLE | DISABLE }`, the name taken.
pub(super) fn alter_event_trigger(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    if parser.eat_keyword("enable") {
        if !parser.eat_keyword("replica") {
            parser.eat_keyword("always");
        }
    } else {
        parser.expect_keyword("disable")?;
    }
    inert("ALTER EVENT TRIGGER")
}
