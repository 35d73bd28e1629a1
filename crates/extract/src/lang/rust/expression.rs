//! Expressions.

use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit};

use super::Lowering;
use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Fate, Field, RegionKind, WriteOp};

impl Lowering {
    pub(super) fn expression(&mut self, expr: &Expr) -> ExprId {
        match self.nested(|this| this.lower(expr)) {
            Some(id) => id,
            None => {
                let range = self.range_of(expr);
                self.builder.expr(ExprKind::Unknown("nested too deeply"), range)
            }
        }
    }

    fn lower(&mut self, expr: &Expr) -> ExprId {
        let range = self.range_of(expr);
        match expr {
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path(&path.path),
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Macro(call) => self.macro_call(&call.mac, call.span()),
            Expr::Field(field) => self.field(field),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Reference(inner) => self.expression(&inner.expr),
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Group(inner) => self.expression(&inner.expr),
            Expr::Unary(inner) => match inner.op {
                syn::UnOp::Deref(_) => self.expression(&inner.expr),
                _ => self.walk(&[&inner.expr], ExprKind::Number(None), range),
            },
            Expr::Await(inner) => self.expression(&inner.base),
            Expr::Try(inner) => self.heard(&inner.expr),
            Expr::Cast(inner) => self.expression(&inner.expr),
            Expr::Block(block) => self.block(&block.block),
            Expr::Async(block) => self.block(&block.block),
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::Const(block) => self.block(&block.block),
            Expr::If(branch) => self.if_expression(branch),
            Expr::Match(branch) => self.match_expression(branch),
            Expr::Array(array) => self.list(array.elems.iter(), range),
            Expr::Tuple(tuple) => self.list(tuple.elems.iter(), range),
            Expr::Repeat(repeat) => self.list(std::iter::once(repeat.expr.as_ref()), range),
            Expr::Struct(literal) => self.structure(literal),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Assign(assign) => self.assign(assign),
            Expr::Return(jump) => {
                let value = jump.expr.as_ref().map(|value| self.expression(value));
                if let (Some(value), Some(function)) = (value, self.function) {
                    let region = self.builder.region;
                    self.builder.function_mut(function).returns.push((value, region));
                }
                self.builder.exits();
                self.builder.expr(ExprKind::Nothing, range)
            }
            Expr::Break(jump) => {
                let values: Vec<&Expr> = jump.expr.as_deref().into_iter().collect();
                self.builder.exits();
                self.walk(&values, ExprKind::Nothing, range)
            }
            Expr::Continue(_) => {
                self.builder.exits();
                self.builder.expr(ExprKind::Nothing, range)
            }
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => self.loop_expression(expr),
            Expr::Index(index) => {
                let object = self.expression(&index.expr);
                let index = self.expression(&index.index);
                self.builder.expr(ExprKind::Index { object, index }, range)
            }
            Expr::Let(condition) => {
                let init = Some(self.expression(&condition.expr));
                self.pattern(&condition.pat, &BindingKind::Variable, init, None);
                self.builder.expr(ExprKind::Opaque, range)
            }
            Expr::Range(bounds) => {
                let parts: Vec<&Expr> = [&bounds.start, &bounds.end].into_iter().flatten().map(AsRef::as_ref).collect();
                self.walk(&parts, ExprKind::Opaque, range)
            }
            _ => self.builder.expr(ExprKind::Opaque, range),
        }
    }

    fn walk(&mut self, parts: &[&Expr], kind: ExprKind, range: rollproof_source::TextRange) -> ExprId {
        for part in parts {
            self.expression(part);
        }
        self.builder.expr(kind, range)
    }

    /// An error that `?` hands to the caller.
    fn heard(&mut self, expr: &Expr) -> ExprId {
        let outer = std::mem::replace(&mut self.fate, Fate::Heard);
        let value = self.expression(expr);
        self.fate = outer;
        value
    }

    pub(super) fn literal(&mut self, literal: &Lit) -> ExprId {
        let range = self.range_of(literal);
        match literal {
            Lit::Str(_) => self.text(range),
            Lit::Int(number) => self.builder.expr(ExprKind::Number(Some(number.base10_digits().into())), range),
            Lit::Float(number) => self.builder.expr(ExprKind::Number(Some(number.base10_digits().into())), range),
            Lit::Char(character) => {
                let chunk = crate::ir::Chunk { range, derived: Some(character.value().to_string().into()) };
                self.builder.expr(ExprKind::Template(vec![crate::ir::Part::Text(chunk)]), range)
            }
            _ => self.builder.expr(ExprKind::Opaque, range),
        }
    }

