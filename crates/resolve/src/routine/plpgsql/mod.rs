//! LANGUAGE plpgsql: a walk over the body as the server would run it, whichever way it goes (`pl_exec.c`).

mod block;
mod declare;
mod dynamic;
mod emit;
mod loops;
mod parameters;
mod scope;
mod statement;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::{Function, Schema, oid};
use rollproof_source::TextRange;
use rollproof_sql::plpgsql::{Body, parse_body};

use super::output::{Declared, NamedType, declared};
use super::surroundings::{add_transition_tables, is_polymorphic, schema_inside};
use super::{BodyAnalysis, Invocation};
use crate::environment::{Environment, VariableConflict};
use crate::error::Unknown;
use scope::Slot;

/// The walk.
pub(super) struct Walker<'a> {
    /// The schema as the body sees it at this point.
    schema: Schema,
    function: &'a Function,
    invocation: Invocation,
    /// The body's text, then dynamic texts.
    text: String,
    environment: Environment,
    /// What is known of the variables of `environment.blocks`, in the same order.
    slots: Vec<Vec<Slot>>,
    out: BodyAnalysis,
    guarded: bool,
    polymorphic: bool,
    declared: Declared,
    /// Relations that the body itself made or changed so far.
    made: Vec<Arc<str>>,
    /// A dynamic text that is not known may have made relations.
    may_have_made: bool,
    /// Columns of the queries of cursors; none where it had several.
    cursors: BTreeMap<Arc<str>, Option<Vec<NamedType>>>,
    loop_depth: usize,
}

/// The body `text[range]` of a PL/pgSQL routine.
pub(super) fn analyse(
    schema: &Schema,
    function: &Function,
    invocation: Invocation,
    text: &Arc<str>,
    range: TextRange,
) -> BodyAnalysis {
    let body = match parse_body(text, range) {
        Ok(body) => body,
        Err(error) => {
            let unknown = Unknown { reason: error.message.into(), span: error.span };
            return BodyAnalysis { text: text.clone(), statements: Vec::new(), unknowns: vec![unknown] };
        }
    };
    if function.returns == oid::TRIGGER && invocation == Invocation::Call {
        // The server refuses that (0A000): there is no row to speak of.
        let unknown = Unknown { reason: "a trigger function outside of a trigger".into(), span: range };
        return BodyAnalysis { text: text.clone(), statements: Vec::new(), unknowns: vec![unknown] };
    }
    let mut inside = schema_inside(schema, function);
    if let Invocation::Trigger(relation) = invocation {
        add_transition_tables(&mut inside, function.oid, relation);
    }
    let mut walker = Walker {
        declared: declared(&inside, function),
        schema: inside,
        function,
        invocation,
        text: text.to_string(),
        environment: Environment {
            fixed_parameters: true,
            conflict: conflict(function, &body),
            function: Some(function.oid),
            ..Environment::default()
        },
        slots: Vec::new(),
        out: BodyAnalysis::default(),
        guarded: false,
        polymorphic: is_polymorphic(function),
        made: Vec::new(),
        may_have_made: false,
        cursors: BTreeMap::new(),
        loop_depth: 0,
    };
    walker.parameters();
    walker.block(&body.block);
    let mut out = walker.out;
    out.text = if walker.text.len() == text.len() { text.clone() } else { walker.text.into() };
    out
}

/// `#variable_conflict`, else the routine's own setting, else the server's default.
fn conflict(function: &Function, body: &Body) -> VariableConflict {
    let meaning = |word: &str| match word {
        "use_variable" => VariableConflict::UseVariable,
        "use_column" => VariableConflict::UseColumn,
        _ => VariableConflict::Error,
    };
    let option = body.options.iter().rev().find(|(name, _)| &*name.text == "variable_conflict");
    if let Some((_, Some(word))) = option {
        return meaning(&word.text);
    }
    let setting = function.settings.iter().find(|(name, _)| &**name == "plpgsql.variable_conflict");
    setting.and_then(|(_, values)| values.first()).map_or(VariableConflict::Error, |word| meaning(word))
}
