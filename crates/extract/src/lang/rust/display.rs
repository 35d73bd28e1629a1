//! `impl Display`: what `fmt` writes, as the text that `to_string` and `format!` make of a value.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Block, Expr, Pat, Stmt};

use super::Lowering;

impl Lowering {
    /// The method `to_string` that an `impl Display` gives, where each way through `fmt` writes once, at its end.
    pub(super) fn display(&self, item: &syn::ItemImpl, method: &syn::ImplItemFn) -> Option<syn::ImplItemFn> {
        let (_, path, _) = item.trait_.as_ref()?;
        if path.segments.last()?.ident != "Display" || method.sig.ident != "fmt" {
            return None;
        }
        let Some(syn::FnArg::Typed(formatter)) = method.sig.inputs.iter().nth(1) else { return None };
        let Pat::Ident(formatter) = formatter.pat.as_ref() else { return None };
        let formatter = formatter.ident.to_string();
        let mut made = method.clone();
        made.sig.ident = syn::Ident::new("to_string", method.sig.ident.span());
        made.sig.inputs = method.sig.inputs.iter().take(1).cloned().collect();
        made.block = self.block_text(&method.block, &formatter)?;
        Some(made)
    }

    fn block_text(&self, block: &Block, formatter: &str) -> Option<Block> {
        let (last, before) = block.stmts.split_last()?;
        if before.iter().any(|statement| self.mentions(statement, formatter)) {
            return None;
        }
        let value = match last {
            Stmt::Expr(value, None) => self.text_of(value, formatter)?,
            Stmt::Macro(call) if call.semi_token.is_none() => Expr::Macro(written(&call.mac, formatter)?),
            _ => return None,
        };
        let mut made = block.clone();
        if let Some(last) = made.stmts.last_mut() {
            *last = Stmt::Expr(value, None);
        }
        Some(made)
    }

    /// The text that `value`, the end of a way through `fmt`, writes.
    fn text_of(&self, value: &Expr, formatter: &str) -> Option<Expr> {
        let is_formatter = |argument: &Expr| matches!(argument, Expr::Path(path) if path.path.is_ident(formatter));
        match value {
            Expr::Macro(call) => Some(Expr::Macro(written(&call.mac, formatter)?)),
            Expr::MethodCall(call) if is_formatter(&call.receiver) => {
                (call.method == "write_str" || call.method == "pad").then(|| call.args.first().cloned())?
            }
            // `self.name().fmt(f)`
            Expr::MethodCall(call) if call.method == "fmt" => {
                call.args.first().is_some_and(is_formatter).then(|| (*call.receiver).clone())
            }
            // `fmt::Display::fmt(&self.0, f)`
            Expr::Call(call) if call.args.iter().nth(1).is_some_and(is_formatter) => call.args.first().cloned(),
            Expr::Paren(inner) => self.text_of(&inner.expr, formatter),
            Expr::Block(inner) => {
                let mut made = inner.clone();
                made.block = self.block_text(&inner.block, formatter)?;
                Some(Expr::Block(made))
            }
            Expr::If(branch) => {
                let mut made = branch.clone();
                made.then_branch = self.block_text(&branch.then_branch, formatter)?;
                let (_, other) = made.else_branch.as_mut()?;
                **other = self.text_of(other, formatter)?;
                Some(Expr::If(made))
            }
            Expr::Match(choice) => {
                let mut made = choice.clone();
                for arm in &mut made.arms {
                    *arm.body = self.text_of(&arm.body, formatter)?;
                }
                Some(Expr::Match(made))
            }
            _ => None,
        }
    }

    fn mentions(&self, statement: &Stmt, formatter: &str) -> bool {
        let text = self.slice(self.range_of(statement));
        text.split(|character: char| !character.is_alphanumeric() && character != '_').any(|word| word == formatter)
    }
}

/// `write!(f, "…", …)` as `format!("…", …)`.
fn written(call: &syn::Macro, formatter: &str) -> Option<syn::ExprMacro> {
    let name = call.path.segments.last()?;
    let mut tokens = call.tokens.clone().into_iter();
    let target = matches!(tokens.next()?, TokenTree::Ident(target) if target == formatter);
    let comma = matches!(tokens.next()?, TokenTree::Punct(comma) if comma.as_char() == ',');
    if name.ident != "write" || !target || !comma {
        return None;
    }
    let mac = syn::Macro {
        path: syn::Ident::new("format", name.ident.span()).into(),
        bang_token: call.bang_token,
        delimiter: call.delimiter.clone(),
        tokens: tokens.collect::<TokenStream>(),
    };
    Some(syn::ExprMacro { attrs: Vec::new(), mac })
}
