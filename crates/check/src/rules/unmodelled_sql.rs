//! The query uses SQL whose meaning is not modelled.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{Oid, TypeRef};
use rollproof_resolve::{Outcome, Resolution};
use rollproof_source::TextRange;

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("unmodelled-sql"),
    verdict: Verdict::Unknown,
    level: Level::Warning,
    page: include_str!("unmodelled_sql.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    match subject.now.outcome {
        Outcome::Unknown(undecided) => {
            let reason = &undecided.unknown.reason;
            vec![Hit::new(reason.to_string(), undecided.unknown.span, "not proven", "unmodelled")]
        }
        Outcome::Resolved(now) => unjudged_literal(subject, now).into_iter().collect(),
        Outcome::Refused(_) => Vec::new(),
    }
}

/// A literal that only its type's input function can judge. What runs already is taken in its baseline, and as long as the
/// literal has the same type it is taken here.
fn unjudged_literal(subject: &Subject, now: &Resolution) -> Option<Hit> {
    let before = subject.baseline.as_ref().and_then(|baseline| baseline.outcome.resolution());
    let known = |literal: &(TextRange, Oid)| {
        subject.running && before.is_none_or(|before| before.unchecked_literals.contains(literal))
    };
    let (span, data_type) = now.unchecked_literals.iter().find(|literal| !known(literal))?;
    let data_type = subject.now.schema.format_type(TypeRef::plain(*data_type));
    Some(Hit::new(format!("whether this is a valid {data_type} is not known here"), *span, "not judged", "literal"))
}
