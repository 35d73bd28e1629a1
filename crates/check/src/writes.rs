//! What a table asks of a write besides names and types.

use rollproof_catalog::{Constraint, ConstraintKind, ForeignKey, Index, ObjectId, Oid, Relation, Schema, TypeKind};
use rollproof_resolve::{Write, WriteAction};
use rollproof_source::TextRange;
use rollproof_sql::ast::ExprKind;

use crate::checks::{Judgement, of_domain, of_table};
use crate::partitions::{Routing, attached, lost, moves_rows, routing};
use crate::supply::{base_number, fills_rows, left_null, needs_value, not_null, omitted, supplied};
use crate::triggers::{self, may_raise};

/// Something that may reject a write and was not there before.
pub(crate) struct Restriction {
    /// The code that the server raises.
    pub(crate) sqlstate: &'static str,
    /// The constraint, as the subject of a sentence.
    pub(crate) what: String,
    /// Its identity.
    pub(crate) object: ObjectId,
    /// Where in the query.
    pub(crate) span: TextRange,
}

/// What `now` asks of `write` beyond what `before` did, as far as that depends on the data.
pub(crate) fn restrictions(before: &Schema, now: &Schema, write: &Write) -> Vec<Restriction> {
    let Some(relation) = now.relation(write.base) else { return Vec::new() };
    let was = before.relation(write.base);
    let known = |oid: Oid| {
        was.is_some_and(|was| was.constraints.iter().any(|each| each.oid == oid) || was.indexes.contains(&oid))
    };
    let mut found = Vec::new();
    if write.action != WriteAction::Delete {
        let supplied = supplied(now, write);
        let constraints = relation.constraints.iter().filter(|each| !known(each.oid) && each.enforced);
        let constraints = constraints.filter(|each| !was_unique(before, was, each.index, now));
        let constraints = constraints.filter(|each| !was.is_some_and(|was| was_referring(was, each)));
        found.extend(constraints.filter_map(|each| of_constraint(now, relation, write, &supplied, each)));
        found.extend(new_indexes(before, was, now, relation, &supplied, &known, write));
        found.extend(new_domain_checks(before, now, relation, &supplied, write));
        found.extend(new_not_null(before, was, now, relation, write));
        found.extend(fewer_partitions(before, now, relation, write));
    }
    if reaches_others(now, write) {
        found.extend(new_references(before, now, relation, write));
    }
    found.extend(check_option(before, now, write));
    let raising = triggers::new(before, now, write).filter(|(_, function)| may_raise(now, function, relation.oid));
    found.extend(raising.map(|(trigger, _)| Restriction {
        sqlstate: "P0001",
        what: format!("trigger \"{}\"", trigger.name),
        object: ObjectId::Trigger(trigger.oid),
        span: write.span,
    }));
    found
}

/// Whether an index that stood before on some of these columns already kept apart what the index `new` keeps apart.
fn was_unique(before: &Schema, was: Option<&Relation>, new: Oid, now: &Schema) -> bool {
    let (Some(was), Some(new)) = (was, now.relation(new).and_then(|index| index.index.as_ref())) else { return false };
    let plain = |index: &Index| index.unique && index.valid && index.keys.iter().all(|key| key.column != 0);
    let implies = |old: &Index| {
        let within = old
            .keys
            .iter()
            .all(|key| new.keys.iter().any(|other| other.column == key.column && other.collation == key.collation));
        // One that is judged at once refuses what one that is judged at the end lets pass.
        let as_late = old.immediate || !new.immediate;
        plain(old)
            && within
            && as_late
            && old.predicate.is_none()
            && (old.nulls_not_distinct || !new.nulls_not_distinct)
    };
    let indexes = was.indexes.iter().filter_map(|oid| before.relation(*oid)?.index.as_ref());
    plain(new) && indexes.into_iter().any(|index| implies(index))
}

/// Whether a foreign key that stood before asked the same of these rows.
fn was_referring(was: &Relation, new: &Constraint) -> bool {
    let ConstraintKind::ForeignKey(key) = &new.kind else { return false };
    was.constraints.iter().filter(|each| each.enforced).any(|each| match &each.kind {
        ConstraintKind::ForeignKey(old) => {
            let columns = each.columns == new.columns && old.columns == key.columns;
            columns && old.relation == key.relation && old.match_full == key.match_full
        }
        _ => false,
    })
}

