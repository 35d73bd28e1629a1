//! Operators of two and three operands. What only one outcome of a test runs is an arm, like the body of an `if`.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{ExprId, ExprKind, Fate, GroupTest, Logic};

impl Lowering<'_> {
    pub(super) fn ternary(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let condition = self.part(node, Part::Condition).map(|condition| self.expression(condition));
        let arms = [Part::Consequence, Part::Alternative]
            .into_iter()
            .filter_map(|part| self.part(node, part))
            .collect::<Vec<_>>();
        let arms = self.arms(condition.map(GroupTest::If), &arms, true, fate);
        let kind = match (condition, arms.as_slice()) {
            (Some(condition), [then, otherwise]) => ExprKind::Choice { condition, arms: [*then, *otherwise] },
            _ => ExprKind::Branch(arms),
        };
        self.builder.expr(kind, range_of(node))
    }

    pub(super) fn binary(&mut self, node: Node<'_>) -> ExprId {
        let operator = self.part(node, Part::Operator).map_or("", |operator| self.slice(operator));
        if operator == "+" {
            return self.plus(node);
        }
        let logic = match operator {
            "||" => Some(Logic::Or),
            "??" => Some(Logic::Nullish),
            "&&" => Some(Logic::And),
            _ => None,
        };
        let left = self.part(node, Part::Left).map(|left| self.expression(left));
        let (right, range) = (self.part(node, Part::Right), range_of(node));
        if let (Some(op), Some(left), Some(right)) = (logic, left, right) {
            let right = self.second(op, left, right);
            return self.builder.expr(ExprKind::Logic { op, left, right }, range);
        }
        let right = right.map(|right| self.expression(right));
        let kind = match (operator, left, right) {
            ("===" | "!==" | "==" | "!=", Some(left), Some(right)) => {
                ExprKind::Equal { left, right, negated: operator.starts_with('!'), strict: operator.len() == 3 }
            }
            // `list.length > 0` asks what `list.length` does.
            (">", Some(left), Some(right)) if self.is_length(left) && self.is_number(right, "0") => {
                ExprKind::Not(self.builder.expr(ExprKind::Not(left), range))
            }
            (">=", Some(left), Some(right)) if self.is_length(left) && self.is_number(right, "1") => {
                ExprKind::Not(self.builder.expr(ExprKind::Not(left), range))
            }
            ("<", Some(left), Some(right)) if self.is_length(left) && self.is_number(right, "1") => ExprKind::Not(left),
            ("-" | "*" | "/" | "%" | "**", ..) => ExprKind::Number(None),
            _ => ExprKind::Opaque,
        };
        self.builder.expr(kind, range)
    }

    fn is_length(&self, expr: ExprId) -> bool {
        matches!(&self.builder.facts.expr(expr).kind, ExprKind::Member { property, .. } if property.as_ref() == "length")
    }

    fn is_number(&self, expr: ExprId, number: &str) -> bool {
        matches!(&self.builder.facts.expr(expr).kind, ExprKind::Number(Some(text)) if text.as_ref() == number)
    }

    /// The second operand of a logical operator: the first decides whether it is looked at.
    fn second(&mut self, op: Logic, left: ExprId, right: Node<'_>) -> ExprId {
        let test = match op {
            Logic::And => Some(GroupTest::If(left)),
            Logic::Or => {
                let range = self.builder.facts.expr(left).range;
                Some(GroupTest::If(self.builder.expr(ExprKind::Not(left), range)))
            }
            Logic::Nullish => None,
        };
        let fate = self.fate();
        self.arms(test, &[right], false, fate)[0]
    }

    /// Operands of which a test decides which one is looked at. Where nothing is called or written in them, they are no
    /// arms: most are plain values.
    fn arms(&mut self, test: Option<GroupTest>, nodes: &[Node<'_>], exhaustive: bool, fate: Fate) -> Vec<ExprId> {
        let before = self.builder.mark();
        let group = self.builder.group(exhaustive);
        self.builder.facts.groups[group as usize].test = test;
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            let outer = self.builder.open_arm(group, range_of(*node));
            values.push(self.expression_with(*node, fate));
            self.builder.region = outer;
        }
        self.builder.drop_empty_arms(&before, nodes.len());
        values
    }

    /// A chain of `+`, walked without recursion: generated files have thousands of terms.
    fn plus(&mut self, node: Node<'_>) -> ExprId {
        let mut terms = Vec::new();
        let mut next = Some(node);
        while let Some(here) = next.take() {
            let plus = self.kind(here) == Kind::BinaryExpression
                && self.part(here, Part::Operator).is_some_and(|operator| self.slice(operator) == "+");
            if plus {
                terms.extend(self.part(here, Part::Right));
                next = self.part(here, Part::Left);
            } else {
                terms.push(here);
            }
        }
        terms.reverse();
        let parts: Vec<ExprId> = terms.into_iter().map(|term| self.expression(term)).collect();
        let kind = |part: &ExprId| &self.builder.facts.expr(*part).kind;
        // `1 + count * 2` is arithmetic, not text; what `index + 1` is depends on the index.
        let counts = parts.iter().all(|part| matches!(kind(part), ExprKind::Number(_)));
        let kind = if counts { ExprKind::Number(None) } else { ExprKind::Concat(parts) };
        self.builder.expr(kind, range_of(node))
    }
}
