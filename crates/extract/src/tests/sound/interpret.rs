//! Runs a program as the language would, and notes what its queries send. A run that comes to something that the language would
//! refuse, or that is not modelled, ends there: what it sent until then was sent.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::program::{Class, Expr, Function, MAIN, Part, Pattern, Program, Stmt, start_of};

/// The texts that each site sends in some run.
pub(super) type Sent = BTreeMap<u32, BTreeSet<String>>;

/// How many expressions a run may come to.
const MAX_STEPS: u32 = 4_000;

#[derive(Clone)]
enum Value {
    Undefined,
    Truth(bool),
    Number(usize),
    Text(String),
    List(Rc<RefCell<Vec<Value>>>),
    Object(Rc<Object>),
    Function(Rc<Closure>),
    Class,
}

#[derive(Default)]
struct Object {
    /// In the order in which they were set.
    fields: RefCell<Vec<(String, Value)>>,
    class: Option<String>,
}

struct Closure {
    function: Function,
    scope: Rc<Scope>,
    /// `this` is what it is around it.
    arrow: Option<Value>,
}

#[derive(Default)]
struct Scope {
    names: RefCell<BTreeMap<String, Value>>,
    constants: RefCell<BTreeSet<String>>,
    outer: Option<Rc<Scope>>,
}

/// Why a run does not go on here.
enum Stop {
    /// An error that a handler takes.
    Thrown,
    /// Of what comes now nothing is known.
    Lost,
}

enum End {
    Next,
    Break,
    Return(Value),
}

type Made<T> = Result<T, Stop>;

/// Runs a program in every way that it may go.
pub(super) fn sent(program: &Program) -> Sent {
    let mut sent = Sent::new();
    for conditions in 0..1u8 << program.conditions {
        for late in [false, true] {
            Run { conditions, sent: &mut sent, steps: 0, classes: BTreeMap::new() }.whole(program, late);
        }
    }
    sent
}

struct Run<'s> {
    conditions: u8,
    sent: &'s mut Sent,
    steps: u32,
    /// Each with what is around it.
    classes: BTreeMap<String, (Rc<Class>, Rc<Scope>)>,
}

fn object(fields: Vec<(String, Value)>) -> Value {
    Value::Object(Rc::new(Object { fields: RefCell::new(fields), class: None }))
}

fn list(items: Vec<Value>) -> Value {
    Value::List(Rc::new(RefCell::new(items)))
}

