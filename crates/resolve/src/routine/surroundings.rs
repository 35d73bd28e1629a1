//! What a routine's declaration puts around its body: settings, parameters.

use std::sync::Arc;

use rollproof_catalog::{Function, Oid, Parameter, Relation, RelationKind, Schema, TypeRef, oid};
use rollproof_sql::ast::ParameterMode;

use crate::environment::{Variable, VariableKind};

/// Identities of relations that exist while a body runs count down from here, so that they are the same on every schema.
const FIRST_PASSING: u32 = u32::MAX - 1;

/// The schema as the body sees it: with the routine's own `search_path`, and as its owner where that is its right.
pub(super) fn schema_inside(schema: &Schema, function: &Function) -> Schema {
    let mut inside = with_settings(schema, function);
    if function.security_definer {
        inside.session.role = schema.roles.get(function.owner).map(|role| role.name.clone());
    }
    inside
}

/// The schema with the `search_path` that a routine sets for itself.
#[must_use]
pub fn with_settings(schema: &Schema, function: &Function) -> Schema {
    let mut inside = schema.clone();
    for (name, values) in &function.settings {
        if &**name == "search_path" {
            inside.session.search_path = path(values);
        }
    }
    inside
}

/// A `search_path` from the values of `SET`; an empty string among them names nothing.
pub(super) fn path(values: &[Arc<str>]) -> Arc<[Arc<str>]> {
    values.iter().filter(|value| !value.is_empty()).cloned().collect()
}

/// Puts the transition tables of a trigger's `REFERENCING` beside the other relations, as temporary ones: their names
/// come first (`getNSItemFromENR`).
pub(super) fn add_transition_tables(inside: &mut Schema, function: Oid, relation: Oid) {
    let Some(of) = inside.relations.get(relation).cloned() else { return };
    let mut names: Vec<Arc<str>> = Vec::new();
    for trigger in of.triggers.iter().filter(|trigger| trigger.function == function) {
        let (old, new) = &trigger.transitions;
        names.extend(old.iter().chain(new).cloned());
    }
    names.sort();
    names.dedup();
    for (number, name) in (0..).zip(names) {
        let namespace = inside.ensure_temporary_namespace();
        let mut table = Relation::new(Oid(FIRST_PASSING - number), namespace, name);
        table.kind = RelationKind::Table;
        table.columns.clone_from(&of.columns);
        table.row_type = of.row_type;
        table.owner = of.owner;
        inside.put_relation(table);
    }
}

/// A variable that holds a parameter. What a polymorphic or `record` one holds is known in a call only.
pub(super) fn variable_of(name: Arc<str>, data_type: Oid) -> Variable {
    let open = oid::is_polymorphic(data_type) || data_type == oid::RECORD;
    let kind = if open { VariableKind::Record } else { VariableKind::Scalar(TypeRef::plain(data_type)) };
    Variable { name, kind }
}

/// A parameter that the routine gives a value.
pub(super) fn is_output(parameter: &Parameter) -> bool {
    matches!(parameter.mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table)
}

/// A polymorphic routine as a call with these types makes it: `inputs` in order, and what it returns.
#[must_use]
pub fn specialized(function: &Function, inputs: &[Oid], returns: Oid) -> Function {
    let mut special = function.clone();
    let mut given = inputs.iter();
    let parameters = function.parameters.iter().map(|parameter| {
        let mut parameter = parameter.clone();
        let is_input = matches!(parameter.mode, ParameterMode::In | ParameterMode::InOut | ParameterMode::Variadic);
        if is_input
            && let Some(actual) = given.next()
            && oid::is_polymorphic(parameter.data_type)
        {
            parameter.data_type = *actual;
        }
        parameter
    });
    special.parameters = parameters.collect();
    special.inputs = inputs.into();
    if oid::is_polymorphic(function.returns) {
        special.returns = returns;
    }
    special
}

/// Whether types of the body depend on the call.
pub(super) fn is_polymorphic(function: &Function) -> bool {
    function.parameters.iter().any(|parameter| oid::is_polymorphic(parameter.data_type))
}
