//! What the expressions, names and writes of a file say of the objects that they stand for.

use super::graph::{ANY, Field, Graph, Kind, Node, Rule, base_of};
use crate::ir::{
    Binding, BindingId, BindingKind, Call, CallStyle, ClassId, ExprId, ExprKind, FunctionId, Logic, Mutation, ParamId,
    Step, WriteOp,
};

/// Methods that give a function each item of a list.
const LOOKS_AT_EACH: &[&str] =
    &["forEach", "filter", "find", "findLast", "findIndex", "findLastIndex", "some", "every", "sort", "toSorted"];

impl Graph<'_> {
    /// Everything that a file says.
    pub(super) fn read(&mut self) {
        let facts = self.facts;
        self.join_families();
        for at in 0..facts.classes.len() {
            self.read_class(ClassId(at as u32));
        }
        for at in 0..facts.exprs.len() {
            self.read_expr(ExprId(at as u32));
        }
        for at in 0..facts.bindings.len() {
            self.read_binding(BindingId(at as u32));
        }
        for (at, function) in facts.functions.iter().enumerate() {
            let returned = self.of_return(FunctionId(at as u32));
            for (value, _) in &function.returns {
                let from = self.of_expr(*value);
                self.edge(from, returned);
            }
        }
        for mutation in &facts.mutations {
            self.read_mutation(mutation);
        }
        self.solve();
    }

    fn join_families(&mut self) {
        for at in 0..self.families.len() {
            let (mut first, mut steps) = (ClassId(at as u32), 0);
            while let Some(base) = base_of(self.facts, first).filter(|_| steps < 16) {
                first = base;
                steps += 1;
            }
            self.families[at] = first;
        }
    }

    /// Fields and methods of a class: whether they are static is not told apart.
    fn read_class(&mut self, class: ClassId) {
        let facts = self.facts;
        let (own, family) = (self.object(Kind::Class(class)), self.families[class.index()]);
        let instance = self.object(Kind::Instance(family));
        let info = &facts.classes[class.index()];
        for (name, field) in &info.fields {
            let name = self.field(name);
            for value in &field.values {
                let from = self.of_expr(*value);
                for object in [own, instance] {
                    let to = self.slot(object, name);
                    self.edge(from, to);
                }
            }
        }
        for (name, method) in &info.methods {
            let name = self.field(name);
            let this = self.of_this(*method);
            for object in [own, instance] {
                self.add(this, object);
                self.hold_function(object, name, *method);
            }
        }
        if let Some(base) = base_of(facts, class) {
            let (base, node) = (self.object(Kind::Class(base)), self.node());
            self.add(node, base);
            self.rule(node, Rule::CopyTo(own));
        }
    }

    /// What is read of a getter is what it gives.
    fn hold_function(&mut self, object: u32, name: Field, function: FunctionId) {
        let to = self.slot(object, name);
        if self.facts.functions[function.index()].getter {
            let returned = self.of_return(function);
            self.edge(returned, to);
        } else {
            let held = self.object(Kind::Function(function));
            self.add(to, held);
        }
    }

    fn read_expr(&mut self, id: ExprId) {
        let facts = self.facts;
        let node = self.of_expr(id);
        match &facts.expr(id).kind {
            ExprKind::Array(items) => self.read_array(id, items),
            ExprKind::Object(fields) => self.read_object(id, fields),
            ExprKind::Function(function) => {
                let object = self.object(Kind::Function(*function));
                self.add(node, object);
            }
            ExprKind::Class(class) => {
                let object = self.object(Kind::Class(*class));
                self.add(node, object);
            }
            ExprKind::Member { object, property } => {
                let (from, field) = (self.of_expr(*object), self.field(property));
                let called = self.callees.contains(&id);
                self.rule(from, if called { Rule::Callee(field, node) } else { Rule::Load(field, node) });
            }
            ExprKind::Index { object, .. } => {
                let from = self.of_expr(*object);
                self.rule(from, Rule::Load(ANY, node));
            }
            ExprKind::Branch(arms) => arms.iter().for_each(|arm| self.same(*arm, node)),
            ExprKind::Choice { arms, .. } => arms.iter().for_each(|arm| self.same(*arm, node)),
            ExprKind::Logic { op, left, right } => {
                if *op != Logic::And {
                    self.same(*left, node);
                }
                self.same(*right, node);
            }
            ExprKind::This => {
                let around = facts.functions_around(facts.expr(id).range.start);
                let is_own = |function: &FunctionId| {
                    let function = &facts.functions[function.index()];
                    !function.arrow || function.class.is_some()
                };
                if let Some(function) = { around }.find(is_own) {
                    let this = self.of_this(function);
                    self.edge(this, node);
                }
            }
            ExprKind::Call(call) => self.read_call(id, call),
            _ => {}
        }
    }

    fn read_array(&mut self, id: ExprId, items: &[ExprId]) {
        let facts = self.facts;
        let list = self.object(Kind::Made(id));
        self.add(self.of_expr(id), list);
        for item in items {
            let from = self.of_expr(*item);
            if matches!(facts.expr(*item).kind, ExprKind::Spread(_)) {
                self.rule(from, Rule::CopyTo(list));
            } else {
                let to = self.slot(list, ANY);
                self.edge(from, to);
            }
        }
    }

    fn read_object(&mut self, id: ExprId, fields: &[crate::ir::Field]) {
        let facts = self.facts;
        let object = self.object(Kind::Made(id));
        self.add(self.of_expr(id), object);
        for field in fields {
            let from = self.of_expr(field.value);
            match &field.name {
                Some(name) => {
                    let name = self.field(name);
                    if let ExprKind::Function(function) = facts.expr(field.value).kind {
                        let this = self.of_this(function);
                        self.add(this, object);
                        self.hold_function(object, name, function);
                    } else {
                        let to = self.slot(object, name);
                        self.edge(from, to);
                    }
                }
                None if field.key.is_some() => {
                    let to = self.slot(object, ANY);
                    self.edge(from, to);
                }
                None => self.rule(from, Rule::CopyTo(object)),
            }
        }
    }

    fn same(&mut self, expr: ExprId, node: Node) {
        let from = self.of_expr(expr);
        self.edge(from, node);
    }

    fn read_binding(&mut self, id: BindingId) {
        let facts = self.facts;
        let binding = facts.binding(id);
        let node = Self::of_binding(id);
        match &binding.kind {
            BindingKind::Function(function) => {
                let object = self.object(Kind::Function(*function));
                self.add(node, object);
            }
            BindingKind::Class(class) => {
                let object = self.object(Kind::Class(*class));
                self.add(node, object);
            }
            BindingKind::Import { .. } => {
                let object = self.object(Kind::Import(id));
                self.add(node, object);
            }
            BindingKind::Param(param) => {
                let from = self.of_param(*param);
                let default = facts.functions[param.function.index()].params[param.index as usize].default;
                if let Some(default) = default {
                    self.same(default, from);
                }
                self.stepped(from, binding, node);
            }
            BindingKind::Variable => {
                if let Some(init) = binding.init {
                    let from = self.of_expr(init);
                    self.stepped(from, binding, node);
                }
            }
            BindingKind::Element => {
                if let Some(over) = binding.init {
                    let (from, item) = (self.of_expr(over), self.node());
                    self.rule(from, Rule::Load(ANY, item));
                    self.stepped(item, binding, node);
                }
            }
            BindingKind::Opaque => {}
        }
        if let Some(default) = binding.default {
            self.same(default, node);
        }
        for write in &binding.writes {
            if let (None, WriteOp::Assign(value)) = (&write.field, &write.op) {
                self.same(*value, node);
            }
        }
    }

    /// What the steps of a pattern lead to.
    fn stepped(&mut self, mut from: Node, binding: &Binding, to: Node) {
        for step in &binding.path {
            let field = match step {
                Step::Field(name) => self.field(name),
                Step::Item(_) | Step::From(_) | Step::Without(_) => ANY,
                Step::Or { path, default } => {
                    if *path == self.facts.path {
                        self.same(*default, from);
                    }
                    continue;
                }
                Step::Method { .. } => continue,
            };
            let next = self.node();
            if matches!(step, Step::From(_) | Step::Without(_)) {
                // What is left over is another list or object with the same parts.
                self.edge(from, next);
            } else {
                self.rule(from, Rule::Load(field, next));
            }
            from = next;
        }
        self.edge(from, to);
    }

    fn read_mutation(&mut self, mutation: &Mutation) {
        let object = self.of_expr(mutation.object);
        let field = mutation.field.as_ref().map_or(ANY, |name| self.field(name));
        for value in &mutation.values {
            let from = self.of_expr(*value);
            if mutation.copies || matches!(self.facts.expr(*value).kind, ExprKind::Spread(_)) {
                self.rule(object, Rule::CopyFrom(from));
            } else {
                self.rule(object, Rule::Store(field, from));
            }
        }
    }

    fn read_call(&mut self, id: ExprId, call: &Call) {
        let facts = self.facts;
        let (callee, result) = (self.of_expr(call.callee), self.of_expr(id));
        self.rule(callee, Rule::Call(id));
        if !self.is_own(call) {
            let made = self.object(Kind::Made(id));
            self.add(result, made);
        }
        match &facts.expr(call.callee).kind {
            ExprKind::Member { object, property } => {
                if let ExprKind::Global(global) = &facts.expr(*object).kind {
                    self.read_global(id, global, property, &call.arguments);
                } else {
                    self.read_method(id, *object, property, &call.arguments);
                }
            }
            ExprKind::Global(name) if call.style == CallStyle::New => {
                let Some(first) = call.arguments.first() else { return };
                let from = self.of_expr(*first);
                match name.as_ref() {
                    "Proxy" => self.edge(from, result),
                    "Map" | "WeakMap" => self.items_of_pairs(from, id),
                    _ => self.copied(from, id),
                }
            }
            _ => {}
        }
    }

    /// Whether a call is of a function of the file, as far as its name tells.
    pub(super) fn is_own(&self, call: &Call) -> bool {
        let ExprKind::Binding(callee) = self.facts.expr(call.callee).kind else { return false };
        let callee = self.facts.binding(callee);
        let by_init = || {
            let init = callee.init.filter(|_| callee.path.is_empty() && callee.writes.is_empty());
            init.is_some_and(|init| matches!(self.facts.expr(init).kind, ExprKind::Function(_)))
        };
        matches!(callee.kind, BindingKind::Function(_) | BindingKind::Class(_)) || by_init()
    }

    /// The fields of what `from` stands for are in what a call makes.
    fn copied(&mut self, from: Node, call: ExprId) {
        let made = self.object(Kind::Made(call));
        self.rule(from, Rule::CopyTo(made));
    }

    /// What a call makes holds the parts of the parts of a list.
    fn items_of_pairs(&mut self, pairs: Node, call: ExprId) {
        let made = self.object(Kind::Made(call));
        let (pair, item) = (self.node(), self.slot(made, ANY));
        self.rule(pairs, Rule::Load(ANY, pair));
        self.rule(pair, Rule::Load(ANY, item));
    }

    /// `Object.values(…)` and the like.
    fn read_global(&mut self, id: ExprId, global: &str, name: &str, arguments: &[ExprId]) {
        let Some(first) = arguments.first() else { return };
        let (from, result) = (self.of_expr(*first), self.of_expr(id));
        match (global, name) {
            ("Object", "values" | "entries") | ("Array", "from") => {
                self.copied(from, id);
                if name == "entries" {
                    let made = self.object(Kind::Made(id));
                    let item = self.slot(made, ANY);
                    self.add(item, made);
                }
                if let Some(made) = arguments.get(1).filter(|_| global == "Array") {
                    self.each(*first, *made, 0);
                    self.given_back(*made, id);
                }
            }
            ("Object", "fromEntries") => self.items_of_pairs(from, id),
            ("Object", "assign" | "freeze" | "seal" | "create" | "setPrototypeOf" | "defineProperty")
            | ("Promise", "resolve" | "all" | "allSettled" | "race" | "any") => self.edge(from, result),
            ("Array", "of") => {
                let made = self.object(Kind::Made(id));
                let item = self.slot(made, ANY);
                arguments.iter().for_each(|argument| self.same(*argument, item));
            }
            _ => {}
        }
    }

    /// A method of lists, maps, promises or functions, whatever it is called on.
    fn read_method(&mut self, id: ExprId, object: ExprId, name: &str, arguments: &[ExprId]) {
        let (from, result) = (self.of_expr(object), self.of_expr(id));
        let first = arguments.first().copied();
        match name {
            "find" | "findLast" | "at" | "pop" | "shift" | "get" | "next" => {
                self.rule(from, Rule::Load(ANY, result));
            }
            "sort" | "reverse" | "fill" | "set" | "add" | "valueOf" | "catch" | "finally" => self.edge(from, result),
            "filter" | "slice" | "splice" | "concat" | "flat" | "toSorted" | "toReversed" | "with" | "values"
            | "entries" | "flatMap" => self.copied(from, id),
            _ => {}
        }
        match (name, first) {
            ("concat", _) => {
                let made = self.object(Kind::Made(id));
                let item = self.slot(made, ANY);
                for argument in arguments {
                    self.same(*argument, item);
                    let from = self.of_expr(*argument);
                    self.copied(from, id);
                }
            }
            ("entries", _) => {
                let made = self.object(Kind::Made(id));
                let item = self.slot(made, ANY);
                self.add(item, made);
            }
            ("flat", _) => {
                let (made, inner) = (self.object(Kind::Made(id)), self.node());
                self.rule(from, Rule::Load(ANY, inner));
                self.rule(inner, Rule::CopyTo(made));
            }
            ("map" | "flatMap", Some(function)) => {
                self.each(object, function, 0);
                self.given_back(function, id);
            }
            ("reduce" | "reduceRight", Some(function)) => self.reduced(id, object, function, arguments.get(1)),
            ("then", Some(function)) => {
                self.calls_with(function, 0, from);
                self.returned_to(function, result);
            }
            ("call" | "apply" | "bind", Some(this)) => self.called_by_method(id, object, this, (name, arguments)),
            (name, Some(function)) if LOOKS_AT_EACH.contains(&name) => {
                self.each(object, function, 0);
                if matches!(name, "sort" | "toSorted") {
                    self.each(object, function, 1);
                }
            }
            _ => {}
        }
    }

    /// The functions of the file that an expression plainly stands for.
    fn functions_of(&self, expr: ExprId) -> Option<FunctionId> {
        match self.facts.expr(expr).kind {
            ExprKind::Function(function) => Some(function),
            ExprKind::Binding(binding) => {
                let binding = self.facts.binding(binding);
                match (&binding.kind, binding.init.map(|init| &self.facts.expr(init).kind)) {
                    (BindingKind::Function(function), _) => Some(*function),
                    (_, Some(ExprKind::Function(function))) if binding.path.is_empty() => Some(*function),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn calls_with(&mut self, function: ExprId, index: u32, from: Node) {
        let Some(function) = self.functions_of(function) else { return };
        if (index as usize) < self.facts.functions[function.index()].params.len() {
            let to = self.of_param(ParamId { function, index });
            self.given_otherwise.insert(ParamId { function, index });
            self.edge(from, to);
        }
    }

    fn returned_to(&mut self, function: ExprId, to: Node) {
        if let Some(function) = self.functions_of(function) {
            let from = self.of_return(function);
            self.edge(from, to);
        }
    }

    /// A function is called with each item of a list.
    fn each(&mut self, list: ExprId, function: ExprId, index: u32) {
        let (from, item) = (self.of_expr(list), self.node());
        self.rule(from, Rule::Load(ANY, item));
        self.calls_with(function, index, item);
    }

    /// What a function gives is an item of what a call makes, or the list that its items are in.
    fn given_back(&mut self, function: ExprId, call: ExprId) {
        let made = self.object(Kind::Made(call));
        let (item, given) = (self.slot(made, ANY), self.node());
        self.returned_to(function, given);
        self.edge(given, item);
        self.rule(given, Rule::CopyTo(made));
    }

    fn reduced(&mut self, id: ExprId, list: ExprId, function: ExprId, start: Option<&ExprId>) {
        let result = self.of_expr(id);
        let made = self.node();
        self.returned_to(function, made);
        match start {
            Some(start) => self.same(*start, made),
            None => {
                let from = self.of_expr(list);
                self.rule(from, Rule::Load(ANY, made));
            }
        }
        self.calls_with(function, 0, made);
        self.each(list, function, 1);
        self.edge(made, result);
    }

    /// `run.call(this, …)`, `run.apply(this, list)`, `run.bind(this, …)`.
    fn called_by_method(&mut self, id: ExprId, object: ExprId, this: ExprId, (name, arguments): (&str, &[ExprId])) {
        let result = self.of_expr(id);
        if name == "bind" {
            self.same(object, result);
        }
        let Some(function) = self.functions_of(object) else { return };
        let receiver = self.of_this(function);
        self.same(this, receiver);
        if name == "apply" {
            let (item, given) = (self.node(), arguments.get(1).map(|list| self.of_expr(*list)));
            if let Some(given) = given {
                self.rule(given, Rule::Load(ANY, item));
                for index in 0..self.facts.functions[function.index()].params.len() as u32 {
                    let to = self.of_param(ParamId { function, index });
                    self.given_otherwise.insert(ParamId { function, index });
                    self.edge(item, to);
                }
            }
        } else {
            self.gives(function, id, &arguments[1..]);
        }
        self.returned_to(object, result);
    }
}