impl Run<'_> {
    fn whole(&mut self, program: &Program, late: bool) {
        let scope = Rc::new(Scope::default());
        let last = program.files.len() - usize::from(!late && program.files.len() > 2);
        for file in &program.files[..last] {
            if self.block(&file.body, &scope, &Value::Undefined).is_err() {
                return;
            }
        }
        if let Some(Value::Function(main)) = scope.find(MAIN) {
            let _ = self.call(&main, Vec::new(), Value::Undefined);
        }
    }

    fn block(&mut self, body: &[Stmt], scope: &Rc<Scope>, this: &Value) -> Made<End> {
        for statement in body {
            if let Stmt::Function(function) = statement {
                let (function, scope_of) = (function.clone(), scope.clone());
                let closure = Closure { function, scope: scope_of, arrow: None };
                scope.set(&closure.function.name.clone(), Value::Function(Rc::new(closure)));
            }
        }
        for statement in body {
            match self.statement(statement, scope, this)? {
                End::Next => {}
                end => return Ok(end),
            }
        }
        Ok(End::Next)
    }

    fn inner(&mut self, body: &[Stmt], scope: &Rc<Scope>, this: &Value) -> Made<End> {
        self.block(body, &Scope::within(scope), this)
    }

    fn statement(&mut self, statement: &Stmt, scope: &Rc<Scope>, this: &Value) -> Made<End> {
        match statement {
            Stmt::Declare { constant, pattern, value } => {
                let value = self.expr(value, scope, this)?;
                bind(pattern, value, scope)?;
                if *constant {
                    scope.constants.borrow_mut().extend(pattern.names().map(str::to_owned));
                }
            }
            Stmt::Function(_) => {}
            Stmt::Class(class) => {
                self.classes.insert(class.name.clone(), (Rc::new(class.clone()), scope.clone()));
                scope.set(&class.name, Value::Class);
            }
            Stmt::Assign { place, operator, value } => self.assign(place, operator, value, scope, this)?,
            Stmt::Do(value) => drop(self.expr(value, scope, this)?),
            Stmt::If { condition, then, otherwise } => {
                let taken = if self.truth(condition, scope, this)? { then } else { otherwise };
                return self.inner(taken, scope, this);
            }
            Stmt::Each { name, over, body, .. } => return self.each(name, over, body, scope, this),
            Stmt::Twice(body) => {
                for _ in 0..2 {
                    match self.inner(body, scope, this)? {
                        End::Next => {}
                        End::Break => break,
                        end @ End::Return(_) => return Ok(end),
                    }
                }
            }
            Stmt::Once(body) | Stmt::UntilBreak(body) => {
                return Ok(match self.inner(body, scope, this)? {
                    End::Return(value) => End::Return(value),
                    End::Next | End::Break => End::Next,
                });
            }
            Stmt::Try { body, handler, last } => return self.tried(body, handler.as_deref(), last, scope, this),
            Stmt::Return(None) => return Ok(End::Return(Value::Undefined)),
            Stmt::Return(Some(value)) => return Ok(End::Return(self.expr(value, scope, this)?)),
            Stmt::Break => return Ok(End::Break),
            Stmt::Throw => return Err(Stop::Thrown),
            Stmt::Query { site, text } => {
                let Value::Text(text) = self.expr(text, scope, this)? else { return Err(Stop::Lost) };
                self.sent.entry(*site).or_default().insert(start_of(*site) + &text);
            }
        }
        Ok(End::Next)
    }

    fn each(&mut self, name: &str, over: &Expr, body: &[Stmt], scope: &Rc<Scope>, this: &Value) -> Made<End> {
        let Value::List(items) = self.expr(over, scope, this)? else { return Err(Stop::Lost) };
        let mut at = 0;
        loop {
            self.step()?;
            let Some(item) = items.borrow().get(at).cloned() else { return Ok(End::Next) };
            at += 1;
            let turn = Scope::within(scope);
            turn.set(name, item);
            match self.block(body, &turn, this)? {
                End::Next => {}
                End::Break => return Ok(End::Next),
                end @ End::Return(_) => return Ok(end),
            }
        }
    }

    fn tried(
        &mut self,
        body: &[Stmt],
        handler: Option<&[Stmt]>,
        last: &[Stmt],
        scope: &Rc<Scope>,
        this: &Value,
    ) -> Made<End> {
        let mut end = self.inner(body, scope, this);
        if let (Err(Stop::Thrown), Some(handler)) = (&end, handler) {
            end = self.inner(handler, scope, this);
        }
        if matches!(end, Err(Stop::Lost)) {
            return end;
        }
        match self.inner(last, scope, this)? {
            End::Next => end,
            other => Ok(other),
        }
    }

    fn assign(&mut self, place: &Expr, operator: &str, value: &Expr, scope: &Rc<Scope>, this: &Value) -> Made<()> {
        // What the place is of is worked out before the value.
        let target = match place {
            Expr::Name(_) => None,
            Expr::Field(object, name) => Some((self.expr(object, scope, this)?, Value::Text(name.clone()))),
            Expr::Computed(object, key) => Some((self.expr(object, scope, this)?, self.expr(key, scope, this)?)),
            _ => return Err(Stop::Lost),
        };
        let before = match (&target, place) {
            (None, Expr::Name(name)) => scope.find(name).ok_or(Stop::Lost)?,
            (Some((object, key)), _) => self.part(object, key)?,
            _ => return Err(Stop::Lost),
        };
        let after = match operator {
            "=" => self.expr(value, scope, this)?,
            "+=" => {
                let (Value::Text(before), Value::Text(after)) = (before, self.expr(value, scope, this)?) else {
                    return Err(Stop::Lost);
                };
                Value::Text(before + &after)
            }
            "??=" if !matches!(before, Value::Undefined) => return Ok(()),
            "||=" if truth(&before) => return Ok(()),
            _ => self.expr(value, scope, this)?,
        };
        match (target, place) {
            (None, Expr::Name(name)) => scope.assign(name, after),
            (Some((object, key)), _) => put(&object, &key, after),
            _ => Err(Stop::Lost),
        }
    }

    fn step(&mut self) -> Made<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS { Err(Stop::Lost) } else { Ok(()) }
    }

    fn truth(&mut self, expr: &Expr, scope: &Rc<Scope>, this: &Value) -> Made<bool> {
        Ok(truth(&self.expr(expr, scope, this)?))
    }

    fn text(&mut self, expr: &Expr, scope: &Rc<Scope>, this: &Value) -> Made<String> {
        match self.expr(expr, scope, this)? {
            Value::Text(text) => Ok(text),
            _ => Err(Stop::Lost),
        }
    }

    fn expr(&mut self, expr: &Expr, scope: &Rc<Scope>, this: &Value) -> Made<Value> {
        self.step()?;
        Ok(match expr {
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Number(number) => Value::Number(*number),
            Expr::Undefined => Value::Undefined,
            Expr::Name(name) => scope.find(name).ok_or(Stop::Lost)?,
            Expr::This => this.clone(),
            Expr::Field(object, name) => {
                let object = self.expr(object, scope, this)?;
                self.part(&object, &Value::Text(name.clone()))?
            }
            Expr::Computed(object, key) => {
                let (object, key) = (self.expr(object, scope, this)?, self.expr(key, scope, this)?);
                self.part(&object, &key)?
            }
            Expr::List(items) => list(self.items(items, scope, this)?),
            Expr::Object(parts) => self.object(parts, scope, this)?,
            Expr::Call(callee, arguments) => self.called(callee, arguments, scope, this)?,
            Expr::Library(name, arguments) => {
                let arguments = self.all(arguments, scope, this)?;
                library(name, arguments)?
            }
            Expr::New(class, arguments) => {
                let arguments = self.all(arguments, scope, this)?;
                self.made(class, arguments)?
            }
            Expr::Function(function) => Value::Function(Rc::new(Closure {
                function: function.as_ref().clone(),
                scope: scope.clone(),
                arrow: Some(this.clone()),
            })),
            Expr::Template(parts) => {
                let mut whole = String::new();
                for part in parts {
                    whole += &self.text(part, scope, this)?;
                }
                Value::Text(whole)
            }
            Expr::Choice(condition, yes, no) => {
                let taken = if self.truth(condition, scope, this)? { yes } else { no };
                self.expr(taken, scope, this)?
            }
            Expr::And(left, right) => {
                let left = self.expr(left, scope, this)?;
                if truth(&left) { self.expr(right, scope, this)? } else { left }
            }
            Expr::Or(left, right) => {
                let left = self.expr(left, scope, this)?;
                if truth(&left) { left } else { self.expr(right, scope, this)? }
            }
            Expr::Nullish(left, right) => match self.expr(left, scope, this)? {
                Value::Undefined => self.expr(right, scope, this)?,
                left => left,
            },
            Expr::Not(inner) => Value::Truth(!self.truth(inner, scope, this)?),
            Expr::Same(left, right) => {
                let (left, right) = (self.text(left, scope, this)?, self.text(right, scope, this)?);
                Value::Truth(left == right)
            }
            Expr::Asked(number) => Value::Truth(self.conditions >> number & 1 == 1),
        })
    }

    fn all(&mut self, values: &[Expr], scope: &Rc<Scope>, this: &Value) -> Made<Vec<Value>> {
        values.iter().map(|value| self.expr(value, scope, this)).collect()
    }

    fn items(&mut self, parts: &[Part], scope: &Rc<Scope>, this: &Value) -> Made<Vec<Value>> {
        let mut items = Vec::new();
        for part in parts {
            match part {
                Part::Item(value) => items.push(self.expr(value, scope, this)?),
                Part::Spread(value) => match self.expr(value, scope, this)? {
                    Value::List(more) => items.extend(more.borrow().iter().cloned()),
                    _ => return Err(Stop::Lost),
                },
                Part::Field(..) | Part::Method(_) => return Err(Stop::Lost),
            }
        }
        Ok(items)
    }

    fn object(&mut self, parts: &[Part], scope: &Rc<Scope>, this: &Value) -> Made<Value> {
        let made = object(Vec::new());
        for part in parts {
            match part {
                Part::Field(name, value) => {
                    let value = self.expr(value, scope, this)?;
                    put(&made, &Value::Text(name.clone()), value)?;
                }
                Part::Method(method) => {
                    let (function, scope) = (method.clone(), scope.clone());
                    let closure = Closure { function, scope, arrow: None };
                    put(&made, &Value::Text(method.name.clone()), Value::Function(Rc::new(closure)))?;
                }
                Part::Spread(value) => {
                    let value = self.expr(value, scope, this)?;
                    copy(&made, &value)?;
                }
                Part::Item(_) => return Err(Stop::Lost),
            }
        }
        Ok(made)
    }

    fn made(&mut self, class: &str, arguments: Vec<Value>) -> Made<Value> {
        let made = Value::Object(Rc::new(Object { fields: RefCell::default(), class: Some(class.to_owned()) }));
        let mut classes = vec![self.classes.get(class).cloned().ok_or(Stop::Lost)?];
        while let Some(base) = classes.last().and_then(|(class, _)| class.base.clone()) {
            classes.push(self.classes.get(&base).cloned().ok_or(Stop::Lost)?);
        }
        // A class with a base has no constructor of its own here: it passes on what it is given.
        for (class, scope) in classes.iter().rev() {
            for (name, value) in &class.fields {
                let value = self.expr(value, scope, &made)?;
                put(&made, &Value::Text(name.clone()), value)?;
            }
            if let Some(constructor) = class.methods.iter().find(|method| method.name == "constructor") {
                let closure = Closure { function: constructor.clone(), scope: scope.clone(), arrow: None };
                self.call(&closure, arguments.clone(), made.clone())?;
            }
        }
        Ok(made)
    }

    fn called(&mut self, callee: &Expr, arguments: &[Expr], scope: &Rc<Scope>, this: &Value) -> Made<Value> {
        let (receiver, function) = match callee {
            Expr::Field(object, _) | Expr::Computed(object, _) => {
                let object = self.expr(object, scope, this)?;
                let key = match callee {
                    Expr::Field(_, name) => Value::Text(name.clone()),
                    Expr::Computed(_, key) => self.expr(key, scope, this)?,
                    _ => return Err(Stop::Lost),
                };
                if let (Value::List(items), Value::Text(method)) = (&object, &key) {
                    let arguments = self.all(arguments, scope, this)?;
                    return self.list_method(items, method, arguments);
                }
                let function = self.part(&object, &key)?;
                (object, function)
            }
            _ => (Value::Undefined, self.expr(callee, scope, this)?),
        };
        let arguments = self.all(arguments, scope, this)?;
        match function {
            Value::Function(closure) => self.call(&closure, arguments, receiver),
            _ => Err(Stop::Lost),
        }
    }

    fn call(&mut self, closure: &Closure, arguments: Vec<Value>, receiver: Value) -> Made<Value> {
        let scope = Scope::within(&closure.scope);
        let this = closure.arrow.clone().unwrap_or(receiver);
        for (at, param) in closure.function.params.iter().enumerate() {
            let given = match (arguments.get(at), &param.default) {
                (None | Some(Value::Undefined), Some(default)) => self.expr(default, &scope, &this)?,
                (given, _) => given.cloned().unwrap_or(Value::Undefined),
            };
            bind(&param.pattern, given, &scope)?;
        }
        match self.block(&closure.function.body, &scope, &this)? {
            End::Return(value) => Ok(value),
            End::Next | End::Break => Ok(Value::Undefined),
        }
    }

    fn list_method(&mut self, items: &Rc<RefCell<Vec<Value>>>, method: &str, arguments: Vec<Value>) -> Made<Value> {
        let first = arguments.first().cloned();
        match (method, first) {
            ("push", _) => items.borrow_mut().extend(arguments),
            ("unshift", _) => drop(items.borrow_mut().splice(0..0, arguments)),
            ("reverse", _) => items.borrow_mut().reverse(),
            ("pop", _) => drop(items.borrow_mut().pop()),
            ("join", _) => return joined(&items.borrow()),
            ("slice", _) => return Ok(list(items.borrow().clone())),
            ("concat", Some(Value::List(more))) => {
                return Ok(list(items.borrow().iter().chain(more.borrow().iter()).cloned().collect()));
            }
            ("at", Some(Value::Number(at))) => return Ok(items.borrow().get(at).cloned().unwrap_or(Value::Undefined)),
            ("map" | "forEach" | "filter", Some(Value::Function(function))) => {
                let all = items.borrow().clone();
                let mut kept = Vec::new();
                for item in all {
                    let given = self.call(&function, vec![item.clone()], Value::Undefined)?;
                    match method {
                        "filter" if truth(&given) => kept.push(item),
                        "map" => kept.push(given),
                        _ => {}
                    }
                }
                return Ok(if method == "forEach" { Value::Undefined } else { list(kept) });
            }
            _ => return Err(Stop::Lost),
        }
        Ok(Value::Undefined)
    }

    /// A field or an item.
    fn part(&mut self, object: &Value, key: &Value) -> Made<Value> {
        match (object, key) {
            (Value::Object(object), Value::Text(name)) => {
                let own =
                    object.fields.borrow().iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
                if let Some(own) = own {
                    return Ok(own);
                }
                let mut class = object.class.clone();
                while let Some((here, scope)) = class.and_then(|class| self.classes.get(&class)) {
                    if let Some(method) = here.methods.iter().find(|method| method.name == *name) {
                        let closure = Closure { function: method.clone(), scope: scope.clone(), arrow: None };
                        return Ok(Value::Function(Rc::new(closure)));
                    }
                    class = here.base.clone();
                }
                Ok(Value::Undefined)
            }
            (Value::List(items), Value::Number(at)) => Ok(items.borrow().get(*at).cloned().unwrap_or(Value::Undefined)),
            (Value::List(items), Value::Text(name)) if name == "length" => Ok(Value::Number(items.borrow().len())),
            _ => Err(Stop::Lost),
        }
    }
}

