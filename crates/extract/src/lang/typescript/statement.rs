//! Statements: scopes, regions and what they bind.

use tree_sitter::Node;

use super::failure::Handling;
use super::kind::{Kind, Part};
use super::pattern::Target;
use super::{Lowering, range_of};
use crate::ir::{BindingKind, CallStyle, ExprId, ExprKind, Fate, Field, GroupTest, RegionKind, Tried, WriteOp};

impl Lowering<'_> {
    pub(super) fn statements(&mut self, node: Node<'_>) {
        for child in self.children(node) {
            self.statement(child);
        }
    }

    pub(super) fn statement(&mut self, node: Node<'_>) {
        if self.nested(|this| this.statement_inside(node)).is_none() {
            self.note_depth(node);
        }
    }

    fn statement_inside(&mut self, node: Node<'_>) {
        match self.kind(node) {
            Kind::LexicalDeclaration | Kind::VariableDeclaration => self.declaration(node),
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::ReturnStatement => self.return_statement(node),
            Kind::IfStatement => self.if_statement(node),
            Kind::StatementBlock => {
                let scope = self.builder.open_scope();
                self.statements(node);
                self.builder.scope = scope;
            }
            Kind::SwitchStatement => self.switch_statement(node),
            Kind::ForInStatement => self.for_in_statement(node),
            Kind::ForStatement | Kind::WhileStatement | Kind::DoStatement => self.loop_statement(node),
            Kind::TryStatement => self.try_statement(node),
            Kind::BreakStatement | Kind::ContinueStatement => self.jump(node),
            Kind::LabeledStatement => self.labelled(node),
            Kind::ThrowStatement => {
                self.walk(node);
                self.builder.exits();
            }
            Kind::FunctionDeclaration | Kind::GeneratorFunctionDeclaration => {
                self.function_declaration(node);
            }
            Kind::ClassDeclaration | Kind::AbstractClassDeclaration => {
                self.class_declaration(node);
            }
            Kind::EnumDeclaration => self.enum_declaration(node),
            Kind::ImportStatement => self.import_statement(node),
            Kind::ExportStatement => self.export_statement(node),
            Kind::InterfaceDeclaration | Kind::TypeAliasDeclaration => self.type_definition(node),
            Kind::FunctionSignature => {}
            Kind::AmbientDeclaration | Kind::InternalModule | Kind::Module | Kind::WithStatement => {
                self.statements(node);
            }
            _ => self.walk(node),
        }
    }

    /// Lowers what stands in a node that means nothing to us.
    pub(super) fn walk(&mut self, node: Node<'_>) {
        for child in self.children(node) {
            let kind = self.kind(child);
            if kind.is_statement() || kind == Kind::StatementBlock {
                self.statement(child);
            } else {
                self.expression(child);
            }
        }
    }

    fn declaration(&mut self, node: Node<'_>) {
        let var = self.kind(node) == Kind::VariableDeclaration;
        let scope = if var { self.function_scope } else { self.builder.scope };
        for declarator in self.children(node) {
            if self.kind(declarator) != Kind::VariableDeclarator {
                continue;
            }
            let Some(name) = self.part(declarator, Part::Name) else { continue };
            let type_expr = self.type_expr(self.part(declarator, Part::Type));
            let value = self.part(declarator, Part::Value);
            if let Some(module) = value.and_then(|value| self.required_module(value)) {
                self.require_declaration(name, &module, scope);
                continue;
            }
            let init = value.map(|value| self.expression(value));
            self.name_function(init, name);
            // `var` binds a name of the function once, however often it is declared.
            let text = self.slice(name);
            if var && self.kind(name) == Kind::Identifier && self.builder.declare_again(scope, text) {
                if let Some(init) = init {
                    self.builder.write(text, None, range_of(declarator).end, WriteOp::Assign(init));
                }
                continue;
            }
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
        for child in self.children(node) {
            let fate = Fate::NotAwaited(range_of(child));
            let fate = if self.kind(child) == Kind::CallExpression { fate } else { self.fate() };
            self.expression_with(child, fate);
        }
    }

    fn return_statement(&mut self, node: Node<'_>) {
        for child in self.children(node) {
            // A promise that is returned is waited for outside: no handler in here gets its error.
            let value = self.expression_with(child, self.leaving);
            self.returns(value);
        }
        self.builder.exits();
    }

    pub(super) fn returns(&mut self, value: ExprId) {
        if let Some(function) = self.function {
            let region = self.builder.region;
            self.builder.function_mut(function).returns.push((value, region));
        }
    }

    fn if_statement(&mut self, node: Node<'_>) {
        let condition = self.part(node, Part::Condition).map(|condition| self.expression(condition));
        let alternative = self.part(node, Part::Alternative);
        let group = self.builder.group(alternative.is_some());
        self.builder.facts.groups[group as usize].test = condition.map(GroupTest::If);
        if let Some(then) = self.part(node, Part::Consequence) {
            self.arm(group, then);
        }
        if let Some(otherwise) = alternative {
            self.arm(group, otherwise);
        }
    }

    /// An arm of a group; gives the value of a case.
    pub(super) fn arm(&mut self, group: u32, node: Node<'_>) -> Option<ExprId> {
        let region = self.builder.open_arm(group, range_of(node));
        if let (Kind::SwitchCase | Kind::SwitchDefault, Some(target)) = (self.kind(node), self.targets.last_mut()) {
            target.case = Some(self.builder.region);
        }
        let scope = self.builder.open_scope();
        let value = if matches!(self.kind(node), Kind::ElseClause | Kind::SwitchCase | Kind::SwitchDefault) {
            self.arm_body(node)
        } else {
            self.statement(node);
            None
        };
        self.builder.scope = scope;
        self.builder.region = region;
        value
    }

    fn arm_body(&mut self, node: Node<'_>) -> Option<ExprId> {
        let value = self.part(node, Part::Value).map(|value| value.id());
        let mut found = None;
        for child in self.children(node) {
            if Some(child.id()) == value {
                found = Some(self.expression(child));
            } else {
                self.statement(child);
            }
        }
        found
    }

    fn for_in_statement(&mut self, node: Node<'_>) {
        let over = self.part(node, Part::Right).map(|right| self.expression(right));
        let of = self.part(node, Part::Operator).is_some_and(|operator| self.slice(operator) == "of");
        let over = if of { over } else { over.map(|over| self.keys_of(over)) };
        let outer = self.open_target(RegionKind::Loop(over), node);
        let scope = self.builder.open_scope();
        if let Some(left) = self.part(node, Part::Left) {
            let kind = BindingKind::Element;
            let target = Target { kind, init: over, type_expr: None, scope: self.builder.scope };
            self.pattern(left, &target);
        }
        if let Some(body) = self.part(node, Part::Body) {
            self.statement(body);
        }
        self.builder.scope = scope;
        self.close_target(outer);
    }

    /// What `for (… in object)` runs over: `Object.keys(object)`.
    fn keys_of(&mut self, object: ExprId) -> ExprId {
        let range = self.builder.facts.expr(object).range;
        let global = self.builder.intern("Object");
        let property = self.builder.intern("keys");
        let callee = self.builder.expr(ExprKind::Global(global), range);
        let callee = self.builder.expr(ExprKind::Member { object: callee, property }, range);
        self.finish_call(range, callee, vec![object], CallStyle::Plain, Fate::Heard)
    }

    fn try_statement(&mut self, node: Node<'_>) {
        let handler = self.part(node, Part::Handler);
        let before = self.handler;
        let last = self.part(node, Part::Finalizer);
        if let Some(last) = last.filter(|last| self.leaves(*last)) {
            self.handler = Some(Fate::Swallowed(range_of(last)));
        }
        let outer = self.handler;
        if let Some(handler) = handler {
            self.handler = match self.handling(handler) {
                Handling::Swallows => Some(Fate::Swallowed(range_of(handler))),
                Handling::PassesOn => Some(Fate::Heard),
                Handling::Throws => outer,
            };
        }
        let tried = self.builder.facts.tries.len() as u32;
        self.builder.facts.tries.push(Tried { handler: None, finalizer: last.map(range_of) });
        if let Some(body) = self.part(node, Part::Body) {
            let region = self.builder.open_region(RegionKind::Tried(tried), range_of(body));
            self.statement(body);
            self.builder.region = region;
        }
        self.handler = outer;
        if let Some(handler) = handler {
            let group = self.builder.group(false);
            let region = self.builder.open_arm(group, range_of(handler));
            self.builder.facts.tries[tried as usize].handler = Some(self.builder.region);
            let scope = self.builder.open_scope();
            if let Some(parameter) = self.part(handler, Part::Parameter) {
                let scope = self.builder.scope;
                self.pattern(parameter, &Target { kind: BindingKind::Opaque, init: None, type_expr: None, scope });
            }
            if let Some(body) = self.part(handler, Part::Body) {
                self.statement(body);
            }
            self.builder.scope = scope;
            self.builder.region = region;
        }
        self.handler = before;
        if let Some(last) = last.and_then(|last| self.part(last, Part::Body)) {
            self.statement(last);
        }
    }

    fn enum_declaration(&mut self, node: Node<'_>) {
        let mut fields = Vec::new();
        let mut counts = false;
        for member in self.part(node, Part::Body).map(|list| self.children(list)).unwrap_or_default() {
            let name = self.part(member, Part::Name).unwrap_or(member);
            let name = self.builder.intern(self.slice(name).trim_matches(['"', '\'']));
            let value = match self.part(member, Part::Value) {
                Some(value) => self.expression(value),
                None => self.builder.expr(ExprKind::Number(None), range_of(member)),
            };
            counts |= matches!(self.builder.facts.expr(value).kind, ExprKind::Number(_));
            fields.push(Field::named(name, value));
        }
        if counts {
            // Under its number stands the name of a member.
            let (key, value) = (ExprKind::Unknown("number of a member"), ExprKind::Unknown("name of a member"));
            let key = Some(self.builder.expr(key, range_of(node)));
            let value = self.builder.expr(value, range_of(node));
            fields.insert(0, Field { name: None, key, value });
        }
        let name = self.part(node, Part::Name);
        if let Some(name) = name
            && let Some(ExprKind::Object(members)) = self.builder.first_value(self.slice(name))
        {
            // An enum may be said in several parts.
            members.extend(fields);
            return;
        }
        let init = Some(self.builder.expr(ExprKind::Object(fields), range_of(node)));
        if let Some(name) = name {
            let scope = self.builder.scope;
            self.pattern(name, &Target { kind: BindingKind::Variable, init, type_expr: None, scope });
        }
    }
}
