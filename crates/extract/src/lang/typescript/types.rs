//! Types: the names of what is declared, and of what the file itself defines.

use std::sync::Arc;

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::eval::tag::is_fragment_type;
use crate::ir::{ExprId, TypeDefinition};

/// Types that stand for the one that they are given.
const WRAPPERS: &[&str] = &["Promise", "Awaited", "Readonly", "Partial", "Required", "NonNullable"];

/// How deep a type is looked into for its name.
const MAX_TYPES: usize = 8;

impl Lowering<'_> {
    /// `type Db = Sql<{}>`, `interface Deps extends Base { db: Sql }`.
    pub(super) fn type_definition(&mut self, node: Node<'_>) {
        let Some(name) = self.part(node, Part::Name) else { return };
        let mut definition = TypeDefinition { range: range_of(node), ..TypeDefinition::default() };
        if let Some(alias) = self.part(node, Part::Value) {
            match self.kind(alias) {
                Kind::ObjectType => self.members(alias, &mut definition),
                _ => definition.bases.extend(self.type_name(alias)),
            }
        }
        for child in self.children(node) {
            match self.kind(child) {
                Kind::ExtendsTypeClause => {
                    let bases: Vec<Arc<str>> =
                        self.children(child).into_iter().filter_map(|base| self.type_name(base)).collect();
                    definition.bases.extend(bases);
                }
                Kind::InterfaceBody | Kind::ObjectType => self.members(child, &mut definition),
                _ => {}
            }
        }
        let name = self.builder.intern(self.slice(name));
        let types = &mut self.builder.facts.types;
        let more = types.insert(name.clone(), definition);
        // An interface goes on where it is defined again, and a function has types of its own.
        if let (Some(_), Some(definition)) = (more, types.get_mut(&name)) {
            definition.again = true;
        }
    }

    fn members(&mut self, body: Node<'_>, definition: &mut TypeDefinition) {
        for member in self.children(body) {
            if self.kind(member) != Kind::PropertySignature {
                continue;
            }
            let typed = self.part(member, Part::Type).and_then(|typed| self.type_name(typed));
            if let (Some(typed), Some(name)) = (typed, self.key(self.part(member, Part::Name))) {
                definition.members.push((name, typed));
            }
        }
    }

    /// The name of a type that is no primitive's, as it is written.
    fn type_name(&mut self, typed: Node<'_>) -> Option<Arc<str>> {
        let mut node = typed;
        for _ in 0..MAX_TYPES {
            node = match self.kind(node) {
                Kind::UnionType => self.member_of_union(node)?,
                Kind::TypeAnnotation | Kind::ParenthesizedType | Kind::ReadonlyType | Kind::IntersectionType => {
                    self.children(node).into_iter().next()?
                }
                Kind::GenericType => {
                    let name = self.part(node, Part::Name)?;
                    let inner =
                        self.part(node, Part::TypeArguments).and_then(|list| self.children(list).into_iter().next());
                    match self.slice(name) {
                        "ReturnType" => return self.queried(inner?).map(|name| self.builder.intern(&name)),
                        wrapper if WRAPPERS.contains(&wrapper) => inner?,
                        _ => name,
                    }
                }
                Kind::NestedTypeIdentifier | Kind::TypeIdentifier | Kind::Identifier | Kind::MemberExpression => {
                    return Some(self.builder.intern(self.slice(node)));
                }
                _ => return None,
            };
        }
        None
    }

    /// `typeof name`, as it is written.
    fn queried(&self, node: Node<'_>) -> Option<String> {
        let of = self.children(node).into_iter().next().filter(|_| self.kind(node) == Kind::TypeQuery)?;
        Some(format!("typeof {}", self.slice(of)))
    }

    /// The declared type's name as an expression. Of `Promise<T>`, `Readonly<T>` and the like it is `T`'s; of a union
    /// the first one's, unless it may be a text or a number as well. `T[]` is a name too.
    pub(super) fn type_expr(&mut self, annotation: Option<Node<'_>>) -> Option<ExprId> {
        let mut node = annotation?;
        for _ in 0..8 {
            match self.kind(node) {
                Kind::UnionType => node = self.member_of_union(node)?,
                Kind::ArrayType => {
                    let element = self.children(node).into_iter().next()?;
                    let list = format!("{}[]", self.slice(element));
                    return Some(self.builder.name(&list, range_of(node)));
                }
                Kind::TypeAnnotation | Kind::ParenthesizedType | Kind::ReadonlyType | Kind::IntersectionType => {
                    node = self.children(node).into_iter().next()?;
                }
                Kind::GenericType => {
                    let name = self.part(node, Part::Name)?;
                    let wraps = WRAPPERS.contains(&self.slice(name));
                    let inner =
                        self.part(node, Part::TypeArguments).and_then(|list| self.children(list).into_iter().next());
                    if let Some(function) = inner.filter(|_| self.slice(name) == "ReturnType") {
                        let name = self.queried(function)?;
                        return Some(self.builder.name(&name, range_of(node)));
                    }
                    node = if wraps { inner? } else { name };
                }
                Kind::NestedTypeIdentifier => {
                    let module = self.part(node, Part::Module)?;
                    let name = self.part(node, Part::Name)?;
                    let property = self.builder.intern(self.slice(name));
                    let object = self.builder.name(self.slice(module), range_of(module));
                    let kind = crate::ir::ExprKind::Member { object, property };
                    return Some(self.builder.expr(kind, range_of(node)));
                }
                Kind::TypeIdentifier | Kind::PredefinedType => {
                    return Some(self.builder.name(self.slice(node), range_of(node)));
                }
                _ => return None,
            }
        }
        None
    }

    /// The member of a union that tells what a value is, `null` and `undefined` apart: the first, where none is a primitive
    /// type; else one that is a part of a query.
    fn member_of_union<'t>(&self, union: Node<'t>) -> Option<Node<'t>> {
        let mut open = vec![union];
        let mut members = Vec::new();
        while let Some(node) = open.pop() {
            if self.kind(node) == Kind::UnionType {
                open.extend(self.children(node).into_iter().rev());
            } else {
                members.push(node);
            }
        }
        let absent = |node: &Node<'_>| ["null", "undefined", "void", "never"].contains(&self.slice(*node));
        members.retain(|node| !absent(node));
        let primitive = |node: &Node<'_>| matches!(self.kind(*node), Kind::PredefinedType | Kind::LiteralType);
        if members.len() == 1 || !members.iter().any(primitive) {
            return members.into_iter().next();
        }
        members.into_iter().find(|node| is_fragment_type(self.slice(*node)))
    }
}
