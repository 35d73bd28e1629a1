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

    /// Whether the run fails. A rule that is switched off silences its findings, not what the ledger could not prove.
    #[must_use]
    pub fn is_reached(self, report: &Report) -> bool {
        report.findings.iter().any(|finding| self.is_reached_by(finding))
            || self >= Self::Unknown && report.ledger.unknown > 0
    }
}
