//! One statement's run: the schema that changes, what was looked up, what went wrong.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Relation, Schema, Taint, TaintKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::Statement;

use crate::{Problem, ProblemKind, SourceText};

/// Why a statement stopped.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// The server refuses it.
    Refused {
        /// The code.
        sqlstate: &'static str,
        /// The server's message.
        message: String,
        /// The server's DETAIL, or none.
        detail: Option<String>,
        /// Where.
        span: TextRange,
    },
    /// It cannot be followed.
    Unmodelled {
        /// Why.
        message: String,
        /// Where.
        span: TextRange,
        /// What it may have touched.
        taint: Taint,
    },
}

/// What every step returns.
pub(crate) type Outcome<T = ()> = Result<T, Box<Stop>>;

/// A refusal.
pub(crate) fn refuse(sqlstate: &'static str, message: impl Into<String>, span: TextRange) -> Box<Stop> {
    Box::new(Stop::Refused { sqlstate, message: message.into(), detail: None, span })
}

/// A refusal with the server's DETAIL.
pub(crate) fn refuse_with(
    sqlstate: &'static str,
    message: impl Into<String>,
    detail: String,
    span: TextRange,
) -> Box<Stop> {
    Box::new(Stop::Refused { sqlstate, message: message.into(), detail: Some(detail), span })
}

/// An end that taints these relations.
pub(crate) fn unmodelled(message: impl Into<String>, relations: Vec<Arc<str>>, span: TextRange) -> Box<Stop> {
    let message = message.into();
    let taint = Taint::Relations(relations, Arc::from(message.as_str()));
    Box::new(Stop::Unmodelled { message, span, taint })
}

/// The same end at another place: its own is in a text that no file has.
pub(crate) fn placed(mut stop: Box<Stop>, at: TextRange) -> Box<Stop> {
    match &mut *stop {
        Stop::Refused { span, .. } | Stop::Unmodelled { span, .. } => *span = at,
    }
    stop
}

/// One statement's run.
pub(crate) struct Context {
    /// The schema so far.
    pub(crate) schema: Schema,
    /// What spans count in.
    pub(crate) source: Arc<str>,
    /// The statement.
    pub(crate) span: TextRange,
    /// Problems that did not stop it.
    pub(crate) problems: Vec<Problem>,
    /// Names of relations, types and functions that it looked up: where one of them is tainted, a refusal is not sure.
    pub(crate) looked_up: RefCell<BTreeSet<Arc<str>>>,
    /// How deep statements stand in each other (a function's body in a DO block in …).
    pub(crate) depth: usize,
}

/// Statements in statements deeper than this are not followed.
pub(crate) const DEPTH_LIMIT: usize = 24;

impl Context {
    /// A run on `schema`.
    pub(crate) fn new(schema: &Schema, source: &SourceText, span: TextRange) -> Self {
        Self {
            schema: schema.clone(),
            source: source.text.clone(),
            span,
            problems: Vec::new(),
            looked_up: RefCell::default(),
            depth: 0,
        }
    }

    /// Remembers a name that was looked up.
    pub(crate) fn note(&self, name: &Arc<str>) {
        self.looked_up.borrow_mut().insert(name.clone());
    }

    /// Remembers a relation that stands in the way.
    pub(crate) fn note_object(&self, object: ObjectId) {
        if let ObjectId::Relation(oid) = object
            && let Some(relation) = self.schema.relation(oid)
        {
            self.note(&relation.name);
        }
    }

    /// Adds a taint, and says why.
    pub(crate) fn taint(&mut self, taint: Taint, message: impl Into<String>, span: TextRange) {
        let mut taints = vec![taint.clone()];
        if let Taint::Relations(names, why) = &taint
            && names
                .iter()
                .any(|name| matches!(&**name, "function" | "procedure" | "routine" | "aggregate" | "extension"))
        {
            taints.push(Taint::Functions(names.clone(), why.clone()));
        }
        for each in taints {
            self.schema.taints.push(each);
        }
        self.problems.push(Problem {
            kind: ProblemKind::Unmodelled { taint },
            message: message.into(),
            detail: None,
            span,
        });
    }

    /// A copy of the relation of this identity, to change and put back.
    pub(crate) fn relation(&self, oid: Oid) -> Outcome<Relation> {
        self.schema.relation(oid).cloned().ok_or_else(|| self.lost(ObjectId::Relation(oid)))
    }