fn of_constraint(
    schema: &Schema,
    relation: &Relation,
    write: &Write,
    supplied: &[i16],
    constraint: &Constraint,
) -> Option<Restriction> {
    let (sqlstate, noun) = match &constraint.kind {
        ConstraintKind::Check(_) => ("23514", "check constraint"),
        ConstraintKind::ForeignKey(_) => ("23503", "foreign key"),
        ConstraintKind::Unique | ConstraintKind::PrimaryKey => ("23505", "unique constraint"),
        ConstraintKind::Exclusion => ("23P01", "exclusion constraint"),
        ConstraintKind::NotNull | ConstraintKind::Trigger => return None,
    };
    if of_table(schema, relation, write, constraint) == Judgement::Passes {
        return None;
    }
    touches(schema, relation, write, supplied, constraint).then(|| Restriction {
        sqlstate,
        what: format!("{noun} \"{}\"", constraint.name),
        object: ObjectId::Constraint(constraint.oid),
        span: write.span,
    })
}

/// Whether the write can violate the constraint: it supplies one of its columns, or leaves one to a default that the
/// constraint judges.
fn touches(schema: &Schema, relation: &Relation, write: &Write, supplied: &[i16], constraint: &Constraint) -> bool {
    if constraint.columns.is_empty() || constraint.columns.iter().any(|number| supplied.contains(number)) {
        return true;
    }
    if write.action != WriteAction::Insert {
        return false;
    }
    let null = |number: &i16| relation.column_by_number(*number).is_some_and(|column| left_null(schema, column));
    match &constraint.kind {
        // A check that yields NULL passes; only tests that see NULL can refuse a row whose columns are all left to NULL.
        ConstraintKind::Check(check) => !constraint.columns.iter().all(null) || sees_null(&check.expr.kind),
        _ => nulls_meet(schema, constraint) || !constraint.columns.iter().any(null),
    }
}

/// Whether a unique constraint takes NULL for equal to NULL.
fn nulls_meet(schema: &Schema, constraint: &Constraint) -> bool {
    let index = schema.relation(constraint.index).and_then(|index| index.index.as_ref());
    index.is_some_and(|index| index.nulls_not_distinct)
}

/// Whether an expression may be false on NULL: it is more than operators on columns and constants.
fn sees_null(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Literal(_) | ExprKind::Column(_) => false,
        ExprKind::Operator { left, right, .. } => {
            left.as_ref().is_some_and(|left| sees_null(&left.kind)) || sees_null(&right.kind)
        }
        ExprKind::AnyAll { left, right, .. } => sees_null(&left.kind) || sees_null(&right.kind),
        ExprKind::And(list) | ExprKind::Or(list) | ExprKind::Array(list) => {
            list.iter().any(|each| sees_null(&each.kind))
        }
        ExprKind::Between { value, low, high, .. } => [value, low, high].iter().any(|each| sees_null(&each.kind)),
        ExprKind::In { left, list, .. } => sees_null(&left.kind) || list.iter().any(|each| sees_null(&each.kind)),
        ExprKind::Cast { value, .. } => sees_null(&value.kind),
        _ => true,
    }
}

fn new_indexes<'a>(
    before: &'a Schema,
    was: Option<&'a Relation>,
    schema: &'a Schema,
    relation: &'a Relation,
    supplied: &'a [i16],
    known: &'a dyn Fn(Oid) -> bool,
    write: &'a Write,
) -> impl Iterator<Item = Restriction> + 'a {
    relation.indexes.iter().filter(|oid| !known(**oid)).filter_map(move |oid| {
        let object = schema.relation(*oid)?;
        let index = object.index.as_ref()?;
        // The index of a constraint is that constraint's.
        let plain = index.unique && index.constraint.is_none() && !was_unique(before, was, *oid, schema);
        let expression = index.keys.iter().any(|key| key.column == 0);
        let written = index.keys.iter().any(|key| supplied.contains(&key.column));
        (plain && (written || expression)).then(|| Restriction {
            sqlstate: "23505",
            what: format!("unique index \"{}\"", object.name),
            object: ObjectId::Relation(*oid),
            span: write.span,
        })
    })
}

