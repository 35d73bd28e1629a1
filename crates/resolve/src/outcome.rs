//! What the server says of a statement.

use crate::context::Lookups;
use crate::error::{Error, Unknown};
use crate::resolution::Resolution;
use crate::typed::Typed;

/// The answer for a statement.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Parse analysis succeeds, and nothing that planning and rewriting always refuse is in it.
    Resolved(Box<Resolution>),
    /// The server refuses it.
    Refused(Box<Refusal>),
    /// Cannot be told.
    Unknown(Box<Undecided>),
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// At least one; the first is what the server says.
    pub errors: Vec<Error>,
    /// What was looked up before the statement was refused. A schema change that touches none of it refuses it again.
    pub depends: Lookups,
}

/// No answer.
#[derive(Debug, Clone)]
pub struct Undecided {
    /// Why: the first reason.
    pub unknown: Unknown,
    /// What was found nevertheless: for a text with holes, the bindings of what is known.
    pub partial: Resolution,
}

impl Outcome {
    /// The resolution, if there is one.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        match self {
            Self::Resolved(resolution) => Some(resolution),
            Self::Refused(_) | Self::Unknown(_) => None,
        }
    }

    /// What the server says, if it refuses.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Refused(refusal) => refusal.errors.first(),
            Self::Resolved(_) | Self::Unknown(_) => None,
        }
    }

    /// What it depends on.
    #[must_use]
    pub fn depends(&self) -> &Lookups {
        match self {
            Self::Resolved(resolution) => &resolution.depends,
            Self::Refused(refusal) => &refusal.depends,
            Self::Unknown(undecided) => &undecided.partial.depends,
        }
    }
}

/// The answer for an expression that the schema keeps.
#[derive(Debug, Clone)]
pub enum ExpressionOutcome {
    /// It is taken: its type after coercion to what its place needs, its bindings and what it uses.
    Resolved(Typed, Box<Resolution>),
    /// The server refuses it.
    Refused(Box<Refusal>),
    /// Cannot be told.
    Unknown(Box<Undecided>),
}
