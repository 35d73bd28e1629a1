//! From an analysis to what the crate returns.

use std::collections::BTreeSet;

use rollproof_catalog::{ObjectId, Oid, Schema, TypeKind, TypeRef};
use rollproof_sql::ast::Statement;

use crate::analyze::{Analyzed, Analyzer, DYNAMIC, Rows};
use crate::environment::Environment;
use crate::error::{Failure, Result};
use crate::outcome::{Outcome, Refusal, Undecided};
use crate::resolution::{Binding, Need, Resolution, ResultColumn, Role};

/// What the server says of a statement.
pub(crate) fn resolve(statement: &Statement, schema: &Schema, environment: &Environment) -> Outcome {
    let mut analyzer = Analyzer::new(schema, environment);
    let result = analyzer.statement(statement).and_then(|analyzed| {
        analyzer.check_row_security()?;
        Ok(analyzed)
    });
    outcome(analyzer, result)
}

/// The outcome of a finished analysis.
pub(crate) fn outcome(mut analyzer: Analyzer<'_>, result: Result<Analyzed>) -> Outcome {
    let result = result.and_then(|analyzed| {
        if analyzer.unknown.is_none() {
            analyzer.cx.parameters.finish()?;
        }
        match analyzer.deferred.take() {
            Some(later) => Err(later),
            None => Ok(analyzed),
        }
    });
    match result {
        Ok(analyzed) => {
            if let Analyzed::Rows(rows) = analyzed {
                analyzer.out.columns = result_columns(&rows, analyzer.cx.schema);
                analyzer.out.returns_rows = true;
            }
            let unknown = analyzer.take_unknown();
            let resolution = resolution(analyzer);
            match unknown {
                None => Outcome::Resolved(Box::new(resolution)),
                Some(unknown) => Outcome::Unknown(Box::new(Undecided { unknown, partial: resolution })),
            }
        }
        Err(failure) => failed(analyzer, failure),
    }
}

/// An error holds whatever unknown text says, but not whatever an unmodelled migration did.
pub(crate) fn failed(mut analyzer: Analyzer<'_>, failure: Failure) -> Outcome {
    let hangs = matches!(&failure, Failure::Error(error) if hangs_on_declared_types(&analyzer, error.sqlstate));
    let earlier = analyzer.unknown.take().filter(|_| analyzer.doubtful);
    let failure = match failure {
        Failure::Error(error) if hangs => {
            Failure::unknown("the types that the client declares for its parameters", error.span)
        }
        other => other,
    };
    match (failure, earlier) {
        (Failure::Error(error), None) => {
            Outcome::Refused(Box::new(Refusal { errors: vec![*error], depends: analyzer.cx.lookups }))
        }
        (Failure::Unknown(unknown), None) => {
            Outcome::Unknown(Box::new(Undecided { unknown: *unknown, partial: resolution(analyzer) }))
        }
        (_, Some(unknown)) => Outcome::Unknown(Box::new(Undecided { unknown, partial: resolution(analyzer) })),
    }
}

/// Whether an error may be gone once the parameters have the types that the client declares: a type or a choice among
/// overloads that nothing decided, or a mismatch after a parameter became text for want of a type.
fn hangs_on_declared_types(analyzer: &Analyzer<'_>, sqlstate: &str) -> bool {
    let undecided = matches!(sqlstate, "42P18" | "42P08" | "42725") && !analyzer.cx.parameters.types().is_empty();
    let mismatched = matches!(sqlstate, "42883" | "42804" | "42846" | "42P22") && analyzer.cx.text_by_default;
    // Unknown text may use a parameter before the place that fails.
    let dynamic = analyzer.unknown.is_some() && !analyzer.doubtful && !analyzer.cx.parameters.types().is_empty();
    (analyzer.environment.client_declares_types && (undecided || mismatched)) || (dynamic && undecided)
}

fn result_columns(rows: &Rows, schema: &Schema) -> Vec<ResultColumn> {
    let columns = rows.visible().map(|output| ResultColumn {
        name: output.name.clone(),
        data_type: output.typed.data_type,
        wire_type: base_type(output.typed.data_type, schema),
        collation: output.typed.collation,
        origin: output.origin,
        nullable: output.typed.nullable,
    });
    columns.collect()
}

