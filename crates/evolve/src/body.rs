//! Bodies of routines as the server checks them when they are made (`fmgr_sql_validator`, `plpgsql_validator`).

use std::sync::Arc;

use rollproof_catalog::{
    Function, Language, ObjectId, Oid, Relation, RelationKind, RoutineBody, Schema, TypeKind, TypeRef, oid,
};
use rollproof_resolve::types::CoercionContext;
use rollproof_resolve::{Environment, Outcome as Resolved, ResultColumn};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    CreateFunction, FunctionBody, ParameterMode, QualifiedName, Query, QueryBody, Select, Statement, StatementKind,
    Target,
};

use crate::context::{Context, Outcome, refuse, refuse_with};

impl Context {
    /// Checks the body of a routine that was just made.
    pub(crate) fn validate_body(&mut self, oid: Oid, create: &CreateFunction) -> Outcome {
        let Some(function) = self.schema.function(oid).cloned() else { return Ok(()) };
        match (&create.body, &function.language) {
            (FunctionBody::Return(value), _) => {
                let query = returning_query(value);
                let statement = Statement { kind: StatementKind::Query(Box::new(query)), span: value.span };
                self.bind_body(&function, std::slice::from_ref(&statement), create)
            }
            (FunctionBody::Atomic(statements), _) => self.bind_body(&function, statements, create),
            (FunctionBody::Text(_, span), _) if self.setting_is_off("check_function_bodies") => {
                let _ = span;
                Ok(())
            }
            (FunctionBody::Text(..), Language::Sql) => self.check_sql_body(&function, create),
            (FunctionBody::Text(_, span), Language::PlPgSql) => self.check_plpgsql_body(&function, *span),
            _ => Ok(()),
        }
    }

    /// `BEGIN ATOMIC`, `RETURN`: bound when made.
    fn bind_body(&mut self, function: &Function, statements: &[Statement], create: &CreateFunction) -> Outcome {
        let environment = Environment::of_routine(function);
        let mut stored = Vec::new();
        let mut last = None;
        for statement in statements {
            let bound = match self.bind_statement(statement, &environment, &function.name) {
                Ok(bound) => bound,
                Err(stop) => match *stop {
                    crate::context::Stop::Unmodelled { message, span, .. } => {
                        self.undecided("this body", &message, span);
                        return Ok(());
                    }
                    refused @ crate::context::Stop::Refused { .. } => return Err(Box::new(refused)),
                },
            };
            self.depend_on_uses(
                ObjectId::Function(function.oid),
                &bound.uses,
                Oid::NONE,
                rollproof_catalog::DependencyKind::Normal,
            );
            last = Some((statement.clone(), bound.columns));
            stored.push(bound.stored);
        }
        self.check_result(function, last.as_ref(), create.name.span)?;
        let mut bound = function.clone();
        bound.body = Some(Arc::new(RoutineBody::Bound(stored)));
        self.schema.put_function(bound);
        Ok(())
    }

