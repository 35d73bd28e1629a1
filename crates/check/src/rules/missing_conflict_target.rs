//! No unique index fits an ON CONFLICT clause (42P10).

use rollproof_finding::{Level, RuleId, Verdict};

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-conflict-target"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_conflict_target.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        let infers = error.sqlstate == "42P10" && error.message.contains("ON CONFLICT");
        infers.then(|| {
            refusal(error, "no unique index fits this in this state", "on conflict").with_help(
                "keep the old unique index until no running version relies on it; two unique indexes can stand side by side",
            )
        })
    })
}
