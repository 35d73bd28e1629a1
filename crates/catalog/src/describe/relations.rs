//! Relations, and what hangs on them.

use rollproof_sql::ast::{PartitionBound, TriggerTiming};
use rollproof_sql::{quote_identifier, quote_literal};

use super::{Description, Expressions};
use crate::{
    Column, Constraint, ConstraintKind, ForeignKey, Generated, Identity, Index, IndexKey, ObjectId, Oid, Persistence,
    Policy, Relation, RelationKind, Rule, Trigger,
};

impl Description<'_> {
    pub(super) fn relations(&mut self) {
        let schema = self.schema;
        for relation in schema.relations.iter() {
            if !self.is_own(relation.oid, relation.namespace, ObjectId::Relation(relation.oid)) {
                continue;
            }
            match (&relation.index, &relation.sequence) {
                (Some(index), _) => self.index(relation, index),
                (_, Some(_)) => self.sequence(relation),
                _ => self.table(relation),
            }
        }
    }

    fn table(&mut self, relation: &Relation) {
        let name = self.name(relation.namespace, &relation.name);
        // A composite type is described as a type; its columns here.
        if relation.kind != RelationKind::Composite {
            let head = self.table_head(&name, relation);
            self.lines.push(head);
            self.grants("table", &name, relation.owner, relation.acl.as_deref());
        }
        for (column, position) in relation.live_columns().zip(1..) {
            self.column(&name, relation, column, position);
        }
        if relation.view.is_some() {
            self.uses(&format!("view {name}"), ObjectId::Relation(relation.oid));
        }
        for constraint in &relation.constraints {
            let definition = self.constraint_definition(relation.oid, constraint);
            self.lines.push(format!("constraint {name}.{} {definition}", quote_identifier(&constraint.name)));
        }
        relation.triggers.iter().for_each(|trigger| self.trigger(&name, relation, trigger));
        relation.rules.iter().for_each(|rule| self.rule(&name, rule));
        relation.policies.iter().for_each(|policy| self.policy(&name, policy));
    }

    fn table_head(&self, name: &str, relation: &Relation) -> String {
        let mut line = match relation.kind {
            RelationKind::View => format!("view {name}"),
            RelationKind::MaterializedView => format!("materialized view {name}"),
            RelationKind::ForeignTable => format!("foreign table {name}"),
            RelationKind::PartitionedTable => format!("partitioned table {name}"),
            _ => format!("table {name}"),
        };
        let mut add = |text: String| {
            line.push(' ');
            line.push_str(&text);
        };
        if relation.persistence == Persistence::Unlogged {
            add("unlogged".to_owned());
        }
        if relation.of_type.is_some() {
            add(format!("of {}", self.schema.format_type_plain(relation.of_type)));
        }
        if !relation.inherits.is_empty() {
            let parents: Vec<_> = relation.inherits.iter().map(|parent| self.relation_name(*parent)).collect();
            add(format!("inherits ({})", parents.join(", ")));
        }
        if let Some(partition) = &relation.partition {
            let bound = partition.bound.as_deref().map_or_else(String::new, |bound| format!(" {}", bound_words(bound)));
            add(format!("partition of {}{bound}", self.relation_name(partition.parent)));
        }
        if let Some(key) = &relation.partition_key {
            let strategy = match key.strategy {
                b'l' => "list",
                b'r' => "range",
                _ => "hash",
            };
            add(format!("by {strategy} ({})", self.column_list(relation.oid, &key.columns)));
        }
        if relation.row_security {
            add("row security".to_owned());
        }
        if relation.force_row_security {
            add("forced".to_owned());
        }
        if let Some(view) = &relation.view {
            for (holds, words) in [
                (view.security_barrier, "security barrier"),
                (view.security_invoker, "security invoker"),
                (view.check_option, "check option"),
            ] {
                if holds {
                    add(words.to_owned());
                }
            }
        }
        if let (Some(view), Expressions::Text) = (&relation.view, self.expressions) {
            add(format!("as {}", self.schema.print_stored(&view.query.text)));
        }
        line
    }

    fn column(&mut self, name: &str, relation: &Relation, column: &Column, position: u32) {
        let (of, data_type) = (quote_identifier(&column.name), self.schema.format_type(column.data_type));
        let mut line = format!("column {name}.{of} #{position} {data_type}");
        let natural = self.schema.type_of(column.data_type.oid).map_or(Oid::NONE, |of| of.collation);
        let collation = self.schema.collation(column.collation).filter(|_| column.collation != natural);
        if let Some(collation) = collation {
            line.push_str(&format!(" collate {}", quote_identifier(&collation.name)));
        }
        if column.not_null {
            line.push_str(" not null");
        }
        line.push_str(inherited(column.inherit_count, column.is_local));
        line.push_str(match column.identity {
            Some(Identity::Always) => " identity always",
            Some(Identity::ByDefault) => " identity by default",
            None => "",
        });
        let word = match column.generated {
            Some(Generated::Stored) => "generated stored",
            Some(Generated::Virtual) => "generated virtual",
            None => "default",
        };
        if let Some(default) = &column.default {
            line.push_str(&format!(" {}", self.expression(word, &default.text)));
        }
        self.lines.push(line);
        if let Some(acl) = &column.acl {
            self.grants("column", &format!("{name}.{of}"), relation.owner, Some(acl));
        }
    }

    fn sequence(&mut self, relation: &Relation) {
        let Some(sequence) = &relation.sequence else { return };
        let name = self.name(relation.namespace, &relation.name);
        // The sequence of an identity column may count in another type than the column: a dump does not say in which.
        let kind =
            if sequence.internal { "identity".to_owned() } else { self.schema.format_type_plain(sequence.data_type) };
        let mut line = format!("sequence {name} {kind}");
        if relation.persistence == Persistence::Unlogged {
            line.push_str(" unlogged");
        }
        if let Some(owner) = sequence.owned_by {
            let column = self.column_list(owner.relation, &[owner.number]);
            line.push_str(&format!(" owned by {}.{column}", self.relation_name(owner.relation)));
        }
        self.lines.push(line);
        self.grants("sequence", &name, relation.owner, relation.acl.as_deref());
    }

    /// Columns by number, an expression for zero.
    fn column_list(&self, relation: Oid, numbers: &[i16]) -> String {
        let relation = self.schema.relation(relation);
        let name = |number: &i16| {
            let column = relation.and_then(|relation| relation.column_by_number(*number));
            column.map_or_else(|| "(…)".to_owned(), |column| quote_identifier(&column.name))
        };
        numbers.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn constraint_definition(&self, relation: Oid, constraint: &Constraint) -> String {
        let mut line = match &constraint.kind {
            ConstraintKind::Check(check) => match self.expressions {
                Expressions::Text => self.expression("CHECK", &check.text),
                Expressions::Presence => {
                    let mut columns = constraint.columns.clone();
                    columns.sort_unstable();
                    format!("CHECK of ({})", self.column_list(relation, &columns))
                }
            },
            // That of a domain names no column.
            ConstraintKind::NotNull if constraint.columns.is_empty() => "NOT NULL".to_owned(),
            ConstraintKind::NotNull => format!("NOT NULL {}", self.column_list(relation, &constraint.columns)),
            ConstraintKind::PrimaryKey => self.unique_definition("PRIMARY KEY", relation, constraint),
            ConstraintKind::Unique => self.unique_definition("UNIQUE", relation, constraint),
            ConstraintKind::Exclusion => {
                let index = self.schema.relation(constraint.index).and_then(|index| index.index.as_deref());
                let keys = index.map_or_else(String::new, |index| self.exclusion_keys(relation, index));
                format!("EXCLUDE ({keys})")
            }
            ConstraintKind::ForeignKey(key) => self.foreign_key(relation, constraint, key),
            ConstraintKind::Trigger => "TRIGGER".to_owned(),
        };
        for (holds, words) in [
            (
                constraint.no_inherit
                    && !matches!(
                        constraint.kind,
                        ConstraintKind::PrimaryKey
                            | ConstraintKind::Unique
                            | ConstraintKind::Exclusion
                            | ConstraintKind::ForeignKey(_)
                    ),
                " NO INHERIT",
            ),
            (constraint.deferrable, " DEFERRABLE"),
            (constraint.deferred, " INITIALLY DEFERRED"),
            (!constraint.enforced, " NOT ENFORCED"),
            (!constraint.validated && constraint.enforced, " NOT VALID"),
        ] {
            line.push_str(if holds { words } else { "" });
        }
        line.push_str(inherited(constraint.inherit_count, constraint.is_local));
        line
    }

    fn unique_definition(&self, word: &str, relation: Oid, constraint: &Constraint) -> String {
        let index = self.schema.relation(constraint.index).and_then(|index| index.index.as_deref());
        let nulls = if index.is_some_and(|index| index.nulls_not_distinct) { " NULLS NOT DISTINCT" } else { "" };
        let include = index.map_or(&[][..], |index| &index.include);
        let include = if include.is_empty() {
            String::new()
        } else {
            format!(" INCLUDE ({})", self.column_list(relation, include))
        };
        format!("{word}{nulls} ({}){include}", self.column_list(relation, &constraint.columns))
    }

    fn exclusion_keys(&self, relation: Oid, index: &Index) -> String {
        let operators = index.exclusion_operators.iter();
        let keys = index
            .keys
            .iter()
            .zip(operators)
            .map(|(key, operator)| format!("{} WITH {operator}", self.column_list(relation, &[key.column])));
        keys.collect::<Vec<_>>().join(", ")
    }

    fn foreign_key(&self, relation: Oid, constraint: &Constraint, key: &ForeignKey) -> String {
        let columns = self.column_list(relation, &constraint.columns);
        let target = self.relation_name(key.relation);
        let mut line =
            format!("FOREIGN KEY ({columns}) REFERENCES {target}({})", self.column_list(key.relation, &key.columns));
        line.push_str(&key.clauses(""));
        line
    }

    fn index(&mut self, relation: &Relation, index: &Index) {
        let (name, table) = (self.name(relation.namespace, &relation.name), self.relation_name(index.table));
        let unique = if index.unique { "unique " } else { "" };
        let keys: Vec<_> = index.keys.iter().map(|key| self.index_key(index.table, key)).collect();
        let mut line = format!("index {name} on {table} {unique}{} ({})", index.method, keys.join(", "));
        if !index.include.is_empty() {
            line.push_str(&format!(" include ({})", self.column_list(index.table, &index.include)));
        }
        if index.nulls_not_distinct {
            line.push_str(" nulls not distinct");
        }
        if let Some(predicate) = &index.predicate {
            line.push_str(&format!(" {}", self.expression("where", &predicate.text)));
        }
        if !index.valid {
            line.push_str(" invalid");
        }
        self.lines.push(line);
    }

    fn index_key(&self, table: Oid, key: &IndexKey) -> String {
        let mut text = match (&key.expression, self.expressions) {
            (Some(expression), Expressions::Text) => format!("({})", self.schema.print_stored(&expression.text)),
            (Some(_), Expressions::Presence) => "(…)".to_owned(),
            (None, _) => self.column_list(table, &[key.column]),
        };
        let column = self.schema.relation(table).and_then(|table| table.column_by_number(key.column));
        if let Some(collation) =
            column.filter(|column| column.collation != key.collation).and_then(|_| self.schema.collation(key.collation))
        {
            text.push_str(&format!(" collate {}", quote_identifier(&collation.name)));
        }
        if let Some(class) = self.schema.operator_class(key.operator_class) {
            text.push_str(&format!(" {}", quote_identifier(&class.name)));
        }
        text.push_str(if key.descending { " desc" } else { "" });
        text.push_str(if key.nulls_first { " nulls first" } else { "" });
        text
    }

    fn trigger(&mut self, name: &str, relation: &Relation, trigger: &Trigger) {
        let timing = match trigger.timing {
            TriggerTiming::Before => "before",
            TriggerTiming::After => "after",
            TriggerTiming::InsteadOf => "instead of",
        };
        let mut events = Vec::new();
        events.extend(trigger.on_insert.then(|| "insert".to_owned()));
        events.extend(trigger.on_delete.then(|| "delete".to_owned()));
        if trigger.on_update && trigger.columns.is_empty() {
            events.push("update".to_owned());
        } else if trigger.on_update {
            events.push(format!("update of {}", self.column_list(relation.oid, &trigger.columns)));
        }
        events.extend(trigger.on_truncate.then(|| "truncate".to_owned()));
        let each = if trigger.for_each_row { "row" } else { "statement" };
        let function = self.function_name(trigger.function);
        let of = quote_identifier(&trigger.name);
        let mut line = format!("trigger {name}.{of} {timing} {} for each {each}", events.join(" or "));
        if let Some(when) = &trigger.when {
            line.push_str(&format!(" {}", self.expression("when", &when.text)));
        }
        for (word, transition) in [("old", &trigger.transitions.0), ("new", &trigger.transitions.1)] {
            if let Some(transition) = transition {
                line.push_str(&format!(" {word} table {}", quote_identifier(transition)));
            }
        }
        let arguments: Vec<_> = trigger.arguments.iter().map(|argument| quote_literal(argument)).collect();
        line.push_str(&format!(" execute {function}({})", arguments.join(", ")));
        if trigger.enabled != 'O' {
            line.push_str(&format!(" enabled {}", trigger.enabled));
        }
        self.lines.push(line);
    }

    fn rule(&mut self, name: &str, rule: &Rule) {
        let instead = if rule.instead { " instead" } else { "" };
        let condition = if rule.condition.is_some() { " where" } else { "" };
        let of = quote_identifier(&rule.name);
        let enabled = if rule.enabled == 'O' { String::new() } else { format!(" enabled {}", rule.enabled) };
        self.lines.push(format!("rule {name}.{of} on {}{condition} do{instead}{enabled}", rule.event));
    }

    fn policy(&mut self, name: &str, policy: &Policy) {
        let kind = if policy.permissive { "permissive" } else { "restrictive" };
        let mut roles: Vec<_> = policy.roles.iter().map(|role| self.role_name(*role)).collect();
        roles.sort();
        let of = quote_identifier(&policy.name);
        let mut line = format!("policy {name}.{of} {kind} for {} to {}", policy.command, roles.join(", "));
        for (word, expression) in [("using", &policy.using), ("check", &policy.with_check)] {
            if let Some(expression) = expression {
                line.push_str(&format!(" {}", self.expression(word, &expression.text)));
            }
        }
        self.lines.push(line);
    }
}

/// Where a column or constraint comes from, unless it is its own table's alone.
fn inherited(count: i16, is_local: bool) -> &'static str {
    match (count > 0, is_local) {
        (false, _) => "",
        (true, true) => " inherited local",
        (true, false) => " inherited",
    }
}

/// What kind of bound a partition has: the server prints its values in its own words.
fn bound_words(bound: &PartitionBound) -> String {
    match bound {
        PartitionBound::Default => "default".to_owned(),
        PartitionBound::List(values) => format!("for {} values", values.len()),
        PartitionBound::Range(..) => "for a range".to_owned(),
        PartitionBound::Hash(modulus, remainder) => format!("for {remainder} of {modulus}"),
    }
}
