//! Loops that are no `for … of`. One that counts through a list, or to a number, runs over that.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{BindingKind, ExprId, ExprKind, RegionKind};

/// How many turns of a loop that counts to a number are followed.
const MAX_COUNT: u32 = 64;

/// What a loop counts through.
enum Counted<'n, 's> {
    /// A list of this name; the counter is its index.
    List(Node<'n>, &'s str),
    /// Numbers from 0.
    Numbers(u32),
}

impl<'t> Lowering<'t> {
    pub(super) fn loop_statement(&mut self, node: Node<'_>) {
        let counted = self.counted(node);
        let over = counted.as_ref().map(|(_, counted)| match counted {
            Counted::List(list, _) => self.expression(*list),
            Counted::Numbers(count) => self.numbers(*count, node),
        });
        let outer = self.open_target(RegionKind::Loop(over), node);
        let scope = self.builder.open_scope();
        let mut children = self.children(node);
        if let (Some((counter, counted)), Some(over)) = (counted, over) {
            let name = match counted {
                Counted::List(_, list) => element_name(list, counter),
                Counted::Numbers(_) => {
                    // The test and the increment say nothing more.
                    children.drain(..children.len() - 1);
                    counter.to_owned()
                }
            };
            let id = self.builder.bind(&name, BindingKind::Element);
            self.builder.binding_mut(id).init = Some(over);
        }
        for child in children {
            let kind = self.kind(child);
            if kind.is_statement() || kind.is_declaration() || kind == Kind::StatementBlock {
                self.statement(child);
            } else {
                self.expression(child);
            }
        }
        self.builder.scope = scope;
        self.close_target(outer);
    }

    /// `list[index]`, where a loop around it counts through the list by the index.
    pub(super) fn element_of(&mut self, object: Node<'_>, index: Node<'_>) -> Option<ExprId> {
        if self.kind(object) != Kind::Identifier || self.kind(index) != Kind::Identifier {
            return None;
        }
        let name = element_name(self.slice(object), self.slice(index));
        let id = self.builder.lookup(&name, self.builder.scope)?;
        let range = rollproof_source::TextRange::new(object.start_byte() as u32, index.end_byte() as u32 + 1);
        Some(self.builder.expr(ExprKind::Binding(id), range))
    }

    /// The counter of `for (let i = 0; i < …; i++)`, and what it counts through.
    fn counted<'n>(&self, node: Node<'n>) -> Option<(&'t str, Counted<'n, 't>)> {
        if self.kind(node) != Kind::ForStatement {
            return None;
        }
        let [start, test, step, body] = self.children(node)[..] else { return None };
        let declared: [Node<'_>; 1] = self.children(start).try_into().ok()?;
        let counter = self.slice(self.part(declared[0], Part::Name)?);
        if self.slice(self.part(declared[0], Part::Value)?) != "0" || self.changes(body, counter) {
            return None;
        }
        let step: String = self.slice(step).split_whitespace().collect();
        let steps = [format!("{counter}++"), format!("++{counter}"), format!("{counter}+=1")];
        let test = if self.kind(test) == Kind::ExpressionStatement { self.children(test).pop()? } else { test };
        let left = self.part(test, Part::Left).map(|left| self.slice(left));
        if !steps.contains(&step) || left != Some(counter) {
            return None;
        }
        let right = self.part(test, Part::Right)?;
        let operator = self.slice(self.part(test, Part::Operator)?);
        if self.kind(right) == Kind::Number {
            let count: u32 = self.slice(right).parse().ok()?;
            let count = if operator == "<=" { count.checked_add(1)? } else { count };
            let known = matches!(operator, "<" | "<=") && count <= MAX_COUNT;
            return known.then_some((counter, Counted::Numbers(count)));
        }
        let list = self.part(right, Part::Object).filter(|list| self.kind(*list) == Kind::Identifier)?;
        let length = self.part(right, Part::Property).is_some_and(|property| self.slice(property) == "length");
        let name = self.slice(list);
        (length && operator == "<" && !self.changes(body, name)).then_some((counter, Counted::List(list, name)))
    }

    /// Whether a statement gives a name another value, or puts a value in its place.
    fn changes(&self, body: Node<'_>, name: &str) -> bool {
        let mut found = false;
        self.visit_inside(body, &mut |node| {
            let target = match self.kind(node) {
                Kind::UpdateExpression => self.part(node, Part::Argument),
                Kind::AssignmentExpression | Kind::AugmentedAssignmentExpression => self.part(node, Part::Left),
                _ => None,
            };
            let base = |target: Node<'_>| self.slice(self.part(target, Part::Object).unwrap_or(target)) == name;
            found |= target.is_some_and(base);
            !found
        });
        found
    }

    fn numbers(&mut self, count: u32, node: Node<'_>) -> ExprId {
        let range = range_of(node);
        let number = |at: u32| ExprKind::Number(Some(at.to_string().into()));
        let items = (0..count).map(|at| self.builder.expr(number(at), range)).collect();
        self.builder.expr(ExprKind::Array(items), range)
    }
}

/// The name of the element that a loop is at; no name of source is like it.
fn element_name(list: &str, counter: &str) -> String {
    format!("{list}[{counter}]")
}
