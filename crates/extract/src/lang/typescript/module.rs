//! Imports and exports, of ECMAScript and of CommonJS.

use std::sync::Arc;

use tree_sitter::Node;

use super::Lowering;
use super::kind::{Kind, Part};
use super::pattern::Target;
use crate::ir::{BindingKind, Export, ExprId, ExprKind};
use crate::lang::builder::ScopeId;

impl Lowering<'_> {
    /// The module of `require("…")` and `import("…")`, with or without `await`.
    pub(super) fn required_module(&self, node: Node<'_>) -> Option<String> {
        let node =
            if self.kind(node) == Kind::AwaitExpression { self.children(node).into_iter().next()? } else { node };
        if self.kind(node) != Kind::CallExpression {
            return None;
        }
        let function = self.part(node, Part::Function)?;
        if !matches!(self.slice(function), "require" | "import") {
            return None;
        }
        let argument = self.part(node, Part::Arguments).map(|list| self.children(list))?.into_iter().next()?;
        (self.kind(argument) == Kind::String).then(|| self.slice(argument).trim_matches(['"', '\'']).to_owned())
    }

    /// `const x = require("…")`, `const { a, b: c } = require("…")`.
    pub(super) fn require_declaration(&mut self, name: Node<'_>, module: &str, scope: ScopeId) {
        let module = self.builder.intern(module);
        self.builder.facts.modules.push(module.clone());
        if self.kind(name) != Kind::ObjectPattern {
            let kind = BindingKind::Import { module, name: None };
            self.pattern(name, &Target { kind, init: None, type_expr: None, scope });
            return;
        }
        for member in self.children(name) {
            let key = self.part(member, Part::Key).unwrap_or(member);
            let local = self.part(member, Part::Value).unwrap_or(member);
            let imported = Some(self.builder.intern(self.slice(key)));
            let kind = BindingKind::Import { module: module.clone(), name: imported };
            self.pattern(local, &Target { kind, init: None, type_expr: None, scope });
        }
    }

    fn source(&mut self, node: Node<'_>) -> Option<Arc<str>> {
        let source = self.part(node, Part::Source)?;
        let module = self.builder.intern(self.slice(source).trim_matches(['"', '\'']));
        self.builder.facts.modules.push(module.clone());
        Some(module)
    }

    pub(super) fn import_statement(&mut self, node: Node<'_>) {
        let children = self.children(node);
        if let Some(clause) = children.iter().find(|child| self.kind(**child) == Kind::ImportRequireClause) {
            if let (Some(module), Some(name)) = (self.source(*clause), self.children(*clause).first()) {
                self.builder.bind(self.slice(*name), BindingKind::Import { module, name: None });
            }
            return;
        }
        let Some(module) = self.source(node) else { return };
        let Some(clause) = children.into_iter().find(|child| self.kind(*child) == Kind::ImportClause) else { return };
        for child in self.children(clause) {
            match self.kind(child) {
                Kind::Identifier => {
                    let name = Some(self.builder.intern("default"));
                    let kind = BindingKind::Import { module: module.clone(), name };
                    self.builder.bind(self.slice(child), kind);
                }
                Kind::NamespaceImport => {
                    let kind = BindingKind::Import { module: module.clone(), name: None };
                    if let Some(name) = self.children(child).first() {
                        self.builder.bind(self.slice(*name), kind);
                    }
                }
                Kind::NamedImports => self.named_imports(child, &module),
                _ => {}
            }
        }
    }

    fn named_imports(&mut self, node: Node<'_>, module: &Arc<str>) {
        for specifier in self.children(node) {
            let Some(name) = self.part(specifier, Part::Name) else { continue };
            let local = self.part(specifier, Part::Alias).unwrap_or(name);
            let imported = Some(self.builder.intern(self.slice(name).trim_matches(['"', '\''])));
            let kind = BindingKind::Import { module: module.clone(), name: imported };
            self.builder.bind(self.slice(local), kind);
        }
    }

    pub(super) fn export_statement(&mut self, node: Node<'_>) {
        let module = self.source(node);
        let default = {
            let mut cursor = node.walk();
            node.children(&mut cursor).any(|child| self.kind(child) == Kind::Default)
        };
        if let Some(declaration) = self.part(node, Part::Declaration) {
            self.exported_declaration(declaration, default);
            return;
        }
        if let Some(value) = self.part(node, Part::Value) {
            let value = self.expression(value);
            self.builder.export("default", Export::Expr(value));
            return;
        }
        for child in self.children(node) {
            match self.kind(child) {
                Kind::ExportClause => self.export_clause(child, module.as_ref()),
                Kind::NamespaceExport => {
                    let name = self.children(child).first().map_or("", |name| self.slice(*name));
                    if let Some(module) = &module {
                        self.builder.export(name, Export::From { module: module.clone(), name: None });
                    }
                }
                Kind::Identifier => {
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
        for specifier in self.children(node) {
            let Some(name) = self.part(specifier, Part::Name) else { continue };
            let outside = self.part(specifier, Part::Alias).unwrap_or(name);
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
        match self.kind(node) {
            Kind::FunctionDeclaration
            | Kind::GeneratorFunctionDeclaration
            | Kind::ClassDeclaration
            | Kind::AbstractClassDeclaration => {
                self.statement(node);
                let Some(name) = self.part(node, Part::Name).map(|name| self.slice(name)) else { return };
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
