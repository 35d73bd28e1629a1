//! Writes to what a file exports: other files set its fields, add to its lists, delete from it. Nobody knows when.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Program;
use crate::ir::{
    ANY_FIELD, Binding, BindingId, BindingKind, CallStyle, Export, ExprId, ExprKind, Facts, Step, Write, WriteOp,
};
use crate::setters::Setters;

/// Through how many names and re-exports a value is followed to where it is made.
pub(super) const MAX_HOPS: u32 = 12;

/// Where a value is made that others may reach: under a name, or as an expression that is exported without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Binding(BindingId),
    Expr(ExprId),
}

/// What an expression refers to: fields of what a file makes.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) facts: Arc<Facts>,
    pub(crate) target: Target,
    pub(crate) path: Vec<Arc<str>>,
}

/// A write to a part of a value.
#[derive(Debug, Clone)]
pub(crate) struct OutsideWrite {
    /// Where it stands.
    pub(crate) facts: Arc<Facts>,
    /// The fields that lead to what is written; none where it is the whole value.
    pub(crate) path: Vec<Arc<str>>,
    pub(crate) write: Write,
}

/// The writes to what one file makes.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    writes: FxHashMap<Target, Arc<[OutsideWrite]>>,
}

impl Outside {
    pub(crate) fn of(&self, target: Target) -> Option<&Arc<[OutsideWrite]>> {
        self.writes.get(&target)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// A file, and a name there.
type Import = (Arc<str>, Arc<str>);

/// Files that import something, by what that is.
#[derive(Debug, Default)]
struct Importers {
    paths: Vec<Arc<str>>,
    by_module: FxHashMap<Arc<str>, BTreeSet<usize>>,
    /// By the name in the module.
    by_name: FxHashMap<Arc<str>, Vec<(Arc<str>, usize)>>,
}

impl Importers {
    fn add(&mut self, path: &Arc<str>, imports: Vec<Import>) {
        if imports.is_empty() {
            return;
        }
        let file = self.paths.len();
        self.paths.push(path.clone());
        for (module, name) in imports {
            self.by_module.entry(module.clone()).or_default().insert(file);
            self.by_name.entry(name).or_default().push((module, file));
        }
    }
}

/// A file in which something of a module stands as a value, or a field of it does.
#[derive(Debug)]
struct User {
    path: Arc<str>,
    module: Arc<str>,
    field: Option<Arc<str>>,
}

/// The files of a tree that write into what they import.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    writers: Importers,
    /// Those in which what they import stands as a value, by its name in the module, and by the module.
    users: FxHashMap<Arc<str>, Vec<User>>,
    /// Those whose classes extend what they import.
    heirs: Importers,
    /// Those that make objects of classes that they import, and set fields; and which fields these are.
    makers: Importers,
    fields: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    /// The names under which names are exported anew.
    renames: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    /// Files that may export what they import, those of them that need no name of their own for it, and those that may as their
    /// default.
    pass_on: FxHashSet<Arc<str>>,
    barrels: FxHashSet<Arc<str>>,
    pass_default: FxHashSet<Arc<str>>,
}

impl Program<'_> {
    /// Notes which files write into what they import.
    pub(crate) fn add_setters(&mut self, files: Vec<(Arc<str>, Arc<Setters>)>) {
        for (path, setters) in files {
            for (from, to) in &setters.renames {
                self.writers.renames.entry(from.clone()).or_default().push(to.clone());
            }
            if setters.passes_on {
                self.writers.pass_on.insert(path.clone());
            }
            if setters.is_barrel {
                self.writers.barrels.insert(path.clone());
            }
            if setters.passes_default {
                self.writers.pass_default.insert(path.clone());
            }
            let resolved = |imports: &[Import]| {
                let named =
                    |(module, name): &Import| Some((self.modules.resolve(self.snapshot, &path, module)?, name.clone()));
                imports.iter().filter_map(named).collect::<Vec<Import>>()
            };
            let (imports, bases) = (resolved(&setters.imports), resolved(&setters.bases));
            if !setters.made.is_empty() {
                self.writers.makers.add(&path, resolved(&setters.made));
                self.writers.fields.insert(path.clone(), setters.fields.clone());
            }
            // They are in the order of their modules.
            for of_one in setters.used.chunk_by(|one, other| one.module == other.module) {
                let Some(module) = self.modules.resolve(self.snapshot, &path, &of_one[0].module) else { continue };
                for used in of_one {
                    let user = User { path: path.clone(), module: module.clone(), field: used.field.clone() };
                    self.writers.users.entry(used.name.clone()).or_default().push(user);
                }
            }
            self.writers.writers.add(&path, imports);
            self.writers.heirs.add(&path, bases);
        }
    }

