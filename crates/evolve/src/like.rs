//! `LIKE t INCLUDING …` and `OF type` (`transformTableLikeClause`, `transformOfType`).

use rollproof_catalog::{ConstraintKind, Identity, Oid, RelationKind};
use rollproof_sql::ast::{LikeClause, TypeName};

use crate::bind::BoundExpr;
use crate::columns::{NewColumn, NewDefault, NotNull};
use crate::constraint::not_null_constraint;
use crate::context::{Context, Outcome, refuse};
use crate::create_table::TablePlan;
use crate::find::shown;
use crate::index::{IndexRequest, RequestKey, Role};
use crate::inherit::InheritedCheck;

impl Context {
    /// Adds the columns of a LIKE source to the plan.
    pub(crate) fn expand_like(&mut self, plan: &mut TablePlan, like: &LikeClause) -> Outcome {
        let source = self.relation_named(&like.source)?;
        if matches!(
            source.kind,
            RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Sequence | RelationKind::Toast
        ) {
            let message = format!("relation \"{}\" is invalid in LIKE clause", shown(&like.source));
            return Err(refuse("42809", message, like.source.span));
        }
        for column in source.live_columns() {
            let default = match (column.generated, column.identity) {
                (Some(kind), _) if like.generated => {
                    column.default.clone().map(|stored| NewDefault::Stored(stored, Some(kind)))
                }
                (Some(_), _) => None,
                (None, Some(kind)) if like.identity => Some(NewDefault::Identity(kind, Vec::new())),
                (None, Some(Identity::Always | Identity::ByDefault)) => None,
                (None, None) if like.defaults => column.default.clone().map(|stored| NewDefault::Stored(stored, None)),
                (None, None) => None,
            };
            let constraint = not_null_constraint(&source, column.number);
            let name = constraint.map(|constraint| constraint.name.clone());
            let no_inherit = constraint.is_some_and(|constraint| constraint.no_inherit);
            plan.columns.push(NewColumn {
                name: column.name.clone(),
                data_type: column.data_type,
                collation: column.collation,
                dimensions: column.dimensions,
                not_null: column.not_null.then_some(NotNull { name, no_inherit, written: true }),
                default,
                is_local: true,
                inherit_count: 0,
                span: like.source.span,
            });
        }
        if like.constraints {
            let checks = source.constraints.iter().filter_map(|constraint| match &constraint.kind {
                ConstraintKind::Check(stored) => Some(InheritedCheck {
                    name: constraint.name.clone(),
                    stored: stored.clone(),
                    inherited: false,
                    no_inherit: constraint.no_inherit,
                    enforced: constraint.enforced,
                }),
                _ => None,
            });
            plan.checks.extend(checks);
        }
        if like.indexes {
            plan.like_indexes.push(source.oid);
        }
        if like.statistics {
            plan.like_statistics.push(source.oid);
        }
        Ok(())
    }

    /// `OF type`: the columns of a composite type that stands alone.
    pub(crate) fn columns_of_type(&mut self, plan: &mut TablePlan, name: &TypeName) -> Outcome {
        let data_type = self.type_ref(name)?;
        let relation = self.schema.row_relation(data_type.oid).filter(|each| each.kind == RelationKind::Composite);
        let Some(relation) = relation.cloned() else {
            let shown = self.schema.format_type(data_type);
            let message = format!("type {shown} is not a composite type");
            return Err(refuse("42809", message, name.span));
        };
        for column in relation.live_columns() {
            plan.columns.push(NewColumn {
                name: column.name.clone(),
                data_type: column.data_type,
                collation: column.collation,
                dimensions: column.dimensions,
                not_null: None,
                default: None,
                is_local: true,
                inherit_count: 0,
                span: name.span,
            });
        }
        Ok(())
    }

    /// Copies all indexes of one table to another that has its columns, names made up anew.
    pub(crate) fn copy_indexes(&mut self, source: Oid, target: Oid) -> Outcome {
        let indexes = self.relation(source)?.indexes;
        for index in indexes {
            if let Some(request) = self.cloned_index(index, target, Oid::NONE)? {
                self.one_primary_key(target, &request)?;
                self.define_index(request)?;
            }
        }
        Ok(())
    }

    /// What makes the same index on another table that has its columns (`generateClonedIndexStmt`).
    pub(crate) fn cloned_index(&mut self, index: Oid, target: Oid, parent: Oid) -> Outcome<Option<IndexRequest>> {
        let relation = self.relation(index)?;
        let Some(from) = relation.index.clone() else { return Ok(None) };
        let table = self.relation(target)?;
        let source = self.relation(from.table)?;
        let number_in_target = |number: i16| {
            let name = source.column_by_number(number).map(|column| column.name.clone());
            name.and_then(|name| table.column(&name).map(|column| column.number)).unwrap_or(0)
        };
        let bound = |stored: &rollproof_catalog::StoredExpr| {
            let stored = self.moved_expr(stored, target);
            let uses = stored.text.bindings.iter().map(|binding| binding.1).collect();
            BoundExpr { stored, data_type: None, collation: Oid::NONE, uses }
        };
        let mut keys = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for key in &from.keys {
            let mut copy = key.clone();
            copy.column = number_in_target(key.column);
            let expression = key.expression.as_ref().map(&bound);
            copy.expression = expression.as_ref().map(|bound| bound.stored.clone());
            let column = source.column_by_number(key.column).map(|column| column.name.to_string());
            let own = key.expression.as_ref().and_then(|stored| crate::names::column_name(&stored.expr));
            names.push(column.or(own).unwrap_or_else(|| "expr".to_owned()));
            keys.push(RequestKey { key: copy, bound: expression });
        }
        for number in &from.include {
            names.extend(source.column_by_number(*number).map(|column| column.name.to_string()));
        }
        let constraint = self.constraint_of_index(index);
        let known = source.constraints.iter().find(|each| each.oid == constraint && constraint.is_some());
        Ok(Some(IndexRequest {
            name: None,
            table: target,
            role: match known.map(|each| &each.kind) {
                Some(ConstraintKind::PrimaryKey) => Role::Primary,
                Some(ConstraintKind::Unique) => Role::Unique,
                Some(ConstraintKind::Exclusion) => Role::Exclusion,
                _ => Role::Plain,
            },
            method: from.method.clone(),
            keys,
            include: from.include.iter().map(|number| number_in_target(*number)).collect(),
            column_names: names,
            unique: from.unique,
            exclusion: from.exclusion,
            exclusion_operators: from.exclusion_operators.clone(),
            nulls_not_distinct: from.nulls_not_distinct,
            predicate: from.predicate.as_ref().map(&bound),
            deferrable: known.is_some_and(|each| each.deferrable),
            deferred: known.is_some_and(|each| each.deferred),
            recurse: true,
            parent,
            span: self.span,
        }))
    }
}
