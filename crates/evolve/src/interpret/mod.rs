//! DO blocks and functions that migrations call: PL/pgSQL carried out over what is known.
//!
//! A block is run against the schema: conditions ask the catalogs, texts that are put together from constants are executed,
//! exceptions are caught. What cannot be told (rows of tables, the time, another role's privileges) is unknown: a branch
//! on it that changes nothing is passed over, any other taints the names in it. It is never taken for done.

mod aggregate;
mod builtin;
mod conditions;
mod doubtful;
mod effect;
mod expression;
mod from;
mod machine;
mod objects;
mod operators;
mod pattern;
mod query;
mod raise;
mod relations;
mod rows;
mod standard;
mod touch;
mod value;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Function, Language, Oid, RoutineBody, Taint};
use rollproof_resolve::Resolution;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    Argument, ExprKind, FunctionCall, Literal, ParameterMode, Query, QueryBody, SetStatement, Statement, StatementKind,
};
use rollproof_sql::plpgsql::{Body, parse_body};

use crate::context::{Context, DEPTH_LIMIT, Outcome, Stop, refuse, unmodelled};
use expression::Evaluator;
use machine::Machine;
use query::Sources;
use touch::{Survey, Touched};
use value::{Known, Unknown};

/// How many calls of routines are gone into, with what they are called with.
const CALL_LIMIT: u32 = 32;

/// How many routines are looked into for what one of them does.
const ROUTINE_LIMIT: usize = 200;

/// How many steps one block may take: far more than real ones need, and still a moment.
const STEP_LIMIT: u64 = 3_000_000;

impl Context {
    /// `DO`
    pub(crate) fn do_block(
        &mut self,
        language: &str,
        body: &Arc<str>,
        body_span: TextRange,
        span: TextRange,
    ) -> Outcome {
        if language != "plpgsql" {
            return Err(unmodelled(format!("a DO block in {language} is not followed"), words(body), span));
        }
        let quoted = body_span.slice(&self.source);
        let at = quoted.find(&**body).filter(|_| quoted.starts_with('$') && !body.is_empty());
        let (text, range) = match at {
            Some(at) => {
                let start = body_span.start + at as u32;
                (self.source.clone(), TextRange::new(start, start + body.len() as u32))
            }
            None => (body.clone(), TextRange::new(0, body.len() as u32)),
        };
        let parsed = parse_body(&text, range).map_err(|error| refuse("42601", error.message, span))?;
        self.compile(&parsed, None, span)?;
        let before = (!self.may_change(&parsed, body)).then(|| (self.schema.clone(), self.problems.len()));
        let source = text.clone();
        let outcome = self.run_body(&parsed, text, Vec::new(), span);
        let refused = outcome.as_ref().is_err_and(|stop| matches!(**stop, Stop::Refused { .. }));
        match before {
            // Rows decide what it does, but to the schema it does nothing in any case, unless it fails.
            Some((schema, problems)) if !refused => {
                self.schema = schema;
                self.problems.truncate(problems);
                Ok(())
            }
            _ => outcome.map_err(|stop| {
                let touched = self.survey(&parsed, &source, Vec::new(), Some(CALL_LIMIT));
                self.of_all(*stop, touched)
            }),
        }
    }

    /// Whether a block may change the schema: by a statement of its own, or by a routine that it names.
    fn may_change(&self, parsed: &Body, body: &str) -> bool {
        let routines = self.changed_by_routines(body);
        effect::block_changes(&parsed.block) || routines.everything || !routines.names.is_empty()
    }

    /// What the routines that a piece of PL/pgSQL names may change; empty where they change nothing.
    fn changed_by_routines(&self, text: &str) -> Touched {
        self.changed_by_words(text, &mut BTreeSet::new())
    }

    fn changed_by_words(&self, text: &str, seen: &mut BTreeSet<Oid>) -> Touched {
        let named: BTreeSet<Arc<str>> = words(text).into_iter().collect();
        let mut touched = Touched::default();
        touched
            .names
            .extend(["set_config", "dblink_exec"].map(Arc::from).into_iter().filter(|name| named.contains(name)));
        for function in self.schema.functions.iter().filter(|function| named.contains(&function.name)) {
            if let Some((of, _)) = self.effect_within(function, seen) {
                touched.everything |= of.everything;
                touched.names.extend(of.names);
            }
        }
        touched
    }

