//! Imports and exports, of ECMAScript and of CommonJS.

use std::sync::Arc;

use tree_sitter::Node;

use super::Lowering;
use super::pattern::Target;
use crate::ir::{BindingKind, Export, ExprId, ExprKind};
use crate::lang::builder::ScopeId;

impl Lowering<'_> {
    /// The module of `require("…")` and `import("…")`, with or without `await`.
    pub(super) fn required_module(&self, node: Node<'_>) -> Option<String> {
        let node = if node.kind() == "await_expression" { Self::children(node).into_iter().next()? } else { node };
        if node.kind() != "call_expression" {
            return None;
        }
        let function = node.child_by_field_name("function")?;
        if !matches!(self.slice(function), "require" | "import") {
            return None;
        }
        let argument = node.child_by_field_name("arguments").map(Self::children)?.into_iter().next()?;
        (argument.kind() == "string").then(|| self.slice(argument).trim_matches(['"', '\'']).to_owned())
    }

    /// `const x = require("…")`, `const { a, b: c } = require("…")`.
    pub(super) fn require_declaration(&mut self, name: Node<'_>, module: &str, scope: ScopeId) {
        let module = self.builder.intern(module);
        self.builder.facts.modules.push(module.clone());
        if name.kind() != "object_pattern" {
            let kind = BindingKind::Import { module, name: None };
            self.pattern(name, &Target { kind, init: None, type_expr: None, scope });
            return;
        }
        for member in Self::children(name) {
            let key = member.child_by_field_name("key").unwrap_or(member);
            let local = member.child_by_field_name("value").unwrap_or(member);
            let imported = Some(self.builder.intern(self.slice(key)));
            let kind = BindingKind::Import { module: module.clone(), name: imported };
            self.pattern(local, &Target { kind, init: None, type_expr: None, scope });
        }
    }

    fn source(&mut self, node: Node<'_>) -> Option<Arc<str>> {
        let source = node.child_by_field_name("source")?;
        let module = self.builder.intern(self.slice(source).trim_matches(['"', '\'']));
        self.builder.facts.modules.push(module.clone());
        Some(module)
    }

    pub(super) fn import_statement(&mut self, node: Node<'_>) {
        let children = Self::children(node);
        if let Some(clause) = children.iter().find(|child| child.kind() == "import_require_clause") {
            if let (Some(module), Some(name)) = (self.source(*clause), Self::children(*clause).first()) {
                self.builder.bind(self.slice(*name), BindingKind::Import { module, name: None });
            }
            return;
        }
        let Some(module) = self.source(node) else { return };
        let Some(clause) = children.into_iter().find(|child| child.kind() == "import_clause") else { return };
        for child in Self::children(clause) {
            match child.kind() {
                "identifier" => {
                    let name = Some(self.builder.intern("default"));
                    let kind = BindingKind::Import { module: module.clone(), name };
                    self.builder.bind(self.slice(child), kind);
                }
                "namespace_import" => {
                    let kind = BindingKind::Import { module: module.clone(), name: None };
                    if let Some(name) = Self::children(child).first() {
                        self.builder.bind(self.slice(*name), kind);
                    }
                }
                "named_imports" => self.named_imports(child, &module),
                _ => {}
            }
        }
    }

    fn named_imports(&mut self, node: Node<'_>, module: &Arc<str>) {
        for specifier in Self::children(node) {
            let Some(name) = specifier.child_by_field_name("name") else { continue };
            let local = specifier.child_by_field_name("alias").unwrap_or(name);
            let imported = Some(self.builder.intern(self.slice(name).trim_matches(['"', '\''])));
            let kind = BindingKind::Import { module: module.clone(), name: imported };
            self.builder.bind(self.slice(local), kind);
        }
    }

    pub(super) fn export_statement(&mut self, node: Node<'_>) {
        let module = self.source(node);
        let default = {
            let mut cursor = node.walk();
            node.children(&mut cursor).any(|child| child.kind() == "default")
        };
        if let Some(declaration) = node.child_by_field_name("declaration") {
            self.exported_declaration(declaration, default);
            return;
        }
        if let Some(value) = node.child_by_field_name("value") {
            let value = self.expression(value);
            self.builder.export("default", Export::Expr(value));
            return;
        }
        for child in Self::children(node) {
            match child.kind() {
                "export_clause" => self.export_clause(child, module.as_ref()),
                "namespace_export" => {
                    let name = Self::children(child).first().map_or("", |name| self.slice(*name));
                    if let Some(module) = &module {
                        self.builder.export(name, Export::From { module: module.clone(), name: None });
                    }
                }
                "identifier" => {
                    let value = self.expression(child);
                    self.builder.export("default", Export::Expr(value));
                }
                _ => {}
            }
        }
        let text = self.slice(node);
        if let Some(module) = module
            && text.strip_prefix("export").is_some_and(|rest| {
                let rest = rest.trim_start();
                rest.strip_prefix('*').is_some_and(|rest| !rest.trim_start().starts_with("as "))
            })
        {
            self.builder.facts.export_all.push(module);
        }
    }

    fn export_clause(&mut self, node: Node<'_>, module: Option<&Arc<str>>) {
        for specifier in Self::children(node) {
            let Some(name) = specifier.child_by_field_name("name") else { continue };
            let outside = specifier.child_by_field_name("alias").unwrap_or(name);
            let (name, outside) = (self.slice(name), self.slice(outside));
            match module {
                Some(module) => {
                    let name = Some(self.builder.intern(name));
                    self.builder.export(outside, Export::From { module: module.clone(), name });
                }
                None => self.builder.export_local(outside, name),
            }
        }
    }

    fn exported_declaration(&mut self, node: Node<'_>, default: bool) {
        let first = self.builder.facts.bindings.len();
        match node.kind() {
            "function_declaration"
            | "generator_function_declaration"
            | "class_declaration"
            | "abstract_class_declaration" => {
                self.statement(node);
                let Some(name) = node.child_by_field_name("name").map(|name| self.slice(name)) else { return };
                self.builder.export_local(if default { "default" } else { name }, name);
            }
            _ => {
                self.statement(node);
                let region = self.builder.region;
                let names: Vec<Arc<str>> = self.builder.facts.bindings[first..]
                    .iter()
                    .filter(|binding| binding.region == region)
                    .map(|binding| binding.name.clone())
                    .collect();
                for name in names {
                    self.builder.export_local(&name, &name);
                }
            }
        }
    }

    /// `module.exports = …`, `exports.name = …`, `module.exports.name = …`.
    pub(super) fn common_js_export(&mut self, left: Node<'_>, value: ExprId) {
        let target = self.slice(left);
        let name = match target {
            "module.exports" => {
                if let ExprKind::Object(fields) = self.builder.facts.expr(value).kind.clone() {
                    for field in fields {
                        if let Some(name) = field.name {
                            self.builder.export(&name, Export::Expr(field.value));
                        }
                    }
                }
                "default"
            }
            _ => match target.strip_prefix("module.exports.").or_else(|| target.strip_prefix("exports.")) {
                Some(name) if !name.contains('.') => name,
                _ => return,
            },
        };
        self.builder.export(name, Export::Expr(value));
    }
}