fn joined(items: &[Value]) -> Made<Value> {
    let mut whole = String::new();
    for item in items {
        let Value::Text(text) = item else { return Err(Stop::Lost) };
        whole += text;
    }
    Ok(Value::Text(whole))
}

fn library(name: &str, arguments: Vec<Value>) -> Made<Value> {
    let first = arguments.first().cloned().ok_or(Stop::Lost)?;
    match (name, &first) {
        ("Object.assign", _) => {
            for other in &arguments[1..] {
                copy(&first, other)?;
            }
            Ok(first)
        }
        ("Object.values", Value::Object(object)) => {
            Ok(list(object.fields.borrow().iter().map(|(_, value)| value.clone()).collect()))
        }
        ("Array.from", Value::List(items)) => Ok(list(items.borrow().clone())),
        _ => Err(Stop::Lost),
    }
}

fn copy(to: &Value, from: &Value) -> Made<()> {
    let Value::Object(from) = from else {
        return if matches!(from, Value::Undefined | Value::Truth(false)) { Ok(()) } else { Err(Stop::Lost) };
    };
    let fields = from.fields.borrow().clone();
    for (name, value) in fields {
        put(to, &Value::Text(name), value)?;
    }
    Ok(())
}

fn put(object: &Value, key: &Value, value: Value) -> Made<()> {
    match (object, key) {
        (Value::Object(object), Value::Text(name)) => {
            let mut fields = object.fields.borrow_mut();
            match fields.iter_mut().find(|(field, _)| field == name) {
                Some((_, held)) => *held = value,
                None => fields.push((name.clone(), value)),
            }
            Ok(())
        }
        (Value::List(items), Value::Number(at)) if *at <= items.borrow().len() => {
            let mut items = items.borrow_mut();
            if *at == items.len() {
                items.push(value);
            } else {
                items[*at] = value;
            }
            Ok(())
        }
        (Value::List(items), Value::Text(name)) if name == "length" => {
            let Value::Number(length) = value else { return Err(Stop::Lost) };
            items.borrow_mut().truncate(length);
            Ok(())
        }
        _ => Err(Stop::Lost),
    }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Undefined => false,
        Value::Truth(truth) => *truth,
        Value::Number(number) => *number > 0,
        Value::Text(text) => !text.is_empty(),
        Value::List(_) | Value::Object(_) | Value::Function(_) | Value::Class => true,
    }
}

