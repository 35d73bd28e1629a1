//! What functions of the project change of what they are given, through however many files, and which files change what another
//! makes under names of their own, or by giving it to such functions.

use std::sync::{Arc, PoisonError};

use rollproof_source::{FileId, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Program;
use super::outside::{MAX_HOPS, Origin, OutsideWrite, Target, is_shared};
use crate::ir::{
    ANY_FIELD, BindingId, BindingKind, Call, CallStyle, ClassId, Export, ExprId, ExprKind, Facts, FunctionId, RegionId,
    Write, WriteOp,
};
use crate::sharing::{Foreign, MAX_HELD, Source};

/// What is said of what another file writes otherwise than by the name that it imports.
pub(crate) const CHANGED: &str = "changed under another name";

/// How many functions that pass a value on are looked at for one.
const MAX_PASSED_ON: usize = 32;

/// How long a chain of base classes may be.
const MAX_BASES: u32 = 8;

type Fields = Vec<Arc<str>>;

/// What functions change of their arguments.
pub(super) type Given = FxHashMap<(FileId, FunctionId, u32), Arc<[GivenChange]>>;

/// The writes to something, where there are any.
pub(super) type Writes = Option<Arc<[OutsideWrite]>>;

/// What a function changes of what it is given.
#[derive(Debug, Clone)]
pub(crate) struct GivenChange {
    /// Where the change stands.
    pub(crate) facts: Arc<Facts>,
    pub(crate) at: TextRange,
    /// The fields that lead from the argument to what is changed.
    pub(crate) path: Fields,
    /// The field that is set; none where that may be any, or where a list is changed.
    pub(crate) field: Option<Arc<str>>,
}

/// A function that a part of an argument gets to.
struct Reached {
    facts: Arc<Facts>,
    function: FunctionId,
    index: u32,
    /// The fields that lead to the part from this function's argument, and from that of the function that was asked about.
    held: Fields,
    path: Fields,
}

impl GivenChange {
    /// The fields that lead to what is changed from a part of the argument.
    pub(crate) fn within(&self, held: &[Arc<str>]) -> Option<Fields> {
        after(&self.path, held)
    }
}

/// What is left of a path behind its start.
fn after(path: &[Arc<str>], start: &[Arc<str>]) -> Option<Fields> {
    let any = |field: &Arc<str>| field.as_ref() == ANY_FIELD;
    let same = |(one, other): (&Arc<str>, &Arc<str>)| one == other || any(one) || any(other);
    (path.len() >= start.len() && path.iter().zip(start).all(same)).then(|| path[start.len()..].to_vec())
}

fn joined(first: &[Arc<str>], second: &[Arc<str>]) -> Fields {
    first.iter().chain(second).cloned().collect()
}

/// Changes of whatever an argument holds.
fn changed_anyhow(facts: &Arc<Facts>, function: FunctionId) -> impl Iterator<Item = GivenChange> {
    let at = facts.functions[function.index()].range;
    let changed =
        move |depth| GivenChange { facts: facts.clone(), at, path: vec![ANY_FIELD.into(); depth], field: None };
    (0..=MAX_HELD).map(changed)
}

impl Program<'_> {
    /// What a function changes of an argument, or the functions of other files that it gives that to.
    pub(crate) fn changes_of(&self, facts: &Arc<Facts>, function: FunctionId, index: u32) -> Arc<[GivenChange]> {
        let key = (facts.file, function, index);
        if let Some(known) = self.given.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let start = Reached { facts: facts.clone(), function, index, held: Vec::new(), path: Vec::new() };
        let mut open = vec![start];
        let mut found = Vec::new();
        let mut next = 0;
        while next < open.len() {
            let Reached { facts, function, index, held, path } = &open[next];
            for changed in facts.sharing().given(*function, *index) {
                let Some(rest) = after(&changed.path, held) else { continue };
                let (at, field) = (changed.unseen.at, changed.unseen.field.clone());
                found.push(GivenChange { facts: facts.clone(), at, path: joined(path, &rest), field });
            }
            let mut more = Vec::new();
            for handed in facts.sharing().handed_on(*function, *index) {
                let Foreign { path: part, .. } = &handed.what;
                let (held, path) = match (after(part, held), after(held, part)) {
                    (Some(rest), _) => (handed.held.clone(), joined(path, &rest)),
                    (None, Some(rest)) => (joined(&handed.held, &rest), path.clone()),
                    (None, None) => continue,
                };
                for (facts, function) in self.functions_called(facts, handed.call) {
                    let (held, path) = (held.clone(), path.clone());
                    more.push(Reached { facts, function, index: handed.index, held, path });
                }
            }
            let is_same = |one: &Reached, other: &Reached| {
                one.facts.file == other.facts.file
                    && (one.function, one.index, &one.held, &one.path)
                        == (other.function, other.index, &other.held, &other.path)
            };
            more.retain(|one| !open.iter().any(|other| is_same(one, other)));
            if open.len() + more.len() > MAX_PASSED_ON {
                // Who else changes what of it is not looked into.
                found.extend(changed_anyhow(facts, *function));
                break;
            }
            open.extend(more);
            next += 1;
        }
        let found: Arc<[GivenChange]> = found.into();
        self.given.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(found).clone()
    }

    /// The functions of other files that a call plainly calls.
    fn functions_called(&self, facts: &Arc<Facts>, call: ExprId) -> Vec<(Arc<Facts>, FunctionId)> {
        let ExprKind::Call(call) = &facts.expr(call).kind else { return Vec::new() };
        let Call { callee, style, .. } = call.as_ref();
        let (mut root, mut path) = (*callee, Fields::new());
        if *style == CallStyle::New {
            path.push("constructor".into());
        } else if let ExprKind::Member { object, property } = &facts.expr(root).kind
            && let ExprKind::Call(made) = &facts.expr(*object).kind
            && made.style == CallStyle::New
        {
            // `new Query().add(…)`
            root = made.callee;
            path.push(property.clone());
        }
        let mut found = Vec::new();
        for origin in self.origins_of(facts, root, path, (MAX_HOPS, false)) {
            let function = self.function_at(&origin, MAX_BASES).filter(|(other, _)| other.file != facts.file);
            found.extend(function);
        }
        found
    }

    /// The function that stands somewhere.
    fn function_at(&self, origin: &Origin, steps: u32) -> Option<(Arc<Facts>, FunctionId)> {
        let Origin { facts, target, path } = origin;
        match *target {
            Target::Expr(expr) => self.function_in(facts, expr, path, steps),
            Target::Binding(id) => match facts.binding(id).kind {
                BindingKind::Function(function) => path.is_empty().then(|| (facts.clone(), function)),
                BindingKind::Class(class) => self.method_of(facts, class, path, steps),
                _ => {
                    let binding = facts.binding(id);
                    let init = binding.init.filter(|_| binding.path.is_empty())?;
                    self.function_in(facts, init, path, steps)
                }
            },
        }
    }

    fn function_in(
        &self,
        facts: &Arc<Facts>,
        expr: ExprId,
        path: &[Arc<str>],
        steps: u32,
    ) -> Option<(Arc<Facts>, FunctionId)> {
        let steps = steps.checked_sub(1)?;
        match (&facts.expr(expr).kind, path.split_first()) {
            (ExprKind::Function(function), None) => Some((facts.clone(), *function)),
            (ExprKind::Class(class), _) => self.method_of(facts, *class, path, steps),
            (ExprKind::Object(fields), Some((name, rest))) => {
                let field = fields.iter().rev().find(|field| field.name.as_ref() == Some(name))?;
                self.function_in(facts, field.value, rest, steps)
            }
            (ExprKind::Call(call), Some(_)) if call.style == CallStyle::New => {
                self.function_from(facts, call.callee, path, steps)
            }
            (ExprKind::Binding(_) | ExprKind::Member { .. }, _) => self.function_from(facts, expr, path, steps),
            _ => None,
        }
    }

    /// The first function that an expression, or a part of what it stands for, comes from.
    fn function_from(
        &self,
        facts: &Arc<Facts>,
        expr: ExprId,
        path: &[Arc<str>],
        steps: u32,
    ) -> Option<(Arc<Facts>, FunctionId)> {
        let origins = self.origins_of(facts, expr, path.to_vec(), (MAX_HOPS, false));
        origins.iter().find_map(|origin| self.function_at(origin, steps))
    }

    /// A method of a class, or of one that it extends.
    fn method_of(
        &self,
        facts: &Arc<Facts>,
        class: ClassId,
        path: &[Arc<str>],
        steps: u32,
    ) -> Option<(Arc<Facts>, FunctionId)> {
        let [name] = path else { return None };
        let class = &facts.classes[class.index()];
        if let Some(method) = class.methods.get(name) {
            return Some((facts.clone(), *method));
        }
        let steps = steps.checked_sub(1)?;
        self.function_from(facts, class.extends?, path, steps)
    }

    /// The writes to something that a file makes, those under other names and by functions that are given it among them.
    pub(crate) fn writes_to(&self, facts: &Arc<Facts>, target: Target) -> Writes {
        let key = (facts.file, target);
        if let Some(known) = self.hidden.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let outside = self.outside(facts);
        let plain = outside.of(target);
        let names = exported_with(facts, target);
        let names = self.with_renames(names.iter().collect());
        let mut hidden = Hidden { made: (facts, target), names: &names, writes: Vec::new() };
        if !names.is_empty() {
            hidden.writes.extend(plain.into_iter().flat_map(|plain| plain.iter().cloned()));
            let own = matches!(target, Target::Binding(id) if names.iter().all(|name| is_exported_as(facts, id, name)));
            let inert = if own { self.inert_fields(facts, target) } else { FxHashSet::default() };
            for path in self.users_of(facts, &names, &inert) {
                if let Some(writer) = self.facts(&path) {
                    self.add_hidden(&writer, &mut hidden);
                }
            }
        }
        let new = hidden.writes.len() > plain.map_or(0, |plain| plain.len());
        let found = if new { Some(hidden.writes.into()) } else { plain.cloned() };
        self.hidden.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(found).clone()
    }

    /// The fields of an object literal that are texts, numbers, functions or what libraries make: nobody changes a part of those.
    fn inert_fields<'f>(&self, facts: &'f Arc<Facts>, target: Target) -> FxHashSet<&'f Arc<str>> {
        let Target::Binding(id) = target else { return FxHashSet::default() };
        let Some(init) = facts.binding(id).init else { return FxHashSet::default() };
        let ExprKind::Object(fields) = &facts.expr(init).kind else { return FxHashSet::default() };
        if fields.iter().any(|field| field.name.is_none()) {
            return FxHashSet::default();
        }
        let inert = fields.iter().filter(|field| self.is_inert(facts, field.value, MAX_BASES));
        inert.filter_map(|field| field.name.as_ref()).collect()
    }

    fn is_inert(&self, facts: &Facts, expr: ExprId, steps: u32) -> bool {
        let Some(steps) = steps.checked_sub(1) else { return false };
        match &facts.expr(expr).kind {
            ExprKind::Template(_)
            | ExprKind::Concat(_)
            | ExprKind::Number(_)
            | ExprKind::Nothing
            | ExprKind::Function(_)
            | ExprKind::Opaque => true,
            ExprKind::Call(call) => self.is_of_library(facts, call.callee, steps),
            ExprKind::Binding(id) => {
                let binding = facts.binding(*id);
                let init = binding.init.filter(|_| binding.path.is_empty() && binding.writes.is_empty());
                let is_constant = matches!(binding.kind, BindingKind::Variable);
                is_constant && init.is_some_and(|init| self.is_inert(facts, init, steps))
            }
            _ => false,
        }
    }

    /// Whether something starts with what a library exports: `z.object(…).strict()`.
    fn is_of_library(&self, facts: &Facts, expr: ExprId, steps: u32) -> bool {
        let Some(steps) = steps.checked_sub(1) else { return false };
        match &facts.expr(expr).kind {
            ExprKind::Call(call) => self.is_of_library(facts, call.callee, steps),
            ExprKind::Member { object, .. } => self.is_of_library(facts, *object, steps),
            ExprKind::Binding(id) => match &facts.binding(*id).kind {
                BindingKind::Import { module, .. } => self.resolve_module(facts, module).is_none(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Adds what `writer` changes of something under names that are not followed.
    fn add_hidden(&self, writer: &Arc<Facts>, hidden: &mut Hidden<'_>) {
        let names = hidden.names;
        let is_name = |import: BindingId, path: &[Arc<str>]| match &writer.binding(import).kind {
            BindingKind::Import { name: Some(name), .. } => name.as_ref() == "default" || names.contains(name),
            BindingKind::Import { name: None, .. } => path
                .first()
                .is_none_or(|name| name.as_ref() == ANY_FIELD || name.as_ref() == "default" || names.contains(name)),
            _ => true,
        };
        for write in writer.sharing().into_imports().iter().filter(|write| is_name(write.import, &write.path)) {
            let mutation = &writer.mutations[write.mutation];
            let place = (writer, mutation.at);
            self.add_change(
                writer,
                (write.import, &write.path),
                (mutation.field.as_ref(), mutation.by_method),
                place,
                hidden,
            );
        }
        for handed in writer.sharing().handed_imports() {
            let Foreign { source: Source::Import(import), path } = &handed.what else { continue };
            if !is_name(*import, path) {
                continue;
            }
            let origins = self.origins(writer, *import, path.clone(), (MAX_HOPS, true));
            if !origins.iter().any(|origin| hidden.is_it(origin)) {
                continue;
            }
            for (facts, function) in self.functions_called(writer, handed.call) {
                for change in self.changes_of(&facts, function, handed.index).iter() {
                    let Some(rest) = change.within(&handed.held) else { continue };
                    let is_anew = |anew: &Vec<Arc<str>>| rest.first().is_none_or(|field| anew.contains(field));
                    if handed.copied.as_ref().is_some_and(is_anew) {
                        continue;
                    }
                    let place = (&change.facts, change.at.end);
                    self.add_change(
                        writer,
                        (*import, &joined(path, &rest)),
                        (change.field.as_ref(), false),
                        place,
                        hidden,
                    );
                }
            }
        }
    }

    /// Adds a change of a part of an import: what is put into a list, and, where it is no method of lists that does it, a field
    /// that is set.
    fn add_change(
        &self,
        writer: &Arc<Facts>,
        (import, path): (BindingId, &[Arc<str>]),
        (field, by_method): (Option<&Arc<str>>, bool),
        (facts, at): (&Arc<Facts>, u32),
        hidden: &mut Hidden<'_>,
    ) {
        let mut add = |path: Fields, put: bool| {
            for origin in self.origins(writer, import, path, (MAX_HOPS, put)) {
                let is_known = |known: &OutsideWrite| {
                    known.facts.file == facts.file && known.write.at == at && known.path == origin.path
                };
                if !hidden.is_it(&origin) || hidden.writes.iter().any(is_known) {
                    continue;
                }
                let op = if put { WriteOp::ListLost(CHANGED) } else { WriteOp::Lost(CHANGED) };
                let write = Write { at, region: RegionId(0), field: None, op };
                hidden.writes.push(OutsideWrite { facts: facts.clone(), path: origin.path, write });
            }
        };
        if field.is_none() {
            add(path.to_vec(), true);
        }
        if !by_method {
            let field = field.cloned().unwrap_or_else(|| ANY_FIELD.into());
            add(joined(path, &[field]), false);
        }
    }
}

/// The writes to something that are looked for.
struct Hidden<'h> {
    made: (&'h Arc<Facts>, Target),
    /// The names that it may be imported by.
    names: &'h FxHashSet<&'h Arc<str>>,
    writes: Vec<OutsideWrite>,
}

impl Hidden<'_> {
    fn is_it(&self, origin: &Origin) -> bool {
        let (made, target) = self.made;
        origin.facts.file == made.file && origin.target == target && is_shared(made, target)
    }
}

/// The names that something is exported under, or is a part of what is exported.
fn exported_with(facts: &Facts, target: Target) -> FxHashSet<Arc<str>> {
    if is_enum(facts, target) {
        return FxHashSet::default();
    }
    let holders: Vec<Holder> = holders(facts).collect();
    let mut held: FxHashSet<BindingId> = FxHashSet::default();
    let mut open = Vec::new();
    let mut named = FxHashSet::default();
    match target {
        Target::Binding(id) => open.push(id),
        Target::Expr(expr) => {
            let is_it = |export: &Export| matches!(export, Export::Expr(other) if *other == expr);
            named.extend(facts.exports.iter().filter(|(_, export)| is_it(export)).map(|(name, _)| name.clone()));
        }
    }
    while let Some(id) = open.pop() {
        if !held.insert(id) {
            continue;
        }
        for expr in &facts.exprs {
            if matches!(expr.kind, ExprKind::Binding(other) if other == id) {
                let stands_in = |range: &TextRange| range.start <= expr.range.start && expr.range.end <= range.end;
                // What a function reads is not held by what holds the function.
                let around = facts.function_at(expr.range.start);
                let holds = |holder: &&Holder| stands_in(&holder.range) && holder.around == around;
                open.extend(holders.iter().filter(holds).map(|holder| holder.name));
                let in_export = |export: &Export| match export {
                    Export::Expr(whole) => around.is_none() && stands_in(&facts.expr(*whole).range),
                    _ => false,
                };
                named
                    .extend(facts.exports.iter().filter(|(_, export)| in_export(export)).map(|(name, _)| name.clone()));
            }
        }
    }
    let is_held = |export: &Export| matches!(export, Export::Binding(id) if held.contains(id));
    named.extend(facts.exports.iter().filter(|(_, export)| is_held(export)).map(|(name, _)| name.clone()));
    named
}

fn is_exported_as(facts: &Facts, id: BindingId, name: &str) -> bool {
    matches!(facts.exports.get(name), Some(Export::Binding(other)) if *other == id)
}

/// Nothing is written into the names that an enum is made of.
fn is_enum(facts: &Facts, target: Target) -> bool {
    let Target::Binding(id) = target else { return false };
    let start = facts.binding(id).init.map(|init| facts.expr(init).range.start as usize);
    let text = start.and_then(|start| facts.text.get(start..));
    text.is_some_and(|text| ["enum ", "const enum "].iter().any(|start| text.starts_with(start)))
}

/// A name, and where what it may hold stands.
struct Holder {
    name: BindingId,
    range: TextRange,
    /// In which function.
    around: Option<FunctionId>,
}

/// What names of a file may hold: their values, and what is put into them.
fn holders(facts: &Facts) -> impl Iterator<Item = Holder> + '_ {
    let inits = facts.bindings.iter().enumerate().filter_map(|(at, binding)| {
        let is_variable = matches!(binding.kind, BindingKind::Variable | BindingKind::Element);
        let range = facts.expr(binding.init.filter(|_| is_variable)?).range;
        Some(Holder { name: BindingId(at as u32), range, around: facts.function_of(binding.region) })
    });
    let put = facts.mutations.iter().flat_map(|mutation| {
        let mut root = mutation.object;
        while let ExprKind::Member { object, .. } | ExprKind::Index { object, .. } = facts.expr(root).kind {
            root = object;
        }
        let ExprKind::Binding(name) = facts.expr(root).kind else { return Vec::new() };
        let around = facts.function_of(mutation.region);
        mutation.values.iter().map(|value| Holder { name, range: facts.expr(*value).range, around }).collect()
    });
    inits.chain(put)
}
