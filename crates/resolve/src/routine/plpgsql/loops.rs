//! Loops: a body may run again with what its own end left in the records.

use rollproof_catalog::{TypeRef, oid};
use rollproof_sql::ParseError;
use rollproof_sql::ast::{Argument, QualifiedName};
use rollproof_sql::plpgsql::{PlExpression, PlLoop, PlLoopKind};

use super::super::synthetic::select;
use super::Walker;
use super::scope::{Held, Moment};
use crate::environment::VariableKind;
use crate::error::ErrorKind;
use crate::types::info;

/// Rounds until what records hold at the start of a loop is the same as at its end; then they are unknown.
const ROUNDS: usize = 3;

/// Loops in loops beyond this depth know nothing of records.
const DEPTH: usize = 4;

impl Walker<'_> {
    /// A loop.
    pub(super) fn walk_loop(&mut self, each: &PlLoop) {
        self.open(each.label.as_ref().map(|label| label.text.clone()));
        self.loop_depth += 1;
        match &each.kind {
            PlLoopKind::Forever => self.rounds(|walker| walker.statements(&each.statements)),
            PlLoopKind::While(condition) => self.rounds(|walker| {
                walker.value(condition);
                walker.statements(&each.statements);
            }),
            PlLoopKind::Integers { variable, bounds } => {
                for bound in bounds {
                    if let Some(emitted) = self.value(bound) {
                        self.assign_check(emitted, bound, TypeRef::plain(oid::INT4));
                    }
                }
                self.scalar(&variable.text, oid::INT4);
                self.rounds(|walker| walker.statements(&each.statements));
            }
            PlLoopKind::Query(targets, query) => {
                self.targets(targets);
                let emitted = self.sql_statement(query);
                let columns = emitted.and_then(|emitted| self.columns(emitted));
                if self.receive(targets, columns.clone())
                    && let Some(emitted) = emitted
                {
                    self.forget_shape(emitted);
                }
                self.rows(targets, columns, each);
            }
            PlLoopKind::Execute(targets, dynamic) => {
                self.targets(targets);
                let emitted = self.dynamic(dynamic, dynamic.text.span);
                let columns = emitted.last().and_then(|emitted| self.columns(*emitted));
                self.rows(targets, columns, each);
            }
            PlLoopKind::Cursor { variable, cursor, arguments } => {
                self.cursor_arguments(arguments.as_ref());
                self.add_loop_record(variable.text.clone());
                let columns = self.cursors.get(&cursor.text).cloned().flatten();
                let target = super::super::synthetic::name(vec![variable.clone()], variable.span);
                self.rows(&[target], columns, each);
            }
            PlLoopKind::Array(targets, array) => self.elements(targets, array, each),
        }
        self.loop_depth -= 1;
        self.close();
    }

    /// The body of a loop over rows, which fills the targets anew each time.
    fn rows(
        &mut self,
        targets: &[QualifiedName],
        columns: Option<Vec<super::super::output::NamedType>>,
        each: &PlLoop,
    ) {
        self.rounds(|walker| {
            walker.receive(targets, columns.clone());
            walker.statements(&each.statements);
        });
    }

    /// `exec_stmt_foreach_a`
    fn elements(&mut self, targets: &[QualifiedName], array: &PlExpression, each: &PlLoop) {
        self.targets(targets);
        let emitted = self.value(array);
        let found = self.type_of(emitted);
        let element = found.and_then(|found| info::base_element_type(&self.schema, found.oid));
        if let (Some(found), None, Some(emitted)) = (found, element, emitted) {
            let from = self.schema.format_type_plain(found.oid);
            let message = format!("FOREACH expression must yield an array, not type {from}");
            let kind = ErrorKind::TypeMismatch { from: from.into(), to: "".into() };
            self.refuse(emitted, "42804", &message, kind);
        }
        let target = match targets {
            [target] => self.find(&target.parts).filter(|(_, used)| *used == target.parts.len()),
            _ => None,
        };
        let row = element.filter(|element| info::is_complex(&self.schema, *element));
        self.rounds(|walker| {
            if let Some((place, _)) = target {
                let row = row.map(|row| Held::Known(VariableKind::Scalar(TypeRef::plain(row))));
                walker.hold(place, row.unwrap_or(Held::Unknown));
            }
            walker.statements(&each.statements);
        });
    }

    /// The arguments of a bound cursor.
    pub(super) fn cursor_arguments(&mut self, arguments: Result<&Vec<Argument>, &ParseError>) {
        match arguments {
            Ok(arguments) => {
                for argument in arguments {
                    let span = argument.value.span;
                    self.emit(select(vec![argument.value.clone()], span), span);
                }
            }
            Err(error) => self.unread(error),
        }
    }

    /// Walks the body of a loop until what records hold where it starts is what they hold where it ends.
    fn rounds(&mut self, body: impl Fn(&mut Self)) {
        let (statements, unknowns, text) = (self.out.statements.len(), self.out.unknowns.len(), self.text.len());
        if self.loop_depth > DEPTH {
            let nothing = Self::forgotten(&self.moment());
            self.restore(&nothing);
            body(self);
            self.restore(&nothing);
            return;
        }
        for round in 0..=ROUNDS {
            let start = self.moment();
            body(self);
            let end = self.blur(&Self::meet(&start, &self.moment()));
            if round == ROUNDS || Self::is_same_moment(&start, &end) {
                self.restore(&end);
                return;
            }
            let next = if round + 1 == ROUNDS { Self::forgotten(&end) } else { end };
            self.out.statements.truncate(statements);
            self.out.unknowns.truncate(unknowns);
            self.text.truncate(text);
            self.restore(&next);
        }
    }

    fn forgotten(moment: &Moment) -> Moment {
        moment.iter().map(|(place, _)| (*place, Held::Unknown)).collect()
    }
}
