//! What is wrong with a statement of a migration.

use rollproof_catalog::Taint;
use rollproof_source::TextRange;

/// Something wrong with a statement, in the state it runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of wrong.
    pub kind: ProblemKind,
    /// One sentence for a person; of a refusal the server's own words.
    pub message: String,
    /// The server's DETAIL of a refusal: what depends on what is dropped, the key that is missing.
    pub detail: Option<String>,
    /// Where in the script.
    pub span: TextRange,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// The server would reject the statement; the schema is as before it.
    Refused {
        /// The error's code (manual, appendix "PostgreSQL Error Codes").
        sqlstate: &'static str,
    },
    /// The statement is not (wholly) modelled: what it may have touched is tainted from here on.
    Unmodelled {
        /// What was added to [`rollproof_catalog::Schema::taints`].
        taint: Taint,
    },
    /// Whether the server takes the statement depends on what no source tells: how the server was built, what a function
    /// finds in the rows. It was followed as taken.
    Presumed,
}

impl Problem {
    /// The SQLSTATE of a refusal.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&'static str> {
        match &self.kind {
            ProblemKind::Refused { sqlstate } => Some(sqlstate),
            ProblemKind::Unmodelled { .. } | ProblemKind::Presumed => None,
        }
    }
}
