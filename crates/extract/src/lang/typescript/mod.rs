//! TypeScript and JavaScript: which syntax is which fact.

mod class;
mod component;
mod counted;
pub(crate) mod declared;
mod expression;
mod failure;
mod jump;
mod kind;
mod literal;
mod module;
mod operator;
mod pattern;
mod prefix;
mod statement;
mod typed_tag;
mod types;
mod write;

use std::cell::RefCell;
use std::sync::Arc;

use rollproof_source::{FileId, Problem, TextRange};
use tree_sitter::{Node, Parser, Tree};

use super::builder::{Builder, ScopeId};
use crate::ir::{Facts, Fate, FunctionId};
use kind::{Grammar, Kind, Part};

/// How deep expressions and statements may nest before their inside is given up: the walk is recursive.
const MAX_DEPTH: u32 = 300;

/// A file whose longest line is longer than this is minified: nobody wrote it, and it holds no project's queries.
pub(crate) const MAX_LINE: usize = 20_000;

pub(crate) use component::script_of;

pub(super) struct Lowering<'t> {
    pub(super) builder: Builder,
    text: &'t str,
    grammar: &'static Grammar,
    /// Where `var` is bound.
    function_scope: ScopeId,
    function: Option<FunctionId>,
    /// What the innermost handler of this function does with errors.
    handler: Option<Fate>,
    /// What becomes of an error that leaves this function.
    leaving: Fate,
    /// What becomes of an error that leaves the function that is lowered next.
    next_leaving: Option<Fate>,
    /// What the next function is called for each item of.
    next_over: Option<crate::ir::ExprId>,
    /// The statements of this function around what is lowered that a jump may lead out of, from the outside in.
    targets: Vec<jump::Target<'t>>,
    /// The chain around what is lowered, where operators in front of it are not its first part's.
    bare: Option<prefix::Bare>,
    /// The label of the statement that is lowered next.
    label: Option<&'t str>,
}

/// Parses one file to facts.
pub(crate) fn facts(file: FileId, path: &Arc<str>, text: &Arc<str>) -> Facts {
    let mut builder = Builder::new(file, path.clone(), text.clone());
    let script = typed_tag::without_types(script_of(path, text));
    if script.lines().any(|line| line.trim_end().len() > MAX_LINE) {
        builder
            .facts
            .problems
            .push(Problem::of_file(path.as_ref(), "minified or generated: a line is too long to be source; not read"));
        return builder.finish();
    }
    let grammar = Grammar::of(path, text);
    let Some(tree) = parse(grammar, &script) else {
        builder.facts.problems.push(Problem::of_file(path.as_ref(), "could not be parsed; not read"));
        return builder.finish();
    };
    let root = tree.root_node();
    let function_scope = builder.scope;
    let mut lowering = Lowering {
        builder,
        text,
        grammar,
        function_scope,
        function: None,
        handler: None,
        leaving: Fate::Heard,
        next_leaving: None,
        next_over: None,
        targets: Vec::new(),
        bare: None,
        label: None,
    };
    lowering.statements(root);
    if root.has_error() {
        lowering.note_syntax_error(root);
    }
    lowering.builder.finish()
}

fn parse(grammar: &Grammar, text: &str) -> Option<Tree> {
    thread_local! {
        /// A parser keeps what it allocates for the next file.
        static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
    }
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&grammar.language).ok()?;
        parser.reset();
        parser.parse(text, None)
    })
}

pub(super) fn range_of(node: Node<'_>) -> TextRange {
    TextRange::new(node.start_byte() as u32, node.end_byte() as u32)
}

impl<'t> Lowering<'t> {
    pub(super) fn slice(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn kind(&self, node: Node<'_>) -> Kind {
        self.grammar.kind(node.kind_id())
    }

    /// The child that is this part of a node.
    fn part<'n>(&self, node: Node<'n>, part: Part) -> Option<Node<'n>> {
        node.child_by_field_id(self.grammar.field(part))
    }

    /// The named children that are not comments.
    pub(super) fn children<'n>(&self, node: Node<'n>) -> Vec<Node<'n>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).filter(|child| self.kind(*child) != Kind::Comment).collect()
    }

    /// Reports the first syntax error that may hide SQL. What the parser recovered is read all the same; the grammar does
    /// not know every new syntax, and most of what it stumbles over holds none.
    fn note_syntax_error(&mut self, root: Node<'_>) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if node.is_error() && crate::looks::mentions_sql(self.slice(node)) {
                let line = node.start_position().row as u32 + 1;
                let path = self.builder.facts.path.to_string();
                let message = "has a syntax error near SQL; what stands there may be read wrong";
                self.builder.facts.problems.push(Problem::at_line(path, line, message));
                return;
            }
            let mut cursor = node.walk();
            open.extend(node.children(&mut cursor).filter(|child| child.has_error()));
        }
    }

    /// Says once that a part of the file that may hold SQL was not read.
    fn note_depth(&mut self, node: Node<'_>) {
        if !crate::looks::mentions_sql(self.slice(node)) {
            return;
        }
        let message = "is nested too deeply; what stands innermost is not read";
        let path = self.builder.facts.path.to_string();
        let problems = &mut self.builder.facts.problems;
        if !problems.iter().any(|problem| problem.message == message) {
            problems.push(Problem::of_file(path, message));
        }
    }

    /// Runs `inside` unless the nesting is too deep.
    pub(super) fn nested<R>(&mut self, inside: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.builder.depth >= MAX_DEPTH {
            return None;
        }
        self.builder.depth += 1;
        let result = inside(self);
        self.builder.depth -= 1;
        Some(result)
    }
}
