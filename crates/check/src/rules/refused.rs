//! The server refuses the query for a reason that no other rule names.

use rollproof_catalog::{ConstraintKind, ObjectId, Oid, Relation};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_sql::ast::StatementKind;
use super::shared::{is_named, on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("refused"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("refused.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let mut hits = refusals(subject);
    hits.extend(collations(subject));
    hits.extend(truncated(subject));
    hits
}

/// A table that others refer to is emptied with them or not at all (`heap_truncate_check_FKs`).
fn truncated(subject: &Subject) -> Option<Hit> {
    let StatementKind::Truncate(_, cascade) = &subject.statement.kind else { return None };
    let writes = &subject.now.outcome.resolution()?.writes;
    let emptied = |oid: Oid| writes.iter().any(|write| write.base == oid);
    let refers = |other: &Relation, to: Oid| {
        other.constraints.iter().any(|each| matches!(&each.kind, ConstraintKind::ForeignKey(key) if key.relation == to))
    };
    let schema = subject.now.schema;
    let (write, other) = writes.iter().filter(|_| !cascade).find_map(|write| {
        let mut others = schema.relations.iter().filter(|other| !emptied(other.oid));
        others.find(|other| refers(other, write.base)).map(|other| (write, other))
    })?;
    let message = "cannot truncate a table referenced in a foreign key constraint";
    let hit = Hit::new(message, write.span, format!("\"{}\" refers to it in this state", other.name), other.name.clone());
    Some(hit.with_sqlstate("0A000").with_object(Some(ObjectId::Relation(other.oid))).with_help("empty the tables together, or delete the rows"))
}

/// Text is compared under two collations: the server says so on the first row.
fn collations(subject: &Subject) -> Option<Hit> {
    let span = subject.now.outcome.resolution()?.collation_conflicts.first()?;
    let message = "could not determine which collation to use for string comparison";
    let hit = Hit::new(message, *span, "two collations meet here in this state", "42P22").with_sqlstate("42P22");
    Some(hit.with_help("say which collation is meant: COLLATE after one side"))
}

fn refusals(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        (!is_named(&error.kind)).then(|| refusal(error, "refused in this state", error.sqlstate))
    })
}
