//! Views, materialized views, CREATE TABLE AS, SELECT INTO (`view.c`, `createas.c`).

use std::sync::Arc;

use rollproof_catalog::{
    Column, ColumnId, DependencyKind, FunctionKind, ObjectId, Oid, Persistence, Relation, RelationKind, TypeRef, View,
    oid,
};
use rollproof_resolve::{Environment, ResultColumn};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    ColumnRef, CreateTableAs, CreateView, Cte, CteStatement, DefinitionOption, Expr, ExprKind, FromItem, FromKind,
    IntoClause, Name, OnCommit, QualifiedName, Query, QueryBody, RelationRef, Select, StatementKind, Target, With,
};

use crate::bind::BoundQuery;
use crate::context::{Context, Outcome, refuse, unmodelled};
use crate::find::shown;
use crate::relation::{empty_relation, persistence};
use crate::reloptions::Owner;

/// A relation made from a query's result.
struct FromQuery<'a> {
    name: &'a QualifiedName,
    columns: &'a [Name],
    temporary: bool,
    unlogged: bool,
    if_not_exists: bool,
    kind: RelationKind,
    method: Option<&'a Name>,
    options: &'a [DefinitionOption],
    on_commit: Option<OnCommit>,
}

impl Context {
    /// `CREATE [OR REPLACE] VIEW`
    pub(crate) fn create_view(&mut self, create: &CreateView) -> Outcome {
        let name = create.name.object().text.clone();
        let query = if create.recursive { recursive_query(create) } else { (*create.query).clone() };
        if into_of(&query).is_some() {
            return Err(refuse("0A000", "views must not contain SELECT INTO", query.span));
        }
        self.check_options(&create.options, Owner::View)?;
        let bound = self.bind_query(&query, &name)?;
        let names = if create.recursive { &[][..] } else { &create.columns[..] };
        let columns = self.view_columns(&bound.columns, names, "VIEW", create.name.span)?;
        let temporary = create.temporary || self.uses_temporary(&bound);
        let namespace = self.creation_namespace(&create.name, temporary)?;
        let view = Arc::new(self.view_data(create, &query, &bound));
        let known = self.schema.relations_in(namespace, &name).next().cloned();
        if let Some(known) = known {
            if !create.or_replace {
                return self.relation_name_free(namespace, &name, create.name.span);
            }
            return self.replace_view(&known, columns, view, &bound, create);
        }
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let mut relation = empty_relation(oid, namespace, name, RelationKind::View, owner);
        relation.persistence = persistence(temporary, false);
        relation.acl = self.default_acl(b'r', namespace);
        relation.columns = columns;
        relation.view = Some(view);
        self.add_relation(relation, create.name.span)?;
        self.depend_on_uses(ObjectId::Relation(oid), &bound.uses, oid, DependencyKind::Normal);
        Ok(())
    }

    /// `CREATE OR REPLACE VIEW` of a view that is there (`checkViewColumns`): columns may only be added, at the end.
    fn replace_view(
        &mut self,
        known: &Relation,
        columns: Vec<Arc<Column>>,
        view: Arc<View>,
        bound: &BoundQuery,
        create: &CreateView,
    ) -> Outcome {
        let span = create.name.span;
        if known.kind != RelationKind::View {
            return Err(refuse("42809", format!("\"{}\" is not a view", known.name), span));
        }
        self.view_columns_fit(known, &columns, span)?;
        let me = ObjectId::Relation(known.oid);
        self.schema.dependencies.clear_uses(me);
        self.depend_on_namespace(me, known.namespace);
        for column in columns.iter().skip(known.columns.len()) {
            self.depend_column(known.oid, column);
        }
        let old = known.columns.clone();
        self.change(known.oid, |relation| {
            // What was added to the columns since (defaults, privileges) stays.
            relation.columns =
                columns.into_iter().enumerate().map(|(at, column)| old.get(at).cloned().unwrap_or(column)).collect();
            relation.view = Some(view);
        })?;
        self.depend_on_uses(me, &bound.uses, known.oid, DependencyKind::Normal);
        Ok(())
    }

    fn view_columns_fit(&self, known: &Relation, columns: &[Arc<Column>], span: TextRange) -> Outcome {
        if columns.len() < known.columns.len() {
            return Err(refuse("42P16", "cannot drop columns from view", span));
        }
        for (old, new) in known.columns.iter().zip(columns) {
            if old.name != new.name {
                let message = format!("cannot change name of view column \"{}\" to \"{}\"", old.name, new.name);
                return Err(refuse("42P16", message, span));
            }
            if old.data_type != new.data_type {
                let message = format!(
                    "cannot change data type of view column \"{}\" from {} to {}",
                    old.name,
                    self.schema.format_type(old.data_type),
                    self.schema.format_type(new.data_type)
                );
                return Err(refuse("42P16", message, span));
            }
            if old.collation != new.collation {
                let message = format!("cannot change collation of view column \"{}\"", old.name);
                return Err(refuse("42P16", message, span));
            }
        }
        Ok(())
    }

