//! `ALTER … RENAME`: identities stay, so that nothing that is bound changes (`alter.c`, `tablecmds.c`).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ConstraintKind, Oid, Relation, RelationKind, TypeKind};
use rollproof_sql::ast::{Name, ObjectKind, ObjectName, QualifiedName, Rename, RenamePart};

use crate::constraint::is_system_column;
use crate::context::{Context, Outcome, refuse};
use crate::drop::{is_missing, routine_kind};
use crate::find::{kind_fits, shown, with_article};
use crate::names::array_type_name;

impl Context {
    /// `ALTER … RENAME`
    pub(crate) fn rename(&mut self, rename: &Rename) -> Outcome {
        match self.rename_object(rename) {
            Err(stop) if rename.if_exists && is_missing(&stop) && self.object_missing(&rename.object) => {
                match &rename.object {
                    ObjectName::Name(name) => self.sure_of_absence(name),
                    _ => Ok(()),
                }
            }
            outcome => outcome,
        }
    }

    fn object_missing(&self, object: &ObjectName) -> bool {
        match object {
            ObjectName::Name(name) | ObjectName::OnTable(_, name) => self.find_relation(name).is_none(),
            _ => true,
        }
    }

    fn rename_object(&mut self, rename: &Rename) -> Outcome {
        match (&rename.part, &rename.object) {
            (RenamePart::Column(column), ObjectName::Name(name)) => self.rename_column(rename, name, column),
            (RenamePart::Column(column), ObjectName::Type(name)) => self.rename_column(rename, &name.name, column),
            (RenamePart::Constraint(constraint), ObjectName::Name(name)) if rename.kind == ObjectKind::Domain => {
                self.rename_domain_constraint(name, constraint, &rename.to)
            }
            (RenamePart::Constraint(constraint), ObjectName::Name(name)) => {
                self.rename_constraint(name, constraint, &rename.to, rename.inherit)
            }
            (RenamePart::Constraint(constraint), ObjectName::Type(name)) => {
                self.rename_domain_constraint(&name.name, constraint, &rename.to)
            }
            (_, ObjectName::OnTable(part, table)) => self.rename_part_of_table(rename, part, table),
            (_, ObjectName::OnDomain(constraint, domain)) => {
                self.rename_domain_constraint(domain, constraint, &rename.to)
            }
            (_, ObjectName::Signature(signature)) => {
                let oid = self.routine(signature, routine_kind(rename.kind))?;
                self.rename_function(oid, &rename.to)
            }
            (_, ObjectName::UsingMethod(name, method)) => {
                let object = self.class_or_family(rename.kind, name, method)?;
                self.relocate(object, Some(&rename.to), None, name.span)
            }
            (_, ObjectName::Type(name)) => self.rename_type(rename, &name.name),
            (_, ObjectName::Name(name)) => self.rename_named(rename, name),
            _ => Ok(()),
        }
    }

    fn rename_named(&mut self, rename: &Rename, name: &QualifiedName) -> Outcome {
        match rename.kind {
            kind if kind.is_relation() => self.rename_relation(rename, name),
            ObjectKind::Type | ObjectKind::Domain => self.rename_type(rename, name),
            ObjectKind::Schema => self.rename_namespace(name.object(), &rename.to),
            ObjectKind::Role => self.rename_role(name.object(), &rename.to),
            ObjectKind::Database | ObjectKind::Tablespace => Ok(()),
            ObjectKind::Collation => {
                let oid = self.collation_ref(name)?;
                self.relocate(rollproof_catalog::ObjectId::Collation(oid), Some(&rename.to), None, name.span)
            }
            kind => self.rename_other(kind, name, &rename.to),
        }
    }

