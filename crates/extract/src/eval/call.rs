//! Calls: the project's own functions evaluated with their arguments, and what the language itself offers.

use std::sync::Arc;

use rollproof_source::Span;

use super::absent::{self, Said};
use super::choice::{at_caller, at_object, in_both, marked_all, takes_marks, told_apart};
use super::condition::Known;
use super::distinct::{Distinct, as_set};
use super::each::passed_on;
use super::narrow::leave_nothing_out;
use super::object::seen_through;
use super::spread::more_than;
use super::value::{Env, Frame, FunctionRef, Item, Made, ParamRef, Piece, Place, Value, add, number_of, with_rest};
use super::{Evaluator, span};
use crate::ir::{Call, CallStyle, ExprId, ExprKind, Facts, RegionId, RegionKind, Step};
use crate::program::Calls;
use crate::unbuilt::MISSING_FILE;

/// How many calls of the project's functions may stand in one another.
pub(super) const MAX_FRAMES: u32 = 12;

/// How many calls of the same function may stand in one another: what goes through data in several places of itself costs a
/// power of that, and what the data holds is seldom known.
const MAX_AGAIN: usize = 4;

/// With more places where it returns, it is not told apart what a function found out on the way to each.
const MAX_RETURNS: usize = 8;

/// Up to which length a new list has its items.
const MAX_LENGTH: usize = 64;

/// As how many arguments an unknown list is given.
const MAX_SPREAD: usize = 8;

