//! Row security or a rule now decides which rows the query sees or writes.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ObjectId, Oid, Policy, Relation, StoredExpr};

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("rows-filtered"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("rows_filtered.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((_, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let used = now
        .reads
        .iter()
        .map(|read| (read.relation, read.span))
        .chain(now.writes.iter().map(|write| (write.base, write.span)));
    let mut hits: Vec<Hit> = Vec::new();
    for (oid, span) in used {
        let (Some(was), Some(is)) = (baseline.schema.relation(oid), subject.now.schema.relation(oid)) else { continue };
        let Some(why) = change(was, is) else { continue };
        if hits.iter().any(|hit| hit.object == Some(ObjectId::Relation(oid))) {
            continue;
        }
        hits.push(
            Hit::new(format!("{why} \"{}\"", is.name), span, "other rows in this state", is.name.clone())
                .with_object(Some(ObjectId::Relation(oid)))
                .with_help("make sure that the role which the old code uses has a policy that lets its rows through"),
        );
    }
    hits
}

/// What changed between two states of a relation, as the beginning of a sentence.
fn change(was: &Relation, is: &Relation) -> Option<&'static str> {
    let rules = |relation: &Relation| relation.rules.iter().map(|rule| (rule.oid, rule.enabled)).collect::<Vec<_>>();
    if is.row_security && !was.row_security {
        return Some("row security was enabled on");
    }
    if is.row_security && !was.policies.iter().map(|each| meaning(each)).eq(is.policies.iter().map(|each| meaning(each))) {
        return Some("row security policies changed on");
    }
    if was.row_security && !is.row_security {
        return Some("row security was disabled on");
    }
    (rules(was) != rules(is)).then_some("rewrite rules changed on")
}

/// What a policy says, its name left out.
fn meaning(policy: &Policy) -> (Oid, bool, &str, &[Oid], Option<&str>, Option<&str>) {
    let (using, with_check) = (policy.using.as_ref().map(written), policy.with_check.as_ref().map(written));
    (policy.oid, policy.permissive, &policy.command, &policy.roles, using, with_check)
}

fn written(expr: &StoredExpr) -> &str {
    expr.text.range.slice(&expr.text.text)
}