    /// `RENAME TO` of a relation: its row type and the type's array follow (`RenameRelationInternal`).
    fn rename_relation(&mut self, rename: &Rename, name: &QualifiedName) -> Outcome {
        let mut relation = self.relation_named(name)?;
        self.changeable(&relation, name.span)?;
        // ALTER TABLE may rename anything but a composite type; the other kinds must fit, an index may be called by any.
        let is_index = matches!(relation.kind, RelationKind::Index | RelationKind::PartitionedIndex);
        let fits = match rename.kind {
            ObjectKind::Table | ObjectKind::Index => relation.kind != RelationKind::Composite,
            kind => kind_fits(kind, relation.kind),
        };
        if relation.kind == RelationKind::Composite {
            return Err(refuse("42809", format!("\"{}\" is a composite type", relation.name), name.span));
        }
        if !fits {
            let word = match rename.kind {
                ObjectKind::View => "view",
                ObjectKind::MaterializedView => "materialized view",
                ObjectKind::Index => "index",
                ObjectKind::Sequence => "sequence",
                _ => "foreign table",
            };
            let message = format!("\"{}\" is not {}", relation.name, with_article(word));
            return Err(refuse("42809", message, name.span));
        }
        self.relation_name_free(relation.namespace, &rename.to.text, rename.to.span)?;
        let row_type = relation.row_type;
        relation.name = rename.to.text.clone();
        if row_type.is_some() {
            self.retitle_type(row_type, &rename.to)?;
        }
        let constraint = relation.index.as_ref().map_or(Oid::NONE, |index| index.constraint);
        let table = relation.index.as_ref().map_or(Oid::NONE, |index| index.table);
        self.schema.put_relation(relation);
        if is_index && constraint.is_some() {
            self.change_constraint(table, constraint, |known| known.name = rename.to.text.clone())?;
        }
        Ok(())
    }

    /// A new name for a type and its array (`RenameTypeInternal`).
    fn retitle_type(&mut self, oid: Oid, to: &Name) -> Outcome {
        let Some(mut renamed) = self.schema.type_of(oid).cloned() else { return Ok(()) };
        self.type_name_free(renamed.namespace, &to.text, to.span)?;
        self.move_array_type(renamed.namespace, &to.text);
        let array = renamed.array;
        let namespace = renamed.namespace;
        renamed.name = to.text.clone();
        self.schema.put_type(renamed);
        let Some(mut array) = self.schema.type_of(array).cloned().filter(|_| array.is_some()) else { return Ok(()) };
        array.name = array_type_name(&self.schema, &to.text, namespace);
        self.schema.put_type(array);
        Ok(())
    }

    fn rename_type(&mut self, rename: &Rename, name: &QualifiedName) -> Outcome {
        let found = self.type_ref(&crate::types::as_type_name(name))?;
        let Some(known) = self.schema.type_of(found.oid).cloned() else { return Ok(()) };
        if rename.kind == ObjectKind::Domain && !matches!(known.kind, TypeKind::Domain { .. }) {
            return Err(refuse("42809", format!("{} is not a domain", shown(name)), name.span));
        }
        if known.is_array && known.element.is_some() {
            let message = format!("cannot alter array type {}", self.schema.format_type(found));
            return Err(refuse("42809", message, name.span));
        }
        if known.oid < Oid::FIRST_USER {
            return Err(refuse("42501", format!("must be owner of type {}", known.name), name.span));
        }
        self.owns_type(&known, name.span)?;
        if let Some(relation) = self.row_type_owner(known.oid) {
            let mut relation = self.relation(relation)?;
            if relation.kind != RelationKind::Composite {
                let message = format!("{} is a table's row type", self.schema.format_type(found));
                return Err(refuse("42809", message, name.span));
            }
            self.relation_name_free(relation.namespace, &rename.to.text, rename.to.span)?;
            self.retitle_type(known.oid, &rename.to)?;
            relation.name = rename.to.text.clone();
            self.schema.put_relation(relation);
            return Ok(());
        }
        self.retitle_type(known.oid, &rename.to)
    }

    /// `RENAME COLUMN` (`renameatt_internal`): children's columns follow.
    /// An index's columns are called as those of its table; what its expressions are called is not asked.
    fn index_has_column(&self, index: &rollproof_catalog::Index, column: &Name) -> Outcome {
        let table = self.schema.relation(index.table);
        let keys = index.keys.iter().map(|key| key.column).chain(index.include.iter().copied());
        let mut names = keys.filter_map(|number| table?.column_by_number(number)).map(|column| &column.name);
        if names.any(|name| *name == column.text) || index.keys.iter().any(|key| key.expression.is_some()) {
            return Ok(());
        }
        Err(refuse("42703", format!("column \"{}\" does not exist", column.text), column.span))
    }

