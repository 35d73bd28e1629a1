//! Names: variables, parameters, imports.

use std::sync::Arc;

use rollproof_source::Span;

use super::absent::{self, Said};
use super::choice;
use super::flow::{Use, union};
use super::object::combined;
use super::rounds::{comes_before, runs_from, stands_elsewhere};
use super::spread::more_than;
use super::value::{ClassRef, Env, FunctionRef, Item, Made, ParamRef, Piece, Value, add, number_of};
use super::{Evaluator, MAX_DEPTH, REFERS_TO_ITSELF, span};
use crate::ir::{Binding, BindingId, BindingKind, Export, ExprId, ExprKind, Facts, FunctionId, ParamId, Step, Write};
use crate::program::Target;
use crate::unbuilt::missing_file;

/// How many re-exports an import may go through.
const MAX_REEXPORTS: u32 = 12;

/// Through how many callers a parameter is followed where its text is needed at once.
const MAX_CALLERS: usize = 8;

/// How many elements of a loop's lists are told apart.
const MAX_ELEMENTS: usize = 256;

/// How many expressions are looked at for what is put into a list that has another name by then.
const STEPS_OF_LATER: u32 = 40;

const PUT_LATER: &str = "list that is put into under another name";

impl Evaluator<'_> {
    pub(super) fn function(&mut self, facts: &Arc<Facts>, function: FunctionId, env: &Env) -> Value {
        Value::Function(FunctionRef { facts: facts.clone(), function, env: env.clone(), this: None })
    }

    /// What a name is worth where it is read. Imports lead from file to file and may lead in a circle.
    pub(super) fn binding(&mut self, facts: &Arc<Facts>, id: BindingId, at: Span, env: &Env) -> Vec<Value> {
        if self.depth >= MAX_DEPTH {
            return self.cut_off(REFERS_TO_ITSELF, at);
        }
        self.depth += 1;
        let values = self.bound(facts, id, at, env);
        self.depth -= 1;
        values
    }

    fn bound(&mut self, facts: &Arc<Facts>, id: BindingId, at: Span, env: &Env) -> Vec<Value> {
        let id = first_name(facts, id);
        let binding = facts.binding(id);
        // What a file says once is the same in every call of its functions.
        let env = if binding.writes.is_empty() && facts.is_said_once(binding.region) { &None } else { env };
        let base = match &binding.kind {
            BindingKind::Import { module, name } => {
                return self.import(facts, module, name.as_ref(), at);
            }
            BindingKind::Function(function) => vec![self.function(facts, *function, env)],
            BindingKind::Class(class) => return vec![Value::Class(ClassRef { facts: facts.clone(), class: *class })],
            BindingKind::Opaque => return vec![Value::Opaque(at)],
            BindingKind::Element => return self.element(facts, binding, at, env),
            BindingKind::Param(param) => self.param(facts, binding, *param, at, env),
            BindingKind::Variable => self.variable(facts, binding, at, env),
        };
        let values = match self.writes_of(facts, id, &base) {
            Some(writes) => self.after_these(facts, binding, writes.iter().collect(), base, at, env),
            None => self.after_writes(facts, binding, None, base, at, env),
        };
        let values = self.with_writes(facts, id, values, at, env);
        let kept = matches!(binding.kind, BindingKind::Variable) && binding.writes.is_empty();
        let values = if kept { with_counted(facts, id, values, env) } else { values };
        let shared = matches!(binding.kind, BindingKind::Variable) && facts.is_said_once(binding.region);
        if shared { self.with_outside(facts, Target::Binding(id), values, at) } else { values }
    }

    /// What a variable, or one of its fields, is worth where it is read.
    pub(super) fn after_writes(
        &mut self,
        facts: &Arc<Facts>,
        binding: &Binding,
        field: Option<&Arc<str>>,
        base: Vec<Value>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        if binding.writes.is_empty() {
            return base;
        }
        let writes = binding.writes.iter().filter(|write| write.field.as_ref() == field).collect();
        self.after_these(facts, binding, writes, base, at, env)
    }

    fn after_these(
        &mut self,
        facts: &Arc<Facts>,
        binding: &Binding,
        mut writes: Vec<&Write>,
        base: Vec<Value>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let start = at.range.start;
        let elsewhere = stands_elsewhere(facts, binding.region, start);
        let before = |write: &&Write| write.at <= start || comes_before(facts, binding.region, write.region, start);
        let later = |write: &&Write| write.at > start && write.op.changes_list();
        if !elsewhere && writes.iter().any(&later) && is_kept(facts, start) {
            // Under the other name that it has from here on, what is put into a list later is read as well.
            let reader = Use { at, elsewhere: true, turning: None, jump: None, from: u32::MAX };
            let kept: Vec<&Write> = writes.iter().copied().filter(|write| before(write) || later(write)).collect();
            // Most lists that are kept hold no text: it is not worth a site's whole budget to see what is put into them.
            let flow = |evaluator: &mut Self| evaluator.flow(facts, base.clone(), &kept, binding.region, reader, env);
            let with_later = self.in_steps(STEPS_OF_LATER, flow);
            let with_later = with_later.unwrap_or_else(|| vec![Value::unknown(PUT_LATER, at)]);
            writes.retain(before);
            let reader = Use { at, elsewhere: false, turning: None, jump: None, from: u32::MAX };
            return union(self.flow(facts, base, &writes, binding.region, reader, env), with_later);
        }
        writes.retain(|write| elsewhere || before(write));
        if writes.is_empty() {
            return base;
        }
        let from = if elsewhere { runs_from(facts, facts.function_of(binding.region), start, 0) } else { u32::MAX };
        self.flow(facts, base, &writes, binding.region, Use { at, elsewhere, turning: None, jump: None, from }, env)
    }

    fn variable(&mut self, facts: &Arc<Facts>, binding: &Binding, at: Span, env: &Env) -> Vec<Value> {
        let mut values = match binding.init {
            Some(init) => self.eval(facts, init, env),
            None => vec![Value::Nothing],
        };
        let mut said = Said::Never;
        if let (Some(init), true) = (binding.init, values.len() > 1 && !binding.path.is_empty()) {
            // `let (table, column) = …`: what one value gives stays together.
            let decision = choice::at_expr(facts, init, env);
            let apart = values.iter().map(|value| self.steps_of(value, &binding.path, at)).collect();
            values = choice::told_apart(decision, apart);
        } else {
            for step in &binding.path {
                said = absent::by_field(&values, Some(step));
                values = self.step(&values, step, at);
            }
        }
        values = self.or_default(facts, values, (binding.default, said), env);
        let unknown =
            values.iter().all(|value| matches!(value, Value::Nothing | Value::Unknown(..) | Value::Opaque(_)));
        match binding.type_expr.filter(|_| unknown).and_then(|typed| self.of_type(facts, typed, at, env)) {
            Some(value) => vec![value],
            None => values,
        }
    }

    fn or_default(
        &mut self,
        facts: &Arc<Facts>,
        mut values: Vec<Value>,
        (default, said): (Option<ExprId>, Said),
        env: &Env,
    ) -> Vec<Value> {
        let Some(default) = default else { return values };
        // What the callers do not give is the default.
        if env.is_none() && values.iter().any(|value| matches!(value, Value::Param(..))) {
            return self.or_else(&values, &facts.path, (default, said));
        }
        let is_there = |value: &Value| match value {
            Value::Text(_) => true,
            Value::Nothing => said == Said::Always,
            _ => false,
        };
        if !values.iter().all(is_there) {
            values.retain(|value| said != Said::Never || !matches!(value, Value::Nothing));
            for value in self.eval(facts, default, env) {
                add(&mut values, value);
            }
        }
        values
    }

    /// A parameter: the argument where a call is being evaluated, else what its callers will say.
    fn param(&mut self, facts: &Arc<Facts>, binding: &Binding, id: ParamId, at: Span, env: &Env) -> Vec<Value> {
        let param = &facts.functions[id.function.index()].params[id.index as usize];
        let mut frame = env.as_ref();
        let mut through = 0;
        while let Some(here) = frame {
            through = combined(through, here.through);
            if here.element.is_none() && here.file == facts.file && here.function == id.function {
                let given = here.arguments.get(id.index as usize).cloned().unwrap_or_else(|| vec![Value::Nothing]);
                let call = here.call.as_ref().filter(|_| param.default.is_some());
                let said = call.map_or(Said::Never, |call| absent::by_call(call, id.index as usize));
                let mut values = self.or_default(facts, given, (param.default, said), env);
                let mut said = Said::Never;
                for step in &binding.path {
                    said = absent::by_field(&values, Some(step));
                    values = self.step(&values, step, at);
                }
                return self.or_default(facts, values, (binding.default, said), env);
            }
            frame = here.outer.as_ref();
        }
        if binding.path.is_empty()
            && let Some(typed) = binding.type_expr
            && !facts.name_of(typed).is_some_and(|name| super::tag::is_fragment_type(name))
            && let Some(value) = self.of_type(facts, typed, at, env)
        {
            return vec![value];
        }
        let mut steps = binding.path.clone();
        if let Some(default) = binding.default.filter(|_| !steps.is_empty()) {
            steps.push(Step::Or { path: facts.path.clone(), default });
        }
        vec![Value::Param(ParamRef { file: facts.file, path: facts.path.clone(), param: id, steps, through }, at)]
    }

    /// What is known of a value by its declared type.
    pub(super) fn of_type(&mut self, facts: &Arc<Facts>, typed: ExprId, at: Span, env: &Env) -> Option<Value> {
        match facts.name_of(typed).map(AsRef::as_ref) {
            Some("number" | "bigint" | "Number") => return Some(Value::Number(at)),
            Some("boolean" | "Date" | "Buffer") => return Some(Value::Opaque(at)),
            _ => {}
        }
        self.eval(facts, typed, &None).into_iter().find_map(|value| match value {
            Value::Class(class) => Some(Value::Instance(class, Some(Made::at(facts, typed, env)))),
            Value::External { module, path } if !module.is_empty() && !path.is_empty() => {
                Some(Value::External { module, path })
            }
            _ => None,
        })
    }

    fn element(&mut self, facts: &Arc<Facts>, binding: &Binding, at: Span, env: &Env) -> Vec<Value> {
        let Some(over) = binding.init else { return vec![Value::Opaque(at)] };
        if let Some(values) = turn_of(facts, over, env) {
            let values = values.iter().flat_map(|value| self.steps_of(value, &binding.path, at)).collect();
            return self.or_default(facts, values, (binding.default, Said::Never), env);
        }
        let lists = self.eval(facts, over, env);
        let lists = self.forced(lists);
        let mut values = Vec::new();
        for list in &lists {
            match list {
                Value::List(items) => {
                    let elements = items.iter().flat_map(|item| item.values.iter());
                    values.extend(elements.take(MAX_ELEMENTS + 1).cloned());
                }
                Value::Nothing => {}
                Value::Unknown(..) => values.push(list.clone()),
                _ => values.push(Value::unknown("element of an unknown list", span(facts, over))),
            }
        }
        if values.len() > MAX_ELEMENTS {
            values.truncate(MAX_ELEMENTS);
            values.push(Value::unknown(&more_than(MAX_ELEMENTS), at));
        }
        let apart = values.iter().map(|value| self.steps_of(value, &binding.path, at)).collect();
        let values = choice::told_apart(choice::at_expr(facts, over, env), apart);
        self.or_default(facts, values, (binding.default, Said::Never), env)
    }

    fn steps_of(&mut self, value: &Value, path: &[Step], at: Span) -> Vec<Value> {
        path.iter().fold(vec![value.clone()], |values, step| self.step(&values, step, at))
    }

    pub(super) fn step(&mut self, values: &[Value], step: &Step, at: Span) -> Vec<Value> {
        match step {
            Step::Field(name) => self.member(values, name, at),
            Step::Method { path, call } => self.after_method(values, path, *call, at),
            Step::Or { path, default } => self.or_else(values, path, (*default, Said::Never)),
            Step::From(_) | Step::Without(_) => values.iter().map(|value| self.rest_of(value, step, at)).collect(),
            Step::Item(index) => {
                let mut found = Vec::new();
                for value in values {
                    match value {
                        // With items before it that may be left out, any of the later ones may stand there.
                        Value::List(items) if let Some(first) = unsure_from(items, *index as usize) => {
                            let later = items.iter().skip(first).flat_map(|item| item.values.iter());
                            later.for_each(|value| add(&mut found, value.clone()));
                            if items.iter().take(*index as usize + 1).any(|item| item.optional) {
                                add(&mut found, Value::Nothing);
                            }
                        }
                        Value::List(items) => match items.get(*index as usize) {
                            Some(item) => item.values.iter().for_each(|value| add(&mut found, value.clone())),
                            None => add(&mut found, Value::Nothing),
                        },
                        Value::Param(param, _) => {
                            let mut param = param.clone();
                            param.steps.push(step.clone());
                            add(&mut found, Value::Param(param, at));
                        }
                        Value::Unknown(..) => add(&mut found, value.clone()),
                        _ => add(&mut found, Value::unknown("element of an unknown list", at)),
                    }
                }
                found
            }
        }
    }

    /// `values`, the default where one of them may be missing.
    pub(super) fn or_else(&mut self, values: &[Value], path: &Arc<str>, (default, said): (ExprId, Said)) -> Vec<Value> {
        let mut found = Vec::new();
        let mut missing = values.is_empty();
        for value in values {
            match value {
                Value::Param(param, at) => {
                    let mut param = param.clone();
                    param.steps.push(Step::Or { path: path.clone(), default });
                    add(&mut found, Value::Param(param, *at));
                }
                Value::Nothing => {
                    missing |= said != Said::Always;
                    if said != Said::Never {
                        add(&mut found, Value::Nothing);
                    }
                }
                Value::Unknown(..) | Value::Opaque(_) | Value::External { .. } => {
                    missing = true;
                    add(&mut found, value.clone());
                }
                known => add(&mut found, known.clone()),
            }
        }
        if missing && let Some(facts) = self.program.facts(path) {
            self.eval(&facts, default, &None).into_iter().for_each(|value| add(&mut found, value));
        }
        found
    }

    pub(super) fn import(
        &mut self,
        facts: &Arc<Facts>,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
        at: Span,
    ) -> Vec<Value> {
        if self.program.is_rust() {
            return self.rust_import(facts, module, name, at);
        }
        if module.ends_with(".json")
            && let Some(values) = self.imported_json(facts, module, name, at)
        {
            return values;
        }
        if let Some(values) = self.imported_text(facts, module, name) {
            return values;
        }
        let Some(path) = self.program.resolve_module(facts, module) else {
            if let Some(asset) = self.imported_asset(facts, module, at) {
                return vec![asset];
            }
            let path: Vec<Arc<str>> = name.into_iter().cloned().collect();
            return vec![Value::External { module: module.clone(), path: path.into() }];
        };
        match name {
            None => vec![Value::Module(path)],
            Some(name) => {
                self.exported(&path, name, MAX_REEXPORTS).unwrap_or_else(|| vec![self.not_exported(&path, name, at)])
            }
        }
    }

    /// Why a module does not export a name: most often it passes on what a file exports that is made by a build.
    pub(super) fn not_exported(&self, path: &Arc<str>, name: &str, at: Span) -> Value {
        match self.missing_module(path, MAX_REEXPORTS) {
            Some(module) => Value::unknown(&missing_file(&module), at),
            None => Value::unknown(&format!("`{name}` is not exported by its module"), at),
        }
    }

    /// The first file whose exports a module passes on and which is not in the tree.
    fn missing_module(&self, path: &Arc<str>, hops: u32) -> Option<Arc<str>> {
        let facts = self.program.facts(path).filter(|_| hops > 0)?;
        facts.export_all.iter().find_map(|module| match self.program.resolve_module(&facts, module) {
            Some(path) => self.missing_module(&path, hops - 1),
            None => module.starts_with('.').then(|| module.clone()),
        })
    }

    /// The export `name` of the file at `path`.
    pub(super) fn exported(&mut self, path: &Arc<str>, name: &Arc<str>, hops: u32) -> Option<Vec<Value>> {
        let facts = self.program.facts(path)?;
        if hops == 0 {
            return None;
        }
        match facts.exports.get(name) {
            Some(Export::Binding(binding)) => {
                let end = facts.text.len() as u32;
                let at = Span::new(facts.file, end, end);
                return Some(self.binding(&facts, *binding, at, &None));
            }
            Some(Export::Expr(expr)) => {
                let end = facts.text.len() as u32;
                let values = self.eval(&facts, *expr, &None);
                return Some(self.with_outside(&facts, Target::Expr(*expr), values, Span::new(facts.file, end, end)));
            }
            Some(Export::From { module, name }) => return self.reexported(&facts, module, name.as_ref(), hops),
            None => {}
        }
        for module in &facts.export_all {
            if let Some(path) =
                self.program.resolve_module(&facts, module).filter(|path| self.program.may_export(path, name))
                && let Some(values) = self.exported(&path, name, hops - 1)
            {
                return Some(values);
            }
        }
        None
    }

    fn reexported(
        &mut self,
        facts: &Arc<Facts>,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
        hops: u32,
    ) -> Option<Vec<Value>> {
        match (self.program.resolve_module(facts, module), name) {
            (Some(path), Some(name)) => self.exported(&path, name, hops - 1),
            (Some(path), None) => Some(vec![Value::Module(path)]),
            (None, name) => {
                let path: Vec<Arc<str>> = name.into_iter().cloned().collect();
                Some(vec![Value::External { module: module.clone(), path: path.into() }])
            }
        }
    }

    /// The object that `this` is: of the class around.
    pub(super) fn this(&mut self, facts: &Arc<Facts>, at: Span, env: &Env) -> Vec<Value> {
        let mut frame = env.as_ref();
        while let Some(here) = frame {
            if let Some(this) = &here.this {
                return vec![this.clone()];
            }
            frame = here.outer.as_ref();
        }
        match facts.class_at(at.range.start) {
            Some(class) => vec![Value::Instance(ClassRef { facts: facts.clone(), class }, None)],
            None => vec![Value::unknown("`this` of an unknown object", at)],
        }
    }

    /// Parameters replaced by what the callers give, for operations that need more than text.
    pub(crate) fn forced(&mut self, values: Vec<Value>) -> Vec<Value> {
        if !values.iter().any(|value| matches!(value, Value::Param(..))) {
            return values;
        }
        let mut all = Vec::new();
        for value in values {
            match value {
                Value::Param(param, at) => {
                    for value in self.callers_give(&param, at) {
                        add(&mut all, value);
                    }
                }
                other => add(&mut all, other),
            }
        }
        all
    }

    /// The same, where what a caller gives may be what its own callers give.
    pub(super) fn forced_through(&mut self, mut values: Vec<Value>) -> Vec<Value> {
        for _ in 0..MAX_CALLERS {
            if !values.iter().any(|value| matches!(value, Value::Param(..))) {
                break;
            }
            values = self.forced(values);
        }
        values
    }
}

