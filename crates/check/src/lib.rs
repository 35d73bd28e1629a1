//! Versions × states → verdicts → findings.
//!
//! [`check`] folds the migrations into a [`timeline`], asks `resolve` for every query in every state that its version
//! meets, lets every rule judge the answer, and looks for the statement that turned it. It is the only place that words
//! findings.

mod analysis;
mod cells;
mod checks;
mod constants;
mod elsewhere;
mod findings;
mod input;
mod judge;
mod kept;
mod ledger;
mod made_by_code;
mod names;
mod partitions;
mod permissions;
mod places;
mod routines;
mod rows;
pub mod rule;
pub mod rules;
mod same;
mod supply;
mod through;
pub mod timeline;
pub mod trace;
mod triggers;
mod views;
mod words;
mod writes;

pub use elsewhere::{Elsewhere, Made};
pub use input::{Deploy, Input, MigrationNotice, VersionInput};

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rollproof_catalog::Schema;
use rollproof_finding::{Level, Report, StateRecord, VersionRecord, VersionRole};

use crate::analysis::{Texts, Versions};
use crate::cells::{Judged, Surroundings};
use crate::elsewhere::OtherDatabase;
use crate::made_by_code::MadeByCode;
use crate::timeline::{Step, Timeline};

/// Checks every query of every version in every state that it meets.
#[must_use]
pub fn check(input: &Input) -> Report {
    let timeline = timeline_of(input);
    let states = state_records(input, &timeline);
    let versions: Vec<VersionRecord> =
        input.versions.iter().map(|version| version_record(input, version, &timeline)).collect();
    let texts = Texts::of(&input.versions);
    let order = Versions::of(input, &timeline);
    let databases = OtherDatabase::all(input);
    let queries = order.queries(&texts);
    // What is missing for old code in every state is made elsewhere, and new code may use it as well.
    let news = queries.iter().position(|query| query.role == VersionRole::New).unwrap_or(queries.len());
    let (old, new) = queries.split_at(news);
    let made_by_code = MadeByCode::of(&queries, &input.versions, input.sources);
    let mut around = Surroundings {
        timeline: &timeline,
        sources: input.sources,
        databases: &databases,
        made_by_code: &made_by_code,
        made_elsewhere: BTreeSet::new(),
    };
    let mut judged: Vec<Judged> = old.par_iter().map(|query| cells::judge_query(query, &around)).collect();
    around.made_elsewhere = cells::made_elsewhere(&judged);
    judged.par_extend(new.par_iter().map(|query| cells::judge_query(query, &around)));
    let mut report = Report { versions, states, problems: input.problems.clone(), ..Report::default() };
    let tolerated = input.levels.iter().filter(|(_, level)| level.is_none_or(|level| level < Level::Warning));
    report.tolerated = tolerated.map(|(rule, _)| Arc::from(rule.as_str())).collect();
    report.problems.extend(timeline.problems.iter().cloned());
    report.problems.sort();
    report.problems.dedup();
    ledger::fill(&mut report, input, &timeline, &judged);
    findings::fill(&mut report, input, &timeline, &judged);
    report
}

fn timeline_of(input: &Input) -> Timeline {
    let sessions = (&input.session, &input.migration_session);
    timeline::build(&input.base, input.bookkeeping, input.applied, input.pending, sessions)
}

/// The sites of every version with their texts, without verdicts: the ledger.
#[must_use]
pub fn sites(input: &Input) -> Report {
    let mut report = Report { problems: input.problems.clone(), ..Report::default() };
    report.versions = input
        .versions
        .iter()
        .map(|version| VersionRecord {
            id: version.id.clone(),
            role: version.role,
            revision: version.revision.clone(),
            states: Vec::new(),
        })
        .collect();
    ledger::list(&mut report, input);
    report
}

/// The schema at the state `id`, or, where there is no such state, the ids of those that there are, in order.
///
/// # Errors
/// The states' ids.
pub fn schema_at(input: &Input, id: &str) -> Result<Schema, Vec<Arc<str>>> {
    let sessions = (&input.session, &input.migration_session);
    let (mut known, mut asked): (Vec<Arc<str>>, Option<Schema>) = (Vec::new(), None);
    let mut last: Option<Step> = None;
    let mut meet = |name: Arc<str>, step: Step| {
        if *name == *id {
            asked = Some(step.schema);
        }
        known.push(name);
    };
    timeline::walk(&input.base, input.bookkeeping, input.applied, input.pending, sessions, |step| {
        if let Some(done) = last.replace(step).filter(|done| done.visible) {
            meet(done.id(false), done);
        }
    });
    if let Some(last) = last {
        if last.origin.is_none() {
            meet(last.id(false), last.clone());
        }
        meet(last.id(true), last);
    }
    asked.ok_or(known)
}

/// The steps that a version of this side meets, by index into the timeline.
fn met(input: &Input, role: VersionRole, timeline: &Timeline) -> Vec<usize> {
    let visible = timeline.steps.iter().enumerate().filter(|(_, step)| step.visible);
    let last = timeline.steps.len() - 1;
    let boundary = timeline.steps.iter().rposition(|step| !step.post_deploy).unwrap_or(last);
    let all = input.deploy.code_first || input.deploy.rollback;
    visible
        .map(|(at, _)| at)
        .filter(|at| match role {
            VersionRole::Old => *at <= boundary,
            VersionRole::New => all || *at >= boundary,
        })
        .collect()
}

fn state_records(input: &Input, timeline: &Timeline) -> Vec<StateRecord> {
    let record = |(at, step): (usize, &timeline::Step)| StateRecord {
        id: state_id(timeline, at),
        after: step.origin.as_ref().map(|origin| places::cause(input.sources, origin)),
    };
    timeline.steps.iter().enumerate().filter(|(_, step)| step.visible).map(record).collect()
}

fn state_id(timeline: &Timeline, at: usize) -> Arc<str> {
    timeline.steps[at].id(at > 0 && at + 1 == timeline.steps.len())
}

fn version_record(input: &Input, version: &VersionInput, timeline: &Timeline) -> VersionRecord {
    VersionRecord {
        id: version.id.clone(),
        role: version.role,
        revision: version.revision.clone(),
        states: met(input, version.role, timeline).into_iter().map(|at| state_id(timeline, at)).collect(),
    }
}