    /// A block that ends before its end has done nothing: what is not known is what all of it would have done, not only
    /// what the statement that stopped it would.
    fn of_all(&self, stop: Stop, mut touched: Touched) -> Box<Stop> {
        let (message, span, why) = match stop {
            Stop::Refused { sqlstate, message, detail, span } => match self.doubt(sqlstate) {
                Some(why) => {
                    touched.names.extend(self.looked_up.borrow().iter().cloned());
                    (format!("cannot tell whether this fails ({message}): {why}"), span, why)
                }
                None => return Box::new(Stop::Refused { sqlstate, message, detail, span }),
            },
            Stop::Unmodelled { message, span, taint: Taint::Relations(names, why) } => {
                touched.names.extend(names);
                (message, span, why)
            }
            unmodelled @ Stop::Unmodelled { .. } => return Box::new(unmodelled),
        };
        Box::new(Stop::Unmodelled { message, span, taint: touched.taint(&why) })
    }

    /// Runs a body whose ranges count in `text`; places in another text than the script's become `span`.
    fn run_body(
        &mut self,
        body: &Body,
        text: Arc<str>,
        parameters: Vec<(Arc<str>, Known)>,
        span: TextRange,
    ) -> Outcome {
        if self.depth >= DEPTH_LIMIT {
            return Err(unmodelled("blocks are nested too deep", words(&text), span));
        }
        let same_text = Arc::ptr_eq(&text, &self.source);
        let outer = std::mem::replace(&mut self.source, text);
        let before = self.problems.len();
        self.depth += 1;
        let outcome = Machine::new(parameters, STEP_LIMIT).run(self, body);
        self.depth -= 1;
        self.source = outer;
        if !same_text {
            self.place(before, span);
        }
        outcome.map_err(|stop| if same_text { stop } else { crate::context::placed(stop, span) })
    }

    /// Problems since `before` stand at `span`: their own place is in a text that no file has.
    fn place(&mut self, before: usize, span: TextRange) {
        for problem in self.problems.iter_mut().skip(before) {
            problem.span = span;
        }
    }

    /// Runs the statements of a text that was put together (`EXECUTE`).
    fn execute_text(&mut self, text: &Arc<str>, span: TextRange) -> Outcome {
        let before = self.problems.len();
        let outer = std::mem::replace(&mut self.source, text.clone());
        let mut outcome = Ok(());
        for (range, parsed) in rollproof_sql::parse_script(text) {
            let _ = range;
            outcome = match parsed {
                Ok(statement) => self.nested_statement(&statement),
                Err(error) => Err(refuse("42601", error.message, span)),
            };
            if outcome.is_err() {
                break;
            }
        }
        self.source = outer;
        self.place(before, span);
        outcome.map_err(|stop| crate::context::placed(stop, span))
    }

    /// Routines that a statement calls, where they may change the schema.
    pub(crate) fn called(&mut self, resolution: &Resolution, statement: &Statement) -> Outcome {
        self.called_with(resolution, statement, &[])
    }

    /// [`Self::called`] inside a body, with its variables.
    fn called_with(
        &mut self,
        resolution: &Resolution,
        statement: &Statement,
        variables: &[(Arc<str>, Known)],
    ) -> Outcome {
        self.system_writes(resolution, statement.span);
        if let Some(call) = only_call(statement) {
            if call.name.object().as_str() == "set_config" {
                return self.set_config(call);
            }
            let own = resolution.routines.iter().find(|(oid, _)| *oid >= Oid::FIRST_USER);
            if let Some((oid, _)) = own {
                return self.run_routine(*oid, &call.arguments, variables, statement.span);
            }
        }
        let routines: BTreeSet<Oid> =
            resolution.routines.iter().map(|(oid, _)| *oid).filter(|oid| *oid >= Oid::FIRST_USER).collect();
        for oid in routines {
            self.routine_effect(oid, statement.span)?;
        }
        Ok(())
    }

