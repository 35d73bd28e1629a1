//! Binding: what `resolve` says of the expressions, queries and types that a definition holds, kept as the schema keeps
//! them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{
    ColumnId, DependencyKind, NamePlace, ObjectId, Oid, StoredExpr, StoredName, StoredStatement, StoredText, TypeRef,
};
use rollproof_resolve::{
    Binding, Environment, ExpressionOutcome, ExpressionPlace, ExpressionScope, Failure, Lookups, Outcome as Resolved,
    Resolution, ResultColumn, Role, resolve_expression, resolve_query,
};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, QualifiedName, Query, Statement, StatementKind, TypeName};

use crate::context::{Context, Outcome, Stop, refuse, unmodelled};
use crate::{Problem, ProblemKind, Taint};

/// A bound expression.
#[derive(Debug, Clone)]
pub(crate) struct BoundExpr {
    /// What the schema keeps.
    pub(crate) stored: StoredExpr,
    /// Its type; none where it could not be told.
    pub(crate) data_type: Option<TypeRef>,
    /// Its collation.
    pub(crate) collation: Oid,
    /// What it uses.
    pub(crate) uses: BTreeSet<ObjectId>,
}

impl BoundExpr {
    /// The columns of `relation` that it uses, as they come in the text (`pull_var_clause`).
    pub(crate) fn columns_of(&self, relation: Oid) -> Vec<i16> {
        let mut columns = Vec::new();
        for object in self.stored.text.bindings.iter().map(|binding| &binding.1).chain(&self.uses) {
            match object {
                ObjectId::Column(column) if column.relation == relation && !columns.contains(&column.number) => {
                    columns.push(column.number);
                }
                _ => {}
            }
        }
        columns
    }
}

/// A bound query.
#[derive(Debug, Clone)]
pub(crate) struct BoundQuery {
    /// What the schema keeps.
    pub(crate) stored: StoredStatement,
    /// Its columns.
    pub(crate) columns: Vec<ResultColumn>,
    /// What it uses.
    pub(crate) uses: BTreeSet<ObjectId>,
    /// Routines it calls, and where.
    pub(crate) routines: Vec<(Oid, TextRange)>,
}

/// No relation is in scope.
pub(crate) fn no_scope() -> ExpressionScope {
    ExpressionScope::default()
}

/// The columns of a relation are in scope.
pub(crate) fn relation_scope(relation: Oid) -> ExpressionScope {
    ExpressionScope { relation, old: false, new: false }
}

impl Context {
    /// What the schema keeps of a text that was resolved.
    pub(crate) fn stored_text(&self, range: TextRange, resolution: &Resolution) -> StoredText {
        let bindings = resolution.bindings.iter().map(|binding| (binding.span, binding.object)).collect();
        let literals = resolution.named_literals.iter();
        let literals =
            literals.map(|(range, object)| StoredName { range: *range, object: *object, place: NamePlace::Object });
        let own = resolution.bindings.iter().filter(|binding| resolution.through.binary_search(&binding.span).is_err());
        let mut names: Vec<StoredName> = own.filter_map(|binding| self.stored_name(binding)).chain(literals).collect();
        names.extend(
            resolution.unaliased.iter().filter_map(|target| self.stored_target(target, &names)).collect::<Vec<_>>(),
        );
        names.sort_by_key(|name| (name.range.start, name.range.end));
        let stars = names.iter().filter(|name| name.place == NamePlace::Star);
        let starred = stars.map(|star| match star.object {
            ObjectId::Column(id) => self.schema.column(id).map_or_else(|| Arc::from(""), |column| column.name.clone()),
            _ => Arc::from(""),
        });
        let starred = starred.collect();
        StoredText { text: self.source.clone(), range, bindings, names: Arc::from(names), starred }
    }

    /// An entry of a target list that is called as one of the names in it.
    fn stored_target(&self, (range, called): &(TextRange, Arc<str>), names: &[StoredName]) -> Option<StoredName> {
        let inside = names.iter().filter(|name| name.place == NamePlace::Object && range.covers(name.range));
        let mut inside = inside.filter(|name| identifier(name.range.slice(&self.source)) == **called);
        inside.next().map(|name| StoredName { range: *range, object: name.object, place: NamePlace::Target })
    }

