//! A column of the result, a parameter or a column that is used has another type than it had.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ColumnId, ObjectId, TypeRef};

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
    if before.parameters != now.parameters {
        let message = "a parameter has another type than it had";
        return vec![Hit::new(message, subject.statement.span, "takes another type in this state", "parameter")];
    }
    Vec::new()
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
