//! Writes: assignments, and methods and functions that change what they are given.

use std::sync::Arc;

use tree_sitter::Node;

use super::kind::{Kind, Part};
use super::{Lowering, range_of};
use crate::ir::{ANY_FIELD, DELETED, ExprId, ExprKind, Field, KEYED, Logic, Mutation, RegionKind, WriteOp};
use crate::sharing::CHANGING;

/// How many fields may lead to what is written.
const MAX_PATH: usize = 16;

impl Lowering<'_> {
    /// Functions of the language that change their first argument; gives what `Object.assign({}, …)` makes.
    pub(super) fn changed_by_function(
        &mut self,
        name: &str,
        arguments: &[ExprId],
        range: rollproof_source::TextRange,
    ) -> Option<ExprId> {
        match name {
            "Object.assign" => return self.assigned(arguments, range),
            "Object.defineProperty" | "Object.defineProperties" | "Object.setPrototypeOf" | "Reflect.set" => {}
            _ => return None,
        }
        let first = *arguments.first()?;
        self.mutation(first, None, Vec::new(), range.end);
        let (target, mut path) = self.rooted_expr(first)?;
        path.push(self.builder.intern(ANY_FIELD));
        self.builder.write_at(&target, path, range.end, WriteOp::Lost("fields that are assigned"));
        None
    }

    /// Notes that an object's field is set.
    fn mutation(&mut self, object: ExprId, field: Option<Arc<str>>, values: Vec<ExprId>, at: u32) -> &mut Mutation {
        let region = self.builder.region;
        let mutations = &mut self.builder.facts.mutations;
        mutations.push(Mutation {
            object,
            field,
            values,
            copies: false,
            by_method: false,
            computed: false,
            at,
            region,
        });
        let last = mutations.len() - 1;
        &mut mutations[last]
    }

    /// `Object.assign({}, a, b)` is `{ ...a, ...b }`; of a variable, its fields are set.
    fn assigned(&mut self, arguments: &[ExprId], range: rollproof_source::TextRange) -> Option<ExprId> {
        let (first, rest) = arguments.split_first()?;
        if matches!(self.builder.facts.expr(*first).kind, ExprKind::Object(_)) {
            let fields = arguments.iter().map(|value| Field::spread(*value)).collect();
            return Some(self.builder.expr(ExprKind::Object(fields), range));
        }
        let rooted = self.rooted_expr(*first);
        let any = self.builder.intern(ANY_FIELD);
        for source in rest {
            let fields = match &self.builder.facts.expr(*source).kind {
                ExprKind::Object(fields) => fields.clone(),
                _ => vec![Field::spread(*source)],
            };
            for field in fields {
                let copies = field.is_spread();
                let Field { name, value, .. } = field;
                self.mutation(*first, name.clone(), vec![value], range.end).copies = copies;
                let Some((target, path)) = &rooted else { continue };
                let (field, op) = match name {
                    Some(name) => (name, WriteOp::Assign(value)),
                    None => (any.clone(), WriteOp::Lost("fields that are assigned")),
                };
                let path = path.iter().cloned().chain([field]).collect();
                self.builder.write_at(target, path, range.end, op);
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
                ExprKind::Index { object, .. } => {
                    path.push(ANY_FIELD.into());
                    next = *object;
                }
                _ => return None,
            }
        }
    }

    /// `list.push(x)`, `query.append(x)`: writes to the variable.
    pub(super) fn write_by_method(&mut self, function: Node<'_>, callee: ExprId, arguments: &[ExprId], at: u32) {
        let Some(object) = self.part(function, Part::Object) else { return };
        let name = match self.kind(function) {
            Kind::MemberExpression => self.part(function, Part::Property).map(|property| self.slice(property)),
            Kind::SubscriptExpression => {
                let Some(index) = self.part(function, Part::Index) else { return };
                if self.kind(index) == Kind::Number {
                    return;
                }
                plain_key(self.slice(index))
            }
            _ => return,
        };
        let Some(name) = name else { return self.write_by_some_method(object, callee, arguments, at) };
        if let ExprKind::Member { object, .. } = self.builder.facts.expr(callee).kind {
            if CHANGING.contains(&name) {
                self.mutation(object, None, put_by(name, arguments), at).by_method = true;
            }
            // `[].push.apply(list, more)`
            if let (Some(first), "call" | "apply" | "bind", ExprKind::Member { property, .. }) =
                (arguments.first(), name, &self.builder.facts.expr(object).kind)
                && CHANGING.contains(&property.as_ref())
            {
                self.mutation(*first, None, Vec::new(), at);
                if let Some((target, path)) = self.rooted_expr(*first) {
                    self.builder.write_at(&target, path, at, WriteOp::ListLost("array changed in place"));
                }
                return;
            }
        }
        let op = match (name, arguments) {
            ("push", _) => WriteOp::Push(arguments.to_vec()),
            ("unshift", _) => WriteOp::Unshift(arguments.to_vec()),
            ("append", [one]) => WriteOp::Append(*one),
            ("add", [one]) => WriteOp::Include(*one),
            ("set", [_, _]) => WriteOp::ListLost("map that is changed"),
            ("delete" | "clear" | "copyWithin", _) => WriteOp::ListLost("array changed in place"),
            ("splice" | "pop" | "shift" | "reverse" | "sort" | "fill", _) => WriteOp::Lost("array changed in place"),
            _ => return,
        };
        let object = if name == "append" { self.appended_to(object) } else { object };
        self.write_to(object, at, op);
    }

    /// What a chain of `append` begins with: `query.append(a).append(b)`. Each gives the query itself.
    fn appended_to<'n>(&self, object: Node<'n>) -> Node<'n> {
        const THE_SAME: &[&str] = &["append", "setName", "useBind"];
        let mut next = object;
        while self.kind(next) == Kind::CallExpression
            && let Some(function) = self.part(next, Part::Function)
            && self.kind(function) == Kind::MemberExpression
            && self.part(function, Part::Property).is_some_and(|name| THE_SAME.contains(&self.slice(name)))
            && let Some(inner) = self.part(function, Part::Object)
        {
            next = inner;
        }
        next
    }

    /// `list[method](x)`: nobody knows what that does to a list.
    fn write_by_some_method(&mut self, object: Node<'_>, callee: ExprId, arguments: &[ExprId], at: u32) {
        if let ExprKind::Index { object, .. } = self.builder.facts.expr(callee).kind {
            let mutation = self.mutation(object, None, arguments.to_vec(), at);
            mutation.by_method = true;
            mutation.computed = true;
        }
        if let Some((name, path)) = self.rooted(object) {
            self.builder.write_at(name, path, at, WriteOp::ListLost("array changed in place"));
        }
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
                    let mut name = self.part(child, Part::Value).unwrap_or(child);
                    while let Some(inner) = self.target_inside(name) {
                        name = inner;
                    }
                    self.write_place(name, at, WriteOp::Lost("destructuring assignment"), Vec::new());
                }
            }
            Kind::ShorthandPropertyIdentifierPattern => self.builder.write(self.slice(target), None, at, op),
            _ => {}
        }
    }

    /// What is assigned to in `x = default` and `...x`.
    fn target_inside<'n>(&self, target: Node<'n>) -> Option<Node<'n>> {
        match self.kind(target) {
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => self.part(target, Part::Left),
            Kind::RestPattern => self.children(target).into_iter().next(),
            _ => None,
        }
    }

    /// A write to a name, or to a part of what an expression stands for; `values` are put there.
    pub(super) fn write_place(&mut self, target: Node<'_>, at: u32, op: WriteOp, values: Vec<ExprId>) {
        let mut place = target;
        while matches!(
            self.kind(place),
            Kind::NonNullExpression | Kind::ParenthesizedExpression | Kind::AsExpression | Kind::SatisfiesExpression
        ) {
            let Some(inner) = self.children(place).into_iter().next() else { break };
            place = inner;
        }
        let field = match self.kind(place) {
            Kind::MemberExpression => self.part(place, Part::Property).map(|property| self.slice(property)),
            Kind::SubscriptExpression => self.part(place, Part::Index).and_then(|index| plain_key(self.slice(index))),
            _ => return self.write_to(target, at, op),
        };
        if let Some(object) = self.part(place, Part::Object) {
            let object = self.expression(object);
            if let Some(index) = self.part(place, Part::Index) {
                self.expression(index);
            }
            let field = field.filter(|field| *field != "length").map(|field| self.builder.intern(field));
            self.mutation(object, field, values, at);
        }
        self.write_to(target, at, op);
    }

    /// `delete object.name`
    pub(super) fn deletes(&mut self, argument: Node<'_>, lowered: Option<ExprId>, at: u32) {
        let place = lowered.map(|lowered| self.builder.facts.expr(lowered).kind.clone());
        match place {
            Some(ExprKind::Member { object, property }) => drop(self.mutation(object, Some(property), Vec::new(), at)),
            Some(ExprKind::Index { object, .. }) => drop(self.mutation(object, None, Vec::new(), at)),
            _ => {}
        }
        self.write_any(argument, at);
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
        let property = self.part(target, Part::Property).map(|property| self.slice(property));
        let index = self.part(target, Part::Index).and_then(|index| plain_key(self.slice(index)));
        let named = property.or(index).map(|name| self.builder.intern(name));
        let reason = if named.is_some() { DELETED } else { "fields that are deleted" };
        for field in named.into_iter().chain([self.builder.intern(ANY_FIELD)]) {
            let path = path.iter().cloned().chain([field]).collect();
            self.builder.write_at(name, path, at, WriteOp::Lost(reason));
        }
    }

    fn write_field(&mut self, field: &Arc<str>, op: WriteOp) {
        let Some(class) = self.builder.class else { return };
        // What every constructor sets is as good as declared.
        let always = match self.builder.facts.region(self.builder.region).kind {
            RegionKind::Function(function) => {
                self.builder.facts.functions[function.index()].name.as_deref() == Some("constructor")
            }
            _ => false,
        };
        let field = self.builder.facts.classes[class.index()].fields.entry(field.clone()).or_default();
        field.declared |= always;
        match op {
            WriteOp::Assign(value) => field.values.push(value),
            _ => field.lost = true,
        }
    }

    pub(super) fn assignment(&mut self, node: Node<'_>) -> ExprId {
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
        let is_value = |parent: Node<'_>| !matches!(self.kind(parent), Kind::ExpressionStatement | Kind::ForStatement);
        let sum = (operator == "+=" && node.parent().is_some_and(is_value)).then(|| self.expression(left));
        self.write_place(left, range.end, op, vec![value]);
        match sum {
            Some(before) => self.builder.expr(ExprKind::Concat(vec![before, value]), range),
            None => value,
        }
    }
}

/// What a method puts into what it is called on.
fn put_by(method: &str, arguments: &[ExprId]) -> Vec<ExprId> {
    match method {
        "push" | "unshift" | "add" | "fill" => arguments.to_vec(),
        "set" => arguments.get(1).copied().into_iter().collect(),
        "splice" => arguments.get(2..).unwrap_or_default().to_vec(),
        _ => Vec::new(),
    }
}

/// The name in quotes that an index is.
fn plain_key(key: &str) -> Option<&str> {
    let plain = key.len() > 2 && matches!(key.as_bytes()[0], b'"' | b'\'') && !key.contains('\\');
    plain.then(|| &key[1..key.len() - 1])
}
