//! `await`, `!` and the like in front of a chain of calls. With type arguments in the chain the grammar binds them to what stands
//! before these, and not to the whole chain: `await db<T>(table).where(x)` is read as `((await db)<T>(table)).where(x)`.

use rollproof_source::TextRange;
use tree_sitter::Node;

use super::expression::unary_value;
use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{ExprId, Fate};

/// Such operators.
const OPERATORS: &[&str] = &["await", "void", "typeof", "!", "delete", "-", "+", "~"];

/// A chain that the operators in front of it were taken off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare {
    /// Where the operators start.
    from: u32,
    /// Where the chain starts.
    to: u32,
}

impl Lowering<'_> {
    /// The operators in front of a chain that the grammar binds to its first part, from the outside in.
    pub(super) fn prefixes<'n>(&self, chain: Node<'n>) -> Option<Vec<Node<'n>>> {
        let from = chain.start_byte();
        let known = || self.bare.is_some_and(|bare| bare.from == from as u32);
        let rest = || self.text.get(from..).unwrap_or("");
        if !self.is_chain(chain) || known() || !OPERATORS.iter().any(|operator| rest().starts_with(operator)) {
            return None;
        }
        let mut next = chain;
        while self.is_chain(next) || matches!(self.kind(next), Kind::NonNullExpression | Kind::InstantiationExpression)
        {
            let first = self.part(next, Part::Function).or_else(|| self.part(next, Part::Object));
            next = first.or_else(|| self.children(next).into_iter().next())?;
        }
        let mut found = Vec::new();
        while matches!(self.kind(next), Kind::AwaitExpression | Kind::UnaryExpression) {
            found.push(next);
            next = self.operand(next)?;
        }
        (!found.is_empty()).then_some(found)
    }

    /// A chain with such operators in front of it, which they belong to as a whole.
    pub(super) fn prefixed(&mut self, chain: Node<'_>, prefixes: &[Node<'_>]) -> ExprId {
        let outer = self.bare;
        let start = prefixes.last().and_then(|last| self.operand(*last)).unwrap_or(chain).start_byte() as u32;
        self.bare = Some(Bare { from: chain.start_byte() as u32, to: start });
        let range = self.range_of_chain(chain);
        let fate = match prefixes.last() {
            Some(last) => self.fate_behind(self.operator(*last), range),
            None => self.fate(),
        };
        let mut value = self.expression_with(chain, fate);
        self.bare = outer;
        for prefix in prefixes.iter().rev() {
            if self.kind(*prefix) == Kind::AwaitExpression {
                self.builder.await_call(value);
            } else {
                let range = TextRange::new(prefix.start_byte() as u32, chain.end_byte() as u32);
                value = self.builder.expr(unary_value(self.operator(*prefix), Some(value)), range);
            }
        }
        value
    }

    /// What becomes of an error of what stands behind an operator.
    pub(super) fn fate_behind(&self, operator: &str, operand: TextRange) -> Fate {
        if operator == "void" { Fate::NotAwaited(operand) } else { self.fate() }
    }

    /// What is called, without the operators that belong to the whole chain.
    pub(super) fn without_prefixes<'n>(&self, function: Node<'n>) -> Node<'n> {
        if self.bare.is_none_or(|bare| bare.from != function.start_byte() as u32) {
            return function;
        }
        let mut node = function;
        for _ in 0..8 {
            let next = match self.kind(node) {
                Kind::AwaitExpression | Kind::UnaryExpression => self.operand(node),
                Kind::NonNullExpression | Kind::InstantiationExpression => self.children(node).into_iter().next(),
                _ => return node,
            };
            match next {
                Some(next) => node = next,
                None => return node,
            }
        }
        node
    }

    /// Where an expression stands, without the operators that belong to the whole chain.
    pub(super) fn range_of_chain(&self, node: Node<'_>) -> TextRange {
        let range = range_of(node);
        match self.bare {
            Some(bare) if bare.from == range.start => TextRange::new(bare.to, range.end),
            _ => range,
        }
    }

    fn is_chain(&self, node: Node<'_>) -> bool {
        matches!(self.kind(node), Kind::CallExpression | Kind::MemberExpression | Kind::SubscriptExpression)
    }

    fn operand<'n>(&self, prefix: Node<'n>) -> Option<Node<'n>> {
        self.part(prefix, Part::Argument).or_else(|| self.children(prefix).into_iter().next())
    }

    fn operator(&self, prefix: Node<'_>) -> &str {
        self.part(prefix, Part::Operator).map_or("", |operator| self.slice(operator))
    }
}
