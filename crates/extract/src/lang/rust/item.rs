//! Items: modules, imports, constants, functions, implementations.

use std::sync::{Arc, OnceLock};

use rollproof_source::TextRange;
use syn::spanned::Spanned;
use syn::{Attribute, Item, UseTree};

use super::Lowering;
use crate::ir::{
    BindingKind, Class, ClassId, Export, ExprId, ExprKind, Fate, Function, FunctionId, Param, ParamId, RegionKind,
};

impl Lowering {
    pub(super) fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    pub(super) fn item(&mut self, item: &Item) {
        match item {
            Item::Mod(module) if self.left_out(&module.attrs) => {}
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    self.modules.push(module.ident.to_string());
                    let scope = self.builder.open_scope();
                    self.items(items);
                    self.builder.scope = scope;
                    self.modules.pop();
                }
            }
            Item::Use(item) => self.use_tree(&item.tree, &mut Vec::new()),
            Item::Const(item) if !self.left_out(&item.attrs) => self.constant(&item.ident, Some(&item.expr), None),
            Item::Static(item) if !self.left_out(&item.attrs) => self.constant(&item.ident, Some(&item.expr), None),
            Item::Fn(item) if !self.left_out(&item.attrs) => {
                let id = self.function(&item.sig, Some(&item.block), item.span(), None);
                let name = item.sig.ident.to_string();
                let binding = self.builder.bind(&name, BindingKind::Function(id));
                self.export(&name, Export::Binding(binding));
            }
            Item::Impl(item) if !self.left_out(&item.attrs) => self.implementation(item),
            Item::Trait(item) if !self.left_out(&item.attrs) => self.trait_item(item),
            Item::Macro(item) => self.macro_item(item),
            _ => {}
        }
    }

    /// Test code is left out like test folders.
    pub(super) fn left_out(&mut self, attributes: &[Attribute]) -> bool {
        let test = !self.include_tests && attributes.iter().any(is_test);
        if test {
            self.builder.facts.tests_left_out += 1;
        }
        test
    }

    pub(super) fn export(&mut self, name: &str, export: Export) {
        let mut path = self.modules.clone();
        path.push(name.to_owned());
        self.builder.export(&path.join("::"), export);
    }

    pub(super) fn constant(&mut self, name: &syn::Ident, value: Option<&syn::Expr>, owner: Option<&str>) {
        let init = value.map(|value| self.expression(value));
        let text = name.to_string();
        // Associated constants are reached by the type's name only.
        let bound = owner.map_or_else(|| text.clone(), |owner| format!("{owner}::{text}"));
        let id = self.builder.bind(&bound, BindingKind::Variable);
        self.builder.binding_mut(id).init = init;
        self.export(&bound, Export::Binding(id));
    }

    fn use_tree(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.use_tree(&part.tree, path);
                path.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.use_tree(tree, path)),
            UseTree::Name(name) => self.import(&name.ident.to_string(), &name.ident.to_string(), path),
            UseTree::Rename(name) => self.import(&name.rename.to_string(), &name.ident.to_string(), path),
            UseTree::Glob(_) => {
                let module = self.builder.intern(&path.join("::"));
                self.builder.facts.modules.push(module.clone());
                self.builder.facts.export_all.push(module);
            }
        }
    }

    fn import(&mut self, local: &str, name: &str, path: &[String]) {
        let module = self.builder.intern(&path.join("::"));
        self.builder.facts.modules.push(module.clone());
        // `use a::b::{self}` names the module.
        let name = (name != "self").then(|| self.builder.intern(name));
        let local =
            if local == "self" { path.last().map_or("self", String::as_str).to_owned() } else { local.to_owned() };

        let kind = BindingKind::Import { module: module.clone(), name: name.clone() };
        self.builder.bind(&local, kind);
        self.export(&local, Export::From { module, name });
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let name = match item.self_ty.as_ref() {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        let class = self.class(name.as_deref());
        let outer = (self.type_name.take(), self.builder.class.replace(class));
        self.type_name.clone_from(&name);
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(method) if !self.left_out(&method.attrs) => {
                    let display = self.display(item, method);
                    let method = display.as_ref().unwrap_or(method);
                    self.method(&method.sig, Some(&method.block), method.span(), class, name.as_deref());
                }
                syn::ImplItem::Const(constant) => self.constant(&constant.ident, Some(&constant.expr), name.as_deref()),
                syn::ImplItem::Macro(call) => {
                    self.macro_call(&call.mac, call.span());
                }
                _ => {}
            }
        }
        (self.type_name, self.builder.class) = outer;
    }

    fn trait_item(&mut self, item: &syn::ItemTrait) {
        let name = item.ident.to_string();
        let class = self.class(Some(&name));
        let outer = (self.type_name.replace(name.clone()), self.builder.class.replace(class));
        for member in &item.items {
            match member {
                syn::TraitItem::Fn(method) => {
                    if let Some(block) = &method.default {
                        self.method(&method.sig, Some(block), method.span(), class, Some(&name));
                    }
                }
                syn::TraitItem::Const(constant) => {
                    let value = constant.default.as_ref().map(|(_, value)| value);
                    self.constant(&constant.ident, value, Some(&name));
                }
                _ => {}
            }
        }
        (self.type_name, self.builder.class) = outer;
    }

    /// One class for all `impl` blocks of a type in a file.
    fn class(&mut self, name: Option<&str>) -> ClassId {
        let known = self.builder.facts.classes.iter().position(|class| name.is_some() && class.name.as_deref() == name);
        if let Some(known) = known {
            return ClassId(known as u32);
        }
        let name = name.map(|name| self.builder.intern(name));
        self.builder.facts.classes.push(Class { name, ..Class::default() });
        ClassId(self.builder.facts.classes.len() as u32 - 1)
    }

    fn method(
        &mut self,
        signature: &syn::Signature,
        block: Option<&syn::Block>,
        span: proc_macro2::Span,
        class: ClassId,
        owner: Option<&str>,
    ) {
        let id = self.function(signature, block, span, Some(class));
        let name = self.builder.intern(&signature.ident.to_string());
        self.builder.facts.classes[class.index()].methods.insert(name.clone(), id);
        if let Some(owner) = owner {
            let range = self.range(span);
            let value = self.builder.expr(ExprKind::Function(id), range);
            self.export(&format!("{owner}::{name}"), Export::Expr(value));
        }
    }

    pub(super) fn function(
        &mut self,
        signature: &syn::Signature,
        block: Option<&syn::Block>,
        span: proc_macro2::Span,
        class: Option<ClassId>,
    ) -> FunctionId {
        let range = self.range(span);
        let name = self.builder.intern(&signature.ident.to_string());
        self.in_function(Some(name), class, range, |this, id| {
            this.params(signature, id);
            block.map(|block| this.block(block))
        })
    }

    /// A function, a closure or a macro that is one: `inside` lowers its parameters and gives its value.
    pub(super) fn in_function(
        &mut self,
        name: Option<Arc<str>>,
        class: Option<ClassId>,
        range: TextRange,
        inside: impl FnOnce(&mut Self, FunctionId) -> Option<ExprId>,
    ) -> FunctionId {
        let id = FunctionId(self.builder.facts.functions.len() as u32);
        let region = self.builder.open_region(RegionKind::Function(id), range);
        let function = Function {
            name,
            class,
            range,
            params: Vec::new(),
            returns: Vec::new(),
            getter: false,
            setter: false,
            arrow: false,
        };
        self.builder.facts.functions.push(function);
        let scope = self.builder.open_scope();
        let outer = (self.function.replace(id), std::mem::replace(&mut self.fate, Fate::Heard));
        let value = inside(self, id);
        let end = self.builder.region;
        self.builder.function_mut(id).returns.extend(value.map(|value| (value, end)));
        (self.function, self.fate) = outer;
        self.builder.scope = scope;
        self.builder.region = region;
        id
    }

    /// Adds a parameter after those that the function has; what its name is bound to.
    pub(super) fn param(&mut self, function: FunctionId, range: TextRange) -> BindingKind {
        let params = &mut self.builder.function_mut(function).params;
        params.push(Param {
            default: None,
            rest: false,
            type_expr: None,
            typed: None,
            declared: OnceLock::new(),
            optional: false,
            range,
        });
        BindingKind::Param(ParamId { function, index: params.len() as u32 - 1 })
    }

    fn params(&mut self, signature: &syn::Signature, function: FunctionId) {
        for input in &signature.inputs {
            // `self` is no argument of a method's call.
            let syn::FnArg::Typed(input) = input else { continue };
            let range = self.range_of(input);
            let type_expr = self.type_expr(&input.ty);
            let kind = self.param(function, range);
            self.pattern(&input.pat, &kind, None, type_expr);
        }
    }

    /// The name of a type as an expression; references and smart pointers do not matter.
    fn type_expr(&mut self, of: &syn::Type) -> Option<ExprId> {
        match of {
            syn::Type::Reference(inner) => self.type_expr(&inner.elem),
            syn::Type::Path(path) => {
                let last = path.path.segments.last()?;
                let name = match last.ident.to_string().as_str() {
                    "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
                    | "usize" | "f32" | "f64" => "number".to_owned(),
                    "bool" => "boolean".to_owned(),
                    other => other.to_owned(),
                };
                let range = self.range_of(path);
                Some(self.builder.name(&name, range))
            }
            _ => None,
        }
    }

    fn macro_item(&mut self, item: &syn::ItemMacro) {
        if item.mac.path.is_ident("macro_rules") {
            self.macro_rules(item);
            return;
        }
        self.macro_call(&item.mac, item.span());
    }
}

fn is_test(attribute: &Attribute) -> bool {
    let path = attribute.path();
    if path.segments.last().is_some_and(|segment| segment.ident == "test" || segment.ident == "bench") {
        return true;
    }
    if !path.is_ident("cfg") {
        return false;
    }
    let syn::Meta::List(list) = &attribute.meta else { return false };
    let text = list.tokens.to_string();
    text == "test"
        || (text.starts_with("all (") || text.starts_with("all("))
            && text.split(|character: char| !character.is_alphanumeric()).any(|word| word == "test")
}
