//! Declarations, and the types of variables (`read_datatype`, `plpgsql_parse_cwordtype`, …).

use std::sync::Arc;

use rollproof_catalog::{TypeRef, oid};
use rollproof_sql::ast::{Name, QualifiedName, TypeName};
use rollproof_sql::plpgsql::{Declaration, DeclarationKind, PlType, SqlStatement};

use super::super::synthetic::{null_of, select};
use super::Walker;
use super::scope::{Held, Slot};
use crate::environment::VariableKind;
use crate::error::{Error, ErrorKind, Failure};
use crate::outcome::{Outcome, Refusal, Undecided};
use crate::resolution::Resolution;
use crate::{Context, Parameters, types};

impl Walker<'_> {
    /// A declared name. What it is declared with sees the names before it.
    pub(super) fn declaration(&mut self, declaration: &Declaration) {
        let name = declaration.name.text.clone();
        match &declaration.kind {
            DeclarationKind::Variable { type_name, default, .. } => {
                let kind = self.variable_type(type_name);
                let value = default.as_ref().map(|default| self.value(default));
                if let (Some(default), Some(Some(value)), VariableKind::Scalar(target)) = (default, value, &kind) {
                    self.assign_check(value, default, *target);
                }
                self.declare(name, kind);
                if let (Some(default), Some(value)) = (default, value)
                    && let Some((place, _)) = self.find(std::slice::from_ref(&declaration.name))
                {
                    self.assigned(place, default, value);
                }
            }
            DeclarationKind::Alias(aliased) => self.alias(name, aliased),
            DeclarationKind::Cursor { parameters, query } => self.cursor(&declaration.name, parameters, query),
        }
    }

    fn declare(&mut self, name: Arc<str>, kind: VariableKind) {
        self.add(name, kind);
    }

    fn alias(&mut self, name: Arc<str>, aliased: &QualifiedName) {
        match self.find(&aliased.parts) {
            Some((place, _)) if self.held_at(place).is_none() => {
                let kind = self.kind_at(place);
                self.add(name, kind);
            }
            Some((place, _)) => match self.held_at(place).cloned() {
                // NEW and OLD keep their rows' type; another record is followed under its first name only.
                Some(Held::Known(kind @ VariableKind::Scalar(_))) => self.add_record(name, kind),
                _ => self.add_unknown(name),
            },
            None => self.add_unknown(name),
        }
    }

    fn cursor(&mut self, name: &Name, parameters: &[(Name, PlType)], query: &SqlStatement) {
        self.open(Some(name.text.clone()));
        for (parameter, type_name) in parameters {
            let kind = self.variable_type(type_name);
            self.add(parameter.text.clone(), kind);
        }
        match &query.value {
            Ok(statement) => {
                let emitted = self.emit((**statement).clone(), query.span);
                let columns = self.columns(emitted);
                self.cursors.insert(name.text.clone(), columns);
            }
            Err(error) => {
                self.unread(error);
                self.cursors.insert(name.text.clone(), None);
            }
        }
        self.close();
        self.scalar(&name.text, oid::REFCURSOR);
    }

    /// The kind of variables of a type. The look-up goes out as a statement, except for a variable's `%TYPE`.
    pub(super) fn variable_type(&mut self, written: &PlType) -> VariableKind {
        let name = &written.type_name;
        if name.percent_type
            && let Some((place, used)) = self.find(&name.name.parts)
            && used == name.name.parts.len()
        {
            return self.type_of_variable(place, name);
        }
        if is_record(written) {
            return VariableKind::Record;
        }
        let mut cx = Context::new(&self.schema, Parameters::none());
        let found = if written.row_type { row_type(&mut cx, name) } else { types::type_name(&mut cx, name) };
        let mut resolution = Resolution { depends: std::mem::take(&mut cx.lookups), ..Resolution::default() };
        let (outcome, kind) = match found {
            Ok(data_type) => {
                resolution.depends.type_ids.insert(data_type.oid);
                let open = oid::is_polymorphic(data_type.oid) || data_type.oid == oid::RECORD;
                let kind = if open { VariableKind::Record } else { VariableKind::Scalar(data_type) };
                (Outcome::Resolved(Box::new(resolution)), kind)
            }
            Err(Failure::Error(error)) => {
                let refusal = Refusal { errors: vec![*error], depends: resolution.depends };
                (Outcome::Refused(Box::new(refusal)), VariableKind::Record)
            }
            Err(Failure::Unknown(unknown)) => {
                let undecided = Undecided { unknown: *unknown, partial: resolution };
                (Outcome::Unknown(Box::new(undecided)), VariableKind::Record)
            }
        };
        self.push(select(vec![null_of(name.clone())], name.span), name.span, outcome);
        kind
    }

    /// `x%TYPE` of a variable; of an array over it, the array.
    fn type_of_variable(&self, place: super::scope::Place, name: &TypeName) -> VariableKind {
        match self.kind_at(place) {
            VariableKind::Scalar(found) if !name.array_bounds.is_empty() => {
                let array = types::info::promoted_array_type(&self.schema, found.oid);
                array.map_or(VariableKind::Record, |array| VariableKind::Scalar(TypeRef::plain(array)))
            }
            VariableKind::Scalar(found) => VariableKind::Scalar(found),
            VariableKind::Row(_) | VariableKind::Record => VariableKind::Record,
        }
    }

    /// Adds a record variable of a loop, which holds nothing yet.
    pub(super) fn add_loop_record(&mut self, name: Arc<str>) {
        let variable = crate::environment::Variable { name, kind: VariableKind::Record };
        if let (Some(block), Some(slots)) = (self.environment.blocks.last_mut(), self.slots.last_mut()) {
            block.variables.push(variable);
            slots.push(Slot { held: Some(Held::Nothing), mixed: false });
        }
    }
}

fn is_record(written: &PlType) -> bool {
    let name = &written.type_name;
    let parts: Vec<&str> = name.name.parts.iter().map(Name::as_str).collect();
    let bare = !written.row_type && !name.percent_type && name.array_bounds.is_empty();
    bare && matches!(&parts[..], ["record"] | ["pg_catalog", "record"])
}

/// `plpgsql_parse_wordrowtype`, `plpgsql_parse_cwordrowtype`
fn row_type(cx: &mut Context, name: &TypeName) -> crate::Result<TypeRef> {
    let schema = name.name.schema().map(|schema| schema.text.clone());
    let object = &name.name.object().text;
    let found = cx.schema.find_relation(schema.as_deref(), object);
    let row = found.map(|relation| (relation.oid, relation.row_type));
    cx.lookups
        .relations
        .insert((schema.clone(), object.clone()), row.map_or(rollproof_catalog::Oid::NONE, |row| row.0));
    match row {
        Some((_, row)) if row.is_some() => {
            let array = (!name.array_bounds.is_empty()).then(|| types::info::array_type(cx.schema, row)).flatten();
            Ok(TypeRef::plain(array.unwrap_or(row)))
        }
        Some(_) => Err(Failure::unknown("a relation without a row type", name.span)),
        None => {
            // A statement that could not be followed may have made it.
            if !cx.schema.taints.is_empty() {
                let reason = format!("relation \"{object}\" may have been made by a statement that is not modelled");
                return Err(Failure::unknown(reason, name.span));
            }
            let kind = ErrorKind::MissingRelation { schema, name: object.clone() };
            Err(Error::fail("42P01", format!("relation \"{object}\" does not exist"), name.span, kind))
        }
    }
}
