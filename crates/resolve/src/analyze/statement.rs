//! Statements: INSERT, UPDATE, DELETE, MERGE and what carries them (analyze.c).

mod arbiter;
mod conflict;
mod delete;
mod insert;
mod merge;
mod returning;
mod target;
mod unknown;
mod update;
mod utility;

pub(crate) use target::TargetRelation;
pub(crate) use utility::Analyzed;