    /// Every statement of an SQL body is analysed in the state before it: what the body itself makes is not there.
    fn check_sql_body(&mut self, function: &Function, create: &CreateFunction) -> Outcome {
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return Ok(()) };
        let body = range.slice(text).to_owned();
        let span = create.name.span;
        let polymorphic = function.inputs.iter().any(|oid| oid::is_polymorphic(*oid));
        let environment = Environment::of_routine(function);
        // The validator runs with the routine's own settings (`ProcedureCreate`).
        let inside = rollproof_resolve::routine::with_settings(&self.schema, function);
        let mut last = None;
        for (_, parsed) in rollproof_sql::parse_script(&body) {
            let statement = parsed.map_err(|error| refuse("42601", error.message, span))?;
            if let StatementKind::Transaction(_) = statement.kind {
                return Err(refuse("0A000", "COMMIT is not allowed in an SQL function", span));
            }
            if let StatementKind::Call(call) = &statement.kind
                && self.calls_with_outputs(&call.call.name)
            {
                let message = "calling procedures with output arguments is not supported in SQL functions";
                return Err(refuse("0A000", message, span));
            }
            if polymorphic {
                continue;
            }
            let Some(columns) = self.body_columns(&statement, &inside, &environment, span)? else { return Ok(()) };
            last = Some((statement, columns));
        }
        if polymorphic {
            return Ok(());
        }
        self.check_result(function, last.as_ref(), span)
    }

    /// Whether every procedure of this name has output parameters.
    fn calls_with_outputs(&self, name: &QualifiedName) -> bool {
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.functions_named(schema.as_deref(), name.object().as_str());
        let is_output = |mode: ParameterMode| matches!(mode, ParameterMode::Out | ParameterMode::InOut);
        !candidates.is_empty()
            && candidates.iter().all(|each| each.function.parameters.iter().any(|parameter| is_output(parameter.mode)))
    }

    /// The result of one statement of a body; none where it cannot be told.
    fn body_columns(
        &mut self,
        statement: &Statement,
        inside: &Schema,
        environment: &Environment,
        span: TextRange,
    ) -> Outcome<Option<Vec<ResultColumn>>> {
        let analysed = matches!(
            statement.kind,
            StatementKind::Query(_)
                | StatementKind::Insert(_)
                | StatementKind::Update(_)
                | StatementKind::Delete(_)
                | StatementKind::Merge(_)
        );
        if !analysed {
            return Ok(Some(Vec::new()));
        }
        match rollproof_resolve::resolve(statement, inside, environment) {
            Resolved::Resolved(resolution) => Ok(Some(resolution.columns)),
            Resolved::Refused(refusal) => {
                self.looked_up_names(&refusal.depends);
                match refusal.errors.first() {
                    Some(error) => Err(refuse(error.sqlstate, error.message.clone(), span)),
                    None => Ok(None),
                }
            }
            Resolved::Unknown(undecided) => {
                self.undecided("this function's body", &undecided.unknown.reason, span);
                Ok(None)
            }
        }
    }

    /// `check_sql_fn_retval`: the last statement yields what the function returns (42P13).
    fn check_result(
        &self,
        function: &Function,
        last: Option<&(Statement, Vec<ResultColumn>)>,
        span: TextRange,
    ) -> Outcome {
        if matches!(function.returns, oid::VOID) || function.kind == rollproof_catalog::FunctionKind::Procedure {
            return Ok(());
        }
        let shown = self.schema.format_type(TypeRef::plain(function.returns));
        let mismatch = |detail: String| {
            let message = format!("return type mismatch in function declared to return {shown}");
            Err(refuse_with("42P13", message, detail, span))
        };
        let Some((statement, columns)) =
            last.filter(|(statement, columns)| returns_rows(statement) && !columns.is_empty())
        else {
            if last.is_some_and(|(statement, _)| matches!(statement.kind, StatementKind::Query(_))) {
                return Ok(());
            }
            return mismatch(
                "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING.".to_owned(),
            );
        };
        let _ = statement;
        let row: Option<Vec<TypeRef>> = self.row_of(function);
        match row {
            None if function.returns == oid::RECORD => Ok(()),
            None => {
                let [only] = &columns[..] else {
                    return mismatch("Final statement must return exactly one column.".to_owned());
                };
                if self.assignable(only.data_type.oid, function.returns) {
                    return Ok(());
                }
                let actual = self.schema.format_type(TypeRef::plain(only.data_type.oid));
                mismatch(format!("Actual return type is {actual}."))
            }
            Some(wanted) => {
                // A row of any type is taken for an anonymous one, and looked at when it is there.
                if let [only] = &columns[..]
                    && self.assignable(only.data_type.oid, function.returns)
                {
                    return Ok(());
                }
                for (at, column) in columns.iter().enumerate() {
                    let Some(target) = wanted.get(at) else {
                        return mismatch("Final statement returns too many columns.".to_owned());
                    };
                    if !self.assignable(column.data_type.oid, target.oid) {
                        let actual = self.schema.format_type(TypeRef::plain(column.data_type.oid));
                        let expected = self.schema.format_type(TypeRef::plain(target.oid));
                        let detail =
                            format!("Final statement returns {actual} instead of {expected} at column {}.", at + 1);
                        return mismatch(detail);
                    }
                }
                if columns.len() < wanted.len() {
                    return mismatch("Final statement returns too few columns.".to_owned());
                }
                Ok(())
            }
        }
    }

    /// The columns of a row that a routine returns: its OUT parameters', or its composite type's.
    fn row_of(&self, function: &Function) -> Option<Vec<TypeRef>> {
        let is_output =
            |mode: ParameterMode| matches!(mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table);
        if function.returns == oid::RECORD {
            let outputs = function.parameters.iter().filter(|parameter| is_output(parameter.mode));
            let outputs: Vec<TypeRef> = outputs.map(|parameter| TypeRef::plain(parameter.data_type)).collect();
            return (!outputs.is_empty()).then_some(outputs);
        }
        let base = self.schema.base_type(TypeRef::plain(function.returns)).oid;
        let relation: &Relation = match self.schema.type_of(base)?.kind {
            TypeKind::Composite(relation) => self.schema.relation(relation)?,
            _ => return None,
        };
        let _ = RelationKind::Composite;
        Some(relation.live_columns().map(|column| column.data_type).collect())
    }

    fn assignable(&self, from: Oid, to: Oid) -> bool {
        from == to || from == oid::UNKNOWN || self.can_coerce(from, to, CoercionContext::Assignment)
    }

    /// PL/pgSQL is compiled: names in its SQL are looked up when that runs.
    fn check_plpgsql_body(&mut self, function: &Function, span: TextRange) -> Outcome {
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return Ok(()) };
        match rollproof_sql::plpgsql::parse_body(text, *range) {
            Ok(body) => self.compile(&body, Some(function), span),
            Err(error) => Err(refuse("42601", error.message, span)),
        }
    }

    /// Names that a resolution asked for: where one of them is tainted, a refusal is not sure.
    pub(crate) fn looked_up_names(&self, lookups: &rollproof_resolve::Lookups) {
        let mut names = self.looked_up.borrow_mut();
        names.extend(lookups.relations.keys().map(|key| key.1.clone()));
        names.extend(lookups.functions.keys().map(|key| key.1.clone()));
        names.extend(lookups.types.keys().map(|key| key.1.clone()));
        let relations = lookups.column_names.iter().map(|key| key.0).chain(lookups.whole_relations.iter().copied());
        names.extend(relations.filter_map(|oid| self.schema.relation(oid).map(|relation| relation.name.clone())));
    }
}

fn returns_rows(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Query(query) => crate::view::into_of(query).is_none(),
        StatementKind::Insert(insert) => insert.returning.is_some(),
        StatementKind::Update(update) => update.returning.is_some(),
        StatementKind::Delete(delete) => delete.returning.is_some(),
        StatementKind::Merge(merge) => merge.returning.is_some(),
        _ => false,
    }
}

/// `RETURN x` is `SELECT x`.
fn returning_query(value: &rollproof_sql::ast::Expr) -> Query {
    let select = Select {
        distinct: None,
        targets: vec![Target { value: value.clone(), alias: None }],
        into: None,
        from: Vec::new(),
        filter: None,
        group_by: Vec::new(),
        group_distinct: false,
        having: None,
        windows: Vec::new(),
        holes: Vec::new(),
        open_from: false,
        span: value.span,
    };
    Query {
        with: None,
        body: QueryBody::Select(Box::new(select)),
        order_by: Vec::new(),
        limit: None,
        with_ties: false,
        offset: None,
        locking: Vec::new(),
        holes: Vec::new(),
        span: value.span,
    }
}
