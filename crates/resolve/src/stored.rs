//! Expressions and queries that the schema keeps.

use std::sync::Arc;

use rollproof_catalog::{Oid, Schema, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Query};

use crate::analyze::{Analyzed, Analyzer, Expression, Kind, Returning};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::finish;
use crate::outcome::{ExpressionOutcome, Outcome};
use crate::types;

/// Where the schema keeps an expression: what may stand in it, and what it must yield.
#[derive(Debug, Clone)]
pub enum ExpressionPlace {
    /// `CHECK` of a table: boolean; columns by name.
    Check,
    /// `DEFAULT`, assigned to a column of this name and type: no columns (0A000), no parameters.
    Default(Arc<str>, TypeRef),
    /// `GENERATED ALWAYS AS`, assigned to a column of this name and type: immutable (42P17), no generated columns.
    Generated(Arc<str>, TypeRef),
    /// A key of an index: immutable (42P17).
    IndexKey,
    /// `WHERE` of an index: boolean, immutable.
    IndexPredicate,
    /// A key of `PARTITION BY`.
    PartitionKey,
    /// A value of a partition's bound, assigned to this type: no columns.
    PartitionBound(TypeRef),
    /// `USING` or `WITH CHECK` of a policy: boolean; queries may stand in it.
    Policy,
    /// `WHEN` of a trigger: boolean; `old` and `new`.
    TriggerWhen,
    /// `USING` of `ALTER COLUMN … TYPE`, assigned to this column and type.
    AlterColumnUsing(Arc<str>, TypeRef),
    /// `CHECK` of a domain over this type, which `VALUE` stands for.
    DomainCheck(TypeRef),
    /// `DEFAULT` of a domain.
    DomainDefault(TypeRef),
    /// `DEFAULT` of a routine's parameter.
    ParameterDefault(TypeRef),
    /// An argument of `EXECUTE`, of the declared type.
    ExecuteArgument(TypeRef),
    /// An expression of a statistics object.
    Statistics,
    /// `WHERE` of a rule: boolean; `old` and `new`.
    RuleWhere,
}

/// What names in a kept expression can mean.
#[derive(Debug, Clone, Default)]
pub struct ExpressionScope {
    /// The relation whose columns can be named, alone or after its name; none for none.
    pub relation: Oid,
    /// `old` and `new` stand for rows of the relation instead (triggers, rules): whether each may be named.
    pub old: bool,
    /// See `old`.
    pub new: bool,
}

/// What the server says of an expression that the schema is to keep.
#[must_use]
pub fn resolve_expression(
    expr: &Expr,
    schema: &Schema,
    scope: &ExpressionScope,
    place: &ExpressionPlace,
) -> ExpressionOutcome {
    resolve_with_casts(expr, schema, scope, place, Vec::new())
}

/// What the server says of an expression that the schema keeps when it is made again after a change of types, and the
/// casts that it now has: the server makes it from a text in which the conversions that it had chosen are written
/// (`pg_get_indexdef`, `pg_get_constraintdef`). `before` is the schema that it was resolved in, `casts` what was
/// written out by earlier changes.
#[must_use]
pub fn resolve_expression_again(
    expr: &Expr,
    casts: &[(TextRange, TypeRef)],
    before: &Schema,
    schema: &Schema,
    scope: &ExpressionScope,
    place: &ExpressionPlace,
) -> (ExpressionOutcome, Vec<(TextRange, TypeRef)>) {
    let environment = Environment { fixed_parameters: true, ..Environment::default() };
    let mut analyzer = Analyzer::new(before, &environment);
    analyzer.cx.written_casts = casts.to_vec();
    analyzer.cx.conversions = Some(Vec::new());
    let mut written = casts.to_vec();
    if analyzer.kept(expr, scope, place).is_ok() {
        let found = analyzer.cx.conversions.take().unwrap_or_default();
        // A cast that stands already is the outermost.
        written.extend(found.into_iter().filter(|(range, _)| !casts.iter().any(|(known, _)| known == range)));
    }
    (resolve_with_casts(expr, schema, scope, place, written.clone()), written)
}

