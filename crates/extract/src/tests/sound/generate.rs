//! Makes programs from a seed. What a name holds is known while one is made, so that most of them run to their ends.

mod change;
mod value;

use std::rc::Rc;

use super::program::{Class, Expr, File, Function, MAIN, Param, Part, Pattern, Program, SENDER, Stmt};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    Text,
    List,
    Object(Fields),
    /// A list of objects.
    Many(Fields),
    Function(Rc<Signature>),
}

pub(super) type Fields = Rc<Vec<(String, Type)>>;

#[derive(Debug, PartialEq)]
pub(super) struct Signature {
    params: Vec<Type>,
    result: Option<Type>,
}

/// What stands for a value.
#[derive(Clone)]
struct Known {
    expr: Expr,
    of: Type,
    /// It may be set anew.
    place: bool,
}

pub(super) struct Generator {
    state: u64,
    known: Vec<Known>,
    /// Names that lists' methods, and texts of objects, are called by.
    methods: Vec<String>,
    keys: Vec<String>,
    classes: Vec<(String, Fields)>,
    names: usize,
    texts: usize,
    sites: u32,
    conditions: u8,
    /// How many functions are around what is made.
    inside: usize,
    /// Queries may be sent here.
    sends: bool,
    loops: bool,
}

const MOST_CONDITIONS: u8 = 3;

pub(super) fn program(seed: u64) -> Program {
    let mut generator = Generator::new(seed);
    let mut files = Vec::new();
    if generator.chance(40) {
        let count = 1 + generator.below(3);
        let body = (0..count).map(|_| generator.declaration()).collect();
        files.push(File { path: "lib.ts", body });
        generator.known.iter_mut().for_each(|known| known.place = false);
    }
    let count = 1 + generator.below(4);
    generator.sends = true;
    let mut body: Vec<Stmt> = (0..count).map(|_| generator.statement(2)).collect();
    let shared = generator.known.len();
    generator.inside = 1;
    let main = generator.main();
    body.push(main);
    files.push(File { path: SENDER, body });
    generator.known.truncate(shared);
    if files.len() == 2 && generator.chance(50) || files.len() == 1 && generator.chance(20) {
        generator.known.iter_mut().for_each(|known| known.place = false);
        (generator.sends, generator.inside) = (false, 0);
        if files.len() == 1 {
            files.insert(0, File { path: "lib.ts", body: Vec::new() });
        }
        let count = 1 + generator.below(2);
        let body = (0..count).map(|_| generator.change(1)).collect();
        files.push(File { path: "late.ts", body });
    }
    Program { files, conditions: generator.conditions }
}

impl Generator {
    fn new(seed: u64) -> Self {
        Self {
            state: seed,
            known: Vec::new(),
            methods: Vec::new(),
            keys: Vec::new(),
            classes: Vec::new(),
            names: 0,
            texts: 0,
            sites: 0,
            conditions: 0,
            inside: 0,
            sends: false,
            loops: false,
        }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        let at = self.below(of.len());
        of.get(at).cloned()
    }

    fn new_name(&mut self, start: &str) -> String {
        self.names += 1;
        format!("{start}{}", self.names)
    }

    fn literal(&mut self) -> Expr {
        if self.chance(25) {
            return Expr::Text(String::new());
        }
        self.texts += 1;
        Expr::Text(format!(" AND c{}", self.texts))
    }

    fn new_text(&mut self) -> Expr {
        self.texts += 1;
        Expr::Text(format!(" AND c{}", self.texts))
    }

    fn asked(&mut self) -> Expr {
        let new = self.conditions < MOST_CONDITIONS && (self.conditions == 0 || self.chance(60));
        if new {
            self.conditions += 1;
            return Expr::Asked(self.conditions - 1);
        }
        let count = self.conditions as usize;
        Expr::Asked(self.below(count) as u8)
    }

    fn condition(&mut self) -> Expr {
        let asked = self.asked();
        match self.below(12) {
            0 => Expr::Not(Box::new(asked)),
            1 => match self.some(&Type::Text) {
                Some(text) => text.expr,
                None => asked,
            },
            2 => match self.some(&Type::Text) {
                Some(text) => {
                    let other = self.text(0);
                    Expr::Same(Box::new(text.expr), Box::new(other))
                }
                None => asked,
            },
            _ => asked,
        }
    }

