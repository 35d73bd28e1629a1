//! `SET` and `RESET` where they are clauses: of functions, roles, databases and the whole system.

use std::sync::Arc;

use super::common::{at_number, number};
use crate::ast::{SetStatement, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// A setting as a clause gives it.
pub(super) struct Setting {
    /// The setting.
    pub(super) setting: SetStatement,
    /// `FROM CURRENT`
    pub(super) from_current: bool,
}

/// `SetResetClause` (`transactions`: what `SET TRANSACTION` sets may stand there too) or `FunctionSetResetClause`.
pub(super) fn setting(parser: &mut Parser<'_>, transactions: bool) -> PResult<Setting> {
    if let Some(found) = parser.attempt(generic) {
        return Ok(found);
    }
    if parser.keyword_at(1, "local") && !parser.punct_at(2, Punct::Dot) {
        return parser.error("a setting");
    }
    // `SET TIME ZONE`, `SET ROLE` and the rest that have words of their own: as the statements.
    let place = parser.save();
    let transaction = parser.keyword_at(1, "transaction") || parser.keyword_at(1, "session");
    let statement = parser.statement()?;
    match statement.kind {
        StatementKind::Set(setting) => Ok(Setting { setting, from_current: false }),
        StatementKind::Transaction(_) if transactions && transaction => {
            let name: Arc<str> = "transaction".into();
            Ok(Setting { setting: SetStatement { local: false, name, values: None }, from_current: false })
        }
        _ => {
            parser.restore(place);
            parser.error("a setting")
        }
    }
}

/// `generic_set`, `var_name FROM CURRENT`, `generic_reset`
pub(super) fn generic(parser: &mut Parser<'_>) -> PResult<Setting> {
    let reset = parser.eat_keyword("reset");
    if !reset {
        parser.expect_keyword("set")?;
    }
    if reset && parser.eat_keyword("all") {
        return Ok(plain("*".into(), None));
    }
    let name = setting_name(parser)?;
    if reset {
        return Ok(plain(name, None));
    }
    if parser.eat_keywords(&["from", "current"]) {
        return Ok(Setting { from_current: true, ..plain(name, None) });
    }
    if !parser.eat_keyword("to") {
        parser.expect_operator("=")?;
    }
    if parser.eat_keyword("default") {
        return Ok(plain(name, None));
    }
    let values = parser.comma_separated(setting_value)?;
    Ok(plain(name, Some(values)))
}

fn plain(name: Arc<str>, values: Option<Vec<Arc<str>>>) -> Setting {
    Setting { setting: SetStatement { local: false, name, values }, from_current: false }
}

/// `var_name`
fn setting_name(parser: &mut Parser<'_>) -> PResult<Arc<str>> {
    let mut text = parser.name()?.as_str().to_ascii_lowercase();
    // `SET TIME ZONE` and the like are no names.
    while parser.eat_punct(Punct::Dot) {
        text.push('.');
        text.push_str(&parser.name()?.as_str().to_ascii_lowercase());
    }
    Ok(text.into())
}

/// `var_value`
fn setting_value(parser: &mut Parser<'_>) -> PResult<Arc<str>> {
    if at_number(parser) {
        return number(parser);
    }
    if parser.at_one_of(&["true", "false", "on"]) {
        return parser.label().map(|word| word.text);
    }
    super::common::word_or_string(parser)
}
