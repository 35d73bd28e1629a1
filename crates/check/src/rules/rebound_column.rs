//! A name now means another column or table than it did.

use rollproof_finding::{Level, RuleId, Verdict};
use std::collections::{BTreeMap, BTreeSet};

use rollproof_catalog::ObjectId;
use rollproof_resolve::{Resolution, Role};
use rollproof_source::TextRange;

use super::shared::{column_name, relation_name};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("rebound-column"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("rebound_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((before, now)) = subject.both() else { return Vec::new() };
    let meant = meanings(before);
    let means = meanings(now);
    let mut hits = Vec::new();
    for (span, was) in &meant {
        let Some(is) = means.get(span) else { continue };
        // A name that is both kept and joined by others is a merged column: `join-widened` speaks of it.
        if was.is_subset(is) || is.is_empty() {
            continue;
        }
        let Some(object) = is.difference(was).next() else { continue };
        let name = match object {
            ObjectId::Column(id) => column_name(subject.now.schema, *id),
            ObjectId::Relation(oid) => relation_name(subject.now.schema, *oid),
            _ => continue,
        };
        hits.push(
            Hit::new(
                format!("this name means another object than it did: a new \"{name}\""),
                *span,
                "not the same one as before",
                name,
            )
            .with_object(Some(*object))
            .with_help("an object that was dropped and made again has neither its rows nor its meaning: move the data first"),
        );
    }
    hits
}

/// What each written name means: columns and relations, stars left out.
fn meanings(resolution: &Resolution) -> BTreeMap<TextRange, BTreeSet<ObjectId>> {
    let mut meanings: BTreeMap<TextRange, BTreeSet<ObjectId>> = BTreeMap::new();
    for binding in &resolution.bindings {
        let counts = matches!(binding.object, ObjectId::Column(_) | ObjectId::Relation(_));
        if counts && !matches!(binding.role, Role::Star | Role::Position) {
            meanings.entry(binding.span).or_default().insert(binding.object);
        }
    }
    meanings
}