fn resolve_with_casts(
    expr: &Expr,
    schema: &Schema,
    scope: &ExpressionScope,
    place: &ExpressionPlace,
    casts: Vec<(TextRange, TypeRef)>,
) -> ExpressionOutcome {
    let environment = Environment { fixed_parameters: true, ..Environment::default() };
    let mut analyzer = Analyzer::new(schema, &environment);
    analyzer.cx.written_casts = casts;
    let result = analyzer.kept(expr, scope, place);
    match result {
        Ok(value) => match analyzer.take_unknown() {
            None => ExpressionOutcome::Resolved(value.typed, Box::new(finish::resolution(analyzer))),
            Some(unknown) => {
                let partial = finish::resolution(analyzer);
                ExpressionOutcome::Unknown(Box::new(crate::Undecided { unknown, partial }))
            }
        },
        Err(failure) => match finish::failed(analyzer, failure) {
            Outcome::Refused(refusal) => ExpressionOutcome::Refused(refusal),
            Outcome::Unknown(undecided) => ExpressionOutcome::Unknown(undecided),
            Outcome::Resolved(resolution) => {
                let unknown = crate::Unknown { reason: "an error became a resolution".into(), span: expr.span };
                ExpressionOutcome::Unknown(Box::new(crate::Undecided { unknown, partial: *resolution }))
            }
        },
    }
}

/// What the server says of a query that the schema is to keep (a view's), or that stands alone.
#[must_use]
pub fn resolve_query(query: &Query, schema: &Schema, environment: &Environment) -> Outcome {
    let mut analyzer = Analyzer::new(schema, environment);
    let rows = analyzer.query(query).and_then(|rows| analyzer.settle_unknowns(rows));
    finish::outcome(analyzer, rows.map(Analyzed::Rows))
}

impl ExpressionPlace {
    fn kind(&self) -> Kind {
        match self {
            Self::Check => Kind::CheckConstraint,
            Self::Default(..) | Self::DomainDefault(_) => Kind::ColumnDefault,
            Self::Generated(..) => Kind::GeneratedColumn,
            Self::IndexKey => Kind::IndexExpression,
            Self::IndexPredicate => Kind::IndexPredicate,
            Self::PartitionKey => Kind::PartitionExpression,
            Self::PartitionBound(_) => Kind::PartitionBound,
            Self::Policy => Kind::Policy,
            Self::TriggerWhen => Kind::TriggerWhen,
            Self::AlterColumnUsing(..) => Kind::AlterColumnTransform,
            Self::DomainCheck(_) => Kind::DomainCheck,
            Self::ParameterDefault(_) => Kind::FunctionDefault,
            Self::ExecuteArgument(_) => Kind::ExecuteParameter,
            Self::Statistics => Kind::Statistics,
            Self::RuleWhere => Kind::Where,
        }
    }

    /// What 42P17 says of functions that are not immutable here.
    fn immutable(&self) -> Option<&'static str> {
        Some(match self {
            Self::Generated(..) => "generation expression is not immutable",
            Self::IndexKey => "functions in index expression must be marked IMMUTABLE",
            Self::IndexPredicate => "functions in index predicate must be marked IMMUTABLE",
            Self::PartitionKey => "functions in partition key expression must be marked IMMUTABLE",
            _ => return None,
        })
    }
}

impl<'a> Analyzer<'a> {
    fn kept(&mut self, expr: &'a Expr, scope: &ExpressionScope, place: &ExpressionPlace) -> Result<Expression> {
        self.level();
        self.kept_scope(scope, place)?;
        if let ExpressionPlace::DomainCheck(of) = place {
            self.domain_value = Some(*of);
        }
        let mut value = self.expression_of(expr, place.kind())?;
        if value.open {
            return Ok(value);
        }
        // What turns a generated value into the column's type may depend on settings (`cookDefault` looks before it).
        let generated = matches!(place, ExpressionPlace::Generated(..));
        let mutable = generated && self.is_mutable();
        self.kept_type(&mut value, place)?;
        self.kept_columns(&value, scope, place)?;
        if let Some(message) = place.immutable()
            && (mutable || !generated && self.is_mutable())
        {
            return Err(Error::fail("42P17", message, expr.span, ErrorKind::Other));
        }
        Ok(value)
    }

    /// The relation, or its old and new rows.
    fn kept_scope(&mut self, scope: &ExpressionScope, place: &ExpressionPlace) -> Result<()> {
        let Some(relation) = self.schema().relation(scope.relation) else { return Ok(()) };
        let span = rollproof_source::TextRange::default();
        let rows: &[(&str, Returning)] = match place {
            // A rule's WHERE sees only the rows that its event has, also by bare column names (transformRuleStmt).
            ExpressionPlace::RuleWhere if scope.new && !scope.old => &[("new", Returning::Default)],
            ExpressionPlace::RuleWhere if scope.old && !scope.new => &[("old", Returning::Default)],
            ExpressionPlace::TriggerWhen | ExpressionPlace::RuleWhere => {
                &[("old", Returning::Default), ("new", Returning::Default)]
            }
            _ => &[("", Returning::Default)],
        };
        for (name, returning) in rows {
            let mut item = self.relation_item(relation, None, span)?;
            item.returning = *returning;
            if !name.is_empty() {
                item.name = (*name).into();
                item.columns_visible = true;
                let entry = &mut self.level().entries[item.entry];
                (entry.name, entry.aliased) = ((*name).into(), true);
            }
            self.level().items.push(item);
        }
        Ok(())
    }

