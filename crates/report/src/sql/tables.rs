//! Tables, and what makes them partitions, children or typed tables.

use rollproof_catalog::{Column, ColumnId, Constraint, ConstraintKind, Persistence, Relation, RelationKind};
use rollproof_sql::ast::PartitionBound;
use rollproof_sql::quote_identifier;

use super::Printer;

impl Printer<'_> {
    pub(crate) fn create_table(&mut self, relation: &Relation) {
        let name = self.name(relation.namespace, &relation.name);
        let foreign = relation.kind == RelationKind::ForeignTable;
        let inherits = self.inherits_in_place(relation);
        let mut elements: Vec<String> = relation
            .live_columns()
            .filter(|column| !inherits || column.is_local)
            .map(|column| {
                // What a parent's column has for a default would come with it.
                let none = inherits && column.default.is_none() && self.parent_has_default(relation, column);
                self.column(relation, column) + if none { " DEFAULT NULL" } else { "" }
            })
            .collect();
        elements.extend(
            relation
                .constraints
                .iter()
                .filter(|constraint| is_inline(relation, constraint) && (!inherits || constraint.is_local))
                .filter_map(|constraint| self.constraint(relation, constraint)),
        );
        let kind = match (foreign, relation.persistence) {
            (true, _) => "FOREIGN TABLE",
            (false, Persistence::Unlogged) => "UNLOGGED TABLE",
            _ => "TABLE",
        };
        let mut text = format!("CREATE {kind} {name} ({}\n)", list(&elements));
        if inherits && !relation.inherits.is_empty() {
            let parents: Vec<_> = relation.inherits.iter().map(|parent| self.relation_name(*parent)).collect();
            text.push_str(&format!(" INHERITS ({})", parents.join(", ")));
        }
        text.push_str(&self.partition_by(relation));
        if foreign {
            match self.server_of(relation) {
                Some(server) => text.push_str(&format!(" SERVER {server}")),
                None => return self.comment(&format!("foreign table {name}")),
            }
        }
        self.say(&text);
        if !inherits {
            for parent in &relation.inherits {
                self.say(&format!("ALTER TABLE {name} INHERIT {}", self.relation_name(*parent)));
            }
        }
        if relation.of_type.is_some() {
            self.say(&format!("ALTER TABLE {name} OF {}", self.type_name(relation.of_type)));
        }
    }

    /// Whether CREATE TABLE … INHERITS makes the columns in the order in which they are: the parents' first.
    fn inherits_in_place(&self, relation: &Relation) -> bool {
        if relation.inherits.is_empty() {
            return false;
        }
        let mut names: Vec<&str> = Vec::new();
        for parent in relation.inherits.iter().filter_map(|parent| self.schema.relation(*parent)) {
            for column in parent.live_columns().filter(|column| !names.contains(&&*column.name)).collect::<Vec<_>>() {
                names.push(&column.name);
            }
        }
        let first = relation.live_columns().take(names.len()).map(|column| &*column.name);
        first.eq(names.iter().copied())
    }

    pub(crate) fn partition_by(&self, relation: &Relation) -> String {
        let Some(key) = &relation.partition_key else { return String::new() };
        let strategy = match key.strategy {
            b'l' => "LIST",
            b'r' => "RANGE",
            _ => "HASH",
        };
        let mut expressions = key.expressions.iter();
        let keys: Vec<String> = key
            .columns
            .iter()
            .map(|number| match number {
                0 => expressions.next().map_or_else(String::new, |of| format!("({})", self.expression(of))),
                number => self.column_list(relation.oid, &[*number]),
            })
            .collect();
        format!(" PARTITION BY {strategy} ({})", keys.join(", "))
    }

    fn server_of(&self, relation: &Relation) -> Option<String> {
        let uses = self.schema.dependencies.uses(rollproof_catalog::ObjectId::Relation(relation.oid));
        let servers = uses.iter().filter_map(|edge| match edge.0 {
            rollproof_catalog::ObjectId::Other(oid) => Some(oid),
            _ => None,
        });
        let mut names =
            servers.filter_map(|oid| self.schema.others.get(oid)?.key.strip_prefix("server ").map(quote_identifier));
        names.next()
    }

    /// Partitions are made as tables and attached when both sides have their indexes, so that those are matched.
    pub(crate) fn partitions(&mut self) {
        for relation in self.own_relations() {
            let Some(partition) = relation.partition.as_ref().filter(|_| relation.index.is_none()) else { continue };
            let bound =
                partition.bound.as_deref().map_or_else(|| "DEFAULT".to_owned(), |bound| bound_text(bound, relation));
            let (parent, name) = (self.relation_name(partition.parent), self.relation_name(relation.oid));
            self.say(&format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound}"));
        }
    }

    /// Defaults that use what migrations made, and those of views and of inherited columns.
    pub(crate) fn defaults(&mut self) {
        for relation in self.own_relations() {
            let name = self.name(relation.namespace, &relation.name);
            let inherits = self.inherits_in_place(relation);
            for column in relation.live_columns().filter(|column| column.generated.is_none()) {
                let id = ColumnId { relation: relation.oid, number: column.number };
                let inherited = inherits && !column.is_local;
                let is_table = is_table(relation.kind);
                let late = !is_table || inherited || self.is_late_default(id);
                let of = quote_identifier(&column.name);
                let only = if is_table { "TABLE ONLY" } else { "VIEW" };
                if let Some(value) = column.default.as_ref().filter(|_| late) {
                    let value = self.expression(value);
                    self.say(&format!("ALTER {only} {name} ALTER COLUMN {of} SET DEFAULT {value}"));
                }
                if inherited && column.not_null && !self.parent_is_not_null(relation, column) {
                    self.say(&format!("ALTER {only} {name} ALTER COLUMN {of} SET NOT NULL"));
                }
            }
        }
    }

    fn parent_has_default(&self, relation: &Relation, column: &Column) -> bool {
        let parents = relation.inherits.iter().filter_map(|parent| self.schema.relation(*parent));
        parents.filter_map(|parent| parent.column(&column.name)).any(|of| of.default.is_some())
    }

    fn parent_is_not_null(&self, relation: &Relation, column: &Column) -> bool {
        let parents = relation.inherits.iter().filter_map(|parent| self.schema.relation(*parent));
        parents.filter_map(|parent| parent.column(&column.name)).any(|of| of.not_null)
    }

    /// What CREATE TABLE cannot say: constraints that it would merge, then foreign keys and what is not validated.
    pub(crate) fn late_constraints(&mut self) {
        let unique = |constraint: &Constraint| matches!(constraint.kind, ConstraintKind::Unique);
        self.added_constraints(&unique);
        self.added_constraints(&|constraint| !unique(constraint));
    }

    fn added_constraints(&mut self, wanted: &dyn Fn(&Constraint) -> bool) {
        for relation in self.own_relations() {
            for constraint in relation.constraints.iter().filter(|constraint| wanted(constraint)) {
                // What a partition has from its parent comes with it.
                let cloned = constraint.parent.is_some() || (!constraint.is_local && constraint.inherit_count > 0);
                if is_inline(relation, constraint) || is_column_constraint(constraint) || cloned {
                    continue;
                }
                let Some(definition) = self.constraint(relation, constraint) else { continue };
                let name = self.name(relation.namespace, &relation.name);
                let valid = if constraint.validated || !constraint.enforced { "" } else { " NOT VALID" };
                let foreign = relation.kind == RelationKind::ForeignTable;
                let kind = if foreign { "FOREIGN TABLE" } else { "TABLE" };
                self.say(&format!("ALTER {kind} {name} ADD {definition}{valid}"));
            }
        }
    }
}