    /// Everything that can be reached from here.
    fn reach(&self) -> Vec<Known> {
        let mut all = Vec::new();
        let mut open: Vec<(Known, usize)> = self.known.iter().rev().map(|known| (known.clone(), 0)).collect();
        while let Some((known, depth)) = open.pop() {
            if depth < 3 {
                match &known.of {
                    Type::Object(fields) => {
                        for (name, of) in fields.iter() {
                            let expr = known.expr.clone().field(name);
                            let place = !matches!(of, Type::Function(_));
                            open.push((Known { expr, of: of.clone(), place }, depth + 1));
                        }
                    }
                    Type::Many(fields) => {
                        let expr = Expr::Computed(Box::new(known.expr.clone()), Box::new(Expr::Number(0)));
                        open.push((Known { expr, of: Type::Object(fields.clone()), place: false }, depth + 1));
                    }
                    _ => {}
                }
            }
            all.push(known);
        }
        all
    }

    fn some(&mut self, of: &Type) -> Option<Known> {
        let fitting: Vec<Known> = self.reach().into_iter().filter(|known| fits(&known.of, of)).collect();
        // What is new is looked at more.
        let newest = fitting.len().saturating_sub(4);
        if self.chance(40) { self.one(&fitting[newest..]) } else { self.one(&fitting) }
    }

    fn some_where(&mut self, is: impl Fn(&Known) -> bool) -> Option<Known> {
        let fitting: Vec<Known> = self.reach().into_iter().filter(is).collect();
        self.one(&fitting)
    }

    fn shape(&mut self, depth: usize) -> Fields {
        let mut fields = vec![("s".to_owned(), Type::Text)];
        if self.chance(30) {
            fields.push(("t".to_owned(), Type::Text));
        }
        if self.chance(50) {
            fields.push(("l".to_owned(), Type::List));
        }
        if depth > 1 && self.chance(60) {
            let inner = self.shape(depth - 1);
            fields.push(("o".to_owned(), Type::Object(inner)));
        }
        Rc::new(fields)
    }

    fn of_some_type(&mut self) -> Type {
        match self.below(10) {
            0..2 => Type::Text,
            2..5 => Type::List,
            5..9 => Type::Object(self.shape(3)),
            _ => Type::Many(self.shape(2)),
        }
    }

    fn learn(&mut self, name: &str, of: Type, place: bool) {
        self.known.push(Known { expr: Expr::name(name), of, place });
    }

    /// A function that does something with what it is given.
    fn function(&mut self, name: &str, params: &[Type], result: Option<&Type>) -> Function {
        let (before, sends, loops) = (self.known.len(), self.sends, self.loops);
        self.sends = false;
        self.loops = false;
        self.inside += 1;
        let mut made = Vec::new();
        for of in params {
            made.push(self.param(of));
        }
        let count = self.below(3);
        let mut body: Vec<Stmt> = (0..count).map(|_| self.change(1)).collect();
        if self.chance(10) {
            let condition = self.condition();
            let early = match result {
                Some(of) => self.value(of, 0).map(|value| Stmt::Return(Some(value))),
                None => Some(Stmt::Return(None)),
            };
            let at = self.below(body.len() + 1);
            if let Some(early) = early {
                body.insert(at, Stmt::If { condition, then: vec![early], otherwise: Vec::new() });
            }
        }
        if let Some(of) = result {
            let value = self.value(of, 1);
            body.push(Stmt::Return(value));
        }
        self.inside -= 1;
        self.known.truncate(before);
        (self.sends, self.loops) = (sends, loops);
        Function { name: name.to_owned(), params: made, body }
    }

    fn param(&mut self, of: &Type) -> Param {
        if let (Type::Object(fields), true) = (of, self.chance(20)) {
            let pattern = self.pattern(fields);
            return Param { pattern, default: None };
        }
        let name = self.new_name("p");
        self.learn(&name, of.clone(), true);
        Param { pattern: Pattern::Name(name), default: None }
    }

    /// Names for some fields of an object, and for the rest.
    fn pattern(&mut self, fields: &Fields) -> Pattern {
        let plain: Vec<(String, Type)> =
            fields.iter().filter(|(_, of)| !matches!(of, Type::Function(_))).cloned().collect();
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for (field, of) in plain {
            if self.chance(50) {
                let name = self.new_name("d");
                taken.push((field, name, of));
            } else {
                left.push((field, of));
            }
        }
        for (_, name, of) in &taken {
            self.learn(name, of.clone(), false);
        }
        let rest = self.chance(50).then(|| self.new_name("r"));
        if let Some(rest) = &rest {
            self.learn(rest, Type::Object(Rc::new(left)), false);
        }
        Pattern::Object(taken.into_iter().map(|(field, name, _)| (field, name)).collect(), rest)
    }

