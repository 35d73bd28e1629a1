//! One query in every state that its version meets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_extract::QueryKind;
use rollproof_finding::{Level, RuleId, Verdict, VersionRole};
use rollproof_resolve::{Environment, ErrorKind, Outcome, resolve};
use rollproof_source::{SourceMap, TextRange};
use rollproof_sql::ast::Statement;
use rollproof_sql::{MappedText, other_dialect};

use crate::analysis::{Parsed, QueryToJudge};
use crate::elsewhere::{OtherDatabase, catalog_of_another, home};
use crate::judge::judge;
use crate::made_by_code::MadeByCode;
use crate::routines::reports;
use crate::rule::RoutineReport;
use crate::rule::{Hit, Situation, Subject};
use crate::rules::raised;
use crate::same::unchanged;
use crate::timeline::Timeline;

/// Why a query does not simply resolve in a step.
#[derive(Clone)]
pub(crate) struct Blame {
    /// The rule that gives the verdict.
    pub(crate) rule: RuleId,
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// How much it weighs.
    pub(crate) level: Level,
    /// What the rule says.
    pub(crate) hit: Hit,
}

/// One cell of the matrix.
#[derive(Clone)]
pub(crate) struct JudgedCell {
    /// The step.
    pub(crate) step: usize,
    /// None where the query resolves.
    pub(crate) blame: Option<Blame>,
    /// The step whose statement turned the verdict.
    pub(crate) cause: Option<usize>,
}

/// One query's row of the matrix.
pub(crate) struct Judged {
    /// Index of the version.
    pub(crate) version: usize,
    /// Index of the site in its version.
    pub(crate) site: usize,
    /// Which of the site's texts.
    pub(crate) nth: usize,
    /// The cells, in the order of the steps.
    pub(crate) cells: Vec<JudgedCell>,
}

/// What a query is judged in.
pub(crate) struct Surroundings<'a> {
    /// The schemas.
    pub(crate) timeline: &'a Timeline,
    /// The files of the queries.
    pub(crate) sources: &'a SourceMap,
    /// Databases whose migrations were left aside.
    pub(crate) databases: &'a [OtherDatabase],
    /// Relations that the code creates.
    pub(crate) made_by_code: &'a MadeByCode,
    /// What old code misses in every state, by code and name: no migration makes it.
    pub(crate) made_elsewhere: BTreeSet<(&'static str, Arc<str>)>,
}

/// Tables, schemas and types that old code uses and that no migration makes.
pub(crate) fn made_elsewhere(judged: &[Judged]) -> BTreeSet<(&'static str, Arc<str>)> {
    let cells = judged.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.blame.as_ref());
    let broken = cells.filter(|blame| blame.rule == raised::BROKEN_BEFORE);
    broken
        .filter_map(|blame| Some((blame.hit.sqlstate?, blame.hit.fault.clone())))
        .filter(|(sqlstate, _)| matches!(*sqlstate, "42P01" | "3F000" | "42704"))
        .collect()
}

/// Judges one query.
pub(crate) fn judge_query(query: &QueryToJudge, around: &Surroundings) -> Judged {
    let mut row = Row { query, around, timeline: around.timeline, answers: BTreeMap::new(), blames: BTreeMap::new() };
    let cells = query.steps.iter().map(|step| row.cell(*step)).collect();
    Judged { version: query.version, site: query.site, nth: query.nth, cells }
}

/// What the server says of each statement of a text, and of what it runs.
struct Answer {
    outcomes: Arc<Vec<Outcome>>,
    routines: Vec<Vec<RoutineReport>>,
}

struct Row<'a> {
    query: &'a QueryToJudge<'a>,
    around: &'a Surroundings<'a>,
    timeline: &'a Timeline,
    answers: BTreeMap<usize, Arc<Answer>>,
    blames: BTreeMap<usize, Option<Blame>>,
}

