//! Whether a view still shows what it showed.

use rollproof_catalog::{ObjectId, Oid, Relation, Schema, StoredText, View};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, Query, QueryBody, Select, StatementKind, Target};

/// Parentheses around a query are looked through this deep.
const DEPTH: usize = 32;

/// No more relations are looked at under one name.
pub(crate) const MOST: usize = 1000;

/// What became of a view that was made again in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It reads other relations or rows.
    Rows,
    /// It takes these columns, by number, from elsewhere.
    Columns(Vec<i16>),
}

/// What changed between the two in what a view of this identity shows; none where nothing did, or where it is no view.
pub(crate) fn change(before: &Schema, now: &Schema, oid: Oid) -> Option<Change> {
    let (was, is) = (before.relation(oid)?, now.relation(oid)?);
    let (old, new) = (was.view.as_ref()?, is.view.as_ref()?);
    if std::sync::Arc::ptr_eq(old, new) || meaning(&old.query.text, &[]) == meaning(&new.query.text, &[]) {
        return None;
    }
    let (Some(old_select), Some(new_select)) = (select_of(was), select_of(is)) else { return Some(Change::Rows) };
    let (old_list, new_list) = (targets(old_select), targets(new_select));
    let rest_differs = meaning(&old.query.text, &list(old_select)) != meaning(&new.query.text, &list(new_select));
    if rest_differs || new_list.len() < old_list.len() {
        return Some(Change::Rows);
    }
    let other = (1..)
        .zip(old_list.iter().zip(&new_list))
        .filter(|(_, (left, right))| part(&old.query.text, **left) != part(&new.query.text, **right));
    let columns: Vec<i16> = other.map(|(number, _)| number).collect();
    (!columns.is_empty()).then_some(Change::Columns(columns))
}

/// Relations that the query of a view names.
pub(crate) fn below(view: &View) -> impl Iterator<Item = Oid> {
    view.query.text.bindings.iter().filter_map(|(_, object)| match object {
        ObjectId::Relation(oid) => Some(*oid),
        _ => None,
    })
}

/// The SELECT of a view, where it is that and nothing more.
fn select_of(relation: &Relation) -> Option<&Select> {
    let StatementKind::Query(query) = &relation.view.as_ref()?.query.statement.kind else { return None };
    plain(query, 0)
}

fn plain(query: &Query, depth: usize) -> Option<&Select> {
    match &query.body {
        QueryBody::Select(select) if select.distinct.is_none() && query.order_by.is_empty() => {
            // A star stands for several columns: which of them changed is not told apart.
            let star = |expr: &Expr| matches!(&expr.kind, ExprKind::Column(reference) if reference.star.is_some());
            (!select.targets.iter().any(|target| star(&target.value))).then_some(select)
        }
        QueryBody::Nested(inner) if depth < DEPTH => plain(inner, depth + 1),
        _ => None,
    }
}

fn targets(select: &Select) -> Vec<TextRange> {
    select.targets.iter().map(|target| target.value.span).collect()
}

/// All of the target list, with its commas and aliases.
fn list(select: &Select) -> Vec<TextRange> {
    let end = |target: &Target| target.alias.as_ref().map_or(target.value.span.end, |alias| alias.span.end);
    match (select.targets.first(), select.targets.last()) {
        (Some(first), Some(last)) => vec![TextRange::new(first.value.span.start, end(last))],
        _ => Vec::new(),
    }
}

/// A kept text as what it means: its words, every bound name replaced by what it is bound to, `left_out` left out.
fn meaning(text: &StoredText, left_out: &[TextRange]) -> Vec<Word> {
    words(text, text.range)
        .into_iter()
        .filter(|word| !left_out.iter().any(|out| holds(*out, word.0)))
        .map(|word| word.1)
        .collect()
}

fn part(text: &StoredText, range: TextRange) -> Vec<Word> {
    words(text, range).into_iter().map(|word| word.1).collect()
}

fn holds(outer: TextRange, inner: TextRange) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// A word of a kept text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// A name, by what it means.
    Object(Vec<ObjectId>),
    /// Anything else, as written.
    Text(String),
}

fn words(text: &StoredText, range: TextRange) -> Vec<(TextRange, Word)> {
    let bound = |span: TextRange| -> Vec<ObjectId> {
        let names = text.bindings.iter().filter(|(of, _)| of.end == span.end && of.start <= span.start);
        names.map(|(_, object)| *object).collect()
    };
    let word = |span: TextRange| {
        let objects = bound(span);
        let written = span.slice(&text.text);
        if !objects.is_empty() {
            Word::Object(objects)
        } else if written.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            Word::Text(written.to_lowercase())
        } else {
            Word::Text(written.to_owned())
        }
    };
    rollproof_sql::tokens(&text.text, range).into_iter().map(|span| (span, word(span))).collect()
}
