//! A constant is longer than its column allows (22001).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ColumnId, ObjectId, oid};
use rollproof_resolve::WriteValue;

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};
use crate::supply::base_number;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("value-too-long"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("value_too_long.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let schema = subject.now.schema;
    let mut hits = Vec::new();
    for write in &resolution.writes {
        for column in &write.columns {
            let Some(number) = base_number(schema, write, column.number) else { continue };
            let id = ColumnId { relation: write.base, number };
            let Some(limit) = schema.column(id).and_then(|column| length_limit(column.data_type)) else { continue };
            let too_long = column.values.iter().any(|value| match value {
                // Trailing spaces beyond the limit are cut, not refused (varchar.c).
                WriteValue::Constant(text) => text.trim_end_matches(' ').chars().count() > limit,
                _ => false,
            });
            if too_long {
                hits.push(
                    Hit::new(
                        format!("value too long for type character varying({limit})"),
                        column.span,
                        format!("holds at most {limit} characters in this state"),
                        column_name(schema, id),
                    )
                    .with_sqlstate("22001")
                    .with_object(Some(ObjectId::Column(id)))
                    .with_help("shorten what is written in one deploy, and the column in the next"),
                );
            }
        }
    }
    hits
}

/// The most characters that a column of this type holds: its modifier less the four bytes of a header (`VARHDRSZ`).
fn length_limit(data_type: rollproof_catalog::TypeRef) -> Option<usize> {
    let limited = data_type.oid == oid::VARCHAR || data_type.oid == oid::BPCHAR;
    (limited && data_type.modifier >= 4).then(|| data_type.modifier as usize - 4)
}
