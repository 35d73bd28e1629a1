//! What a declaration binds: plain names and destructuring.

use tree_sitter::Node;

use super::{Lowering, range_of};
use crate::ir::{BindingId, BindingKind, ExprId, Step};
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
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => {
                self.bind_target(self.slice(node), target, path, default);
            }
            "object_pattern" => {
                for child in Self::children(node) {
                    self.object_member(child, target, path);
                }
            }
            "array_pattern" => {
                for (index, child) in Self::children(node).into_iter().enumerate() {
                    path.push(Step::Item(index as u32));
                    self.pattern_at(child, target, path, None);
                    path.pop();
                }
            }
            "assignment_pattern" => {
                let default = node.child_by_field_name("right").map(|right| self.expression(right));
                if let Some(left) = node.child_by_field_name("left") {
                    self.pattern_at(left, target, path, default);
                }
            }
            "rest_pattern" => {
                if let Some(child) = Self::children(node).into_iter().next() {
                    self.pattern_at(child, target, path, None);
                }
            }
            _ => {}
        }
    }

    fn object_member(&mut self, child: Node<'_>, target: &Target, path: &mut Vec<Step>) {
        match child.kind() {
            "shorthand_property_identifier_pattern" => {
                let name = self.slice(child);
                path.push(Step::Field(self.builder.intern(name)));
                self.bind_target(name, target, path, None);
                path.pop();
            }
            "object_assignment_pattern" => {
                let default = child.child_by_field_name("right").map(|right| self.expression(right));
                if let Some(left) = child.child_by_field_name("left") {
                    let name = self.slice(left);
                    path.push(Step::Field(self.builder.intern(name)));
                    self.pattern_at(left, target, path, default);
                    path.pop();
                }
            }
            "pair_pattern" => {
                let key = child.child_by_field_name("key").map_or("", |key| self.slice(key));
                let key = key.trim_matches(['"', '\'']);
                path.push(Step::Field(self.builder.intern(key)));
                if let Some(value) = child.child_by_field_name("value") {
                    self.pattern_at(value, target, path, None);
                }
                path.pop();
            }
            "rest_pattern" => self.pattern_at(child, target, path, None),
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

    /// The declared type's name as an expression. Of `Promise<T>`, `Readonly<T>` and the like it is `T`'s; of a union
    /// the first one's.
    pub(super) fn type_expr(&mut self, annotation: Option<Node<'_>>) -> Option<ExprId> {
        let mut node = annotation?;
        for _ in 0..8 {
            match node.kind() {
                "type_annotation" | "union_type" | "parenthesized_type" | "readonly_type" | "intersection_type" => {
                    node = Self::children(node).into_iter().next()?;
                }
                "generic_type" => {
                    let name = node.child_by_field_name("name")?;
                    let wraps =
                        ["Promise", "Readonly", "Partial", "Required", "NonNullable"].contains(&self.slice(name));
                    let inner = node
                        .child_by_field_name("type_arguments")
                        .and_then(|list| Self::children(list).into_iter().next());
                    node = if wraps { inner? } else { name };
                }
                "nested_type_identifier" => {
                    let module = node.child_by_field_name("module")?;
                    let name = node.child_by_field_name("name")?;
                    let property = self.builder.intern(self.slice(name));
                    let object = self.builder.name(self.slice(module), range_of(module));
                    let kind = crate::ir::ExprKind::Member { object, property };
                    return Some(self.builder.expr(kind, range_of(node)));
                }
                "type_identifier" | "predefined_type" => {
                    return Some(self.builder.name(self.slice(node), range_of(node)));
                }
                _ => return None,
            }
        }
        None
    }
}