    /// The type that the place needs.
    fn kept_type(&mut self, value: &mut Expression, place: &ExpressionPlace) -> Result<()> {
        let span = value.span();
        let typed = &mut value.typed;
        match place {
            ExpressionPlace::Check | ExpressionPlace::DomainCheck(_) => {
                types::coerce_to_boolean(&mut self.cx, typed, "CHECK")
            }
            ExpressionPlace::IndexPredicate => types::coerce_to_boolean(&mut self.cx, typed, "WHERE"),
            ExpressionPlace::Policy => types::coerce_to_boolean(&mut self.cx, typed, "POLICY"),
            ExpressionPlace::TriggerWhen => types::coerce_to_boolean(&mut self.cx, typed, "WHEN"),
            ExpressionPlace::RuleWhere => types::coerce_to_boolean(&mut self.cx, typed, "WHERE"),
            ExpressionPlace::Default(name, target)
            | ExpressionPlace::Generated(name, target)
            | ExpressionPlace::AlterColumnUsing(name, target) => {
                types::coerce_for_assignment(&mut self.cx, typed, name, *target, span)
            }
            ExpressionPlace::PartitionBound(target)
            | ExpressionPlace::DomainDefault(target)
            | ExpressionPlace::ExecuteArgument(target) => {
                types::coerce_for_assignment(&mut self.cx, typed, "", *target, span)
            }
            ExpressionPlace::ParameterDefault(target) => {
                types::coerce_to_specific_type(&mut self.cx, typed, target.oid, "DEFAULT")
            }
            ExpressionPlace::IndexKey | ExpressionPlace::PartitionKey | ExpressionPlace::Statistics => {
                types::resolve_unknown(&mut self.cx, typed)
            }
        }
    }

    /// Columns that may not be used in the place.
    fn kept_columns(&self, value: &Expression, scope: &ExpressionScope, place: &ExpressionPlace) -> Result<()> {
        let relation = self.schema().relation(scope.relation);
        let mut vars = Vec::new();
        value.tree.find(&mut |node| {
            vars.extend(node.var().map(|var| (var, node.span)));
            false
        });
        let refuse = |message: String, span| -> Result<()> {
            Err(Failure::Error(Box::new(Error { sqlstate: "42P17", message, span, kind: ErrorKind::Other })))
        };
        for (var, span) in vars {
            let column = relation.and_then(|relation| relation.column_by_number(var.attribute));
            match place {
                ExpressionPlace::ParameterDefault(_) if var.depth == 0 => {
                    let message = "cannot use table references in parameter default value";
                    return Err(Error::fail("42P10", message, span, ErrorKind::Other));
                }
                ExpressionPlace::Generated(..) if var.attribute == 0 => {
                    return refuse("cannot use whole-row variable in column generation expression".into(), span);
                }
                ExpressionPlace::Generated(..) if column.is_some_and(|column| column.generated.is_some()) => {
                    let name = column.map_or("", |column| &*column.name);
                    return refuse(
                        format!("cannot use generated column \"{name}\" in column generation expression"),
                        span,
                    );
                }
                ExpressionPlace::TriggerWhen if !scope.old && !scope.new => {
                    return refuse("statement trigger's WHEN condition cannot reference column values".into(), span);
                }
                ExpressionPlace::TriggerWhen if var.entry == 0 && !scope.old => {
                    return refuse("INSERT trigger's WHEN condition cannot reference OLD values".into(), span);
                }
                ExpressionPlace::TriggerWhen if var.entry == 1 && !scope.new => {
                    return refuse("DELETE trigger's WHEN condition cannot reference NEW values".into(), span);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `contain_mutable_functions`, over what was chosen for the expression.
    fn is_mutable(&self) -> bool {
        let schema = self.schema();
        let mutable = |oid: Oid| crate::inline::is_mutable_function(schema, oid);
        let lookups = &self.cx.lookups;
        let operators = lookups.chosen_operators.iter().filter_map(|oid| schema.operator(*oid));
        lookups.mutable_construct
            || lookups.chosen_functions.iter().any(|oid| mutable(*oid))
            || operators.into_iter().any(|operator| mutable(operator.function))
    }
}
