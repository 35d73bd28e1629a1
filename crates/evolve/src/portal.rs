//! Cursors of a session (`portalcmds.c`, `portalmem.c`): they end with their transaction, and those `WITH HOLD` once it has
//! failed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::{Language, RoutineBody, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, Statement, StatementKind};

use crate::walker::refused;
use crate::{Problem, ProblemKind};

/// Open cursors by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cursors(BTreeMap<Arc<str>, Cursor>);

#[derive(Debug, Clone)]
struct Cursor {
    hold: bool,
    /// Marks (the transaction's start and its savepoints) below the place where it was opened; 0 once it is held.
    depth: usize,
}

impl Cursors {
    /// What the server says of `statement` before it runs it, `depth` marks deep in a transaction.
    pub(crate) fn refusal(&self, statement: &Statement, depth: usize, schema: &Schema) -> Option<Problem> {
        let (sqlstate, message) = match &statement.kind {
            StatementKind::DeclareCursor(_, false, _) if depth == 0 => {
                ("25P01", "DECLARE CURSOR can only be used in transaction blocks".to_owned())
            }
            StatementKind::DeclareCursor(name, ..) if self.0.contains_key(&name.text) => {
                ("42P03", format!("cursor \"{}\" already exists", name.text))
            }
            StatementKind::UseCursor(_, Some(name)) if self.is_missing(name) && !may_open(schema) => {
                ("34000", format!("cursor \"{}\" does not exist", name.text))
            }
            _ => return None,
        };
        Some(refused(sqlstate, &message, statement))
    }

    /// What is said of a cursor that only a function can have opened, if one has.
    pub(crate) fn uncertain(&self, statement: &Statement) -> Option<Problem> {
        let StatementKind::UseCursor(_, Some(name)) = &statement.kind else { return None };
        let message = format!("whether cursor \"{}\" is open depends on what functions did", name.text);
        let kind = ProblemKind::Presumed;
        self.is_missing(name).then_some(Problem { kind, message, detail: None, span: statement.span })
    }

    fn is_missing(&self, name: &Name) -> bool {
        !self.0.contains_key(&name.text)
    }

    /// `statement` has run.
    pub(crate) fn step(&mut self, statement: &Statement, depth: usize) {
        match &statement.kind {
            StatementKind::DeclareCursor(name, hold, _) => {
                self.0.insert(name.text.clone(), Cursor { hold: *hold, depth });
            }
            StatementKind::UseCursor("CLOSE CURSOR", Some(name)) => drop(self.0.remove(&name.text)),
            StatementKind::UseCursor("CLOSE CURSOR", None) | StatementKind::Unmodelled("DISCARD ALL") => self.0.clear(),
            _ => {}
        }
    }

    /// The transaction has committed.
    pub(crate) fn commit(&mut self) {
        self.0.retain(|_, cursor| cursor.hold);
        self.0.values_mut().for_each(|cursor| cursor.depth = 0);
    }

    /// A savepoint `depth` marks deep is released: what was opened after it belongs to what is around it.
    pub(crate) fn release(&mut self, depth: usize) {
        self.0.values_mut().for_each(|cursor| cursor.depth = cursor.depth.min(depth));
    }

    /// The work from mark `depth` on is rolled back.
    pub(crate) fn rollback(&mut self, depth: usize) {
        self.0.retain(|_, cursor| cursor.depth <= depth);
    }
}

/// Whether some function's body opens cursors (`OPEN` in PL/pgSQL).
fn may_open(schema: &Schema) -> bool {
    schema.functions.iter().any(|function| match function.body.as_deref() {
        Some(RoutineBody::Text { text, range }) if function.language == Language::PlPgSql => {
            let body = range.slice(text);
            rollproof_sql::tokens(body, TextRange::new(0, body.len() as u32))
                .iter()
                .any(|token| token.slice(body).eq_ignore_ascii_case("open"))
        }
        _ => false,
    })
}
