//! ORDER BY and DISTINCT, and finding an entry of the target list (`findTargetlistEntrySQL92`).

use rollproof_catalog::Oid;
use rollproof_sql::ast::{ColumnRef, Distinct, Expr, ExprKind, Literal, OperatorName, SortBy};

use crate::analyze::aggregate::grouping_error;
use crate::analyze::{Analyzer, Expression, Kind, Output, Tag, syntax_error};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::Role;
use crate::types;

/// `unknown`
const UNKNOWN: Oid = Oid(705);

impl<'a> Analyzer<'a> {
    /// `transformSortClause`: which entries of the target list the rows are sorted by; new ones are added hidden.
    pub(crate) fn sort_clause(
        &mut self,
        order_by: &'a [SortBy],
        outputs: &mut Vec<Output>,
        kind: Kind,
        names: bool,
    ) -> Result<Vec<usize>> {
        let mut sorted = Vec::new();
        for sort in order_by {
            let at = self.find_output(&sort.value, outputs, kind, names)?;
            let Some(at) = at else { continue };
            let mut value = Expression { typed: outputs[at].typed.clone(), ..outputs[at].expression() };
            self.check_sortable(&mut value, sort.using.as_ref())?;
            outputs[at].typed = value.typed;
            if !sorted.contains(&at) {
                sorted.push(at);
            }
        }
        Ok(sorted)
    }

    /// `addTargetToSortList`: literals become text, and the type must have an order.
    pub(crate) fn check_sortable(&mut self, value: &mut Expression, using: Option<&OperatorName>) -> Result<()> {
        if value.open {
            return Ok(());
        }
        if value.typed.oid() == UNKNOWN {
            types::resolve_unknown(&mut self.cx, &mut value.typed)?;
        }
        self.check_collation(&value.typed)?;
        let result = match using {
            Some(operator) => types::require_ordering_operator(&mut self.cx, operator, &mut value.typed),
            None => types::require_ordering(&mut self.cx, value.typed.oid(), value.typed.span),
        };
        self.tolerate(result)?;
        Ok(())
    }

    /// What is sorted or grouped by has one collation, or none (`assign_collations_walker`, TargetEntry).
    fn check_collation(&self, typed: &crate::Typed) -> Result<()> {
        let crate::CollationStrength::Conflict(one, other) = typed.strength else { return Ok(()) };
        let name = |oid| self.schema().collation(oid).map(|collation| collation.name.clone()).unwrap_or_default();
        let message =
            format!("collation mismatch between implicit collations \"{}\" and \"{}\"", name(one), name(other));
        Err(Error::fail("42P21", message, typed.span, ErrorKind::CollationMismatch))
    }

    /// `addTargetToGroupList`: literals become text, and the type must have an equality.
    pub(crate) fn check_groupable(&mut self, output: &mut Output) -> Result<()> {
        if output.open {
            return Ok(());
        }
        if output.typed.oid() == UNKNOWN {
            types::resolve_unknown(&mut self.cx, &mut output.typed)?;
        }
        self.check_collation(&output.typed)?;
        let result = types::require_equality(&mut self.cx, output.typed.oid(), output.typed.span);
        if result.is_err() && self.level().open_clauses {
            // `GROUP BY x ${more}`
            output.open = true;
            return Ok(());
        }
        self.tolerate(result)?;
        Ok(())
    }

    /// The entry of the target list that an item means; none where unknown text may hold it. `names` takes names and
    /// positions of the result first, as SQL92 has it.
    pub(crate) fn find_output(
        &mut self,
        expr: &'a Expr,
        outputs: &mut Vec<Output>,
        kind: Kind,
        names: bool,
    ) -> Result<Option<usize>> {
        if let ExprKind::Open(inner) = &expr.kind {
            self.open_item(inner, outputs, kind, names)?;
            return Ok(None);
        }
        if names {
            match &expr.kind {
                ExprKind::Column(ColumnRef { fields, star: None }) if fields.len() == 1 => {
                    if let Some(at) = self.output_by_name(&fields[0], outputs, kind, expr)? {
                        return Ok(Some(at));
                    }
                }
                ExprKind::Literal(literal) => return self.output_by_position(literal, outputs, kind, expr),
                _ => {}
            }
        }
        if let ExprKind::Hole(_) = expr.kind {
            self.hole(expr.span);
            return Ok(None);
        }
        let open_targets = self.level().open_targets;
        let value = if open_targets && names && matches!(expr.kind, ExprKind::Column(_)) {
            // The name may be one that unknown text gives to a column.
            match self.expression_of(expr, kind) {
                Ok(value) => value,
                Err(_) => return Ok(None),
            }
        } else {
            self.expression_of(expr, kind)?
        };
        if let Some(at) = outputs.iter().position(|output| output.tree.same(&value.tree)) {
            if let crate::typed::Shape::Parameter { occurrence, .. } = value.typed.shape {
                self.cx.parameters.forget(occurrence);
            }
            return Ok(Some(at));
        }
        outputs.push(Output { hidden: true, ..Output::new(crate::analyze::target::unnamed(), value) });
        Ok(Some(outputs.len() - 1))
    }

