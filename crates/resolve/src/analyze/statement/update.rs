//! UPDATE (`transformUpdateStmt`, `transformUpdateTargetList`).

use rollproof_catalog::{Column, Relation};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Assignment, AssignmentTarget, Expr, ExprKind, SubLinkKind, Update};

use super::insert::refuse_part_default;
use crate::analyze::scope::is_unknown;
use crate::analyze::{Analyzer, DYNAMIC, Expression, Kind, Level, Node, Rows, Tag, ValueKind, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::{Write, WriteAction, WriteColumn, WriteValue};

/// A value for a column.
enum Source {
    Default(TextRange),
    Value(Expression, WriteValue),
}

impl<'a> Analyzer<'a> {
    /// UPDATE
    pub(crate) fn update(&mut self, update: &'a Update) -> Result<Rows> {
        if let Some(with) = &update.with {
            self.with_clause(with)?;
        }
        if is_unknown(&update.target.name) {
            return self.update_unknown(update);
        }
        let target = self.target_relation(&update.target)?;
        self.note_holes(&update.holes, update.open_from, update.span);
        let mut own = target.item.clone();
        (own.lateral_only, own.lateral_ok) = (true, false);
        self.level().items.push(own);
        self.analyze_from(&update.from)?;
        let mut trees = Vec::new();
        if let Some(filter) = &update.filter {
            refuse_cursor(filter, target.relation)?;
            trees.push(self.condition(filter, Kind::Where, "WHERE")?.tree);
        }
        let rows = self.returning(update.returning.as_ref(), Some(&target), update.span, Kind::Returning)?;
        let mut write = Write {
            relation: target.relation.oid,
            base: target.relation.oid,
            action: WriteAction::Update,
            columns: Vec::new(),
            omitted: Vec::new(),
            positional: false,
            from_star: None,
            span: target.span,
        };
        self.assignments(&update.assignments, target.relation, &mut write)?;
        let taken = self.check_write(&mut write, target.relation, None, update.returning.is_some());
        self.refuse_later(taken)?;
        self.out.writes.push(write);
        self.level().parts.extend(trees);
        Ok(rows)
    }

    /// Unknown text among the clauses of UPDATE or DELETE.
    pub(crate) fn note_holes(&mut self, holes: &[u32], open_from: bool, span: TextRange) {
        if !holes.is_empty() {
            self.note_unknown(DYNAMIC, span);
            let level = self.level();
            (level.open, level.open_clauses) = (true, true);
            level.open_from |= open_from;
        }
    }

    /// The assignments of SET: the values are all transformed before any is assigned, as the server does.
    pub(crate) fn assignments(
        &mut self,
        assignments: &'a [Assignment],
        relation: &'a Relation,
        write: &mut Write,
    ) -> Result<()> {
        let mut pairs: Vec<(&'a AssignmentTarget, Source)> = Vec::new();
        for assignment in assignments {
            match assignment {
                Assignment::One(target, value) => pairs.push((target, self.assignment_source(value)?)),
                Assignment::Many(targets, value) => self.many(targets, value, &mut pairs)?,
                Assignment::Hole(_) => {
                    self.note_unknown(DYNAMIC, write.span);
                    self.level().open = true;
                }
            }
        }
        for (target, source) in pairs {
            self.assign_one(relation, target, source, write)?;
        }
        Ok(())
    }

    fn assignment_source(&mut self, value: &'a Expr) -> Result<Source> {
        if matches!(value.kind, ExprKind::Default) {
            return Ok(Source::Default(value.span));
        }
        let written = ValueKind::of(value);
        Ok(Source::Value(self.expression_of(value, Kind::UpdateSource)?, written))
    }

    /// `(a, b) = …`
    fn many(
        &mut self,
        targets: &'a [AssignmentTarget],
        value: &'a Expr,
        pairs: &mut Vec<(&'a AssignmentTarget, Source)>,
    ) -> Result<()> {
        match &value.kind {
            ExprKind::Row(items, _) => {
                let mut sources = Vec::new();
                for item in items {
                    match &item.kind {
                        ExprKind::Default => sources.push(Source::Default(item.span)),
                        _ => {
                            let expanded =
                                self.standing(Kind::UpdateSource, |this| this.row_items(std::slice::from_ref(item)))?;
                            let single = expanded.len() == 1;
                            for each in expanded {
                                let written = if single { ValueKind::of(item) } else { WriteValue::Expression };
                                sources.push(Source::Value(each, written));
                            }
                        }
                    }
                }
                check_count(targets.len(), sources.len(), value.span)?;
                pairs.extend(targets.iter().zip(sources));
            }
            ExprKind::SubLink(link) if matches!(link.kind, SubLinkKind::Scalar) => {
                let rows = self.standing(Kind::UpdateSource, |this| {
                    this.inside(Level::default(), |this| {
                        let rows = this.query(&link.query)?;
                        this.settle_unknowns(rows)
                    })
                })?;
                let tree = rows.tree.clone();
                self.level().parts.push(tree);
                if rows.open {
                    return Ok(());
                }
                let outputs: Vec<_> = rows.visible().collect();
                check_count(targets.len(), outputs.len(), value.span)?;
                for (target, output) in targets.iter().zip(outputs) {
                    let mut typed = output.typed.clone();
                    typed.shape = crate::Shape::Other;
                    typed.nullable = true;
                    let tree = Node::new(Tag::Construct("multi"), vec![output.tree.clone()], value.span);
                    let source = Source::Value(Expression::new(typed, tree), WriteValue::Expression);
                    pairs.push((target, source));
                }
            }
            ExprKind::Hole(_) => {
                self.hole(value.span);
            }
            ExprKind::Open(inner) => {
                // The list of values may be longer than it looks.
                self.hole(value.span);
                if let ExprKind::Row(items, _) = &inner.kind {
                    self.standing(Kind::UpdateSource, |this| this.row_items(items))?;
                }
            }
            _ => {
                self.expression_of(value, Kind::UpdateSource)?;
                let message = "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression";
                return Err(unsupported(message, value.span));
            }
        }
        Ok(())
    }

    fn assign_one(
        &mut self,
        relation: &'a Relation,
        target: &'a AssignmentTarget,
        source: Source,
        write: &mut Write,
    ) -> Result<()> {
        let column = self.assigned_column(relation, target, true)?;
        let (written, nullable) = match source {
            Source::Default(place) => {
                refuse_part_default(&target.indirection, place)?;
                (WriteValue::Default, false)
            }
            Source::Value(value, written) => {
                let value = self.standing(Kind::UpdateTarget, |this| {
                    this.assign(value, column, &target.indirection, target.span)
                })?;
                (written, value.typed.nullable)
            }
        };
        self.add_assigned(column, target, written, nullable, write)
    }

    /// A column assigned twice is refused (`process_matched_tle`), unless parts of it are.
    fn add_assigned(
        &mut self,
        column: &Column,
        target: &AssignmentTarget,
        written: WriteValue,
        nullable: bool,
        write: &mut Write,
    ) -> Result<()> {
        let part = !target.indirection.is_empty();
        let written = if part { WriteValue::Expression } else { written };
        if let Some(known) = write.columns.iter_mut().find(|known| known.number == column.number) {
            if !part || known.values.len() == 1 && known.values[0] != WriteValue::Expression {
                let message = format!("multiple assignments to same column \"{}\"", column.name);
                let kind = ErrorKind::AmbiguousColumn(column.name.clone());
                self.refuse_later(Err(Error::fail("42601", message, target.column.span, kind)))?;
            }
            return Ok(());
        }
        let nullable = nullable && !part;
        let values = vec![written];
        write.columns.push(WriteColumn { number: column.number, span: target.column.span, values, nullable });
        Ok(())
    }
}

/// A view's rows have no place for a cursor to stand on (`rewriteTargetView`).
pub(crate) fn refuse_cursor(filter: &Expr, relation: &Relation) -> Result<()> {
    if matches!(filter.kind, ExprKind::CurrentOf(_)) && relation.kind == rollproof_catalog::RelationKind::View {
        return Err(unsupported("WHERE CURRENT OF on a view is not implemented", filter.span));
    }
    Ok(())
}

fn check_count(columns: usize, values: usize, span: TextRange) -> Result<()> {
    if columns == values {
        return Ok(());
    }
    Err(Error::fail("42601", "number of columns does not match number of values", span, ErrorKind::ColumnCount))
}
