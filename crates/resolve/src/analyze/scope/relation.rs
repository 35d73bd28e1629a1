//! Relations by name (`RangeVarGetRelid`, `parserOpenTable`).

use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Relation, RelationKind, Schema, Taint};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, QualifiedName};

use crate::analyze::Analyzer;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::Role;

/// The ledger's reason for what an unmodelled statement may have touched.
const UNMODELLED: &str = "unmodelled-migration";

impl<'a> Analyzer<'a> {
    /// The relation `schema.name`, if both are there (`get_relname_relid`).
    pub(crate) fn relation_in(&mut self, schema: &Name, name: &Name) -> Option<Oid> {
        let namespace = self.namespace(&schema.text);
        let found = namespace.and_then(|namespace| relation_named(self.schema(), namespace, &name.text));
        let key = (Some(schema.text.clone()), name.text.clone());
        self.cx.lookups.relations.insert(key, found.unwrap_or(Oid::NONE));
        found
    }

    /// The schema of this name; `pg_temp` is the session's own (`LookupNamespaceNoError`).
    pub(crate) fn namespace(&self, name: &str) -> Option<Oid> {
        if name == "pg_temp" {
            let temporary = self.schema().session.temporary;
            return temporary.is_some().then_some(temporary);
        }
        self.schema().find_namespace(name)
    }

    /// The relation that a name means; none where there is none (`RangeVarGetRelid` with `missing_ok`).
    pub(crate) fn find_relation(&mut self, name: &QualifiedName) -> Result<Option<Oid>> {
        self.check_taints(name)?;
        let object = name.object();
        if name.parts.len() > 2 {
            return Err(Failure::unknown("the name of the database is not known", name.span));
        }
        if let Some(schema) = name.schema() {
            return Ok(self.relation_in(schema, object));
        }
        let schema = self.schema();
        let temporary = schema.session.temporary;
        let path = schema.search_path();
        let first = (temporary.is_some() && !path.contains(&temporary)).then_some(temporary);
        let found = first.into_iter().chain(path).find_map(|namespace| relation_named(schema, namespace, &object.text));
        self.cx.lookups.relations.insert((None, object.text.clone()), found.unwrap_or(Oid::NONE));
        Ok(found)
    }

    /// Notes where an unmodelled statement may have touched the relation.
    fn check_taints(&mut self, name: &QualifiedName) -> Result<()> {
        let object = &name.object().text;
        let touched = self.schema().taints.iter().any(|taint| match taint {
            Taint::Relations(names, _) => names.contains(object),
            Taint::Everything(_) => true,
            Taint::Functions(..) | Taint::Extension(_) => false,
        });
        if touched {
            self.note_unknown(UNMODELLED, name.span);
        }
        Ok(())
    }

    /// Whether names that are not found may be there nevertheless: an extension that is not modelled may have made them.
    pub(crate) fn may_be_unmodelled(&self, name: &QualifiedName) -> bool {
        self.schema().taints.iter().any(|taint| match taint {
            Taint::Extension(_) | Taint::Everything(_) => true,
            Taint::Relations(names, _) => names.contains(&name.object().text),
            Taint::Functions(..) => false,
        })
    }

    /// `parserOpenTable`: the relation that a name means, one that has rows.
    pub(crate) fn open_relation(&mut self, name: &QualifiedName, role: Role) -> Result<&'a Relation> {
        let Some(oid) = self.find_relation(name)? else {
            if self.may_be_unmodelled(name) {
                return Err(Failure::unknown(UNMODELLED, name.span));
            }
            return Err(missing_relation(name));
        };
        let Some(relation) = self.schema().relation(oid) else {
            return Err(Failure::unknown("a relation is named that the schema does not hold", name.span));
        };
        if matches!(relation.kind, RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Composite) {
            let message = if self.version() >= 15 {
                format!("cannot open relation \"{}\"", relation.name)
            } else if relation.kind == RelationKind::Composite {
                format!("\"{}\" is a composite type", relation.name)
            } else {
                format!("\"{}\" is an index", relation.name)
            };
            return Err(Error::fail("42809", message, name.span, ErrorKind::Other));
        }
        self.bind(name.object().span, ObjectId::Relation(oid), role);
        Ok(relation)
    }
}

/// 42P01 as `parserOpenTable` words it.
pub(crate) fn missing_relation(name: &QualifiedName) -> Failure {
    let schema = name.schema().map(|schema| schema.text.clone());
    let object = name.object().text.clone();
    let shown: Arc<str> = match &schema {
        Some(schema) => format!("{schema}.{object}").into(),
        None => object.clone(),
    };
    let message = format!("relation \"{shown}\" does not exist");
    Error::fail("42P01", message, name.span, ErrorKind::MissingRelation { schema, name: object })
}

/// The relation of this name in this schema, built-in ones included.
pub(crate) fn relation_named(schema: &Schema, namespace: Oid, name: &str) -> Option<Oid> {
    schema.relations.named(namespace, name).first().copied()
}

/// A place in the text, to show an error that has no better one.
pub(crate) fn nowhere() -> TextRange {
    TextRange::default()
}
