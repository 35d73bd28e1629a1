//! GROUP BY and grouping sets (`transformGroupClause`).

use rollproof_sql::ast::{Expr, ExprKind, GroupItem};

use crate::analyze::aggregate::Grouping;
use crate::analyze::{Analyzer, Kind, Output, Tree};
use crate::error::{Error, ErrorKind, Failure, Result};

/// One grouping set: entries of the target list.
type Set = Vec<usize>;

impl<'a> Analyzer<'a> {
    /// What a query groups by; none without GROUP BY.
    pub(crate) fn group_clause(
        &mut self,
        items: &'a [GroupItem],
        outputs: &mut Vec<Output>,
    ) -> Result<Option<Grouping>> {
        if items.is_empty() {
            return Ok(None);
        }
        let mut all: Set = Vec::new();
        let mut common: Set = Vec::new();
        for item in items {
            let (every, shared) = self.group_item(item, outputs, 0)?;
            all.extend(every);
            common.extend(shared);
        }
        let trees = |set: &[usize]| -> Vec<Tree> { set.iter().map(|at| outputs[*at].tree.clone()).collect() };
        Ok(Some(Grouping { expressions: trees(&all), common: trees(&common) }))
    }

    /// The entries of an item, and those that each of its sets has.
    fn group_item(&mut self, item: &'a GroupItem, outputs: &mut Vec<Output>, depth: u32) -> Result<(Set, Set)> {
        match item {
            GroupItem::Expr(expr) => {
                let set = self.group_expressions(expr, outputs)?;
                Ok((set.clone(), set))
            }
            GroupItem::Empty => Ok((Vec::new(), Vec::new())),
            GroupItem::Rollup(list) | GroupItem::Cube(list) => {
                let limit = if matches!(item, GroupItem::Cube(_)) { 12 } else { usize::MAX };
                if list.len() > limit {
                    let span = list[0].span;
                    let message = "CUBE is limited to 12 elements";
                    return Err(Error::fail("54011", message, span, ErrorKind::Other));
                }
                let mut all = Vec::new();
                for expr in list {
                    all.extend(self.group_expressions(expr, outputs)?);
                }
                Ok((all, Vec::new()))
            }
            GroupItem::Sets(sets) => {
                if depth > 100 {
                    return Err(Failure::unknown("grouping sets lie too deep in each other", Default::default()));
                }
                let mut all = Vec::new();
                let mut common: Option<Set> = None;
                for set in sets {
                    let (every, shared) = self.group_item(set, outputs, depth + 1)?;
                    all.extend(every);
                    common = Some(match common {
                        None => shared,
                        Some(known) => known.into_iter().filter(|at| shared.contains(at)).collect(),
                    });
                }
                Ok((all, common.unwrap_or_default()))
            }
            GroupItem::All => Err(Failure::unknown("GROUP BY ALL", Default::default())),
        }
    }

    /// An expression; a row without `ROW` stands for its items.
    fn group_expressions(&mut self, expr: &'a Expr, outputs: &mut Vec<Output>) -> Result<Set> {
        if let ExprKind::Row(items, false) = &expr.kind {
            let mut set = Vec::new();
            for item in items {
                set.extend(self.group_expressions(item, outputs)?);
            }
            return Ok(set);
        }
        let Some(at) = self.find_output(expr, outputs, Kind::GroupBy, true)? else { return Ok(Vec::new()) };
        let mut output = outputs[at].clone();
        self.check_groupable(&mut output)?;
        outputs[at] = output;
        Ok(vec![at])
    }
}
