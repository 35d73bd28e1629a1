//! A table, view or schema that the query names does not exist (42P01, 3F000).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal, relation_fate};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-table"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_table.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        let name = match &error.kind {
            ErrorKind::MissingRelation { name, .. } | ErrorKind::MissingSchema(name) => name,
            _ => return None,
        };
        let mut hit = refusal(error, "no such table in this state", name.clone());
        match relation_fate(subject, hit.span) {
            Some((object, Some(relation))) => {
                hit.label = format!("now called \"{}\"", relation.name);
                hit = hit.with_object(Some(object)).with_help(format!(
                    "keep the old name alive until no running version uses it: after the rename, create a view \"{name}\" \
                     over \"{}\" in the same transaction, and drop it in a later deploy",
                    relation.name
                ));
            }
            Some((object, None)) => {
                "dropped while this still runs".clone_into(&mut hit.label);
                hit = hit
                    .with_object(Some(object))
                    .with_help(format!("drop \"{name}\" in the deploy after the one that stops using it"));
            }
            None => {}
        }
        Some(hit)
    })
}