    pub(super) fn path(&mut self, path: &syn::Path) -> ExprId {
        let range = self.range_of(path);
        let mut names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.first().is_some_and(|first| first == "Self")
            && let Some(owner) = &self.type_name
        {
            names[0].clone_from(owner);
        }
        match names.as_slice() {
            [one] if one == "self" => self.builder.expr(ExprKind::This, range),
            [one] if one == "None" => self.builder.expr(ExprKind::Nothing, range),
            [one] => self.builder.name(&one.clone(), range),
            _ => {
                let names = names.iter().map(|name| self.builder.intern(name)).collect();
                self.builder.expr(ExprKind::Path(names), range)
            }
        }
    }

    fn call(&mut self, call: &syn::ExprCall) -> ExprId {
        let fate = self.fate;
        let callee = self.expression(&call.func);
        let arguments: Vec<ExprId> = call.args.iter().map(|argument| self.expression(argument)).collect();
        let range = self.range_of(call);
        let type_argument = match call.func.as_ref() {
            Expr::Path(path) => path.path.segments.last().and_then(last_type),
            _ => None,
        };
        self.finish_call(callee, arguments, CallStyle::Plain, fate, type_argument, range)
    }

    pub(super) fn finish_call(
        &mut self,
        callee: ExprId,
        arguments: Vec<ExprId>,
        style: CallStyle,
        fate: Fate,
        type_argument: Option<String>,
        range: rollproof_source::TextRange,
    ) -> ExprId {
        let type_argument = type_argument.map(|name| self.builder.intern(&name));
        let call = Call {
            callee,
            arguments,
            spread: false,
            style,
            region: self.builder.region,
            fate,
            awaited: false,
            type_argument,
        };
        self.builder.expr(ExprKind::Call(Box::new(call)), range)
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall) -> ExprId {
        let fate = self.fate;
        let object = self.expression(&call.receiver);
        let arguments: Vec<ExprId> = call.args.iter().map(|argument| self.expression(argument)).collect();
        let range = self.range_of(call);
        let method = call.method.to_string();
        self.write_by_method(&call.receiver, &method, &arguments, call, range);
        let property = self.builder.intern(&method);
        let member = self.builder.expr(ExprKind::Member { object, property }, range);
        self.finish_call(member, arguments, CallStyle::Plain, fate, None, range)
    }