/// From where on the items of a list may stand at a place, where more or fewer may come before it.
fn unsure_from(items: &[Item], index: usize) -> Option<usize> {
    let before = items.get(..=index).unwrap_or(items);
    match before.iter().position(|item| item.repeated) {
        Some(first) => Some(first),
        None => before.iter().any(|item| item.optional).then_some(index),
    }
}

/// Texts that a name keeps, in which parameters that the program counted (`const now = `$${++i}``) have one number wherever
/// the name is read.
fn with_counted(facts: &Facts, id: BindingId, mut values: Vec<Value>, env: &Env) -> Vec<Value> {
    let call = env.as_ref().map_or(0, |frame| frame.serial);
    for value in &mut values {
        let Value::Text(pieces) = value else { continue };
        let is_counted =
            |pair: &[Piece]| matches!(pair, [Piece::Text { text, .. }, Piece::Number(_)] if text.ends_with('$'));
        if !pieces.windows(2).any(is_counted) {
            continue;
        }
        let mut named = pieces.to_vec();
        for index in 1..named.len() {
            if let (true, Piece::Number(at)) = (is_counted(&pieces[index - 1..=index]), &pieces[index]) {
                named[index] = Piece::Counted(*at, number_of(&(facts.file, id, index, call)));
            }
        }
        *pieces = named.into();
    }
    values
}

