//! Expressions.

use tree_sitter::Node;

use super::{Lowering, range_of};
use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Fate, Field, WriteOp};

impl Lowering<'_> {
    /// What becomes of an error here: the innermost handler's.
    pub(super) fn fate(&self) -> Fate {
        self.handler.map_or(Fate::Heard, Fate::Swallowed)
    }

    pub(super) fn expression(&mut self, node: Node<'_>) -> ExprId {
        let fate = self.fate();
        self.expression_with(node, fate)
    }

    /// An expression whose error, if it is a promise, has this fate.
    pub(super) fn expression_with(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        match self.nested(|this| this.lower(node, fate)) {
            Some(id) => id,
            None => self.builder.expr(ExprKind::Unknown("nested too deeply"), range_of(node)),
        }
    }

    fn lower(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let range = range_of(node);
        match node.kind() {
            "string" => self.string(node),
            "template_string" => self.template(node),
            "identifier" | "type_identifier" | "shorthand_property_identifier" => {
                self.builder.name(self.slice(node), range)
            }
            "this" | "super" => self.builder.expr(ExprKind::This, range),
            "undefined" | "null" | "false" => self.builder.expr(ExprKind::Nothing, range),
            "number" => {
                let text = self.slice(node).into();
                self.builder.expr(ExprKind::Number(Some(text)), range)
            }
            "call_expression" => self.call(node, fate),
            "new_expression" => self.new_expression(node),
            "member_expression" => self.member_expression(node, fate),
            "subscript_expression" => self.subscript(node),
            "binary_expression" => self.binary(node),
            "ternary_expression" => self.ternary(node, fate),
            "assignment_expression" | "augmented_assignment_expression" => self.assignment(node),
            "await_expression" => {
                let fate = self.fate();
                self.inner(node, fate)
            }
            "parenthesized_expression"
            | "non_null_expression"
            | "as_expression"
            | "satisfies_expression"
            | "instantiation_expression"
            | "yield_expression" => self.inner(node, fate),
            "type_assertion" | "sequence_expression" => self.last(node, fate),
            "array" => self.array(node),
            "object" => self.object(node),
            "spread_element" => {
                let inner = self.inner(node, fate);
                self.builder.expr(ExprKind::Spread(inner), range)
            }
            "arrow_function" | "function_expression" | "generator_function" => {
                let name = node.child_by_field_name("name").map(|name| self.builder.intern(self.slice(name)));
                let function = self.function(node, name, None);
                self.builder.expr(ExprKind::Function(function), range)
            }
            "class" => {
                let class = self.class(node);
                self.builder.expr(ExprKind::Class(class), range)
            }
            "update_expression" => self.update(node),
            "unary_expression" => self.unary(node),
            _ if node.kind().ends_with("_annotation") || node.kind() == "type_arguments" => {
                self.builder.expr(ExprKind::Opaque, range)
            }
            _ => {
                self.walk(node);
                self.builder.expr(ExprKind::Opaque, range)
            }
        }
    }

    fn inner(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        match Self::children(node).into_iter().next() {
            Some(child) => self.expression_with(child, fate),
            None => self.builder.expr(ExprKind::Nothing, range_of(node)),
        }
    }

    fn last(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let mut children = Self::children(node);
        let last = children.pop();
        for child in children {
            self.expression(child);
        }
        match last {
            Some(child) => self.expression_with(child, fate),
            None => self.builder.expr(ExprKind::Nothing, range_of(node)),
        }
    }

    fn member_expression(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let property = node.child_by_field_name("property").map_or("", |property| self.slice(property));
        let property = self.builder.intern(property);
        let object = match node.child_by_field_name("object") {
            Some(object) => self.expression_with(object, fate),
            None => self.builder.expr(ExprKind::Opaque, range_of(node)),
        };
        self.builder.expr(ExprKind::Member { object, property }, range_of(node))
    }

    fn subscript(&mut self, node: Node<'_>) -> ExprId {
        let object = node.child_by_field_name("object").map(|object| self.expression(object));
        let index = node.child_by_field_name("index").map(|index| self.expression(index));
        let kind = match (object, index) {
            (Some(object), Some(index)) => ExprKind::Index { object, index },
            _ => ExprKind::Opaque,
        };
        self.builder.expr(kind, range_of(node))
    }

    fn ternary(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        if let Some(condition) = node.child_by_field_name("condition") {
            self.expression(condition);
        }
        let arms = ["consequence", "alternative"]
            .into_iter()
            .filter_map(|field| node.child_by_field_name(field))
            .collect::<Vec<_>>();
        let arms = arms.into_iter().map(|arm| self.expression_with(arm, fate)).collect();
        self.builder.expr(ExprKind::Branch(arms), range_of(node))
    }

    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
        if operator == "+" {
            return self.plus(node);
        }
        let left = node.child_by_field_name("left").map(|left| self.expression(left));
        let right = node.child_by_field_name("right").map(|right| self.expression(right));
        let range = range_of(node);
        let kind = match (operator, left, right) {
            ("||" | "??", Some(left), Some(right)) => ExprKind::Branch(vec![left, right]),
            ("&&", Some(_), Some(right)) => {
                let nothing = self.builder.expr(ExprKind::Nothing, range);
                ExprKind::Branch(vec![nothing, right])
            }
            ("-" | "*" | "/" | "%" | "**", ..) => ExprKind::Number(None),
            _ => ExprKind::Opaque,
        };
        self.builder.expr(kind, range)
    }

    /// A chain of `+`, walked without recursion: generated files have thousands of terms.
    fn plus(&mut self, node: Node<'_>) -> ExprId {
        let mut terms = Vec::new();
        let mut next = Some(node);
        while let Some(here) = next.take() {
            let plus = here.kind() == "binary_expression"
                && here.child_by_field_name("operator").is_some_and(|operator| self.slice(operator) == "+");
            if plus {
                terms.extend(here.child_by_field_name("right"));
                next = here.child_by_field_name("left");
            } else {
                terms.push(here);
            }
        }
        terms.reverse();
        let text = terms.iter().any(|term| matches!(term.kind(), "string" | "template_string"));
        let number = terms.iter().any(|term| matches!(term.kind(), "number" | "update_expression"));
        let parts = terms.into_iter().map(|term| self.expression(term)).collect();
        // `index + 1` is arithmetic, not text.
        let kind = if number && !text { ExprKind::Number(None) } else { ExprKind::Concat(parts) };
        self.builder.expr(kind, range_of(node))
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.slice(operator));
        if let Some(argument) = node.child_by_field_name("argument") {
            let fate = if operator == "void" { Fate::NotAwaited(range_of(argument)) } else { self.fate() };
            self.expression_with(argument, fate);
        }
        let kind = match operator {
            "-" | "+" | "~" => ExprKind::Number(None),
            "void" | "delete" => ExprKind::Nothing,
            _ => ExprKind::Opaque,
        };
        self.builder.expr(kind, range_of(node))
    }

    fn update(&mut self, node: Node<'_>) -> ExprId {
        let number = self.builder.expr(ExprKind::Number(None), range_of(node));
        if let Some(argument) = node.child_by_field_name("argument").filter(|argument| argument.kind() == "identifier")
        {
            let name = self.slice(argument);
            self.builder.write(name, None, node.end_byte() as u32, WriteOp::Assign(number));
        }
        number
    }

    fn array(&mut self, node: Node<'_>) -> ExprId {
        let items = Self::children(node).into_iter().map(|child| self.expression(child)).collect();
        self.builder.expr(ExprKind::Array(items), range_of(node))
    }

    fn object(&mut self, node: Node<'_>) -> ExprId {
        let mut fields = Vec::new();
        for child in Self::children(node) {
            match child.kind() {
                "pair" => {
                    let key = child.child_by_field_name("key");
                    let Some(value) = child.child_by_field_name("value").map(|value| self.expression(value)) else {
                        continue;
                    };
                    if let Some(key) = key {
                        self.name_function(Some(value), key);
                    }
                    // A computed name may be any: it is kept as a spread of something unknown.
                    let name = self.key(key);
                    fields.push(Field { name, value });
                }
                "shorthand_property_identifier" => {
                    let name = self.builder.intern(self.slice(child));
                    let value = self.expression(child);
                    fields.push(Field { name: Some(name), value });
                }
                "method_definition" => {
                    let name = self.key(child.child_by_field_name("name"));
                    let function = self.function(child, name.clone(), None);
                    let value = self.builder.expr(ExprKind::Function(function), range_of(child));
                    fields.push(Field { name, value });
                }
                "spread_element" => {
                    let fate = self.fate();
                    let value = self.inner(child, fate);
                    fields.push(Field { name: None, value });
                }
                _ => self.walk(child),
            }
        }
        self.builder.expr(ExprKind::Object(fields), range_of(node))
    }

    fn new_expression(&mut self, node: Node<'_>) -> ExprId {
        let callee = match node.child_by_field_name("constructor") {
            Some(constructor) => self.expression(constructor),
            None => self.builder.expr(ExprKind::Opaque, range_of(node)),
        };
        let list = node.child_by_field_name("arguments").map(Self::children).unwrap_or_default();
        let arguments = list.into_iter().map(|argument| self.expression(argument)).collect();
        self.finish_call(range_of(node), callee, arguments, CallStyle::New, Fate::Heard)
    }

    fn call(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let range = range_of(node);
        let Some(mut function) = node.child_by_field_name("function") else {
            return self.builder.expr(ExprKind::Opaque, range);
        };
        let mut range = range;
        let mut fate = fate;
        // The grammar reads ``await f<T>`…` `` as ``((await f)<T>!)`…` ``.
        if let Some(inner) = Self::awaited(function) {
            function = inner;
            range.start = inner.start_byte() as u32;
            fate = self.fate();
        }
        let arguments = node.child_by_field_name("arguments");
        if let Some(template) = arguments.filter(|list| list.kind() == "template_string") {
            let tag = self.expression(function);
            let quasi = self.template(template);
            return self.builder.expr(ExprKind::Tagged { tag, quasi }, range);
        }
        let list = arguments.map(Self::children).unwrap_or_default();
        if let Some(module) = self.required_module(node) {
            let name = format!("{module}#{}", range.start);
            let module = self.builder.intern(&module);
            self.builder.facts.modules.push(module.clone());
            let binding = self.builder.bind(&name, BindingKind::Import { module, name: None });
            return self.builder.expr(ExprKind::Binding(binding), range);
        }
        let chained = self.chained_fate(function, &list, fate);
        let callee = self.expression_with(function, chained);
        let callback = list.last().is_some_and(|last| matches!(last.kind(), "arrow_function" | "function_expression"));
        let arguments: Vec<ExprId> = list.into_iter().map(|argument| self.expression(argument)).collect();
        self.write_by_method(function, &arguments, range.end);
        // With a callback the error is handed to it, whatever becomes of the result.
        let fate = if callback && matches!(fate, Fate::NotAwaited(_)) { Fate::Heard } else { fate };
        self.finish_call(range, callee, arguments, CallStyle::Plain, fate)
    }

    /// What is awaited inside of type arguments.
    fn awaited(function: Node<'_>) -> Option<Node<'_>> {
        let mut node = function;
        for _ in 0..4 {
            let inner = Self::children(node).into_iter().next();
            match node.kind() {
                "await_expression" => return inner,
                "non_null_expression" | "instantiation_expression" => node = inner?,
                _ => return None,
            }
        }
        None
    }

    fn finish_call(
        &mut self,
        range: rollproof_source::TextRange,
        callee: ExprId,
        arguments: Vec<ExprId>,
        style: CallStyle,
        fate: Fate,
    ) -> ExprId {
        let region = self.builder.region;
        let call = Call { callee, arguments, style, region, fate, type_argument: None };
        self.builder.expr(ExprKind::Call(Box::new(call)), range)
    }

    /// `list.push(x)`, `query.append(x)`: writes to the variable.
    fn write_by_method(&mut self, function: Node<'_>, arguments: &[ExprId], at: u32) {
        if function.kind() != "member_expression" {
            return;
        }
        let (Some(object), Some(property)) =
            (function.child_by_field_name("object"), function.child_by_field_name("property"))
        else {
            return;
        };
        let op = match (self.slice(property), arguments) {
            ("push", _) => WriteOp::Push(arguments.to_vec()),
            ("unshift", _) => WriteOp::Unshift(arguments.to_vec()),
            ("append", [one]) => WriteOp::Append(*one),
            ("splice" | "pop" | "shift" | "reverse" | "sort" | "fill", _) => WriteOp::Lost("array changed in place"),
            _ => return,
        };
        self.write_to(object, at, op);
    }

    fn write_to(&mut self, target: Node<'_>, at: u32, op: WriteOp) {
        match target.kind() {
            "identifier" => self.builder.write(self.slice(target), None, at, op),
            "non_null_expression" | "parenthesized_expression" => {
                if let Some(inner) = Self::children(target).into_iter().next() {
                    self.write_to(inner, at, op);
                }
            }
            "member_expression" => {
                let object = target.child_by_field_name("object");
                let field = target.child_by_field_name("property").map(|property| self.slice(property));
                let (Some(object), Some(field)) = (object, field) else { return };
                let field = self.builder.intern(field);
                match object.kind() {
                    "identifier" => self.builder.write(self.slice(object), Some(field), at, op),
                    "this" => self.write_field(&field, op),
                    _ => {}
                }
            }
            "object_pattern" | "array_pattern" => {
                for child in Self::children(target) {
                    let name = child.child_by_field_name("value").unwrap_or(child);
                    self.builder.write(self.slice(name), None, at, WriteOp::Lost("destructuring assignment"));
                }
            }
            _ => {}
        }
    }

    fn write_field(&mut self, field: &std::sync::Arc<str>, op: WriteOp) {
        let Some(class) = self.builder.class else { return };
        let field = self.builder.facts.classes[class.index()].fields.entry(field.clone()).or_default();
        match op {
            WriteOp::Assign(value) => field.values.push(value),
            _ => field.lost = true,
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let range = range_of(node);
        let operator = node.child_by_field_name("operator").map_or("=", |operator| self.slice(operator));
        let Some(right) = node.child_by_field_name("right") else {
            return self.builder.expr(ExprKind::Opaque, range);
        };
        let value = self.expression(right);
        let Some(left) = node.child_by_field_name("left") else { return value };
        if left.kind() == "member_expression" {
            self.name_function(Some(value), left.child_by_field_name("property").unwrap_or(left));
            self.common_js_export(left, value);
        } else {
            self.name_function(Some(value), left);
        }
        let op = match operator {
            "=" => WriteOp::Assign(value),
            "+=" if matches!(self.builder.facts.expr(value).kind, ExprKind::Number(_)) => {
                WriteOp::Assign(self.builder.expr(ExprKind::Number(None), range))
            }
            "+=" => WriteOp::Append(value),
            "||=" | "??=" | "&&=" => {
                let before = self.expression(left);
                let either = self.builder.expr(ExprKind::Branch(vec![before, value]), range);
                WriteOp::Assign(either)
            }
            _ => {
                let number = self.builder.expr(ExprKind::Number(None), range);
                WriteOp::Assign(number)
            }
        };
        self.write_to(left, range.end, op);
        value
    }
}