    fn rename_column(&mut self, rename: &Rename, name: &QualifiedName, column: &Name) -> Outcome {
        let relation = self.relation_named(name)?;
        self.changeable(&relation, name.span)?;
        let fits = matches!(
            relation.kind,
            RelationKind::Table
                | RelationKind::PartitionedTable
                | RelationKind::View
                | RelationKind::MaterializedView
                | RelationKind::Composite
                | RelationKind::Index
                | RelationKind::PartitionedIndex
                | RelationKind::ForeignTable
        );
        if !fits {
            let message = format!("cannot rename columns of relation \"{}\"", relation.name);
            return Err(refuse("42809", message, name.span));
        }
        if let Some(index) = &relation.index {
            return self.index_has_column(index, column);
        }
        if relation.of_type.is_some() {
            return Err(refuse("42809", "cannot rename column of typed table", name.span));
        }
        let found = match relation.column(&column.text) {
            Some(found) => found.clone(),
            None if is_system_column(&column.text) => {
                let message = format!("cannot rename system column \"{}\"", column.text);
                return Err(refuse("0A000", message, column.span));
            }
            None => {
                let message = format!("column \"{}\" does not exist", column.text);
                return Err(refuse("42703", message, column.span));
            }
        };
        if found.inherit_count > 0 {
            let message = format!("cannot rename inherited column \"{}\"", column.text);
            return Err(refuse("42P16", message, column.span));
        }
        let descendants = if rename.inherit { self.descendants_of(relation.oid) } else { Vec::new() };
        if self.shared_with_others(relation.oid, &descendants, &column.text).is_some() {
            let message = format!("cannot rename inherited column \"{}\"", column.text);
            return Err(refuse("42P16", message, column.span));
        }
        if !rename.inherit && !self.children_of(relation.oid).is_empty() {
            let message = format!("inherited column \"{}\" must be renamed in child tables too", column.text);
            return Err(refuse("42P16", message, column.span));
        }
        let typed = self.tables_to_follow(&relation, rename.inherit, column.span)?;
        for oid in std::iter::once(relation.oid).chain(descendants).chain(typed) {
            self.retitle_column(oid, &column.text, &rename.to)?;
        }
        Ok(())
    }

    /// A descendant whose column of this name comes from a parent outside of the tree too (`numparents` of
    /// `find_all_inheritors`).
    pub(crate) fn shared_with_others(&self, top: Oid, descendants: &[Oid], column: &str) -> Option<Arc<str>> {
        let inside = |parent: &&Oid| **parent == top || descendants.contains(parent);
        descendants.iter().filter_map(|child| self.schema.relation(*child)).find_map(|child| {
            let found = child.column(column)?;
            let parents = child.inherits.iter().filter(inside).count();
            let count = usize::try_from(found.inherit_count).unwrap_or(0);
            (child.partition.is_none() && count > parents).then(|| child.name.clone())
        })
    }

    /// Tables made `OF` a composite type.
    pub(crate) fn tables_of_type(&self, row_type: Oid) -> Vec<Oid> {
        if row_type.is_none() {
            return Vec::new();
        }
        self.schema.relations.iter().filter(|each| each.of_type == row_type).map(|each| each.oid).collect()
    }

    /// Tables made `OF` a composite type that change with it: only with CASCADE (`find_typed_table_dependencies`).
    pub(crate) fn tables_to_follow(
        &self,
        relation: &Relation,
        cascade: bool,
        span: rollproof_source::TextRange,
    ) -> Outcome<Vec<Oid>> {
        // Only a type that stands alone can be a table's.
        if relation.kind != RelationKind::Composite {
            return Ok(Vec::new());
        }
        let typed = self.tables_of_type(relation.row_type);
        if typed.is_empty() || cascade {
            return Ok(typed);
        }
        let message = format!("cannot alter type \"{}\" because it is the type of a typed table", relation.name);
        Err(refuse("2BP01", message, span))
    }