    /// A binding by the object's own name; none by an alias.
    fn stored_name(&self, binding: &Binding) -> Option<StoredName> {
        let place = match binding.role {
            Role::Read | Role::Write | Role::Merge | Role::Other => NamePlace::Object,
            Role::Qualifier | Role::WholeRow => NamePlace::Qualifier,
            Role::Star => NamePlace::Star,
            Role::Position => return None,
        };
        let name = match binding.object {
            ObjectId::Relation(oid) => &self.schema.relation(oid)?.name,
            ObjectId::Function(oid) => &self.schema.function(oid)?.name,
            ObjectId::Column(id) => &self.schema.column(id)?.name,
            _ => return None,
        };
        let own = place == NamePlace::Star || identifier(binding.span.slice(&self.source)) == **name;
        own.then_some(StoredName { range: binding.span, object: binding.object, place })
    }

    /// A failure of `resolve` as an end of the statement.
    pub(crate) fn failed(&self, failure: Failure) -> Box<Stop> {
        match failure {
            Failure::Error(error) => refuse(error.sqlstate, error.message, error.span),
            Failure::Unknown(unknown) => unmodelled(unknown.reason.to_string(), Vec::new(), unknown.span),
        }
    }

    fn note_lookups(&self, lookups: &Lookups) {
        let mut names = self.looked_up.borrow_mut();
        names.extend(lookups.relations.keys().map(|key| key.1.clone()));
        names.extend(lookups.functions.keys().map(|key| key.1.clone()));
        names.extend(lookups.types.keys().map(|key| key.1.clone()));
    }

    /// A type by name, `SETOF` not looked at.
    pub(crate) fn type_ref(&mut self, name: &TypeName) -> Outcome<TypeRef> {
        self.note(&name.name.object().text);
        let mut resolver = rollproof_resolve::Context::new(&self.schema, rollproof_resolve::Parameters::none());
        let found = rollproof_resolve::types::type_name(&mut resolver, name);
        match found {
            Ok(found) => Ok(found),
            Err(Failure::Error(error)) if error.sqlstate == "42704" => match self.opaque_type(name) {
                Some(found) => Ok(found),
                None => Err(self.failed(Failure::Error(error))),
            },
            Err(failure) => Err(self.failed(failure)),
        }
    }

    /// A collation by name.
    pub(crate) fn collation_ref(&mut self, name: &QualifiedName) -> Outcome<Oid> {
        self.presume_collation(name);
        let mut resolver = rollproof_resolve::Context::new(&self.schema, rollproof_resolve::Parameters::none());
        let found = rollproof_resolve::types::collation_name(&mut resolver, name);
        found.map_err(|failure| self.failed(failure))
    }

    /// Whether a value of one type can become another.
    pub(crate) fn can_coerce(&self, from: Oid, to: Oid, context: rollproof_resolve::types::CoercionContext) -> bool {
        let mut resolver = rollproof_resolve::Context::new(&self.schema, rollproof_resolve::Parameters::none());
        rollproof_resolve::types::can_coerce_type(&mut resolver, from, to, context)
    }

    /// Says that something could not be told, though what the statement makes is known.
    pub(crate) fn undecided(&mut self, what: &str, reason: &str, span: TextRange) {
        let message = format!("cannot tell whether {what} is accepted: {reason}");
        let taint = Taint::Relations(Vec::new(), Arc::from(reason));
        self.problems.push(Problem { kind: ProblemKind::Unmodelled { taint }, message, detail: None, span });
    }

    /// An expression that the schema keeps.
    pub(crate) fn bind(&mut self, expr: &Expr, scope: &ExpressionScope, place: &ExpressionPlace) -> Outcome<BoundExpr> {
        let stored = |context: &Self, resolution: &Resolution| StoredExpr {
            expr: Arc::new(expr.clone()),
            text: context.stored_text(expr.span, resolution),
            casts: Arc::default(),
        };
        match resolve_expression(expr, &self.schema, scope, place) {
            ExpressionOutcome::Resolved(typed, resolution) => {
                self.note_lookups(&resolution.depends);
                Ok(BoundExpr {
                    stored: stored(self, &resolution),
                    data_type: Some(typed.data_type),
                    collation: typed.collation,
                    uses: resolution.uses,
                })
            }
            ExpressionOutcome::Refused(refusal) => {
                self.note_lookups(&refusal.depends);
                Err(self.refusal(&refusal, expr.span))
            }
            ExpressionOutcome::Unknown(undecided) => {
                self.undecided("this expression", &undecided.unknown.reason, undecided.unknown.span);
                Ok(BoundExpr {
                    stored: stored(self, &undecided.partial),
                    data_type: None,
                    collation: Oid::NONE,
                    uses: undecided.partial.uses,
                })
            }
        }
    }