    /// The writes to what a file makes, but for those that stand in the open beside it.
    pub(crate) fn outside(&self, facts: &Arc<Facts>) -> Arc<Outside> {
        if let Some(known) = self.outside.read().unwrap_or_else(PoisonError::into_inner).get(&facts.file) {
            return known.clone();
        }
        let mut writes: FxHashMap<Target, Vec<OutsideWrite>> = FxHashMap::default();
        self.add_writes(facts, facts, &mut writes);
        for path in self.importers_of(facts, &self.writers.writers) {
            if let Some(writer) = self.facts(&path) {
                self.add_writes(&writer, facts, &mut writes);
            }
        }
        let writes = writes.into_iter().map(|(target, writes)| (target, writes.into())).collect();
        let found = Arc::new(Outside { writes });
        // Another thread may find the same meanwhile.
        let mut known = self.outside.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(facts.file).or_insert(found).clone()
    }

    /// The other files whose classes may extend one that a file exports, in their order.
    pub(crate) fn heirs_of(&self, facts: &Facts) -> Vec<Arc<str>> {
        self.importers_of(facts, &self.writers.heirs)
    }

    /// The other files that make objects of classes that a file exports, and set a field of this name, in their order.
    pub(crate) fn makers_of(&self, facts: &Facts, field: &str) -> Vec<Arc<str>> {
        let sets = |path: &Arc<str>| {
            let fields = self.writers.fields.get(path).map_or(&[][..], Vec::as_slice);
            fields.iter().any(|known| known.as_ref() == field)
        };
        self.importers_of(facts, &self.writers.makers).into_iter().filter(sets).collect()
    }

    /// Those of some files one of whose imports may be what a file exports, in their order.
    fn importers_of(&self, facts: &Facts, files: &Importers) -> Vec<Arc<str>> {
        if facts.exports.is_empty() {
            return Vec::new();
        }
        let names = self.with_renames(facts.exports.keys().collect());
        let mut found = files.by_module.get(&facts.path).cloned().unwrap_or_default();
        let whole: Arc<str> = "*".into();
        for name in names.iter().copied().chain([&whole]).filter(|name| name.as_ref() != "default") {
            let passed = files.by_name.get(name).into_iter().flatten();
            found.extend(passed.filter(|(module, _)| self.writers.pass_on.contains(module)).map(|(_, file)| *file));
        }
        let to_default = self.renames_to_default(&names);
        let defaults = files.by_name.get("default").into_iter().flatten();
        let passed = |module: &Arc<str>| self.writers.pass_default.contains(module) || to_default;
        found.extend(defaults.filter(|(module, _)| passed(module)).map(|(_, file)| *file));
        let others = found.into_iter().map(|file| files.paths[file].clone());
        others.filter(|path| *path != facts.path).collect()
    }

    /// The names, and those that the same is exported under elsewhere.
    pub(super) fn with_renames<'n>(&'n self, mut names: FxHashSet<&'n Arc<str>>) -> FxHashSet<&'n Arc<str>> {
        let mut open: Vec<&Arc<str>> = names.iter().copied().collect();
        while let Some(name) = open.pop() {
            let others = self.writers.renames.get(name).into_iter().flatten();
            open.extend(others.filter(|other| names.insert(other)));
        }
        names
    }

