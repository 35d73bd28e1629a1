//! Builds the facts of one file; what every language's lowering shares.

use std::sync::{Arc, OnceLock};

use rollproof_source::{FileId, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{
    Binding, BindingId, BindingKind, ClassId, DeepWrite, Export, Expr, ExprId, ExprKind, Facts, FunctionId, Group,
    KEYED, Region, RegionId, RegionKind, Write, WriteOp,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScopeId(u32);

#[derive(Default)]
struct Scope {
    parent: Option<ScopeId>,
    names: FxHashMap<Arc<str>, BindingId>,
}

/// A write to a name that may be declared further down.
struct PendingWrite {
    name: Arc<str>,
    scope: ScopeId,
    write: Write,
    /// The fields that lead to what is written, where it is a part of a field.
    path: Vec<Arc<str>>,
}

/// How much was known of a file at some point of its lowering.
pub(crate) struct Mark {
    regions: usize,
    groups: usize,
    bindings: usize,
    calls: usize,
    writes: usize,
}

pub(crate) struct Builder {
    pub(crate) facts: Facts,
    scopes: Vec<Scope>,
    pub(crate) scope: ScopeId,
    pub(crate) region: RegionId,
    pub(crate) class: Option<ClassId>,
    pub(crate) depth: u32,
    names: FxHashSet<Arc<str>>,
    pending_names: Vec<(ExprId, Arc<str>, ScopeId)>,
    pending_writes: Vec<PendingWrite>,
    pending_exports: Vec<(Arc<str>, Arc<str>)>,
}

impl Builder {
    pub(crate) fn new(file: FileId, path: Arc<str>, text: Arc<str>) -> Self {
        let whole = TextRange::new(0, text.len() as u32);
        let facts = Facts {
            file,
            path,
            text,
            exprs: Vec::new(),
            bindings: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            regions: vec![Region { parent: None, kind: RegionKind::Block, range: whole, exits: false, falls: false }],
            groups: Vec::new(),
            tries: Vec::new(),
            jumps: Vec::new(),
            exports: FxHashMap::default(),
            export_all: Vec::new(),
            modules: Vec::new(),
            calls: Vec::new(),
            tag_fates: FxHashMap::default(),
            calls_by_name: FxHashMap::default(),
            texts: Vec::new(),
            stored: Vec::new(),
            deep_writes: Vec::new(),
            keyed: Vec::new(),
            mutations: Vec::new(),
            types: FxHashMap::default(),
            libraries: OnceLock::new(),
            nest: OnceLock::new(),
            tags: OnceLock::new(),
            uses: OnceLock::new(),
            places: OnceLock::new(),
            sharing: OnceLock::new(),
            guards: OnceLock::new(),
            tests_left_out: 0,
            problems: Vec::new(),
        };
        Self {
            facts,
            scopes: vec![Scope::default()],
            scope: ScopeId(0),
            region: RegionId(0),
            class: None,
            depth: 0,
            names: FxHashSet::default(),
            pending_names: Vec::new(),
            pending_writes: Vec::new(),
            pending_exports: Vec::new(),
        }
    }

    pub(crate) fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
    }

    pub(crate) fn expr(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let id = ExprId(self.facts.exprs.len() as u32);
        match &kind {
            ExprKind::Call(_) | ExprKind::Tagged { .. } => self.facts.calls.push(id),
            ExprKind::Template(_) | ExprKind::Concat(_) => self.facts.texts.push(id),
            _ => {}
        }
        self.facts.exprs.push(Expr { kind, range });
        id
    }

    /// Notes that the result of a call is waited for.
    pub(crate) fn await_call(&mut self, id: ExprId) {
        if let ExprKind::Call(call) = &mut self.facts.exprs[id.index()].kind {
            call.awaited = true;
        }
    }

    /// A use of a name, resolved when the file is complete.
    pub(crate) fn name(&mut self, name: &str, range: TextRange) -> ExprId {
        let name = self.intern(name);
        let id = self.expr(ExprKind::Global(name.clone()), range);
        self.pending_names.push((id, name, self.scope));
        id
    }

    pub(crate) fn open_scope(&mut self) -> ScopeId {
        let outer = self.scope;
        self.scopes.push(Scope { parent: Some(outer), names: FxHashMap::default() });
        self.scope = ScopeId(self.scopes.len() as u32 - 1);
        outer
    }

    pub(crate) fn open_region(&mut self, kind: RegionKind, range: TextRange) -> RegionId {
        let outer = self.region;
        self.region = self.region_in(outer, kind, range);
        outer
    }

    pub(crate) fn region_in(&mut self, parent: RegionId, kind: RegionKind, range: TextRange) -> RegionId {
        let id = RegionId(self.facts.regions.len() as u32);
        self.facts.regions.push(Region { parent: Some(parent), kind, range, exits: false, falls: false });
        id
    }

    /// Says that the current region ends with a jump.
    pub(crate) fn exits(&mut self) {
        let region = self.region;
        self.facts.regions[region.index()].exits = true;
    }

    pub(crate) fn group(&mut self, exhaustive: bool) -> u32 {
        self.facts.groups.push(Group { arms: Vec::new(), exhaustive, test: None });
        self.facts.groups.len() as u32 - 1
    }

    pub(crate) fn open_arm(&mut self, group: u32, range: TextRange) -> RegionId {
        let outer = self.open_region(RegionKind::Arm(group), range);
        let region = self.region;
        self.facts.groups[group as usize].arms.push(region);
        outer
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            regions: self.facts.regions.len(),
            groups: self.facts.groups.len(),
            bindings: self.facts.bindings.len(),
            calls: self.facts.calls.len(),
            writes: self.pending_writes.len(),
        }
    }

    /// Takes back the arms of the one group that was made since `mark`, unless something happens in them.
    pub(crate) fn drop_empty_arms(&mut self, mark: &Mark, arms: usize) {
        let facts = &mut self.facts;
        let is_call = |id: &ExprId| matches!(facts.exprs[id.index()].kind, ExprKind::Call(_));
        let empty = facts.regions.len() == mark.regions + arms
            && facts.groups.len() == mark.groups + 1
            && facts.bindings.len() == mark.bindings
            && self.pending_writes.len() == mark.writes
            && !facts.calls[mark.calls..].iter().any(is_call);
        if empty {
            facts.regions.truncate(mark.regions);
            facts.groups.truncate(mark.groups);
        }
    }

    pub(crate) fn bind(&mut self, name: &str, kind: BindingKind) -> BindingId {
        let scope = self.scope;
        self.bind_in(scope, name, kind)
    }

    pub(crate) fn bind_in(&mut self, scope: ScopeId, name: &str, kind: BindingKind) -> BindingId {
        let name = self.intern(name);
        let id = BindingId(self.facts.bindings.len() as u32);
        self.facts.bindings.push(Binding {
            name: name.clone(),
            kind,
            region: self.region,
            init: None,
            path: Vec::new(),
            default: None,
            type_expr: None,
            writes: Vec::new(),
        });
        self.scopes[scope.0 as usize].names.insert(name, id);
        id
    }

    pub(crate) fn binding_mut(&mut self, id: BindingId) -> &mut Binding {
        &mut self.facts.bindings[id.index()]
    }

    pub(crate) fn write(&mut self, name: &str, field: Option<Arc<str>>, at: u32, op: WriteOp) {
        let name = self.intern(name);
        let write = Write { at, region: self.region, field, op };
        self.pending_writes.push(PendingWrite { name, scope: self.scope, write, path: Vec::new() });
    }

    /// What a name of the present scope is made with.
    pub(crate) fn first_value(&mut self, name: &str) -> Option<&mut ExprKind> {
        let id = self.scopes[self.scope.0 as usize].names.get(name).copied()?;
        let init = self.facts.bindings[id.index()].init?;
        Some(&mut self.facts.exprs[init.index()].kind)
    }

    /// Takes a name of a scope that is declared once more as one variable, all of whose declarations are writes; false
    /// where it is no variable.
    pub(crate) fn declare_again(&mut self, scope: ScopeId, name: &str) -> bool {
        let Some(id) = self.scopes[scope.0 as usize].names.get(name).copied() else { return false };
        let binding = &self.facts.bindings[id.index()];
        let plain = matches!(binding.kind, BindingKind::Variable | BindingKind::Param(_));
        if !plain || !binding.path.is_empty() || binding.default.is_some() {
            return false;
        }
        let (region, around) = (binding.region, self.region_of_function(binding.region));
        let binding = &mut self.facts.bindings[id.index()];
        binding.region = around;
        if let Some(init) = binding.init.take() {
            let at = self.facts.exprs[init.index()].range.end;
            let write = Write { at, region, field: None, op: WriteOp::Assign(init) };
            let name = self.intern(name);
            self.pending_writes.push(PendingWrite { name, scope, write, path: Vec::new() });
        }
        true
    }

    /// The region of the function, or of the file, around another.
    fn region_of_function(&self, mut region: RegionId) -> RegionId {
        loop {
            let here = self.facts.region(region);
            match here.parent {
                Some(parent) if !matches!(here.kind, RegionKind::Function(_)) => region = parent,
                _ => return region,
            }
        }
    }

    /// A write to what these fields of a name lead to: the name itself, one of its fields, or a part of one.
    pub(crate) fn write_at(&mut self, name: &str, mut path: Vec<Arc<str>>, at: u32, op: WriteOp) {
        if path.len() < 2 {
            return self.write(name, path.pop(), at, op);
        }
        let name = self.intern(name);
        let write = Write { at, region: self.region, field: None, op };
        self.pending_writes.push(PendingWrite { name, scope: self.scope, write, path });
    }

    /// Exports the file's own `local` as `name`.
    pub(crate) fn export_local(&mut self, name: &str, local: &str) {
        let (name, local) = (self.intern(name), self.intern(local));
        self.pending_exports.push((name, local));
    }

    pub(crate) fn export(&mut self, name: &str, export: Export) {
        let name = self.intern(name);
        self.facts.exports.insert(name, export);
    }

    pub(crate) fn lookup(&self, name: &str, mut scope: ScopeId) -> Option<BindingId> {
        loop {
            let here = &self.scopes[scope.0 as usize];
            if let Some(binding) = here.names.get(name) {
                return Some(*binding);
            }
            scope = here.parent?;
        }
    }

    pub(crate) fn function_mut(&mut self, id: FunctionId) -> &mut crate::ir::Function {
        &mut self.facts.functions[id.index()]
    }

    /// Resolves names, writes and exports, now that every declaration is known.
    pub(crate) fn finish(mut self) -> Facts {
        for (id, name, scope) in std::mem::take(&mut self.pending_names) {
            if let Some(binding) = self.lookup(&name, scope) {
                self.facts.exprs[id.index()].kind = ExprKind::Binding(binding);
            }
        }
        for pending in std::mem::take(&mut self.pending_writes) {
            let Some(binding) = self.lookup(&pending.name, pending.scope) else { continue };
            if pending.write.field.as_deref() == Some(KEYED) {
                self.facts.keyed.push((binding, pending.write));
            } else if pending.path.is_empty() {
                self.facts.bindings[binding.index()].writes.push(pending.write);
            } else {
                self.facts.deep_writes.push(DeepWrite { binding, path: pending.path, write: pending.write });
            }
        }
        for (name, local) in std::mem::take(&mut self.pending_exports) {
            if let Some(binding) = self.lookup(&local, ScopeId(0)) {
                self.facts.exports.insert(name, Export::Binding(binding));
            }
        }
        for binding in &mut self.facts.bindings {
            binding.writes.sort_by_key(|write| write.at);
        }
        self.sort_calls();
        self.facts.exprs.shrink_to_fit();
        self.facts
    }

    fn sort_calls(&mut self) {
        let facts = &mut self.facts;
        let exprs = &facts.exprs;
        let key = |id: &ExprId| (exprs[id.index()].range.start, exprs[id.index()].range.end, id.0);
        facts.calls.sort_by_key(key);
        facts.texts.sort_by_key(key);
        let mut by_name: FxHashMap<Arc<str>, Vec<ExprId>> = FxHashMap::default();
        let base: Option<Arc<str>> = Some("super".into());
        for id in &facts.calls {
            let name = match &facts.expr(*id).kind {
                ExprKind::Call(call) if facts.expr(call.callee).range.slice(&facts.text) == "super" => base.as_ref(),
                ExprKind::Call(call) => facts.name_of(call.callee),
                ExprKind::Tagged { tag, .. } => facts.name_of(*tag),
                _ => None,
            };
            if let Some(name) = name {
                by_name.entry(name.clone()).or_default().push(*id);
            }
        }
        facts.calls_by_name = by_name;
    }
}
