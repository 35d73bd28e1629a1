//! What becomes of an error: handlers that swallow it, promises that nobody waits for.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::Fate;

/// Calls that pass an error on, by the last part of their name.
const PASSES_ON: &[&str] =
    &["reject", "next", "done", "callback", "cb", "exit", "abort", "rethrow", "fail", "destroy", "throw"];

/// Methods whose result ends as that of the functions that they are given.
const CARRIES: &[&str] = &[
    "map",
    "flatMap",
    "then",
    "catch",
    "finally",
    "transaction",
    "$transaction",
    "tx",
    "txIf",
    "task",
    "begin",
    "savepoint",
    "connect",
    "withPgClient",
    "withTransaction",
];

/// Methods that do not wait for what the functions that they are given return.
const DROPS: &[&str] = &["forEach", "on", "once", "addListener", "prependListener", "addEventListener", "nextTick"];

/// What a handler does with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handling {
    /// Nobody hears of it.
    Swallows,
    /// It is given to something else, or answered with.
    PassesOn,
    /// It goes on to the next handler.
    Throws,
}

impl Lowering<'_> {
    /// The fate of a promise that `method` is called on: `.catch(handler)` decides it.
    pub(super) fn chained_fate(&self, function: Node<'_>, arguments: &[Node<'_>], fate: Fate) -> Fate {
        if self.kind(function) != Kind::MemberExpression {
            return self.fate();
        }
        let property = self.part(function, Part::Property).map_or("", |property| self.slice(property));
        let handler = match (property, arguments) {
            ("catch", [handler, ..]) | ("then", [_, handler, ..]) => *handler,
            _ => return fate,
        };
        if self.swallows_as_handler(handler) { Fate::Swallowed(range_of(handler)) } else { Fate::Heard }
    }

    fn swallows_as_handler(&self, handler: Node<'_>) -> bool {
        match self.kind(handler) {
            Kind::ArrowFunction | Kind::FunctionExpression => {
                self.part(handler, Part::Body).is_some_and(|body| self.handling(body) == Handling::Swallows)
            }
            Kind::Identifier => {
                let name = self.slice(handler);
                let body = || self.function_named(handler, name);
                !PASSES_ON.contains(&name) && body().is_none_or(|body| self.handling(body) == Handling::Swallows)
            }
            Kind::MemberExpression => {
                let name = self.part(handler, Part::Property).map_or("", |name| self.slice(name));
                !PASSES_ON.contains(&name)
            }
            _ => true,
        }
    }

    /// The body of the function that `name` stands for where `user` stands, as far as this file shows.
    fn function_named<'n>(&self, user: Node<'n>, name: &str) -> Option<Node<'n>> {
        let mut block = user;
        while let Some(parent) = block.parent() {
            block = parent;
            if !matches!(self.kind(block), Kind::StatementBlock | Kind::Program) {
                continue;
            }
            for statement in self.children(block) {
                let inner = match self.kind(statement) {
                    Kind::ExportStatement => self.part(statement, Part::Declaration).unwrap_or(statement),
                    _ => statement,
                };
                let declared = match self.kind(inner) {
                    Kind::FunctionDeclaration => vec![(inner, inner)],
                    _ => self
                        .children(inner)
                        .into_iter()
                        .filter_map(|one| Some((one, self.part(one, Part::Value)?)))
                        .collect(),
                };
                for (declared, function) in declared {
                    let is_named = self.part(declared, Part::Name).is_some_and(|found| self.slice(found) == name);
                    if is_named && (self.is_function(function) || function.id() == inner.id()) {
                        return self.part(function, Part::Body);
                    }
                }
            }
        }
        None
    }

    pub(super) fn is_function(&self, node: Node<'_>) -> bool {
        matches!(self.kind(node), Kind::ArrowFunction | Kind::FunctionExpression)
    }

    /// What stands inside of parentheses.
    pub(super) fn bare<'n>(&self, node: Node<'n>) -> Node<'n> {
        let mut node = node;
        while self.kind(node) == Kind::ParenthesizedExpression {
            match self.children(node).into_iter().next() {
                Some(inner) => node = inner,
                None => return node,
            }
        }
        node
    }

    /// The fate of a call that may be given a callback: that gets the error, whatever becomes of the result.
    pub(super) fn fate_with_callback(&self, arguments: &[Node<'_>], fate: Fate) -> Fate {
        let Some(callback) = arguments.last().filter(|last| self.is_function(**last)) else { return fate };
        let first = self.part(*callback, Part::Parameters).and_then(|list| self.children(list).into_iter().next());
        let first = first.or_else(|| self.part(*callback, Part::Parameter)).map_or("", |first| self.slice(first));
        let name = first.split([':', '?', ' ']).next().unwrap_or("").trim_start_matches('_');
        if matches!(name, "err" | "error" | "e") && self.swallows_as_handler(*callback) {
            return Fate::Swallowed(range_of(*callback));
        }
        if matches!(fate, Fate::NotAwaited(_)) { Fate::Heard } else { fate }
    }

    /// What becomes of the errors of a call's arguments, where the call decides it: of promises that it waits for, and of
    /// functions that it calls.
    pub(super) fn fate_of_arguments(&self, call: Node<'_>, function: Node<'_>, fate: Fate) -> Option<Fate> {
        let (owner, name) = match self.kind(function) {
            Kind::MemberExpression => {
                let owner = self.part(function, Part::Object).map_or("", |owner| self.slice(owner));
                (owner, self.part(function, Part::Property).map_or("", |name| self.slice(name)))
            }
            Kind::Identifier => ("", self.slice(function)),
            _ => return None,
        };
        match (owner, name) {
            ("Promise", "all" | "race" | "any") => Some(fate),
            // Its result holds the errors.
            ("Promise", "allSettled") => {
                let waits = call.parent().filter(|parent| self.kind(*parent) == Kind::AwaitExpression).unwrap_or(call);
                let discarded = waits.parent().is_some_and(|parent| self.kind(parent) == Kind::ExpressionStatement);
                Some(if discarded { Fate::Swallowed(range_of(call)) } else { Fate::Heard })
            }
            ("", "setTimeout" | "setInterval" | "setImmediate" | "queueMicrotask") => {
                Some(Fate::NotAwaited(range_of(function)))
            }
            (_, name) if !owner.is_empty() && DROPS.contains(&name) => Some(Fate::NotAwaited(range_of(function))),
            (_, name) if CARRIES.contains(&name) => Some(fate),
            _ => None,
        }
    }

    /// Whether a block ends its function whatever happened before (`finally { return … }`).
    pub(super) fn leaves(&self, block: Node<'_>) -> bool {
        self.any_inside(block, |kind| kind == Kind::ReturnStatement)
    }

    /// What `body` does with an error: whether it throws, passes it on or answers with an error status. Functions
    /// defined in it run later and do not count.
    pub(super) fn handling(&self, body: Node<'_>) -> Handling {
        if self.any_inside(body, |kind| kind == Kind::ThrowStatement) {
            return Handling::Throws;
        }
        let error = self.error_name(body);
        let mut passes_on = self.kind(body) != Kind::CallExpression && self.hands_on(body, error, true);
        self.visit_inside(body, &mut |node| {
            passes_on |= match self.kind(node) {
                Kind::CallExpression => self.passes_on(node) || self.collects(node, error),
                Kind::ReturnStatement => {
                    self.children(node).first().is_some_and(|value| self.hands_on(*value, error, true))
                }
                Kind::AssignmentExpression => self.keeps(node, error),
                Kind::NewExpression => self.part(node, Part::Arguments).is_some_and(|list| {
                    let text = self.slice(list);
                    text.contains("status") && has_error_status(text)
                }),
                _ => false,
            };
            !passes_on
        });
        if passes_on { Handling::PassesOn } else { Handling::Swallows }
    }

    /// What the error is called that a catch clause, or the function around a body, is given.
    fn error_name(&self, body: Node<'_>) -> Option<&str> {
        let own = self.part(body, Part::Parameter);
        let of_function = || {
            let function = body.parent().filter(|function| self.is_function(*function))?;
            let list = self.part(function, Part::Parameters).and_then(|list| self.children(list).into_iter().next());
            list.or_else(|| self.part(function, Part::Parameter))
        };
        let name = self.slice(own.or_else(of_function)?).split([':', '?', ' ']).next()?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte));
        plain.then_some(name)
    }

    /// Whether a value that is returned holds the error: itself, a list or an object with it, or what a call makes of it.
    fn hands_on(&self, value: Node<'_>, error: Option<&str>, parts: bool) -> bool {
        let Some(error) = error else { return false };
        if self.kind(value) == Kind::StatementBlock || self.part(value, Part::Body).is_some() {
            return false;
        }
        let called = self.part(value, Part::Function).map_or("", |function| self.slice(function)).to_lowercase();
        let logs = called.contains("log") || called.starts_with("console.") || called.contains("capture");
        !logs && self.mentions_name(value, error, parts)
    }

    /// `errors.push(error)`, `emitter.emit("error", error)`, `assert(isExpected(error), error)`
    fn collects(&self, call: Node<'_>, error: Option<&str>) -> bool {
        let (Some(function), Some(list)) = (self.part(call, Part::Function), self.part(call, Part::Arguments)) else {
            return false;
        };
        let name = self.slice(self.part(function, Part::Property).unwrap_or(function));
        matches!(name, "push" | "emit" | "assert") && error.is_some_and(|error| self.mentions_name(list, error, true))
    }

    /// `failure = error`, to be thrown later; `ctx.status = 500`.
    fn keeps(&self, assignment: Node<'_>, error: Option<&str>) -> bool {
        let (Some(left), Some(right)) = (self.part(assignment, Part::Left), self.part(assignment, Part::Right)) else {
            return false;
        };
        let property = self.part(left, Part::Property).map_or("", |name| self.slice(name));
        matches!(property, "status" | "statusCode") && has_error_status(self.slice(right))
            || error.is_some_and(|error| self.hands_on(right, Some(error), false))
    }

    /// Whether a name stands in there, as a whole or, where `parts` count, as the owner of a field.
    fn mentions_name(&self, node: Node<'_>, name: &str, parts: bool) -> bool {
        let mut found = false;
        self.visit_inside(node, &mut |inner| {
            let named = matches!(self.kind(inner), Kind::Identifier | Kind::ShorthandPropertyIdentifier);
            let part = inner.parent().is_some_and(|parent| self.kind(parent) == Kind::MemberExpression);
            found |= named && (parts || !part) && self.slice(inner) == name;
            !found
        });
        found
    }

    fn any_inside(&self, body: Node<'_>, fits: impl Fn(Kind) -> bool) -> bool {
        let mut found = false;
        self.visit_inside(body, &mut |node| {
            found |= fits(self.kind(node));
            !found
        });
        found
    }

    /// Visits the nodes of `body` without the functions in it, until `visit` says no.
    pub(super) fn visit_inside<'n>(&self, body: Node<'n>, visit: &mut dyn FnMut(Node<'n>) -> bool) {
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            let function =
                matches!(self.kind(node), Kind::ArrowFunction | Kind::FunctionExpression | Kind::FunctionDeclaration);
            if function && node.id() != body.id() {
                continue;
            }
            if !visit(node) {
                return;
            }
            let mut cursor = node.walk();
            open.extend(node.named_children(&mut cursor));
        }
    }

    fn passes_on(&self, call: Node<'_>) -> bool {
        let Some(function) = self.part(call, Part::Function) else { return false };
        let name = match self.kind(function) {
            Kind::Identifier => self.slice(function),
            Kind::MemberExpression => self.part(function, Part::Property).map_or("", |name| self.slice(name)),
            _ => return false,
        };
        if PASSES_ON.contains(&name) {
            // `done()` says that all is well.
            let given = self.part(call, Part::Arguments).is_some_and(|list| list.named_child_count() > 0);
            return given || !matches!(name, "next" | "done" | "callback" | "cb");
        }
        let answers = matches!(name, "status" | "sendStatus" | "code" | "writeHead" | "json");
        answers && self.part(call, Part::Arguments).is_some_and(|list| has_error_status(self.slice(list)))
    }
}

/// A status from 400 on stands in the arguments.
fn has_error_status(arguments: &str) -> bool {
    arguments
        .split(|character: char| !character.is_ascii_digit())
        .any(|number| number.len() == 3 && (number.starts_with('4') || number.starts_with('5')))
}
