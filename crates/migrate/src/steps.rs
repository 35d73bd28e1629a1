//! Where transactions begin and commit.

use rollproof_sql::ast::{StatementKind, TransactionStatement};

use crate::model::{Content, Migration, MigrationStatement, Transaction};

/// What happens next when migrations run one after the other.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The tool, or the server for a simple query of several statements, begins a transaction.
    Begin,
    /// A statement is sent.
    Statement(&'a Migration, &'a MigrationStatement),
    /// The tool, or the server at the end of a simple query, commits.
    Commit,
}

/// Every step of running `migrations` in order, as far as the tool makes them: a script's own BEGIN and COMMIT are
/// among the statements.
#[must_use]
pub fn steps(migrations: &[Migration]) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut in_batch = false;
    for migration in migrations {
        let is_batch = migration.transaction == Transaction::Batch;
        if in_batch && !is_batch {
            steps.push(Step::Commit);
        }
        if is_batch && !in_batch {
            steps.push(Step::Begin);
        }
        in_batch = is_batch;
        let wraps = match migration.transaction {
            Transaction::File => true,
            Transaction::SimpleQuery => migration.statements.len() > 1,
            Transaction::Autocommit | Transaction::Batch => false,
        };
        push_one(migration, wraps, &mut steps);
    }
    if in_batch {
        steps.push(Step::Commit);
    }
    steps
}

/// One migration. A COMMIT of its own ends the transaction that wraps it; what follows in the same message is in an
/// implicit one.
fn push_one<'a>(migration: &'a Migration, wraps: bool, steps: &mut Vec<Step<'a>>) {
    let mut is_open = false;
    if wraps {
        steps.push(Step::Begin);
        is_open = true;
    }
    let mut statements = migration.statements.iter().peekable();
    while let Some(statement) = statements.next() {
        steps.push(Step::Statement(migration, statement));
        if !wraps {
            continue;
        }
        let ended = ends_transaction(statement);
        let next_begins = statements.peek().is_some_and(|next| begins_transaction(next));
        if ended && !next_begins && statements.peek().is_some() {
            steps.push(Step::Begin);
        }
        is_open = !ended || statements.peek().is_some();
    }
    if is_open {
        steps.push(Step::Commit);
    }
}

/// Sets `commits_after` of every statement, for these migrations run one after the other.
///
/// What a script leaves open at its end counts as committed there, since the tool goes on in the same session.
pub fn mark_commits(migrations: &mut [Migration]) {
    let mut marks = Vec::new();
    let mut is_open = false;
    let all = steps(migrations);
    let last = all.iter().rposition(|step| matches!(step, Step::Statement(..)));
    for (at, step) in all.iter().enumerate() {
        match step {
            Step::Begin => is_open = true,
            Step::Commit => {
                is_open = false;
                if let Some(last) = marks.last_mut() {
                    *last = true;
                }
            }
            Step::Statement(_, statement) => {
                let ends = ends_transaction(statement);
                is_open = (is_open || begins_transaction(statement)) && !ends;
                // A rollback leaves what was committed before it, and that was marked there.
                marks.push((!is_open || last == Some(at)) && !is_rollback(statement));
            }
        }
    }
    let statements = migrations.iter_mut().flat_map(|migration| &mut migration.statements);
    for (statement, mark) in statements.zip(marks) {
        statement.commits_after = mark;
    }
}

fn control(statement: &MigrationStatement) -> Option<&TransactionStatement> {
    let Content::Sql(parsed) = &statement.content else { return None };
    match parsed.as_ref() {
        Ok(statement) => match &statement.kind {
            StatementKind::Transaction(control) => Some(control),
            _ => None,
        },
        Err(_) => None,
    }
}

fn begins_transaction(statement: &MigrationStatement) -> bool {
    matches!(control(statement), Some(TransactionStatement::Begin(_)))
}

fn ends_transaction(statement: &MigrationStatement) -> bool {
    matches!(control(statement), Some(TransactionStatement::Commit(false) | TransactionStatement::Rollback(false)))
}

fn is_rollback(statement: &MigrationStatement) -> bool {
    matches!(control(statement), Some(TransactionStatement::Rollback(_)))
}
