//! A new constraint may reject what the query writes, depending on the data.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::ObjectId;
use rollproof_resolve::WriteAction;

use crate::rule::{Hit, Rule, Subject};
use crate::writes::{Restriction, new_checks_of_types, restrictions};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("write-restricted"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("write_restricted.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((_, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let mut hits = Vec::new();
    for write in now.writes.iter().filter(|write| !matches!(write.action, WriteAction::Truncate)) {
        for Restriction { sqlstate, what, object, span } in restrictions(baseline.schema, subject.now.schema, write) {
            hits.push(
                Hit::new(format!("{what} may reject this write"), span, "may be rejected in this state", what)
                    .with_sqlstate(sqlstate)
                    .with_object(Some(object))
                    .with_help("make sure that every running version already writes only what the constraint allows"),
            );
        }
    }
    // Values of a domain are made outside of writes, too: by casts, for parameters and for what functions take.
    let functions = now.depends.chosen_functions.iter().filter_map(|oid| subject.now.schema.functions.get(*oid));
    let inputs = functions.flat_map(|function| function.inputs.iter().copied());
    let types = now.parameters.iter().copied().chain(now.depends.types.values().copied()).chain(inputs);
    if hits.is_empty()
        && let Some((check, name)) = new_checks_of_types(baseline.schema, subject.now.schema, types)
    {
        let what = format!("check constraint \"{name}\" of a domain");
        let hit = Hit::new(format!("{what} may reject a value of this"), subject.statement.span, "may be rejected in this state", what)
            .with_sqlstate("23514")
            .with_object(Some(ObjectId::Constraint(check)))
            .with_help("make sure that every running version already makes only what the constraint allows");
        hits.push(hit);
    }
    hits.dedup_by(|one, other| one.object == other.object && one.object != Some(ObjectId::Relation(rollproof_catalog::Oid::NONE)));
    hits
}
