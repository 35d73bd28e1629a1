//! What patterns bind.

use syn::Pat;

use super::Lowering;
use crate::ir::{BindingKind, ExprId, Step};

impl Lowering {
    pub(super) fn pattern(
        &mut self,
        pattern: &Pat,
        kind: &BindingKind,
        init: Option<ExprId>,
        type_expr: Option<ExprId>,
    ) {
        self.pattern_at(pattern, kind, init, type_expr, &mut Vec::new());
    }

    fn pattern_at(
        &mut self,
        pattern: &Pat,
        kind: &BindingKind,
        init: Option<ExprId>,
        type_expr: Option<ExprId>,
        path: &mut Vec<Step>,
    ) {
        match pattern {
            Pat::Ident(name) => {
                let id = self.builder.bind(&name.ident.to_string(), kind.clone());
                let binding = self.builder.binding_mut(id);
                binding.init = init;
                binding.path.clone_from(path);
                binding.type_expr = type_expr.filter(|_| path.is_empty());
            }
            Pat::Type(typed) => self.pattern_at(&typed.pat, kind, init, type_expr, path),
            Pat::Reference(inner) => self.pattern_at(&inner.pat, kind, init, type_expr, path),
            Pat::Paren(inner) => self.pattern_at(&inner.pat, kind, init, type_expr, path),
            Pat::Tuple(tuple) => {
                for (index, item) in tuple.elems.iter().enumerate() {
                    path.push(Step::Item(index as u32));
                    self.pattern_at(item, kind, init, None, path);
                    path.pop();
                }
            }
            Pat::Struct(pattern) => {
                for field in &pattern.fields {
                    let name = match &field.member {
                        syn::Member::Named(name) => name.to_string(),
                        syn::Member::Unnamed(index) => index.index.to_string(),
                    };
                    path.push(Step::Field(self.builder.intern(&name)));
                    self.pattern_at(&field.pat, kind, init, None, path);
                    path.pop();
                }
            }
            // `Some(x)`: the value itself, as `unwrap` gives it.
            Pat::TupleStruct(pattern) => {
                for item in &pattern.elems {
                    self.pattern_at(item, kind, init, None, path);
                }
            }
            _ => {}
        }
    }
}
