//! What becomes of an error: handlers that swallow it, promises that nobody waits for.

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::Fate;

/// Calls that pass an error on, by the last part of their name.
const PASSES_ON: &[&str] = &["reject", "next", "done", "callback", "cb", "exit", "abort", "rethrow", "fail", "destroy"];

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
                self.part(handler, Part::Body).is_some_and(|body| self.swallows(body))
            }
            Kind::Identifier => !PASSES_ON.contains(&self.slice(handler)),
            Kind::MemberExpression => {
                let name = self.part(handler, Part::Property).map_or("", |name| self.slice(name));
                !PASSES_ON.contains(&name)
            }
            _ => true,
        }
    }

    /// Whether nothing in `body` throws, passes the error on or answers with an error status. Functions defined in it
    /// run later and do not count.
    pub(super) fn swallows(&self, body: Node<'_>) -> bool {
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            match self.kind(node) {
                Kind::ThrowStatement => return false,
                Kind::CallExpression if self.passes_on(node) => return false,
                Kind::ArrowFunction | Kind::FunctionExpression | Kind::FunctionDeclaration
                    if node.id() != body.id() =>
                {
                    continue;
                }
                _ => {}
            }
            let mut cursor = node.walk();
            open.extend(node.named_children(&mut cursor));
        }
        true
    }

    fn passes_on(&self, call: Node<'_>) -> bool {
        let Some(function) = self.part(call, Part::Function) else { return false };
        let name = match self.kind(function) {
            Kind::Identifier => self.slice(function),
            Kind::MemberExpression => self.part(function, Part::Property).map_or("", |name| self.slice(name)),
            _ => return false,
        };
        if PASSES_ON.contains(&name) {
            return true;
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