fn bind(pattern: &Pattern, value: Value, scope: &Rc<Scope>) -> Made<()> {
    match (pattern, value) {
        (Pattern::Name(name), value) => scope.set(name, value),
        (Pattern::Object(fields, rest), Value::Object(whole)) => {
            let held = whole.fields.borrow().clone();
            for (field, name) in fields {
                let value = held.iter().find(|(other, _)| other == field).map(|(_, value)| value.clone());
                scope.set(name, value.unwrap_or(Value::Undefined));
            }
            if let Some(rest) = rest {
                let left = held.into_iter().filter(|(name, _)| fields.iter().all(|(field, _)| field != name));
                scope.set(rest, object(left.collect()));
            }
        }
        (Pattern::List(names, rest), Value::List(items)) => {
            let items = items.borrow().clone();
            for (at, name) in names.iter().enumerate() {
                scope.set(name, items.get(at).cloned().unwrap_or(Value::Undefined));
            }
            if let Some(rest) = rest {
                scope.set(rest, list(items.into_iter().skip(names.len()).collect()));
            }
        }
        _ => return Err(Stop::Lost),
    }
    Ok(())
}

impl Scope {
    fn within(outer: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self { outer: Some(outer.clone()), ..Self::default() })
    }

    fn set(&self, name: &str, value: Value) {
        self.names.borrow_mut().insert(name.to_owned(), value);
    }

    fn find(&self, name: &str) -> Option<Value> {
        let own = self.names.borrow().get(name).cloned();
        own.or_else(|| self.outer.as_ref()?.find(name))
    }

    fn assign(&self, name: &str, value: Value) -> Made<()> {
        if self.constants.borrow().contains(name) {
            return Err(Stop::Thrown);
        }
        if self.names.borrow().contains_key(name) {
            self.set(name, value);
            return Ok(());
        }
        self.outer.as_ref().map_or(Err(Stop::Lost), |outer| outer.assign(name, value))
    }
}
