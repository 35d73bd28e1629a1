//! Objects that nothing looks into, and operators with their classes and families, as far as DDL names them: they exist,
//! are in a schema, have an owner.

use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Operator, OperatorClass, OperatorFamily, Other, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, ObjectKind, QualifiedName};

use crate::context::{Context, Outcome, refuse};
use crate::find::shown;

/// Kinds that are in a schema.
fn has_namespace(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Conversion
            | ObjectKind::TextSearchConfiguration
            | ObjectKind::TextSearchDictionary
            | ObjectKind::TextSearchParser
            | ObjectKind::TextSearchTemplate
    )
}

/// The key that an object is known by within its schema.
fn key(kind: ObjectKind, name: &str) -> Arc<str> {
    Arc::from(format!("{} {name}", other_word(kind)))
}

impl Context {
    /// `CREATE SERVER` and its like (42710 where it is there).
    pub(crate) fn create_other(&mut self, kind: ObjectKind, name: &QualifiedName) -> Outcome {
        let namespace = if has_namespace(kind) { self.creation_namespace(name, false)? } else { Oid::NONE };
        // What is in no schema may have dots in its name: a user mapping's says for whom and where.
        let text = if namespace.is_some() { name.object().text.to_string() } else { shown(name) };
        let key = key(kind, &text);
        if kind != ObjectKind::UserMapping {
            self.other_free(namespace, &key, kind, &text, name.span)?;
        }
        let oid = self.schema.allocate();
        self.schema.others.put(Arc::new(Other { oid, namespace, key }));
        if namespace.is_some() {
            self.depend_on_namespace(ObjectId::Other(oid), namespace);
        }
        self.owned_by_current(ObjectId::Other(oid));
        Ok(())
    }

    /// Remembers the owner of what keeps none itself.
    pub(crate) fn owned_by_current(&mut self, object: ObjectId) {
        let owner = self.current_role();
        if owner != Schema::SUPERUSER {
            self.schema.owners.insert_mut(object, owner);
        }
    }

    /// The owner of what keeps none itself.
    fn other_owner(&self, object: ObjectId) -> Oid {
        self.schema.owners.get(&object).copied().unwrap_or(Schema::SUPERUSER)
    }

    fn other_free(&self, namespace: Oid, key: &str, kind: ObjectKind, name: &str, span: TextRange) -> Outcome {
        if self.schema.other(namespace, key).is_none() {
            return Ok(());
        }
        let place = self.schema.namespace_name(namespace).filter(|_| namespace.is_some());
        let place = place.map_or_else(String::new, |schema| format!(" in schema \"{schema}\""));
        Err(refuse("42710", format!("{} \"{name}\" already exists{place}", other_word(kind)), span))
    }

    /// An object of a kind that nothing looks into, by name.
    pub(crate) fn find_other(&self, kind: ObjectKind, name: &QualifiedName) -> Option<Oid> {
        if !has_namespace(kind) {
            return self.schema.other(Oid::NONE, &key(kind, &name.object().text));
        }
        let key = key(kind, &name.object().text);
        match name.schema() {
            Some(schema) => self.schema.other(self.schema.find_namespace(&schema.text)?, &key),
            None => self.schema.search_path().into_iter().find_map(|namespace| self.schema.other(namespace, &key)),
        }
    }

    /// The same where it has to be there (42704) and be one's own (42501).
    pub(crate) fn own_other(&self, kind: ObjectKind, name: &QualifiedName) -> Outcome<Oid> {
        let word = other_word(kind);
        let missing = || refuse("42704", format!("{word} \"{}\" does not exist", shown(name)), name.span);
        let oid = self.find_other(kind, name).ok_or_else(missing)?;
        self.own(self.other_owner(ObjectId::Other(oid)), &format!("{word} {}", shown(name)), name.span)?;
        Ok(oid)
    }

    /// `RENAME TO`
    pub(crate) fn rename_other(&mut self, kind: ObjectKind, name: &QualifiedName, to: &Name) -> Outcome {
        if matches!(kind, ObjectKind::Statistics | ObjectKind::Publication | ObjectKind::Subscription) {
            return Ok(());
        }
        let oid = self.own_other(kind, name)?;
        let Some(known) = self.schema.others.get(oid).cloned() else { return Ok(()) };
        let key = key(kind, &to.text);
        self.other_free(known.namespace, &key, kind, &to.text, to.span)?;
        self.schema.others.put(Arc::new(Other { key, ..(*known).clone() }));
        Ok(())
    }

    /// `SET SCHEMA`
    pub(crate) fn move_other(&mut self, kind: ObjectKind, name: &QualifiedName, to: &Name) -> Outcome {
        let namespace = self.namespace(to)?;
        if !has_namespace(kind) {
            return Ok(());
        }
        let oid = self.own_other(kind, name)?;
        let Some(known) = self.schema.others.get(oid).cloned().filter(|known| known.namespace != namespace) else {
            return Ok(());
        };
        self.other_free(namespace, &known.key, kind, &name.object().text, to.span)?;
        self.relink_namespace(ObjectId::Other(oid), known.namespace, namespace);
        self.schema.others.put(Arc::new(Other { namespace, ..(*known).clone() }));
        Ok(())
    }

    /// `OWNER TO` of what keeps no owner itself.
    pub(crate) fn give_other(&mut self, object: ObjectId, owner: Oid, span: TextRange) -> Outcome {
        let what = self.schema.describe_object(object);
        self.may_give(self.other_owner(object), owner, &what, span)?;
        self.schema.owners.insert_mut(object, owner);
        Ok(())
    }