    /// The columns of a relation that is made from a result (`DefineVirtualRelation`, `create_ctas_nodata`).
    fn view_columns(
        &self,
        results: &[ResultColumn],
        names: &[Name],
        what: &str,
        span: TextRange,
    ) -> Outcome<Vec<Arc<Column>>> {
        if names.len() > results.len() {
            let message = match what {
                "VIEW" => "CREATE VIEW specifies more column names than columns",
                _ => "too many column names were specified",
            };
            return Err(refuse("42601", message, span));
        }
        let mut columns: Vec<Arc<Column>> = Vec::new();
        for (at, result) in results.iter().enumerate() {
            let name = names.get(at).map_or_else(|| result.name.clone(), |name| name.text.clone());
            if columns.iter().any(|known| known.name == name) {
                return Err(refuse("42701", format!("column \"{name}\" specified more than once"), span));
            }
            let data_type = match result.data_type.oid {
                oid::UNKNOWN => TypeRef::plain(oid::TEXT),
                _ => result.data_type,
            };
            self.check_column_type(&name, data_type.oid, span)?;
            columns.push(Arc::new(Column {
                number: (at + 1) as i16,
                name,
                data_type,
                collation: result.collation,
                not_null: false,
                default: None,
                identity: None,
                generated: None,
                dropped: false,
                is_local: true,
                inherit_count: 0,
                acl: None,
                dimensions: 0,
            }));
        }
        Ok(columns)
    }

    /// Whether a query reads something temporary: the view is then temporary too (`isQueryUsingTempRelation`).
    fn uses_temporary(&self, bound: &BoundQuery) -> bool {
        bound.uses.iter().any(|used| {
            let oid = match used {
                ObjectId::Relation(oid) => *oid,
                ObjectId::Column(id) => id.relation,
                _ => return false,
            };
            self.schema.relation(oid).is_some_and(|each| each.persistence == Persistence::Temporary)
        })
    }

    fn view_data(&self, create: &CreateView, query: &Query, bound: &BoundQuery) -> View {
        View {
            query: bound.stored.clone(),
            check_option: create.check_option
                || create.options.iter().any(|option| &*option.name.text == "check_option"),
            security_barrier: option_is_on(&create.options, "security_barrier").unwrap_or(false),
            security_invoker: option_is_on(&create.options, "security_invoker").unwrap_or(false),
            updatable: self.updatable(query, bound),
        }
    }

    /// `view_query_is_auto_updatable`, with the base column of each view column.
    fn updatable(&self, query: &Query, bound: &BoundQuery) -> Option<(Oid, Vec<Option<i16>>)> {
        if query.with.is_some() || query.limit.is_some() || query.offset.is_some() {
            return None;
        }
        let select = match &query.body {
            QueryBody::Select(select) => select,
            QueryBody::Nested(inner) if query.order_by.is_empty() => return self.updatable(inner, bound),
            _ => return None,
        };
        let plain = select.distinct.is_none()
            && select.group_by.is_empty()
            && select.having.is_none()
            && select.holes.is_empty();
        let [FromItem { kind: FromKind::Relation(reference), .. }] = &select.from[..] else { return None };
        let base = self.find_relation(&reference.name)?;
        let writable = matches!(
            base.kind,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable | RelationKind::View
        );
        if !plain || !writable || self.computes_rows(select, bound) {
            return None;
        }
        // Only a bare column has an origin; two view columns may be the same one.
        let columns = bound.columns.iter().map(|column| {
            let id = column.origin.filter(|id| id.relation == base.oid && id.number > 0)?;
            Some(id.number)
        });
        let columns: Vec<Option<i16>> = columns.collect();
        Some((base.oid, columns))
    }

    /// Whether the target list holds aggregates, window functions or functions that return sets.
    fn computes_rows(&self, select: &Select, bound: &BoundQuery) -> bool {
        let target_at = |span: TextRange| {
            select
                .targets
                .iter()
                .find(|target| target.value.span.start <= span.start && span.end <= target.value.span.end)
        };
        bound.routines.iter().any(|(oid, span)| {
            let Some(target) = target_at(*span) else { return false };
            if matches!(target.value.kind, ExprKind::SubLink(_)) {
                return false;
            }
            self.schema.function(*oid).is_some_and(|function| {
                function.returns_set || matches!(function.kind, FunctionKind::Aggregate | FunctionKind::Window)
            })
        })
    }