    /// Changes a relation in place.
    pub(crate) fn change<T>(&mut self, oid: Oid, change: impl FnOnce(&mut Relation) -> T) -> Outcome<T> {
        if self.schema.relations.get(oid).is_none() {
            // A built-in one is overlaid.
            let relation = self.relation(oid)?;
            self.schema.put_relation(relation);
        }
        self.schema.relations.change(oid, change).ok_or_else(|| self.lost(ObjectId::Relation(oid)))
    }

    /// The schema does not hold together: said as what it is, never a panic.
    pub(crate) fn lost(&self, object: ObjectId) -> Box<Stop> {
        let message = format!("internal: the schema has no {object:?}");
        Box::new(Stop::Unmodelled { taint: Taint::Everything(Arc::from(message.as_str())), message, span: self.span })
    }

    /// Whether a refusal may be wrong, because something it looked at is not known.
    pub(crate) fn doubt(&self, sqlstate: &str) -> Option<Arc<str>> {
        let names = self.looked_up.borrow();
        let missing = matches!(sqlstate, "42P01" | "42704" | "42883" | "3F000" | "42846" | "42804");
        let mut kinds = vec![TaintKind::Relations, TaintKind::Functions, TaintKind::Types, TaintKind::Everything];
        kinds.extend(missing.then_some(TaintKind::Extension));
        self.schema.taints.find_any(&kinds, names.iter().map(|name| &**name)).map(Taint::reason)
    }

    /// The end of a run on `before`.
    pub(crate) fn finish(mut self, before: &Schema, outcome: Outcome) -> (Schema, Vec<Problem>) {
        let Err(stop) = outcome else { return (self.schema, self.problems) };
        let (message, span, taint) = match *stop {
            Stop::Refused { sqlstate, message, detail, span } => match self.doubt(sqlstate) {
                None => {
                    let kind = ProblemKind::Refused { sqlstate };
                    return (before.clone(), vec![Problem { kind, message, detail, span }]);
                }
                Some(why) => {
                    let names = self.looked_up.borrow().iter().cloned().collect();
                    (format!("cannot tell whether this fails ({message}): {why}"), span, Taint::Relations(names, why))
                }
            },
            Stop::Unmodelled { message, span, taint } => (message, span, taint),
        };
        self.schema = before.clone();
        self.problems.clear();
        self.taint(taint, message, span);
        (self.schema, self.problems)
    }
}

/// Drops what was made `ON COMMIT DROP`, with its types and whatever depends on it.
pub(crate) fn drop_on_commit(schema: &Schema) -> Schema {
    let gone: Vec<ObjectId> =
        schema.relations.iter().filter(|each| each.on_commit_drop).map(|each| ObjectId::Relation(each.oid)).collect();
    drop_all(schema, &gone)
}

/// Drops the session's temporary schema with all that is in it.
pub(crate) fn drop_temporary(schema: &Schema) -> Schema {
    let temporary = schema.session.temporary;
    let gone: &[ObjectId] = if temporary.is_some() { &[ObjectId::Namespace(temporary)] } else { &[] };
    drop_all(schema, gone)
}

/// Drops objects and whatever depends on them.
fn drop_all(schema: &Schema, gone: &[ObjectId]) -> Schema {
    if gone.is_empty() {
        return schema.clone();
    }
    let source = SourceText { text: Arc::from("") };
    let mut context = Context::new(schema, &source, TextRange::default());
    let outcome = context.drop_objects(gone, true, TextRange::default());
    context.finish(schema, outcome).0
}

/// Runs `statement`.
pub(crate) fn run(schema: &Schema, statement: &Statement, source: &SourceText) -> (Schema, Vec<Problem>) {
    let (schema, problems, _) = run_noting(schema, statement, source);
    (schema, problems)
}

/// The same, with the names of relations, types and functions that the statement looked up.
pub(crate) fn run_noting(
    schema: &Schema,
    statement: &Statement,
    source: &SourceText,
) -> (Schema, Vec<Problem>, BTreeSet<Arc<str>>) {
    let mut context = Context::new(schema, source, statement.span);
    context.presume_named();
    let outcome = context.statement(statement);
    let looked_up = context.looked_up.borrow().clone();
    let (schema, problems) = context.finish(schema, outcome);
    (schema, problems, looked_up)
}
