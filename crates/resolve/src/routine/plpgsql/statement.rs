//! Statements other than loops (`exec_stmts`).

use rollproof_catalog::Oid;
use rollproof_sql::ast::{ColumnRef, Definition, Expr, ExprKind, Literal, Name, Statement, StatementKind};
use rollproof_sql::plpgsql::{
    PlBranch, PlExpression, PlInto, PlOpen, PlStatement, PlStatementKind, PlValue, SqlStatement,
};

use super::super::Invocation;
use super::super::language_sql::{SetConfig, follow_settings, note_made, set_config};
use super::super::made::made_by_calls;
use super::super::output::{Declared, mismatch, row_of};
use super::super::synthetic::select;
use super::Walker;
use super::emit::Emitted;
use crate::environment::VariableKind;
use crate::error::ErrorKind;
use crate::types::info;

impl Walker<'_> {
    /// A statement.
    pub(super) fn statement(&mut self, statement: &PlStatement) {
        let span = statement.span;
        match &statement.kind {
            PlStatementKind::Block(block) => self.block(block),
            PlStatementKind::Assign(target, value) => self.assignment(target, value),
            PlStatementKind::If(branches, otherwise) => self.branches(branches, otherwise),
            PlStatementKind::Case(argument, branches, otherwise) => {
                self.case(argument.as_ref(), branches, otherwise.as_deref());
            }
            PlStatementKind::Loop(each) => self.walk_loop(each),
            PlStatementKind::Exit(_, condition) | PlStatementKind::Continue(_, condition) => {
                self.optional(condition.as_ref());
            }
            PlStatementKind::Return(value) => value.iter().for_each(|value| self.return_value(value, false)),
            PlStatementKind::ReturnNext(value) => value.iter().for_each(|value| self.return_value(value, true)),
            PlStatementKind::ReturnQuery(query) => self.return_query(query),
            PlStatementKind::ReturnQueryExecute(dynamic) => {
                for emitted in self.dynamic(dynamic, span) {
                    self.check_returned_rows(emitted);
                }
            }
            PlStatementKind::Raise(raise) => {
                self.values(&raise.arguments);
                for (_, value) in &raise.options {
                    self.value(value);
                }
            }
            PlStatementKind::Assert(condition, message) => {
                self.value(condition);
                self.optional(message.as_ref());
            }
            PlStatementKind::Sql(statement, into) => self.sql(statement, into.as_ref()),
            PlStatementKind::Execute(dynamic, into) => self.execute(dynamic, into.as_ref(), span),
            PlStatementKind::Perform(query) => {
                if let Some(emitted) = self.sql_statement(query) {
                    self.forget_shape(emitted);
                }
            }
            PlStatementKind::GetDiagnostics(_, items) => {
                let targets: Vec<_> = items.iter().map(|(target, _)| target.clone()).collect();
                self.targets(&targets);
            }
            PlStatementKind::Open(cursor, open) => self.open_cursor(cursor.object(), open, span),
            PlStatementKind::Fetch(cursor, targets) => {
                self.targets(targets);
                let columns = self.cursors.get(&cursor.object().text).cloned().flatten();
                self.receive(targets, columns);
            }
            PlStatementKind::Move(_)
            | PlStatementKind::Close(_)
            | PlStatementKind::Null
            | PlStatementKind::Commit
            | PlStatementKind::Rollback => {}
            PlStatementKind::Error(error) => self.unread(error),
        }
    }

    fn optional(&mut self, value: Option<&PlExpression>) {
        if let Some(value) = value {
            self.value(value);
        }
    }

    /// `exec_stmt_if`
    fn branches(&mut self, branches: &[PlBranch], otherwise: &[PlStatement]) {
        let before = self.moment();
        let mut ways = Vec::new();
        for branch in branches {
            self.restore(&before);
            self.values(&branch.when);
            ways.push(self.way(&before, &branch.statements));
        }
        ways.push(self.way(&before, otherwise));
        self.join(&before, ways);
    }

    /// `exec_stmt_case`: the argument goes into a variable, which each branch compares with its values.
    fn case(&mut self, argument: Option<&PlExpression>, branches: &[PlBranch], otherwise: Option<&[PlStatement]>) {
        const HIDDEN: &str = "__Case__Variable__";
        self.open(None);
        if let Some(argument) = argument {
            let emitted = self.value(argument);
            match self.type_of(emitted) {
                Some(found) => self.add(HIDDEN.into(), VariableKind::Scalar(found)),
                None => self.add_unknown(HIDDEN.into()),
            }
        }
        let before = self.moment();
        let mut ways = Vec::new();
        for branch in branches {
            self.restore(&before);
            match argument {
                Some(argument) => self.case_values(HIDDEN, argument, &branch.when),
                None => {
                    self.values(&branch.when);
                }
            }
            ways.push(self.way(&before, &branch.statements));
        }
        // Without ELSE it is an error that no branch is taken.
        ways.extend(otherwise.map(|otherwise| self.way(&before, otherwise)));
        self.join(&before, ways);
        self.close();
    }

    fn case_values(&mut self, hidden: &str, argument: &PlExpression, values: &[PlExpression]) {
        let mut list = Vec::new();
        for value in values {
            match &value.value {
                Ok(PlValue::Expr(expr)) => list.push((**expr).clone()),
                Ok(PlValue::Query(_)) => {
                    self.query_of(value);
                }
                Err(error) => self.unread(error),
            }
        }
        let Some((first, last)) = values.first().zip(values.last()) else { return };
        if list.is_empty() {
            return;
        }
        let span = first.span.cover(last.span);
        let name = Name { text: hidden.into(), span: argument.span };
        let column = ColumnRef { fields: vec![name], star: None };
        let left = Box::new(Expr { kind: ExprKind::Column(column), span: argument.span });
        let kind = ExprKind::In { left, list, negated: false, operator_span: span };
        self.emit(select(vec![Expr { kind, span }], span), span);
    }

    /// An SQL statement, whatever becomes of its rows.
    pub(super) fn sql_statement(&mut self, statement: &SqlStatement) -> Option<Emitted> {
        match &statement.value {
            Ok(tree) => Some(self.emit_sql(tree, statement.span)),
            Err(error) => {
                self.unread(error);
                None
            }
        }
    }

    fn emit_sql(&mut self, tree: &Statement, span: rollproof_source::TextRange) -> Emitted {
        let emitted = match temporary_source(tree) {
            // What it makes is the body's own; what it reads is not.
            Some(source) => self.emit(source.clone(), span),
            None => self.emit(tree.clone(), span),
        };
        note_made(tree, &mut self.made);
        if let Some(statement) = self.out.statements.get(emitted.index()) {
            let by_calls = made_by_calls(&statement.outcome, &self.schema);
            self.made.extend(by_calls.names);
            self.may_have_made |= by_calls.more;
        }
        follow_settings(tree, &mut self.schema);
        if matches!(set_config(tree), Some(SetConfig::Unknown)) {
            self.unknown("the body sets a search_path that is not constant", span);
            self.may_have_made = true;
        }
        emitted
    }

    /// `exec_stmt_execsql`
    fn sql(&mut self, statement: &SqlStatement, into: Option<&PlInto>) {
        if let Some(into) = into {
            self.targets(&into.targets);
        }
        let emitted = self.sql_statement(statement);
        let Some(into) = into else {
            if let Some(emitted) = emitted
                && self.returns_rows(emitted) == Some(true)
                && is_plain(statement)
            {
                self.refuse(emitted, "42601", "query has no destination for result data", ErrorKind::Other);
            }
            return;
        };
        let columns = emitted.and_then(|emitted| self.columns(emitted));
        if let Some(emitted) = emitted
            && self.returns_rows(emitted) == Some(false)
        {
            self.refuse(emitted, "42601", "INTO used with a command that cannot return data", ErrorKind::Other);
        }
        if self.receive(&into.targets, columns)
            && let Some(emitted) = emitted
        {
            self.forget_shape(emitted);
        }
    }

    /// `RETURN value`, `RETURN NEXT value`
    fn return_value(&mut self, value: &PlExpression, next: bool) {
        let Some(emitted) = self.value(value) else { return };
        if self.function.returns_set && !next {
            return;
        }
        let is_null =
            matches!(&value.value, Ok(PlValue::Expr(expr)) if matches!(expr.kind, ExprKind::Literal(Literal::Null)));
        if is_null {
            return;
        }
        match (self.declared.clone(), self.invocation) {
            (Declared::Value(target), _) => self.assign_check(emitted, value, target),
            (Declared::Row(row, expected), _) => {
                let message = if next {
                    "wrong record type supplied in RETURN NEXT"
                } else {
                    "returned record type does not match expected record type"
                };
                self.check_row(emitted, value, row, &expected, message);
            }
            (Declared::Open, Invocation::Trigger(relation)) => {
                let row = self.schema.relation(relation).map_or(Oid::NONE, |relation| relation.row_type);
                let expected = row_of(&self.schema, relation);
                let message = "returned row structure does not match the structure of the triggering table";
                self.check_row(emitted, value, row, &expected, message);
            }
            (Declared::Nothing | Declared::Open, _) => {}
        }
    }

    fn check_row(
        &mut self,
        emitted: Emitted,
        value: &PlExpression,
        row: Oid,
        expected: &[super::super::output::NamedType],
        message: &str,
    ) {
        let Some(found) = self.type_of(Some(emitted)) else { return };
        if row.is_some() && found.oid == row {
            return;
        }
        let is_row = info::is_complex(&self.schema, found.oid) || found.oid == rollproof_catalog::oid::RECORD;
        if !is_row {
            let message = "cannot return non-composite value from function returning composite type";
            self.refuse(emitted, "42804", message, ErrorKind::Other);
        } else if let Some(given) = self.row_given(value, Some(emitted)) {
            let error = mismatch(&self.schema, &given, expected, message, value.span);
            self.give(emitted, error);
        }
    }

    fn return_query(&mut self, query: &SqlStatement) {
        if let Some(emitted) = self.sql_statement(query) {
            self.check_returned_rows(emitted);
        }
    }

    /// `exec_stmt_return_query`
    fn check_returned_rows(&mut self, emitted: Emitted) {
        let expected = match &self.declared {
            Declared::Row(_, expected) => expected.clone(),
            Declared::Value(target) => vec![("".into(), *target)],
            Declared::Nothing | Declared::Open => return,
        };
        let Some(given) = self.columns(emitted) else { return };
        let message = "structure of query does not match function result type";
        let span = self.out.statements.last().map_or_else(Default::default, |last| last.span);
        let error = mismatch(&self.schema, &given, &expected, message, span);
        self.give(emitted, error);
    }

    /// `exec_stmt_open`
    fn open_cursor(&mut self, cursor: &Name, open: &PlOpen, span: rollproof_source::TextRange) {
        let columns = match open {
            PlOpen::Query(query) => {
                let emitted = self.sql_statement(query);
                emitted.and_then(|emitted| self.columns(emitted))
            }
            PlOpen::Execute(dynamic) => {
                let emitted = self.dynamic(dynamic, span);
                emitted.last().and_then(|emitted| self.columns(*emitted))
            }
            PlOpen::Bound(arguments) => {
                self.cursor_arguments(arguments.as_ref());
                return;
            }
        };
        let known = self.cursors.get(&cursor.text).is_none_or(|known| *known == columns);
        self.cursors.insert(cursor.text.clone(), columns.filter(|_| known));
    }
}

/// The query of `CREATE TEMP TABLE … AS`.
fn temporary_source(tree: &Statement) -> Option<&Statement> {
    match &tree.kind {
        StatementKind::Define(definition) => match &**definition {
            Definition::CreateTableAs(create) if create.temporary => Some(&create.source),
            _ => None,
        },
        _ => None,
    }
}

/// Queries and writes: what hands rows to the body (other commands, like EXPLAIN, are told apart by the server's planner).
fn is_plain(statement: &SqlStatement) -> bool {
    matches!(
        statement.value.as_deref().map(|tree| &tree.kind),
        Ok(StatementKind::Query(_)
            | StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_))
    )
}