    /// `CREATE TABLE … AS`, `CREATE MATERIALIZED VIEW`
    pub(crate) fn create_table_as(&mut self, create: &CreateTableAs) -> Outcome {
        let kind = if create.materialized_view { RelationKind::MaterializedView } else { RelationKind::Table };
        let from = FromQuery {
            name: &create.name,
            columns: &create.columns,
            temporary: create.temporary,
            unlogged: create.unlogged,
            if_not_exists: create.if_not_exists,
            kind,
            method: create.method.as_ref(),
            options: &create.options,
            on_commit: create.on_commit,
        };
        match &create.source.kind {
            StatementKind::Query(query) => self.relation_from_query(&from, query),
            StatementKind::Execute(name, _) => self.relation_from_prepared(&from, name),
            _ => {
                let name = create.name.object().text.clone();
                Err(unmodelled("CREATE TABLE AS of this statement is not modelled", vec![name], create.source.span))
            }
        }
    }

    /// `CREATE TABLE … AS EXECUTE p` (`ExecCreateTableAs`, `ExecuteQuery`)
    fn relation_from_prepared(&mut self, from: &FromQuery, name: &Name) -> Outcome {
        let Some(prepared) = self.schema.session.prepared.get(&name.text).cloned() else {
            let message = format!("prepared statement \"{}\" does not exist", name.text);
            return Err(refuse("26000", message, name.span));
        };
        let StatementKind::Query(query) = &prepared.statement.kind else {
            return Err(refuse("42809", "prepared statement is not a SELECT", name.span));
        };
        let environment = Environment { parameter_types: prepared.parameter_types.clone(), ..Environment::default() };
        self.relation_from_query_in(from, query, &environment)
    }

    /// `SELECT … INTO t`
    pub(crate) fn select_into(&mut self, query: &Query, into: &IntoClause) -> Outcome {
        let from = FromQuery {
            name: &into.name,
            columns: &[],
            temporary: into.temporary,
            unlogged: into.unlogged,
            if_not_exists: false,
            kind: RelationKind::Table,
            method: None,
            options: &[],
            on_commit: None,
        };
        let mut plain = query.clone();
        if let Some(select) = first_select(&mut plain) {
            select.into = None;
        }
        self.relation_from_query(&from, &plain)
    }

    fn relation_from_query(&mut self, from: &FromQuery, query: &Query) -> Outcome {
        let environment = Environment { fixed_parameters: true, ..Environment::default() };
        self.relation_from_query_in(from, query, &environment)
    }

    fn relation_from_query_in(&mut self, from: &FromQuery, query: &Query, environment: &Environment) -> Outcome {
        let name = from.name.object().text.clone();
        let namespace = self.creation_namespace(from.name, from.temporary)?;
        let bound = self.bind_query_in(query, environment, &name)?;
        if from.if_not_exists && self.schema.relations_in(namespace, &name).next().is_some() {
            return Ok(());
        }
        self.table_from_query_storage(from)?;
        let columns = self.view_columns(&bound.columns, from.columns, "TABLE", from.name.span)?;
        let materialized = from.kind == RelationKind::MaterializedView;
        if materialized && self.uses_temporary(&bound) {
            let message = "materialized views must not use temporary tables or views";
            return Err(refuse("0A000", message, from.name.span));
        }
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let temporary = from.temporary || namespace == self.schema.session.temporary;
        let mut relation = empty_relation(oid, namespace, name, from.kind, owner);
        relation.persistence = persistence(temporary, from.unlogged);
        relation.on_commit_drop = from.on_commit == Some(OnCommit::Drop);
        relation.acl = self.default_acl(b'r', namespace);
        relation.columns = columns;
        if materialized {
            relation.view = Some(Arc::new(View {
                query: bound.stored.clone(),
                check_option: false,
                security_barrier: false,
                security_invoker: false,
                updatable: None,
            }));
        }
        self.add_relation(relation, from.name.span)?;
        if from.method.is_some() {
            self.put_access_method(oid, from.method)?;
        }
        if materialized {
            self.depend_on_uses(ObjectId::Relation(oid), &bound.uses, oid, DependencyKind::Normal);
        }
        Ok(())
    }

    fn table_from_query_storage(&self, from: &FromQuery) -> Outcome {
        if let Some(method) = from.method {
            self.table_method_exists(method, method.span)?;
        }
        let namespace = from.name.schema().and_then(|schema| self.schema.find_namespace(&schema.text));
        let temporary = from.temporary
            || namespace.is_some_and(|namespace| namespace.is_some() && namespace == self.schema.session.temporary);
        self.temporary_fits(from.on_commit, from.unlogged, temporary, from.name)?;
        self.check_table_options(from.options, false)
    }

