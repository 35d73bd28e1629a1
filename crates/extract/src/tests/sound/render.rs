//! Writes a program down as TypeScript. Every query stands on a line of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::program::{Class, Expr, MAIN, Param, Part, Pattern, Program, SENDER, Stmt, start_of};

/// The text of each file, and the file and line of each site.
pub(super) struct Rendered {
    pub(super) files: Vec<(&'static str, String)>,
    pub(super) sites: Vec<(u32, &'static str, u32)>,
}

pub(super) fn render(program: &Program) -> Rendered {
    let declared: Vec<BTreeSet<String>> = program.files.iter().map(|file| declared(&file.body)).collect();
    let mut bodies = Vec::new();
    for (at, file) in program.files.iter().enumerate() {
        let mut writer = Writer { own: declared[at].clone(), top: true, ..Writer::default() };
        writer.block(&file.body);
        bodies.push(writer);
    }
    let mut rendered = Rendered { files: Vec::new(), sites: Vec::new() };
    for (file, writer) in program.files.iter().zip(bodies) {
        let mut head = String::new();
        if file.path == SENDER {
            head.push_str("import pg from \"pg\";\n");
        }
        for (other, names) in program.files.iter().zip(&declared) {
            let used: Vec<&str> = names.intersection(&writer.used).map(String::as_str).collect();
            if other.path != file.path && !used.is_empty() {
                let module = other.path.trim_end_matches(".ts");
                let _ = writeln!(head, "import {{ {} }} from \"./{module}\";", used.join(", "));
            }
        }
        if file.path == SENDER {
            head.push_str("const client = new pg.Client();\n");
        }
        let lines = head.lines().count() as u32;
        rendered.sites.extend(writer.sites.iter().map(|(site, line)| (*site, file.path, line + lines)));
        rendered.files.push((file.path, head + &writer.out));
    }
    rendered
}

fn declared(body: &[Stmt]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in body {
        match statement {
            Stmt::Declare { pattern, .. } => names.extend(pattern.names().map(str::to_owned)),
            Stmt::Function(function) => drop(names.insert(function.name.clone())),
            Stmt::Class(class) => drop(names.insert(class.name.clone())),
            _ => {}
        }
    }
    names
}

impl Pattern {
    pub(super) fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Name(name) => Box::new(std::iter::once(name.as_str())),
            Self::Object(fields, rest) => Box::new(fields.iter().map(|(_, name)| name.as_str()).chain(rest.as_deref())),
            Self::List(names, rest) => Box::new(names.iter().map(String::as_str).chain(rest.as_deref())),
        }
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    own: BTreeSet<String>,
    used: BTreeSet<String>,
    sites: Vec<(u32, u32)>,
    top: bool,
    /// What is sent is waited for.
    waits: bool,
    counters: usize,
    depth: usize,
}

impl Writer {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.depth));
    }

    fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn inner(&mut self, head: &str, body: &[Stmt], tail: &str) {
        self.line(head);
        let top = std::mem::replace(&mut self.top, false);
        self.depth += 1;
        self.block(body);
        self.depth -= 1;
        self.top = top;
        self.line(tail);
    }

    fn exported(&self) -> &'static str {
        if self.top { "export " } else { "" }
    }

    fn statement(&mut self, statement: &Stmt) {
        let export = self.exported();
        match statement {
            Stmt::Declare { constant, pattern, value } => {
                let keyword = if *constant { "const" } else { "let" };
                let (pattern, value) = (pattern_text(pattern), self.expr(value));
                self.line(&format!("{export}{keyword} {pattern} = {value};"));
            }
            Stmt::Function(function) if function.name == MAIN => {
                self.waits = true;
                self.inner("export async function main() {", &function.body, "}");
                self.waits = false;
            }
            Stmt::Function(function) => {
                let params = self.params(&function.params);
                let name = &function.name;
                self.inner(&format!("{export}function {name}({params}) {{"), &function.body, "}");
            }
            Stmt::Class(class) => self.class(class, export),
            Stmt::Assign { place, operator, value } => {
                let (place, value) = (self.expr(place), self.expr(value));
                self.line(&format!("{place} {operator} {value};"));
            }
            Stmt::Do(value) => {
                let value = self.expr(value);
                self.line(&format!("{value};"));
            }
            Stmt::If { condition, then, otherwise } => {
                let condition = self.expr(condition);
                self.inner(&format!("if ({condition}) {{"), then, "}");
                if !otherwise.is_empty() {
                    self.inner("else {", otherwise, "}");
                }
            }
            Stmt::Each { .. } | Stmt::Twice(_) => self.repeated(statement),
            Stmt::Once(body) => self.inner("do {", body, "} while (false);"),
            Stmt::UntilBreak(body) => {
                let body: Vec<Stmt> = body.iter().cloned().chain([Stmt::Break]).collect();
                self.inner("while (true) {", &body, "}");
            }
            Stmt::Try { body, handler, last } => {
                self.inner("try {", body, "}");
                if let Some(handler) = handler {
                    self.inner("catch {", handler, "}");
                }
                if handler.is_none() || !last.is_empty() {
                    self.inner("finally {", last, "}");
                }
            }
            Stmt::Return(None) => self.line("return;"),
            Stmt::Return(Some(value)) => {
                let value = self.expr(value);
                self.line(&format!("return {value};"));
            }
            Stmt::Break => self.line("break;"),
            Stmt::Throw => self.line("throw new Error(\"x\");"),
            Stmt::Query { site, text } => {
                let text = self.expr(text);
                let start = start_of(*site);
                let wait = if self.waits { "await " } else { "" };
                self.sites.push((*site, self.out.lines().count() as u32 + 1));
                self.line(&format!("{wait}client.query(`{start}${{{text}}}`);"));
            }
        }
    }

    fn repeated(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Each { name, over, body, called: true } => {
                let over = self.operand(over);
                let waits = std::mem::replace(&mut self.waits, false);
                self.inner(&format!("{over}.forEach(({name}) => {{"), body, "});");
                self.waits = waits;
            }
            Stmt::Each { name, over, body, .. } => {
                let over = self.expr(over);
                self.inner(&format!("for (const {name} of {over}) {{"), body, "}");
            }
            Stmt::Twice(body) => {
                self.counters += 1;
                let count = format!("n{}", self.counters);
                self.inner(&format!("for (let {count} = 0; {count} < 2; {count}++) {{"), body, "}");
            }
            _ => {}
        }
    }

    fn class(&mut self, class: &Class, export: &str) {
        let extends = class.base.as_ref().map(|base| format!(" extends {base}")).unwrap_or_default();
        self.used.extend(class.base.clone());
        self.line(&format!("{export}class {}{extends} {{", class.name));
        let top = std::mem::replace(&mut self.top, false);
        self.depth += 1;
        for (name, value) in &class.fields {
            let value = self.expr(value);
            self.line(&format!("{name} = {value};"));
        }
        for method in &class.methods {
            let params = self.params(&method.params);
            self.inner(&format!("{}({params}) {{", method.name), &method.body, "}");
        }
        self.depth -= 1;
        self.top = top;
        self.line("}");
    }

    fn params(&mut self, params: &[Param]) -> String {
        let texts: Vec<String> = params
            .iter()
            .map(|param| {
                let pattern = pattern_text(&param.pattern);
                param.default.as_ref().map_or(pattern.clone(), |default| format!("{pattern} = {}", self.expr(default)))
            })
            .collect();
        texts.join(", ")
    }

    /// A function's body within an expression.
    fn body(&mut self, body: &[Stmt]) -> String {
        if let [Stmt::Return(Some(value))] = body {
            let value = self.expr(value);
            return if value.starts_with('{') { format!("({value})") } else { value };
        }
        let mut inner = Self { own: self.own.clone(), depth: self.depth + 1, ..Self::default() };
        inner.block(body);
        self.used.extend(inner.used);
        format!("{{\n{}{}}}", inner.out, "  ".repeat(self.depth))
    }

    fn list(&mut self, values: &[Expr]) -> String {
        let values: Vec<String> = values.iter().map(|value| self.expr(value)).collect();
        values.join(", ")
    }

    fn parts(&mut self, parts: &[Part]) -> String {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Item(value) => self.expr(value),
                Part::Field(name, value) => format!("{name}: {}", self.expr(value)),
                Part::Spread(value) => format!("...{}", self.operand(value)),
                Part::Method(method) => {
                    let params = self.params(&method.params);
                    let body = match method.body.as_slice() {
                        [Stmt::Return(Some(value))] => format!("{{ return {}; }}", self.expr(value)),
                        body => self.body(body),
                    };
                    format!("{}({params}) {body}", method.name)
                }
            })
            .collect();
        parts.join(", ")
    }

    /// An expression in brackets where it needs them.
    fn operand(&mut self, expr: &Expr) -> String {
        let text = self.expr(expr);
        let loose = matches!(
            expr,
            Expr::Choice(..)
                | Expr::And(..)
                | Expr::Or(..)
                | Expr::Nullish(..)
                | Expr::Same(..)
                | Expr::Function(_)
                | Expr::Object(_)
                | Expr::Asked(_)
        );
        if loose { format!("({text})") } else { text }
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Text(text) => format!("\"{text}\""),
            Expr::Number(number) => number.to_string(),
            Expr::Undefined => "undefined".to_owned(),
            Expr::Name(name) => {
                self.used.insert(name.clone());
                name.clone()
            }
            Expr::This => "this".to_owned(),
            Expr::Field(object, name) => format!("{}.{name}", self.operand(object)),
            Expr::Computed(object, key) => format!("{}[{}]", self.operand(object), self.expr(key)),
            Expr::List(items) => format!("[{}]", self.parts(items)),
            Expr::Object(fields) => format!("{{ {} }}", self.parts(fields)),
            Expr::Call(callee, arguments) => format!("{}({})", self.operand(callee), self.list(arguments)),
            Expr::Library(name, arguments) => format!("{name}({})", self.list(arguments)),
            Expr::New(class, arguments) => {
                self.used.insert(class.clone());
                format!("new {class}({})", self.list(arguments))
            }
            Expr::Function(function) => {
                let (params, body) = (self.params(&function.params), self.body(&function.body));
                format!("({params}) => {body}")
            }
            Expr::Template(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| match part {
                        Expr::Text(text) => text.clone(),
                        other => format!("${{{}}}", self.expr(other)),
                    })
                    .collect();
                format!("`{}`", parts.concat())
            }
            Expr::Choice(condition, yes, no) => {
                format!("{} ? {} : {}", self.operand(condition), self.operand(yes), self.operand(no))
            }
            Expr::And(left, right) => format!("{} && {}", self.operand(left), self.operand(right)),
            Expr::Or(left, right) => format!("{} || {}", self.operand(left), self.operand(right)),
            Expr::Nullish(left, right) => format!("{} ?? {}", self.operand(left), self.operand(right)),
            Expr::Not(inner) => format!("!{}", self.operand(inner)),
            Expr::Same(left, right) => format!("{} === {}", self.operand(left), self.operand(right)),
            Expr::Asked(number) => format!("process.env.C{number} === \"on\""),
        }
    }
}

fn pattern_text(pattern: &Pattern) -> String {
    let rest = |rest: &Option<String>| rest.as_ref().map(|name| format!("...{name}"));
    match pattern {
        Pattern::Name(name) => name.clone(),
        Pattern::Object(fields, left) => {
            let fields = fields.iter().map(|(field, name)| format!("{field}: {name}"));
            format!("{{ {} }}", fields.chain(rest(left)).collect::<Vec<_>>().join(", "))
        }
        Pattern::List(names, left) => {
            format!("[{}]", names.iter().cloned().chain(rest(left)).collect::<Vec<_>>().join(", "))
        }
    }
}
