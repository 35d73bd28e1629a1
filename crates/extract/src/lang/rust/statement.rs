//! Blocks and statements.

use syn::spanned::Spanned;
use syn::{Block, Expr, Stmt};

use super::Lowering;
use crate::ir::{BindingKind, ExprId, ExprKind, Fate};

impl Lowering {
    /// A block's value: its last expression.
    pub(super) fn block(&mut self, block: &Block) -> ExprId {
        let scope = self.builder.open_scope();
        let range = self.range_of(block);
        for statement in &block.stmts {
            if let Stmt::Item(item) = statement {
                self.item(item);
            }
        }
        let mut value = None;
        for statement in &block.stmts {
            value = self.statement(statement);
        }
        self.builder.scope = scope;
        value.unwrap_or_else(|| self.builder.expr(ExprKind::Nothing, range))
    }

    fn statement(&mut self, statement: &Stmt) -> Option<ExprId> {
        match statement {
            Stmt::Item(_) => None,
            Stmt::Local(local) => {
                self.local(local);
                None
            }
            Stmt::Expr(expr, semicolon) => {
                let ends = semicolon.is_some();
                let outer = self.fate;
                if ends
                    && let Expr::MethodCall(call) = expr
                    && call.method == "ok"
                    && call.args.is_empty()
                {
                    self.fate = Fate::Swallowed(self.range_of(&call.method));
                }
                let value = self.expression(expr);
                self.fate = outer;
                (!ends).then_some(value)
            }
            Stmt::Macro(call) => {
                let value = self.macro_call(&call.mac, call.span());
                call.semi_token.is_none().then_some(value)
            }
        }
    }

    fn local(&mut self, local: &syn::Local) {
        let outer = self.fate;
        if matches!(local.pat, syn::Pat::Wild(_)) {
            self.fate = Fate::Swallowed(self.range_of(&local.pat));
        }
        let mut init = local.init.as_ref().map(|init| self.expression(&init.expr));
        self.fate = outer;
        if let Some((_, diverge)) = local.init.as_ref().and_then(|init| init.diverge.as_ref()) {
            self.expression(diverge);
        }
        // Each `let` hides the names before it from here on.
        self.builder.open_scope();
        let type_expr = None;
        self.pattern(&local.pat, &BindingKind::Variable, init.take(), type_expr);
    }
}
