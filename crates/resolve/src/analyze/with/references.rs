//! Which names of relations a query mentions, and where: for WITH RECURSIVE (`makeDependencyGraphWalker`).

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{
    Assignment, CteStatement, Delete, Expr, FromItem, FromKind, GroupItem, Insert, JoinCondition, JoinKind, Merge,
    MergeAction, Query, QueryBody, RelationRef, Returning, Select, SetOperator, Update, With,
};

use crate::walk;

/// What lies between a recursive term and the reference (`RecursionContext`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Around {
    /// Nothing that forbids it.
    Free,
    /// A query in an expression.
    SubLink,
    /// The nullable side of an outer join.
    OuterJoin,
    /// The right side of EXCEPT, either of EXCEPT ALL's.
    Except,
    /// INTERSECT is refused as a body, see the caller.
    Intersect,
}

/// A walk that reports every reference by one name that is not hidden by a CTE inside.
pub(crate) struct References<'v, 'a> {
    /// Called with the name, its place and what lies around.
    pub found: &'v mut dyn FnMut(&'a Arc<str>, TextRange, Around),
    /// Names that CTEs inside give to something else.
    hidden: Vec<&'a Arc<str>>,
    around: Around,
    depth: u32,
}

impl<'v, 'a> References<'v, 'a> {
    /// A walk.
    pub(crate) fn new(found: &'v mut dyn FnMut(&'a Arc<str>, TextRange, Around)) -> Self {
        Self { found, hidden: Vec::new(), around: Around::Free, depth: 0 }
    }

    /// A CTE's statement.
    pub(crate) fn statement(&mut self, statement: &'a CteStatement) {
        match statement {
            CteStatement::Query(query) => self.query(query),
            CteStatement::Insert(insert) => self.insert(insert),
            CteStatement::Update(update) => self.update(update),
            CteStatement::Delete(delete) => self.delete(delete),
            CteStatement::Merge(merge) => self.merge(merge),
        }
    }

    fn within(&mut self, around: Around, work: impl FnOnce(&mut Self)) {
        let before = self.around;
        if before == Around::Free {
            self.around = around;
        }
        work(self);
        self.around = before;
    }

    fn scoped(&mut self, with: Option<&'a With>, work: impl FnOnce(&mut Self)) {
        let known = self.hidden.len();
        if let Some(with) = with {
            if with.recursive {
                self.hidden.extend(with.ctes.iter().map(|cte| &cte.name.text));
            }
            for cte in &with.ctes {
                self.statement(&cte.statement);
                if !with.recursive {
                    self.hidden.push(&cte.name.text);
                }
            }
        }
        work(self);
        self.hidden.truncate(known);
    }

    /// A query.
    pub(crate) fn query(&mut self, query: &'a Query) {
        if self.depth > 200 {
            return;
        }
        self.depth += 1;
        self.scoped(query.with.as_ref(), |this| {
            this.body(&query.body);
            query.order_by.iter().for_each(|sort| this.expr(&sort.value));
            query.limit.iter().chain(&query.offset).for_each(|expr| this.expr(expr));
        });
        self.depth -= 1;
    }

    /// A query's body.
    pub(crate) fn body(&mut self, body: &'a QueryBody) {
        match body {
            QueryBody::Select(select) => self.select(select),
            QueryBody::Values(rows) => rows.iter().flatten().for_each(|expr| self.expr(expr)),
            QueryBody::Table(relation) => self.relation(relation),
            QueryBody::Nested(query) => self.query(query),
            QueryBody::SetOperation(operation) => match operation.operator {
                SetOperator::Union => {
                    self.body(&operation.left);
                    self.body(&operation.right);
                }
                SetOperator::Intersect => self.within(Around::Intersect, |this| {
                    let both = operation.all;
                    let before = this.around;
                    if !both {
                        this.around = Around::Free;
                    }
                    this.body(&operation.left);
                    this.body(&operation.right);
                    this.around = before;
                }),
                SetOperator::Except => {
                    if operation.all {
                        self.within(Around::Except, |this| this.body(&operation.left));
                    } else {
                        self.body(&operation.left);
                    }
                    self.within(Around::Except, |this| this.body(&operation.right));
                }
            },
            QueryBody::Hole(_) => {}
        }
    }

    fn select(&mut self, select: &'a Select) {
        select.from.iter().for_each(|item| self.from(item));
        select.targets.iter().for_each(|target| self.expr(&target.value));
        select.filter.iter().chain(&select.having).for_each(|expr| self.expr(expr));
        select.group_by.iter().for_each(|item| self.group(item));
        if let Some(rollproof_sql::ast::Distinct::On(list)) = &select.distinct {
            list.iter().for_each(|expr| self.expr(expr));
        }
        for (_, window) in &select.windows {
            walk::window_children(window, &mut |expr| self.expr(expr));
        }
    }

    fn group(&mut self, item: &'a GroupItem) {
        match item {
            GroupItem::Expr(expr) => self.expr(expr),
            GroupItem::Rollup(list) | GroupItem::Cube(list) => list.iter().for_each(|expr| self.expr(expr)),
            GroupItem::Sets(sets) => sets.iter().for_each(|set| self.group(set)),
            GroupItem::Empty | GroupItem::All => {}
        }
    }

    fn from(&mut self, item: &'a FromItem) {
        match &item.kind {
            FromKind::Relation(relation) => self.relation(relation),
            FromKind::Sample { relation, arguments, repeatable, .. } => {
                self.relation(relation);
                arguments.iter().chain(repeatable).for_each(|expr| self.expr(expr));
            }
            FromKind::Subquery { query, .. } => self.query(query),
            FromKind::Functions { calls, .. } => calls.iter().for_each(|(call, _)| self.expr(call)),
            FromKind::TableExpression { table, .. } => {
                table.arguments.iter().for_each(|expr| self.expr(expr));
                table.columns.iter().flat_map(|column| &column.expressions).for_each(|expr| self.expr(expr));
            }
            FromKind::Join(join) => {
                let outer = |nullable: bool| if nullable { Around::OuterJoin } else { Around::Free };
                let left = outer(matches!(join.kind, JoinKind::Right | JoinKind::Full));
                let right = outer(matches!(join.kind, JoinKind::Left | JoinKind::Full));
                self.within(left, |this| this.from(&join.left));
                self.within(right, |this| this.from(&join.right));
                if let JoinCondition::On(expr) = &join.condition {
                    self.expr(expr);
                }
            }
            FromKind::Hole(_) => {}
        }
    }

    fn relation(&mut self, relation: &'a RelationRef) {
        if let [name] = &relation.name.parts[..]
            && !self.hidden.contains(&&name.text)
        {
            (self.found)(&name.text, relation.name.span, self.around);
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        walk::sub_queries(expr, &mut |query| self.within(Around::SubLink, |this| this.query(query)));
    }

    fn returning(&mut self, returning: Option<&'a Returning>) {
        returning.iter().flat_map(|each| &each.targets).for_each(|target| self.expr(&target.value));
    }

    fn assignments(&mut self, assignments: &'a [Assignment]) {
        for assignment in assignments {
            match assignment {
                Assignment::One(_, value) | Assignment::Many(_, value) => self.expr(value),
                Assignment::Hole(_) => {}
            }
        }
    }

    fn insert(&mut self, insert: &'a Insert) {
        self.scoped(insert.with.as_ref(), |this| {
            this.relation(&insert.target);
            if let Some(source) = &insert.source {
                this.query(source);
            }
            if let Some(update) = insert.on_conflict.as_ref().and_then(|conflict| conflict.update.as_ref()) {
                this.assignments(&update.assignments);
                update.filter.iter().for_each(|expr| this.expr(expr));
            }
            this.returning(insert.returning.as_ref());
        });
    }

    fn update(&mut self, update: &'a Update) {
        self.scoped(update.with.as_ref(), |this| {
            this.relation(&update.target);
            update.from.iter().for_each(|item| this.from(item));
            this.assignments(&update.assignments);
            update.filter.iter().for_each(|expr| this.expr(expr));
            this.returning(update.returning.as_ref());
        });
    }

    fn delete(&mut self, delete: &'a Delete) {
        self.scoped(delete.with.as_ref(), |this| {
            this.relation(&delete.target);
            delete.using.iter().for_each(|item| this.from(item));
            delete.filter.iter().for_each(|expr| this.expr(expr));
            this.returning(delete.returning.as_ref());
        });
    }

    fn merge(&mut self, merge: &'a Merge) {
        self.scoped(merge.with.as_ref(), |this| {
            this.relation(&merge.target);
            this.from(&merge.source);
            this.expr(&merge.condition);
            for clause in &merge.clauses {
                clause.condition.iter().for_each(|expr| this.expr(expr));
                match &clause.action {
                    MergeAction::Update(assignments) => this.assignments(assignments),
                    MergeAction::Insert { values, .. } => {
                        values.iter().flatten().for_each(|expr| this.expr(expr));
                    }
                    MergeAction::Delete | MergeAction::DoNothing => {}
                }
            }
            this.returning(merge.returning.as_ref());
        });
    }
}
