//! Which unique index an ON CONFLICT clause means (`infer_arbiter_indexes` of plancat.c).

use std::collections::BTreeSet;

use rollproof_catalog::{ConstraintKind, Index, Oid, RelationKind, StoredExpr};
use rollproof_source::TextRange;
use rollproof_sql::ast::{ArbiterElement, Expr, Name, OnConflict};

use super::TargetRelation;
use crate::analyze::{Analyzer, Kind, Node, Tag, Tree};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::Need;
use crate::types;

/// An arbiter as it was written.
pub(crate) enum Wanted {
    /// `ON CONSTRAINT`: the constraint, its index.
    Constraint { constraint: Oid, index: Oid, span: TextRange },
    /// Columns and expressions, and a predicate.
    Inferred { elements: Vec<Element>, predicate: Option<Tree>, span: TextRange, open: bool },
}

/// An element of an inference clause.
pub(crate) struct Element {
    tree: Tree,
    column: Option<i16>,
    collation: Option<Oid>,
    class: Option<(Oid, Oid)>,
}

/// Whether an index fits.
enum Fit {
    Yes,
    No,
    /// It depends on what cannot be proven here.
    Maybe,
}

impl<'a> Analyzer<'a> {
    /// `transformOnConflictArbiter`, `resolve_unique_index_expr`
    pub(crate) fn inference(
        &mut self,
        written: &'a [ArbiterElement],
        predicate: Option<&'a Expr>,
        span: TextRange,
        target: &TargetRelation<'a>,
    ) -> Result<Wanted> {
        let (mut elements, mut open) = (Vec::new(), false);
        for each in written {
            let value = self.expression_of(&each.value, Kind::IndexExpression)?;
            open |= value.open;
            let column = value.tree.var().filter(|var| var.entry == target.item.entry).map(|var| var.attribute);
            if let Some(0) = column {
                let message = "whole row unique index inference specifications are not supported";
                return Err(crate::analyze::unsupported(message, each.value.span));
            }
            let collation =
                each.collation.as_ref().map(|name| types::collation_name(&mut self.cx, name)).transpose()?;
            let class = match &each.operator_class {
                // `(${"a,"} b)`: what stands after unknown text may be a column.
                Some(name) if !value.open => Some(self.operator_class(name)?),
                _ => None,
            };
            elements.push(Element { tree: value.tree, column, collation, class });
        }
        let predicate = match predicate {
            Some(predicate) => {
                let value = self.condition(predicate, Kind::IndexPredicate, "WHERE")?;
                open |= value.open;
                Some(value.tree)
            }
            None => None,
        };
        Ok(Wanted::Inferred { elements, predicate, span, open })
    }

    /// A B-tree operator class by name: its family and input type.
    fn operator_class(&mut self, name: &rollproof_sql::ast::QualifiedName) -> Result<(Oid, Oid)> {
        let wanted = &name.object().text;
        let found = self.schema().find_operator_class(name.schema().map(|schema| &*schema.text), "btree", wanted);
        match found {
            Some(class) => Ok((class.family, class.input)),
            None => {
                let message = format!("operator class \"{wanted}\" does not exist for access method \"btree\"");
                Err(Error::fail("42704", message, name.span, ErrorKind::MissingObject(wanted.clone())))
            }
        }
    }

