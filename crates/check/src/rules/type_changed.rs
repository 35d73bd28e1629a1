//! A column of the result, a parameter or a column that is used has another type than it had.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId, Oid, TypeKind, TypeRef};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::Resolution;
use rollproof_source::TextRange;

use super::shared::column_name;
use crate::through::underlying;
use crate::rule::{Hit, Rule, Situation, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("type-changed"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("type_changed.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((before, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    if let Some((span, id, was, is)) = changed_column(subject) {
        return vec![column_hit(subject, &baseline, span, id, was, is)];
    }
    let result = before.columns.iter().zip(&now.columns).find(|(was, is)| was.data_type != is.data_type);
    if let Some((was, is)) = result {
        let text = |data_type| subject.now.schema.format_type(data_type);
        let message =
            format!("the result's \"{}\" is {} instead of {}", is.name, text(is.data_type), text(was.data_type));
        return vec![Hit::new(message, subject.statement.span, "returns another type in this state", is.name.clone())];
    }
    if let Some(hit) = other_label(subject, &baseline, now) {
        return vec![hit];
    }
    if before.parameters != now.parameters {
        let message = "a parameter has another type than it had";
        return vec![Hit::new(message, subject.statement.span, "takes another type in this state", "parameter")];
    }
    Vec::new()
}

/// An enum that the query returns, takes as a parameter or compares as text, and a label of it that is called otherwise:
/// the code reads and writes the old one.
fn other_label(subject: &Subject, baseline: &Situation, now: &Resolution) -> Option<Hit> {
    let results = now.columns.iter().map(|column| (column.data_type.oid, subject.statement.span));
    let parameters = now.parameters.iter().map(|oid| (*oid, subject.statement.span));
    let found = results.chain(parameters).find_map(|(oid, span)| Some((renamed_label(subject, baseline, oid)?, span)));
    let compared = || {
        let columns = now.bindings.iter().filter_map(|binding| match binding.object {
            ObjectId::Column(id) => subject.now.schema.column(id).map(|column| column.data_type.oid),
            _ => None,
        });
        let types: BTreeSet<Oid> = now.depends.type_ids.iter().copied().chain(columns).collect();
        let enums = types.into_iter().filter_map(|oid| renamed_label(subject, baseline, oid));
        enums.filter_map(|label| Some((label.clone(), literal_in(subject.text, &label.1)?))).next()
    };
    let ((name, old, new), span) = found.or_else(compared)?;
    let message = format!("the label \"{old}\" of \"{name}\" is called \"{new}\" in this state");
    let help = "add the new label, move the rows and the code to it, and leave the old one";
    Some(Hit::new(message, span, format!("\"{new}\" instead of \"{old}\""), name).with_help(help))
}

/// (enum, old label, new label) of the first label of an enum, or of an array of it, that has another name than before.
fn renamed_label(subject: &Subject, baseline: &Situation, oid: Oid) -> Option<(Arc<str>, Arc<str>, Arc<str>)> {
    let is = subject.now.schema.type_of(oid)?;
    if is.element.is_some() && is.is_array {
        return renamed_label(subject, baseline, is.element);
    }
    let was = baseline.schema.type_of(oid)?;
    let (TypeKind::Enum(old), TypeKind::Enum(new)) = (&was.kind, &is.kind) else { return None };
    let renamed = old.iter().find_map(|old| {
        let new = new.iter().find(|new| new.oid == old.oid && new.label != old.label)?;
        Some((old.label.clone(), new.label.clone()))
    });
    renamed.map(|(old, new)| (is.name.clone(), old, new))
}

/// Where a string with this value stands in the text.
fn literal_in(text: &str, value: &str) -> Option<TextRange> {
    let quoted = rollproof_sql::quote_literal(value);
    let start = text.find(&quoted)?;
    Some(TextRange::new(start as u32, (start + quoted.len()) as u32))
}

/// The first name that means a column whose type changed: where, which, what it was and is.
pub(super) fn changed_column(subject: &Subject) -> Option<(rollproof_source::TextRange, ColumnId, TypeRef, TypeRef)> {
    let (_, now) = subject.both()?;
    let baseline = subject.baseline?;
    now.bindings.iter().find_map(|binding| {
        let ObjectId::Column(id) = underlying(subject.now.schema, binding.object) else { return None };
        let is = subject.now.schema.column(id)?.data_type;
        let was = baseline.schema.column(id)?.data_type;
        (was != is).then_some((binding.span, id, was, is))
    })
}

fn column_hit(
    subject: &Subject,
    baseline: &Situation,
    span: rollproof_source::TextRange,
    id: ColumnId,
    was: TypeRef,
    is: TypeRef,
) -> Hit {
    let name = column_name(subject.now.schema, id);
    let was = baseline.schema.format_type(was);
    let is = subject.now.schema.format_type(is);
    Hit::new(format!("{name} is {is} instead of {was}"), span, format!("{is} in this state"), name)
        .with_object(Some(ObjectId::Column(id)))
        .with_help("make sure that the code reads and writes both types, or add a column of the new type beside it")
}
