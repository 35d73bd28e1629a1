//! Row security policies.

use std::sync::Arc;

use super::alter::Head;
use super::common::{define, optional_condition, roles};
use super::create::Prefix;
use crate::ast::{Definition, Expr, Name, ObjectName, Policy, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE POLICY`
pub(super) fn create_policy(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    parser.expect_keyword("on")?;
    let table = parser.qualified_name()?;
    let mut restrictive = false;
    if parser.eat_keyword("as") {
        let word = parser.label()?;
        restrictive = word.as_str() == "restrictive";
        if !restrictive && word.as_str() != "permissive" {
            let message = format!("unrecognized row security option \"{}\"", word.as_str());
            return parser.error_at(&message, word.span);
        }
    }
    let mut command: Arc<str> = "all".into();
    if parser.eat_keyword("for") {
        if !parser.at_one_of(&["all", "select", "insert", "update", "delete"]) {
            return parser.error("a command");
        }
        command = parser.label()?.text;
    }
    let Conditions { roles, using, with_check } = conditions(parser)?;
    define(Definition::CreatePolicy(Policy { name, table, restrictive, command, roles, using, with_check }))
}

/// `ALTER POLICY p ON t …`, the name taken. Of the policy's other properties nothing is said: `all`, not restrictive.
pub(super) fn alter_policy(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let ObjectName::OnTable(name, table) = head.object else {
        return parser.error("a policy");
    };
    if head.if_exists {
        return parser.error("RENAME");
    }
    let Conditions { roles, using, with_check } = conditions(parser)?;
    let (restrictive, command) = (false, "all".into());
    define(Definition::AlterPolicy(Policy { name, table, restrictive, command, roles, using, with_check }))
}

/// `TO roles USING (…) WITH CHECK (…)`, each where it stands.
struct Conditions {
    roles: Option<Vec<Name>>,
    using: Option<Expr>,
    with_check: Option<Expr>,
}

fn conditions(parser: &mut Parser<'_>) -> PResult<Conditions> {
    let roles = if parser.eat_keyword("to") { Some(roles(parser)?) } else { None };
    let using = optional_condition(parser, "using")?;
    let check = parser.eat_keywords(&["with", "check"]);
    let with_check = if check { Some(super::common::parenthesized_expr(parser)?) } else { None };
    Ok(Conditions { roles, using, with_check })
}