    fn retitle_column(&mut self, relation: Oid, from: &str, to: &Name) -> Outcome {
        let table = self.relation(relation)?;
        let Some(column) = table.column(from) else { return Ok(()) };
        let number = column.number;
        if table.column(&to.text).is_some() {
            let message = format!("column \"{}\" of relation \"{}\" already exists", to.text, table.name);
            return Err(refuse("42701", message, to.span));
        }
        if crate::constraint::is_system_column(&to.text)
            && !matches!(table.kind, RelationKind::View | RelationKind::Composite)
        {
            let message = format!("column name \"{}\" conflicts with a system column name", to.text);
            return Err(refuse("42701", message, to.span));
        }
        self.change_column(ColumnId { relation, number }, |column| column.name = to.text.clone())
    }

    /// `RENAME CONSTRAINT`: the index of a key follows (`rename_constraint_internal`).
    fn rename_constraint(&mut self, table: &QualifiedName, constraint: &Name, to: &Name, inherit: bool) -> Outcome {
        let relation = self.relation_named(table)?;
        if relation.kind == RelationKind::Sequence {
            let message = format!("cannot rename columns of relation \"{}\"", relation.name);
            return Err(refuse("42809", message, table.span));
        }
        let Some(known) = relation.constraints.iter().find(|known| known.name == constraint.text).cloned() else {
            let message = format!("constraint \"{}\" for table \"{}\" does not exist", constraint.text, relation.name);
            return Err(refuse("42704", message, constraint.span));
        };
        if known.inherit_count > 0 && known.parent.is_none() {
            let message = format!("cannot rename inherited constraint \"{}\"", constraint.text);
            return Err(refuse("42P16", message, constraint.span));
        }
        self.retitle_constraint(&relation, known.oid, to)?;
        let inherited = matches!(known.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull) && !known.no_inherit;
        if inherited && !inherit && !self.children_of(relation.oid).is_empty() {
            let message = format!("inherited constraint \"{}\" must be renamed in child tables too", constraint.text);
            return Err(refuse("42P16", message, constraint.span));
        }
        if inherited {
            for child in self.descendants_of(relation.oid) {
                let table = self.relation(child)?;
                let found = table.constraints.iter().find(|each| each.name == known.name && each.inherit_count > 0);
                if let Some(oid) = found.map(|each| each.oid) {
                    self.retitle_constraint(&table, oid, to)?;
                }
            }
        }
        Ok(())
    }

    fn retitle_constraint(&mut self, relation: &Relation, constraint: Oid, to: &Name) -> Outcome {
        self.constraint_name_free(relation, &to.text, to.span)?;
        let index =
            relation.constraints.iter().find(|known| known.oid == constraint).map_or(Oid::NONE, |known| known.index);
        if index.is_some() {
            self.relation_name_free(relation.namespace, &to.text, to.span)?;
            self.change(index, |index| index.name = to.text.clone())?;
        }
        self.change_constraint(relation.oid, constraint, |known| known.name = to.text.clone())
    }

    fn rename_domain_constraint(&mut self, domain: &QualifiedName, constraint: &Name, to: &Name) -> Outcome {
        let known = self.domain_named(domain)?;
        let oid = self.domain_constraint(&known, constraint)?;
        self.change_domain(known.oid, |_, _, checks| {
            if let Some(check) = checks.iter_mut().find(|check| check.oid == oid) {
                Arc::make_mut(check).name = to.text.clone();
            }
        })
    }

    fn rename_part_of_table(&mut self, rename: &Rename, part: &Name, table: &QualifiedName) -> Outcome {
        let relation = self.relation_named(table)?;
        let exists = |what: &str| {
            let message = format!("{what} \"{}\" for relation \"{}\" already exists", rename.to.text, relation.name);
            refuse("42710", message, rename.to.span)
        };
        match rename.kind {
            ObjectKind::Trigger => {
                let trigger = self.trigger_named(&relation, part)?;
                if trigger.parent.is_some() {
                    let message = format!("cannot rename trigger \"{}\" on table \"{}\"", part.text, relation.name);
                    return Err(refuse("0A000", message, part.span));
                }
                self.retitle_trigger(&relation, trigger.oid, &rename.to)
            }
            ObjectKind::Rule => {
                let oid = self.rule_named(&relation, part)?;
                let of_view = &*rename.to.text == "_RETURN" && relation.view.is_some();
                if of_view || relation.rules.iter().any(|each| each.name == rename.to.text) {
                    return Err(exists("rule"));
                }
                self.change(relation.oid, |relation| {
                    for rule in relation.rules.iter_mut().filter(|each| each.oid == oid) {
                        Arc::make_mut(rule).name = rename.to.text.clone();
                    }
                    relation.rules.sort_by(|first, second| first.name.cmp(&second.name));
                })
            }
            _ => self.rename_policy(&relation, part, &rename.to),
        }
    }

