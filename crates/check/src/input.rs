//! What a check is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::{Schema, Session};
use rollproof_extract::Extraction;
use rollproof_finding::{Level, VersionRole};
use rollproof_migrate::{Migration, MigrationStatement};
use rollproof_source::{Problem, SourceMap, Span};

use crate::elsewhere::Elsewhere;

/// A version of the application.
pub struct VersionInput {
    /// `old`, `old2`, …, `new`.
    pub id: Arc<str>,
    /// Its side.
    pub role: VersionRole,
    /// The revision it was read from; none for a folder.
    pub revision: Option<String>,
    /// Its sites.
    pub extraction: Extraction,
}

/// How the project deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deploy {
    /// The new code runs before the migration does.
    pub code_first: bool,
    /// A rollout may be rolled back: old code meets `after`, new code meets `before`.
    pub rollback: bool,
}

/// Something about the migrations that `migrate` found.
#[derive(Debug, Clone)]
pub struct MigrationNotice {
    /// The rule, one of `crate::rules::raised`.
    pub rule: rollproof_finding::RuleId,
    /// One sentence.
    pub message: String,
    /// Where, and what to write there; the primary place first.
    pub places: Vec<(Span, String)>,
}

/// What a check is asked.
pub struct Input<'a> {
    /// Every file that was read.
    pub sources: &'a SourceMap,
    /// The versions, old ones first.
    pub versions: Vec<VersionInput>,
    /// The schema before the first migration.
    pub base: Schema,
    /// What the migration tool does itself before the first migration.
    pub bookkeeping: &'a [MigrationStatement],
    /// Migrations that the database has, in order.
    pub applied: &'a [Migration],
    /// Migrations that it is about to get, in order, post-deploy ones last, their commits marked for that order.
    pub pending: &'a [Migration],
    /// The session that the application's queries run in.
    pub session: Session,
    /// The session that each migration starts in.
    pub migration_session: Session,
    /// How the project deploys.
    pub deploy: Deploy,
    /// Levels that the project sets, by rule; none switches the rule's findings off.
    pub levels: BTreeMap<String, Option<Level>>,
    /// Migrations of other databases, which are not checked.
    pub elsewhere: Vec<Elsewhere>,
    /// What is to be said about the migrations.
    pub notices: Vec<MigrationNotice>,
    /// What could not be used so far.
    pub problems: Vec<Problem>,
}