    /// The files in which something that is exported under these names may stand as a value, or is written into, in their order.
    /// `inert`: fields of which nothing can be changed, where it is exported under its own name.
    pub(super) fn users_of(
        &self,
        facts: &Facts,
        names: &FxHashSet<&Arc<str>>,
        inert: &FxHashSet<&Arc<str>>,
    ) -> Vec<Arc<str>> {
        let (whole, default): (Arc<str>, Arc<str>) = ("*".into(), "default".into());
        let is_default = names.contains(&default) || self.renames_to_default(names);
        let mut found: BTreeSet<&Arc<str>> = BTreeSet::new();
        for _ in 0..MAX_HOPS {
            let before = found.len();
            // What a file exports under a name of its own has been imported there.
            let passed = |module: &Arc<str>, name: &Arc<str>, found: &BTreeSet<&Arc<str>>| match name.as_ref() {
                "default" if *module == facts.path => is_default,
                "default" => self.writers.pass_default.contains(module) && (is_default || found.contains(module)),
                _ if *module == facts.path || self.writers.barrels.contains(module) => true,
                _ => self.writers.pass_on.contains(module) && found.contains(module),
            };
            for name in names.iter().copied().chain([&whole, &default]) {
                for User { path, module, field } in self.writers.users.get(name).into_iter().flatten() {
                    let inert = field.as_ref().is_some_and(|field| inert.contains(field));
                    if !inert && passed(module, name, &found) {
                        found.insert(path);
                    }
                }
                for (module, file) in self.writers.writers.by_name.get(name).into_iter().flatten() {
                    if passed(module, name, &found) {
                        found.insert(&self.writers.writers.paths[*file]);
                    }
                }
            }
            if found.len() == before {
                break;
            }
        }
        found.into_iter().filter(|path| **path != facts.path).cloned().collect()
    }

    /// Whether some file exports one of the names as its default: `export { names as default }`.
    fn renames_to_default(&self, names: &FxHashSet<&Arc<str>>) -> bool {
        let default = |name: &&Arc<str>| {
            let others = self.writers.renames.get(*name).into_iter().flatten();
            others.into_iter().any(|other| other.as_ref() == "default")
        };
        names.iter().any(default)
    }

    /// Adds what `writer` writes into what `made` makes.
    fn add_writes(&self, writer: &Arc<Facts>, made: &Facts, found: &mut FxHashMap<Target, Vec<OutsideWrite>>) {
        let own = writer.file == made.file;
        let mut add = |id: BindingId, path: Vec<Arc<str>>, write: &Write, shallow: bool| {
            for origin in self.origins(writer, id, path, (MAX_HOPS, write.op.changes_list())) {
                if origin.facts.file != made.file || !is_shared(made, origin.target) {
                    continue;
                }
                let direct = shallow && own && origin.target == Target::Binding(id);
                if direct && !is_followed_here(made, made.binding(id)) {
                    continue;
                }
                let (facts, write) = (writer.clone(), write.clone());
                let here = found.entry(origin.target).or_default();
                here.push(OutsideWrite { facts, path: origin.path, write });
            }
        };
        for (at, binding) in writer.bindings.iter().enumerate() {
            let id = BindingId(at as u32);
            // Another name of the file's own list is one that its writes are read under, too.
            let import = matches!(binding.kind, BindingKind::Import { .. });
            for write in &binding.writes {
                let sets_name = write.field.is_none() && matches!(write.op, WriteOp::Assign(_) | WriteOp::Append(_));
                if sets_name || (own && !import && write.field.is_none() && binding.path.is_empty()) {
                    continue;
                }
                add(id, write.field.iter().cloned().collect(), write, true);
            }
        }
        for deep in &writer.deep_writes {
            add(deep.binding, deep.path.clone(), &deep.write, false);
        }
    }

    /// What fields of a name refer to. `put`: what is put into those matters, not that they are set.
    pub(super) fn origins(
        &self,
        facts: &Arc<Facts>,
        id: BindingId,
        path: Vec<Arc<str>>,
        (hops, put): (u32, bool),
    ) -> Vec<Origin> {
        let Some(hops) = hops.checked_sub(1) else { return Vec::new() };
        let binding = facts.binding(id);
        match &binding.kind {
            BindingKind::Import { module, name } => {
                let Some(module) = self.resolve_module(facts, module) else { return Vec::new() };
                self.origins_in(&module, name.as_ref(), path, (hops, put))
            }
            BindingKind::Variable => {
                if let (Some(init), Some(whole)) = (binding.init, led_to(&binding.path, &path, put)) {
                    let found = self.origins_of(facts, init, whole, (hops, put));
                    if !found.is_empty() {
                        return found;
                    }
                }
                let mut found = vec![Origin { facts: facts.clone(), target: Target::Binding(id), path: path.clone() }];
                if let Some(init) = binding.init {
                    found.extend(self.origins_within(facts, init, &path, (hops, put)));
                }
                found
            }
            BindingKind::Element => {
                let Some(over) = binding.init else { return Vec::new() };
                let Some(mut whole) = led_to(&binding.path, &path, put) else { return Vec::new() };
                whole.insert(0, ANY_FIELD.into());
                let mut found = self.origins_of(facts, over, whole.clone(), (hops, put));
                found.extend(self.origins_within(facts, over, &whole, (hops, put)));
                found
            }
            BindingKind::Class(_) | BindingKind::Function(_) => {
                vec![Origin { facts: facts.clone(), target: Target::Binding(id), path }]
            }
            _ => Vec::new(),
        }
    }

