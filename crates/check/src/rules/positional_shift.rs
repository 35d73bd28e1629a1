//! An INSERT without a column list now writes its values into other columns.

use rollproof_finding::{Level, RuleId, Verdict};
use std::sync::Arc;

use rollproof_catalog::{ColumnId, Schema};
use rollproof_resolve::{Resolution, StarExpansion, Write};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CteStatement, FromKind, Query, QueryBody, Statement, StatementKind};

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};
use crate::through::underlying_column;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("positional-shift"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("positional_shift.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((before, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let mut hits = Vec::new();
    for (was, is) in before.writes.iter().zip(&now.writes) {
        let target = |schema: &Schema, write: &Write, number: i16| {
            underlying_column(schema, ColumnId { relation: write.relation, number })
        };
        let mut pairs = was.columns.iter().zip(&is.columns);
        let shifted = pairs.find(|(one, other)| {
            let (one, other) =
                (target(baseline.schema, was, one.number), target(subject.now.schema, is, other.number));
            one.relation == other.relation && one != other
        });
        if let Some((_, column)) = shifted.filter(|_| is.positional) {
            let name = column_name(subject.now.schema, ColumnId { relation: is.relation, number: column.number });
            let hit = Hit::new(
                format!("this value now goes into {name}"),
                column.span,
                "written by position into another column",
                name,
            );
            hits.push(hit.with_help("list the columns in the INSERT, and deploy that first"));
        }
        if let Some(star) = is.from_star
            && let Some(name) = moved(subject, before, now, star)
        {
            let message = format!("another column's value goes where \"{name}\" went");
            let hit = Hit::new(message, star, "its columns come in another order", name);
            hits.push(hit.with_help("list the columns on both sides, and deploy that first"));
        }
    }
    for span in set_operations(subject.statement) {
        if let Some(name) = moved(subject, before, now, span) {
            let message = format!("another column stands where \"{name}\" stood in one of the queries that are put together");
            let hit = Hit::new(message, span, "columns are put together by position", name);
            hits.push(hit.with_help("list the columns on both sides, and deploy that first"));
        }
    }
    hits
}

/// Where `UNION` and its like stand, in the query, in its CTEs and in its FROM.
fn set_operations(statement: &Statement) -> Vec<TextRange> {
    let mut branches = Vec::new();
    let mut open: Vec<&Query> = Vec::new();
    match &statement.kind {
        StatementKind::Query(query) => open.push(query),
        StatementKind::Insert(insert) => open.extend(insert.source.as_deref()),
        _ => {}
    }
    while let Some(query) = open.pop() {
        let ctes = query.with.iter().flat_map(|with| &with.ctes);
        open.extend(ctes.filter_map(|cte| match &cte.statement {
            CteStatement::Query(query) => Some(&**query),
            _ => None,
        }));
        let mut bodies = vec![&query.body];
        while let Some(body) = bodies.pop() {
            match body {
                QueryBody::SetOperation(operation) => {
                    branches.push(operation.span);
                    bodies.extend([&operation.left, &operation.right]);
                }
                QueryBody::Nested(inner) => open.push(inner),
                QueryBody::Select(select) => open.extend(select.from.iter().filter_map(|item| match &item.kind {
                    FromKind::Subquery { query, .. } => Some(&**query),
                    _ => None,
                })),
                _ => {}
            }
        }
    }
    branches
}

/// The first column of the star at `span` that another column has taken the place of.
fn moved(subject: &Subject, before: &Resolution, now: &Resolution, span: TextRange) -> Option<Arc<str>> {
    let within = |star: &&StarExpansion| span.start <= star.span.start && star.span.end <= span.end;
    let (was, is) = (before.stars.iter().filter(within), now.stars.iter().filter(within));
    let mut pairs = was.zip(is).flat_map(|(was, is)| was.columns.iter().zip(&is.columns));
    let baseline = subject.baseline?;
    // A column that was renamed stays where it was.
    let stays = |was: Option<ColumnId>, is: Option<ColumnId>| match (was, is) {
        (Some(was), Some(is)) => {
            underlying_column(baseline.schema, was) == underlying_column(subject.now.schema, is)
        }
        _ => false,
    };
    pairs.find(|(was, is)| was.0 != is.0 && !stays(was.1, is.1)).map(|(was, _)| was.0.clone())
}
