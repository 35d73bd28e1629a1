//! Extended statistics (`statscmds.c`): they steer the planner, have names of their own, and go with their columns.

use std::sync::Arc;

use rollproof_catalog::{ColumnId, DependencyKind, ObjectId, Oid, Other, Relation, RelationKind};
use rollproof_resolve::ExpressionPlace;
use rollproof_sql::ast::{CreateStatistics, Expr, ExprKind, Name, ObjectKind};

use crate::bind::relation_scope;
use crate::constraint::is_system_column;
use crate::context::{Context, Outcome, refuse};
use crate::names::{name_addition, object_names};
use crate::other::key;

/// `STATS_MAX_DIMENSIONS`
const MOST_COLUMNS: usize = 8;

/// What a statistics object is on.
#[derive(Default)]
struct Subject {
    columns: Vec<i16>,
    uses: Vec<ObjectId>,
    /// Expressions that are not just a column.
    expressions: usize,
    /// Those as they are written.
    texts: Vec<String>,
    /// What a made-up name calls them.
    names: Vec<String>,
}

impl Context {
    /// `CREATE STATISTICS`
    pub(crate) fn create_statistics(&mut self, create: &CreateStatistics) -> Outcome {
        let [Some(table)] = &create.tables[..] else {
            let message = match &create.tables[..] {
                [None] => "only relation names are allowed in CREATE STATISTICS",
                _ => "only a single relation is allowed in CREATE STATISTICS",
            };
            return Err(refuse("0A000", message, self.span));
        };
        let relation = self.relation_named(table)?;
        if relation.oid < Oid::FIRST_USER {
            self.changeable(&relation, table.span)?;
        }
        let fits = matches!(
            relation.kind,
            RelationKind::Table
                | RelationKind::PartitionedTable
                | RelationKind::MaterializedView
                | RelationKind::ForeignTable
        );
        if !fits {
            let message = format!("cannot define statistics for relation \"{}\"", relation.name);
            return Err(refuse("42809", message, table.span));
        }
        let subject = self.subject(create, &relation)?;
        self.owns_relation(&relation, table.span)?;
        let namespace = match &create.name {
            Some(name) => self.creation_namespace(name, false)?,
            None => relation.namespace,
        };
        let text = match &create.name {
            Some(name) => name.object().text.clone(),
            None => self.statistics_name(&relation.name, &subject.names, namespace),
        };
        if self.schema.other(namespace, &key(ObjectKind::Statistics, &text)).is_some() {
            if create.if_not_exists {
                return Ok(());
            }
            let message = format!("statistics object \"{text}\" already exists");
            return Err(refuse("42710", message, self.span));
        }
        sized(create, &subject)?;
        self.put_statistics(namespace, &text, &subject.uses, relation.oid);
        Ok(())
    }

    /// What it is on: columns and expressions, each of a type that can be sorted.
    fn subject(&mut self, create: &CreateStatistics, relation: &Relation) -> Outcome<Subject> {
        let mut subject = Subject::default();
        let single = create.elements.len() == 1;
        for element in &create.elements {
            if let Some(name) = plain_column(element) {
                self.statistics_column(relation, name, single, &mut subject)?;
                continue;
            }
            let bound = self.bind(element, &relation_scope(relation.oid), &ExpressionPlace::Statistics)?;
            if let Some(data_type) = bound.data_type.filter(|_| !single)
                && self.default_class(data_type, "btree", element.span).is_err()
            {
                let shown = self.schema.format_type(data_type);
                let message = format!(
                    "expression cannot be used in multivariate statistics because its type {shown} has no default btree \
                     operator class"
                );
                return Err(refuse("0A000", message, element.span));
            }
            subject.uses.extend(bound.uses);
            subject.expressions += 1;
            subject.texts.push(element.span.slice(&self.source).to_owned());
            subject.names.push("expr".to_owned());
        }
        Ok(subject)
    }

    fn statistics_column(&self, relation: &Relation, name: &Name, single: bool, subject: &mut Subject) -> Outcome {
        let span = name.span;
        if is_system_column(&name.text) {
            return Err(refuse("0A000", "statistics creation on system columns is not supported", span));
        }
        let Some(column) = relation.column(&name.text) else {
            return Err(refuse("42703", format!("column \"{}\" does not exist", name.text), span));
        };
        if !single && self.default_class(column.data_type, "btree", span).is_err() {
            let shown = self.schema.format_type(column.data_type);
            let message = format!(
                "column \"{}\" cannot be used in statistics because its type {shown} has no default btree operator class",
                name.text
            );
            return Err(refuse("0A000", message, span));
        }
        subject.columns.push(column.number);
        subject.uses.push(ObjectId::Column(ColumnId { relation: relation.oid, number: column.number }));
        subject.names.push(name.text.to_string());
        Ok(())
    }

