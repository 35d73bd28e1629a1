//! What a declaration binds: plain names and destructuring.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{BindingId, BindingKind, ExprId, ExprKind, Step};
use crate::lang::builder::ScopeId;

/// What the names of a pattern are bound to.
pub(super) struct Target {
    pub(super) kind: BindingKind,
    pub(super) init: Option<ExprId>,
    pub(super) type_expr: Option<ExprId>,
    pub(super) scope: ScopeId,
}

impl Lowering<'_> {
    /// Binds every name of `pattern`.
    pub(super) fn pattern(&mut self, pattern: Node<'_>, target: &Target) {
        self.pattern_at(pattern, target, &mut Vec::new(), None);
    }

    fn pattern_at(&mut self, node: Node<'_>, target: &Target, path: &mut Vec<Step>, default: Option<ExprId>) {
        match self.kind(node) {
            Kind::Identifier | Kind::ShorthandPropertyIdentifierPattern => {
                self.bind_target(self.slice(node), target, path, default);
            }
            Kind::ObjectPattern => {
                let mut names: Vec<std::sync::Arc<str>> = Vec::new();
                let mut computed = false;
                for child in self.children(node) {
                    computed |= self.has_computed_key(child);
                    if computed && self.kind(child) == Kind::RestPattern {
                        self.unknown_part(child, target);
                        continue;
                    }
                    if self.kind(child) == Kind::RestPattern {
                        path.push(Step::Without(names.as_slice().into()));
                        self.pattern_at(child, target, path, None);
                        path.pop();
                        continue;
                    }
                    let key = self.part(child, Part::Key).or_else(|| self.part(child, Part::Left)).unwrap_or(child);
                    let key = self.slice(key).trim_matches(['"', '\'']);
                    names.push(self.builder.intern(key));
                    self.object_member(child, target, path);
                }
            }
            Kind::ArrayPattern => {
                let mut cursor = node.walk();
                let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
                // `[, second]`: a comma ends an item that nothing is bound to, too.
                let mut index = 0;
                for child in children {
                    if !child.is_named() {
                        index += u32::from(self.slice(child) == ",");
                    } else if self.kind(child) != Kind::Comment {
                        let rest = self.kind(child) == Kind::RestPattern;
                        path.push(if rest { Step::From(index) } else { Step::Item(index) });
                        self.pattern_at(child, target, path, None);
                        path.pop();
                    }
                }
            }
            Kind::AssignmentPattern => {
                let default = self.part(node, Part::Right).map(|right| self.expression(right));
                if let Some(left) = self.part(node, Part::Left) {
                    self.pattern_or(left, target, path, default);
                }
            }
            Kind::RestPattern => {
                if let Some(child) = self.children(node).into_iter().next() {
                    self.pattern_at(child, target, path, None);
                }
            }
            _ => {}
        }
    }

    /// A pattern with a default: that of a pattern in it is the default of all of its names.
    fn pattern_or(&mut self, node: Node<'_>, target: &Target, path: &mut Vec<Step>, default: Option<ExprId>) {
        match default {
            Some(default) if matches!(self.kind(node), Kind::ObjectPattern | Kind::ArrayPattern) => {
                path.push(Step::Or { path: self.builder.facts.path.clone(), default });
                self.pattern_at(node, target, path, None);
                path.pop();
            }
            _ => self.pattern_at(node, target, path, default),
        }
    }

    fn has_computed_key(&self, member: Node<'_>) -> bool {
        self.part(member, Part::Key).is_some_and(|key| self.kind(key) == Kind::ComputedPropertyName)
    }

    /// `{ [name]: part }`: which part it is is not followed.
    fn unknown_part(&mut self, pattern: Node<'_>, target: &Target) {
        let unknown = self.builder.expr(ExprKind::Unknown("part under a computed name"), range_of(pattern));
        let (init, scope) = (Some(unknown), target.scope);
        let target = Target { kind: BindingKind::Variable, init, type_expr: None, scope };
        self.pattern_at(pattern, &target, &mut Vec::new(), None);
    }

    fn object_member(&mut self, child: Node<'_>, target: &Target, path: &mut Vec<Step>) {
        if self.has_computed_key(child) {
            self.part(child, Part::Key).map(|key| self.expression(key));
            if let Some(value) = self.part(child, Part::Value) {
                self.unknown_part(value, target);
            }
            return;
        }
        match self.kind(child) {
            Kind::ShorthandPropertyIdentifierPattern => {
                let name = self.slice(child);
                path.push(Step::Field(self.builder.intern(name)));
                self.bind_target(name, target, path, None);
                path.pop();
            }
            Kind::ObjectAssignmentPattern => {
                let default = self.part(child, Part::Right).map(|right| self.expression(right));
                if let Some(left) = self.part(child, Part::Left) {
                    let name = self.slice(left);
                    path.push(Step::Field(self.builder.intern(name)));
                    self.pattern_or(left, target, path, default);
                    path.pop();
                }
            }
            Kind::PairPattern => {
                let key = self.part(child, Part::Key).map_or("", |key| self.slice(key));
                let key = key.trim_matches(['"', '\'']);
                path.push(Step::Field(self.builder.intern(key)));
                if let Some(value) = self.part(child, Part::Value) {
                    self.pattern_at(value, target, path, None);
                }
                path.pop();
            }
            _ => {}
        }
    }

    fn bind_target(&mut self, name: &str, target: &Target, path: &[Step], default: Option<ExprId>) -> BindingId {
        let id = self.builder.bind_in(target.scope, name, target.kind.clone());
        let binding = self.builder.binding_mut(id);
        binding.init = target.init;
        binding.path = path.to_vec();
        binding.default = default;
        binding.type_expr = target.type_expr.filter(|_| path.is_empty());
        id
    }
}
