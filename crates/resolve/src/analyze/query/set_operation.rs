//! UNION, INTERSECT, EXCEPT (`transformSetOperationStmt`, `transformSetOperationTree`).

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{QueryBody, SetOperation, SetOperator};

use super::{Output, Parts, Rows};
use crate::analyze::clause::strength;
use crate::analyze::{
    Analyzer, Entry, EntryColumn, EntryKind, Expression, Kind, Level, Node, Tag, Tree, Var, syntax_error, unsupported,
};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::{Shape, Typed};
use crate::types;

/// `unknown`
const UNKNOWN: Oid = Oid(705);

/// One side of a set operation, or all of it.
struct Side {
    outputs: Vec<Output>,
    tree: Tree,
    open: bool,
}

impl<'a> Analyzer<'a> {
    /// A set operation with what stands around it.
    pub(crate) fn set_operation(&mut self, operation: &'a SetOperation, parts: &Parts<'a>) -> Result<Rows> {
        let recursive = self.level().recursive.take();
        let side = self.operation(operation, recursive)?;
        let columns: Vec<EntryColumn> = side.outputs.iter().map(Output::to_column).collect();
        let mut entry = Entry::new(EntryKind::Subquery, "*SELECT*".into(), columns, parts.span);
        entry.open = side.open;
        let item = self.add_entry(entry, None, false)?;
        let depth = self.here();
        let mut outputs = Vec::new();
        for (column, output) in item.columns.iter().zip(&side.outputs) {
            let var = Var { depth, entry: column.entry, attribute: column.attribute };
            let mut value = self.var_expression(var, Default::default(), parts.span)?;
            value.open = output.open;
            outputs.push(Output::new(column.name.clone(), value));
        }
        self.level().open_targets |= side.open;
        self.level().items.push(item);
        let known = outputs.len();
        let sorted = self.sort_clause(parts.order_by, &mut outputs, Kind::OrderBy, true)?;
        if let Some(extra) = outputs.get(known)
            && !self.level().open
        {
            let message = "invalid UNION/INTERSECT/EXCEPT ORDER BY clause";
            return Err(unsupported(message, extra.typed.span));
        }
        self.level().items.clear();
        let mut trees = self.limit_clauses(parts.limit, parts.offset, parts.with_ties, !sorted.is_empty())?;
        trees.push(side.tree);
        let mut rows = self.finish_rows(outputs, trees, parts.span);
        rows.obstacle = Some("UNION/INTERSECT/EXCEPT");
        Ok(rows)
    }

    /// One operation; `recursive` says that its left side decides the columns of a recursive CTE.
    fn operation(&mut self, operation: &'a SetOperation, recursive: Option<(usize, usize)>) -> Result<Side> {
        let left = self.side(&operation.left, operation.span)?;
        if let Some((depth, at)) = recursive {
            self.learn_recursive_columns(depth, at, &left.outputs, left.open)?;
        }
        let right = self.side(&operation.right, operation.span)?;
        let word = match operation.operator {
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except => "EXCEPT",
        };
        let open = left.open || right.open;
        if !open && left.outputs.len() != right.outputs.len() {
            let span = right.outputs.first().map_or(right.tree.span, |output| output.typed.span);
            let message = format!("each {word} query must have the same number of columns");
            return Err(Error::fail("42601", message, span, ErrorKind::ColumnCount));
        }
        let mut outputs = Vec::new();
        if !open {
            for (one, other) in left.outputs.into_iter().zip(right.outputs) {
                outputs.push(self.combined(operation, one, other, word, recursive.is_some())?);
            }
        }
        let tag = Tag::Operator(format!("{word} {}", operation.all).into());
        Ok(Side { outputs, tree: Node::new(tag, vec![left.tree, right.tree], operation.span), open })
    }

    /// A side: another operation that is part of this one, or a query of its own.
    fn side(&mut self, body: &'a QueryBody, span: TextRange) -> Result<Side> {
        let parts = Parts::of_body(body, span)?;
        if let QueryBody::SetOperation(operation) = parts.body
            && parts.is_bare()
        {
            return self.deeper(span, |this| this.operation(operation, None));
        }
        if let QueryBody::Select(select) = parts.body
            && let Some(into) = &select.into
        {
            return Err(syntax_error("INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT", into.name.span));
        }
        if let Some(locking) = parts.locking.first() {
            let message = format!("{} is not allowed with UNION/INTERSECT/EXCEPT", strength(locking.strength));
            return Err(unsupported(message, locking.span));
        }
        let rows = self.inside(Level::default(), |this| this.query_parts(&parts))?;
        // A column of a side is seen from here as a column, except that literals may still take a type.
        let outputs = rows.outputs.into_iter().filter(|output| !output.hidden).map(|mut output| {
            if output.typed.oid() != UNKNOWN {
                output.typed.shape = match output.typed.shape {
                    Shape::Record(columns) => Shape::Record(columns),
                    _ => Shape::Other,
                };
            }
            output
        });
        Ok(Side { outputs: outputs.collect(), tree: rows.tree, open: rows.open })
    }

    /// A column of the result.
    fn combined(
        &mut self,
        operation: &SetOperation,
        left: Output,
        right: Output,
        word: &str,
        recursive: bool,
    ) -> Result<Output> {
        let nullable = match operation.operator {
            SetOperator::Union => left.typed.nullable || right.typed.nullable,
            SetOperator::Intersect => left.typed.nullable && right.typed.nullable,
            SetOperator::Except => left.typed.nullable,
        };
        if left.open || right.open {
            let value = Expression::open(vec![left.tree, right.tree], left.typed.span);
            return Ok(Output::new(left.name, value));
        }
        let span = left.typed.span;
        let (mut one, mut other) = (left.typed, right.typed);
        let common = types::select_common_type(&mut self.cx, &[&one, &other], word)?;
        for value in [&mut one, &mut other] {
            // A column of type unknown that is neither literal nor parameter is converted when the plan is made. A parameter
            // in it gets no type by that.
            if matches!(&value.shape, Shape::Collate(inner) if matches!(inner.shape, Shape::Parameter { .. })) {
                value.data_type = TypeRef::plain(common);
                continue;
            }
            types::coerce_to_common_type(&mut self.cx, value, common, word)?;
        }
        let modifier = types::select_common_typmod(&[&one, &other], common);
        let all = operation.operator == SetOperator::Union && operation.all;
        let collation = types::select_common_collation(&mut self.cx, &[&one, &other], all)?;
        if !all {
            let result = types::require_equality(&mut self.cx, common, other.span);
            self.tolerate(result)?;
        }
        let _ = recursive;
        let mut typed = Typed::new(TypeRef { oid: common, modifier }, collation, span);
        typed.nullable = nullable;
        if let Shape::Record(columns) = &one.shape {
            typed.shape = Shape::Record(columns.clone());
        }
        let tree = Node::new(Tag::Construct("combined"), vec![left.tree, right.tree], span);
        Ok(Output::new(left.name, Expression::new(typed, tree)))
    }
}
