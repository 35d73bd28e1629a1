//! Macro calls: those that make text, those that take expressions, and those that are not known.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use rollproof_source::TextRange;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

use super::Lowering;
use super::definition::own_name;
use super::expression::root_name;
use super::literal::{Argument, FormatPart};
use crate::ir::{CallStyle, ExprId, ExprKind, Part, WriteOp};

impl Lowering {
    pub(super) fn macro_call(&mut self, call: &syn::Macro, span: proc_macro2::Span) -> ExprId {
        let range = self.range(span);
        match self.nested(|this| this.macro_inside(call, range)) {
            Some(id) => id,
            None => self.builder.expr(ExprKind::Unknown("nested too deeply"), range),
        }
    }

    fn macro_inside(&mut self, call: &syn::Macro, range: TextRange) -> ExprId {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let chunks = split(call.tokens.clone());
        match name.as_str() {
            "format" | "format_args" | "formatcp" => self.format(&chunks, range),
            "write" | "writeln" | "write_str" | "writeln_str" => {
                self.write_macro(&chunks, range, name.starts_with("writeln"))
            }
            "concat" | "concatcp" | "concat_string" | "const_str" => {
                let parts = chunks.into_iter().map(|chunk| self.chunk(chunk)).collect();
                self.builder.expr(ExprKind::Concat(parts), range)
            }
            "indoc" | "formatdoc" | "unindent" => self.format_or_text(&name, &chunks, range),
            "vec" => {
                let items = chunks.into_iter().map(|chunk| self.chunk(chunk)).collect();
                self.builder.expr(ExprKind::Array(items), range)
            }
            "quote" | "quote_spanned" | "parse_quote" => {
                self.template_of_code(call.tokens.clone(), '#');
                self.builder.expr(ExprKind::Opaque, range)
            }
            // Messages for people.
            "println" | "print" | "eprintln" | "eprint" | "info" | "warn" | "error" | "debug" | "trace" | "panic"
            | "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "unreachable" | "todo" | "unimplemented"
            | "bail" | "anyhow" | "ensure" | "span" | "event" => {
                for chunk in chunks {
                    if !matches!(chunk.as_slice(), [TokenTree::Literal(_)]) {
                        self.chunk(chunk);
                    }
                }
                self.builder.expr(ExprKind::Nothing, range)
            }
            _ => self.plain_macro(call, chunks, range),
        }
    }

    fn plain_macro(&mut self, call: &syn::Macro, chunks: Vec<Vec<TokenTree>>, range: TextRange) -> ExprId {
        let path = self.range_of(&call.path);
        if let Some(own) = call.path.get_ident().map(own_name).filter(|name| self.macros.contains(name)) {
            let callee = self.builder.name(&own, path);
            let arguments = chunks.into_iter().map(|chunk| self.chunk(chunk)).collect();
            let fate = self.fate;
            return self.finish_call(callee, arguments, CallStyle::Plain, fate, None, range);
        }
        let names = call.path.segments.iter().map(|segment| self.builder.intern(&segment.ident.to_string())).collect();
        let callee = self.builder.expr(ExprKind::Path(names), path);
        let composed = self.composed(&chunks, range);
        let mut arguments: Vec<ExprId> = Vec::new();
        for (index, chunk) in chunks.into_iter().enumerate() {
            match &composed {
                Some((list, text)) if index == *list => arguments.push(*text),
                _ => arguments.push(self.chunk(chunk)),
            }
        }
        let fate = self.fate;
        self.finish_call(callee, arguments, CallStyle::Macro, fate, None, range)
    }

    /// One argument of a macro: an expression where it reads as one; else every text in it is kept.
    fn chunk(&mut self, chunk: Vec<TokenTree>) -> ExprId {
        let stream: TokenStream = chunk.iter().cloned().collect();
        let range = chunk
            .first()
            .zip(chunk.last())
            .map_or_else(TextRange::default, |(first, last)| self.range(first.span()).cover(self.range(last.span())));
        match syn::parse2::<syn::Expr>(strip_name(stream.clone())) {
            Ok(expr) => self.expression(&expr),
            Err(_) => {
                self.pieces_that_may_run(stream, range);
                self.builder.expr(ExprKind::Opaque, range)
            }
        }
    }

