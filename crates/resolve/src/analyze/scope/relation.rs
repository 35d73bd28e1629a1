//! Relations by name (`RangeVarGetRelid`, `parserOpenTable`).

use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Relation, RelationKind, TaintKind};
use rollproof_sql::MappedText;
use rollproof_sql::ast::{Name, QualifiedName};

use crate::analyze::{Analyzer, DYNAMIC};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::Role;

/// The ledger's reason for what an unmodelled statement may have touched.
const UNMODELLED: &str = "unmodelled-migration";

impl<'a> Analyzer<'a> {
    /// The relation `schema.name`, if both are there (`get_relname_relid`).
    pub(crate) fn relation_in(&mut self, schema: &Name, name: &Name) -> Option<Oid> {
        self.look_up(Some(&schema.text), &name.text)
    }

    fn look_up(&mut self, schema: Option<&Arc<str>>, name: &Arc<str>) -> Option<Oid> {
        let found = self.schema().find_relation(schema.map(|schema| &**schema), name).map(|relation| relation.oid);
        self.cx.lookups.relations.insert((schema.cloned(), name.clone()), found.unwrap_or(Oid::NONE));
        found
    }

    /// The relation that a name means; none where there is none (`RangeVarGetRelid` with `missing_ok`).
    pub(crate) fn find_relation(&mut self, name: &QualifiedName) -> Result<Option<Oid>> {
        self.check_taints(name)?;
        let object = name.object();
        if name.parts.len() > 2 {
            return Err(Failure::unknown("the name of the database is not known", name.span));
        }
        Ok(self.look_up(name.schema().map(|schema| &schema.text), &object.text))
    }

    /// Notes where an unmodelled statement may have touched the relation.
    fn check_taints(&mut self, name: &QualifiedName) -> Result<()> {
        let object = &name.object().text;
        let kinds = [TaintKind::Relations, TaintKind::Everything];
        if self.schema().taints.find(&kinds, object).is_some() {
            self.note_unknown(UNMODELLED, name.span);
        }
        Ok(())
    }

    /// Whether names that are not found may be there nevertheless: an extension that is not modelled may have made them.
    pub(crate) fn may_be_unmodelled(&self, name: &QualifiedName) -> bool {
        let kinds = [TaintKind::Relations, TaintKind::Extension, TaintKind::Everything];
        self.schema().taints.find(&kinds, &name.object().text).is_some()
    }

    /// `parserOpenTable`: the relation that a name means, one that has rows.
    pub(crate) fn open_relation(&mut self, name: &QualifiedName, role: Role) -> Result<&'a Relation> {
        if is_unknown(name) {
            return Err(Failure::unknown(DYNAMIC, name.span));
        }
        let Some(oid) = self.find_relation(name)? else {
            if self.may_be_unmodelled(name) {
                return Err(Failure::unknown(UNMODELLED, name.span));
            }
            if name.schema().is_some_and(|schema| &*schema.text == "pg_toast") {
                return Err(Failure::unknown("which tables have one in pg_toast is not followed", name.span));
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

/// Whether unknown text is a part of a name.
pub(crate) fn is_unknown(name: &QualifiedName) -> bool {
    name.parts.iter().any(|part| part.text.contains(MappedText::HOLE))
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