/// Checks that the domains among these types have got.
pub(crate) fn new_checks_of_types(
    before: &Schema,
    now: &Schema,
    types: impl Iterator<Item = Oid>,
) -> Option<(Oid, String)> {
    let mut open: Vec<Oid> = types.collect();
    while let Some(oid) = open.pop() {
        let Some(TypeKind::Domain { base, checks, .. }) = now.type_of(oid).map(|found| &found.kind) else { continue };
        open.push(base.oid);
        let Some(TypeKind::Domain { checks: old, .. }) = before.type_of(oid).map(|found| &found.kind) else { continue };
        let judged = checks.iter().filter(|check| matches!(check.kind, ConstraintKind::Check(_)));
        let mut new = judged.filter(|check| !old.iter().any(|each| each.oid == check.oid));
        if let Some(check) = new.next() {
            return Some((check.oid, check.name.to_string()));
        }
    }
    None
}

/// Checks that the domains of written columns have got.
fn new_domain_checks(
    before: &Schema,
    now: &Schema,
    relation: &Relation,
    supplied: &[i16],
    write: &Write,
) -> Vec<Restriction> {
    let mut found = Vec::new();
    for column in relation.live_columns().filter(|column| supplied.contains(&column.number)) {
        let mut next = Some(column.data_type.oid);
        while let Some(TypeKind::Domain { base, checks, .. }) = next.and_then(|oid| Some(&now.type_of(oid)?.kind)) {
            let old = match next.and_then(|oid| Some(&before.type_of(oid)?.kind)) {
                Some(TypeKind::Domain { checks, .. }) => &checks[..],
                _ => &[],
            };
            // A domain that is new on this column changes the column's type: `type-changed` says so.
            let known = next.is_some_and(|oid| before.type_of(oid).is_some());
            let judged = checks.iter().filter(|check| matches!(check.kind, ConstraintKind::Check(_)));
            let new = judged.filter(|check| known && !old.iter().any(|each| each.oid == check.oid));
            let new = new.filter(|check| of_domain(now, relation, write, column, check) != Judgement::Passes);
            found.extend(new.map(|check| Restriction {
                sqlstate: "23514",
                what: format!("check constraint \"{}\" of a domain", check.name),
                object: ObjectId::Constraint(check.oid),
                span: write.span,
            }));
            next = Some(base.oid);
        }
    }
    found
}

/// A view on the way to the table that now refuses rows which it does not show.
fn check_option(before: &Schema, now: &Schema, write: &Write) -> Option<Restriction> {
    let checks = |schema: &Schema, oid: Oid| {
        schema.relation(oid).and_then(|relation| relation.view.as_ref()).is_some_and(|view| view.check_option)
    };
    let mut next = write.relation;
    // Views lie at most this deep in each other where the write was resolved.
    for _ in 0..128 {
        if next == write.base || write.action == WriteAction::Delete {
            return None;
        }
        let view = now.relation(next)?;
        if checks(now, next) && !checks(before, next) {
            let what = format!("the check option of view \"{}\"", view.name);
            return Some(Restriction { sqlstate: "44000", what, object: ObjectId::Relation(next), span: write.span });
        }
        next = view.view.as_ref()?.updatable.as_ref()?.0;
    }
    None
}

/// Partitions that went, and a bound that the table itself got.
fn fewer_partitions(before: &Schema, now: &Schema, relation: &Relation, write: &Write) -> Option<Restriction> {
    let restriction = |what: String, object: Oid| {
        let object = ObjectId::Relation(object);
        Some(Restriction { sqlstate: "23514", what, object, span: write.span })
    };
    if attached(before, relation) && write.action != WriteAction::Delete {
        return restriction(format!("the partition bound of \"{}\"", relation.name), relation.oid);
    }
    relation.partition_key.as_ref()?;
    let lost = lost(before, now, relation)?;
    if !moves_rows(now, relation, write) || routing(now, relation, write) == Routing::Found {
        return None;
    }
    restriction(format!("the missing partition \"{}\"", lost.name), lost.oid)
}

