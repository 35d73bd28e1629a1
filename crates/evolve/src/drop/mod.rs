//! `DROP`: names to objects (`dropcmds.c`), then everything that depends on them (`dependency.c`).

mod closure;
mod delete;

use rollproof_catalog::{ObjectId, Oid, Persistence, Relation, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Drop, Name, ObjectKind, ObjectName, QualifiedName, Signature, TypeName};

use crate::context::{Context, Outcome, refuse};
use crate::find::{kind_fits, shown, with_article};
use crate::other::other_word;
use crate::signature::Routine;

/// The word of a kind in messages about names that are missing.
fn word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "table",
        ObjectKind::ForeignTable => "foreign table",
        ObjectKind::View => "view",
        ObjectKind::MaterializedView => "materialized view",
        ObjectKind::Index => "index",
        ObjectKind::Sequence => "sequence",
        other => other_word(other),
    }
}

impl Context {
    /// `DROP`
    pub(crate) fn drop_statement(&mut self, drop: &Drop) -> Outcome {
        let mut targets = Vec::new();
        let together = self.roles_named(drop);
        for object in &drop.objects {
            if let ObjectName::UsingMethod(_, method) = object {
                self.method_exists(method)?;
            }
            match self.drop_target(drop.kind, object, &together) {
                Ok(found) => targets.extend(found),
                Err(stop) if drop.if_exists && is_missing(&stop) => self.absence_is_sure(object)?,
                Err(stop) => return Err(stop),
            }
        }
        let span = drop.objects.first().map_or(self.span, object_span);
        if drop.concurrently {
            self.droppable_concurrently(drop, &targets, span)?;
        }
        self.drop_objects(&targets, drop.cascade, span)
    }

    /// `DROP INDEX CONCURRENTLY` is for one index that is in no tree of them (0A000; `RemoveRelations`).
    fn droppable_concurrently(&self, drop: &Drop, targets: &[ObjectId], span: TextRange) -> Outcome {
        let partitioned = targets.iter().find_map(|target| match target {
            ObjectId::Relation(oid) => {
                let of_tree = |each: &&Relation| {
                    each.kind == RelationKind::PartitionedIndex && each.persistence != Persistence::Temporary
                };
                self.schema.relation(*oid).filter(of_tree)
            }
            _ => None,
        });
        let message = if drop.objects.len() > 1 {
            "DROP INDEX CONCURRENTLY does not support dropping multiple objects".to_owned()
        } else if drop.cascade {
            "DROP INDEX CONCURRENTLY does not support CASCADE".to_owned()
        } else if let Some(index) = partitioned {
            format!("cannot drop partitioned index \"{}\" concurrently", index.name)
        } else {
            return Ok(());
        };
        Err(refuse("0A000", message, span))
    }

    /// The roles that one statement drops together.
    fn roles_named(&self, drop: &Drop) -> Vec<Oid> {
        let name = |object: &ObjectName| match object {
            ObjectName::Name(name) if drop.kind == ObjectKind::Role => self.find_role(&name.object().text),
            _ => None,
        };
        drop.objects.iter().filter_map(name).collect()
    }

    fn absence_is_sure(&self, object: &ObjectName) -> Outcome {
        match object {
            ObjectName::Name(name) | ObjectName::OnTable(_, name) => self.sure_of_absence(name),
            _ => Ok(()),
        }
    }

