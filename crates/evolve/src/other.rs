//! Objects that nothing looks into, and operators with their classes and families, as far as DDL names them: they exist,
//! are in a schema, have an owner.

use std::sync::Arc;

use rollproof_catalog::{
    DependencyKind, ObjectId, Oid, Operator, OperatorClass, OperatorFamily, Other, Persistence, RelationKind, Schema,
};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, ObjectKind, OtherObject, QualifiedName};

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
            | ObjectKind::Statistics
    )
}

/// The key that an object is known by within its schema.
pub(crate) fn key(kind: ObjectKind, name: &str) -> Arc<str> {
    Arc::from(format!("{} {name}", other_word(kind)))
}

impl Context {
    /// `CREATE SERVER` and its like (42710 where it is there).
    pub(crate) fn create_other(&mut self, create: &OtherObject) -> Outcome {
        let (kind, name) = (create.kind, &create.name);
        if kind == ObjectKind::UserMapping {
            return self.create_user_mapping(create);
        }
        let namespace = if has_namespace(kind) { self.creation_namespace(name, false)? } else { Oid::NONE };
        let text = name.object().text.clone();
        if create.lenient && self.schema.other(namespace, &key(kind, &text)).is_some() {
            return Ok(());
        }
        self.other_free(namespace, &key(kind, &text), kind, &text, name.span)?;
        let whole = match &create.belongs_to {
            Some(wrapper) => Some(self.other_named(ObjectKind::ForeignDataWrapper, wrapper)?),
            None => None,
        };
        self.relations_are_there(&create.relations)?;
        self.put_other(kind, &text, namespace, whole);
        Ok(())
    }

    /// `ALTER SERVER` and its like: it has to be there and one's own, and what it names too.
    pub(crate) fn alter_other(&mut self, alter: &OtherObject) -> Outcome {
        if alter.kind == ObjectKind::UserMapping {
            let Some(server) = &alter.belongs_to else { return Ok(()) };
            return self.user_mapping(alter.name.object(), server).map(|_| ());
        }
        if alter.lenient && self.find_other(alter.kind, &alter.name).is_none() {
            return self.sure_of_absence(&alter.name);
        }
        self.own_other(alter.kind, &alter.name)?;
        self.relations_are_there(&alter.relations)
    }

    /// A publication's relations are tables that are written to the log (`check_publication_add_relation`).
    fn relations_are_there(&self, relations: &[QualifiedName]) -> Outcome {
        for name in relations {
            let relation = self.relation_named(name)?;
            let kind = relation.kind;
            if relation.index.is_some() || kind == RelationKind::Composite {
                return Err(refuse("42809", format!("cannot open relation \"{}\"", relation.name), name.span));
            }
            let fits = matches!(kind, RelationKind::Table | RelationKind::PartitionedTable)
                && relation.persistence == Persistence::Permanent
                && relation.oid >= Oid::FIRST_USER;
            if !fits {
                let message = format!("cannot add relation \"{}\" to publication", relation.name);
                return Err(refuse("22023", message, name.span));
            }
        }
        Ok(())
    }

    fn put_other(&mut self, kind: ObjectKind, text: &str, namespace: Oid, whole: Option<Oid>) {
        let oid = self.schema.allocate();
        self.schema.others.put(Arc::new(Other { oid, namespace, key: key(kind, text) }));
        let me = ObjectId::Other(oid);
        if namespace.is_some() {
            self.depend_on_namespace(me, namespace);
        }
        if let Some(whole) = whole {
            self.depend(me, ObjectId::Other(whole), DependencyKind::Normal);
        }
        self.owned_by_current(me);
    }

    /// A server or a wrapper that another object names (42704).
    pub(crate) fn other_named(&self, kind: ObjectKind, name: &Name) -> Outcome<Oid> {
        self.note(&name.text);
        let missing = || refuse("42704", format!("{} \"{}\" does not exist", other_word(kind), name.text), name.span);
        self.schema.other(Oid::NONE, &key(kind, &name.text)).ok_or_else(missing)
    }

    /// `CREATE USER MAPPING`: one of a user on a server (42710).
    fn create_user_mapping(&mut self, create: &OtherObject) -> Outcome {
        let (text, server) = self.mapping_name(create.name.object(), create.belongs_to.as_ref())?;
        if self.schema.other(Oid::NONE, &key(ObjectKind::UserMapping, &text)).is_some() {
            if create.lenient {
                return Ok(());
            }
            return Err(refuse("42710", format!("user mapping {text} already exists"), create.name.span));
        }
        self.put_other(ObjectKind::UserMapping, &text, Oid::NONE, server);
        Ok(())
    }

    /// A user mapping that has to be there (42704).
    pub(crate) fn user_mapping(&self, user: &Name, server: &Name) -> Outcome<Oid> {
        let (text, _) = self.mapping_name(user, Some(server))?;
        let missing = || refuse("42704", format!("user mapping {text} does not exist"), user.span);
        self.schema.other(Oid::NONE, &key(ObjectKind::UserMapping, &text)).ok_or_else(missing)
    }

    /// What a user mapping is known by, and its server.
    fn mapping_name(&self, user: &Name, server: Option<&Name>) -> Outcome<(String, Option<Oid>)> {
        let server = server.map(|server| self.other_named(ObjectKind::Server, server)).transpose()?;
        let role = if &*user.text == "user" { self.current_role() } else { self.role(user)? };
        let role = self.schema.role(role).map_or("public", |role| &role.name);
        let key = server.and_then(|server| self.schema.others.get(server)).map_or("server", |server| &server.key);
        Ok((format!("for {role} on {key}"), server))
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
        let oid = self.own_other(kind, name)?;
        let Some(known) = self.schema.others.get(oid).cloned() else { return Ok(()) };
        let key = key(kind, &to.text);
        self.other_free(known.namespace, &key, kind, &to.text, to.span)?;
        if kind == ObjectKind::Server {
            self.rename_mappings(oid, &known.key, &key);
        }
        self.schema.others.put(Arc::new(Other { key, ..(*known).clone() }));
        Ok(())
    }

    /// A server's user mappings are known by its name.
    fn rename_mappings(&mut self, server: Oid, from: &str, to: &str) {
        let users: Vec<Oid> = self
            .schema
            .dependencies
            .used_by(ObjectId::Other(server))
            .iter()
            .filter_map(|edge| match edge.0 {
                ObjectId::Other(oid) => Some(oid),
                _ => None,
            })
            .collect();
        for user in users {
            let Some(known) = self.schema.others.get(user).cloned() else { continue };
            if let Some(start) = known.key.strip_suffix(from) {
                let key = Arc::from(format!("{start}{to}"));
                self.schema.others.put(Arc::new(Other { key, ..(*known).clone() }));
            }
        }
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
