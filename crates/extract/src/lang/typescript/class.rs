//! Functions and classes.

use std::sync::Arc;

use tree_sitter::Node;

use super::pattern::Target;
use super::{Lowering, range_of};
use crate::ir::{BindingKind, Class, ClassId, ExprId, ExprKind, Function, FunctionId, Param, ParamId, RegionKind};

impl Lowering<'_> {
    pub(super) fn function_declaration(&mut self, node: Node<'_>) -> Option<FunctionId> {
        let name = node.child_by_field_name("name")?;
        let text = self.builder.intern(self.slice(name));
        // The name is bound outside the function's own scope, and before its body, since functions are hoisted.
        let id = self.function(node, Some(text), None);
        self.builder.bind(self.slice(name), BindingKind::Function(id));
        Some(id)
    }

    /// Any function: its scope, region, parameters and body.
    pub(super) fn function(&mut self, node: Node<'_>, name: Option<Arc<str>>, class: Option<ClassId>) -> FunctionId {
        let id = FunctionId(self.builder.facts.functions.len() as u32);
        let range = range_of(node);
        let region = self.builder.open_region(RegionKind::Function(id), range);
        let getter = {
            let mut cursor = node.walk();
            node.children(&mut cursor).any(|child| child.kind() == "get")
        };
        let returns = Vec::new();
        self.builder.facts.functions.push(Function { name, class, range, params: Vec::new(), returns, getter });
        let scope = self.builder.open_scope();
        let outer = (self.function.replace(id), self.handler.take(), self.function_scope);
        self.function_scope = self.builder.scope;
        self.params(node, id);
        if let Some(body) = node.child_by_field_name("body") {
            if body.kind() == "statement_block" {
                self.statement(body);
            } else {
                let value = self.expression(body);
                self.returns(value);
            }
        }
        (self.function, self.handler, self.function_scope) = outer;
        self.builder.scope = scope;
        self.builder.region = region;
        id
    }

    fn params(&mut self, node: Node<'_>, function: FunctionId) {
        let list = match (node.child_by_field_name("parameters"), node.child_by_field_name("parameter")) {
            (Some(list), _) => Self::children(list),
            (None, Some(single)) => vec![single],
            (None, None) => Vec::new(),
        };
        let mut index = 0;
        for param in list {
            let pattern =
                param.child_by_field_name("pattern").or_else(|| param.child_by_field_name("name")).unwrap_or(param);
            if pattern.kind() == "this" {
                continue;
            }
            let default = param.child_by_field_name("value").map(|value| self.expression(value));
            let type_expr = self.type_expr(param.child_by_field_name("type"));
            let rest = pattern.kind() == "rest_pattern";
            let id = ParamId { function, index };
            self.builder.function_mut(function).params.push(Param { default, rest, range: range_of(param) });
            let target = Target { kind: BindingKind::Param(id), init: None, type_expr, scope: self.builder.scope };
            self.pattern(pattern, &target);
            self.parameter_property(param, pattern);
            index += 1;
        }
    }

    /// `constructor(private readonly pool: Pool)` declares a field too.
    fn parameter_property(&mut self, param: Node<'_>, pattern: Node<'_>) {
        let modified = {
            let mut cursor = param.walk();
            param
                .children(&mut cursor)
                .any(|child| matches!(child.kind(), "accessibility_modifier" | "override_modifier" | "readonly"))
        };
        let Some(class) = self.builder.class.filter(|_| modified) else { return };
        let name = self.builder.intern(self.slice(pattern));
        let value = self.builder.name(&name, range_of(pattern));
        let type_expr = self.type_expr(param.child_by_field_name("type"));
        let field = self.builder.facts.classes[class.index()].fields.entry(name).or_default();
        field.values.push(value);
        field.type_expr = type_expr;
    }

    pub(super) fn class_declaration(&mut self, node: Node<'_>) -> Option<ClassId> {
        let name = node.child_by_field_name("name")?;
        let id = ClassId(self.builder.facts.classes.len() as u32);
        self.builder.bind(self.slice(name), BindingKind::Class(id));
        Some(self.class(node))
    }

    pub(super) fn class(&mut self, node: Node<'_>) -> ClassId {
        let id = ClassId(self.builder.facts.classes.len() as u32);
        let name = node.child_by_field_name("name").map(|name| self.builder.intern(self.slice(name)));
        self.builder.facts.classes.push(Class { name, ..Class::default() });
        for decorator in Self::children(node).into_iter().filter(|child| child.kind() == "decorator") {
            self.walk(decorator);
        }
        if let Some(heritage) = Self::children(node).into_iter().find(|child| child.kind() == "class_heritage") {
            let extends = self.extends(heritage);
            self.builder.facts.classes[id.index()].extends = extends;
        }
        let outer = self.builder.class.replace(id);
        for member in node.child_by_field_name("body").map(Self::children).unwrap_or_default() {
            self.member(member, id);
        }
        self.builder.class = outer;
        id
    }

    fn extends(&mut self, heritage: Node<'_>) -> Option<ExprId> {
        let first = Self::children(heritage).into_iter().next()?;
        match first.kind() {
            "extends_clause" => first.child_by_field_name("value").map(|value| self.expression(value)),
            "implements_clause" => None,
            _ => Some(self.expression(first)),
        }
    }

    fn member(&mut self, member: Node<'_>, class: ClassId) {
        match member.kind() {
            "method_definition" => {
                let name = self.key(member.child_by_field_name("name"));
                let function = self.function(member, name.clone(), Some(class));
                if let Some(name) = name {
                    self.builder.facts.classes[class.index()].methods.insert(name, function);
                }
            }
            "public_field_definition" | "field_definition" => {
                let key = member.child_by_field_name("name").or_else(|| member.child_by_field_name("property"));
                let Some(name) = self.key(key) else { return };
                let value = member.child_by_field_name("value").map(|value| self.expression(value));
                if let (Some(value), Some(key)) = (value, key) {
                    self.name_function(Some(value), key);
                    self.field_function(value, &name, class);
                }
                let type_expr = self.type_expr(member.child_by_field_name("type"));
                let field = self.builder.facts.classes[class.index()].fields.entry(name).or_default();
                field.values.extend(value);
                field.type_expr = field.type_expr.or(type_expr);
            }
            "class_static_block" => self.walk(member),
            _ => {}
        }
    }

    /// `run = async (sql) => …` is called like a method.
    fn field_function(&mut self, value: ExprId, name: &Arc<str>, class: ClassId) {
        if let ExprKind::Function(function) = self.builder.facts.expr(value).kind {
            self.builder.function_mut(function).class = Some(class);
            self.builder.facts.classes[class.index()].methods.insert(name.clone(), function);
        }
    }

    /// The name of a field, where it is constant.
    pub(super) fn key(&mut self, node: Option<Node<'_>>) -> Option<Arc<str>> {
        let node = node?;
        match node.kind() {
            "computed_property_name" => None,
            _ => Some(self.builder.intern(self.slice(node).trim_matches(['"', '\'']))),
        }
    }
}