impl Row<'_> {
    fn cell(&mut self, step: usize) -> JudgedCell {
        if let Some(database) = &self.query.database {
            let text = &self.query.extracted.text;
            // Of a text that reaches no sink nobody knows where it is sent: its grammar alone may tell whose it is.
            let refused = self.query.parsed.as_ref().as_ref().err().filter(|_| self.query.loose);
            let refused = refused.filter(|_| other_dialect(&text.text) == Some(&**database));
            let blame = match refused {
                Some(error) => Blame { level: Level::Note, ..unread(text, error) },
                None => sent_to(database, text),
            };
            return JudgedCell { step, blame: Some(blame), cause: None };
        }
        let blame = self.blame(step);
        let Some(mut blame) = blame else { return JudgedCell { step, blame: None, cause: None } };
        if blame.verdict == Verdict::Breaks && self.blame(0).is_some_and(|before| same_fault(&before, &blame)) {
            if let Some(blame) = self.excused(step, &blame) {
                return JudgedCell { step, blame: Some(blame), cause: None };
            }
            if self.is_forgiven(&blame) {
                blame.rule = raised::BROKEN_BEFORE;
                blame.level = Level::Warning;
                return JudgedCell { step, blame: Some(blame), cause: None };
            }
        } else if blame.verdict == Verdict::Breaks
            && let Some(blame) = self.never_made_anywhere(step, &blame)
        {
            return JudgedCell { step, blame: Some(blame), cause: None };
        }
        let cause = self.cause(step, &blame);
        JudgedCell { step, blame: Some(blame), cause }
    }

    /// Why what fails in every state may be no break at all: its names are made elsewhere, or the text never is.
    fn excused(&mut self, step: usize, blame: &Blame) -> Option<Blame> {
        let parsed = self.query.parsed.clone();
        let Ok(statements) = &*parsed else { return None };
        let answer = self.answer(step, statements);
        let file = self.around.sources.file(self.query.extracted.span.file);
        let folder = home(self.around.databases, &file.path, statements, &answer.outcomes);
        let database = catalog_of_another(&answer.outcomes);
        folder
            .map(|folder| sent_elsewhere(blame, &folder))
            .or_else(|| database.map(|database| sent_to(database, &self.query.extracted.text)))
            .or_else(|| self.made_by_code(&answer, blame))
            .or_else(|| self.never_made(&answer, blame))
    }

    /// What fails in the same way without any pending migration is no migration's fault. New code is only forgiven what
    /// old code does as well, and texts of which nothing tells that they are sent to this database.
    fn is_forgiven(&self, blame: &Blame) -> bool {
        let missing = blame.hit.sqlstate.map(|sqlstate| (sqlstate, blame.hit.fault.clone()));
        self.query.role == VersionRole::Old
            || self.query.in_old
            || self.query.loose
            || missing.is_some_and(|missing| self.around.made_elsewhere.contains(&missing))
    }

    /// Of several texts that are put together from parts, one whose parts do not fit each other in any state: most often the
    /// program never makes it (two branches that hang on one value), and never could have. A relation or column that is
    /// missing is another matter.
    fn never_made(&self, answer: &Answer, blame: &Blame) -> Option<Blame> {
        if self.query.variants < 2 || self.query.extracted.kind == QueryKind::Static {
            return None;
        }
        let error = answer.outcomes.iter().find_map(|outcome| outcome.error())?;
        let misfit = matches!(
            error.kind,
            ErrorKind::MissingOperator(_)
                | ErrorKind::AmbiguousOperator(_)
                | ErrorKind::TypeMismatch { .. }
                | ErrorKind::Parameter(_)
        ) || error.is_missing_entry();
        let message = format!("whether the program makes this one of {} texts is not known", self.query.variants);
        let hit = Hit::new(message, blame.hit.span, blame.hit.message.clone(), blame.hit.fault.clone());
        let rule = RuleId("dynamic-sql");
        misfit.then_some(Blame { rule, verdict: Verdict::Unknown, level: Level::Warning, hit })
    }

    /// The same of a text of new code that fails in every state, be it for another reason in each: `before` may lack the
    /// tables that it reads.
    fn never_made_anywhere(&mut self, step: usize, blame: &Blame) -> Option<Blame> {
        let parsed = self.query.parsed.clone();
        let Ok(statements) = &*parsed else { return None };
        let answer = self.answer(step, statements);
        let never = self.never_made(&answer, blame)?;
        let mut steps = self.query.steps.iter().copied().chain([0]);
        steps.all(|step| self.blame(step).is_some_and(|blame| blame.verdict == Verdict::Breaks)).then_some(never)
    }

    /// What is missing in every state, and what the code itself creates, is there when the code has done so: not known here.
    fn made_by_code(&self, answer: &Answer, blame: &Blame) -> Option<Blame> {
        let (name, place) = self.around.made_by_code.maker(&answer.outcomes)?;
        let message = format!("\"{name}\" is made by the application itself ({place}), not by a migration");
        let hit = Hit::new(message, blame.hit.span, "not proven", blame.hit.fault.clone());
        let rule = RuleId("unmodelled-sql");
        Some(Blame { rule, verdict: Verdict::Unknown, level: Level::Warning, hit })
    }

    /// The step whose statement turned the verdict: the first of the unbroken run of steps with this fault that `step`
    /// belongs to. Where the run begins with `before`, the query needs what comes later: the first step without the fault.
    fn cause(&mut self, step: usize, blame: &Blame) -> Option<usize> {
        let mut first = step;
        while first > 0 && self.has_fault(first - 1, blame) {
            first -= 1;
        }
        if first > 0 {
            return Some(first);
        }
        // What could not be proven to begin with was not made so by any statement, whatever comes later.
        if blame.verdict == Verdict::Unknown {
            return None;
        }
        let steps = self.timeline.steps.len();
        (step + 1..steps).find(|later| !self.has_fault(*later, blame))
    }

    fn has_fault(&mut self, step: usize, blame: &Blame) -> bool {
        self.blame(step).is_some_and(|other| same_fault(&other, blame))
    }

    /// The worst that any rule says of any statement of the text in this step.
    fn blame(&mut self, step: usize) -> Option<Blame> {
        if let Some(known) = self.blames.get(&step) {
            return known.clone();
        }
        let parsed = self.query.parsed.clone();
        let blame = match &*parsed {
            // No step changes what cannot be read.
            Err(error) => match self.blames.values().next() {
                Some(known) => known.clone(),
                None => Some(unread(&self.query.extracted.text, error)),
            },
            Ok(statements) => {
                let worst = self.worst(step, &parsed);
                self.named_at_run_time(step, statements, worst)
            }
        };
        self.blames.insert(step, blame.clone());
        blame
    }

    /// The same, where nothing else is unknown than names that the program makes while it runs.
    fn named_at_run_time(&mut self, step: usize, statements: &[Statement], blame: Option<Blame>) -> Option<Blame> {
        let blame = blame?;
        if blame.rule != RuleId("dynamic-sql") {
            return Some(blame);
        }
        let answer = self.answer(step, statements);
        let schema = &self.timeline.steps[step].schema;
        let text = &self.query.extracted.text;
        match self.around.made_by_code.named_at_run_time(text, &answer.outcomes, schema) {
            Some((message, span)) => {
                let hit = Hit::new(message, span, "not proven", "name");
                Some(Blame { rule: RuleId("unmodelled-sql"), hit, ..blame })
            }
            None => Some(blame),
        }
    }

    /// Statement `at` of the text in a step whose answers are known.
    fn situation<'b>(&'b self, step: usize, answer: &'b Answer, at: usize) -> Situation<'b> {
        let schema = &self.timeline.steps[step].schema;
        Situation { schema, outcome: &answer.outcomes[at], routines: &answer.routines[at] }
    }

    fn worst(&mut self, step: usize, parsed: &Parsed) -> Option<Blame> {
        let Ok(statements) = parsed else { return None };
        let baseline = self.query.baseline;
        let now = self.answer(step, statements);
        let before = (step != baseline).then(|| self.answer(baseline, statements));
        let mut worst: Option<Blame> = None;
        for (at, statement) in statements.iter().enumerate() {
            let subject = Subject {
                statement,
                in_routine: false,
                text: &self.query.extracted.text.text,
                result: self.query.extracted.result,
                running: self.query.role == VersionRole::Old,
                now: self.situation(step, &now, at),
                baseline: before.as_ref().map(|answer| self.situation(baseline, answer, at)),
            };
            let Some((rule, hit)) = judge(&subject).into_iter().next() else { continue };
            if worst.as_ref().is_none_or(|worst| rule.verdict > worst.verdict) {
                worst = Some(Blame { rule: rule.id, verdict: rule.verdict, level: rule.level, hit });
            }
        }
        worst
    }

    /// The answers in a step. What the server says of the text is that of another step where nothing between them changed
    /// what it depends on; what the text runs depends on more than the text does, and is followed in every step.
    fn answer(&mut self, step: usize, statements: &[Statement]) -> Arc<Answer> {
        if let Some(known) = self.answers.get(&step) {
            return known.clone();
        }
        let schema = &self.timeline.steps[step].schema;
        let (below, above) = (self.answers.range(..step).next_back(), self.answers.range(step..).next());
        let near = below.into_iter().chain(above).min_by_key(|(known, _)| known.abs_diff(step));
        let same = near.and_then(|(near, answer)| {
            let other = &self.timeline.steps[*near].schema;
            let same = answer.outcomes.iter().all(|outcome| unchanged(outcome.depends(), other, schema));
            same.then(|| answer.outcomes.clone())
        });
        let outcomes = same.unwrap_or_else(|| {
            let environment =
                Environment { client_declares_types: self.query.declares_types, ..Environment::default() };
            Arc::new(statements.iter().map(|statement| resolve(statement, schema, &environment)).collect())
        });
        let baseline = (step != self.query.baseline).then(|| &self.timeline.steps[self.query.baseline].schema);
        let routines = outcomes
            .iter()
            .map(|outcome| outcome.resolution().map_or_else(Vec::new, |found| reports(found, schema, baseline)))
            .collect();
        let answer = Arc::new(Answer { outcomes, routines });
        self.answers.insert(step, answer.clone());
        answer
    }
}

