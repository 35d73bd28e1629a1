//! Aggregates and what may stand beside them (parse_agg.c).

use rollproof_catalog::{ConstraintKind, Oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::FunctionCall;

use super::expr::aggregate_never_null;
use super::{Analyzer, EntryKind, Expression, Kind, Node, Tag, Tree, Var, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::Need;
use crate::types::{self, Callee, ResolvedFunction};

/// What a query groups by.
#[derive(Debug, Default)]
pub(crate) struct Grouping {
    /// All grouped expressions.
    pub expressions: Vec<Tree>,
    /// Those that every grouping set has: functional dependency holds for them only.
    pub common: Vec<Tree>,
}

impl<'a> Analyzer<'a> {
    /// `transformAggregateCall`
    pub(crate) fn aggregate_call(
        &mut self,
        call: &'a FunctionCall,
        resolved: ResolvedFunction,
        mut trees: Vec<Tree>,
        filter: Option<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let Callee::Function(function) = resolved.callee else {
            return Ok(Expression::new(resolved.result, Node::new(Tag::Construct("call"), trees, span)));
        };
        let direct = if call.within_group { resolved.direct_arguments.min(trees.len()) } else { 0 };
        let mut form = u8::from(call.distinct) | u8::from(filter.is_some()) << 1;
        if call.within_group {
            for argument in resolved.arguments.iter().skip(direct).flatten() {
                types::require_ordering(&mut self.cx, argument.oid(), span)?;
            }
        } else {
            trees = self.aggregate_order(call, &resolved, trees)?;
            form |= u8::from(!call.order_by.is_empty()) << 2;
        }
        let (first, rest) = trees.split_at(direct);
        let depth = self.check_aggregate_level(rest, first, filter.as_ref(), false, span)?;
        trees.extend(filter);
        let name = self.schema().function(function).map(|each| each.name.clone()).unwrap_or_default();
        let mut typed = resolved.result;
        typed.nullable = !aggregate_never_null(&name, resolved.aggregate);
        Ok(Expression::new(typed, Node::new(Tag::Aggregate { depth, function, direct, form }, trees, span)))
    }

    /// ORDER BY and DISTINCT inside an aggregate's parentheses.
    fn aggregate_order(
        &mut self,
        call: &'a FunctionCall,
        resolved: &ResolvedFunction,
        mut trees: Vec<Tree>,
    ) -> Result<Vec<Tree>> {
        let arguments = trees.len();
        for sort in &call.order_by {
            let mut value = self.expression_of(&sort.value, Kind::OrderBy)?;
            self.check_sortable(&mut value, sort.using.as_ref())?;
            let known = trees[..arguments].iter().any(|tree| tree.same(&value.tree));
            if call.distinct && !known && !value.open {
                let message = "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list";
                return Err(Error::fail("42P10", message, value.span(), ErrorKind::Other));
            }
            trees.push(value.tree);
        }
        if call.distinct {
            for argument in resolved.arguments.iter().flatten() {
                let mut argument = argument.clone();
                types::resolve_unknown(&mut self.cx, &mut argument)?;
                types::require_equality(&mut self.cx, argument.oid(), argument.span)?;
                types::require_ordering(&mut self.cx, argument.oid(), argument.span)?;
            }
        }
        Ok(trees)
    }

    /// `check_agglevels_and_constraints`: the depth of the query that an aggregate belongs to, which is that of the innermost
    /// column in it, and whether an aggregate may stand where it does there.
    pub(crate) fn check_aggregate_level(
        &mut self,
        arguments: &[Tree],
        direct: &[Tree],
        filter: Option<&Tree>,
        grouping: bool,
        span: TextRange,
    ) -> Result<usize> {
        let here = self.here();
        let mut columns: Option<usize> = None;
        let mut aggregates: Option<(usize, TextRange)> = None;
        for tree in arguments.iter().chain(filter) {
            deepest(tree, here, &mut columns, &mut aggregates);
            refuse_inside(tree)?;
        }
        let nested = aggregates.map(|(depth, _)| depth);
        let depth = columns.max(nested).unwrap_or(here);
        if let Some((inner, place)) = aggregates
            && inner == depth
        {
            return Err(grouping_error("aggregate function calls cannot be nested", place));
        }
        for tree in direct {
            let (mut columns, mut aggregates) = (None, None);
            deepest(tree, here, &mut columns, &mut aggregates);
            if columns.is_some_and(|of| of > depth) {
                let message = "outer-level aggregate cannot contain a lower-level variable in its direct arguments";
                return Err(grouping_error(message, tree.span));
            }
            if let Some((inner, place)) = aggregates
                && inner >= depth
            {
                return Err(grouping_error("aggregate function calls cannot be nested", place));
            }
        }
        let level = &mut self.levels[depth];
        level.has_aggregates = true;
        match level.kind.refuses_aggregate(grouping) {
            Some(message) => Err(grouping_error(message, span)),
            None => Ok(depth),
        }
    }

    /// `parseCheckAggregates`: every column of this query is grouped, aggregated, or depends on a grouped primary key.
    pub(crate) fn check_grouping(&mut self, grouping: &Grouping, checked: &[Tree]) -> Result<()> {
        if self.level().open {
            return Ok(());
        }
        let here = self.here();
        for tree in checked {
            self.check_grouping_calls(tree, here, grouping)?;
        }
        let mut dependent: Vec<(usize, Oid)> = Vec::new();
        for tree in checked {
            self.check_grouped(tree, here, grouping, false, &mut dependent)?;
        }
        if self.level().self_reference && self.level().has_aggregates {
            let message = "aggregate functions are not allowed in a recursive query's recursive term";
            let place = checked.iter().find_map(|tree| {
                tree.find(&mut |node| matches!(node.tag, Tag::Aggregate { .. })).map(|node| node.span)
            });
            return Err(Error::fail("42P19", message, place.unwrap_or_default(), ErrorKind::Other));
        }
        Ok(())
    }

    /// Arguments of `GROUPING` are grouped expressions (`finalize_grouping_exprs_walker`).
    fn check_grouping_calls(&self, tree: &Tree, here: usize, grouping: &Grouping) -> Result<()> {
        if tree.tag == Tag::Grouping(here) {
            for child in &tree.children {
                let open = child.tag == Tag::Construct("open");
                if !open && !grouping.expressions.iter().any(|group| group.same(child)) {
                    let message = "arguments to GROUPING must be grouping expressions of the associated query level";
                    return Err(grouping_error(message, child.span));
                }
            }
            return Ok(());
        }
        tree.children.iter().try_for_each(|child| self.check_grouping_calls(child, here, grouping))
    }

    /// `check_ungrouped_columns_walker`
    fn check_grouped(
        &mut self,
        tree: &Tree,
        here: usize,
        grouping: &Grouping,
        in_query: bool,
        dependent: &mut Vec<(usize, Oid)>,
    ) -> Result<()> {
        match &tree.tag {
            Tag::Constant(_) | Tag::Parameter(_) => return Ok(()),
            Tag::Aggregate { depth, direct, .. } if *depth == here => {
                return tree.children[..*direct]
                    .iter()
                    .try_for_each(|child| self.check_grouped(child, here, grouping, in_query, dependent));
            }
            Tag::Aggregate { depth, .. } | Tag::Grouping(depth) if *depth <= here => return Ok(()),
            _ => {}
        }
        let plain_var = tree.var();
        if (!in_query || plain_var.is_some()) && grouping.expressions.iter().any(|group| group.same(tree)) {
            return Ok(());
        }
        if let Some(var) = plain_var {
            if var.depth != here || self.depends_on_key(var, grouping, tree.span, dependent) {
                return Ok(());
            }
            return Err(self.ungrouped(var, in_query, tree.span));
        }
        let in_query = in_query || matches!(tree.tag, Tag::Query(_));
        tree.children.iter().try_for_each(|child| self.check_grouped(child, here, grouping, in_query, dependent))
    }

    /// `check_functional_grouping`: whether the column's table has its whole primary key grouped.
    fn depends_on_key(
        &mut self,
        var: Var,
        grouping: &Grouping,
        span: TextRange,
        dependent: &mut Vec<(usize, Oid)>,
    ) -> bool {
        if dependent.iter().any(|(entry, _)| *entry == var.entry) {
            return true;
        }
        let EntryKind::Relation(oid, _) = self.levels[var.depth].entries[var.entry].kind else { return false };
        let Some(relation) = self.schema().relation(oid) else { return false };
        let key = relation.constraints.iter().find(|each| matches!(each.kind, ConstraintKind::PrimaryKey));
        let Some(key) = key.filter(|key| !key.deferrable && !key.columns.is_empty()) else { return false };
        let grouped = key.columns.iter().all(|number| {
            let column = Var { attribute: *number, ..var };
            grouping.common.iter().any(|group| group.var() == Some(column))
        });
        if grouped {
            dependent.push((var.entry, key.oid));
            self.out.needs.push(Need::PrimaryKey(key.oid, span));
        }
        grouped
    }

    fn ungrouped(&self, var: Var, in_query: bool, span: TextRange) -> Failure {
        let entry = &self.levels[var.depth].entries[var.entry];
        let at = usize::try_from(var.attribute).ok().and_then(|number| number.checked_sub(1));
        let system = ["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];
        let name = match (var.attribute, at.and_then(|at| entry.columns.get(at))) {
            (_, Some(column)) => &*column.name,
            (0, None) => "*",
            (number, None) => usize::try_from(-number - 1).ok().and_then(|at| system.get(at)).copied().unwrap_or("?"),
        };
        let column = format!("\"{}.{name}\"", entry.name);
        let message = if in_query {
            format!("subquery uses ungrouped column {column} from outer query")
        } else {
            format!("column {column} must appear in the GROUP BY clause or be used in an aggregate function")
        };
        grouping_error(message, span)
    }
}

/// The deepest column and the deepest aggregate of the queries from `here` outwards.
fn deepest(tree: &Tree, here: usize, columns: &mut Option<usize>, aggregates: &mut Option<(usize, TextRange)>) {
    match &tree.tag {
        Tag::Var(var) if var.depth <= here => *columns = (*columns).max(Some(var.depth)),
        Tag::Aggregate { depth, .. } | Tag::Grouping(depth)
            if *depth <= here && aggregates.is_none_or(|(known, _)| known < *depth) =>
        {
            *aggregates = Some((*depth, tree.span));
        }
        _ => {}
    }
    // What an inner aggregate holds does not count, only its own depth (`check_agg_arguments_walker` goes on into it, and so
    // does this: its columns are no deeper than itself).
    tree.children.iter().for_each(|child| deepest(child, here, columns, aggregates));
}

/// Set-returning and window functions inside an aggregate.
fn refuse_inside(tree: &Tree) -> Result<()> {
    let mut wanted = |node: &Node| matches!(node.tag, Tag::SetReturning(_) | Tag::Window(..));
    match tree.find_outside_queries(&mut wanted) {
        Some(Node { tag: Tag::SetReturning(_), span, .. }) => {
            Err(unsupported("aggregate function calls cannot contain set-returning function calls", *span))
        }
        Some(node) => Err(grouping_error("aggregate function calls cannot contain window function calls", node.span)),
        None => Ok(()),
    }
}

/// 42803
pub(crate) fn grouping_error(message: impl Into<String>, span: TextRange) -> Failure {
    Error::fail("42803", message, span, ErrorKind::Grouping)
}