    fn signature(&mut self) -> Signature {
        let count = self.below(3);
        let mut params: Vec<Type> = Vec::new();
        for _ in 0..count {
            let like = self.some_where(|known| matches!(known.of, Type::List | Type::Object(_)));
            let of = match like {
                Some(known) if self.chance(70) => known.of,
                _ => self.of_some_type(),
            };
            params.push(if let (Type::Object(fields), true) = (&of, has_functions(&of)) {
                Type::Object(Rc::new(plain(fields)))
            } else {
                of
            });
        }
        if self.chance(8) {
            let inner = Signature { params: vec![Type::List], result: None };
            params.push(Type::Function(Rc::new(inner)));
        }
        let result = match self.below(10) {
            0..4 => None,
            4..8 => params.first().filter(|of| !matches!(of, Type::Function(_))).cloned(),
            _ => Some(self.of_some_type()),
        };
        Signature { params, result }
    }

    /// Something with a name.
    fn declaration(&mut self) -> Stmt {
        match self.below(20) {
            0..11 => self.variable(),
            11..14 => self.named_function(),
            14..15 if self.inside == 0 => self.class(),
            14..16 => self.object_with_methods(),
            _ => self.other_name(),
        }
    }

    fn variable(&mut self) -> Stmt {
        let of = match self.classes.last().cloned() {
            Some((class, fields)) if self.chance(30) => {
                let name = self.new_name("i");
                let argument = self.text(0);
                self.learn(&name, Type::Object(fields), false);
                let value = Expr::New(class, vec![argument]);
                return Stmt::Declare { constant: true, pattern: Pattern::Name(name), value };
            }
            _ => self.of_some_type(),
        };
        let value = self.value(&of, 2).unwrap_or(Expr::Undefined);
        let constant = self.chance(60);
        let name = self.new_name(match of {
            Type::Text => "s",
            Type::List => "l",
            _ => "o",
        });
        self.learn(&name, of, !constant);
        Stmt::Declare { constant, pattern: Pattern::Name(name), value }
    }

    fn named_function(&mut self) -> Stmt {
        let signature = self.signature();
        let name = self.new_name("f");
        let function = self.function(&name, &signature.params, signature.result.as_ref());
        self.learn(&name, Type::Function(Rc::new(signature)), false);
        if self.chance(50) {
            return Stmt::Function(function);
        }
        let value = Expr::Function(Box::new(function));
        Stmt::Declare { constant: true, pattern: Pattern::Name(name), value }
    }

    /// What methods do with the object that they are called on.
    fn own_methods(&mut self, fields: &mut Vec<(String, Type)>) -> Vec<Function> {
        let mut methods = Vec::new();
        let before = self.known.len();
        let this = Known { expr: Expr::This, of: Type::Object(Rc::new(fields.clone())), place: false };
        for _ in 0..1 + self.below(2) {
            let signature = match self.below(3) {
                0 => Signature { params: vec![Type::Text], result: None },
                1 => Signature { params: Vec::new(), result: Some(Type::Text) },
                _ => self.signature(),
            };
            self.known.push(this.clone());
            let name = self.new_name("m");
            methods.push(self.function(&name, &signature.params, signature.result.as_ref()));
            self.known.truncate(before);
            fields.push((name, Type::Function(Rc::new(signature))));
        }
        methods
    }

    fn object_with_methods(&mut self) -> Stmt {
        let mut fields = self.shape(2).as_ref().clone();
        let mut parts = Vec::new();
        for (name, of) in &fields {
            let value = self.value(of, 1).unwrap_or(Expr::Undefined);
            parts.push(Part::Field(name.clone(), value));
        }
        let methods = self.own_methods(&mut fields);
        parts.extend(methods.into_iter().map(Part::Method));
        let name = self.new_name("o");
        self.learn(&name, Type::Object(Rc::new(fields)), false);
        Stmt::Declare { constant: true, pattern: Pattern::Name(name), value: Expr::Object(parts) }
    }