    /// A trigger of a partitioned table is renamed with its copies.
    fn retitle_trigger(&mut self, relation: &Relation, trigger: Oid, to: &Name) -> Outcome {
        if relation.triggers.iter().any(|each| each.name == to.text) {
            let message = format!("trigger \"{}\" for relation \"{}\" already exists", to.text, relation.name);
            return Err(refuse("42710", message, to.span));
        }
        self.change(relation.oid, |relation| {
            for trigger in relation.triggers.iter_mut().filter(|each| each.oid == trigger) {
                Arc::make_mut(trigger).name = to.text.clone();
            }
            relation.triggers.sort_by(|first, second| first.name.cmp(&second.name));
        })?;
        for child in self.children_of(relation.oid) {
            let table = self.relation(child)?;
            for copy in table.triggers.iter().filter(|each| each.parent == trigger) {
                self.retitle_trigger(&table, copy.oid, to)?;
            }
        }
        Ok(())
    }

    fn rename_policy(&mut self, relation: &Relation, part: &Name, to: &Name) -> Outcome {
        let Some(oid) = relation.policies.iter().find(|each| each.name == part.text).map(|each| each.oid) else {
            let message = format!("policy \"{}\" for table \"{}\" does not exist", part.text, relation.name);
            return Err(refuse("42704", message, part.span));
        };
        if relation.policies.iter().any(|each| each.name == to.text) {
            let message = format!("policy \"{}\" for table \"{}\" already exists", to.text, relation.name);
            return Err(refuse("42710", message, to.span));
        }
        self.change(relation.oid, |relation| {
            for policy in relation.policies.iter_mut().filter(|each| each.oid == oid) {
                Arc::make_mut(policy).name = to.text.clone();
            }
            relation.policies.sort_by(|first, second| first.name.cmp(&second.name));
        })
    }

    fn rename_function(&mut self, oid: Oid, to: &Name) -> Outcome {
        let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
        self.own_function(&function, to.span)?;
        self.function_name_free(function.namespace, &to.text, &function.inputs, to)?;
        function.name = to.text.clone();
        self.schema.put_function(function);
        Ok(())
    }

    /// No function of the namespace has this name and these inputs (42723).
    pub(crate) fn function_name_free(&self, namespace: Oid, name: &str, inputs: &[Oid], at: &Name) -> Outcome {
        let taken = self.schema.functions_in(namespace, name).any(|known| known.inputs[..] == *inputs);
        if !taken {
            return Ok(());
        }
        let types: Vec<String> =
            inputs.iter().map(|oid| self.schema.format_type(rollproof_catalog::TypeRef::plain(*oid))).collect();
        let schema = self.schema.namespace_name(namespace).map_or("", |name| name);
        let message = format!("function {name}({}) already exists in schema \"{schema}\"", types.join(", "));
        Err(refuse("42723", message, at.span))
    }

    fn rename_namespace(&mut self, name: &Name, to: &Name) -> Outcome {
        let oid = self.namespace(name)?;
        if self.schema.find_namespace(&to.text).is_some() {
            return Err(refuse("42P06", format!("schema \"{}\" already exists", to.text), to.span));
        }
        if to.text.starts_with("pg_") {
            return Err(refuse("42939", format!("unacceptable schema name \"{}\"", to.text), to.span));
        }
        let Some(mut namespace) = self.schema.namespace(oid).cloned() else { return Ok(()) };
        namespace.name = to.text.clone();
        self.schema.put_namespace(namespace);
        Ok(())
    }

    fn rename_role(&mut self, name: &Name, to: &Name) -> Outcome {
        let oid = self.role(name)?;
        self.may_change_role(oid, "rename", name.span)?;
        if self.find_role(&to.text).is_some() {
            return Err(refuse("42710", format!("role \"{}\" already exists", to.text), to.span));
        }
        let Some(mut role) = self.schema.role(oid).cloned() else { return Ok(()) };
        role.name = to.text.clone();
        self.schema.put_role(role);
        Ok(())
    }
}
