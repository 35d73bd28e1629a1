//! What a session keeps beside its settings: prepared statements (`prepare.c`), temporary objects (`discard.c`).

use std::sync::Arc;

use rollproof_catalog::{Prepared, Session};
use rollproof_resolve::{Environment, Outcome as Resolved};
use rollproof_sql::ast::{Name, Statement, TypeName};

use crate::context::{Context, Outcome, drop_temporary, refuse};

impl Context {
    /// `PREPARE`
    pub(crate) fn prepare(&mut self, name: &Name, types: &[TypeName], statement: &Statement) -> Outcome {
        if self.schema.session.prepared.contains_key(&name.text) {
            return Err(refuse("42P05", format!("prepared statement \"{}\" already exists", name.text), name.span));
        }
        let mut parameter_types = Vec::new();
        for written in types {
            let found = self.type_ref(written)?;
            parameter_types.push((found.oid != rollproof_catalog::oid::UNKNOWN).then_some(found));
        }
        let environment = Environment { parameter_types: parameter_types.clone(), ..Environment::default() };
        let resolved = rollproof_resolve::resolve(statement, &self.schema, &environment);
        if let Resolved::Refused(refusal) = resolved {
            self.looked_up_names(&refusal.depends);
            if let Some(error) = refusal.errors.first() {
                return Err(refuse(error.sqlstate, error.message.clone(), error.span));
            }
        }
        let prepared = Prepared { parameter_types, statement: Arc::new(statement.clone()) };
        Arc::make_mut(&mut self.schema.session.prepared).insert(name.text.clone(), prepared);
        Ok(())
    }

    /// `DEALLOCATE`; none for `ALL`.
    pub(crate) fn deallocate(&mut self, name: Option<&Name>) {
        let prepared = Arc::make_mut(&mut self.schema.session.prepared);
        match name {
            Some(name) => drop(prepared.remove(&name.text)),
            None => prepared.clear(),
        }
    }

    /// `DISCARD TEMP`
    pub(crate) fn discard_temporary(&mut self) {
        self.schema = drop_temporary(&self.schema);
    }

    /// `DISCARD ALL`: the session is as it was at its beginning.
    pub(crate) fn discard_all(&mut self) -> Outcome {
        self.discard_temporary();
        let search_path = self.default_search_path();
        let temporary = self.schema.session.temporary;
        self.schema.session = Session { search_path, temporary, ..Session::default() };
        Ok(())
    }
}
