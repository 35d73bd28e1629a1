//! A literal is no label of its enum (22P02).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::TypeKind;
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("unknown-enum-value"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("unknown_enum_value.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::InvalidLiteral { data_type, text } if is_enum(subject, data_type) => Some(
            refusal(error, "no such label in this state", text.clone())
                .with_help("add the new label first and keep the old one; rename or drop it when no running version uses it"),
        ),
        _ => None,
    })
}

fn is_enum(subject: &Subject, data_type: &str) -> bool {
    let data_type = data_type.trim_end_matches("[]");
    subject.now.schema.types.iter().any(|each| {
        matches!(each.kind, TypeKind::Enum(_)) && data_type.rsplit('.').next() == Some(&*each.name)
    })
}