/// The name that another stands for all the time: what is written under either is read there in its order.
fn first_name(facts: &Facts, id: BindingId) -> BindingId {
    let (binding, uses) = (facts.binding(id), facts.uses());
    let Some(ExprKind::Binding(first)) = binding.init.map(|init| &facts.expr(init).kind) else { return id };
    let is_plain = |binding: &Binding| {
        let set_anew = |write: &Write| write.field.is_none() && !write.op.changes_list();
        matches!(binding.kind, BindingKind::Variable)
            && binding.path.is_empty()
            && binding.default.is_none()
            && binding.init.is_some()
            && !binding.writes.iter().any(set_anew)
    };
    // What others do under the second name is looked for there alone.
    let alone = uses.aliases(id).is_empty()
        && uses.held(id).is_empty()
        && uses.arms(id).is_empty()
        && uses.gifts(id).is_empty();
    let is_same = alone && is_plain(binding) && is_plain(facts.binding(*first));
    let changed = |id: BindingId| facts.binding(id).writes.iter().any(|write| write.op.changes_list());
    if is_same && (changed(id) || changed(*first)) { *first } else { id }
}

/// Whether what is read at a place has another name from there on.
pub(super) fn is_kept(facts: &Facts, place: u32) -> bool {
    facts.uses().is_kept(place) || facts.sharing().keeps(place)
}

/// The element of a loop whose turns are followed one by one.
pub(super) fn turn_of(facts: &Facts, over: ExprId, env: &Env) -> Option<Vec<Value>> {
    let mut frame = env.as_ref();
    while let Some(here) = frame {
        match &here.element {
            Some((known, values)) if *known == over && here.file == facts.file => return Some(values.clone()),
            _ => frame = here.outer.as_ref(),
        }
    }
    None
}