    /// An operator class or family by its name and access method (42704).
    pub(crate) fn class_or_family(&self, kind: ObjectKind, name: &QualifiedName, method: &Name) -> Outcome<ObjectId> {
        let schema = name.schema().map(Name::as_str);
        let text = name.object().as_str();
        let found = if kind == ObjectKind::OperatorFamily {
            self.schema.find_operator_family(schema, &method.text, text).map(|each| ObjectId::OperatorFamily(each.oid))
        } else {
            self.schema.find_operator_class(schema, &method.text, text).map(|each| ObjectId::OperatorClass(each.oid))
        };
        found.ok_or_else(|| {
            let (word, name) = (other_word(kind), shown(name));
            let message = format!("{word} \"{name}\" does not exist for access method \"{}\"", method.text);
            refuse("42704", message, method.span)
        })
    }

    /// `RENAME TO` (`name`) or `SET SCHEMA` (`to`) of an operator, an operator class or family, or a collation: it has to
    /// be one's own, and the new place has to be free.
    pub(crate) fn relocate(
        &mut self,
        object: ObjectId,
        name: Option<&Name>,
        to: Option<Oid>,
        span: TextRange,
    ) -> Outcome {
        let what = self.schema.describe_object(object);
        self.own(self.other_owner(object), &what, span)?;
        let before = match object {
            ObjectId::Operator(oid) => self.relocate_operator(oid, to),
            ObjectId::OperatorClass(oid) => self.relocate_class(oid, name, to),
            ObjectId::OperatorFamily(oid) => self.relocate_family(oid, name, to),
            ObjectId::Collation(oid) => self.relocate_collation(oid, name, to),
            _ => return Ok(()),
        };
        let Some(before) = before else {
            let shown = name.map_or(what, |name| format!("\"{}\"", name.text));
            return Err(refuse("42710", format!("{shown} already exists in that schema"), span));
        };
        if let Some(to) = to {
            self.relink_namespace(object, before, to);
        }
        Ok(())
    }

    /// Where it was; none where the new place is taken. The same for its kin below.
    fn relocate_operator(&mut self, oid: Oid, to: Option<Oid>) -> Option<Oid> {
        let mut found = self.schema.operator(oid)?.clone();
        let before = found.namespace;
        found.namespace = to.unwrap_or(before);
        let same = |each: &Operator| each.oid != oid && each.left == found.left && each.right == found.right;
        if self.schema.operators_in(found.namespace, &found.name).any(same) {
            return None;
        }
        self.schema.put_operator(found);
        Some(before)
    }

    fn relocate_class(&mut self, oid: Oid, name: Option<&Name>, to: Option<Oid>) -> Option<Oid> {
        let mut found = self.schema.operator_class(oid)?.clone();
        let before = found.namespace;
        found.namespace = to.unwrap_or(before);
        found.name = name.map_or(found.name, |name| name.text.clone());
        let same = |each: &OperatorClass| each.oid != oid && each.method == found.method;
        if self.schema.operator_classes_in(found.namespace, &found.name).any(same) {
            return None;
        }
        self.schema.put_operator_class(found);
        Some(before)
    }

    fn relocate_family(&mut self, oid: Oid, name: Option<&Name>, to: Option<Oid>) -> Option<Oid> {
        let mut found = self.schema.operator_family(oid)?.clone();
        let before = found.namespace;
        found.namespace = to.unwrap_or(before);
        found.name = name.map_or(found.name, |name| name.text.clone());
        let same = |each: &OperatorFamily| each.oid != oid && each.method == found.method;
        if self.schema.operator_families_in(found.namespace, &found.name).any(same) {
            return None;
        }
        self.schema.put_operator_family(found);
        Some(before)
    }

    fn relocate_collation(&mut self, oid: Oid, name: Option<&Name>, to: Option<Oid>) -> Option<Oid> {
        let mut found = self.schema.collation(oid)?.clone();
        let before = found.namespace;
        found.namespace = to.unwrap_or(before);
        found.name = name.map_or(found.name, |name| name.text.clone());
        if self.schema.collations_in(found.namespace, &found.name).any(|each| each.oid != oid) {
            return None;
        }
        self.schema.put_collation(found);
        Some(before)
    }
}

/// What messages call a kind.
pub(crate) fn other_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Server => "server",
        ObjectKind::ForeignDataWrapper => "foreign-data wrapper",
        ObjectKind::UserMapping => "user mapping",
        ObjectKind::TextSearchConfiguration => "text search configuration",
        ObjectKind::TextSearchDictionary => "text search dictionary",
        ObjectKind::TextSearchParser => "text search parser",
        ObjectKind::TextSearchTemplate => "text search template",
        ObjectKind::Statistics => "statistics object",
        ObjectKind::Publication => "publication",
        ObjectKind::Subscription => "subscription",
        ObjectKind::AccessMethod => "access method",
        ObjectKind::Transform => "transform",
        ObjectKind::EventTrigger => "event trigger",
        ObjectKind::Language => "language",
        ObjectKind::Database => "database",
        ObjectKind::Tablespace => "tablespace",
        ObjectKind::Conversion => "conversion",
        ObjectKind::OperatorFamily => "operator family",
        ObjectKind::OperatorClass => "operator class",
        _ => "object",
    }
}