impl Evaluator<'_> {
    pub(super) fn call(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call, env: &Env) -> Vec<Value> {
        let values = self.called(facts, expr, call, env);
        if call.awaited { self.waited_for(facts, expr, values, span(facts, expr)) } else { values }
    }

    fn called(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call, env: &Env) -> Vec<Value> {
        let at = span(facts, expr);
        if call.style == CallStyle::Macro {
            return self.macro_call(facts, expr, call, env);
        }
        if self.program.is_rust()
            && let Some(values) = self.rust_call(facts, call, &callee_path(facts, call.callee), at, env)
        {
            return values;
        }
        if let Some(values) = self.helper(facts, expr, call, env) {
            return values;
        }
        if let Some(values) = self.drizzle(facts, expr, call, env) {
            return values;
        }
        if self.builds(facts, expr, call) {
            return vec![Value::unknown(super::part::BUILT, at)];
        }
        if let Some(values) = self.file_of_bun(facts, call, at, env) {
            return values;
        }
        if let ExprKind::Member { object, property } = &facts.expr(call.callee).kind
            && let Some(values) = self.method(facts, expr, *object, property, call, env)
        {
            return values;
        }
        let callees = self.eval(facts, call.callee, env);
        let callees = self.forced(callees);
        if let Some(values) = self.call_of_any_class(facts, call, &callees, at, env) {
            return values;
        }
        let mut found = Distinct::default();
        for callee in callees {
            let values = match callee {
                Value::Function(function) => {
                    let arguments = self.arguments(facts, &call.arguments, env);
                    let serial = serial_of_call(at, &function, env);
                    self.invoke_as((serial, Some(Place::new(facts, expr, env))), &function, arguments, at)
                }
                Value::Class(class) if call.style == CallStyle::New => {
                    vec![Value::Instance(class, Some(Made::at(facts, expr, env)))]
                }
                callee if let Some(made) = self.of_date(facts, call, at).filter(|_| callee != Value::Nothing) => {
                    vec![made]
                }
                // `const id = sql.identifier; id([name])`
                Value::External { module, path } if let Some(helper) = self.program.helper_of(&module, &path) => {
                    self.helped(helper, facts, expr, call, env)
                }
                Value::External { module, path } => self.external_call(facts, expr, call, &module, &path, env),
                Value::Unknown(..) => vec![callee],
                Value::Nothing => continue,
                _ => vec![result_of(facts, call, at)],
            };
            values.into_iter().for_each(|value| found.add(value));
        }
        let mut found = found.values;
        if found.is_empty() {
            found.push(result_of(facts, call, at));
        }
        found
    }

    /// A call of a method of an object that may be of several classes: what one of them gives stays together.
    fn call_of_any_class(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        callees: &[Value],
        at: Span,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let method = |value: &Value| match value {
            Value::Function(function) => Some((function.clone(), function.declared_object()?.clone())),
            _ => None,
        };
        let methods = callees.iter().map(method).collect::<Option<Vec<(FunctionRef, Arc<Made>)>>>()?;
        let [(_, made), _, ..] = methods.as_slice() else { return None };
        let made = made.clone();
        if methods.iter().any(|(_, other)| *other != made) {
            return None;
        }
        let mut ways = Vec::new();
        for (function, _) in methods {
            let arguments = self.arguments(facts, &call.arguments, env);
            let serial = serial_of_call(at, &function, env);
            ways.push(self.invoke_as((serial, None), &function, arguments, at));
        }
        Some(told_apart(at_object(&made), ways))
    }

    /// The arguments of a call, known spreads spread out.
    pub(super) fn arguments(&mut self, facts: &Arc<Facts>, arguments: &[ExprId], env: &Env) -> Vec<Vec<Value>> {
        let mut all = Vec::new();
        for argument in arguments {
            let mut values = self.eval(facts, *argument, env);
            leave_nothing_out(facts, *argument, &mut values);
            if !matches!(facts.expr(*argument).kind, ExprKind::Spread(_)) {
                all.push(values);
                continue;
            }
            match self.forced(values).as_slice() {
                [Value::List(items)] if items.iter().all(Item::is_sure) => {
                    all.extend(items.iter().map(|item| item.values.to_vec()))
                }
                // How many there are is not known: neither is which of those that follow is which.
                _ => {
                    let unknown = vec![Value::unknown("spread of an unknown list", span(facts, *argument))];
                    all.extend(std::iter::repeat_n(unknown, MAX_SPREAD));
                    break;
                }
            }
        }
        all
    }

    /// What a function of the project returns for these arguments.
    pub(super) fn invoke(&mut self, function: &FunctionRef, arguments: Vec<Vec<Value>>, at: Span) -> Vec<Value> {
        let serial = self.next_serial();
        self.invoke_as((serial, None), function, arguments, at)
    }

    fn invoke_as(
        &mut self,
        (serial, call): (u32, Option<Place>),
        function: &FunctionRef,
        arguments: Vec<Vec<Value>>,
        at: Span,
    ) -> Vec<Value> {
        let facts = function.facts.clone();
        let info = &facts.functions[function.function.index()];
        let frame = Frame { call, ..Frame::of_call(function, with_rest(info, arguments), serial) };
        let called = (facts.file, function.function);
        let again = self.called.iter().filter(|other| **other == called).count();
        if frame.depth > MAX_FRAMES || self.calls > MAX_FRAMES || again >= MAX_AGAIN {
            return self.cut_off("calls nested too deeply", at);
        }
        let env = Some(Arc::new(frame));
        self.calls += 1;
        self.called.push(called);
        let mut found: Vec<(Value, Known)> = Vec::new();
        let mut certain = false;
        for (value, region) in &info.returns {
            // What comes after a return that is reached is an error's handler, if anything.
            if certain && !in_handler(&facts, *region) {
                continue;
            }
            let entered = self.entered(&facts, *region, None, &env);
            if entered == Some(false) {
                continue;
            }
            certain |= entered == Some(true) && !in_handler(&facts, *region);
            let returned = self.eval(&facts, *value, &env);
            let known = match info.returns.len() {
                2..=MAX_RETURNS if takes_marks(&returned) => {
                    self.found_at(&facts, *region, facts.expr(*value).range.start, &env)
                }
                _ => Known::new(),
            };
            for value in returned {
                match found.iter_mut().find(|(other, _)| *other == value) {
                    Some((_, other)) => *other = in_both(other, &known),
                    None => found.push((value, known.clone())),
                }
            }
        }
        self.calls -= 1;
        self.called.pop();
        let mut values = Vec::with_capacity(found.len());
        found.into_iter().for_each(|(value, known)| {
            marked_all(vec![value], &known).into_iter().for_each(|value| add(&mut values, value));
        });
        self.cap(&mut values, at);
        if values.is_empty() { vec![Value::Nothing] } else { values }
    }

    /// What the callers of a function give for a parameter.
    pub(crate) fn callers_give(&mut self, param: &ParamRef, at: Span) -> Vec<Value> {
        let Some(facts) = self.program.facts(&param.path) else { return vec![Value::unknown("parameter", at)] };
        if param.through != 0 {
            let values = self.callers_give(&param.of_any(), at);
            return seen_through(&values, param.through);
        }
        if self.forcing.contains(param) || self.forcing.len() > 8 {
            self.cuts.forcing += 1;
            return vec![Value::unknown("parameter that its own function gives", at)];
        }
        let key = (param.clone(), at);
        if let Some((known, hangs)) = self.given.get(&key).cloned() {
            self.note_hanging(&hangs);
            return known;
        }
        let (cuts, hangs) = (self.cuts, self.hangs.len());
        self.hangs.push((param.file, param.param.function));
        let Calls { callers, others, lost, .. } = self.program.calls(self, &facts, param.param.function);
        if callers.is_empty() {
            return self.uncalled(&facts, param, at);
        }
        self.forcing.push(param.clone());
        let mut ways: Vec<Vec<Value>> = Vec::new();
        let mut count = 0;
        for (caller, call) in callers.iter() {
            let given = self.given(caller, *call, &facts, param, at);
            let given = self.or_declared(given, (caller, *call), (&facts, param), at);
            // Most callers of a helper give the same.
            count += given.iter().filter(|value| !ways.iter().any(|way| way.contains(value))).count();
            ways.push(given);
            if count > self.limit() {
                ways.push(vec![Value::unknown(&more_than(self.limit()), at)]);
                break;
            }
        }
        ways.extend(self.unseen(&others, &facts, param, &ways, at));
        if lost {
            let declared = self.declared_param(&facts, param, at);
            ways.push(declared.unwrap_or_else(|| vec![passed_on(&facts, param)]));
        }
        self.forcing.pop();
        // What one caller gives for two parameters stays together.
        let mut values = told_apart(at_caller(&facts, param.param.function), ways);
        self.cap(&mut values, at);
        if self.cuts == cuts && self.has_steps() {
            let hangs = self.hanging_since(hangs);
            self.given.insert(key, (values.clone(), hangs));
        }
        values
    }

    /// The values of `param` in one call.
    pub(crate) fn given(
        &mut self,
        caller: &Arc<Facts>,
        call: ExprId,
        callee: &Arc<Facts>,
        param: &ParamRef,
        at: Span,
    ) -> Vec<Value> {
        let (expr, start) = (call, caller.expr(call).range.start);
        let ExprKind::Call(call) = &caller.expr(call).kind else { return Vec::new() };
        let name = callee.functions[param.param.function.index()].name.as_ref();
        let info = &callee.functions[param.param.function.index()].params[param.param.index as usize];
        let index = param.param.index as usize;
        let mut values = self.of_any_class(caller, start, |evaluator, env| {
            let mut arguments = evaluator.given_arguments(caller, expr, call, name, env);
            if info.rest {
                let items: Vec<Item> = arguments.drain(index.min(arguments.len())..).map(Item::one).collect();
                return vec![Value::List(items.into())];
            }
            arguments.get(index).cloned().unwrap_or_else(|| vec![Value::Nothing])
        });
        let said = absent::argument(caller, call, index);
        if let Some(default) = info.default
            && values.contains(&Value::Nothing)
            && said != Said::Always
        {
            values.retain(|value| said != Said::Never || *value != Value::Nothing);
            values.extend(self.eval(callee, default, &None));
        }
        let mut said = Said::Never;
        for (at_step, step) in param.steps.iter().enumerate() {
            values = match step {
                Step::Or { path, default } => self.or_else(&values, path, (*default, said)),
                step => {
                    said = absent::by_field(&values, param.steps.get(at_step));
                    self.step(&values, step, at)
                }
            };
        }
        values
    }

    fn external_call(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        call: &Call,
        module: &Arc<str>,
        path: &Arc<[Arc<str>]>,
        env: &Env,
    ) -> Vec<Value> {
        let at = span(facts, expr);
        let name = path.join(".");
        let first = call.arguments.first().copied();
        if let Some(made) = self.made(facts, call, (module, path), at, env) {
            return vec![made];
        }
        if let Some(values) = self.path_made(facts, call, (module, &name), at, env) {
            return values;
        }
        match (module.as_ref(), name.as_str()) {
            ("", "String") => first.map_or_else(Vec::new, |first| self.as_texts(facts, first, env)),
            (
                "",
                "Number" | "BigInt" | "parseInt" | "parseFloat" | "Math.min" | "Math.max" | "Math.floor" | "Math.ceil"
                | "Math.round",
            ) => {
                vec![Value::Number(at)]
            }
            // What is made only there has no name under which it is followed.
            ("", "Object.assign") if call.arguments.len() > 1 && first.is_some_and(|first| makes(facts, first)) => {
                vec![Value::unknown("fields that are assigned", at)]
            }
            ("", "Object.keys" | "Object.values" | "Object.entries" | "Object.freeze" | "Object.assign") => {
                self.object_call(facts, &name, first, at, env)
            }
            ("", "String.raw") => self.string_raw(facts, call, at, env),
            ("", "Object.fromEntries") => self.from_entries(facts, first, at, env),
            ("", "Array.from") => self.array_from(facts, call, at, env),
            ("", "Array") => vec![Value::List(self.new_array(facts, call, env).into())],
            ("", "Set" | "Map") if let Some(first) = first => {
                self.eval(facts, first, env).into_iter().map(as_set).collect()
            }
            ("", "Set") => Vec::new(),
            ("pg", "escapeIdentifier" | "escapeLiteral") => {
                let values = first.map_or_else(Vec::new, |first| self.eval(facts, first, env));
                self.each(values, at, if name == "escapeLiteral" { 'L' } else { 'I' })
            }
            ("fs" | "node:fs" | "fs/promises" | "node:fs/promises" | "fs-extra", name)
                if name.ends_with("readFileSync") || name.ends_with("readFile") =>
            {
                self.read_file(facts, first, at, env)
            }
            ("path" | "node:path", name) if name.ends_with("join") || name.ends_with("resolve") => {
                self.join_paths(facts, call, at, env)
            }
            ("", "Bun.SQL") => {
                let module = self.other_client(facts, call, "bun", "SQL", env).unwrap_or_else(|| "bun".into());
                vec![Value::External { module, path: ["SQL".into()].into() }]
            }
            ("", _) => vec![Value::unknown(&format!("result of `{name}`"), at)],
            (module, _) if super::format::is_pg_format(module) => {
                let arguments = self.arguments(facts, &call.arguments, env);
                let made = self.pg_format(path, call.style, &arguments, at);
                made.unwrap_or_else(|| vec![Value::unknown(&format!("result of `{name}`"), at)])
            }
            (module, name) if let Some(case) = super::recase::of(module, name) => {
                let values = first.map_or_else(Vec::new, |first| self.eval(facts, first, env));
                let values = self.forced(values);
                super::recase::apply(case, &values, at)
            }
            (module, name) if let Some(made) = super::package::of(module, name) => {
                self.rearranged(facts, call, made, at, env)
            }
            _ if self.program.embeds(module, path) => vec![Value::unknown(super::part::BUILT, at)],
            _ => {
                self.note_settings(facts, &call.arguments, (module, path), env);
                let maker = path.last().map_or("default", AsRef::as_ref);
                let other = self.other_client(facts, call, module, maker, env);
                vec![Value::External { module: other.unwrap_or_else(|| module.clone()), path: path.clone() }]
            }
        }
    }

    /// `new Array(2)`, `Array(a, b)`
    fn new_array(&mut self, facts: &Arc<Facts>, call: &Call, env: &Env) -> Vec<Item> {
        let [length] = call.arguments[..] else {
            return self.items(facts, &call.arguments, env, false);
        };
        let length = self.whole_argument(facts, length, env).and_then(|length| usize::try_from(length).ok());
        match length.filter(|length| *length <= MAX_LENGTH) {
            Some(length) => vec![Item::one(vec![Value::Nothing]); length],
            None => vec![Item::many(vec![Value::Nothing])],
        }
    }

    /// `Array.from({ length: n }, (_, i) => …)`: any number of items.
    fn array_from(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Value> {
        let values = match call.arguments.get(1) {
            Some(function) => {
                let arguments = vec![vec![Value::unknown("element of an unknown list", at)], vec![Value::Number(at)]];
                self.apply_function(facts, *function, &arguments, at, env)
            }
            None => {
                return call.arguments.first().map_or_else(Vec::new, |first| self.letters_as_items(facts, *first, env));
            }
        };
        vec![Value::List(vec![Item::many(values)].into())]
    }

    pub(super) fn apply_function(
        &mut self,
        facts: &Arc<Facts>,
        function: ExprId,
        arguments: &[Vec<Value>],
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let mut values = Vec::new();
        for function in self.eval(facts, function, env) {
            match function {
                Value::Function(function) => {
                    self.invoke(&function, arguments.to_vec(), at)
                        .into_iter()
                        .for_each(|value| add(&mut values, value));
                }
                Value::External { module, path } if module.is_empty() && path.join(".") == "String" => {
                    arguments.first().into_iter().flatten().for_each(|value| add(&mut values, value.clone()));
                }
                Value::External { module, path } if super::format::is_pg_format(&module) => {
                    let made = self.pg_format(&path, CallStyle::Plain, arguments.get(..1).unwrap_or_default(), at);
                    made.into_iter().flatten().for_each(|value| add(&mut values, value));
                }
                _ => add(&mut values, Value::unknown("result of an unknown function", at)),
            }
        }
        values
    }

    /// The text of a file of the tree.
    pub(super) fn read_file(&mut self, facts: &Arc<Facts>, path: Option<ExprId>, at: Span, env: &Env) -> Vec<Value> {
        let Some(path) = path else { return Vec::new() };
        let values = self.eval(facts, path, env);
        let mut found = Vec::new();
        for value in values {
            let value = match value.constant().map(|path| self.program.file_text(facts, &path)) {
                Some(Some((file, text))) => Value::of_file(file, text),
                Some(None) => Value::unknown(MISSING_FILE, at),
                None => Value::unknown("file whose path is not known", at),
            };
            add(&mut found, value);
        }
        found
    }

    fn join_paths(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Value> {
        let slash = || Piece::Text { text: "/".into(), at, verbatim: false };
        let mut texts = vec![Vec::new()];
        for argument in self.arguments(facts, &call.arguments, env) {
            let choices = self.value_texts(&argument, at);
            if choices.iter().any(|choice| choice.iter().any(|piece| matches!(piece, Piece::Unknown(..)))) {
                return vec![Value::unknown("path that is not known", at)];
            }
            texts.iter_mut().for_each(|text| text.push(slash()));
            texts = self.product(texts, &choices, at);
        }
        super::text::distinct(texts)
    }
}

/// The number of a call, the same whenever it is looked at: what it decides for one of its results it decides for all.
pub(super) fn serial_of_call(at: Span, function: &FunctionRef, env: &Env) -> u32 {
    let serial = |env: &Env| env.as_ref().map_or(0, |frame| frame.serial);
    let place = (at.file, at.range.start, at.range.end);
    number_of(&(place, (function.facts.file, function.function, serial(env), serial(&function.env))))
}

/// Whether a place is reached in ways that no condition of the source says: in the handler of an error, in arms of a `match`.
fn in_handler(facts: &Facts, mut region: RegionId) -> bool {
    loop {
        let here = facts.region(region);
        match here.kind {
            RegionKind::Arm(group) if facts.groups[group as usize].test.is_none() => return true,
            RegionKind::Function(_) => return false,
            _ => {}
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
}

/// Whether a call stands where it may not be reached from around it.
pub(super) fn in_arm_or_loop(facts: &Facts, call: ExprId, around: RegionId) -> bool {
    let ExprKind::Call(call) = &facts.expr(call).kind else { return true };
    let mut region = call.region;
    while region != around {
        let here = facts.region(region);
        if !matches!(here.kind, RegionKind::Block | RegionKind::Stretch) {
            return true;
        }
        let Some(parent) = here.parent else { return true };
        region = parent;
    }
    false
}

/// What is said of a call that is not followed.
fn result_of(facts: &Facts, call: &Call, at: Span) -> Value {
    let name = last_name(facts, call.callee).map_or("a call", AsRef::as_ref);
    Value::unknown(&format!("result of `{name}`"), at)
}

/// The last of the names of a callee.
pub(super) fn last_name(facts: &Facts, expr: ExprId) -> Option<&Arc<str>> {
    let mut next = expr;
    for _ in 0..64 {
        next = match &facts.expr(next).kind {
            ExprKind::Call(call) => call.callee,
            ExprKind::Index { object, .. } => *object,
            _ => return facts.name_of(next),
        };
    }
    None
}

/// The names of a callee from left to right; calls, indexes and `this` in between are passed over.
pub(crate) fn callee_path(facts: &Facts, expr: ExprId) -> Vec<Arc<str>> {
    let mut path = Vec::new();
    let mut next = expr;
    for _ in 0..64 {
        match &facts.expr(next).kind {
            ExprKind::Member { object, property } => {
                path.push(property.clone());
                next = *object;
            }
            ExprKind::Call(call) => next = call.callee,
            ExprKind::Index { object, .. } => next = *object,
            ExprKind::Binding(binding) => {
                path.push(facts.binding(*binding).name.clone());
                break;
            }
            ExprKind::Global(name) => {
                path.push(name.clone());
                break;
            }
            ExprKind::Path(names) => {
                path.extend(names.iter().rev().cloned());
                break;
            }
            _ => break,
        }
    }
    path.reverse();
    path
}

/// Whether an expression makes what it stands for, or gets it of a call.
fn makes(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.expr(expr).kind, ExprKind::Call(_) | ExprKind::Function(_) | ExprKind::Class(_))
}