    /// An item that unknown text goes on with: `x ${"DESC"}`, `x ${"IS NULL"}`. A name may be that of an output.
    fn open_item(&mut self, inner: &'a Expr, outputs: &[Output], kind: Kind, names: bool) -> Result<()> {
        if let ExprKind::Column(ColumnRef { fields, star: None }) = &inner.kind
            && let [name] = &fields[..]
            && names
            && (self.level().open_targets || outputs.iter().any(|output| !output.hidden && output.name == name.text))
        {
            self.hole(inner.span);
            return Ok(());
        }
        self.standing(kind, |this| this.open_operand(inner))?;
        Ok(())
    }

    fn output_by_name(
        &mut self,
        name: &'a rollproof_sql::ast::Name,
        outputs: &[Output],
        kind: Kind,
        expr: &'a Expr,
    ) -> Result<Option<usize>> {
        // GROUP BY prefers a column of the query's own FROM over a name of the result.
        if kind == Kind::GroupBy && self.column_by_name(name, true, expr.span)?.is_some() {
            return Ok(None);
        }
        let mut found: Option<usize> = None;
        for (at, output) in outputs.iter().enumerate() {
            if output.hidden || output.name != name.text {
                continue;
            }
            match found {
                Some(other) if !outputs[other].tree.same(&output.tree) => {
                    let message = format!("{} \"{}\" is ambiguous", kind.name(), name.text);
                    let kind = ErrorKind::AmbiguousColumn(name.text.clone());
                    return Err(Error::fail("42702", message, expr.span, kind));
                }
                Some(_) => {}
                None => found = Some(at),
            }
        }
        if let Some(at) = found {
            check_groups(&outputs[at], kind)?;
            if let Some(origin) = outputs[at].origin {
                self.out.through.push(expr.span);
                self.bind(expr.span, rollproof_catalog::ObjectId::Column(origin), Role::Read);
            }
        }
        Ok(found)
    }

    fn output_by_position(
        &mut self,
        literal: &Literal,
        outputs: &[Output],
        kind: Kind,
        expr: &Expr,
    ) -> Result<Option<usize>> {
        let Literal::Integer(position) = literal else {
            return Err(syntax_error(format!("non-integer constant in {}", kind.name()), expr.span));
        };
        let visible = outputs.iter().enumerate().filter(|(_, output)| !output.hidden);
        let mut at = usize::try_from(*position).ok().and_then(|position| position.checked_sub(1));
        if self.level().open_targets {
            at = None;
        }
        match at.and_then(|at| visible.map(|(at, _)| at).nth(at)) {
            Some(at) => {
                check_groups(&outputs[at], kind)?;
                Ok(Some(at))
            }
            None if self.level().open_targets => Ok(None),
            None => {
                let message = format!("{} position {position} is not in select list", kind.name());
                Err(Error::fail("42P10", message, expr.span, ErrorKind::Other))
            }
        }
    }

    /// `transformDistinctClause`, `transformDistinctOnClause`
    pub(crate) fn distinct_clause(
        &mut self,
        distinct: &'a Distinct,
        outputs: &mut Vec<Output>,
        sorted: &[usize],
    ) -> Result<()> {
        match distinct {
            Distinct::All => {
                if let Some(hidden) = sorted.iter().find(|at| outputs[**at].hidden) {
                    if self.level().open_targets {
                        return Ok(());
                    }
                    let message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
                    return Err(Error::fail("42P10", message, outputs[*hidden].typed.span, ErrorKind::Other));
                }
                for output in outputs.iter_mut().filter(|output| !output.hidden) {
                    self.check_groupable(output)?;
                }
                Ok(())
            }
            Distinct::On(list) => self.distinct_on(list, outputs, sorted),
        }
    }

    fn distinct_on(&mut self, list: &'a [Expr], outputs: &mut Vec<Output>, sorted: &[usize]) -> Result<()> {
        let mut wanted = Vec::new();
        for each in list {
            let Some(at) = self.find_output(each, outputs, Kind::DistinctOn, true)? else { continue };
            let mut output = outputs[at].clone();
            self.check_groupable(&mut output)?;
            outputs[at] = output;
            wanted.push((at, each.span));
        }
        let mut skipped = false;
        for at in sorted {
            if wanted.iter().any(|(wanted, _)| wanted == at) {
                if skipped {
                    return Err(distinct_order(outputs[*at].typed.span));
                }
            } else {
                skipped = true;
            }
        }
        match wanted.iter().find(|(at, _)| skipped && !sorted.contains(at)) {
            Some((_, span)) if !self.level().open => Err(distinct_order(*span)),
            _ => Ok(()),
        }
    }
}

fn distinct_order(span: rollproof_source::TextRange) -> crate::error::Failure {
    let message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
    Error::fail("42P10", message, span, ErrorKind::Other)
}

/// `checkTargetlistEntrySQL92`: an entry that GROUP BY names holds no aggregate of its own query.
fn check_groups(output: &Output, kind: Kind) -> Result<()> {
    if kind != Kind::GroupBy {
        return Ok(());
    }
    let mut wanted = |node: &crate::analyze::Node| matches!(node.tag, Tag::Aggregate { .. } | Tag::Window(..));
    match output.tree.find_outside_queries(&mut wanted) {
        Some(node) if matches!(node.tag, Tag::Window(..)) => {
            let message = "window functions are not allowed in GROUP BY";
            Err(Error::fail("42P20", message, node.span, ErrorKind::Grouping))
        }
        Some(node) => Err(grouping_error("aggregate functions are not allowed in GROUP BY", node.span)),
        None => Ok(()),
    }
}
