//! The query writes a generated or identity column (428C9).

use rollproof_finding::{Level, RuleId, Verdict};

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("generated-column-written"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("generated_column_written.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        (error.sqlstate == "428C9").then(|| {
            refusal(error, "the server computes this column now", "generated")
                .with_help("stop writing the column in one deploy, and make it generated in the next")
        })
    })
}
