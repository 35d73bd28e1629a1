//! A whole run as data.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_source::Problem;

use crate::{Finding, Ledger, LeftOut, Place, RuleId, SiteRecord, Verdict};

/// Which side of the rollout a version is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRole {
    /// Still running.
    Old,
    /// About to run.
    New,
}

impl VersionRole {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRecord {
    /// `old`, `old2`, …, `new`.
    pub id: Arc<str>,
    /// Its side.
    pub role: VersionRole,
    /// The revision it was read from; none for a folder.
    pub revision: Option<String>,
    /// Ids of the states it meets.
    pub states: Vec<Arc<str>>,
}

/// The migration statement that turned a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The statement.
    pub place: Place,
    /// Its text, white space folded.
    pub statement: String,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRecord {
    /// `before`, `<migration>#<statement>`, `after`.
    pub id: Arc<str>,
    /// The statement whose commit made it; none for `before`, and for `after` where nothing is pending.
    pub after: Option<Cause>,
}

/// One query in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The state's id.
    pub state: Arc<str>,
    /// What became of the query.
    pub verdict: Verdict,
    /// The rule, unless it resolves.
    pub rule: Option<RuleId>,
    /// The server's code, where it would raise one.
    pub sqlstate: Option<&'static str>,
    /// What happens, unless it resolves.
    pub message: Option<String>,
    /// The statement that turned the verdict; none where it was so in `before`.
    pub cause: Option<Cause>,
}

/// A query with its verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRecord {
    /// Unique in the report.
    pub id: Arc<str>,
    /// The version's id.
    pub version: Arc<str>,
    /// Where its text begins.
    pub place: Place,
    /// Its text as the database gets it.
    pub sql: String,
    /// What the text is given to.
    pub sink: Arc<str>,
    /// `static`, `folded`, `dynamic`.
    pub kind: &'static str,
    /// One a state that its version meets, in the order of the states. Empty from `queries`.
    pub cells: Vec<Cell>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The versions, old ones first.
    pub versions: Vec<VersionRecord>,
    /// The states, `before` first, `after` last.
    pub states: Vec<StateRecord>,
    /// The queries, by version, file, place.
    pub queries: Vec<QueryRecord>,
    /// The sites, by version, file, place.
    pub sites: Vec<SiteRecord>,
    /// Calls that only pass on what their callers send. They are counted at those, and are in no count.
    pub forwarders: Vec<SiteRecord>,
    /// What was not looked at, by version, reason and place.
    pub left_out: Vec<LeftOut>,
    /// The findings, worst first, then by place.
    pub findings: Vec<Finding>,
    /// The count.
    pub ledger: Ledger,
    /// Rules that the project switched off or made a note: what they say fails no run.
    pub tolerated: BTreeSet<Arc<str>>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}