    fn write_by_method(
        &mut self,
        receiver: &Expr,
        method: &str,
        arguments: &[ExprId],
        call: &syn::ExprMethodCall,
        range: rollproof_source::TextRange,
    ) {
        let first = arguments.first().copied();
        let op = match (method, first) {
            ("push_str", Some(first)) => WriteOp::Append(first),
            ("push", Some(first)) if matches!(call.args.first(), Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Char(_))) => {
                WriteOp::Append(first)
            }
            ("push" | "push_unseparated", Some(first)) => WriteOp::Push(vec![first]),
            ("push_bind", Some(_)) => {
                let place = self.range_of(&call.args[0]);
                WriteOp::Append(self.builder.expr(ExprKind::Placeholder, place))
            }
            // These only add to what is there: what comes before is known all the same.
            ("push_values" | "push_tuples" | "separated", _) => {
                let added = ExprKind::Unknown("text built in a way that is not followed");
                WriteOp::Append(self.builder.expr(added, range))
            }
            ("insert_str" | "truncate" | "pop" | "extend", _) => {
                WriteOp::Lost("text built in a way that is not followed")
            }
            _ => return,
        };
        if let Some(name) = root_name(receiver) {
            self.builder.write(&name, None, range.end, op);
        }
    }

    fn field(&mut self, field: &syn::ExprField) -> ExprId {
        let object = self.expression(&field.base);
        let range = self.range_of(field);
        let kind = match &field.member {
            syn::Member::Named(name) => ExprKind::Member { object, property: self.builder.intern(&name.to_string()) },
            syn::Member::Unnamed(index) => {
                let index = self.builder.expr(ExprKind::Number(Some(index.index.to_string().into())), range);
                ExprKind::Index { object, index }
            }
        };
        self.builder.expr(kind, range)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> ExprId {
        let range = self.range_of(binary);
        let mut terms: Vec<&Expr> = vec![&binary.right];
        let mut left: &Expr = &binary.left;
        if !matches!(binary.op, BinOp::Add(_)) {
            return self.operation(binary, range);
        }
        while let Expr::Binary(inner) = left {
            if !matches!(inner.op, BinOp::Add(_)) {
                break;
            }
            terms.push(&inner.right);
            left = &inner.left;
        }
        terms.push(left);
        terms.reverse();
        let number = terms.iter().any(|term| matches!(term, Expr::Lit(literal) if matches!(literal.lit, Lit::Int(_))));
        let parts: Vec<ExprId> = terms.into_iter().map(|term| self.expression(term)).collect();
        let kind = if number { ExprKind::Number(None) } else { ExprKind::Concat(parts) };
        self.builder.expr(kind, range)
    }

    fn operation(&mut self, binary: &syn::ExprBinary, range: rollproof_source::TextRange) -> ExprId {
        self.expression(&binary.left);
        let right = self.expression(&binary.right);
        if matches!(binary.op, BinOp::AddAssign(_))
            && let Some(name) = root_name(&binary.left)
        {
            let number = matches!(self.builder.facts.expr(right).kind, ExprKind::Number(_));
            let op = if number {
                WriteOp::Assign(self.builder.expr(ExprKind::Number(None), range))
            } else {
                WriteOp::Append(right)
            };
            self.builder.write(&name, None, range.end, op);
        }
        let number = matches!(binary.op, BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_));
        self.builder.expr(if number { ExprKind::Number(None) } else { ExprKind::Opaque }, range)
    }

    fn if_expression(&mut self, branch: &syn::ExprIf) -> ExprId {
        let scope = self.builder.open_scope();
        let outer = self.fate;
        // `if let Err(e) = query { warn!(…) }`: the error ends here.
        if let Expr::Let(condition) = branch.cond.as_ref()
            && is_error(&condition.pat)
            && !self.passes_on(&branch.then_branch)
        {
            self.fate = Fate::Swallowed(self.range_of(&branch.then_branch));
        }
        self.expression(&branch.cond);
        self.fate = outer;
        let group = self.builder.group(branch.else_branch.is_some());
        let range = self.range_of(&branch.then_branch);
        let region = self.builder.open_arm(group, range);
        let mut values = vec![self.block(&branch.then_branch)];
        self.builder.region = region;
        self.builder.scope = scope;
        if let Some((_, otherwise)) = &branch.else_branch {
            let range = self.range_of(otherwise.as_ref());
            let region = self.builder.open_arm(group, range);
            values.push(self.expression(otherwise));
            self.builder.region = region;
        }
        let range = self.range_of(branch);
        self.builder.expr(ExprKind::Branch(values), range)
    }

    /// A block that returns, panics or uses `?` on the error does not swallow it.
    fn passes_on(&self, block: &syn::Block) -> bool {
        let text = self.slice(self.range_of(block));
        ["return", "panic!", "bail!", "Err(", "?;", "break", "unreachable!", "exit("]
            .iter()
            .any(|word| text.contains(word))
    }

    fn match_expression(&mut self, branch: &syn::ExprMatch) -> ExprId {
        let over = self.expression(&branch.expr);
        let group = self.builder.group(true);
        let mut values = Vec::new();
        for arm in &branch.arms {
            let range = self.range_of(arm);
            let region = self.builder.open_arm(group, range);
            let scope = self.builder.open_scope();
            self.pattern(&arm.pat, &BindingKind::Variable, Some(over), None);
            if let Some((_, guard)) = &arm.guard {
                self.expression(guard);
            }
            values.push(self.expression(&arm.body));
            self.builder.scope = scope;
            self.builder.region = region;
        }
        let range = self.range_of(branch);
        self.builder.expr(ExprKind::Branch(values), range)
    }

    fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>, range: rollproof_source::TextRange) -> ExprId {
        let items = items.map(|item| self.expression(item)).collect();
        self.builder.expr(ExprKind::Array(items), range)
    }

    fn structure(&mut self, literal: &syn::ExprStruct) -> ExprId {
        let mut fields = Vec::new();
        for field in &literal.fields {
            let name = match &field.member {
                syn::Member::Named(name) => self.builder.intern(&name.to_string()),
                syn::Member::Unnamed(index) => self.builder.intern(&index.index.to_string()),
            };
            fields.push(Field::named(name, self.expression(&field.expr)));
        }
        if let Some(rest) = &literal.rest {
            fields.insert(0, Field::spread(self.expression(rest)));
        }
        let range = self.range_of(literal);
        self.builder.expr(ExprKind::Object(fields), range)
    }

    fn closure(&mut self, closure: &syn::ExprClosure) -> ExprId {
        let range = self.range_of(closure);
        let id = self.in_function(None, None, range, |this, id| {
            for input in &closure.inputs {
                let kind = this.param(id, this.range_of(input));
                this.pattern(input, &kind, None, None);
            }
            Some(this.expression(&closure.body))
        });
        self.builder.expr(ExprKind::Function(id), range)
    }

    fn assign(&mut self, assign: &syn::ExprAssign) -> ExprId {
        let outer = self.fate;
        if matches!(assign.left.as_ref(), Expr::Infer(_)) {
            self.fate = Fate::Swallowed(self.range_of(assign.left.as_ref()));
        }
        let value = self.expression(&assign.right);
        self.fate = outer;
        let range = self.range_of(assign);
        match assign.left.as_ref() {
            Expr::Field(field) => {
                if let (Expr::Path(object), syn::Member::Named(name)) = (field.base.as_ref(), &field.member)
                    && let Some(object) = object.path.get_ident()
                {
                    let name = self.builder.intern(&name.to_string());
                    self.builder.write(&object.to_string(), Some(name), range.end, WriteOp::Assign(value));
                }
            }
            left => {
                if let Some(name) = root_name(left) {
                    self.builder.write(&name, None, range.end, WriteOp::Assign(value));
                }
            }
        }
        self.builder.expr(ExprKind::Nothing, range)
    }

    fn loop_expression(&mut self, expr: &Expr) -> ExprId {
        let range = self.range_of(expr);
        let over = match expr {
            Expr::ForLoop(all) => Some(self.expression(&all.expr)),
            _ => None,
        };
        let region = self.builder.open_region(RegionKind::Loop(None), range);
        let scope = self.builder.open_scope();
        match expr {
            Expr::ForLoop(all) => {
                self.pattern(&all.pat, &BindingKind::Element, over, None);
                self.block(&all.body);
            }
            Expr::While(condition) => {
                self.expression(&condition.cond);
                self.block(&condition.body);
            }
            Expr::Loop(endless) => {
                self.block(&endless.body);
            }
            _ => {}
        }
        self.builder.scope = scope;
        self.builder.region = region;
        self.builder.expr(ExprKind::Nothing, range)
    }
}