/// The type under a domain.
fn base_type(data_type: TypeRef, schema: &Schema) -> TypeRef {
    let mut base = data_type;
    for _ in 0..32 {
        match schema.type_of(base.oid).map(|of| &of.kind) {
            Some(TypeKind::Domain { base: under, .. }) => base = *under,
            _ => break,
        }
    }
    base
}

/// What was found out, in order and each thing once.
pub(crate) fn resolution(analyzer: Analyzer<'_>) -> Resolution {
    let mut out = analyzer.out;
    let named = analyzer.cx.named_relations.iter();
    out.bindings.extend(named.map(|(span, oid)| Binding {
        span: *span,
        object: ObjectId::Relation(*oid),
        role: Role::Other,
    }));
    out.bindings.sort_unstable();
    out.bindings.dedup();
    out.through.sort_unstable();
    out.through.dedup();
    out.unaliased.sort_unstable();
    out.unaliased.dedup();
    out.captures.sort_by_key(|capture| capture.span);
    out.captures.dedup();
    out.routines.sort_unstable_by_key(|(oid, span)| (*span, *oid));
    out.routines.dedup();
    out.whole_rows.sort_unstable_by_key(|(oid, span)| (*span, *oid));
    out.whole_rows.dedup();
    out.row_values.sort_by_key(|row| row.span);
    out.row_values.dedup();
    out.stars.sort_by_key(|star| star.span);
    out.stars.dedup();
    out.parameters = analyzer.cx.parameters.types();
    out.unchecked_literals = analyzer.cx.unchecked_literals;
    out.collation_conflicts = analyzer.cx.collation_conflicts;
    out.named_literals = analyzer.cx.named_literals;
    out.named_literals.sort_unstable();
    out.named_literals.dedup();
    out.depends = analyzer.cx.lookups;
    out.uses = uses(&out);
    debug_assert!(DYNAMIC == "dynamic-sql");
    out
}

/// `recordDependencyOnExpr`: user-made objects that the statement uses.
fn uses(out: &Resolution) -> BTreeSet<ObjectId> {
    let user = |oid: &Oid| *oid >= Oid::FIRST_USER;
    let mut uses = BTreeSet::new();
    for read in &out.reads {
        uses.insert(ObjectId::Relation(read.relation));
        for number in read.columns.iter().filter(|number| **number > 0) {
            let column = rollproof_catalog::ColumnId { relation: read.relation, number: *number };
            uses.insert(ObjectId::Column(column));
        }
    }
    for write in &out.writes {
        uses.insert(ObjectId::Relation(write.relation));
        for column in &write.columns {
            let id = rollproof_catalog::ColumnId { relation: write.relation, number: column.number };
            uses.insert(ObjectId::Column(id));
        }
    }
    uses.extend(out.fields.iter().filter(|id| user(&id.relation)).copied().map(ObjectId::Column));
    // Of what is bound by name elsewhere, relations are read or written; these are named by literals.
    uses.extend(
        out.bindings
            .iter()
            .filter(|binding| binding.role == Role::Other)
            .map(|binding| binding.object)
            .filter(|object| matches!(object, ObjectId::Relation(oid) if user(oid))),
    );
    let relation = |object: &ObjectId| matches!(object, ObjectId::Relation(oid) if user(oid));
    uses.extend(out.named_literals.iter().map(|literal| literal.1).filter(relation));
    uses.extend(out.depends.chosen_functions.iter().copied().filter(user).map(ObjectId::Function));
    uses.extend(out.routines.iter().map(|(oid, _)| *oid).filter(|oid| user(oid)).map(ObjectId::Function));
    uses.extend(out.depends.chosen_operators.iter().copied().filter(user).map(ObjectId::Operator));
    uses.extend(out.depends.types.values().copied().filter(user).map(ObjectId::Type));
    uses.extend(out.depends.collations.values().copied().filter(user).map(ObjectId::Collation));
    for need in &out.needs {
        match need {
            Need::PrimaryKey(oid, _) => {
                uses.insert(ObjectId::Constraint(*oid));
            }
            Need::Arbiter { constraints, .. } => {
                uses.extend(constraints.iter().copied().map(ObjectId::Constraint));
            }
        }
    }
    uses
}
