//! Window functions (`transformWindowFuncCall`).

use rollproof_catalog::FunctionKind;
use rollproof_source::TextRange;
use rollproof_sql::ast::{FunctionCall, Over};

use super::call::aggregate_never_null;
use crate::analyze::clause::WindowInfo;
use crate::analyze::{Analyzer, DYNAMIC, Expression, Node, Tag, Tree, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types::{Callee, ResolvedFunction};

impl<'a> Analyzer<'a> {
    /// A call with OVER.
    pub(crate) fn window_call(
        &mut self,
        call: &'a FunctionCall,
        resolved: ResolvedFunction,
        trees: Vec<Tree>,
        span: TextRange,
    ) -> Result<Expression> {
        let Callee::Function(oid) = resolved.callee else {
            return Ok(Expression::new(resolved.result, Node::new(Tag::Construct("call"), trees, span)));
        };
        let holder = Node::new(Tag::Construct("arguments"), trees.clone(), span);
        self.refuse_nested_windows(&holder)?;
        if let Some(set) = holder.find_outside_queries(&mut |node| matches!(node.tag, Tag::SetReturning(_))) {
            return Err(unsupported("window function calls cannot contain set-returning function calls", set.span));
        }
        if let Some(message) = self.level().kind.refuses_window() {
            return Err(Error::fail("42P20", message, span, ErrorKind::Grouping));
        }
        let window = self.window_of(call)?;
        self.level().has_windows = true;
        let mut typed = resolved.result;
        let name = self.schema().function(oid).map(|function| function.name.clone()).unwrap_or_default();
        typed.nullable = match resolved.kind {
            FunctionKind::Window => {
                !matches!(&*name, "row_number" | "rank" | "dense_rank" | "percent_rank" | "cume_dist")
            }
            _ => !aggregate_never_null(&name, resolved.aggregate),
        };
        Ok(Expression::new(typed, Node::new(Tag::Window(oid, window), trees, span)))
    }

    /// No window function stands in the arguments of another.
    pub(crate) fn refuse_nested_windows(&mut self, arguments: &Tree) -> Result<()> {
        if self.level().has_windows
            && let Some(inner) = arguments.find_outside_queries(&mut |node| matches!(node.tag, Tag::Window(..)))
        {
            let message = "window function calls cannot be nested";
            return Err(Error::fail("42P20", message, inner.span, ErrorKind::Grouping));
        }
        Ok(())
    }

    /// The window of OVER: one that WINDOW names, or a new one.
    fn window_of(&mut self, call: &'a FunctionCall) -> Result<usize> {
        match call.over.as_deref() {
            Some(Over::Name(name)) => {
                let found = self.level().windows.iter().position(|window| window.name == Some(&name.text));
                found.ok_or_else(|| {
                    if self.level().open_clauses || self.level().open_windows {
                        return Failure::unknown(DYNAMIC, name.span);
                    }
                    let message = format!("window \"{}\" does not exist", name.text);
                    Error::fail("42704", message, name.span, ErrorKind::MissingObject(name.text.clone()))
                })
            }
            Some(Over::Window(definition)) => {
                let level = self.level();
                level.windows.push(WindowInfo { name: None, definition });
                Ok(level.windows.len() - 1)
            }
            None => Ok(0),
        }
    }
}