pub(crate) fn is_table(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable)
}

/// What stands in CREATE TABLE itself.
fn is_inline(relation: &Relation, constraint: &Constraint) -> bool {
    let validated = constraint.validated || !constraint.enforced;
    match constraint.kind {
        ConstraintKind::Check(_) => validated,
        ConstraintKind::Unique => !repeats(relation, constraint),
        ConstraintKind::PrimaryKey | ConstraintKind::Exclusion => true,
        ConstraintKind::NotNull | ConstraintKind::ForeignKey(_) | ConstraintKind::Trigger => false,
    }
}

/// A unique constraint over the columns of another: CREATE TABLE makes one of the two (`transformIndexConstraints`).
fn repeats(relation: &Relation, constraint: &Constraint) -> bool {
    let before = relation.constraints.iter().take_while(|other| other.oid != constraint.oid);
    let mut unique = before.filter(|other| matches!(other.kind, ConstraintKind::Unique));
    let key = relation.constraints.iter().find(|other| matches!(other.kind, ConstraintKind::PrimaryKey));
    unique.any(|other| other.columns == constraint.columns) || key.is_some_and(|key| key.columns == constraint.columns)
}

/// What is printed with its column.
fn is_column_constraint(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::NotNull) && constraint.validated
}

/// Elements between parentheses, a line each.
fn list(elements: &[String]) -> String {
    elements.iter().map(|element| format!("\n    {element}")).collect::<Vec<_>>().join(",")
}

/// `FOR VALUES …` as written.
fn bound_text(bound: &PartitionBound, relation: &Relation) -> String {
    let Some(partition) = &relation.partition else { return String::new() };
    let source = partition.source.as_deref().unwrap_or_default();
    let values = |values: &[rollproof_sql::ast::Expr]| {
        values.iter().map(|value| value.span.slice(source)).collect::<Vec<_>>().join(", ")
    };
    match bound {
        PartitionBound::Default => "DEFAULT".to_owned(),
        PartitionBound::List(list) => format!("FOR VALUES IN ({})", values(list)),
        PartitionBound::Range(from, to) => format!("FOR VALUES FROM ({}) TO ({})", values(from), values(to)),
        PartitionBound::Hash(modulus, remainder) => {
            format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
        }
    }
}