    /// A routine called with arguments that are not known here, or as a part of a statement.
    fn routine_effect(&mut self, oid: Oid, span: TextRange) -> Outcome {
        let Some(function) = self.schema.function(oid).cloned() else { return Ok(()) };
        if let Some((touched, why)) = self.effect_of(&function) {
            let message = format!("function \"{}\" is called here, and {why}", function.name);
            self.taint(touched.taint(&message), message, span);
        }
        Ok(())
    }

    /// What a routine may do to the schema; none where it changes nothing.
    fn effect_of(&self, function: &Function) -> Option<(Touched, String)> {
        self.effect_within(function, &mut BTreeSet::new())
    }

    /// [`Self::effect_of`], the routines that it calls included, each once.
    fn effect_within(&self, function: &Function, seen: &mut BTreeSet<Oid>) -> Option<(Touched, String)> {
        if !seen.insert(function.oid) || seen.len() > ROUTINE_LIMIT {
            return None;
        }
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return None };
        let body = range.slice(text);
        let mut touched = Touched::default();
        match function.language {
            Language::PlPgSql => match parse_body(text, *range) {
                Ok(parsed) if effect::block_changes(&parsed.block) => {
                    touched = self.survey(&parsed, text, any_arguments(function), None);
                }
                Ok(_) => {}
                Err(_) => touched.names = words(body),
            },
            Language::Sql => {
                let mut script = rollproof_sql::parse_script(body).into_iter();
                if script.any(|(_, parsed)| parsed.as_ref().map_or(true, effect::statement_changes)) {
                    touched.names = words(body);
                }
            }
            Language::Internal => return None,
            Language::Other(_) => touched.names = words(body),
        }
        let called = self.changed_by_words(body, seen);
        touched.everything |= called.everything;
        touched.names.extend(called.names);
        let changes = touched.everything || !touched.names.is_empty();
        changes.then(|| (touched, "what it does to the schema is not followed".to_owned()))
    }

    /// What a body may touch, run with these parameters.
    fn survey(&self, parsed: &Body, text: &str, variables: Vec<(Arc<str>, Known)>, calls: Option<u32>) -> Touched {
        let steps = Cell::new(STEP_LIMIT);
        let touched = Touched::default();
        let mut survey = Survey { context: self, source: text, variables, steps: &steps, touched, calls };
        survey.block(&parsed.block);
        survey.touched
    }

    /// `SELECT f(…)` and `CALL f(…)` with constants.
    fn run_routine(
        &mut self,
        oid: Oid,
        arguments: &[Argument],
        variables: &[(Arc<str>, Known)],
        span: TextRange,
    ) -> Outcome {
        let Some(function) = self.schema.function(oid).cloned() else { return Ok(()) };
        let Some((touched, _)) = self.effect_of(&function) else { return Ok(()) };
        let (Language::PlPgSql, Some(RoutineBody::Text { text, range })) =
            (&function.language, function.body.as_deref())
        else {
            return self.routine_effect(oid, span);
        };
        let steps = Cell::new(STEP_LIMIT);
        let evaluator = Evaluator { schema: &self.schema, variables, steps: &steps };
        let inputs = function
            .parameters
            .iter()
            .filter(|parameter| !matches!(parameter.mode, ParameterMode::Out | ParameterMode::Table));
        let mut parameters: Vec<(Arc<str>, Known)> = Vec::new();
        for (at, parameter) in inputs.enumerate() {
            let by_name = arguments.iter().find(|argument| {
                argument.name.is_some() && argument.name.as_ref().map(|name| &name.text) == parameter.name.as_ref()
            });
            let written = by_name.or_else(|| arguments.get(at).filter(|argument| argument.name.is_none()));
            let value = match (written, &parameter.default) {
                (Some(argument), _) => evaluator.value(&argument.value, &Sources::default(), 0),
                (None, Some(default)) => evaluator.value(&default.expr, &Sources::default(), 0),
                (None, None) => Err(Unknown::because("an argument")),
            };
            parameters.push((Arc::from(format!("${}", at + 1)), value.clone()));
            if let Some(name) = &parameter.name {
                parameters.push((name.clone(), value));
            }
        }
        let parsed = match parse_body(text, *range) {
            Ok(parsed) => parsed,
            Err(_) => return Err(unmodelled("this function's body cannot be read", touched.names.clone(), span)),
        };
        let text = text.clone();
        self.run_body(&parsed, text.clone(), parameters.clone(), span).map_err(|stop| {
            let touched = self.survey(&parsed, &text, parameters, Some(CALL_LIMIT));
            self.of_all(*stop, touched)
        })
    }

    /// `SELECT set_config('search_path', '', false)`, as dumps begin.
    fn set_config(&mut self, call: &FunctionCall) -> Outcome {
        let steps = Cell::new(STEP_LIMIT);
        let evaluator = Evaluator { schema: &self.schema, variables: &[], steps: &steps };
        let value = |at: usize| {
            let argument = call.arguments.get(at)?;
            evaluator.value(&argument.value, &Sources::default(), 0).ok()?.to_text()
        };
        let (Some(name), Some(text)) = (value(0), value(1)) else { return Ok(()) };
        let name: Arc<str> = Arc::from(name.to_lowercase());
        let values: Vec<Arc<str>> = if &*name == "search_path" {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(unquoted).collect()
        } else {
            vec![text]
        };
        self.set(&SetStatement { local: value(2).as_deref() == Some("true"), name, values: Some(values) })
    }
}

