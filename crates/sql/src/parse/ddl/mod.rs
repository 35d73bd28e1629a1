//! Data definition: `gram.y`'s statements that change the schema, and those that touch neither names nor writes.
//!
//! Each verb has a table by first words; each entry of a table is one small function in the file of its topic.

mod aggregate;
mod alter;
mod alter_table;
mod common;
mod constraint;
mod create;
mod create_table;
mod database;
mod drop;
mod extension;
mod foreign;
mod function;
mod grant;
mod index;
mod inert;
mod object;
mod operator;
mod option;
mod policy;
mod publication;
mod rename;
mod role;
mod rule;
mod schema;
mod sequence;
mod setting;
mod statistics;
mod trigger;
mod types;
mod view;

#[cfg(test)]
mod tests;

use super::cursor::Parser;
use crate::ast::StatementKind;
use crate::error::PResult;

/// What reads a statement, its first word not yet taken.
type Production = fn(&mut Parser<'_>) -> PResult<StatementKind>;

/// The statements by their first word.
const STATEMENTS: &[(&str, Production)] = &[
    ("create", create::create),
    ("alter", alter::alter),
    ("drop", drop::drop),
    ("grant", grant::grant),
    ("revoke", grant::revoke),
    ("comment", inert::comment),
    ("security", inert::security_label),
    ("reassign", role::reassign_owned),
    ("import", foreign::import_schema),
    ("vacuum", inert::vacuum),
    ("analyze", inert::analyze),
    ("analyse", inert::analyze),
    ("cluster", inert::cluster),
    ("reindex", inert::reindex),
    ("checkpoint", inert::checkpoint),
    ("listen", inert::listen),
    ("unlisten", inert::unlisten),
    ("notify", inert::notify),
    ("load", inert::load),
    ("discard", inert::discard),
];

/// A statement of data definition, or one that touches no names.
pub(super) fn definition(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    match STATEMENTS.iter().find(|(word, _)| parser.at_keyword(word)) {
        Some((_, production)) => production(parser),
        None => parser.error("a statement"),
    }
}
