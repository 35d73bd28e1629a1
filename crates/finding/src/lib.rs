//! What `check` concludes and `report` prints. Pure data, no wording rules, no output format.

mod finding;
mod ledger;
mod report;
mod threshold;
mod trace;
mod verdict;

pub use finding::{BROKEN_BEFORE, Finding, Label, Level, Place, RuleId};
pub use ledger::{Ledger, LeftOut, SiteRecord, Unknown};
pub use report::{Cause, Cell, QueryRecord, Report, StateRecord, VersionRecord, VersionRole};
pub use threshold::Threshold;
pub use trace::{TraceKind, TraceRecord};
pub use verdict::Verdict;
