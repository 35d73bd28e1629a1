//! What makes a run fail.

use crate::{Finding, Level, Report, Verdict};

/// The least bad verdict that fails a run. A finding that the project calls an error fails it in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Threshold {
    /// A query fails because of what is pending.
    #[default]
    Breaks,
    /// A query fails or behaves differently.
    Drifts,
    /// A query fails, behaves differently, or could not be proven.
    Unknown,
}

impl Threshold {
    /// Whether this finding alone fails the run.
    #[must_use]
    pub fn is_reached_by(self, finding: &Finding) -> bool {
        let warned = finding.level >= Level::Warning;
        finding.level == Level::Error
            || match finding.verdict {
                Some(Verdict::Drifts) => warned && self >= Self::Drifts,
                Some(Verdict::Unknown) => warned && self >= Self::Unknown,
                _ => false,
            }
    }

    /// Whether the run fails. What the ledger could not prove counts too, unless the project tolerates the rule that says so;
    /// a query builder's sites have no rule.
    #[must_use]
    pub fn is_reached(self, report: &Report) -> bool {
        let unproven = || report.ledger.unknown_reasons.keys().any(|reason| !report.tolerated.contains(reason));
        report.findings.iter().any(|finding| self.is_reached_by(finding)) || self >= Self::Unknown && unproven()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_reached(reasons: &[&str], tolerated: &[&str]) -> bool {
        let mut report = Report::default();
        for reason in reasons {
            report.ledger.unknown += 1;
            *report.ledger.unknown_reasons.entry((*reason).into()).or_insert(0) += 1;
        }
        report.tolerated = tolerated.iter().map(|rule| (*rule).into()).collect();
        assert!(!Threshold::Drifts.is_reached(&report), "what is unknown is no drift");
        Threshold::Unknown.is_reached(&report)
    }

    #[test]
    fn what_a_project_tolerates_fails_no_run() {
        assert!(!is_reached(&[], &[]));
        assert!(is_reached(&["dynamic-sql"], &[]));
        assert!(!is_reached(&["dynamic-sql"], &["dynamic-sql"]));
        assert!(is_reached(&["dynamic-sql", "unparsed-sql"], &["dynamic-sql"]));
        assert!(is_reached(&["query-builder"], &["dynamic-sql"]));
    }
}