/// Columns that now refuse NULL and get a value that may be NULL.
fn new_not_null(
    before: &Schema,
    was: Option<&Relation>,
    schema: &Schema,
    relation: &Relation,
    write: &Write,
) -> Vec<Restriction> {
    let newly =
        |number: i16| not_null(schema, relation, number) && !was.is_some_and(|was| not_null(before, was, number));
    let restriction = |number: i16, span: TextRange| {
        let name = relation.column_by_number(number).map_or("?", |column| &column.name);
        Restriction {
            sqlstate: "23502",
            what: format!("NOT NULL on \"{name}\""),
            object: ObjectId::Column(rollproof_catalog::ColumnId { relation: relation.oid, number }),
            span,
        }
    };
    let supplied = write.columns.iter().filter(|column| column.nullable);
    let supplied = supplied.filter_map(|column| Some((base_number(schema, write, column.number)?, column.span)));
    let mut found: Vec<_> =
        supplied.filter(|(number, _)| newly(*number)).map(|(number, span)| restriction(number, span)).collect();
    if write.action == WriteAction::Insert && fills_rows(relation) {
        // A trigger may fill what the INSERT leaves out, or may not.
        let left = omitted(schema, write).into_iter();
        let left = left.filter(|number| newly(*number) && needs_value(schema, relation, *number));
        found.extend(left.map(|number| restriction(number, write.span)));
    }
    found
}

/// Foreign keys of other tables that refer to this one and newly refuse a DELETE, or an UPDATE of the key.
fn new_references(before: &Schema, now: &Schema, relation: &Relation, write: &Write) -> Vec<Restriction> {
    let mut found = Vec::new();
    for other in now.relations.iter() {
        let was = before.relation(other.oid);
        for constraint in other.constraints.iter().filter(|each| each.enforced) {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else { continue };
            if key.relation != relation.oid || !acts(key, write) {
                continue;
            }
            let Some((sqlstate, what)) = refusal(now, other, constraint, write) else { continue };
            // A table that is new has no rows of the old version's making, but the new version fills it.
            let refused = was.is_some_and(|was| {
                let same = |each: &&std::sync::Arc<Constraint>| ties_alike(each, constraint);
                was.constraints.iter().filter(same).any(|each| refusal(before, was, each, write).is_some())
            });
            if !refused {
                let object = ObjectId::Constraint(constraint.oid);
                found.push(Restriction { sqlstate, what, object, span: write.span });
            }
        }
    }
    found
}

/// Whether a write may make a foreign key act at all: it deletes, or changes a column that others can refer to.
pub(crate) fn reaches_others(schema: &Schema, write: &Write) -> bool {
    let written = |number: i16| write.columns.iter().any(|each| each.number == number);
    let relation = schema.relation(write.base);
    let indexes = relation.into_iter().flat_map(|relation| &relation.indexes);
    let unique = indexes.filter_map(|oid| schema.relation(*oid)?.index.as_ref()).filter(|index| index.unique);
    match write.action {
        WriteAction::Delete => true,
        WriteAction::Update => unique.flat_map(|index| &index.keys).any(|key| written(key.column)),
        WriteAction::Insert | WriteAction::Truncate => false,
    }
}

/// Whether a write makes a foreign key that refers to its table act.
pub(crate) fn acts(key: &ForeignKey, write: &Write) -> bool {
    match write.action {
        WriteAction::Delete => true,
        WriteAction::Update => key.columns.iter().any(|number| write.columns.iter().any(|each| each.number == *number)),
        WriteAction::Insert | WriteAction::Truncate => false,
    }
}

/// Whether two foreign keys tie the same columns together.
pub(crate) fn ties_alike(one: &Constraint, other: &Constraint) -> bool {
    match (&one.kind, &other.kind) {
        (ConstraintKind::ForeignKey(left), ConstraintKind::ForeignKey(right)) => {
            one.columns == other.columns && left.relation == right.relation && left.columns == right.columns
        }
        _ => false,
    }
}

/// How a foreign key may refuse a write of what it refers to: by itself, or because NULL may not stand where it sets it.
fn refusal(schema: &Schema, from: &Relation, constraint: &Constraint, write: &Write) -> Option<(&'static str, String)> {
    use rollproof_sql::ast::ReferentialAction::{NoAction, Restrict, SetNull};
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return None };
    let action = if write.action == WriteAction::Delete { &key.on_delete } else { &key.on_update };
    match action {
        NoAction | Restrict => Some(("23503", format!("foreign key \"{}\" of \"{}\"", constraint.name, from.name))),
        SetNull => {
            let set = constraint.columns.iter().find(|number| not_null(schema, from, **number));
            let column = set.and_then(|number| from.column_by_number(*number))?;
            Some(("23502", format!("NOT NULL on \"{}\", which \"{}\" sets to NULL,", column.name, constraint.name)))
        }
        _ => None,
    }
}
