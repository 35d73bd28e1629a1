//! SQL functions that the planner puts into the expression that calls them (`inline_function`, clauses.c): where the
//! server asks whether an expression is immutable, it asks about what they hold, not about how they are marked.

use rollproof_catalog::{Function, FunctionKind, Language, Oid, RoutineBody, Schema};
use rollproof_sql::ast::{QueryBody, Statement, StatementKind};

use crate::environment::Environment;
use crate::outcome::Outcome;
use crate::types::info::{base_type, output_is_mutable};

/// Functions in functions are followed this far.
const DEPTH: usize = 8;

/// `quote_literal(anyelement)`, `quote_nullable(anyelement)`, `textanycat`, `anytextcat`: marked as stable, and inlined to
/// an immutable function of what the argument is as text.
const OF_TEXT: [Oid; 4] = [Oid(1285), Oid(1290), Oid(2003), Oid(2004)];

/// Whether a call with arguments of these types turns one of them into text in a way that settings change.
pub(crate) fn converts_mutably(schema: &Schema, function: Oid, arguments: &[Oid]) -> bool {
    OF_TEXT.contains(&function) && arguments.iter().any(|of| output_is_mutable(schema, base_type(schema, *of)))
}

/// Whether a call of the function may yield another value another time (`contain_mutable_functions`, after inlining).
pub(crate) fn is_mutable_function(schema: &Schema, oid: Oid) -> bool {
    is_mutable(schema, oid, DEPTH)
}

fn is_mutable(schema: &Schema, oid: Oid, depth: usize) -> bool {
    let Some(function) = schema.function(oid) else { return false };
    function.volatility != b'i'
        && !OF_TEXT.contains(&oid)
        && (depth == 0 || !holds_only_immutable(schema, function, depth - 1))
}

fn holds_only_immutable(schema: &Schema, function: &Function, depth: usize) -> bool {
    let can_inline = function.language == Language::Sql
        && function.kind == FunctionKind::Function
        && !function.security_definer
        && !function.returns_set
        && !function.strict
        && function.settings.is_empty();
    let Some(RoutineBody::Text { text, range }) = function.body.as_deref().filter(|_| can_inline) else { return false };
    let mut statements = rollproof_sql::parse_script(range.slice(text)).into_iter();
    let (Some((_, Ok(statement))), None) = (statements.next(), statements.next()) else { return false };
    if !is_bare_select(&statement) {
        return false;
    }
    match crate::resolve(&statement, schema, &Environment::of_routine(function)) {
        Outcome::Resolved(resolution) => {
            let looked_up = &resolution.depends;
            let operators = looked_up.chosen_operators.iter().filter_map(|oid| schema.operator(*oid));
            let functions =
                operators.map(|operator| operator.function).chain(looked_up.chosen_functions.iter().copied());
            !looked_up.mutable_construct && !functions.into_iter().any(|oid| is_mutable(schema, oid, depth))
        }
        Outcome::Refused(_) | Outcome::Unknown(_) => false,
    }
}

/// `SELECT expression` and nothing else.
fn is_bare_select(statement: &Statement) -> bool {
    let StatementKind::Query(query) = &statement.kind else { return false };
    let QueryBody::Select(select) = &query.body else { return false };
    let clauses = query.with.is_some() || query.limit.is_some() || query.offset.is_some() || !query.order_by.is_empty();
    !clauses
        && select.targets.len() == 1
        && select.from.is_empty()
        && select.filter.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.distinct.is_none()
        && select.into.is_none()
}
