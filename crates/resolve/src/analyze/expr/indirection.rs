//! Fields and subscripts (`transformIndirection`).

use rollproof_catalog::RelationKind;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Indirection, Name};

use crate::analyze::scope::{FoundColumn, system_column};
use crate::analyze::{Analyzer, EntryKind, Expression, Node, Returning, Tag, Tree, Var, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types::{self, Callee, Subscript};

impl<'a> Analyzer<'a> {
    /// `value.field[1]…`; a star at the end is the target list's to expand.
    pub(crate) fn indirection(
        &mut self,
        value: &'a Expr,
        steps: &'a [Indirection],
        span: TextRange,
    ) -> Result<Expression> {
        let inner = self.expression(value)?;
        self.follow(inner, steps, span)
    }

    /// The steps after a value.
    pub(crate) fn follow(
        &mut self,
        mut value: Expression,
        steps: &'a [Indirection],
        span: TextRange,
    ) -> Result<Expression> {
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            match step {
                Indirection::Star(star) => {
                    return Err(unsupported("row expansion via \"*\" is not supported here", *star));
                }
                Indirection::Field(name) => {
                    value = self.field(value, name, span)?;
                    at += 1;
                }
                Indirection::Index(_) | Indirection::Slice(..) => {
                    let subscripts = steps[at..].iter().take_while(|step| is_subscript(step)).count();
                    value = self.subscripted(value, &steps[at..at + subscripts], span)?;
                    at += subscripts;
                }
            }
        }
        Ok(value)
    }

    fn field(&mut self, value: Expression, name: &'a Name, span: TextRange) -> Result<Expression> {
        if value.open {
            return Ok(value);
        }
        let tree = value.tree.clone();
        let typed = value.typed.clone();
        let whole_row = tree.var().filter(|var| var.attribute == 0);
        if let Some(var) = whole_row
            && let Some(column) = self.column_of_row(var, name, span)?
        {
            self.forget_row(typed.span);
            return Ok(column);
        }
        let resolved = types::resolve_attribute(&mut self.cx, name, value.typed)?;
        match resolved.filter(|resolved| whole_row.is_none() || !matches!(resolved.callee, Callee::Field(_))) {
            Some(resolved) => self.attribute_result(resolved, name, tree, span),
            None => Err(self.unknown_attribute(&typed, &tree, name, span)),
        }
    }

    /// A column of a whole row, by the name that the row's alias gives it (`ParseComplexProjection`).
    fn column_of_row(&mut self, row: Var, name: &Name, span: TextRange) -> Result<Option<Expression>> {
        let Some(level) = self.levels.get(row.depth) else { return Ok(None) };
        let Some(entry) = level.entries.get(row.entry) else { return Ok(None) };
        if entry.kind == EntryKind::Join {
            return self.column_of_join(row, name, span);
        }
        let found = entry.columns.iter().position(|column| !column.dropped && column.name == name.text);
        let number = match found {
            Some(at) => i16::try_from(at + 1).ok(),
            None if matches!(entry.kind, EntryKind::Relation(_, kind) if kind != RelationKind::View) => {
                system_column(&name.text).map(|(number, _)| number)
            }
            None => None,
        };
        let Some(number) = number else { return Ok(None) };
        let place = FoundColumn { entry: row.entry, attribute: number };
        self.bind_column(row.depth, place, span, Some(name));
        Ok(Some(self.var(row.depth, place, Returning::Default, span)?))
    }

    /// A join's columns are those of its sides.
    fn column_of_join(&mut self, row: Var, name: &Name, span: TextRange) -> Result<Option<Expression>> {
        let item = self.levels[row.depth].item_of(row.entry);
        let mut named = item.columns.iter().filter(|column| !column.dropped && column.name == name.text);
        let Some(column) = named.next() else { return Ok(None) };
        if named.next().is_some() {
            let message = format!("column reference \"{}\" is ambiguous", name.text);
            return Err(Error::fail("42702", message, name.span, ErrorKind::AmbiguousColumn(name.text.clone())));
        }
        let place = FoundColumn { entry: column.entry, attribute: column.attribute };
        self.bind_column(row.depth, place, span, Some(name));
        Ok(Some(self.var(row.depth, place, Returning::Default, span)?))
    }

    /// `unknown_attribute` of parse_expr.c.
    fn unknown_attribute(&self, typed: &crate::Typed, tree: &Tree, name: &Name, span: TextRange) -> Failure {
        if let Tag::Var(var) = tree.tag
            && var.attribute == 0
            && let Some(entry) = self.levels.get(var.depth).and_then(|level| level.entries.get(var.entry))
        {
            let message = format!("column {}.{} does not exist", entry.name, name.text);
            let kind = ErrorKind::MissingColumn { table: Some(entry.name.clone()), name: name.text.clone() };
            return Error::fail("42703", message, span, kind);
        }
        let shown = types::format_type(&self.cx, typed.oid());
        let kind = ErrorKind::MissingField { data_type: shown.as_str().into(), name: name.text.clone() };
        if typed.oid() == super::RECORD {
            let message = format!("could not identify column \"{}\" in record data type", name.text);
            return Error::fail("42703", message, span, kind);
        }
        if self.is_row_type(typed.oid()) {
            let message = format!("column \"{}\" not found in data type {shown}", name.text);
            return Error::fail("42703", message, span, kind);
        }
        let message = format!("column notation .{} applied to type {shown}, which is not a composite type", name.text);
        Error::fail("42809", message, span, ErrorKind::TypeMismatch { from: shown.into(), to: "".into() })
    }

    fn subscripted(&mut self, value: Expression, steps: &'a [Indirection], span: TextRange) -> Result<Expression> {
        if !value.open {
            types::check_subscriptable(&self.cx, value.typed.data_type, value.typed.span)?;
        }
        let (mut subscripts, mut trees, open) = self.subscripts(steps)?;
        trees.insert(0, value.tree.clone());
        if value.open || open {
            return Ok(Expression::open(trees, span));
        }
        let typed = types::subscript(&mut self.cx, &value.typed, &mut subscripts, span)?;
        Ok(Expression::new(typed, Node::new(Tag::Construct("subscript"), trees, span)))
    }

    /// Subscripts as expressions: whether any of them is unknown text besides.
    pub(crate) fn subscripts(&mut self, steps: &'a [Indirection]) -> Result<(Vec<Subscript>, Vec<Tree>, bool)> {
        let (mut subscripts, mut trees, mut open) = (Vec::new(), Vec::new(), false);
        let mut one = |this: &mut Self, expr: &'a Expr| -> Result<crate::Typed> {
            let value = this.expression(expr)?;
            trees.push(value.tree);
            open |= value.open;
            Ok(value.typed)
        };
        for step in steps {
            match step {
                Indirection::Index(expr) => subscripts.push(Subscript::Index(one(self, expr)?)),
                Indirection::Slice(lower, upper) => {
                    let lower = lower.as_ref().map(|expr| one(self, expr)).transpose()?;
                    let upper = upper.as_ref().map(|expr| one(self, expr)).transpose()?;
                    subscripts.push(Subscript::Slice(lower, upper));
                }
                Indirection::Field(_) | Indirection::Star(_) => break,
            }
        }
        Ok((subscripts, trees, open))
    }
}

/// Whether a step is a subscript.
pub(crate) fn is_subscript(step: &Indirection) -> bool {
    matches!(step, Indirection::Index(_) | Indirection::Slice(..))
}
