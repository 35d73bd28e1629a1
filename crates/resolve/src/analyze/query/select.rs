//! SELECT (`transformSelectStmt`).

use rollproof_sql::ast::{ColumnRef, FromItem, FromKind, GroupItem, JoinCondition, RelationRef, Select};

use super::{Output, Parts, Rows};
use crate::analyze::aggregate::Grouping;
use crate::analyze::clause::{LockObstacle, WindowInfo};
use crate::analyze::{Analyzer, DYNAMIC, Kind, Node, Tag, Tree, syntax_error};
use crate::error::Result;

impl<'a> Analyzer<'a> {
    /// SELECT with what stands around it, in the order in which the server looks at its clauses.
    pub(crate) fn select(&mut self, select: &'a Select, parts: &Parts<'a>) -> Result<Rows> {
        if !select.holes.is_empty() {
            self.note_unknown(DYNAMIC, select.span);
            let level = self.level();
            (level.open, level.open_clauses) = (true, true);
            level.open_from |= select.open_from;
        }
        if let Some(into) = &select.into
            && self.here() > 0
        {
            return Err(syntax_error("SELECT ... INTO is not allowed here", into.name.span));
        }
        let windows = select.windows.iter();
        self.level().windows =
            windows.map(|(name, definition)| WindowInfo { name: Some(&name.text), definition }).collect();
        self.level().locked |= !parts.locking.is_empty();
        self.level().open_windows = ends_open(select);
        if select.from.is_empty() {
            // The text may bring a FROM.
            let open = !select.holes.is_empty()
                || parts.has_holes
                || select.targets.iter().any(|target| crate::walk::may_be_several(&target.value));
            self.level().open_from |= open;
        }
        self.analyze_from(&select.from)?;
        let mut outputs = self.target_list(&select.targets, Kind::SelectTarget)?;
        let mut trees: Vec<Tree> = Vec::new();
        if let Some(filter) = &select.filter {
            trees.push(self.condition(filter, Kind::Where, "WHERE")?.tree);
        }
        let mut having = None;
        if let Some(condition) = &select.having {
            having = Some(self.condition(condition, Kind::Having, "HAVING")?.tree);
        }
        let sorted = self.sort_clause(parts.order_by, &mut outputs, Kind::OrderBy, true)?;
        let grouping = self.group_clause(&select.group_by, &mut outputs)?;
        if let Some(distinct) = &select.distinct {
            self.distinct_clause(distinct, &mut outputs, &sorted)?;
        }
        trees.extend(self.limit_clauses(parts.limit, parts.offset, parts.with_ties, !sorted.is_empty())?);
        self.window_definitions(&mut outputs)?;
        let obstacle = self.obstacle(select, grouping.is_some() || !select.group_by.is_empty());
        self.locking_clauses(&parts.locking, obstacle)?;
        self.finish_grouping(grouping, having.as_ref(), &outputs)?;
        trees.extend(having);
        let mut rows = self.finish_rows(outputs, trees, parts.span);
        rows.obstacle = obstacle.phrase.or(rows.obstacle);
        Ok(rows)
    }

    fn finish_grouping(&mut self, grouping: Option<Grouping>, having: Option<&Tree>, outputs: &[Output]) -> Result<()> {
        if grouping.is_none() && having.is_none() && !self.level().has_aggregates {
            return Ok(());
        }
        let checked: Vec<Tree> = outputs.iter().map(|output| output.tree.clone()).chain(having.cloned()).collect();
        self.check_grouping(&grouping.unwrap_or_default(), &checked)
    }

    /// What keeps rows from being locked (`CheckSelectLocking`).
    fn obstacle(&mut self, select: &Select, grouped: bool) -> LockObstacle {
        let level = self.level();
        let phrase = if select.distinct.is_some() {
            Some("DISTINCT clause")
        } else if grouped {
            Some("GROUP BY clause")
        } else if select.having.is_some() {
            Some("HAVING clause")
        } else if level.has_aggregates {
            Some("aggregate functions")
        } else if level.has_windows {
            Some("window functions")
        } else if level.has_sets {
            Some("set-returning functions in the target list")
        } else {
            None
        };
        LockObstacle { phrase }
    }

    /// The query as a whole.
    pub(crate) fn finish_rows(
        &mut self,
        outputs: Vec<Output>,
        mut trees: Vec<Tree>,
        span: rollproof_source::TextRange,
    ) -> Rows {
        let level = self.level();
        let open = level.open_targets;
        trees.extend(std::mem::take(&mut level.parts));
        trees.extend(outputs.iter().map(|output| output.tree.clone()));
        // What a query in FROM cannot be locked through, this one cannot either.
        let inner = level.entries.iter().filter(|entry| entry.in_from).find_map(|entry| entry.obstacle);
        Rows { outputs, tree: Node::new(Tag::Query(false), trees, span), open, obstacle: inner }
    }

    /// `TABLE t`: `SELECT * FROM t`.
    pub(crate) fn table(&mut self, relation: &'a RelationRef, parts: &Parts<'a>) -> Result<Rows> {
        let from = self.source_relation(relation)?;
        self.level().items.extend(from.items);
        static STAR: ColumnRef = ColumnRef { fields: Vec::new(), star: None };
        let span = relation.name.span;
        let expanded = self.standing(Kind::SelectTarget, |this| this.expand_star(&STAR, span, span))?;
        let mut outputs = Vec::new();
        for (name, value) in expanded {
            let origin = self.tree_origin(&value.tree);
            outputs.push(Output { origin, from_star: Some(span), ..Output::new(name, value) });
        }
        let sorted = self.sort_clause(parts.order_by, &mut outputs, Kind::OrderBy, true)?;
        let trees = self.limit_clauses(parts.limit, parts.offset, parts.with_ties, !sorted.is_empty())?;
        self.locking_clauses(&parts.locking, LockObstacle::default())?;
        Ok(self.finish_rows(outputs, trees, parts.span))
    }
}

/// Whether what stands before WINDOW ends in unknown text.
fn ends_open(select: &Select) -> bool {
    if let Some(having) = &select.having {
        return crate::walk::ends_open(having);
    }
    match (select.group_by.last(), &select.filter, select.from.last(), select.targets.last()) {
        (Some(GroupItem::Expr(expr)), ..) | (None, Some(expr), ..) => crate::walk::ends_open(expr),
        (None, None, Some(FromItem { kind: FromKind::Join(join), .. }), _) => match &join.condition {
            JoinCondition::On(condition) => crate::walk::ends_open(condition),
            _ => false,
        },
        (None, None, None, Some(target)) => crate::walk::ends_open(&target.value),
        _ => false,
    }
}
