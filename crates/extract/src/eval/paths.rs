//! Where files stand that code reads beside itself: `import.meta.dirname`, `new URL("./a.sql", import.meta.url)`,
//! `dirname(fileURLToPath(import.meta.url))`, `process.cwd()`. A path from the root of the tree begins with a slash.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Value, add};
use super::{Evaluator, span};
use crate::ir::{Call, CallStyle, ExprId, ExprKind, Facts};

/// What is said of a path that nothing tells.
const NOT_KNOWN: &str = "path that is not known";

impl Evaluator<'_> {
    /// `import.meta.dirname` and its like, and the path of a `new URL(…)`.
    pub(super) fn own_place(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Option<Vec<Value>> {
        let ExprKind::Member { object, property } = &facts.expr(expr).kind else { return None };
        let at = span(facts, expr);
        match property.as_ref() {
            "dirname" | "dir" | "url" | "filename" | "path" => {
                if facts.expr(*object).range.slice(&facts.text) != "import.meta" {
                    return None;
                }
                let path = format!("/{}", facts.path);
                let folder = matches!(property.as_ref(), "dirname" | "dir");
                Some(vec![Value::derived(if folder { parent(&path) } else { &path }, at)])
            }
            "pathname" | "href" => {
                let ExprKind::Call(call) = &facts.expr(*object).kind else { return None };
                let made = call.style == CallStyle::New && facts.name_of(call.callee)?.as_ref() == "URL";
                let values = made.then(|| self.eval(facts, *object, env))?;
                values.iter().all(|value| matches!(value, Value::Text(_))).then_some(values)
            }
            _ => None,
        }
    }

    /// What a function makes of paths; none where it is none of these.
    pub(super) fn path_made(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        (module, name): (&str, &str),
        at: Span,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let first = call.arguments.first().copied();
        let last = name.rsplit('.').next().unwrap_or("");
        match (module, name) {
            ("" | "process" | "node:process", _) if last == "cwd" => Some(vec![Value::derived(".", at)]),
            ("url" | "node:url", _) if last == "fileURLToPath" => Some(self.eval(facts, first?, env)),
            ("path" | "node:path" | "pathe", _) if last == "dirname" => {
                let values = self.eval(facts, first?, env);
                Some(each(&values, at, |path| Some(parent(path).to_owned())))
            }
            ("" | "url" | "node:url", "URL") if call.style == CallStyle::New => {
                let [first, base] = call.arguments.as_slice() else { return None };
                let bases = self.eval(facts, *base, env);
                let base = match bases.as_slice() {
                    [one] => one.constant().filter(|base| base.starts_with('/'))?,
                    _ => return None,
                };
                let values = self.eval(facts, *first, env);
                Some(each(&values, at, |path| (!path.contains("://")).then(|| format!("{}/{path}", parent(&base)))))
            }
            ("", "Deno.readTextFile" | "Deno.readTextFileSync") => Some(self.read_file(facts, first, at, env)),
            _ => None,
        }
    }

    /// `Bun.file(path).text()`.
    pub(super) fn file_of_bun(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Option<Vec<Value>> {
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let ExprKind::Call(inner) = &facts.expr(*object).kind else { return None };
        let is_file = property.as_ref() == "text" && facts.expr(inner.callee).range.slice(&facts.text) == "Bun.file";
        is_file.then(|| self.read_file(facts, inner.arguments.first().copied(), at, env))
    }
}

/// What is made of each text that is known.
fn each(values: &[Value], at: Span, make: impl Fn(&str) -> Option<String>) -> Vec<Value> {
    let mut found = Vec::new();
    for value in values {
        let made = value.constant().and_then(|text| make(&text));
        add(&mut found, made.map_or_else(|| Value::unknown(NOT_KNOWN, at), |text| Value::derived(&text, at)));
    }
    found
}

/// The folder that holds a path.
fn parent(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder)
}