    /// `ALTER VIEW v SET (…)`: what changes how the view is read.
    pub(crate) fn set_view_options(&mut self, relation: Oid, options: &[DefinitionOption], reset: bool) -> Outcome {
        let said = |name: &str| options.iter().any(|option| &*option.name.text == name);
        let switched = |name: &str, before: bool| match reset {
            true => before && !said(name),
            false => option_is_on(options, name).unwrap_or(before),
        };
        self.change(relation, |relation| {
            let Some(view) = &mut relation.view else { return };
            let view = Arc::make_mut(view);
            view.security_barrier = switched("security_barrier", view.security_barrier);
            view.security_invoker = switched("security_invoker", view.security_invoker);
            view.check_option = if said("check_option") { !reset } else { view.check_option };
        })
    }

    /// What must be a materialized view is one (42809).
    pub(crate) fn refresh(&mut self, name: &QualifiedName) -> Outcome {
        let relation = self.relation_named(name)?;
        if relation.kind == RelationKind::MaterializedView {
            return Ok(());
        }
        let stored = matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable);
        Err(refuse(
            if stored { "0A000" } else { "42809" },
            format!("\"{}\" is not a materialized view", shown(name)),
            name.span,
        ))
    }

    /// The columns that a view or table column list names, as identities.
    pub(crate) fn column_id(&self, relation: &Relation, name: &Name) -> Outcome<ColumnId> {
        match relation.column(&name.text) {
            Some(column) => Ok(ColumnId { relation: relation.oid, number: column.number }),
            None => {
                let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, relation.name);
                Err(refuse("42703", message, name.span))
            }
        }
    }
}

/// Whether a boolean option of this name is given, and what it says; none where it is not there.
pub(crate) fn option_is_on(options: &[DefinitionOption], name: &str) -> Option<bool> {
    let option = options.iter().find(|option| &*option.name.text == name)?;
    Some(option.text().is_none_or(|text| matches!(text, "true" | "on" | "1" | "yes" | "t")))
}

/// The `INTO` of a query, which stands in its first SELECT.
pub(crate) fn into_of(query: &Query) -> Option<&IntoClause> {
    let mut body = &query.body;
    loop {
        match body {
            QueryBody::Select(select) => return select.into.as_ref(),
            QueryBody::SetOperation(operation) => body = &operation.left,
            QueryBody::Nested(inner) => body = &inner.body,
            QueryBody::Values(_) | QueryBody::Table(_) | QueryBody::Hole(_) => return None,
        }
    }
}

fn first_select(query: &mut Query) -> Option<&mut Select> {
    let mut body = &mut query.body;
    loop {
        match body {
            QueryBody::Select(select) => return Some(select),
            QueryBody::SetOperation(operation) => body = &mut operation.left,
            QueryBody::Nested(inner) => body = &mut inner.body,
            QueryBody::Values(_) | QueryBody::Table(_) | QueryBody::Hole(_) => return None,
        }
    }
}

/// `CREATE RECURSIVE VIEW v (c) AS q` is `WITH RECURSIVE v (c) AS (q) SELECT c FROM v` (gram.y, `makeRecursiveViewSelect`).
fn recursive_query(create: &CreateView) -> Query {
    let name = create.name.object();
    let target = |column: &Name| Target {
        value: Expr {
            kind: ExprKind::Column(ColumnRef { fields: vec![column.clone()], star: None }),
            span: column.span,
        },
        alias: None,
    };
    let span = create.query.span;
    let reference =
        RelationRef { name: QualifiedName { parts: vec![name.clone()], span: name.span }, inherit: true, alias: None };
    let cte = Cte {
        name: name.clone(),
        columns: create.columns.clone(),
        statement: CteStatement::Query(create.query.clone()),
        search: None,
        cycle: None,
        open: false,
        span,
    };
    let select = Select {
        distinct: None,
        targets: create.columns.iter().map(target).collect(),
        into: None,
        from: vec![FromItem { kind: FromKind::Relation(reference), span: name.span }],
        filter: None,
        group_by: Vec::new(),
        group_distinct: false,
        having: None,
        windows: Vec::new(),
        holes: Vec::new(),
        open_from: false,
        span,
    };
    Query {
        with: Some(With { recursive: true, ctes: vec![cte], span }),
        body: QueryBody::Select(Box::new(select)),
        order_by: Vec::new(),
        limit: None,
        with_ties: false,
        offset: None,
        locking: Vec::new(),
        holes: Vec::new(),
        span,
    }
}
