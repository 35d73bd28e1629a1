//! A name now means another column or table than it did.

use rollproof_finding::{Level, RuleId, Verdict};
use std::collections::{BTreeMap, BTreeSet};

use rollproof_catalog::{ColumnId, ObjectId, Schema};
use rollproof_resolve::{Resolution, Role};
use rollproof_source::TextRange;

use super::shared::{column_name, relation_name};
use crate::rule::{Hit, Rule, Situation, Subject};
use crate::through::{underlying, underlying_column};
use crate::views::{Change, MOST, change};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("rebound-column"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("rebound_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((before, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let meant = meanings(before);
    let means = meanings(now);
    let none = BTreeSet::new();
    let spans: BTreeSet<&TextRange> = meant.keys().chain(means.keys()).collect();
    let mut hits = Vec::new();
    for span in spans {
        let (was, is) = (meant.get(span).unwrap_or(&none), means.get(span).unwrap_or(&none));
        let under = |schema: &Schema, set: &BTreeSet<ObjectId>| -> BTreeSet<ObjectId> {
            set.iter().map(|object| underlying(schema, *object)).collect()
        };
        if same(was, is) || same(&under(baseline.schema, was), &under(subject.now.schema, is)) {
            continue;
        }
        let both_routines = was.iter().chain(is).all(|object| matches!(object, ObjectId::Function(_)));
        if both_routines {
            continue;
        }
        hits.push(hit(subject, *span, was, is));
    }
    if hits.is_empty() {
        hits.extend(results(subject, before, now));
    }
    if hits.is_empty() {
        hits.extend(behind_views(subject, &baseline, now));
    }
    hits
}

/// Columns of views that were made again in place and take them from elsewhere.
fn behind_views(subject: &Subject, baseline: &Situation, now: &Resolution) -> Option<Hit> {
    let schema = subject.now.schema;
    let used = now.bindings.iter().filter_map(|binding| match binding.object {
        ObjectId::Column(id) => Some((binding.span, id)),
        _ => None,
    });
    used.filter(|(_, id)| schema.relation(id.relation).is_some_and(|relation| relation.view.is_some())).find_map(
        |(span, id)| {
            let other = from_elsewhere(baseline.schema, schema, id, &mut BTreeSet::new())?;
            let name = column_name(schema, other);
            let message = format!("\"{name}\" is computed from something else than it was");
            let hit = Hit::new(message, span, "not the same one as before", name);
            Some(hit.with_object(Some(ObjectId::Relation(other.relation))).with_help("give the new column a name of its own"))
        },
    )
}

/// The column of a view, of this one or of one under it, that is taken from elsewhere.
fn from_elsewhere(before: &Schema, now: &Schema, id: ColumnId, seen: &mut BTreeSet<ColumnId>) -> Option<ColumnId> {
    if !seen.insert(id) || seen.len() > MOST {
        return None;
    }
    let view = now.relation(id.relation)?.view.as_ref()?;
    if let Some(Change::Columns(columns)) = change(before, now, id.relation)
        && columns.contains(&id.number)
    {
        return Some(id);
    }
    let under = view.query.text.bindings.iter().filter_map(|(_, object)| match object {
        ObjectId::Column(under) => Some(*under),
        _ => None,
    });
    under.collect::<BTreeSet<_>>().into_iter().find_map(|under| from_elsewhere(before, now, under, seen))
}

/// Whether a name means the same. One that is kept and loses or gains others beside it is a merged column:
/// `join-widened` speaks of it.
fn same(was: &BTreeSet<ObjectId>, is: &BTreeSet<ObjectId>) -> bool {
    was == is || !was.is_empty() && !is.is_empty() && (was.is_subset(is) || is.is_subset(was))
}

/// Columns of the result that a star brings in under the name that another column had.
fn results(subject: &Subject, before: &Resolution, now: &Resolution) -> Option<Hit> {
    let baseline = subject.baseline?;
    let moved = before.columns.iter().zip(&now.columns).find(|(was, is)| {
        let was_from = was.origin.map(|id| underlying_column(baseline.schema, id));
        let is_from = is.origin.map(|id| underlying_column(subject.now.schema, id));
        was.name == is.name && was.origin != is.origin && was_from != is_from
    });
    let (_, is) = moved.filter(|_| before.columns.len() == now.columns.len())?;
    let span = now.stars.first().map_or(subject.statement.span, |star| star.span);
    let message = format!("the result's \"{}\" is another column than it was", is.name);
    Some(Hit::new(message, span, "brings in another column", is.name.clone()).with_object(is.origin.map(ObjectId::Column)))
}

fn hit(subject: &Subject, span: TextRange, was: &BTreeSet<ObjectId>, is: &BTreeSet<ObjectId>) -> Hit {
    let new = is.difference(was).next();
    let name = match new {
        Some(ObjectId::Column(id)) => column_name(subject.now.schema, *id),
        Some(ObjectId::Relation(oid)) => relation_name(subject.now.schema, *oid),
        _ => span.slice(subject.text).to_owned(),
    };
    let (message, help) = if was.is_empty() {
        (format!("this name now means the column \"{name}\""), "give what it meant another name, or qualify it")
    } else if is.is_empty() {
        (format!("\"{name}\" no longer means the column that it did"), "qualify the name: then the query would fail instead")
    } else {
        let help = "an object that was dropped and made again has neither its rows nor its meaning: move the data first";
        (format!("this name means another object than it did: a new \"{name}\""), help)
    };
    Hit::new(message, span, "not the same one as before", name).with_object(new.copied()).with_help(help)
}

/// What each written name means: columns, relations and functions, stars and merged columns left out.
fn meanings(resolution: &Resolution) -> BTreeMap<TextRange, BTreeSet<ObjectId>> {
    let mut meanings: BTreeMap<TextRange, BTreeSet<ObjectId>> = BTreeMap::new();
    for binding in &resolution.bindings {
        let counts = matches!(binding.object, ObjectId::Column(_) | ObjectId::Relation(_) | ObjectId::Function(_));
        if counts && !matches!(binding.role, Role::Star | Role::Position) {
            meanings.entry(binding.span).or_default().insert(binding.object);
        }
    }
    meanings
}
