//! Macros of the project: `macro_rules!`, and `quote!`, which writes code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use rollproof_source::TextRange;
use syn::spanned::Spanned;

use super::Lowering;
use crate::ir::{BindingKind, Export, ExprKind, FunctionId};

/// What a macro of the file is bound to: no function has such a name.
pub(super) fn own_name(name: &syn::Ident) -> String {
    format!("{name}!")
}

impl Lowering {
    /// A macro with one form and a fixed number of arguments is a function of theirs; of another, each body is read once
    /// for all of its uses.
    pub(super) fn macro_rules(&mut self, item: &syn::ItemMacro) {
        let arms = arms(item.mac.tokens.clone());
        if let (Some(name), [(pattern, body)]) = (&item.ident, arms.as_slice())
            && let Some(params) = simple_params(pattern.stream())
        {
            let name = own_name(name);
            let id = self.macro_function(&name, &params, body, item.span());
            let binding = self.builder.bind(&name, BindingKind::Function(id));
            // Other files may use it as well.
            self.export(&name, Export::Binding(binding));
            self.macros.insert(name);
            return;
        }
        for (_, body) in arms {
            self.template_of_code(body.stream(), '$');
        }
    }

    fn macro_function(
        &mut self,
        name: &str,
        params: &[proc_macro2::Ident],
        body: &Group,
        span: proc_macro2::Span,
    ) -> FunctionId {
        let range = self.range(span);
        let name = self.builder.intern(name);
        let mut code = Group::new(Delimiter::Brace, unmarked(body.stream(), '$', 0));
        code.set_span(body.span());
        self.in_function(Some(name), None, range, |this, id| {
            for param in params {
                let kind = this.param(id, this.range(param.span()));
                this.builder.bind(&param.to_string(), kind);
            }
            let block = syn::parse2::<syn::Block>(TokenTree::Group(code.clone()).into());
            Some(block.map(|block| this.block(&block)).unwrap_or_else(|_| {
                this.pieces_of(code.stream());
                this.builder.expr(ExprKind::Opaque, range)
            }))
        })
    }

    /// Code that is written where a macro is used: its variables, marked with `mark`, are names of which nothing is known.
    pub(super) fn template_of_code(&mut self, tokens: TokenStream, mark: char) {
        let range = tokens.clone().into_iter().next().map_or_else(TextRange::default, |first| self.range(first.span()));
        let scope = self.builder.open_scope();
        self.pieces_that_may_run(unmarked(tokens, mark, 0), range);
        self.builder.scope = scope;
    }
}

/// The patterns and bodies of `macro_rules!`.
fn arms(tokens: TokenStream) -> Vec<(Group, Group)> {
    let mut arms = Vec::new();
    let mut pattern = None;
    for token in tokens {
        if let TokenTree::Group(group) = token {
            match pattern.take() {
                None => pattern = Some(group),
                Some(pattern) => arms.push((pattern, group)),
            }
        }
    }
    arms
}

/// The names of `$a:expr, $b:ident`; none where the pattern says more than that.
fn simple_params(pattern: TokenStream) -> Option<Vec<proc_macro2::Ident>> {
    let mut params = Vec::new();
    let mut tokens = pattern.into_iter();
    let is = |token: Option<TokenTree>, mark: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    while let Some(token) = tokens.next() {
        let Some(TokenTree::Ident(name)) = is(Some(token), '$').then(|| tokens.next())? else { return None };
        let typed = is(tokens.next(), ':') && matches!(tokens.next(), Some(TokenTree::Ident(_)));
        if !typed {
            return None;
        }
        params.push(name);
        match tokens.next() {
            None => break,
            comma if is(comma.clone(), ',') => {}
            _ => return None,
        }
    }
    Some(params)
}

/// How deep brackets may nest in the body of a macro.
const MAX_TEMPLATE: usize = 64;

/// Tokens without the marks of a macro's variables: `$text` as `text`, `$($column),*` as `column`.
fn unmarked(tokens: TokenStream, mark: char, depth: usize) -> TokenStream {
    let mut made = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == mark => match tokens.peek() {
                Some(TokenTree::Ident(_)) => {}
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                    made.extend(unmarked(group.stream(), mark, depth + 1));
                    tokens.next();
                    // What separates the turns, and how many there are.
                    while tokens.next_if(|token| matches!(token, TokenTree::Punct(_))).is_some() {}
                }
                _ => made.extend([TokenTree::Punct(punct)]),
            },
            TokenTree::Group(group) if depth < MAX_TEMPLATE => {
                let mut inner = Group::new(group.delimiter(), unmarked(group.stream(), mark, depth + 1));
                inner.set_span(group.span());
                made.extend([TokenTree::Group(inner)]);
            }
            other => made.extend([other]),
        }
    }
    made
}