    /// `ChooseExtendedStatisticName`
    fn statistics_name(&self, table: &str, columns: &[String], namespace: Oid) -> Arc<str> {
        let addition = name_addition(columns.iter().map(String::as_str));
        let free = |name: &String| self.schema.other(namespace, &key(ObjectKind::Statistics, name)).is_none();
        object_names(table, Some(&addition), "stat").find(free).map_or_else(|| Arc::from("stat"), Arc::from)
    }

    fn put_statistics(&mut self, namespace: Oid, name: &str, uses: &[ObjectId], table: Oid) {
        let oid = self.schema.allocate();
        let me = ObjectId::Other(oid);
        self.schema.others.put(Arc::new(Other { oid, namespace, key: key(ObjectKind::Statistics, name) }));
        self.depend_on_namespace(me, namespace);
        let mut columns = 0;
        for used in uses {
            let own = matches!(used, ObjectId::Column(id) if id.relation == table);
            columns += usize::from(own);
            self.depend(me, *used, if own { DependencyKind::Automatic } else { DependencyKind::Normal });
        }
        if columns == 0 {
            self.depend(me, ObjectId::Relation(table), DependencyKind::Automatic);
        }
        self.owned_by_current(me);
    }

    /// The statistics objects that are on columns of a table, by creation.
    pub(crate) fn statistics_of(&self, table: &Relation) -> Vec<Oid> {
        let mut found: Vec<Oid> = Vec::new();
        for column in table.live_columns() {
            let id = ColumnId { relation: table.oid, number: column.number };
            for (user, _) in self.schema.dependencies.used_by(ObjectId::Column(id)) {
                if let ObjectId::Other(oid) = user
                    && !found.contains(oid)
                    && self.schema.others.get(*oid).is_some_and(|other| other.key.starts_with("statistics object "))
                {
                    found.push(*oid);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// `LIKE … INCLUDING STATISTICS` (`generateClonedExtStatsStmt`).
    pub(crate) fn copy_statistics(&mut self, source: Oid, target: Oid) -> Outcome {
        let (source, target) = (self.relation(source)?, self.relation(target)?);
        for statistics in self.statistics_of(&source) {
            let uses = self.schema.dependencies.uses(ObjectId::Other(statistics)).iter();
            let mut numbers: Vec<i16> = uses
                .filter_map(|edge| match edge.0 {
                    ObjectId::Column(id) if id.relation == source.oid => Some(id.number),
                    _ => None,
                })
                .collect();
            numbers.sort_unstable();
            let names: Vec<String> = numbers
                .iter()
                .filter_map(|number| source.column_by_number(*number).map(|column| column.name.to_string()))
                .collect();
            let own = names.iter().filter_map(|name| target.column(name));
            let uses: Vec<ObjectId> =
                own.map(|column| ObjectId::Column(ColumnId { relation: target.oid, number: column.number })).collect();
            let name = self.statistics_name(&target.name, &names, target.namespace);
            self.put_statistics(target.namespace, &name, &uses, target.oid);
        }
        Ok(())
    }
}

/// A column by its bare name, between parentheses too.
fn plain_column(element: &Expr) -> Option<&Name> {
    match &element.kind {
        ExprKind::Column(column) => match &column.fields[..] {
            [only] if column.star.is_none() => Some(only),
            _ => None,
        },
        _ => None,
    }
}

/// How many columns there have to be, and which kinds of statistics.
fn sized(create: &CreateStatistics, subject: &Subject) -> Outcome {
    let span = create.elements.first().map_or_else(Default::default, |element| element.span);
    if create.elements.len() > MOST_COLUMNS {
        let message = format!("cannot have more than {MOST_COLUMNS} columns in statistics");
        return Err(refuse("54011", message, span));
    }
    let single_expression = subject.expressions == 1 && subject.columns.is_empty();
    if let Some(kind) = create.kinds.first().filter(|_| single_expression) {
        let message = "when building statistics on a single expression, statistics kinds may not be specified";
        return Err(refuse("0A000", message, kind.span));
    }
    if let Some(kind) = create.kinds.iter().find(|kind| !matches!(&*kind.text, "ndistinct" | "dependencies" | "mcv")) {
        return Err(refuse("42601", format!("unrecognized statistics kind \"{}\"", kind.text), kind.span));
    }
    if create.elements.len() < 2 && !single_expression {
        return Err(refuse("42P17", "extended statistics require at least 2 columns", span));
    }
    let mut sorted = subject.columns.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(refuse("42701", "duplicate column name in statistics definition", span));
    }
    let mut texts = subject.texts.clone();
    texts.sort_unstable();
    if texts.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(refuse("42701", "duplicate expression in statistics definition", span));
    }
    Ok(())
}