    pub(crate) fn refusal(&self, refusal: &rollproof_resolve::Refusal, span: TextRange) -> Box<Stop> {
        match refusal.errors.first() {
            Some(error) => refuse(error.sqlstate, error.message.clone(), error.span),
            None => unmodelled("refused without a reason", Vec::new(), span),
        }
    }

    /// A query that the schema keeps, or whose columns make a table. Where it cannot be told, `makes` is tainted.
    pub(crate) fn bind_query(&mut self, query: &Query, makes: &Arc<str>) -> Outcome<BoundQuery> {
        let environment = Environment { fixed_parameters: true, ..Environment::default() };
        self.bind_query_in(query, &environment, makes)
    }

    /// The same, with parameters.
    pub(crate) fn bind_query_in(
        &mut self,
        query: &Query,
        environment: &Environment,
        makes: &Arc<str>,
    ) -> Outcome<BoundQuery> {
        let statement = Statement { kind: StatementKind::Query(Box::new(query.clone())), span: query.span };
        let resolved = resolve_query(query, &self.schema, environment);
        self.bound_statement(statement, resolved, makes)
    }

    /// A statement that the schema keeps (an action of a rule, a body bound when made).
    pub(crate) fn bind_statement(
        &mut self,
        statement: &Statement,
        environment: &Environment,
        makes: &Arc<str>,
    ) -> Outcome<BoundQuery> {
        let resolved = rollproof_resolve::resolve(statement, &self.schema, environment);
        self.bound_statement(statement.clone(), resolved, makes)
    }

    fn bound_statement(&mut self, statement: Statement, resolved: Resolved, makes: &Arc<str>) -> Outcome<BoundQuery> {
        self.note_lookups(resolved.depends());
        let span = statement.span;
        match resolved {
            Resolved::Resolved(resolution) => Ok(BoundQuery {
                stored: StoredStatement { statement: Arc::new(statement), text: self.stored_text(span, &resolution) },
                columns: resolution.columns,
                uses: resolution.uses,
                routines: resolution.routines,
            }),
            Resolved::Refused(refusal) => Err(self.refusal(&refusal, span)),
            Resolved::Unknown(undecided) => {
                let unknown = &undecided.unknown;
                let message = format!("cannot tell what \"{makes}\" becomes: {}", unknown.reason);
                Err(unmodelled(message, vec![makes.clone()], unknown.span))
            }
        }
    }

    /// Records that `dependent` uses each of `uses`: columns of `own` with kind `on_own`, all else normally
    /// (`recordDependencyOnSingleRelExpr`).
    pub(crate) fn depend_on_uses(
        &mut self,
        dependent: ObjectId,
        uses: &BTreeSet<ObjectId>,
        own: Oid,
        on_own: DependencyKind,
    ) {
        for used in uses {
            let kind = match used {
                ObjectId::Column(ColumnId { relation, .. }) | ObjectId::Relation(relation) if *relation == own => {
                    on_own
                }
                _ => DependencyKind::Normal,
            };
            if *used != dependent {
                self.depend(dependent, *used, kind);
            }
        }
    }

    /// Records that `dependent` uses `referenced`. Built-in objects cannot be dropped, so nothing is recorded of them.
    pub(crate) fn depend(&mut self, dependent: ObjectId, referenced: ObjectId, kind: DependencyKind) {
        if !is_pinned(referenced) {
            self.schema.dependencies.add(dependent, referenced, kind);
        }
    }
}

/// Whether the object is built in (`IsPinnedObject`). Schema `public` is not.
pub(crate) fn is_pinned(object: ObjectId) -> bool {
    object != ObjectId::Namespace(rollproof_catalog::Schema::PUBLIC) && object.address().0 < Oid::FIRST_USER
}

/// What an identifier means as it is written.
pub(crate) fn identifier(written: &str) -> String {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => rollproof_sql::fold_identifier(written.trim()),
    }
}