/// The query is sent to a database that is not checked.
fn sent_elsewhere(blame: &Blame, folder: &str) -> Blame {
    let hit = &blame.hit;
    let message = format!("\"{}\" is made by the migrations in {folder}, which were left aside", hit.fault);
    let hit = Hit::new(message, hit.span, "not in the database that is checked", hit.fault.clone())
        .with_help(format!("check that database by itself, with --migrations {folder} and --source for its code"));
    Blame { rule: raised::OTHER_DATABASE, verdict: Verdict::Unknown, level: Level::Warning, hit }
}

/// The query is sent to a database that is not PostgreSQL.
fn sent_to(database: &str, text: &MappedText) -> Blame {
    let line = text.text.trim_end().lines().next().map_or(0, str::len);
    let message = format!("this is sent to {database}, not to the database that is checked");
    let hit = Hit::new(message, TextRange::new(0, line as u32), "sent elsewhere", "database");
    Blame { rule: raised::OTHER_DATABASE, verdict: Verdict::Unknown, level: Level::Note, hit }
}

fn same_fault(one: &Blame, other: &Blame) -> bool {
    one.rule == other.rule && one.hit.fault == other.hit.fault
}

/// A text that cannot be read: because a part of it is not known, because it is written for another database, or because
/// its SQL is not understood.
fn unread(text: &MappedText, error: &rollproof_sql::ParseError) -> Blame {
    let (rule, message) = if text.holes().next().is_some() {
        (RuleId("dynamic-sql"), "a part of this query is not known".to_owned())
    } else if let Some(database) = other_dialect(&text.text) {
        let message = format!("PostgreSQL's grammar refuses this, and that of {database} takes it");
        let hit = Hit::new(message, error.span, &*error.message, "text");
        return Blame { rule: raised::OTHER_DATABASE, verdict: Verdict::Unknown, level: Level::Warning, hit };
    } else {
        (raised::UNPARSED_SQL, error.message.clone())
    };
    let hit = Hit::new(message, error.span, "not read", "text");
    Blame { rule, verdict: Verdict::Unknown, level: Level::Warning, hit }
}
