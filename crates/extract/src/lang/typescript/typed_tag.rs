//! Tags with a type argument, where the grammar reads something else.
//!
//! ``return sql<Row>`…` `` is two comparisons to it, and in ``a ? await f<T>`…` : await g<T>`…` `` the last template follows the
//! whole choice. TypeScript reads both as calls: after a type argument list, a template can only be tagged.

use rollproof_source::TextRange;
use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{ExprId, ExprKind, Fate};

/// How many nodes a tag and its template may be apart.
const MAX_STEPS: usize = 16;

/// A tag and a template that belong together and are not lowered together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Postponed {
    /// The node with this number is the template of a tag that was lowered.
    Template { node: usize, tag: ExprId, start: u32 },
    /// The node with this number is the tag of a template that stands further on.
    Tag { node: usize, template: TextRange },
}

impl Lowering<'_> {
    /// ``tag<Type>`…` `` as the two comparisons ``(tag < Type) > `…` ``, with whatever is called on its result.
    pub(super) fn compared_tag(&mut self, node: Node<'_>, fate: Fate) -> Option<ExprId> {
        let (left, right) = (self.part(node, Part::Left)?, self.part(node, Part::Right)?);
        let operator = |lowering: &Self, node| lowering.part(node, Part::Operator).map(|part| lowering.slice(part));
        if operator(self, node) != Some(">")
            || self.kind(left) != Kind::BinaryExpression
            || operator(self, left) != Some("<")
        {
            return None;
        }
        let template = self.first_template(right)?;
        let mut tag = self.part(left, Part::Left)?;
        let mut fate = fate;
        if self.kind(tag) == Kind::AwaitExpression {
            tag = self.children(tag).into_iter().next()?;
            fate = self.fate();
        }
        let name = matches!(self.kind(tag), Kind::Identifier | Kind::MemberExpression | Kind::CallExpression);
        if !name || self.text.as_bytes().get(tag.end_byte()) != Some(&b'<') {
            return None;
        }
        let start = tag.start_byte() as u32;
        let tag = self.expression(tag);
        self.postponed.push(Postponed::Template { node: template.id(), tag, start });
        Some(self.expression_with(right, fate))
    }

    /// The template that a chain of calls and members begins with.
    fn first_template<'n>(&self, node: Node<'n>) -> Option<Node<'n>> {
        let mut node = node;
        for _ in 0..MAX_STEPS {
            node = match self.kind(node) {
                Kind::TemplateString => return Some(node),
                Kind::CallExpression => self.part(node, Part::Function)?,
                Kind::MemberExpression => self.part(node, Part::Object)?,
                Kind::NonNullExpression => self.children(node).into_iter().next()?,
                _ => return None,
            };
        }
        None
    }

    /// A template after an expression that ends with ``await f<T>`` or ``(x) => f<T>``: it belongs to `f`.
    pub(super) fn template_of_last(&mut self, function: Node<'_>, template: Node<'_>, fate: Fate) -> Option<ExprId> {
        let last = self.last_typed(function)?;
        self.postponed.push(Postponed::Tag { node: last.id(), template: range_of(template) });
        Some(self.expression_with(function, fate))
    }

    fn last_typed<'n>(&self, function: Node<'n>) -> Option<Node<'n>> {
        let mut node = function;
        for _ in 0..MAX_STEPS {
            node = match self.kind(node) {
                Kind::InstantiationExpression => return (node.id() != function.id()).then_some(node),
                Kind::NonNullExpression
                | Kind::TernaryExpression
                | Kind::BinaryExpression
                | Kind::AssignmentExpression
                | Kind::ArrowFunction
                | Kind::YieldExpression => self.children(node).into_iter().last()?,
                _ => return None,
            };
        }
        None
    }

    /// The tagged template that a node is half of.
    pub(super) fn postponed_tag(&mut self, node: Node<'_>, fate: Fate) -> Option<ExprId> {
        let is = |postponed: &Postponed| match postponed {
            Postponed::Template { node: id, .. } | Postponed::Tag { node: id, .. } => *id == node.id(),
        };
        let at = self.postponed.iter().position(is)?;
        match self.postponed.swap_remove(at) {
            Postponed::Template { tag, start, .. } => {
                let quasi = self.template(node);
                let range = TextRange::new(start, node.end_byte() as u32);
                Some(self.tagged(tag, quasi, range, fate))
            }
            Postponed::Tag { template, .. } => {
                let mut tag = self.children(node).into_iter().next()?;
                let awaited = self.kind(tag) == Kind::AwaitExpression;
                if awaited {
                    tag = self.children(tag).into_iter().next()?;
                }
                let range = TextRange::new(tag.start_byte() as u32, template.end);
                let tag = self.expression(tag);
                // Its holes are read here, where the names of the functions around the tag are bound.
                let quasi = self.template(node_at(node, template)?);
                let fate = if awaited { self.fate() } else { fate };
                Some(self.tagged(tag, quasi, range, fate))
            }
        }
    }

    /// A tagged template. One that nobody waits for is never sent: the libraries send when they are asked for the result.
    pub(super) fn tagged(&mut self, tag: ExprId, quasi: ExprId, range: TextRange, fate: Fate) -> ExprId {
        let expr = self.builder.expr(ExprKind::Tagged { tag, quasi }, range);
        let unsent = matches!(fate, Fate::NotAwaited(at) if at == range);
        if !unsent && fate != Fate::Heard {
            self.builder.facts.tag_fates.insert(expr, fate);
        }
        expr
    }

    /// The template of a call that is a tagged one.
    pub(super) fn call_of_template(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        template: Node<'_>,
        fate: Fate,
    ) -> ExprId {
        let mut range = range_of(node);
        range.start = function.start_byte() as u32;
        let tag = self.expression(function);
        let quasi = self.template(template);
        self.tagged(tag, quasi, range, fate)
    }
}

/// The node at `range` that stands beside `node` or beside what is around it.
fn node_at(node: Node<'_>, range: TextRange) -> Option<Node<'_>> {
    let mut around = node;
    while around.end_byte() < range.end as usize {
        around = around.parent()?;
    }
    around.descendant_for_byte_range(range.start as usize, range.end as usize)
}
