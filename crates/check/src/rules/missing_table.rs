//! A table, view or schema that the query names does not exist (42P01, 3F000).

use rollproof_catalog::StoredText;
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;
use rollproof_source::TextRange;

use super::shared::{on_refusal, refusal, relation_fate};
use crate::rule::{Hit, Rule, Subject};
use crate::supply::omitted;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-table"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_table.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let mut hits = refusals(subject);
    if hits.is_empty() {
        hits.extend(named_in_text(subject));
    }
    hits
}

/// A sequence that a text names: `nextval('s'::text)` looks for it whenever it runs.
fn named_in_text(subject: &Subject) -> Option<Hit> {
    let (resolution, schema) = (subject.now.outcome.resolution()?, subject.now.schema);
    let own = sequences_in(subject.text, subject.statement.span).map(|(span, name)| (span, name.to_owned()));
    let defaults = resolution.writes.iter().flat_map(|write| {
        let left = omitted(schema, write);
        let columns = schema.relation(write.base).into_iter().flat_map(|relation| relation.live_columns());
        let defaults = columns.filter(move |column| left.contains(&column.number)).filter_map(|each| each.default.as_ref());
        let named = |text: &StoredText| sequences_in(&text.text, text.range).map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
        defaults.flat_map(move |default| named(&default.text)).map(|name| (write.span, name))
    });
    let (span, name) = own.chain(defaults).find(|(_, name)| {
        let (qualifier, object) = name.rsplit_once('.').map_or((None, &**name), |(qualifier, object)| (Some(qualifier), object));
        let plain = !name.contains('"') && schema.taints.is_empty();
        plain && schema.find_relation(qualifier, &object.to_lowercase()).is_none()
    })?;
    let message = format!("relation \"{name}\" does not exist");
    Some(Hit::new(message, span, "no such sequence in this state", name).with_sqlstate("42P01"))
}

/// The literals of `nextval('s'::text)` and its like, with their places.
fn sequences_in(text: &str, range: TextRange) -> impl Iterator<Item = (TextRange, &str)> {
    let tokens = rollproof_sql::tokens(text, range);
    let found: Vec<_> = tokens
        .windows(5)
        .filter_map(|window| {
            let [function, open, literal, cast, target] = [0, 1, 2, 3, 4].map(|at: usize| window[at].slice(text));
            let names = ["nextval", "currval", "setval"].iter().any(|name| function.eq_ignore_ascii_case(name));
            let as_text = open == "(" && cast == "::" && target.eq_ignore_ascii_case("text");
            let name = literal.strip_prefix('\'')?.strip_suffix('\'')?;
            (names && as_text).then_some((window[2], name))
        })
        .collect();
    found.into_iter()
}

fn refusals(subject: &Subject) -> Vec<Hit> {
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
