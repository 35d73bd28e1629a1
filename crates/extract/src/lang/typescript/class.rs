//! Functions and classes.

use std::sync::{Arc, OnceLock};

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::pattern::Target;
use super::{Lowering, range_of};
use crate::ir::{
    BindingKind, Class, ClassId, ExprId, ExprKind, Fate, Function, FunctionId, Param, ParamId, RegionKind,
};

impl Lowering<'_> {
    pub(super) fn function_declaration(&mut self, node: Node<'_>) -> Option<FunctionId> {
        let name = self.part(node, Part::Name)?;
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
        // What `forEach` runs over is a loop around the function that it calls.
        let over = self.next_over.take();
        let around = over.map(|over| self.builder.open_region(RegionKind::Loop(Some(over)), range));
        let region = self.builder.open_region(RegionKind::Function(id), range);
        let accessor = |kind| {
            let mut cursor = node.walk();
            node.children(&mut cursor).any(|child| self.kind(child) == kind)
        };
        let (getter, setter) = (accessor(Kind::Get), accessor(Kind::Set));
        let arrow = self.kind(node) == Kind::ArrowFunction;
        let function = Function { name, class, range, params: Vec::new(), returns: Vec::new(), getter, setter, arrow };
        self.builder.facts.functions.push(function);
        let scope = self.builder.open_scope();
        let leaving = self.next_leaving.take().unwrap_or(Fate::Heard);
        let outer = (self.function.replace(id), self.handler.take(), self.function_scope);
        let outer_leaving = std::mem::replace(&mut self.leaving, leaving);
        self.function_scope = self.builder.scope;
        let targets = std::mem::take(&mut self.targets);
        self.params(node, id, over);
        if let Some(body) = self.part(node, Part::Body) {
            if self.kind(body) == Kind::StatementBlock {
                self.statement(body);
            } else {
                let value = self.expression_with(body, self.leaving);
                self.returns(value);
            }
        }
        self.targets = targets;
        if self.is_generator(node) {
            let value = self.builder.expr(ExprKind::Unknown("generator"), range);
            self.builder.function_mut(id).returns = vec![(value, self.builder.region)];
        }
        self.leaving = outer_leaving;
        (self.function, self.handler, self.function_scope) = outer;
        self.builder.scope = scope;
        self.builder.region = around.unwrap_or(region);
        id
    }

    /// Whether a call of a function makes what gives its values one by one.
    fn is_generator(&self, function: Node<'_>) -> bool {
        let mut cursor = function.walk();
        function.children(&mut cursor).any(|child| !child.is_named() && self.slice(child) == "*")
    }

    /// `over` is what the function is called for each item of: the first parameter.
    fn params(&mut self, node: Node<'_>, function: FunctionId, over: Option<ExprId>) {
        let list = match (self.part(node, Part::Parameters), self.part(node, Part::Parameter)) {
            (Some(list), _) => self.children(list),
            (None, Some(single)) => vec![single],
            (None, None) => Vec::new(),
        };
        let mut index = 0;
        for param in list {
            let pattern = self.part(param, Part::Pattern).or_else(|| self.part(param, Part::Name)).unwrap_or(param);
            if self.kind(pattern) == Kind::This {
                continue;
            }
            let default = self.part(param, Part::Value).map(|value| self.expression(value));
            let type_expr = self.type_expr(self.part(param, Part::Type));
            let rest = self.kind(pattern) == Kind::RestPattern;
            let id = ParamId { function, index };
            let typed =
                self.part(param, Part::Type).and_then(|annotation| self.children(annotation).into_iter().next());
            let optional = self.kind(param) == Kind::OptionalParameter && default.is_none();
            let (typed, range) = (typed.map(range_of), range_of(param));
            let declared = Param { default, rest, type_expr, typed, declared: OnceLock::new(), optional, range };
            self.builder.function_mut(function).params.push(declared);
            let (kind, init) = match over.filter(|_| index == 0) {
                Some(over) => (BindingKind::Element, Some(over)),
                // The second is the number of the turn, or the key of a map.
                None if over.is_some() && index == 1 => (
                    BindingKind::Variable,
                    Some(self.builder.expr(ExprKind::Unknown("number of a turn, or a key"), range)),
                ),
                None => (BindingKind::Param(id), None),
            };
            let target = Target { kind, init, type_expr, scope: self.builder.scope };
            self.pattern(pattern, &target);
            self.parameter_property(param, pattern);
            index += 1;
        }
    }

    /// `constructor(private readonly pool: Pool)` declares a field too.
    fn parameter_property(&mut self, param: Node<'_>, pattern: Node<'_>) {
        let modified = {
            let mut cursor = param.walk();
            param.children(&mut cursor).any(|child| {
                matches!(self.kind(child), Kind::AccessibilityModifier | Kind::OverrideModifier | Kind::Readonly)
            })
        };
        let Some(class) = self.builder.class.filter(|_| modified) else { return };
        let name = self.builder.intern(self.slice(pattern));
        let value = self.builder.name(&name, range_of(pattern));
        let type_expr = self.type_expr(self.part(param, Part::Type));
        let field = self.builder.facts.classes[class.index()].fields.entry(name).or_default();
        field.values.push(value);
        field.type_expr = type_expr;
        field.declared = true;
    }

    pub(super) fn class_declaration(&mut self, node: Node<'_>) -> Option<ClassId> {
        let name = self.part(node, Part::Name)?;
        let id = ClassId(self.builder.facts.classes.len() as u32);
        self.builder.bind(self.slice(name), BindingKind::Class(id));
        Some(self.class(node))
    }

    pub(super) fn class(&mut self, node: Node<'_>) -> ClassId {
        let id = ClassId(self.builder.facts.classes.len() as u32);
        let name = self.part(node, Part::Name).map(|name| self.builder.intern(self.slice(name)));
        let is_abstract = self.kind(node) == Kind::AbstractClassDeclaration;
        self.builder.facts.classes.push(Class { name, is_abstract, ..Class::default() });
        for child in self.children(node) {
            if self.kind(child) == Kind::Decorator {
                self.walk(child);
            }
        }
        if let Some(heritage) = self.children(node).into_iter().find(|child| self.kind(*child) == Kind::ClassHeritage) {
            let extends = self.extends(heritage);
            self.builder.facts.classes[id.index()].extends = extends;
            self.builder.facts.classes[id.index()].implements = self.implements(heritage);
        }
        let outer = self.builder.class.replace(id);
        for member in self.part(node, Part::Body).map(|list| self.children(list)).unwrap_or_default() {
            self.member(member, id);
        }
        self.builder.class = outer;
        id
    }

    fn extends(&mut self, heritage: Node<'_>) -> Option<ExprId> {
        let first = self.children(heritage).into_iter().next()?;
        match self.kind(first) {
            Kind::ExtendsClause => self.part(first, Part::Value).map(|value| self.expression(value)),
            Kind::ImplementsClause => None,
            _ => Some(self.expression(first)),
        }
    }

    /// The last names of the types after `implements`.
    fn implements(&mut self, heritage: Node<'_>) -> Vec<Arc<str>> {
        let clauses = self.children(heritage).into_iter().filter(|child| self.kind(*child) == Kind::ImplementsClause);
        let types: Vec<Node<'_>> = clauses.flat_map(|clause| self.children(clause)).collect();
        let name = |node: Node<'_>| {
            let written = self.slice(node).split('<').next().unwrap_or("");
            written.rsplit('.').next().unwrap_or("").trim()
        };
        let names: Vec<&str> = types.into_iter().map(name).collect();
        names.into_iter().map(|name| self.builder.intern(name)).collect()
    }

    fn member(&mut self, member: Node<'_>, class: ClassId) {
        match self.kind(member) {
            Kind::MethodDefinition => {
                let name = self.key(self.part(member, Part::Name));
                let function = self.function(member, name.clone(), Some(class));
                // What is read under the name of a setter is what its getter gives.
                if let Some(name) = name.filter(|_| !self.builder.facts.functions[function.index()].setter) {
                    self.add_method(name, function, class);
                }
            }
            Kind::PublicFieldDefinition | Kind::FieldDefinition => {
                let key = self.part(member, Part::Name).or_else(|| self.part(member, Part::Property));
                let Some(name) = self.key(key) else { return };
                let value = self.part(member, Part::Value).map(|value| self.expression(value));
                if let (Some(value), Some(key)) = (value, key) {
                    self.name_function(Some(value), key);
                    self.field_function(value, &name, class);
                }
                let type_expr = self.type_expr(self.part(member, Part::Type));
                let field = self.builder.facts.classes[class.index()].fields.entry(name).or_default();
                field.values.extend(value);
                field.type_expr = field.type_expr.or(type_expr);
                field.declared = true;
            }
            Kind::ClassStaticBlock => self.walk(member),
            _ => {}
        }
    }

    /// Two methods of one name, one of which is static, are not told apart.
    fn add_method(&mut self, name: Arc<str>, function: FunctionId, class: ClassId) {
        let class = &mut self.builder.facts.classes[class.index()];
        if class.methods.contains_key(&name) || class.fields.get(&name).is_some_and(|field| field.lost) {
            class.methods.remove(&name);
            class.fields.entry(name).or_default().lost = true;
        } else {
            class.methods.insert(name, function);
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
        match self.kind(node) {
            Kind::ComputedPropertyName => None,
            _ => Some(self.builder.intern(self.slice(node).trim_matches(['"', '\'']))),
        }
    }
}