/// Parameters of which nothing is known.
fn any_arguments(function: &Function) -> Vec<(Arc<str>, Known)> {
    let mut variables: Vec<(Arc<str>, Known)> = Vec::new();
    for (at, parameter) in function.parameters.iter().enumerate() {
        variables.push((Arc::from(format!("${}", at + 1)), not_known("an argument")));
        variables.extend(parameter.name.clone().map(|name| (name, not_known("an argument"))));
    }
    variables
}

fn unquoted(part: &str) -> Arc<str> {
    match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(inner) => Arc::from(inner),
        None => Arc::from(part.to_lowercase()),
    }
}

/// `SELECT f(…)` or `CALL f(…)` and nothing else.
fn only_call(statement: &Statement) -> Option<&FunctionCall> {
    let query: &Query = match &statement.kind {
        StatementKind::Call(call) => return Some(&call.call),
        StatementKind::Query(query) => query,
        _ => return None,
    };
    let QueryBody::Select(select) = &query.body else { return None };
    let [target] = &select.targets[..] else { return None };
    let plain = select.from.is_empty() && select.filter.is_none() && query.with.is_none();
    match &target.value.kind {
        ExprKind::Function(call) if plain => Some(call),
        _ => None,
    }
}

/// `SELECT set_config(…, true)`: what it sets ends with the transaction.
pub(crate) fn sets_locally(statement: &Statement) -> bool {
    only_call(statement).is_some_and(|call| {
        let local = call.arguments.get(2).map(|argument| &argument.value.kind);
        call.name.object().as_str() == "set_config" && matches!(local, Some(ExprKind::Literal(Literal::Boolean(true))))
    })
}

/// The identifiers in a text: what it may touch.
pub(crate) fn words(text: &str) -> Vec<Arc<str>> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let found: BTreeSet<String> = text
        .split(|character| !is_word(character))
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        .flat_map(|word| [word.to_owned(), word.to_lowercase()])
        .collect();
    found.into_iter().map(Arc::from).collect()
}

/// What is said of a statement that is not carried out. A function that it calls may have said so already.
fn not_followed(why: &str) -> String {
    const NOT_FOLLOWED: &str = "this cannot be followed";
    if why.starts_with(NOT_FOLLOWED) { why.to_owned() } else { format!("{NOT_FOLLOWED}: {why}") }
}

/// A value as an error would have it where none is known.
fn not_known(reason: &str) -> Known {
    Err(Unknown::because(reason))
}