    /// What fields of an export refer to; of no name, those of the module.
    fn origins_in(
        &self,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
        mut path: Vec<Arc<str>>,
        (hops, put): (u32, bool),
    ) -> Vec<Origin> {
        let Some(facts) = self.facts(module).filter(|_| hops > 0) else { return Vec::new() };
        let Some(name) = name else {
            if path.is_empty() {
                return Vec::new();
            }
            // `module.exports = names` is what `require` gives.
            let default: Arc<str> = "default".into();
            if !facts.exports.contains_key(&path[0]) && facts.exports.contains_key(&default) {
                return self.origins_in(module, Some(&default), path, (hops - 1, put));
            }
            let name = path.remove(0);
            return self.origins_in(module, Some(&name), path, (hops - 1, put));
        };
        match facts.exports.get(name) {
            Some(Export::Binding(binding)) => self.origins(&facts, *binding, path, (hops, put)),
            Some(Export::Expr(expr)) => {
                let mut found = twins(&facts, name, *expr, &path);
                let named = self.origins_of(&facts, *expr, path.clone(), (hops, put));
                if named.is_empty() {
                    found.push(Origin { facts: facts.clone(), target: Target::Expr(*expr), path });
                }
                found.extend(named);
                found
            }
            Some(Export::From { module, name }) => match self.resolve_module(&facts, module) {
                Some(module) => self.origins_in(&module, name.as_ref(), path, (hops - 1, put)),
                None => Vec::new(),
            },
            None => {
                let modules = facts.export_all.iter().filter_map(|module| self.resolve_module(&facts, module));
                let modules = modules.filter(|module| self.may_export(module, name));
                let mut found =
                    modules.map(|module| self.origins_in(&module, Some(name), path.clone(), (hops - 1, put)));
                found.find(|found| !found.is_empty()).unwrap_or_default()
            }
        }
    }

    /// What fields of an expression refer to, where that is a name or a part of one.
    pub(crate) fn origins_of(
        &self,
        facts: &Arc<Facts>,
        expr: ExprId,
        mut path: Vec<Arc<str>>,
        (hops, put): (u32, bool),
    ) -> Vec<Origin> {
        let mut next = expr;
        loop {
            match &facts.expr(next).kind {
                ExprKind::Binding(binding) => return self.origins(facts, *binding, path, (hops, put)),
                ExprKind::Member { object, property } => {
                    path.insert(0, property.clone());
                    next = *object;
                }
                ExprKind::Index { object, .. } => {
                    path.insert(0, ANY_FIELD.into());
                    next = *object;
                }
                _ => return Vec::new(),
            }
        }
    }

