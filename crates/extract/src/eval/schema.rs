//! Values that a schema of zod has checked: `z.object({ by: z.enum(["name", "age"]) }).parse(query).by` is one of two texts.
//! Only what a schema says of literals, enums and numbers is read: <https://zod.dev/api>.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::declared::{MAX_HOPS, Typed};
use super::value::Value;
use crate::ir::{BindingId, BindingKind, Call, Export, ExprId, ExprKind, Facts, Part, Step};
use crate::lang::declared::{Declared, annotation};

/// How deep schemas may nest.
const MAX_DEPTH: u32 = 16;

/// What gives the value that was checked.
const PARSES: &[&str] = &["parse", "parseAsync"];

/// What gives an object that holds the value, or says why it was refused.
const SAFE_PARSES: &[&str] = &["safeParse", "safeParseAsync", "spa"];

/// Methods of a schema after which a value is still of what it said, or of less.
const KEEPING: &[&str] = &[
    "min",
    "max",
    "int",
    "positive",
    "nonnegative",
    "negative",
    "nonpositive",
    "gt",
    "gte",
    "lt",
    "lte",
    "multipleOf",
    "step",
    "finite",
    "safe",
    "describe",
    "meta",
    "openapi",
    "brand",
    "strict",
    "passthrough",
    "loose",
    "strip",
    "refine",
    "superRefine",
    "check",
    "readonly",
    "nonempty",
    "length",
    "required",
    "pick",
    "omit",
    "catch",
    "unwrap",
];

