//! The query writes a constant that a CHECK refuses (23514).

use std::sync::Arc;

use rollproof_catalog::{Constraint, ObjectId, Relation, TypeKind};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::{Write, WriteAction};

use crate::checks::{Judgement, of_domain, of_table};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("check-violated"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("check_violated.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let mut hits = Vec::new();
    for (at, write) in resolution.writes.iter().enumerate() {
        let Some(relation) = subject.now.schema.relation(write.base) else { continue };
        // What ON CONFLICT updates is written only where a row is in the way.
        let sometimes = write.action == WriteAction::Update
            && resolution.writes[..at]
                .iter()
                .any(|other| other.action == WriteAction::Insert && other.span == write.span);
        if !sometimes {
            hits.extend(refused(subject, relation, write));
        }
    }
    hits
}

/// The first check that refuses a row: those of domains are asked when the value is made, before those of the table.
fn refused(subject: &Subject, relation: &Relation, write: &Write) -> Option<Hit> {
    let schema = subject.now.schema;
    for column in relation.live_columns() {
        let mut next = Some(column.data_type.oid);
        while let Some(TypeKind::Domain { base, checks, .. }) = next.and_then(|oid| Some(&schema.type_of(oid)?.kind)) {
            let fails =
                |check: &&Arc<Constraint>| of_domain(schema, relation, write, column, check) == Judgement::Fails;
            if let Some(check) = checks.iter().find(fails) {
                let domain = next.and_then(|oid| schema.type_of(oid)).map_or("?", |domain| &domain.name);
                let message = format!("value for domain {domain} violates check constraint \"{}\"", check.name);
                return Some(hit(message, check, write));
            }
            next = Some(base.oid);
        }
    }
    let fails = |check: &&Arc<Constraint>| of_table(schema, relation, write, check) == Judgement::Fails;
    let check = relation.constraints.iter().filter(|each| each.enforced).find(fails)?;
    let message =
        format!("new row for relation \"{}\" violates check constraint \"{}\"", relation.name, check.name);
    Some(hit(message, check, write))
}

fn hit(message: String, check: &Constraint, write: &Write) -> Hit {
    Hit::new(message, write.span, "writes what the check refuses in this state", check.name.clone())
        .with_sqlstate("23514")
        .with_object(Some(ObjectId::Constraint(check.oid)))
        .with_help("add the check in the deploy after the one whose code stopped writing such values")
}
