//! The query's write does something else than it did: a new trigger changes or passes over its rows, or rows of other tables
//! go with them.

use rollproof_catalog::{ConstraintKind, ObjectId, Schema};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::{Write, WriteAction};
use rollproof_sql::ast::TriggerTiming;

use crate::rule::{Hit, Rule, Subject};
use crate::triggers::{self, effects};
use crate::supply::supplied;
use crate::writes::{acts, reaches_others, ties_alike};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("write-rewritten"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("write_rewritten.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((_, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let (before, after) = (baseline.schema, subject.now.schema);
    now.writes.iter().flat_map(|write| by_triggers(before, after, write).into_iter().chain(by_keys(before, after, write))).collect()
}

/// New triggers before the row is written.
fn by_triggers(before: &Schema, now: &Schema, write: &Write) -> Vec<Hit> {
    let Some(relation) = now.relation(write.base) else { return Vec::new() };
    let early = triggers::new(before, now, write)
        .filter(|(trigger, _)| trigger.for_each_row && trigger.timing == TriggerTiming::Before);
    let given = supplied(now, write);
    let hit = |(trigger, function): (&rollproof_catalog::Trigger, &rollproof_catalog::Function)| {
        let effects = effects(function);
        let written = relation.live_columns().filter(|column| given.contains(&column.number));
        let names: Vec<_> = written.map(|column| &column.name).collect();
        // A condition on a column that the query leaves alone tells rows of other writers apart: columns kept in step.
        let column = names.iter().find(|name| {
            effects.columns.iter().any(|(column, read)| *column == ***name && read.iter().all(|each| names.contains(&each)))
        });
        let deletes = write.action == WriteAction::Delete;
        let what = match column {
            _ if effects.skips => "may pass over the row".to_owned(),
            _ if effects.row && !deletes => "may write another row".to_owned(),
            Some(name) if !deletes => format!("may write something else into \"{name}\""),
            _ => return None,
        };
        Some(
            Hit::new(format!("trigger \"{}\" {what}", trigger.name), write.span, "not written as it stands", trigger.name.clone())
                .with_object(Some(ObjectId::Trigger(trigger.oid)))
                .with_help("make sure that the old code can do with what the trigger makes of its rows"),
        )
    };
    early.filter_map(hit).collect()
}

/// Foreign keys that now carry on to other tables what they refused, or do it in another way.
fn by_keys(before: &Schema, now: &Schema, write: &Write) -> Vec<Hit> {
    use rollproof_sql::ast::ReferentialAction::{NoAction, Restrict};
    let mut hits = Vec::new();
    if !reaches_others(now, write) {
        return hits;
    }
    for other in now.relations.iter() {
        let Some(was) = before.relation(other.oid) else { continue };
        for constraint in other.constraints.iter().filter(|each| each.enforced) {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else { continue };
            if key.relation != write.base || !acts(key, write) {
                continue;
            }
            let deletes = write.action == WriteAction::Delete;
            let action = if deletes { &key.on_delete } else { &key.on_update };
            let changed = was.constraints.iter().filter(|old| ties_alike(old, constraint)).any(|old| match &old.kind {
                ConstraintKind::ForeignKey(old) => *(if deletes { &old.on_delete } else { &old.on_update }) != *action,
                _ => false,
            });
            if changed && !matches!(action, NoAction | Restrict) {
                let message = format!("rows of \"{}\" now change with the ones that this changes", other.name);
                hits.push(
                    Hit::new(message, write.span, "changes rows of another table", constraint.name.clone())
                        .with_object(Some(ObjectId::Constraint(constraint.oid)))
                        .with_help("make sure that the old code does not rely on being refused"),
                );
            }
        }
    }
    hits
}
