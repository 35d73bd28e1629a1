//! Variables that every routine has (`plpgsql_compile_callback`).

use std::sync::Arc;

use rollproof_catalog::{TypeRef, oid};

use super::super::Invocation;
use super::super::surroundings::variable_of;
use super::Walker;
use crate::environment::VariableKind;

impl Walker<'_> {
    /// Opens the outermost block: parameters, `FOUND`, and in a trigger what it is about.
    pub(super) fn parameters(&mut self) {
        self.open(Some(self.function.name.clone()));
        let function = self.function;
        for (number, parameter) in (1..).zip(function.parameters.iter()) {
            let data_type = parameter.data_type;
            let open = oid::is_polymorphic(data_type) || data_type == oid::RECORD;
            self.environment.parameter_types.push((!open).then(|| TypeRef::plain(data_type)));
            let names = [Some(Arc::from(format!("${number}"))), parameter.name.clone()];
            for name in names.into_iter().flatten().filter(|name| !name.is_empty()) {
                if open {
                    self.add_unknown(name);
                } else {
                    let variable = variable_of(name, data_type);
                    self.add(variable.name, variable.kind);
                }
            }
        }
        self.scalar("found", oid::BOOL);
        if let Invocation::Trigger(relation) = self.invocation {
            self.trigger_variables(relation);
        }
        if function.returns == oid::EVENT_TRIGGER {
            ["tg_event", "tg_tag"].into_iter().for_each(|name| self.scalar(name, oid::TEXT));
        }
    }

    fn trigger_variables(&mut self, relation: rollproof_catalog::Oid) {
        let row_type = self.schema.relation(relation).map(|relation| relation.row_type);
        for name in ["new", "old"] {
            match row_type.filter(|oid| oid.is_some()) {
                Some(row) => self.add_record(Arc::from(name), VariableKind::Scalar(TypeRef::plain(row))),
                None => self.add_unknown(Arc::from(name)),
            }
        }
        let text = ["tg_when", "tg_level", "tg_op"];
        text.into_iter().for_each(|name| self.scalar(name, oid::TEXT));
        let names = ["tg_name", "tg_relname", "tg_table_name", "tg_table_schema"];
        names.into_iter().for_each(|name| self.scalar(name, oid::NAME));
        self.scalar("tg_relid", oid::OID);
        self.scalar("tg_nargs", oid::INT4);
        self.scalar("tg_argv", oid::TEXT_ARRAY);
    }

    /// Adds a variable of this type to the innermost block.
    pub(super) fn scalar(&mut self, name: &str, data_type: rollproof_catalog::Oid) {
        self.add(Arc::from(name), VariableKind::Scalar(TypeRef::plain(data_type)));
    }
}
