//! Rust: which syntax is which fact.

mod crates;
mod definition;
mod display;
mod expression;
mod features;
mod item;
mod literal;
mod macros;
mod pattern;
mod statement;

use std::collections::BTreeSet;
use std::sync::Arc;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use rollproof_source::{FileId, Problem, TextRange};

use super::builder::Builder;
use crate::ir::{Facts, Fate, FunctionId};

pub(crate) use crates::Crates;

/// How deep brackets may nest: the parser is recursive.
const MAX_NESTING: usize = 200;

/// How many tokens may stand in a row without a separator: chains of operators make trees as deep as they are long.
const MAX_CHAIN: usize = 12_000;

/// How deep expressions may nest before their inside is given up.
const MAX_DEPTH: u32 = 300;

pub(super) struct Lowering {
    pub(super) builder: Builder,
    /// Where the parsed text starts in the file (after a byte order mark).
    base: u32,
    function: Option<FunctionId>,
    /// Names of the inline modules around.
    modules: Vec<String>,
    /// The type whose `impl` is being read.
    type_name: Option<String>,
    fate: Fate,
    include_tests: bool,
    /// The macros of the file that are read as functions.
    macros: BTreeSet<String>,
}

/// Parses one file to facts.
pub(crate) fn facts(file: FileId, path: &Arc<str>, text: &Arc<str>, include_tests: bool) -> Facts {
    let mut builder = Builder::new(file, path.clone(), text.clone());
    let source = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = (text.len() - source.len()) as u32;
    let parsed = parse(source);
    let lowered = match parsed {
        Ok(parsed) => {
            let mut lowering = Lowering {
                builder,
                base,
                function: None,
                modules: Vec::new(),
                type_name: None,
                fate: Fate::Heard,
                include_tests,
                macros: BTreeSet::new(),
            };
            lowering.items(&parsed.items);
            lowering.builder.finish()
        }
        Err((line, message)) => {
            builder.facts.problems.push(Problem::at_line(path.as_ref(), line, format!("{message}; not read")));
            builder.finish()
        }
    };
    // The spans' table of this thread would grow with every file.
    proc_macro2::extra::invalidate_current_thread_spans();
    lowered
}

fn parse(source: &str) -> Result<syn::File, (u32, String)> {
    let shebang = source.starts_with("#!") && !source.starts_with("#![");
    let blanked;
    let source = if shebang {
        let end = source.find('\n').unwrap_or(source.len());
        blanked = format!("{}{}", " ".repeat(end), &source[end..]);
        blanked.as_str()
    } else {
        source
    };
    let tokens: TokenStream =
        source.parse().map_err(|error: proc_macro2::LexError| (line_of(error.span()), error.to_string()))?;
    if let Some(line) = too_deep(&tokens) {
        return Err((line, "nests too deeply".to_owned()));
    }
    syn::parse2(tokens).map_err(|error| (line_of(error.span()), format!("could not be parsed: {error}")))
}

fn line_of(span: Span) -> u32 {
    span.start().line as u32
}

/// The line where brackets nest too deep or a chain of tokens is too long; walked without recursion.
fn too_deep(tokens: &TokenStream) -> Option<u32> {
    let mut open = vec![(tokens.clone().into_iter(), 0_usize)];
    while let Some((tokens, chain)) = open.last_mut() {
        let Some(token) = tokens.next() else {
            open.pop();
            continue;
        };
        *chain += 1;
        match &token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => *chain = 0,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => *chain = 0,
            _ => {}
        }
        if *chain > MAX_CHAIN {
            return Some(line_of(token.span()));
        }
        if let TokenTree::Group(group) = token {
            if open.len() > MAX_NESTING {
                return Some(line_of(group.span()));
            }
            open.push((group.stream().into_iter(), 0));
        }
    }
    None
}

impl Lowering {
    pub(super) fn range(&self, span: Span) -> TextRange {
        let range = span.byte_range();
        TextRange::new(range.start as u32 + self.base, range.end as u32 + self.base)
    }

    /// The range of everything that `node` consists of.
    pub(super) fn range_of(&self, node: &impl syn::spanned::Spanned) -> TextRange {
        self.range(node.span())
    }

    pub(super) fn slice(&self, range: TextRange) -> String {
        range.slice(&self.builder.facts.text).to_owned()
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
