//! Cursors of a session (`portalcmds.c`, `portalmem.c`): they end with their transaction, and those `WITH HOLD` once it has
//! failed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_sql::ast::{Statement, StatementKind};

use crate::Problem;
use crate::walker::refused;

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
    pub(crate) fn refusal(&self, statement: &Statement, depth: usize) -> Option<Problem> {
        let (sqlstate, message) = match &statement.kind {
            StatementKind::DeclareCursor(_, false, _) if depth == 0 => {
                ("25P01", "DECLARE CURSOR can only be used in transaction blocks".to_owned())
            }
            StatementKind::DeclareCursor(name, ..) if self.0.contains_key(&name.text) => {
                ("42P03", format!("cursor \"{}\" already exists", name.text))
            }
            StatementKind::UseCursor(_, Some(name)) if !self.0.contains_key(&name.text) => {
                ("34000", format!("cursor \"{}\" does not exist", name.text))
            }
            _ => return None,
        };
        Some(refused(sqlstate, &message, statement))
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