    /// What parts of what is put into an object or a list refer to, where others made them: `{ own: other.list }`.
    fn origins_within(
        &self,
        facts: &Arc<Facts>,
        expr: ExprId,
        path: &[Arc<str>],
        (hops, put): (u32, bool),
    ) -> Vec<Origin> {
        let Some(hops) = hops.checked_sub(1) else { return Vec::new() };
        let mut found = Vec::new();
        let mut of = |value: ExprId, path: &[Arc<str>]| {
            found.extend(self.origins_of(facts, value, path.to_vec(), (hops, put)));
            found.extend(self.origins_within(facts, value, path, (hops, put)));
        };
        match &facts.expr(expr).kind {
            ExprKind::Choice { arms, .. } => arms.iter().for_each(|arm| of(*arm, path)),
            ExprKind::Branch(arms) => arms.iter().for_each(|arm| of(*arm, path)),
            ExprKind::Logic { left, right, .. } => [left, right].into_iter().for_each(|side| of(*side, path)),
            ExprKind::Object(fields) => {
                let Some((first, rest)) = path.split_first() else { return found };
                for field in fields {
                    match &field.name {
                        Some(name) if name == first || first.as_ref() == ANY_FIELD => of(field.value, rest),
                        Some(_) => {}
                        None if field.key.is_some() => of(field.value, rest),
                        // What is spread is copied: only what its fields hold is shared.
                        None if put || !rest.is_empty() => of(field.value, path),
                        None => {}
                    }
                }
            }
            ExprKind::Array(items) => {
                let Some((_, rest)) = path.split_first() else { return found };
                for item in items {
                    match facts.expr(*item).kind {
                        ExprKind::Spread(inner) if put || !rest.is_empty() => of(inner, path),
                        ExprKind::Spread(_) => {}
                        _ => of(*item, rest),
                    }
                }
            }
            _ => {}
        }
        found
    }

    /// Whether an expression reads what a write sets.
    pub(crate) fn reads_slot(
        &self,
        facts: &Arc<Facts>,
        expr: ExprId,
        made: (&Facts, Target),
        path: &[Arc<str>],
    ) -> bool {
        let found = self.origins_of(facts, expr, Vec::new(), (MAX_HOPS, false));
        found.iter().any(|origin| origin.facts.file == made.0.file && origin.target == made.1 && origin.path == path)
    }
}

/// The fields that lead to a part of what the steps of a pattern lead to; none where that is not shared with anything.
fn led_to(steps: &[Step], path: &[Arc<str>], put: bool) -> Option<Vec<Arc<str>>> {
    let mut whole: Vec<Arc<str>> = path.to_vec();
    for step in steps.iter().rev() {
        match step {
            Step::Field(name) => whole.insert(0, name.clone()),
            Step::Item(_) => whole.insert(0, ANY_FIELD.into()),
            // What is left over is a copy: only what its fields hold is shared.
            Step::From(_) | Step::Without(_) if whole.len() < 2 - usize::from(put) => return None,
            Step::From(_) | Step::Without(_) | Step::Or { .. } => {}
            Step::Method { .. } => return None,
        }
    }
    Some(whole)
}

/// Whether other files can reach what is made there: it is made once.
pub(super) fn is_shared(facts: &Facts, target: Target) -> bool {
    match target {
        Target::Binding(id) => facts.is_said_once(facts.binding(id).region),
        Target::Expr(_) => true,
    }
}

/// Whether what stands in the open beside a value is not followed there: fields of classes and of their objects.
fn is_followed_here(facts: &Facts, binding: &Binding) -> bool {
    matches!(binding.kind, BindingKind::Class(_)) || binding.init.is_some_and(|init| is_new(facts, init))
}

fn is_new(facts: &Facts, expr: ExprId) -> bool {
    matches!(&facts.expr(expr).kind, ExprKind::Call(call) if call.style == CallStyle::New)
}

/// `module.exports = { a }` is reached as a whole and by its fields: what else a field of either is.
fn twins(facts: &Arc<Facts>, name: &Arc<str>, expr: ExprId, path: &[Arc<str>]) -> Vec<Origin> {
    let Some(Export::Expr(whole)) = facts.exports.get("default") else { return Vec::new() };
    let ExprKind::Object(fields) = &facts.expr(*whole).kind else { return Vec::new() };
    let target =
        |target: ExprId, path: Vec<Arc<str>>| vec![Origin { facts: facts.clone(), target: Target::Expr(target), path }];
    if name.as_ref() != "default" {
        let held = fields.iter().any(|field| field.name.as_ref() == Some(name) && field.value == expr);
        return if held {
            target(*whole, [name.clone()].into_iter().chain(path.iter().cloned()).collect())
        } else {
            Vec::new()
        };
    }
    match path.split_first().map(|(field, rest)| (facts.exports.get(field), rest)) {
        Some((Some(Export::Expr(value)), rest)) => target(*value, rest.to_vec()),
        _ => Vec::new(),
    }
}