    /// What `DROP kind object` means; none where there is nothing to do.
    pub(crate) fn drop_target(
        &mut self,
        kind: ObjectKind,
        object: &ObjectName,
        together: &[Oid],
    ) -> Outcome<Option<ObjectId>> {
        match (kind, object) {
            (kind, ObjectName::Name(name)) if kind.is_relation() => {
                self.relation_to_drop(kind, name).map(|oid| Some(ObjectId::Relation(oid)))
            }
            (ObjectKind::Type | ObjectKind::Domain, ObjectName::Type(name)) => {
                self.type_to_drop(kind, name).map(|oid| Some(ObjectId::Type(oid)))
            }
            (ObjectKind::Schema, ObjectName::Name(name)) => {
                let oid = self.namespace(name.object())?;
                let owner = self.schema.namespace(oid).map_or(Oid::NONE, |found| found.owner);
                self.own(owner, &format!("schema {}", name.object().text), name.span)?;
                Ok(Some(ObjectId::Namespace(oid)))
            }
            (ObjectKind::Extension, ObjectName::Name(name)) => {
                self.extension_named(name.object()).map(|oid| Some(ObjectId::Extension(oid)))
            }
            (ObjectKind::Role, ObjectName::Name(name)) => {
                self.role_may_go(name.object(), together).map(|oid| Some(ObjectId::Role(oid)))
            }
            (_, ObjectName::Signature(signature)) => self.routine_to_drop(kind, signature).map(Some),
            (ObjectKind::Operator, ObjectName::Operator(name, left, right)) => {
                self.operator_to_drop(name, left.as_ref(), right.as_ref()).map(|oid| Some(ObjectId::Operator(oid)))
            }
            (ObjectKind::Cast, ObjectName::Cast(source, target)) => {
                let (from, to) = (self.type_ref(source)?.oid, self.type_ref(target)?.oid);
                let missing = || {
                    let show = |oid| self.schema.format_type(rollproof_catalog::TypeRef::plain(oid));
                    let message = format!("cast from type {} to type {} does not exist", show(from), show(to));
                    refuse("42704", message, source.span)
                };
                let cast = self.schema.find_cast(from, to).ok_or_else(missing)?;
                Ok(Some(ObjectId::Cast(cast.oid)))
            }
            (ObjectKind::UserMapping, ObjectName::OnTable(user, server)) => {
                self.user_mapping(user, server.object()).map(|oid| Some(ObjectId::Other(oid)))
            }
            (_, ObjectName::OnTable(name, table)) => self.part_of_table(kind, name, table).map(Some),
            (ObjectKind::Collation, ObjectName::Name(name)) => {
                self.collation_ref(name).map(|oid| Some(ObjectId::Collation(oid)))
            }
            (_, ObjectName::UsingMethod(name, method)) => self.class_or_family(kind, name, method).map(Some),
            // Made by statements that nothing is kept of.
            (ObjectKind::Database | ObjectKind::Tablespace, ObjectName::Name(_)) => Ok(None),
            (_, ObjectName::Name(name)) => self.own_other(kind, name).map(|oid| Some(ObjectId::Other(oid))),
            _ => Ok(None),
        }
    }

    /// A routine by its signature: not one of the server's own (2BP01), nor another's (42501).
    fn routine_to_drop(&mut self, kind: ObjectKind, signature: &Signature) -> Outcome<ObjectId> {
        let routine = routine_kind(kind);
        self.note(&signature.name.object().text);
        let oid = self.routine(signature, routine)?;
        if let Some(function) = self.schema.function(oid) {
            let function = function.clone();
            if kind == ObjectKind::Function && function.kind == rollproof_catalog::FunctionKind::Aggregate {
                let message = format!("\"{}\" is an aggregate function", function.name);
                return Err(refuse("42809", message, signature.name.span));
            }
            if oid < Oid::FIRST_USER {
                let shown = self.schema.function_signature(&function);
                let message = format!("cannot drop function {shown} because it is required by the database system");
                return Err(refuse("2BP01", message, signature.name.span));
            }
            self.own_function(&function, signature.name.span)?;
        }
        Ok(ObjectId::Function(oid))
    }

    /// `DROP TABLE t`: 42P01 or 42704 where it is missing, 42809 where it is something else (`DropErrorMsgWrongType`).
    fn relation_to_drop(&mut self, kind: ObjectKind, name: &QualifiedName) -> Outcome<Oid> {
        if let Some(schema) = name.schema() {
            self.namespace(schema)?;
            self.may_look_in(name)?;
        }
        let Some(found) = self.find_relation(name).cloned() else {
            let code = if matches!(kind, ObjectKind::Index | ObjectKind::ForeignTable) { "42704" } else { "42P01" };
            let message = format!("{} \"{}\" does not exist", word(kind), name.object().text);
            return Err(refuse(code, message, name.span));
        };
        if !kind_fits(kind, found.kind) {
            let message = format!("\"{}\" is not {}", found.name, with_article(word(kind)));
            return Err(refuse("42809", message, name.span));
        }
        self.changeable(&found, name.span)?;
        Ok(found.oid)
    }

    fn type_to_drop(&mut self, kind: ObjectKind, name: &TypeName) -> Outcome<Oid> {
        let missing = |context: &Self| {
            context.note(&name.name.object().text);
            refuse("42704", format!("type \"{}\" does not exist", shown(&name.name)), name.span)
        };
        if let Some(schema) = name.name.schema() {
            self.namespace(schema)?;
        }
        let schema = name.name.schema().map(|schema| schema.text.clone());
        let found = self.schema.find_type(schema.as_deref(), name.name.object().as_str());
        let found = found.cloned().ok_or_else(|| missing(self))?;
        if kind == ObjectKind::Domain && !matches!(found.kind, rollproof_catalog::TypeKind::Domain { .. }) {
            let message = format!("\"{}\" is not a domain", shown(&name.name));
            return Err(refuse("42809", message, name.span));
        }
        if found.oid < Oid::FIRST_USER {
            let message = format!("cannot drop type {} because it is required by the database system", found.name);
            return Err(refuse("2BP01", message, name.span));
        }
        self.owns_type(&found, name.span)?;
        Ok(found.oid)
    }