    /// `get_relation_constraint_oid`
    pub(crate) fn named_constraint(&mut self, name: &Name, target: &TargetRelation<'a>) -> Result<Wanted> {
        let relation = target.relation;
        self.cx.lookups.whole_relations.insert(relation.oid);
        let Some(constraint) = relation.constraints.iter().find(|each| each.name == name.text) else {
            let message = format!("constraint \"{}\" for table \"{}\" does not exist", name.text, relation.name);
            return Err(Error::fail("42704", message, name.span, ErrorKind::MissingObject(name.text.clone())));
        };
        let object = rollproof_catalog::ObjectId::Constraint(constraint.oid);
        self.bind(name.span, object, crate::resolution::Role::Other);
        let indexed =
            matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion);
        let index = if indexed { constraint.index } else { Oid::NONE };
        Ok(Wanted::Constraint { constraint: constraint.oid, index, span: name.span })
    }

    /// What planning and execution make of the arbiter.
    pub(crate) fn check_arbiter(
        &mut self,
        wanted: Wanted,
        target: &TargetRelation<'a>,
        conflict: &OnConflict,
    ) -> Result<()> {
        self.cx.lookups.whole_relations.insert(target.relation.oid);
        let base = self.out.writes.iter().rev().find(|write| write.relation == target.relation.oid);
        let base = base.map_or(target.relation.oid, |write| write.base);
        let updates = conflict.update.is_some() || conflict.select;
        match wanted {
            Wanted::Constraint { constraint, index, span } => {
                self.check_constraint_arbiter(base, constraint, index, updates, span)
            }
            Wanted::Inferred { open: true, .. } => Ok(()),
            Wanted::Inferred { elements, predicate, span, .. } => {
                if target.relation.kind == RelationKind::View {
                    return self.infer_through_view(base, target, &elements, predicate.as_ref(), span);
                }
                self.infer(base, &elements, predicate.as_ref(), target.item.entry, span)
            }
        }
    }

    fn check_constraint_arbiter(
        &mut self,
        relation: Oid,
        constraint: Oid,
        index: Oid,
        updates: bool,
        span: TextRange,
    ) -> Result<()> {
        let found = self.schema().relation(index).and_then(|relation| relation.index.as_ref());
        let Some(found) = found.filter(|_| index.is_some()) else {
            let message = "constraint in ON CONFLICT clause has no associated index";
            return Err(Error::fail("42809", message, span, ErrorKind::Other));
        };
        if found.exclusion && updates {
            let message = "ON CONFLICT DO UPDATE not supported with exclusion constraints";
            return Err(Error::fail("42809", message, span, ErrorKind::Other));
        }
        if !found.immediate {
            return Err(deferrable(span));
        }
        let indexes = vec![index];
        self.out.needs.push(Need::Arbiter { relation, indexes, constraints: vec![constraint], span });
        Ok(())
    }

    /// Arbiters of a view are its table's: columns are mapped, expressions are left unproven.
    fn infer_through_view(
        &mut self,
        base: Oid,
        target: &TargetRelation<'a>,
        elements: &[Element],
        predicate: Option<&Tree>,
        span: TextRange,
    ) -> Result<()> {
        let columns = self.base_columns(target.relation);
        let mapped: Option<Vec<Element>> = elements
            .iter()
            .map(|element| {
                let at = usize::try_from(element.column?).ok()?.checked_sub(1)?;
                let column = columns.get(at).copied().flatten()?;
                let tree = Node::new(Tag::Construct("base column"), Vec::new(), element.tree.span);
                Some(Element { tree, column: Some(column), collation: element.collation, class: element.class })
            })
            .collect();
        match (mapped, predicate) {
            (Some(mapped), None) => self.infer(base, &mapped, None, target.item.entry, span),
            _ => Err(Failure::unknown("ON CONFLICT with expressions on a view", span)),
        }
    }

    fn infer(
        &mut self,
        relation: Oid,
        elements: &[Element],
        predicate: Option<&Tree>,
        entry: usize,
        span: TextRange,
    ) -> Result<()> {
        let Some(table) = self.schema().relation(relation) else { return Ok(()) };
        let (mut indexes, mut constraints, mut maybe) = (Vec::new(), Vec::new(), false);
        let mut immediate = true;
        for oid in &table.indexes {
            let Some(index) = self.schema().relation(*oid).and_then(|of| of.index.as_ref()) else { continue };
            if !index.valid || !index.unique || (index.exclusion && self.version() >= 18) {
                continue;
            }
            match self.fits(index, elements, predicate, entry)? {
                Fit::Yes => {
                    immediate &= index.immediate;
                    indexes.push(*oid);
                    constraints.extend(index.constraint.is_some().then_some(index.constraint));
                }
                Fit::Maybe => maybe = true,
                Fit::No => {}
            }
        }
        if indexes.is_empty() {
            if maybe {
                return Err(Failure::unknown("whether an index's predicate follows from ON CONFLICT's", span));
            }
            let message = "there is no unique or exclusion constraint matching the ON CONFLICT specification";
            return Err(Error::fail("42P10", message, span, ErrorKind::MissingObject("".into())));
        }
        if !immediate {
            return Err(deferrable(span));
        }
        self.out.needs.push(Need::Arbiter { relation, indexes, constraints, span });
        Ok(())
    }

    fn fits(&mut self, index: &'a Index, elements: &[Element], predicate: Option<&Tree>, entry: usize) -> Result<Fit> {
        let wanted: BTreeSet<i16> = elements.iter().filter_map(|element| element.column).collect();
        let keys: BTreeSet<i16> = index.keys.iter().map(|key| key.column).filter(|column| *column != 0).collect();
        if wanted != keys {
            return Ok(Fit::No);
        }
        let expressions = index.keys.iter().filter_map(|key| key.expression.as_ref());
        let expressions: Option<Vec<Tree>> =
            expressions.map(|stored| self.stored_tree(stored, entry)).collect::<Result<_>>()?;
        let Some(expressions) = expressions else { return Ok(Fit::Maybe) };
        for element in elements {
            if !self.collation_and_class_fit(element, index, &expressions) {
                return Ok(Fit::No);
            }
            let known = expressions.iter().any(|tree| tree.same(&element.tree));
            if element.column.is_none() && !known {
                return Ok(Fit::No);
            }
        }
        let lacking = expressions.iter().any(|tree| !elements.iter().any(|element| element.tree.same(tree)));
        if lacking {
            return Ok(Fit::No);
        }
        match &index.predicate {
            None => Ok(Fit::Yes),
            Some(stored) => {
                let Some(needed) = self.stored_tree(stored, entry)? else { return Ok(Fit::Maybe) };
                Ok(implied(&needed, predicate))
            }
        }
    }

    /// `infer_collation_opclass_match`
    fn collation_and_class_fit(&self, element: &Element, index: &Index, expressions: &[Tree]) -> bool {
        if element.collation.is_none() && element.class.is_none() {
            return true;
        }
        let mut next = expressions.iter();
        index.keys.iter().any(|key| {
            let expression = if key.column == 0 { next.next() } else { None };
            let class = self.schema().operator_class(key.operator_class);
            let class_fits = element.class.is_none_or(|(family, input)| {
                class.is_some_and(|class| class.family == family && class.input == input)
            });
            let collation_fits = element.collation.is_none_or(|collation| collation == key.collation);
            let same = match (element.column, expression) {
                (Some(column), _) => column == key.column,
                (None, Some(expression)) => expression.same(&element.tree),
                (None, None) => false,
            };
            class_fits && collation_fits && same
        })
    }

    /// An expression that the schema keeps, as if it stood in this statement. None where it could not be followed.
    fn stored_tree(&mut self, stored: &'a StoredExpr, entry: usize) -> Result<Option<Tree>> {
        let saved = (self.out.clone(), self.unknown.clone(), self.cx.lookups.clone());
        let items = std::mem::take(&mut self.level().items);
        let mut item = self.level().item(entry, true, true);
        if let crate::analyze::EntryKind::Relation(oid, _) = self.level().entries[entry].kind
            && let Some(relation) = self.schema().relation(oid)
        {
            let columns = item.columns.iter().zip(&relation.columns);
            let columns = columns
                .map(|(column, of)| crate::analyze::level::ItemColumn { name: of.name.clone(), ..column.clone() });
            item.columns = std::rc::Rc::new(columns.collect());
        }
        self.level().items = vec![item];
        self.stored = Some((&stored.text.bindings, entry));
        let result = self.expression_of(&stored.expr, Kind::IndexExpression);
        self.stored = None;
        self.level().items = items;
        let followed = self.unknown == saved.1;
        (self.out, self.unknown, self.cx.lookups) = saved;
        match result {
            Ok(value) if followed && !value.open => Ok(Some(value.tree)),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

/// 55000, which execution raises for any deferrable arbiter.
fn deferrable(span: TextRange) -> Failure {
    let message = "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters";
    Error::fail("55000", message, span, ErrorKind::Other)
}

/// `predicate_implied_by`, as far as it goes by comparing clauses: each of the index's is among those given, or is a test for
/// not null of something that a comparison given is strict in.
fn implied(needed: &Tree, given: Option<&Tree>) -> Fit {
    let needed = conjuncts(needed);
    let given = given.map(conjuncts).unwrap_or_default();
    let follows = |clause: &&Tree| given.iter().any(|known| known.same(clause) || strict_in(known, clause));
    if needed.iter().all(follows) {
        return Fit::Yes;
    }
    if given.is_empty() {
        return Fit::No;
    }
    // What stays may follow by the order of an operator family (x > 5 implies x > 0), which only comparisons can.
    let lacking: Vec<&&Tree> = needed.iter().filter(|clause| !follows(clause)).collect();
    // Equality with a constant, and a test for null, follow from themselves alone where all that is given is comparisons.
    let exact = |clause: &&&Tree| match &clause.tag {
        Tag::Operator(symbol) => &**symbol == "=",
        Tag::Construct(name) => *name == "is null",
        _ => false,
    };
    let plain = |clause: &&Tree| match &clause.tag {
        Tag::Operator(symbol) => matches!(&**symbol, "=" | "<" | ">" | "<=" | ">=" | "<>"),
        Tag::Construct(name) => matches!(*name, "is null" | "is not null"),
        _ => false,
    };
    if given.iter().all(plain) && lacking.iter().any(exact) {
        return Fit::No;
    }
    let columns = |tree: &Tree| {
        let mut found = Vec::new();
        tree.find(&mut |node| {
            found.extend(node.var());
            false
        });
        found
    };
    let related = lacking.iter().all(|clause| {
        let wanted = columns(clause);
        given.iter().any(|known| columns(known).iter().any(|var| wanted.contains(var)))
    });
    if related { Fit::Maybe } else { Fit::No }
}

fn conjuncts(tree: &Tree) -> Vec<&Tree> {
    match &tree.tag {
        Tag::Construct("AND") => tree.children.iter().flat_map(conjuncts).collect(),
        _ => vec![tree],
    }
}

/// Whether `x IS NOT NULL` follows from a comparison with `x`.
fn strict_in(known: &Tree, clause: &Tree) -> bool {
    let comparison = match &known.tag {
        Tag::Operator(symbol) => matches!(&**symbol, "=" | "<" | ">" | "<=" | ">=" | "<>"),
        _ => false,
    };
    comparison
        && clause.tag == Tag::Construct("is not null")
        && clause.children.first().is_some_and(|value| known.children.iter().any(|side| side.same(value)))
}