    fn class(&mut self) -> Stmt {
        let name = self.new_name("K");
        if let (Some((base, mut fields)), true) = (self.classes.last().cloned(), self.chance(50)) {
            let mut all = fields.as_ref().clone();
            let methods = self.own_methods(&mut all);
            fields = Rc::new(all);
            self.classes.push((name.clone(), fields));
            return Stmt::Class(Class { name, base: Some(base), fields: Vec::new(), methods });
        }
        let mut fields = self.shape(2).as_ref().clone();
        let mut values = Vec::new();
        for (field, of) in &fields {
            values.push((field.clone(), self.value(of, 1).unwrap_or(Expr::Undefined)));
        }
        let mut methods = Vec::new();
        if self.chance(50) {
            let given = self.new_name("p");
            let place = Expr::This.field("s");
            let body = vec![Stmt::Assign { place, operator: "=", value: Expr::name(&given) }];
            let params = vec![Param { pattern: Pattern::Name(given), default: None }];
            methods.push(Function { name: "constructor".to_owned(), params, body });
        }
        methods.extend(self.own_methods(&mut fields));
        self.classes.push((name.clone(), Rc::new(fields)));
        Stmt::Class(Class { name, base: None, fields: values, methods })
    }

    /// Another name for something, or for a part of it.
    fn other_name(&mut self) -> Stmt {
        let has_parts = |known: &Known| !matches!(known.of, Type::Text | Type::Function(_));
        let Some(whole) = self.some_where(has_parts) else { return self.variable() };
        if let (Type::Object(fields), true) = (&whole.of, self.chance(50)) {
            let pattern = self.pattern(&fields.clone());
            return Stmt::Declare { constant: true, pattern, value: whole.expr };
        }
        if let (Type::List, true) = (&whole.of, self.chance(20)) {
            let rest = self.new_name("l");
            self.learn(&rest, Type::List, false);
            return Stmt::Declare { constant: true, pattern: Pattern::List(Vec::new(), Some(rest)), value: whole.expr };
        }
        let name = self.new_name("a");
        self.learn(&name, whole.of, false);
        Stmt::Declare { constant: true, pattern: Pattern::Name(name), value: whole.expr }
    }

    fn main(&mut self) -> Stmt {
        let count = 1 + self.below(5);
        let mut body: Vec<Stmt> = (0..count).map(|_| self.statement(2)).collect();
        body.push(self.query());
        if self.chance(25) {
            body.push(self.change(1));
            body.push(self.query());
        }
        Stmt::Function(Function { name: MAIN.to_owned(), params: Vec::new(), body })
    }

    fn query(&mut self) -> Stmt {
        self.sites += 1;
        let read = if self.chance(50) { self.some(&Type::Text).map(|known| known.expr) } else { None };
        let list = |known: Known| known.expr.call("join", vec![Expr::Text(String::new())]);
        let read = read.or_else(|| self.some(&Type::List).map(list));
        let text = match read {
            Some(read) => read,
            None => self.text(2),
        };
        Stmt::Query { site: self.sites, text }
    }

    fn statement(&mut self, depth: usize) -> Stmt {
        match self.below(100) {
            0..45 => self.declaration(),
            45..48 if self.sends && !self.loops => self.query(),
            _ => self.change(depth),
        }
    }

    fn inner_statement(&mut self, depth: usize) -> Stmt {
        match self.below(100) {
            0..15 => self.declaration(),
            15..27 if self.sends => self.query(),
            _ => self.change(depth),
        }
    }

    /// Statements of a block of its own.
    fn block(&mut self, depth: usize) -> Vec<Stmt> {
        let before = self.known.len();
        let (methods, keys) = (self.methods.len(), self.keys.len());
        self.inside += 1;
        let count = 1 + self.below(2);
        let body = (0..count).map(|_| self.inner_statement(depth)).collect();
        self.inside -= 1;
        self.known.truncate(before);
        self.methods.truncate(methods);
        self.keys.truncate(keys);
        body
    }
}

/// Whether a value of one type does where another is asked for.
fn fits(own: &Type, asked: &Type) -> bool {
    match (own, asked) {
        (Type::Object(own), Type::Object(asked)) => {
            asked.iter().all(|(name, of)| own.iter().any(|(other, own)| other == name && fits(own, of)))
        }
        _ => own == asked,
    }
}

fn has_functions(of: &Type) -> bool {
    match of {
        Type::Object(fields) => fields.iter().any(|(_, of)| matches!(of, Type::Function(_))),
        _ => false,
    }
}

fn plain(fields: &Fields) -> Vec<(String, Type)> {
    fields.iter().filter(|(_, of)| !matches!(of, Type::Function(_))).cloned().collect()
}
