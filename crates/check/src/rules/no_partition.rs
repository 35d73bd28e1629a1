//! A row finds no partition (23514).

use rollproof_catalog::ObjectId;
use rollproof_finding::{Level, RuleId, Verdict};

use crate::partitions::{Routing, moves_rows, routing};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("no-partition"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("no_partition.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let schema = subject.now.schema;
    let mut hits = Vec::new();
    for write in &resolution.writes {
        let Some(relation) = schema.relation(write.base).filter(|each| each.partition_key.is_some()) else { continue };
        if moves_rows(schema, relation, write) && routing(schema, relation, write) == Routing::Missing {
            hits.push(
                Hit::new(
                    format!("no partition of relation \"{}\" found for row", relation.name),
                    write.span,
                    "has no partition for this row in this state",
                    relation.name.clone(),
                )
                .with_sqlstate("23514")
                .with_object(Some(ObjectId::Relation(relation.oid)))
                .with_help("detach or drop a partition when no running version writes its rows any more, or make a DEFAULT partition"),
            );
        }
    }
    hits
}