fn is_error(pattern: &syn::Pat) -> bool {
    matches!(pattern, syn::Pat::TupleStruct(pattern) if pattern.path.is_ident("Err"))
}

/// The variable that a chain of calls starts with.
pub(super) fn root_name(expr: &Expr) -> Option<String> {
    let mut next = expr;
    for _ in 0..256 {
        match next {
            Expr::Path(path) => return path.path.get_ident().map(ToString::to_string),
            Expr::MethodCall(call) if call.method.to_string().starts_with("push") => next = &call.receiver,
            Expr::Reference(inner) => next = &inner.expr,
            Expr::Paren(inner) => next = &inner.expr,
            Expr::Unary(inner) => next = &inner.expr,
            _ => return None,
        }
    }
    None
}

/// The last type argument of a path's segment; `(` for a tuple.
fn last_type(segment: &syn::PathSegment) -> Option<String> {
    let syn::PathArguments::AngleBracketed(list) = &segment.arguments else { return None };
    match list.args.last()? {
        syn::GenericArgument::Type(syn::Type::Path(path)) => {
            path.path.segments.last().map(|segment| segment.ident.to_string())
        }
        syn::GenericArgument::Type(syn::Type::Tuple(_)) => Some("(".to_owned()),
        _ => None,
    }
}
