//! Statements: scopes, regions and what they bind.

use tree_sitter::Node;

use super::pattern::Target;
use super::{Lowering, range_of};
use crate::ir::{BindingKind, ExprId, ExprKind, Fate, Field, RegionKind};

impl Lowering<'_> {
    pub(super) fn statements(&mut self, node: Node<'_>) {
        for child in Self::children(node) {
            self.statement(child);
        }
    }

    pub(super) fn statement(&mut self, node: Node<'_>) {
        self.nested(|this| this.statement_inside(node));
    }

    fn statement_inside(&mut self, node: Node<'_>) {
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => self.declaration(node),
            "expression_statement" => self.expression_statement(node),
            "return_statement" => self.return_statement(node),
            "if_statement" => self.if_statement(node),
            "statement_block" => {
                let scope = self.builder.open_scope();
                self.statements(node);
                self.builder.scope = scope;
            }
            "switch_statement" => self.switch_statement(node),
            "for_in_statement" => self.for_in_statement(node),
            "for_statement" | "while_statement" | "do_statement" => self.loop_statement(node),
            "try_statement" => self.try_statement(node),
            "throw_statement" | "break_statement" | "continue_statement" => {
                self.walk(node);
                self.builder.exits();
            }
            "function_declaration" | "generator_function_declaration" => {
                self.function_declaration(node);
            }
            "class_declaration" | "abstract_class_declaration" => {
                self.class_declaration(node);
            }
            "enum_declaration" => self.enum_declaration(node),
            "import_statement" => self.import_statement(node),
            "export_statement" => self.export_statement(node),
            "interface_declaration" | "type_alias_declaration" | "function_signature" => {}
            "ambient_declaration" | "internal_module" | "module" | "labeled_statement" | "with_statement" => {
                self.statements(node);
            }
            _ => self.walk(node),
        }
    }

    /// Lowers what stands in a node that means nothing to us.
    pub(super) fn walk(&mut self, node: Node<'_>) {
        for child in Self::children(node) {
            if child.kind().ends_with("_statement") || child.kind() == "statement_block" {
                self.statement(child);
            } else {
                self.expression(child);
            }
        }
    }

    fn declaration(&mut self, node: Node<'_>) {
        let scope = if node.kind() == "variable_declaration" { self.function_scope } else { self.builder.scope };
        for declarator in Self::children(node) {
            if declarator.kind() != "variable_declarator" {
                continue;
            }
            let Some(name) = declarator.child_by_field_name("name") else { continue };
            let type_expr = self.type_expr(declarator.child_by_field_name("type"));
            let value = declarator.child_by_field_name("value");
            if let Some(module) = value.and_then(|value| self.required_module(value)) {
                self.require_declaration(name, &module, scope);
                continue;
            }
            let init = value.map(|value| self.expression(value));
            self.name_function(init, name);
            let target = Target { kind: BindingKind::Variable, init, type_expr, scope };
            self.pattern(name, &target);
        }
    }

    /// Gives a function the name of the variable that holds it, so that its callers can be found.
    pub(super) fn name_function(&mut self, init: Option<ExprId>, name: Node<'_>) {
        let Some(init) = init else { return };
        if let ExprKind::Function(function) = self.builder.facts.expr(init).kind {
            let name = self.builder.intern(self.slice(name).trim_matches(['"', '\'']));
            let function = self.builder.function_mut(function);
            function.name = function.name.take().or(Some(name));
        }
    }

    fn expression_statement(&mut self, node: Node<'_>) {
        for child in Self::children(node) {
            let fate = Fate::NotAwaited(range_of(child));
            let fate = if child.kind() == "call_expression" { fate } else { self.fate() };
            self.expression_with(child, fate);
        }
    }

    fn return_statement(&mut self, node: Node<'_>) {
        for child in Self::children(node) {
            let value = self.expression(child);
            self.returns(value);
        }
        self.builder.exits();
    }

    pub(super) fn returns(&mut self, value: ExprId) {
        if let Some(function) = self.function {
            self.builder.function_mut(function).returns.push(value);
        }
    }

    fn if_statement(&mut self, node: Node<'_>) {
        if let Some(condition) = node.child_by_field_name("condition") {
            self.expression(condition);
        }
        let alternative = node.child_by_field_name("alternative");
        let group = self.builder.group(alternative.is_some());
        if let Some(then) = node.child_by_field_name("consequence") {
            self.arm(group, then);
        }
        if let Some(otherwise) = alternative {
            self.arm(group, otherwise);
        }
    }

    fn arm(&mut self, group: u32, node: Node<'_>) {
        let region = self.builder.open_arm(group, range_of(node));
        let scope = self.builder.open_scope();
        if node.kind() == "else_clause" || node.kind().starts_with("switch_") {
            self.arm_body(node);
        } else {
            self.statement(node);
        }
        self.builder.scope = scope;
        self.builder.region = region;
    }

    fn arm_body(&mut self, node: Node<'_>) {
        let value = node.child_by_field_name("value").map(|value| value.id());
        for child in Self::children(node) {
            if Some(child.id()) == value {
                self.expression(child);
            } else if child.kind() != "break_statement" {
                self.statement(child);
            }
        }
    }

    fn switch_statement(&mut self, node: Node<'_>) {
        if let Some(value) = node.child_by_field_name("value") {
            self.expression(value);
        }
        let Some(body) = node.child_by_field_name("body") else { return };
        let cases = Self::children(body);
        let exhaustive = cases.iter().any(|case| case.kind() == "switch_default");
        let group = self.builder.group(exhaustive);
        for case in cases {
            self.arm(group, case);
        }
    }

    fn for_in_statement(&mut self, node: Node<'_>) {
        let over = node.child_by_field_name("right").map(|right| self.expression(right));
        let outer = self.builder.open_region(RegionKind::Loop, range_of(node));
        let scope = self.builder.open_scope();
        if let Some(left) = node.child_by_field_name("left") {
            let of = node.child_by_field_name("operator").is_some_and(|operator| self.slice(operator) == "of");
            let kind = if of { BindingKind::Element } else { BindingKind::Opaque };
            let target = Target { kind, init: over, type_expr: None, scope: self.builder.scope };
            self.pattern(left, &target);
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body);
        }
        self.builder.scope = scope;
        self.builder.region = outer;
    }

    fn loop_statement(&mut self, node: Node<'_>) {
        let outer = self.builder.open_region(RegionKind::Loop, range_of(node));
        let scope = self.builder.open_scope();
        for child in Self::children(node) {
            let kind = child.kind();
            if kind.ends_with("_statement") || kind.ends_with("_declaration") || kind == "statement_block" {
                self.statement(child);
            } else {
                self.expression(child);
            }
        }
        self.builder.scope = scope;
        self.builder.region = outer;
    }

    fn try_statement(&mut self, node: Node<'_>) {
        let handler = node.child_by_field_name("handler");
        let outer = self.handler;
        if let Some(handler) = handler {
            self.handler = if self.swallows(handler) { Some(range_of(handler)) } else { None };
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body);
        }
        self.handler = outer;
        if let Some(handler) = handler {
            let group = self.builder.group(false);
            let region = self.builder.open_arm(group, range_of(handler));
            let scope = self.builder.open_scope();
            if let Some(parameter) = handler.child_by_field_name("parameter") {
                let scope = self.builder.scope;
                self.pattern(parameter, &Target { kind: BindingKind::Opaque, init: None, type_expr: None, scope });
            }
            if let Some(body) = handler.child_by_field_name("body") {
                self.statement(body);
            }
            self.builder.scope = scope;
            self.builder.region = region;
        }
        if let Some(last) = node.child_by_field_name("finalizer").and_then(|last| last.child_by_field_name("body")) {
            self.statement(last);
        }
    }

    fn enum_declaration(&mut self, node: Node<'_>) {
        let mut fields = Vec::new();
        for member in node.child_by_field_name("body").map(Self::children).unwrap_or_default() {
            let name = member.child_by_field_name("name").unwrap_or(member);
            let name = self.builder.intern(self.slice(name).trim_matches(['"', '\'']));
            let value = match member.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.builder.expr(ExprKind::Number(None), range_of(member)),
            };
            fields.push(Field { name: Some(name), value });
        }
        let init = Some(self.builder.expr(ExprKind::Object(fields), range_of(node)));
        if let Some(name) = node.child_by_field_name("name") {
            let scope = self.builder.scope;
            self.pattern(name, &Target { kind: BindingKind::Variable, init, type_expr: None, scope });
        }
    }
}