    /// What stands in code that a macro may run or not.
    pub(super) fn pieces_that_may_run(&mut self, tokens: TokenStream, range: TextRange) {
        let group = self.builder.group(false);
        let outer = self.builder.open_arm(group, range);
        self.pieces_of(tokens);
        self.builder.region = outer;
    }

    /// Every expression in tokens that are none as a whole, such as the arms of a macro of the project's own
    /// (`db_run! { conn: { … } }`).
    pub(super) fn pieces_of(&mut self, tokens: TokenStream) {
        let mut groups = Vec::new();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let ahead = input.fork();
                match ahead.parse::<syn::Expr>() {
                    Ok(expr) => {
                        input.advance_to(&ahead);
                        self.expression(&expr);
                    }
                    Err(_) => match input.parse::<TokenTree>()? {
                        TokenTree::Group(group) => groups.push(group.stream()),
                        TokenTree::Literal(literal) if is_string(&literal) => {
                            let range = self.range(literal.span());
                            self.text(range);
                        }
                        _ => {}
                    },
                }
            }
            Ok(())
        };
        // What is not read at all still has its texts.
        if read.parse2(tokens.clone()).is_err() {
            self.literals_in(tokens);
            return;
        }
        for group in groups {
            if self.nested(|this| this.pieces_of(group.clone())).is_none() {
                self.literals_in(group);
            }
        }
    }

    /// Every string in tokens that nobody can read, as a text of its own.
    pub(super) fn literals_in(&mut self, tokens: TokenStream) {
        let mut open = vec![tokens.into_iter()];
        while let Some(tokens) = open.last_mut() {
            match tokens.next() {
                None => drop(open.pop()),
                Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
                Some(TokenTree::Literal(literal)) if is_string(&literal) => {
                    let range = self.range(literal.span());
                    self.text(range);
                }
                Some(_) => {}
            }
        }
    }

    fn format_or_text(&mut self, name: &str, chunks: &[Vec<TokenTree>], range: TextRange) -> ExprId {
        // Their indentation is taken out: the text is not what stands there, but the same to the server.
        if name == "formatdoc" {
            return self.format(chunks, range);
        }
        match chunks.first() {
            Some(first) => self.chunk(first.clone()),
            None => self.builder.expr(ExprKind::Nothing, range),
        }
    }

    fn format(&mut self, chunks: &[Vec<TokenTree>], range: TextRange) -> ExprId {
        let Some([TokenTree::Literal(literal)]) = chunks.first().map(Vec::as_slice) else {
            return self.format_of_macro(chunks, range);
        };
        let text = self.range(literal.span());
        let mut positional: Vec<ExprId> = Vec::new();
        let mut named: Vec<(String, ExprId)> = Vec::new();
        for chunk in &chunks[1..] {
            let name = match chunk.as_slice() {
                [TokenTree::Ident(name), TokenTree::Punct(equals), _, ..] if equals.as_char() == '=' => {
                    Some(name.to_string())
                }
                _ => None,
            };
            let value = self.chunk(chunk.clone());
            match name {
                Some(name) => named.push((name, value)),
                None => positional.push(value),
            }
        }
        let mut next = 0;
        let mut parts = Vec::new();
        for part in self.format_parts(text) {
            match part {
                FormatPart::Text(chunk) => parts.push(Part::Text(chunk)),
                FormatPart::Argument(argument, at) => {
                    let hole = match argument {
                        Argument::Next => {
                            next += 1;
                            positional.get(next - 1).copied()
                        }
                        Argument::Index(index) => positional.get(index).copied(),
                        Argument::Name(name, place) => named
                            .iter()
                            .find(|(known, _)| *known == name)
                            .map(|(_, value)| *value)
                            .or_else(|| Some(self.builder.name(&name, place))),
                        Argument::Changed => {
                            next += 1;
                            Some(self.builder.expr(ExprKind::Unknown("formatted with a width or for debugging"), at))
                        }
                    };
                    parts.extend(hole.map(Part::Hole));
                }
            }
        }
        self.builder.expr(ExprKind::Template(parts), range)
    }

    /// `format!(include_str!("a.sql"), …)`: only its value tells which holes it has.
    fn format_of_macro(&mut self, chunks: &[Vec<TokenTree>], range: TextRange) -> ExprId {
        let arguments: Vec<ExprId> = chunks.iter().map(|chunk| self.chunk(chunk.clone())).collect();
        let is_named = |chunk: &Vec<TokenTree>| matches!(chunk.as_slice(), [TokenTree::Ident(_), TokenTree::Punct(equals), _, ..] if equals.as_char() == '=');
        if arguments.is_empty() || chunks.iter().any(is_named) {
            return self.builder.expr(ExprKind::Unknown("format string that is not known"), range);
        }
        let name = self.builder.intern("format");
        let callee = self.builder.expr(ExprKind::Path([name].into()), range);
        let fate = self.fate;
        self.finish_call(callee, arguments, CallStyle::Macro, fate, None, range)
    }

    /// `write!(sql, "…", …)`: text added to a variable.
    fn write_macro(&mut self, chunks: &[Vec<TokenTree>], range: TextRange, line: bool) -> ExprId {
        let Some((target, rest)) = chunks.split_first() else { return self.builder.expr(ExprKind::Nothing, range) };
        let mut text = self.format(rest, range);
        if line {
            let chunk = crate::ir::Chunk { range, derived: Some("\n".into()) };
            let end = self.builder.expr(ExprKind::Template(vec![Part::Text(chunk)]), range);
            text = self.builder.expr(ExprKind::Concat(vec![text, end]), range);
        }
        let target: TokenStream = target.iter().cloned().collect();
        if let Ok(target) = syn::parse2::<syn::Expr>(target)
            && let Some(name) = root_name(&target)
        {
            self.builder.write(&name, None, range.end, WriteOp::Append(text));
        }
        self.builder.expr(ExprKind::Nothing, range)
    }

    /// `[ "…", _, "…" ], match (x) { A => ("…"; args), … }`: a text for each arm, `_` filled in their order. Returns the
    /// argument that holds the parts, and the texts.
    fn composed(&mut self, chunks: &[Vec<TokenTree>], range: TextRange) -> Option<(usize, ExprId)> {
        let bracket = |chunk: &Vec<TokenTree>| match chunk.as_slice() {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => Some(group.clone()),
            _ => None,
        };
        let (index, parts) = chunks.iter().enumerate().find_map(|(index, chunk)| Some((index, bracket(chunk)?)))?;
        let arms = chunks
            .get(index + 1)
            .filter(|chunk| matches!(chunk.first(), Some(TokenTree::Ident(word)) if *word == "match"))?;
        let Some(TokenTree::Group(body)) = arms.last() else { return None };
        let parts = split(parts.stream());
        let mut variants = Vec::new();
        for arm in split(body.stream()) {
            let Some(TokenTree::Group(substitutions)) = arm.last() else { continue };
            let mut filled = substituted(substitutions).into_iter();
            let mut terms = Vec::new();
            for part in &parts {
                let literal = match part.as_slice() {
                    [TokenTree::Literal(literal)] => Some(literal.clone()),
                    [TokenTree::Ident(_)] => filled.next(),
                    _ => None,
                };
                let place = literal.map(|literal| self.range(literal.span()));
                terms.extend(place.map(|place| self.text(place)));
            }
            variants.push(self.builder.expr(ExprKind::Concat(terms), range));
        }
        (!variants.is_empty()).then(|| (index, self.builder.expr(ExprKind::Branch(variants), range)))
    }
}

/// The literals before the `;` of `("…", "…"; args)`.
fn substituted(group: &Group) -> Vec<Literal> {
    group
        .stream()
        .into_iter()
        .take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'))
        .filter_map(|token| match token {
            TokenTree::Literal(literal) => Some(literal),
            _ => None,
        })
        .collect()
}

/// Splits tokens at their commas.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut chunks = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => chunks.push(Vec::new()),
            _ => {
                if let Some(last) = chunks.last_mut() {
                    last.push(token);
                }
            }
        }
    }
    if chunks.last().is_some_and(Vec::is_empty) {
        chunks.pop();
    }
    chunks
}

/// `name = value` without the name.
fn strip_name(tokens: TokenStream) -> TokenStream {
    let mut rest = tokens.clone().into_iter();
    match (rest.next(), rest.next()) {
        (Some(TokenTree::Ident(_)), Some(TokenTree::Punct(equals)))
            if equals.as_char() == '=' && equals.spacing() == proc_macro2::Spacing::Alone =>
        {
            rest.collect()
        }
        _ => tokens,
    }
}

fn is_string(literal: &Literal) -> bool {
    let text = literal.to_string();
    text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#")
}
