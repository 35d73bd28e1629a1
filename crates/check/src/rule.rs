//! What a rule is. One file a rule in `rules/`, its page beside it; [`crate::rules::RULES`] is the registry.

use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Schema};
use rollproof_extract::ResultUse;
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::{Error, Outcome, Resolution};
use rollproof_source::TextRange;
use rollproof_sql::ast::Statement;

/// A rule: when a query's verdict in a state is something else than `resolves`.
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The verdict that it gives.
    pub verdict: Verdict,
    /// How much its findings weigh, unless the project says otherwise.
    pub level: Level,
    /// Its page (Markdown): what it means, an example that the tests run, how to roll the change out safely.
    pub page: &'static str,
    /// Every way in which it holds for a query in a state.
    pub judge: fn(&Subject) -> Vec<Hit>,
}

/// One query in one state, beside the state that it was written for.
pub struct Subject<'a> {
    /// The query.
    pub statement: &'a Statement,
    /// Its text.
    pub text: &'a str,
    /// Whether it stands in the body of a routine: its caller does not see its result.
    pub in_routine: bool,
    /// How its caller reads the result.
    pub result: ResultUse,
    /// The version runs already: what it sends is taken by the server in its baseline.
    pub running: bool,
    /// The state in question.
    pub now: Situation<'a>,
    /// `before` for an old version, `after` for the new one; none where that is the state in question.
    pub baseline: Option<Situation<'a>>,
}

/// A schema and what became of the query in it.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// What the server says of the query.
    pub outcome: &'a Outcome,
    /// What became of the routines that it runs.
    pub routines: &'a [RoutineReport],
}

/// A rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The code that the server raises.
    pub sqlstate: Option<&'static str>,
    /// One sentence: what happens.
    pub message: String,
    /// The name at fault, in the query's text.
    pub span: TextRange,
    /// What to write under it.
    pub label: String,
    /// What is at fault, for the fingerprint: a name that stays while lines move.
    pub fault: Arc<str>,
    /// The object that changed, where it is known: the cause is looked for in statements that touched it.
    pub object: Option<ObjectId>,
    /// Further sentences.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Hit {
    /// A hit with its sentence and place.
    pub fn new(
        message: impl Into<String>,
        span: TextRange,
        label: impl Into<String>,
        fault: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            sqlstate: None,
            message: message.into(),
            span,
            label: label.into(),
            fault: fault.into(),
            object: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// The same with the server's code.
    #[must_use]
    pub fn with_sqlstate(mut self, sqlstate: &'static str) -> Self {
        self.sqlstate = Some(sqlstate);
        self
    }

    /// The same with a way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same about this object.
    #[must_use]
    pub fn with_object(mut self, object: Option<ObjectId>) -> Self {
        self.object = object;
        self
    }

    /// The same with a further sentence.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl<'a> Subject<'a> {
    /// What the server says in this state, if it refuses.
    #[must_use]
    pub fn error(&self) -> Option<&'a Error> {
        self.now.outcome.error()
    }

    /// The resolutions in the baseline and in this state, where there are both.
    #[must_use]
    pub fn both(&self) -> Option<(&'a Resolution, &'a Resolution)> {
        Some((self.baseline.as_ref()?.outcome.resolution()?, self.now.outcome.resolution()?))
    }

    /// What stood within `span` in the baseline, in the order of the text: a name with dots has a binding for each part.
    pub fn was_bound_in(&self, span: TextRange) -> impl Iterator<Item = ObjectId> + 'a {
        let resolution = self.baseline.as_ref().and_then(|baseline| baseline.outcome.resolution());
        resolution
            .into_iter()
            .flat_map(|resolution| &resolution.bindings)
            .filter(move |binding| span.start <= binding.span.start && binding.span.end <= span.end)
            .map(|binding| binding.object)
    }

    /// What stood at `span` in the baseline: the identity that the name was bound to.
    pub fn was_bound(&self, span: TextRange) -> impl Iterator<Item = ObjectId> + 'a {
        let resolution = self.baseline.as_ref().and_then(|baseline| baseline.outcome.resolution());
        resolution
            .into_iter()
            .flat_map(|resolution| &resolution.bindings)
            .filter(move |binding| binding.span == span)
            .map(|binding| binding.object)
    }
}

/// What became of one routine that a query runs.
#[derive(Clone)]
pub struct RoutineReport {
    /// The routine.
    pub function: Oid,
    /// Its name.
    pub name: Arc<str>,
    /// The trigger that runs it, if one does.
    pub trigger: Option<Arc<str>>,
    /// The call, or the relation that is written.
    pub span: TextRange,
    /// What became of it.
    pub verdict: RoutineVerdict,
}

/// What became of a routine's body, the worst of its statements.
#[derive(Clone)]
pub enum RoutineVerdict {
    /// Every statement of it resolves.
    Works,
    /// A statement of it breaks.
    Breaks {
        /// The code that the server raises.
        sqlstate: &'static str,
        /// The server's words.
        message: String,
        /// The statement, shortened.
        excerpt: Option<String>,
    },
    /// A statement of it drifts: the rule, and what it says.
    Drifts(&'static Rule, Hit),
    /// It could not be followed.
    Unknown(String),
}