    /// `TRIGGER n ON t`, `RULE n ON t`, `POLICY n ON t`
    fn part_of_table(&mut self, kind: ObjectKind, name: &Name, table: &QualifiedName) -> Outcome<ObjectId> {
        let relation = self.relation_named(table)?;
        self.owns_relation(&relation, table.span)?;
        match kind {
            ObjectKind::Trigger => {
                let trigger = self.trigger_named(&relation, name)?;
                Ok(ObjectId::Trigger(trigger.oid))
            }
            ObjectKind::Rule => self.rule_named(&relation, name).map(ObjectId::Rule),
            _ => {
                let found = relation.policies.iter().find(|policy| policy.name == name.text);
                found.map(|policy| ObjectId::Policy(policy.oid)).ok_or_else(|| {
                    let message = format!("policy \"{}\" for table \"{}\" does not exist", name.text, relation.name);
                    refuse("42704", message, name.span)
                })
            }
        }
    }

    /// A rule of a table by name; a view's own is `_RETURN`.
    pub(crate) fn rule_named(&self, relation: &Relation, name: &Name) -> Outcome<Oid> {
        if &*name.text == "_RETURN" && relation.kind == RelationKind::View {
            let message = format!("cannot drop rule _RETURN on view {} because view {0} requires it", relation.name);
            return Err(refuse("2BP01", message, name.span));
        }
        let found = relation.rules.iter().find(|rule| rule.name == name.text).map(|rule| rule.oid);
        found.ok_or_else(|| {
            let message = format!("rule \"{}\" for relation \"{}\" does not exist", name.text, relation.name);
            refuse("42704", message, name.span)
        })
    }

    pub(crate) fn operator_to_drop(
        &mut self,
        name: &QualifiedName,
        left: Option<&TypeName>,
        right: Option<&TypeName>,
    ) -> Outcome<Oid> {
        let left = left.map(|name| self.type_ref(name)).transpose()?.map_or(Oid::NONE, |found| found.oid);
        let right = right.map(|name| self.type_ref(name)).transpose()?.map_or(Oid::NONE, |found| found.oid);
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.operators_named(schema.as_deref(), name.object().as_str());
        let found = candidates.iter().find(|each| each.operator.left == left && each.operator.right == right);
        found.map(|found| found.operator.oid).ok_or_else(|| {
            let show = |oid: Oid| match oid {
                Oid::NONE => "NONE".to_owned(),
                oid => self.schema.format_type(rollproof_catalog::TypeRef::plain(oid)),
            };
            let symbol = shown(name);
            let text = if left.is_none() {
                format!("{symbol} {}", show(right))
            } else {
                format!("{} {symbol} {}", show(left), show(right))
            };
            refuse("42883", format!("operator does not exist: {text}"), name.span)
        })
    }
}

/// What kind of routine a kind of object means.
pub(crate) fn routine_kind(kind: ObjectKind) -> Routine {
    match kind {
        ObjectKind::Procedure => Routine::Procedure,
        ObjectKind::Aggregate => Routine::Aggregate,
        ObjectKind::Routine => Routine::Any,
        _ => Routine::Function,
    }
}

/// Where an object's name stands.
pub(crate) fn object_span(object: &ObjectName) -> TextRange {
    match object {
        ObjectName::Column(_, column) => column.span,
        ObjectName::Name(name) | ObjectName::UsingMethod(name, _) | ObjectName::Operator(name, _, _) => name.span,
        ObjectName::Signature(signature) => signature.name.span,
        ObjectName::Type(name) => name.span,
        ObjectName::OnTable(name, _) | ObjectName::OnDomain(name, _) => name.span,
        ObjectName::Cast(source, target) => source.span.cover(target.span),
    }
}

/// Whether a stop says that something is not there, which `IF EXISTS` passes over.
pub(crate) fn is_missing(stop: &crate::context::Stop) -> bool {
    matches!(stop, crate::context::Stop::Refused { sqlstate: "42P01" | "42704" | "42883" | "3F000" | "42703", .. })
}
