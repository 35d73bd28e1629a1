//! Whether a piece of PL/pgSQL may change the schema, without running it.

use rollproof_sql::ast::{Statement, StatementKind};
use rollproof_sql::plpgsql::{Block, PlBranch, PlStatement, PlStatementKind, SqlStatement};

/// Whether a statement changes the schema or the session, or may.
pub(super) fn statement_changes(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Define(_)
        | StatementKind::Do(..)
        | StatementKind::Set(_)
        | StatementKind::Call(_)
        | StatementKind::Unmodelled(_)
        | StatementKind::Execute(..) => true,
        StatementKind::Query(query) => crate::view::into_of(query).is_some(),
        StatementKind::Explain(inner) => statement_changes(inner),
        _ => false,
    }
}

fn sql_changes(sql: &SqlStatement) -> bool {
    sql.value.as_ref().map_or(true, |statement| statement_changes(statement))
}

/// Whether a block may change the schema.
pub(super) fn block_changes(block: &Block) -> bool {
    changes(&block.statements) || block.handlers.iter().any(|handler| changes(&handler.statements))
}

/// Whether any of the statements may change the schema.
pub(super) fn changes(statements: &[PlStatement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        PlStatementKind::Block(block) => block_changes(block),
        PlStatementKind::If(branches, otherwise) => branches_change(branches) || changes(otherwise),
        PlStatementKind::Case(_, branches, otherwise) => {
            branches_change(branches) || otherwise.as_ref().is_some_and(|otherwise| changes(otherwise))
        }
        PlStatementKind::Loop(of) => changes(&of.statements),
        PlStatementKind::Sql(sql, _) => sql_changes(sql),
        PlStatementKind::Execute(..) | PlStatementKind::ReturnQueryExecute(_) | PlStatementKind::Error(_) => true,
        PlStatementKind::Commit | PlStatementKind::Rollback => true,
        _ => false,
    })
}

fn branches_change(branches: &[PlBranch]) -> bool {
    branches.iter().any(|branch| changes(&branch.statements))
}

/// Whether any of the statements leaves the loop or the block that they stand in, or the function: passing them over would
/// change what runs next. An error that is raised is none: what runs next then does not run at all.
pub(super) fn leaves(statements: &[PlStatement]) -> bool {
    leaves_from(statements, false)
}

fn leaves_from(statements: &[PlStatement], in_loop: bool) -> bool {
    let leaves = |statements: &[PlStatement]| leaves_from(statements, in_loop);
    statements.iter().any(|statement| match &statement.kind {
        PlStatementKind::Exit(label, _) | PlStatementKind::Continue(label, _) => !in_loop || label.is_some(),
        PlStatementKind::Return(_) => true,
        PlStatementKind::Block(block) => {
            leaves(&block.statements) || block.handlers.iter().any(|handler| leaves(&handler.statements))
        }
        PlStatementKind::If(branches, otherwise) => {
            branches.iter().any(|branch| leaves(&branch.statements)) || leaves(otherwise)
        }
        PlStatementKind::Case(_, branches, otherwise) => {
            branches.iter().any(|branch| leaves(&branch.statements))
                || otherwise.as_ref().is_some_and(|otherwise| leaves(otherwise))
        }
        PlStatementKind::Loop(of) => leaves_from(&of.statements, true),
        _ => false,
    })
}

/// Names of variables that the statements assign.
pub(super) fn assigned(statements: &[PlStatement], names: &mut Vec<std::sync::Arc<str>>) {
    for statement in statements {
        match &statement.kind {
            PlStatementKind::Assign(target, _) => names.push(target.column.text.clone()),
            PlStatementKind::Sql(_, Some(into)) | PlStatementKind::Execute(_, Some(into)) => {
                names.extend(into.targets.iter().map(|target| target.parts[0].text.clone()));
                names.push(std::sync::Arc::from("found"));
            }
            PlStatementKind::GetDiagnostics(_, items) => {
                names.extend(items.iter().map(|(target, _)| target.parts[0].text.clone()));
            }
            PlStatementKind::Fetch(_, targets) => {
                names.extend(targets.iter().map(|target| target.parts[0].text.clone()))
            }
            PlStatementKind::Block(block) => {
                assigned(&block.statements, names);
                block.handlers.iter().for_each(|handler| assigned(&handler.statements, names));
            }
            PlStatementKind::If(branches, otherwise) => {
                for branch in branches {
                    assigned(&branch.statements, names);
                }
                assigned(otherwise, names);
            }
            PlStatementKind::Case(_, branches, otherwise) => {
                for branch in branches {
                    assigned(&branch.statements, names);
                }
                assigned(otherwise.as_deref().unwrap_or(&[]), names);
            }
            PlStatementKind::Loop(of) => {
                use rollproof_sql::plpgsql::PlLoopKind;
                if let PlLoopKind::Query(targets, _) | PlLoopKind::Execute(targets, _) | PlLoopKind::Array(targets, _) =
                    &of.kind
                {
                    names.extend(targets.iter().map(|target| target.parts[0].text.clone()));
                }
                names.push(std::sync::Arc::from("found"));
                assigned(&of.statements, names);
            }
            PlStatementKind::Sql(..) | PlStatementKind::Perform(_) => names.push(std::sync::Arc::from("found")),
            _ => {}
        }
    }
}
