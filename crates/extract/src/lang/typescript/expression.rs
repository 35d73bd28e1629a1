//! Expressions.

use std::sync::Arc;

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{
    ANY_FIELD, BindingKind, Call, CallStyle, DELETED, ExprId, ExprKind, Fate, Field, KEYED, Logic, WriteOp,
};

/// How many fields may lead to what is written.
const MAX_PATH: usize = 16;

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
        let range = range_of(node);
        match self.kind(node) {
            Kind::String => self.string(node),
            Kind::TemplateString => match self.postponed_tag(node, fate) {
                Some(tagged) => tagged,
                None => self.template(node),
            },
            Kind::Identifier | Kind::TypeIdentifier | Kind::ShorthandPropertyIdentifier => {
                self.builder.name(self.slice(node), range)
            }
            Kind::This | Kind::Super => self.builder.expr(ExprKind::This, range),
            Kind::Undefined | Kind::Null | Kind::False => self.builder.expr(ExprKind::Nothing, range),
            Kind::True => self.builder.expr(ExprKind::Number(Some("true".into())), range),
            Kind::Number => {
                let text = self.slice(node).into();
                self.builder.expr(ExprKind::Number(Some(text)), range)
            }
            Kind::CallExpression => self.call(node, fate),
            Kind::NewExpression => self.new_expression(node),
            Kind::MemberExpression => self.member_expression(node, fate),
            Kind::SubscriptExpression => self.subscript(node),
            Kind::BinaryExpression => match self.compared_tag(node, fate) {
                Some(tagged) => tagged,
                None => self.binary(node),
            },
            Kind::TernaryExpression => self.ternary(node, fate),
            Kind::AssignmentExpression | Kind::AugmentedAssignmentExpression => self.assignment(node),
            Kind::AwaitExpression => {
                let fate = self.fate();
                let inner = self.inner(node, fate);
                self.builder.await_call(inner);
                inner
            }
            Kind::InstantiationExpression => match self.postponed_tag(node, fate) {
                Some(tagged) => tagged,
                None => self.inner(node, fate),
            },
            Kind::ParenthesizedExpression
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
        self.builder.expr(ExprKind::Member { object, property }, range_of(node))
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
            return self.builder.expr(ExprKind::Member { object, property }, range_of(node));
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
        self.builder.expr(kind, range_of(node))
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let operator = self.part(node, Part::Operator).map_or("", |operator| self.slice(operator));
        let mut inner = None;
        if let Some(argument) = self.part(node, Part::Argument) {
            let fate = if operator == "void" { Fate::NotAwaited(range_of(argument)) } else { self.fate() };
            inner = Some(self.expression_with(argument, fate));
            if operator == "delete" {
                self.write_any(argument, node.end_byte() as u32);
            }
        }
        let kind = match (operator, inner) {
            ("!", Some(inner)) => ExprKind::Not(inner),
            ("typeof", Some(inner)) => ExprKind::TypeOf(inner),
            (operator, _) => self.unary_value(operator),
        };
        self.builder.expr(kind, range_of(node))
    }

    fn unary_value(&self, operator: &str) -> ExprKind {
        match operator {
            "-" | "+" | "~" => ExprKind::Number(None),
            "void" | "delete" => ExprKind::Nothing,
            _ => ExprKind::Opaque,
        }
    }

    fn update(&mut self, node: Node<'_>) -> ExprId {
        let number = self.builder.expr(ExprKind::Number(None), range_of(node));
        if let Some(argument) =
            self.part(node, Part::Argument).filter(|argument| self.kind(*argument) == Kind::Identifier)
        {
            let name = self.slice(argument);
            self.builder.write(name, None, node.end_byte() as u32, WriteOp::Assign(number));
        }
        number
    }

    fn array(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let items = self.children(node).into_iter().map(|child| self.expression_with(child, fate)).collect();
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
                    // A computed name may be any: it is kept as a spread of something unknown.
                    let name = self.key(key);
                    fields.push(Field { name, value });
                }
                Kind::ShorthandPropertyIdentifier => {
                    let name = self.builder.intern(self.slice(child));
                    let value = self.expression(child);
                    fields.push(Field { name: Some(name), value });
                }
                Kind::MethodDefinition => {
                    let name = self.key(self.part(child, Part::Name));
                    let function = self.function(child, name.clone(), None);
                    let value = self.builder.expr(ExprKind::Function(function), range_of(child));
                    fields.push(Field { name, value });
                }
                Kind::SpreadElement => {
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
        let callee = match self.part(node, Part::Constructor) {
            Some(constructor) => self.expression(constructor),
            None => self.builder.expr(ExprKind::Opaque, range_of(node)),
        };
        let list = self.part(node, Part::Arguments).map(|list| self.children(list)).unwrap_or_default();
        let arguments = list.into_iter().map(|argument| self.expression(argument)).collect();
        self.finish_call(range_of(node), callee, arguments, CallStyle::New, Fate::Heard)
    }

    fn call(&mut self, node: Node<'_>, fate: Fate) -> ExprId {
        let range = range_of(node);
        let Some(mut function) = self.part(node, Part::Function) else {
            return self.builder.expr(ExprKind::Opaque, range);
        };
        let mut range = range;
        let mut fate = fate;
        // The grammar reads ``await f<T>`…` `` as ``((await f)<T>!)`…` ``.
        if let Some(inner) = self.awaited(function) {
            function = inner;
            range.start = inner.start_byte() as u32;
            fate = self.fate();
        }
        let arguments = self.part(node, Part::Arguments);
        if let Some(template) = arguments.filter(|list| self.kind(*list) == Kind::TemplateString) {
            return match self.template_of_last(function, template, fate) {
                Some(value) => value,
                None => self.call_of_template(node, function, template, fate),
            };
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
        if self.slice(function) == "Object.assign"
            && let Some(object) = self.assigned(&arguments, range)
        {
            return object;
        }
        self.write_by_method(function, &arguments, range.end);
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

    /// What is awaited inside of type arguments.
    fn awaited<'n>(&self, function: Node<'n>) -> Option<Node<'n>> {
        let mut node = function;
        for _ in 0..4 {
            let inner = || self.children(node).into_iter().next();
            match self.kind(node) {
                Kind::AwaitExpression => return inner(),
                Kind::NonNullExpression | Kind::InstantiationExpression => node = inner()?,
                _ => return None,
            }
        }
        None
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

    /// `Object.assign({}, a, b)` is `{ ...a, ...b }`; of a variable, its fields are set.
    fn assigned(&mut self, arguments: &[ExprId], range: rollproof_source::TextRange) -> Option<ExprId> {
        let (first, rest) = arguments.split_first()?;
        if matches!(self.builder.facts.expr(*first).kind, ExprKind::Object(_)) {
            let fields = arguments.iter().map(|value| Field { name: None, value: *value }).collect();
            return Some(self.builder.expr(ExprKind::Object(fields), range));
        }
        let (target, path) = self.rooted_expr(*first)?;
        let any = self.builder.intern(ANY_FIELD);
        for source in rest {
            let fields = match &self.builder.facts.expr(*source).kind {
                ExprKind::Object(fields) => fields.clone(),
                _ => vec![Field { name: None, value: *source }],
            };
            for Field { name, value } in fields {
                let (field, op) = match name {
                    Some(name) => (name, WriteOp::Assign(value)),
                    None => (any.clone(), WriteOp::Lost("fields that are assigned")),
                };
                let path = path.iter().cloned().chain([field]).collect();
                self.builder.write_at(&target, path, range.end, op);
            }
        }
        None
    }

    /// The name that an expression starts with, and the fields that lead from it.
    fn rooted_expr(&self, expr: ExprId) -> Option<(Arc<str>, Vec<Arc<str>>)> {
        let mut path = Vec::new();
        let mut next = expr;
        loop {
            match &self.builder.facts.expr(next).kind {
                ExprKind::Global(name) => {
                    path.reverse();
                    return Some((name.clone(), path));
                }
                ExprKind::Member { object, property } => {
                    path.push(property.clone());
                    next = *object;
                }
                _ => return None,
            }
        }
    }

    /// `list.push(x)`, `query.append(x)`: writes to the variable.
    fn write_by_method(&mut self, function: Node<'_>, arguments: &[ExprId], at: u32) {
        if self.kind(function) != Kind::MemberExpression {
            return;
        }
        let (Some(object), Some(property)) = (self.part(function, Part::Object), self.part(function, Part::Property))
        else {
            return;
        };
        let op = match (self.slice(property), arguments) {
            ("push", _) => WriteOp::Push(arguments.to_vec()),
            ("unshift", _) => WriteOp::Unshift(arguments.to_vec()),
            ("append", [one]) => WriteOp::Append(*one),
            ("add", [one]) => WriteOp::Include(*one),
            ("delete" | "clear" | "copyWithin", _) => WriteOp::ListLost("array changed in place"),
            ("splice" | "pop" | "shift" | "reverse" | "sort" | "fill", _) => WriteOp::Lost("array changed in place"),
            _ => return,
        };
        self.write_to(object, at, op);
    }

    fn write_to(&mut self, target: Node<'_>, at: u32, op: WriteOp) {
        match self.kind(target) {
            Kind::Identifier => self.builder.write(self.slice(target), None, at, op),
            Kind::NonNullExpression
            | Kind::ParenthesizedExpression
            | Kind::AsExpression
            | Kind::SatisfiesExpression => {
                if let Some(inner) = self.children(target).into_iter().next() {
                    self.write_to(inner, at, op);
                }
            }
            Kind::MemberExpression => {
                let object = self.part(target, Part::Object);
                let field = self.part(target, Part::Property).map(|property| self.slice(property));
                let (Some(object), Some(field)) = (object, field) else { return };
                let field = self.builder.intern(field);
                if self.kind(object) == Kind::This {
                    self.write_field(&field, op);
                } else if let Some((name, mut path)) = self.rooted(object) {
                    if field.as_ref() == "length" {
                        return self.builder.write_at(name, path, at, WriteOp::ListLost("array changed in place"));
                    }
                    path.push(field);
                    self.builder.write_at(name, path, at, op);
                }
            }
            Kind::SubscriptExpression => self.write_element(target, at, op),
            Kind::ObjectPattern | Kind::ArrayPattern => {
                for child in self.children(target) {
                    let name = self.part(child, Part::Value).unwrap_or(child);
                    self.builder.write(self.slice(name), None, at, WriteOp::Lost("destructuring assignment"));
                }
            }
            _ => {}
        }
    }

    /// The name that an object is reached from, and the fields that lead to it; those whose names are not known are
    /// [`ANY_FIELD`].
    fn rooted<'s>(&mut self, object: Node<'_>) -> Option<(&'s str, Vec<Arc<str>>)>
    where
        Self: 's,
    {
        let mut path = Vec::new();
        let mut node = object;
        for _ in 0..MAX_PATH {
            match self.kind(node) {
                Kind::Identifier => {
                    path.reverse();
                    return Some((self.slice(node), path));
                }
                Kind::NonNullExpression
                | Kind::ParenthesizedExpression
                | Kind::AsExpression
                | Kind::SatisfiesExpression => node = self.children(node).into_iter().next()?,
                Kind::MemberExpression => {
                    let property = self.slice(self.part(node, Part::Property)?);
                    path.push(self.builder.intern(property));
                    node = self.part(node, Part::Object)?;
                }
                Kind::SubscriptExpression => {
                    let key = self.slice(self.part(node, Part::Index)?);
                    path.push(self.builder.intern(plain_key(key).unwrap_or(ANY_FIELD)));
                    node = self.part(node, Part::Object)?;
                }
                _ => return None,
            }
        }
        None
    }

    /// `list[index] = x`, `object["name"] = x`, `object[name] = x`.
    fn write_element(&mut self, target: Node<'_>, at: u32, op: WriteOp) {
        let (Some(object), Some(index)) = (self.part(target, Part::Object), self.part(target, Part::Index)) else {
            return;
        };
        let Some((name, path)) = self.rooted(object) else { return };
        let with = |field: Arc<str>| path.iter().cloned().chain([field]).collect();
        match plain_key(self.slice(index)).map(|key| self.builder.intern(key)) {
            Some(field) => self.builder.write_at(name, with(field), at, op),
            None => {
                if let (WriteOp::Assign(value), true) = (&op, path.is_empty()) {
                    self.write_keyed(name, index, at, *value);
                }
                let any = self.builder.intern(ANY_FIELD);
                self.builder.write_at(name, with(any), at, op);
                self.builder.write_at(name, path, at, WriteOp::ListLost("array changed in place"));
            }
        }
    }

    /// `object[key] = value`, as a pair that is put into it.
    fn write_keyed(&mut self, name: &str, key: Node<'_>, at: u32, value: ExprId) {
        let is_name = |node: Node<'_>| self.kind(node) == Kind::Identifier;
        let plain = is_name(key) || self.part(key, Part::Object).is_some_and(is_name);
        if plain && matches!(self.kind(key), Kind::Identifier | Kind::MemberExpression) {
            let range = range_of(key);
            let key = self.expression(key);
            let pair = self.builder.expr(ExprKind::Array(vec![key, value]), range);
            let keyed = self.builder.intern(KEYED);
            self.builder.write(name, Some(keyed), at, WriteOp::Push(vec![pair]));
        }
    }

    /// `delete object.name`: which fields there are is no longer known.
    fn write_any(&mut self, target: Node<'_>, at: u32) {
        let object = self.part(target, Part::Object);
        let Some((name, path)) = object.and_then(|object| self.rooted(object)) else { return };
        let mut fields = vec![self.builder.intern(ANY_FIELD)];
        if let Some(property) = self.part(target, Part::Property).map(|property| self.slice(property)) {
            fields.push(self.builder.intern(property));
        }
        for field in fields {
            let path = path.iter().cloned().chain([field]).collect();
            self.builder.write_at(name, path, at, WriteOp::Lost(DELETED));
        }
    }

    fn write_field(&mut self, field: &Arc<str>, op: WriteOp) {
        let Some(class) = self.builder.class else { return };
        let field = self.builder.facts.classes[class.index()].fields.entry(field.clone()).or_default();
        match op {
            WriteOp::Assign(value) => field.values.push(value),
            _ => field.lost = true,
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let range = range_of(node);
        let operator = self.part(node, Part::Operator).map_or("=", |operator| self.slice(operator));
        let Some(right) = self.part(node, Part::Right) else {
            return self.builder.expr(ExprKind::Opaque, range);
        };
        let value = self.expression(right);
        let Some(left) = self.part(node, Part::Left) else { return value };
        if self.kind(left) == Kind::MemberExpression {
            self.name_function(Some(value), self.part(left, Part::Property).unwrap_or(left));
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
                let op = match operator {
                    "||=" => Logic::Or,
                    "??=" => Logic::Nullish,
                    _ => Logic::And,
                };
                let either = self.builder.expr(ExprKind::Logic { op, left: before, right: value }, range);
                WriteOp::Assign(either)
            }
            _ => {
                let number = self.builder.expr(ExprKind::Number(None), range);
                WriteOp::Assign(number)
            }
        };
        if self.kind(left) == Kind::SubscriptExpression && matches!(operator, "=" | "??=" | "||=") {
            self.builder.facts.stored.push((range_of(left), value));
        }
        self.write_to(left, range.end, op);
        value
    }
}

/// The name in quotes that an index is.
fn plain_key(key: &str) -> Option<&str> {
    let plain = key.len() > 2 && matches!(key.as_bytes()[0], b'"' | b'\'') && !key.contains('\\');
    plain.then(|| &key[1..key.len() - 1])
}
