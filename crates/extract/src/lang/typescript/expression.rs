//! Expressions.

use std::sync::Arc;

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Fate, Field, WriteOp};

/// As many digits of a number are kept in any case.
const MAX_DIGITS: usize = 15;

impl Lowering<'_> {
    /// What becomes of an error here: the innermost handler's.
    pub(super) fn fate(&self) -> Fate {
        self.handler.unwrap_or(self.leaving)
    }

    pub(super) fn expression(&mut self, node: Node<'_>) -> ExprId {
        let fate = self.fate();
        self.expression_with(node, fate)
    }

    /// An expression whose error, if it is a promise, has this fate.
    pub(super) fn expression_with(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        match self.nested(|this| this.lower(node, fate)) {
            Some(id) => id,
            None => {
                self.note_depth(node);
                self.builder.expr(ExprKind::Unknown("nested too deeply"), range_of(node))
            }
        }
    }

    fn lower(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        if let Some(prefixes) = self.prefixes(node) {
            return self.prefixed(node, &prefixes);
        }
        let range = self.range_of_chain(node);
        match self.kind(node) {
            Kind::String => self.string(node),
            Kind::TemplateString => self.template(node),
            Kind::Identifier | Kind::TypeIdentifier | Kind::ShorthandPropertyIdentifier => {
                self.builder.name(self.slice(node), range)
            }
            Kind::This | Kind::Super => self.builder.expr(ExprKind::This, range),
            Kind::Undefined | Kind::Null | Kind::False => self.builder.expr(ExprKind::Nothing, range),
            Kind::True => self.builder.expr(ExprKind::Number(Some("true".into())), range),
            Kind::Number => {
                let text = self.slice(node);
                let plain = is_as_written(text);
                self.builder.expr(ExprKind::Number(plain.then(|| text.into())), range)
            }
            Kind::CallExpression => self.call(node, fate),
            Kind::NewExpression => self.new_expression(node),
            Kind::MemberExpression => self.member_expression(node, fate),
            Kind::SubscriptExpression => self.subscript(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::TernaryExpression => self.ternary(node, fate),
            Kind::AssignmentExpression | Kind::AugmentedAssignmentExpression => self.assignment(node),
            Kind::AwaitExpression => {
                let fate = self.fate();
                let inner = self.inner(node, fate);
                self.builder.await_call(inner);
                inner
            }
            Kind::InstantiationExpression
            | Kind::ParenthesizedExpression
            | Kind::NonNullExpression
            | Kind::AsExpression
            | Kind::SatisfiesExpression
            | Kind::YieldExpression => self.inner(node, fate),
            Kind::TypeAssertion | Kind::SequenceExpression => self.last(node, fate),
            Kind::Array => self.array(node, fate),
            Kind::Object => self.object(node),
            Kind::SpreadElement => {
                let inner = self.inner(node, fate);
                self.builder.expr(ExprKind::Spread(inner), range)
            }
            Kind::ArrowFunction | Kind::FunctionExpression | Kind::GeneratorFunction => {
                let name = self.part(node, Part::Name).map(|name| self.builder.intern(self.slice(name)));
                let function = self.function(node, name, None);
                self.builder.expr(ExprKind::Function(function), range)
            }
            Kind::Class => {
                let class = self.class(node);
                self.builder.expr(ExprKind::Class(class), range)
            }
            Kind::UpdateExpression => self.update(node),
            Kind::UnaryExpression => self.unary(node),
            kind if kind.is_annotation() || kind == Kind::TypeArguments => self.builder.expr(ExprKind::Opaque, range),
            _ => {
                self.walk(node);
                self.builder.expr(ExprKind::Opaque, range)
            }
        }
    }

    fn inner(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        match self.children(node).into_iter().next() {
            Some(child) => self.expression_with(child, fate),
            None => self.builder.expr(ExprKind::Nothing, range_of(node)),
        }
    }

    fn last(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let mut children = self.children(node);
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
        let property = self.part(node, Part::Property).map_or("", |property| self.slice(property));
        let property = self.builder.intern(property);
        let object = match self.part(node, Part::Object) {
            Some(object) => self.expression_with(object, fate),
            None => self.builder.expr(ExprKind::Opaque, range_of(node)),
        };
        self.builder.expr(ExprKind::Member { object, property }, self.range_of_chain(node))
    }

    fn subscript(&mut self, node: Node<'_>) -> ExprId {
        // `pool["query"]` is `pool.query`.
        let written = self.part(node, Part::Index).filter(|index| self.kind(*index) == Kind::String);
        let name = written.map(|index| self.slice(index).trim_matches(['"', '\'']).to_owned());
        let plain = |name: &String| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let (Some(object), Some(name)) = (self.part(node, Part::Object), name.filter(plain)) {
            let object = self.expression(object);
            let property = self.builder.intern(&name);
            return self.builder.expr(ExprKind::Member { object, property }, self.range_of_chain(node));
        }
        if let (Some(object), Some(index)) = (self.part(node, Part::Object), self.part(node, Part::Index))
            && let Some(element) = self.element_of(object, index)
        {
            return element;
        }
        let object = self.part(node, Part::Object).map(|object| self.expression(object));
        let index = self.part(node, Part::Index).map(|index| self.expression(index));
        let kind = match (object, index) {
            (Some(object), Some(index)) => ExprKind::Index { object, index },
            _ => ExprKind::Opaque,
        };
        self.builder.expr(kind, self.range_of_chain(node))
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let operator = self.part(node, Part::Operator).map_or("", |operator| self.slice(operator));
        let mut inner = None;
        if let Some(argument) = self.part(node, Part::Argument) {
            let fate = self.fate_behind(operator, range_of(argument));
            inner = Some(self.expression_with(argument, fate));
            if operator == "delete" {
                self.deletes(argument, inner, node.end_byte() as u32);
            }
        }
        self.builder.expr(unary_value(operator, inner), range_of(node))
    }

    fn update(&mut self, node: Node<'_>) -> ExprId {
        let number = self.builder.expr(ExprKind::Number(None), range_of(node));
        if let Some(argument) = self.part(node, Part::Argument) {
            self.write_place(argument, node.end_byte() as u32, WriteOp::Assign(number), Vec::new());
        }
        number
    }

    fn array(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let mut items = Vec::with_capacity(node.named_child_count());
        let mut end = node.start_byte() + 1;
        for child in self.children(node) {
            // `[a, , b]`: nothing stands between two commas.
            let before = self.text.get(end..child.start_byte()).unwrap_or("");
            let commas = if before.contains('/') { 0 } else { before.matches(',').count() };
            let holes = if items.is_empty() { commas } else { commas.saturating_sub(1) };
            for _ in 0..holes {
                items.push(self.builder.expr(ExprKind::Nothing, range_of(child)));
            }
            items.push(self.expression_with(child, fate));
            end = child.end_byte();
        }
        self.builder.expr(ExprKind::Array(items), range_of(node))
    }

    fn object(&mut self, node: Node<'_>) -> ExprId {
        let mut fields = Vec::new();
        for child in self.children(node) {
            match self.kind(child) {
                Kind::Pair => {
                    let key = self.part(child, Part::Key);
                    let Some(value) = self.part(child, Part::Value).map(|value| self.expression(value)) else {
                        continue;
                    };
                    if let Some(key) = key {
                        self.name_function(Some(value), key);
                    }
                    let (name, key) = self.field_name(key);
                    fields.push(Field { name, key, value });
                }
                Kind::ShorthandPropertyIdentifier => {
                    let name = self.builder.intern(self.slice(child));
                    let value = self.expression(child);
                    fields.push(Field::named(name, value));
                }
                Kind::MethodDefinition => {
                    let (name, key) = self.field_name(self.part(child, Part::Name));
                    let function = self.function(child, name.clone(), None);
                    let value = self.builder.expr(ExprKind::Function(function), range_of(child));
                    fields.push(Field { name, key, value });
                }
                Kind::SpreadElement => {
                    let fate = self.fate();
                    let value = self.inner(child, fate);
                    fields.push(Field::spread(value));
                }
                _ => self.walk(child),
            }
        }
        self.builder.expr(ExprKind::Object(fields), range_of(node))
    }

    /// The name of an object's field, or what it is computed from.
    fn field_name(&mut self, node: Option<Node<'_>>) -> (Option<Arc<str>>, Option<ExprId>) {
        let name = self.key(node);
        let computed = node.filter(|_| name.is_none()).and_then(|node| self.children(node).into_iter().next());
        (name, computed.map(|computed| self.expression(computed)))
    }

    fn new_expression(&mut self, node: Node<'_>) -> ExprId {
        let callee = match self.part(node, Part::Constructor) {
            Some(constructor) => self.expression(constructor),
            None => self.builder.expr(ExprKind::Opaque, range_of(node)),
        };
        let list = self.part(node, Part::Arguments).map(|list| self.children(list)).unwrap_or_default();
        let arguments = list.into_iter().map(|argument| self.expression(argument)).collect();
        self.finish_call(range_of(node), callee, arguments, CallStyle::New, Fate::Heard)
    }

    fn call(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let range = self.range_of_chain(node);
        let Some(function) = self.part(node, Part::Function) else {
            return self.builder.expr(ExprKind::Opaque, range);
        };
        let function = self.without_prefixes(function);
        let arguments = self.part(node, Part::Arguments);
        if let Some(template) = arguments.filter(|list| self.kind(*list) == Kind::TemplateString) {
            return self.call_of_template(node, function, template, fate);
        }
        let list = arguments.map(|list| self.children(list)).unwrap_or_default();
        if let Some(module) = self.required_module(node) {
            let name = format!("{module}#{}", range.start);
            let module = self.builder.intern(&module);
            self.builder.facts.modules.push(module.clone());
            let binding = self.builder.bind(&name, BindingKind::Import { module, name: None });
            return self.builder.expr(ExprKind::Binding(binding), range);
        }
        let chained = self.chained_fate(function, &list, fate);
        // `(async () => …)()`
        self.next_leaving = self.is_function(self.bare(function)).then_some(fate);
        let callee = self.expression_with(function, chained);
        self.next_leaving = None;
        let given = self.fate_of_arguments(node, function, fate);
        let fate = self.fate_with_callback(&list, fate);
        let mut arguments = Vec::with_capacity(list.len());
        let each = self.each_of(function, callee);
        for (index, argument) in list.into_iter().enumerate() {
            let plain = matches!(self.kind(argument), Kind::ArrowFunction | Kind::FunctionExpression);
            self.next_over = each.filter(|_| index == 0 && plain);
            self.next_leaving = self.is_function(argument).then(|| given.unwrap_or(Fate::Heard));
            let fate = given.filter(|_| !self.is_function(argument));
            arguments.push(match fate {
                Some(fate) => self.expression_with(argument, fate),
                None => self.expression(argument),
            });
            self.next_leaving = None;
        }
        if let Some(object) = self.changed_by_function(self.slice(function), &arguments, range) {
            return object;
        }
        self.write_by_method(function, callee, &arguments, range.end);
        self.finish_call(range, callee, arguments, CallStyle::Plain, fate)
    }

    /// The list that `list.forEach(…)` runs over.
    fn each_of(&self, function: Node<'_>, callee: ExprId) -> Option<ExprId> {
        let property = self.part(function, Part::Property).map(|property| self.slice(property));
        match self.builder.facts.expr(callee).kind {
            ExprKind::Member { object, .. } if property == Some("forEach") => Some(object),
            _ => None,
        }
    }

    pub(super) fn finish_call(
        &mut self,
        range: rollproof_source::TextRange,
        callee: ExprId,
        arguments: Vec<ExprId>,
        style: CallStyle,
        fate: Fate,
    ) -> ExprId {
        let region = self.builder.region;
        let call = Call { callee, arguments, spread: false, style, region, fate, awaited: false, type_argument: None };
        self.builder.expr(ExprKind::Call(Box::new(call)), range)
    }
}

/// What a unary operator gives of its operand.
pub(super) fn unary_value(operator: &str, operand: Option<ExprId>) -> ExprKind {
    match (operator, operand) {
        ("!", Some(operand)) => ExprKind::Not(operand),
        ("typeof", Some(operand)) => ExprKind::TypeOf(operand),
        ("-" | "+" | "~", _) => ExprKind::Number(None),
        ("void" | "delete", _) => ExprKind::Nothing,
        _ => ExprKind::Opaque,
    }
}

/// Whether a number is written as it becomes text: `0x10`, `1e3`, `1_000` and `1.0` are not.
fn is_as_written(number: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let fits = number.len() <= MAX_DIGITS && digits(whole) && (whole == "0" || !whole.starts_with('0'));
    fits && part.is_none_or(|part| digits(part) && !part.ends_with('0'))
}