impl Evaluator<'_> {
    /// What an expression is worth, the values that a schema has checked as it says.
    pub(super) fn as_checked(&mut self, facts: &Arc<Facts>, expr: ExprId, values: Vec<Value>, at: Span) -> Vec<Value> {
        let is_parsed = |value: &Value| match value {
            Value::External { module, path } if is_zod(module) => {
                path.iter().any(|name| tells_type(name)) || is_of_param(facts, expr)
            }
            _ => false,
        };
        if !values.iter().any(is_parsed) || values.len() > 1 {
            return values;
        }
        let Some(typed) = self.parsed_type(facts, expr, MAX_HOPS) else { return values };
        self.declared_values(&typed, at, MAX_HOPS).unwrap_or(values)
    }

    /// The type of what `parse` gave, or of a part of it.
    fn parsed_type(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<Typed> {
        let hops = hops.checked_sub(1)?;
        match &facts.expr(expr).kind {
            ExprKind::Call(call) => {
                let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
                let safe = SAFE_PARSES.contains(&property.as_ref());
                if !safe && !PARSES.contains(&property.as_ref()) {
                    return None;
                }
                let (facts, typed) = self.schema_at(facts, *object, hops)?;
                let data = |typed| Declared::Members([("data".into(), Default::default(), typed)].into());
                Some((facts, if safe { data(typed) } else { typed }))
            }
            ExprKind::Member { object, property } => {
                let of = self.parsed_type(facts, *object, hops)?;
                self.declared_member(of, property, hops)
            }
            ExprKind::Binding(id) if let BindingKind::Param(param) = facts.binding(*id).kind => {
                let typed = facts.functions[param.function.index()].params[param.index as usize].typed?;
                let binding = facts.binding(*id);
                let of = (facts.clone(), annotation(typed.slice(&facts.text), typed.start));
                binding.writes.is_empty().then(|| self.reached(of, &binding.path, hops)).flatten()
            }
            ExprKind::Binding(id) => {
                let (facts, id) = self.constant_binding(facts, *id, hops)?;
                if !self.calls_that_write(&facts, id, None).is_empty() {
                    return None;
                }
                let binding = facts.binding(id);
                let of = self.parsed_type(&facts, binding.init?, hops)?;
                self.reached(of, &binding.path, hops)
            }
            _ => None,
        }
    }

    /// The type of what these steps lead to.
    fn reached(&mut self, of: Typed, steps: &[Step], hops: u32) -> Option<Typed> {
        steps.iter().try_fold(of, |of, step| match step {
            Step::Field(name) => self.declared_member(of, name, hops),
            Step::Item(_) => self.declared_item(of, hops),
            _ => None,
        })
    }

    /// The binding that a name stands for, in the file that says what it is; none where it is written again.
    fn constant_binding(&mut self, facts: &Arc<Facts>, id: BindingId, hops: u32) -> Option<(Arc<Facts>, BindingId)> {
        let hops = hops.checked_sub(1)?;
        let binding = facts.binding(id);
        match &binding.kind {
            BindingKind::Variable if binding.writes.is_empty() => Some((facts.clone(), id)),
            BindingKind::Import { module, name } => {
                let path = self.program.resolve_module(facts, module)?;
                self.exported_constant(&path, name.as_ref()?, hops)
            }
            _ => None,
        }
    }

    fn exported_constant(&mut self, path: &Arc<str>, name: &Arc<str>, hops: u32) -> Option<(Arc<Facts>, BindingId)> {
        let hops = hops.checked_sub(1)?;
        let facts = self.program.facts(path)?;
        match facts.exports.get(name) {
            Some(Export::Binding(id)) => return self.constant_binding(&facts, *id, hops),
            Some(Export::From { module, name: Some(name) }) => {
                let path = self.program.resolve_module(&facts, module)?;
                return self.exported_constant(&path, name, hops);
            }
            Some(_) => return None,
            None => {}
        }
        facts.export_all.iter().find_map(|module| {
            let path = self.program.resolve_module(&facts, module)?;
            self.exported_constant(&path, name, hops)
        })
    }

    /// What a schema says that has a name in a file: `z.infer<typeof query>`.
    pub(super) fn schema_named(&mut self, facts: &Arc<Facts>, name: &str, hops: u32) -> Option<Typed> {
        let id = super::declared::binding_named(facts, name)?;
        self.schema_of_name(facts, id, hops)
    }

    fn schema_of_name(&mut self, facts: &Arc<Facts>, id: BindingId, hops: u32) -> Option<Typed> {
        let (facts, id) = self.constant_binding(facts, id, hops)?;
        let binding = facts.binding(id);
        let init = binding.init.filter(|_| binding.path.is_empty())?;
        self.schema_at(&facts, init, hops)
    }

    fn schema_at(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<Typed> {
        match facts.expr(expr).kind {
            ExprKind::Binding(id) => self.schema_of_name(facts, id, hops.checked_sub(1)?),
            _ => Some((facts.clone(), schema(facts, expr, 0))),
        }
    }
}

/// Whether what has this name among those that lead to it is a value that was checked, or is declared to be.
fn tells_type(name: &str) -> bool {
    PARSES.contains(&name) || SAFE_PARSES.contains(&name) || matches!(name, "infer" | "output" | "TypeOf")
}

/// Whether an expression is a parameter or a part of one. A type may be called like its schema.
fn is_of_param(facts: &Facts, expr: ExprId) -> bool {
    match facts.expr(expr).kind {
        ExprKind::Member { object, .. } => is_of_param(facts, object),
        ExprKind::Binding(id) => matches!(facts.binding(id).kind, BindingKind::Param(_)),
        _ => false,
    }
}

/// Whether a module is zod, or has it under its name.
fn is_zod(module: &str) -> bool {
    module == "zod"
        || module.starts_with("zod/")
        || matches!(module, "@hono/zod-openapi" | "astro:schema" | "astro/zod" | "astro:content")
}

/// Whether an expression is zod itself, or its part for values that are coerced.
fn is_zod_itself(facts: &Facts, expr: ExprId) -> bool {
    match &facts.expr(expr).kind {
        ExprKind::Binding(id) => {
            matches!(&facts.binding(*id).kind, BindingKind::Import { module, .. } if is_zod(module))
        }
        ExprKind::Member { object, property } => property.as_ref() == "coerce" && is_zod_itself(facts, *object),
        _ => false,
    }
}

/// What a schema lets through, as far as that tells texts.
fn schema(facts: &Facts, expr: ExprId, depth: u32) -> Declared {
    if depth > MAX_DEPTH {
        return Declared::Anything;
    }
    match &facts.expr(expr).kind {
        ExprKind::Binding(id) => Declared::Schema(facts.binding(*id).name.clone()),
        ExprKind::Call(call) => match &facts.expr(call.callee).kind {
            ExprKind::Member { object, property } if is_zod_itself(facts, *object) => {
                made(facts, property, call, depth + 1)
            }
            ExprKind::Member { object, property } => changed(facts, (*object, property), call, depth + 1),
            _ => Declared::Anything,
        },
        _ => Declared::Anything,
    }
}

/// `z.enum(["a", "b"])` and the like.
fn made(facts: &Facts, name: &str, call: &Call, depth: u32) -> Declared {
    let first = call.arguments.first().copied();
    let of = |expr: Option<ExprId>| expr.map_or(Declared::Anything, |expr| schema(facts, expr, depth));
    match name {
        "enum" | "nativeEnum" | "literal" => first.map_or(Declared::Anything, |first| listed(facts, first)),
        "union" | "discriminatedUnion" => match call.arguments.last().map(|list| &facts.expr(*list).kind) {
            Some(ExprKind::Array(items)) => {
                Declared::OneOf(items.iter().map(|item| schema(facts, *item, depth)).collect())
            }
            _ => Declared::Anything,
        },
        "intersection" => Declared::AllOf(call.arguments.iter().map(|one| schema(facts, *one, depth)).collect()),
        "object" | "strictObject" | "looseObject" => {
            first.map_or(Declared::Anything, |fields| members(facts, fields, depth))
        }
        "number" | "bigint" | "int" | "int32" | "uint32" | "float32" | "float64" => Declared::Number,
        "boolean" | "stringbool" => Declared::Truth,
        "null" | "undefined" | "void" => Declared::Nothing,
        "array" => Declared::List(Arc::new(of(first))),
        "optional" | "nullable" | "nullish" => or_nothing(of(first)),
        "preprocess" => of(call.arguments.get(1).copied()),
        _ => Declared::Anything,
    }
}

/// What a method makes of a schema: `schema.optional()`.
fn changed(facts: &Facts, (object, name): (ExprId, &str), call: &Call, depth: u32) -> Declared {
    let own = || schema(facts, object, depth);
    let first = call.arguments.first().copied();
    let of = |expr: Option<ExprId>| expr.map_or(Declared::Anything, |expr| schema(facts, expr, depth));
    match name {
        name if KEEPING.contains(&name) => own(),
        "optional" | "nullable" | "nullish" => or_nothing(own()),
        "default" | "prefault" => without_nothing(own()),
        "extract" => first.map_or(Declared::Anything, |first| listed(facts, first)),
        "or" => Declared::OneOf([own(), of(first)].into()),
        "and" => Declared::AllOf([own(), of(first)].into()),
        "array" => Declared::List(Arc::new(own())),
        "extend" | "safeExtend" => {
            let fields = first.map_or(Declared::Anything, |fields| members(facts, fields, depth));
            match fields {
                Declared::Members(_) => Declared::AllOf([fields, own()].into()),
                _ => Declared::Anything,
            }
        }
        "merge" => match of(first) {
            Declared::Anything => Declared::Anything,
            other => Declared::AllOf([other, own()].into()),
        },
        "partial" => Declared::Partial(Arc::new(own())),
        "keyof" => Declared::Keys(Arc::new(own())),
        "pipe" => of(first),
        _ => Declared::Anything,
    }
}

/// The fields of a schema of objects. What is spread may name any of those before it.
fn members(facts: &Facts, fields: ExprId, depth: u32) -> Declared {
    let ExprKind::Object(fields) = &facts.expr(fields).kind else { return Declared::Anything };
    if fields.iter().any(|field| field.name.is_none()) {
        return Declared::Anything;
    }
    let member = |field: &crate::ir::Field| {
        let name = field.name.clone().unwrap_or_default();
        (name, facts.expr(field.value).range, schema(facts, field.value, depth))
    };
    Declared::Members(fields.iter().map(member).collect())
}

/// A literal, a list of literals, the name of such a list or of an enum.
fn listed(facts: &Facts, expr: ExprId) -> Declared {
    match &facts.expr(expr).kind {
        ExprKind::Array(items) => Declared::OneOf(items.iter().map(|item| listed(facts, *item)).collect()),
        ExprKind::Template(parts) => match &parts[..] {
            [Part::Text(chunk)] if chunk.derived.is_none() => {
                Declared::Text(chunk.range.slice(&facts.text).into(), chunk.range)
            }
            _ => Declared::Anything,
        },
        ExprKind::Number(_) => Declared::Number,
        ExprKind::Nothing => Declared::Nothing,
        ExprKind::Binding(id) => Declared::Listed(facts.binding(*id).name.clone()),
        _ => Declared::Anything,
    }
}

fn or_nothing(typed: Declared) -> Declared {
    Declared::OneOf([typed, Declared::Nothing].into())
}

/// A default stands for what is missing.
fn without_nothing(typed: Declared) -> Declared {
    match typed {
        Declared::OneOf(types) => {
            Declared::OneOf(types.iter().filter(|typed| **typed != Declared::Nothing).cloned().collect())
        }
        typed => typed,
    }
}
