//! Columns and constraints inside CREATE TABLE.

use rollproof_catalog::{
    Column, ColumnId, Constraint, ConstraintKind, ForeignKey, Generated, Identity, Index, ObjectId, Oid, Relation,
};
use rollproof_sql::quote_identifier;

use super::Printer;

impl Printer<'_> {
    /// A column in CREATE TABLE. Of a default only what needs nothing that is made later is printed here.
    pub(crate) fn column(&self, relation: &Relation, column: &Column) -> String {
        let id = ColumnId { relation: relation.oid, number: column.number };
        let mut text = format!("{} {}", quote_identifier(&column.name), self.schema.format_type(column.data_type));
        text.push_str(&self.column_collation(column));
        match (&column.default, column.generated) {
            (Some(value), Some(generated)) => {
                let kind = if generated == Generated::Stored { "STORED" } else { "VIRTUAL" };
                text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", self.expression(value)));
            }
            (Some(value), None) if !self.is_late_default(id) => {
                text.push_str(&format!(" DEFAULT {}", self.default_expression(value)));
            }
            _ => {}
        }
        // A partition has its table's.
        let shared = relation.partition.is_some() && self.schema.builtin.version >= 17;
        if let Some(identity) = column.identity.filter(|_| !shared) {
            let kind = if identity == Identity::Always { "ALWAYS" } else { "BY DEFAULT" };
            text.push_str(&format!(" GENERATED {kind} AS IDENTITY{}", self.identity_sequence(id)));
        }
        if column.not_null {
            text.push_str(&self.not_null(relation, column));
        }
        text
    }

    pub(crate) fn column_collation(&self, column: &Column) -> String {
        let natural = self.schema.type_of(column.data_type.oid).map_or(Oid::NONE, |of| of.collation);
        if column.collation.is_none() || column.collation == natural {
            return String::new();
        }
        format!(" COLLATE {}", self.collation_name(column.collation))
    }

    /// Whether a default uses something that a migration made: it is set when everything is there.
    pub(crate) fn is_late_default(&self, id: ColumnId) -> bool {
        self.schema.dependencies.uses(ObjectId::Default(id)).iter().any(|edge| edge.0 != ObjectId::Column(id))
    }

    fn identity_sequence(&self, id: ColumnId) -> String {
        let owned = self.schema.relations.iter().find(|relation| {
            let sequence = relation.sequence.as_ref();
            sequence.is_some_and(|sequence| sequence.internal && sequence.owned_by == Some(id))
        });
        owned.map_or_else(String::new, |sequence| {
            format!(" (SEQUENCE NAME {})", self.name(sequence.namespace, &sequence.name))
        })
    }

    /// NOT NULL; with its name where it has one (PostgreSQL 18).
    fn not_null(&self, relation: &Relation, column: &Column) -> String {
        let named = relation.constraints.iter().find(|constraint| {
            matches!(constraint.kind, ConstraintKind::NotNull) && constraint.columns == [column.number]
        });
        match named {
            Some(constraint) if constraint.validated => {
                let inherit = if constraint.no_inherit { " NO INHERIT" } else { "" };
                format!(" CONSTRAINT {} NOT NULL{inherit}", quote_identifier(&constraint.name))
            }
            Some(_) => String::new(),
            None => " NOT NULL".to_owned(),
        }
    }

    pub(crate) fn column_list(&self, relation: Oid, numbers: &[i16]) -> String {
        let relation = self.schema.relation(relation);
        let name = |number: &i16| {
            let column = relation.and_then(|relation| relation.column_by_number(*number));
            column.map_or_else(|| "?".to_owned(), |column| quote_identifier(&column.name))
        };
        numbers.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// `CONSTRAINT n CHECK (…)` of a table or domain.
    pub(crate) fn check(&self, constraint: &Constraint) -> String {
        let ConstraintKind::Check(check) = &constraint.kind else { return String::new() };
        let inherit = if constraint.no_inherit { " NO INHERIT" } else { "" };
        let enforced = if constraint.enforced { "" } else { " NOT ENFORCED" };
        let name = quote_identifier(&constraint.name);
        format!("CONSTRAINT {name} CHECK ({}){inherit}{enforced}", self.expression(check))
    }

    /// A constraint as it stands in CREATE DOMAIN.
    pub(crate) fn domain_constraint(&self, constraint: &Constraint) -> String {
        match constraint.kind {
            ConstraintKind::NotNull => format!("CONSTRAINT {} NOT NULL", quote_identifier(&constraint.name)),
            _ => self.check(constraint),
        }
    }

    /// A constraint as it stands in CREATE TABLE or after ADD; none for what comes in another way.
    pub(crate) fn constraint(&self, relation: &Relation, constraint: &Constraint) -> Option<String> {
        let name = quote_identifier(&constraint.name);
        let index = self.schema.relation(constraint.index).and_then(|index| index.index.as_deref());
        let definition = match &constraint.kind {
            ConstraintKind::Check(_) => return Some(self.check(constraint)),
            ConstraintKind::NotNull => format!("NOT NULL {}", self.column_list(relation.oid, &constraint.columns)),
            ConstraintKind::PrimaryKey => self.unique("PRIMARY KEY", relation.oid, constraint, index),
            ConstraintKind::Unique => self.unique("UNIQUE", relation.oid, constraint, index),
            ConstraintKind::Exclusion => self.exclusion(relation.oid, index?),
            ConstraintKind::ForeignKey(key) => self.foreign_key(relation.oid, constraint, key),
            ConstraintKind::Trigger => return None,
        };
        let mut text = format!("CONSTRAINT {name} {definition}");
        let inherit = matches!(constraint.kind, ConstraintKind::NotNull) && constraint.no_inherit;
        for (holds, words) in [
            (inherit, " NO INHERIT"),
            (constraint.deferrable, " DEFERRABLE"),
            (constraint.deferred, " INITIALLY DEFERRED"),
            (!constraint.enforced, " NOT ENFORCED"),
        ] {
            text.push_str(if holds { words } else { "" });
        }
        Some(text)
    }

    fn unique(&self, word: &str, relation: Oid, constraint: &Constraint, index: Option<&Index>) -> String {
        let nulls = if index.is_some_and(|index| index.nulls_not_distinct) { " NULLS NOT DISTINCT" } else { "" };
        let include = index.filter(|index| !index.include.is_empty());
        let include = include
            .map_or_else(String::new, |index| format!(" INCLUDE ({})", self.column_list(relation, &index.include)));
        // A temporal key is an exclusion underneath, its last column a range.
        let overlaps = if index.is_some_and(|index| index.exclusion) { " WITHOUT OVERLAPS" } else { "" };
        format!("{word}{nulls} ({}{overlaps}){include}", self.column_list(relation, &constraint.columns))
    }

    fn exclusion(&self, relation: Oid, index: &Index) -> String {
        let operators = index.exclusion_operators.iter();
        let keys: Vec<String> = index
            .keys
            .iter()
            .zip(operators)
            .map(|(key, operator)| format!("{} WITH {operator}", self.index_key(relation, key)))
            .collect();
        let include = match &index.include[..] {
            [] => String::new(),
            include => format!(" INCLUDE ({})", self.column_list(relation, include)),
        };
        let predicate = index.predicate.as_ref();
        let predicate = predicate.map_or_else(String::new, |of| format!(" WHERE ({})", self.expression(of)));
        format!("EXCLUDE USING {} ({}){include}{predicate}", index.method, keys.join(", "))
    }

    fn foreign_key(&self, relation: Oid, constraint: &Constraint, key: &ForeignKey) -> String {
        let mut text = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            self.column_list(relation, &constraint.columns),
            self.relation_name(key.relation),
            self.column_list(key.relation, &key.columns)
        );
        text.push_str(&key.clauses(&self.column_list(relation, &key.set_columns)));
        text
    }
}
