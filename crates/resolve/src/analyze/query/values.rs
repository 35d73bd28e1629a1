//! VALUES as a query (`transformValuesClause`).

use std::sync::Arc;

use rollproof_sql::ast::Expr;

use super::{Output, Parts, Rows};
use crate::analyze::clause::strength;
use crate::analyze::{
    Analyzer, Entry, EntryColumn, EntryKind, Expression, Kind, Node, Tag, Var, syntax_error, unsupported,
};
use crate::error::Result;
use crate::typed::Typed;
use crate::types;

impl<'a> Analyzer<'a> {
    /// VALUES lists.
    pub(crate) fn values(&mut self, rows: &'a [Vec<Expr>], parts: &Parts<'a>) -> Result<Rows> {
        self.level().open_targets |= rows.iter().flatten().any(crate::walk::may_be_several);
        let mut lists: Vec<Vec<Expression>> = Vec::new();
        for row in rows {
            let list = self.standing(Kind::Values, |this| this.row_items(row))?;
            if let Some(first) = lists.first()
                && first.len() != list.len()
                && !self.level().open_targets
            {
                let span = row.first().map_or(parts.span, |value| value.span);
                return Err(syntax_error("VALUES lists must all be the same length", span));
            }
            lists.push(list);
        }
        let width = lists.first().map_or(0, Vec::len);
        let mut columns = Vec::new();
        for at in 0..width {
            let mut values: Vec<Expression> = lists.iter().filter_map(|list| list.get(at).cloned()).collect();
            columns.push(self.values_column(&mut values, at, parts)?);
        }
        let mut entry = Entry::new(EntryKind::Values, "*VALUES*".into(), columns, parts.span);
        let trees = lists.iter().flatten().map(|value| value.tree.clone()).collect();
        entry.tree = Some(Node::new(Tag::Construct("values"), trees, parts.span));
        let item = self.add_entry(entry, None, true)?;
        self.level().items.push(item.clone());
        let depth = self.here();
        let mut outputs = Vec::new();
        for column in item.columns.iter() {
            let var = Var { depth, entry: column.entry, attribute: column.attribute };
            let value = self.var_expression(var, Default::default(), parts.span)?;
            outputs.push(Output::new(column.name.clone(), value));
        }
        let sorted = self.sort_clause(parts.order_by, &mut outputs, Kind::OrderBy, true)?;
        let trees = self.limit_clauses(parts.limit, parts.offset, parts.with_ties, !sorted.is_empty())?;
        if let Some(locking) = parts.locking.first() {
            let message = format!("{} cannot be applied to VALUES", strength(locking.strength));
            return Err(unsupported(message, locking.span));
        }
        Ok(self.finish_rows(outputs, trees, parts.span))
    }

    /// A column of VALUES: the common type of its values.
    fn values_column(&mut self, values: &mut [Expression], at: usize, parts: &Parts<'a>) -> Result<EntryColumn> {
        let name: Arc<str> = format!("column{}", at + 1).into();
        if values.iter().any(|value| value.open) {
            self.level().open_targets = true;
            let open = Expression::open(Vec::new(), parts.span);
            return Ok(EntryColumn::of_value(name, &open.typed));
        }
        let mut typed: Vec<Typed> = values.iter().map(|value| value.typed.clone()).collect();
        let nullable = typed.iter().any(|value| value.nullable);
        let mut result = types::unify(&mut self.cx, &mut typed, "VALUES", parts.span)?;
        result.nullable = nullable;
        Ok(EntryColumn::of_value(name, &result))
    }
}
