//! All files of one snapshot as the evaluator sees them: parsed when they are asked for, each once.

mod cache;
mod calls;
mod changers;
mod classes;
pub(crate) mod databases;
mod grown;
mod handed;
mod heirs;
mod libraries;
mod outside;
mod passed;
mod setting;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rollproof_source::{FileId, Snapshot, SourceMap};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::Evaluator;
use crate::eval::replace::Patterns;
use crate::eval::subclass::Extending;
use crate::held::Names;
use crate::ir::{BindingKind, Export, ExprId, ExprKind, Facts, FunctionId};
use crate::models::Models;
use crate::modules::Modules;
use crate::renaming::Renaming;
use crate::sinks::{Index, Language, Library, Of, Tag, ends_with};
use crate::types::Types;
use crate::{Options, lang};
use passed::Passed;

pub use cache::Cache;
pub(crate) use cache::Entry;
pub(crate) use grown::Grown;
pub(crate) use handed::{CHANGED, GivenChange};
pub(crate) use outside::{Outside, OutsideWrite, Target};

/// By a specifier, and by what names it.
type Resolved<F> = FxHashMap<(F, Arc<str>), Option<Arc<str>>>;

type Callers = Arc<Vec<(Arc<Facts>, ExprId)>>;

/// The functions whose callers were asked for.
pub(crate) type Asked = FxHashMap<(FileId, FunctionId), Arc<Facts>>;

/// The callers of a function, and whose callers had to be known to find them.
struct KnownCallers {
    calls: Calls,
    asked: Asked,
}

impl Calls {
    /// Whether the same calls are known of both.
    fn is_same(&self, other: &Self) -> bool {
        let same = |left: &Callers, right: &Callers| {
            let pairs = || left.iter().zip(right.iter());
            left.len() == right.len()
                && pairs().all(|((one, call), (two, other))| one.file == two.file && call == other)
        };
        let found = same(&self.callers, &other.callers) && same(&self.others, &other.others);
        found && self.lost == other.lost && self.names == other.names
    }
}

/// Who calls a function.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    pub(crate) callers: Callers,
    /// Calls of its name on objects of which nothing is known.
    pub(crate) others: Callers,
    /// It is passed on to where nobody sees it called.
    pub(crate) lost: bool,
    /// Other names that it is called by.
    pub(crate) names: Arc<[Arc<str>]>,
}

pub(crate) struct Program<'p> {
    pub(crate) snapshot: &'p Snapshot,
    pub(crate) sources: &'p SourceMap,
    pub(crate) options: &'p Options,
    pub(crate) cache: &'p Cache,
    pub(crate) language: &'static Language,
    /// Files are taken from the end of a list.
    pub(crate) backwards: bool,
    pub(crate) modules: Modules,
    pub(crate) crates: lang::Crates,
    /// The files whose calls count as callers, by path.
    pub(crate) wave: Vec<Arc<Facts>>,
    /// The facts that this snapshot's files have: asked for at every step from file to file.
    known: RwLock<FxHashMap<Arc<str>, Arc<Facts>>>,
    callers: Mutex<FxHashMap<(FileId, FunctionId), KnownCallers>>,
    /// Those that a limit cut something off from, for whoever asks where nothing is being evaluated. They are looked for in
    /// turn, never by two threads at once: what is found may hang on what was evaluated before.
    settled: Mutex<FxHashMap<(FileId, FunctionId), KnownCallers>>,
    /// Who called the functions of which that was looked for anew when files were last added.
    before: FxHashMap<(FileId, FunctionId), Calls>,
    /// The classes of the wave that extend others.
    extending: RwLock<Option<Arc<Extending>>>,
    /// The classes of any file that extend those of one.
    extending_in: RwLock<FxHashMap<FileId, Arc<Extending>>>,
    /// What specifiers name: in a file, and in any file of a folder.
    resolved: RwLock<Resolved<FileId>>,
    resolved_from: Mutex<Resolved<Arc<str>>>,
    /// The libraries by name.
    pub(crate) index: &'static Index,
    /// Which libraries some package of the tree asks for, in their order.
    active: Vec<bool>,
    /// Classes of the wave that have a method of this name.
    method_owners: FxHashMap<Arc<str>, u32>,
    /// Names of the project's models.
    pub(crate) models: Models,
    /// Types of the project that are a library's.
    pub(crate) types: Types,
    /// Settings that change names.
    pub(crate) renaming: Renaming,
    /// What is known of the names of files, by path.
    names: RwLock<FxHashMap<Arc<str>, Arc<Names>>>,
    /// Classes of the wave without a constructor, by the name of what they extend.
    heirs: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    /// Names of functions that change a list that they are given; made when it is first asked for.
    changers: OnceLock<FxHashSet<Arc<str>>>,
    /// Writes to fields, by the fields' names; made when it is first asked for.
    settings: OnceLock<setting::Settings>,
    pub(crate) patterns: Patterns,
    /// The files that write into what they import, and what is written into what a file makes.
    writers: outside::Writers,
    outside: RwLock<FxHashMap<FileId, Arc<Outside>>>,
    /// The same of one thing that a file makes, with what is written under other names.
    hidden: RwLock<FxHashMap<(FileId, Target), handed::Writes>>,
    /// What functions change of what they are given.
    given: RwLock<handed::Given>,
    /// What the packages in these folders speak with.
    databases: Mutex<FxHashMap<String, databases::Spoken>>,
    /// Libraries of other databases, by their places, that come with a runtime and that some file names.
    of_runtimes: Vec<usize>,
}

impl<'p> Program<'p> {
    pub(crate) fn new(
        snapshot: &'p Snapshot,
        sources: &'p SourceMap,
        options: &'p Options,
        cache: &'p Cache,
        language: &'static Language,
    ) -> Self {
        let typescript = language.files.name == "typescript";
        let modules = if typescript { Modules::new(snapshot) } else { Modules::default() };
        let asked = |library: &Library| library.modules.iter().any(|module| modules.dependencies.contains(module));
        let active = language.libraries.iter().map(asked).collect();
        Self {
            index: language.index(),
            active,
            of_runtimes: Vec::new(),
            snapshot,
            sources,
            options,
            cache,
            language,
            backwards: cache.begins_at_end(),
            modules,
            crates: if typescript { lang::Crates::default() } else { lang::Crates::new(snapshot) },
            wave: Vec::new(),
            known: RwLock::default(),
            callers: Mutex::default(),
            settled: Mutex::default(),
            before: FxHashMap::default(),
            extending: RwLock::default(),
            extending_in: RwLock::default(),
            resolved: RwLock::default(),
            resolved_from: Mutex::default(),
            method_owners: FxHashMap::default(),
            models: Models::default(),
            types: Types::default(),
            renaming: Renaming::default(),
            names: RwLock::default(),
            heirs: FxHashMap::default(),
            changers: OnceLock::new(),
            settings: OnceLock::new(),
            patterns: Patterns::default(),
            writers: outside::Writers::default(),
            outside: RwLock::default(),
            hidden: RwLock::default(),
            given: RwLock::default(),
            databases: Mutex::default(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.language.files.name == "rust"
    }

    /// Adds files whose calls are looked through for callers. Gives what they add.
    pub(crate) fn add_to_wave(&mut self, more: Vec<Arc<Facts>>) -> Grown {
        let grown = Grown::of(self, &more);
        self.extending = RwLock::default();
        for facts in &more {
            let names: FxHashSet<&Arc<str>> = facts.classes.iter().flat_map(|class| class.methods.keys()).collect();
            for name in names {
                *self.method_owners.entry(name.clone()).or_default() += 1;
            }
        }
        self.add_heirs(&more);
        let (mut callers, mut settled) = (std::mem::take(&mut self.callers), std::mem::take(&mut self.settled));
        let known = callers.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut before = FxHashMap::default();
        let may_hold = |known: &KnownCallers| {
            !grown.may_call_any(self, &known.asked) && !known.calls.names.iter().any(|name| grown.names(name))
        };
        known.retain(|key, known| {
            let holds = may_hold(known);
            if !holds {
                before.insert(*key, known.calls.clone());
            }
            holds
        });
        settled.get_mut().unwrap_or_else(PoisonError::into_inner).retain(|_, known| may_hold(known));
        self.before = before;
        self.callers = callers;
        self.settled = settled;
        self.changers = OnceLock::new();
        self.settings = OnceLock::new();
        self.wave.extend(more);
        self.wave.sort_by(|left, right| left.path.cmp(&right.path));
        grown
    }

    /// The text of a file, read at the first call.
    pub(crate) fn entry(&self, path: &Arc<str>) -> Option<Arc<Entry>> {
        let content = *self.snapshot.get(path)?;
        if let Some(entry) = self.cache.get(path, content) {
            return Some(entry);
        }
        let bytes = self.snapshot.read(path)?.ok()?;
        let text: Arc<str> = String::from_utf8(bytes).ok()?.into();
        Some(self.cache.insert(path, content, text))
    }

    /// What is known of a file's names, looked for at the first call.
    pub(crate) fn names(&self, path: &Arc<str>) -> Arc<Names> {
        if let Some(known) = self.names.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return known.clone();
        }
        let entry = self.entry(path).filter(|_| !self.types.is_empty());
        let found = entry.map(|entry| Names::of(self, &self.types, path, &crate::lang::script_of(path, &entry.text)));
        let found = Arc::new(found.unwrap_or_default());
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), found.clone());
        found
    }

    /// The facts of a file, parsed at the first call.
    pub(crate) fn facts(&self, path: &Arc<str>) -> Option<Arc<Facts>> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Some(known.clone());
        }
        let facts = self.parse(path)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), facts.clone());
        Some(facts)
    }

    fn parse(&self, path: &Arc<str>) -> Option<Arc<Facts>> {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if !self.language.files.extensions.iter().any(|known| known == extension) {
            return None;
        }
        let content = *self.snapshot.get(path)?;
        let entry = self.entry(path)?;
        let facts = entry.facts.get_or_init(|| {
            let file = self.sources.add(path, content, entry.text.clone());
            Arc::new(lang::facts(&self.language.files.name, file, path, &entry.text, self.options.include_tests))
        });
        Some(facts.clone())
    }

    pub(crate) fn resolve_module(&self, from: &Facts, specifier: &Arc<str>) -> Option<Arc<str>> {
        let key = (from.file, specifier.clone());
        if let Some(known) = self.resolved.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let folder = from.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let same = (Arc::from(folder), specifier.clone());
        let known = self.resolved_from.lock().unwrap_or_else(PoisonError::into_inner).get(&same).cloned();
        let found = known.unwrap_or_else(|| {
            let found = self.modules.resolve(self.snapshot, &from.path, specifier);
            self.resolved_from.lock().unwrap_or_else(PoisonError::into_inner).insert(same, found.clone());
            found
        });
        self.resolved.write().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    }

    /// A file that source names by its path: from the tree's root, or from the folder of the file that names it.
    pub(crate) fn file_text(&self, facts: &Facts, path: &str) -> Option<(FileId, Arc<str>)> {
        let folder = facts.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let absolute = path.strip_prefix('/').map(|path| crate::modules::join("", path));
        let near = crate::modules::join(folder, path);
        let package = self.modules.package_folder(&facts.path).map(|folder| crate::modules::join(folder, path));
        let root = crate::modules::join("", path);
        let found = absolute
            .into_iter()
            .chain([near])
            .chain(package)
            .chain([root])
            .find(|path| self.snapshot.get(path).is_some())?;
        self.add_file(&found.into())
    }

    /// Adds a file that is no source, for its text.
    pub(crate) fn add_file(&self, path: &Arc<str>) -> Option<(FileId, Arc<str>)> {
        let content = *self.snapshot.get(path)?;
        let text = self.entry(path)?.text.clone();
        Some((self.sources.add(path, content, text.clone()), text))
    }

    /// Whether a file may export a name: it says the name, or passes on all that another exports. A look at its text saves most
    /// of the files behind an index from being parsed.
    pub(crate) fn may_export(&self, path: &Arc<str>, name: &str) -> bool {
        let holds = |text: &str, word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        if self.is_rust() || self.known.read().unwrap_or_else(PoisonError::into_inner).contains_key(path) {
            return true;
        }
        let says = |entry: Arc<Entry>| ["export *", "exports", name].iter().any(|word| holds(&entry.text, word));
        self.entry(path).is_none_or(says)
    }

    pub(crate) fn is_exported(&self, facts: &Facts, function: FunctionId) -> bool {
        facts.functions[function.index()].class.is_some()
            || facts.exports.values().any(|export| match export {
                Export::Expr(expr) => matches!(facts.expr(*expr).kind, ExprKind::Function(other) if other == function),
                Export::Binding(binding) => {
                    let binding = facts.binding(*binding);
                    let by_init =
                        |expr: ExprId| matches!(facts.expr(expr).kind, ExprKind::Function(other) if other == function);
                    matches!(binding.kind, BindingKind::Function(other) if other == function)
                        || binding.init.is_some_and(by_init)
                }
                Export::From { .. } => false,
            })
    }

    /// The name that a function is called by: of its class where it is a constructor, of the function that makes it where it
    /// has none.
    pub(crate) fn called_as(&self, facts: &Facts, function: FunctionId) -> Option<Arc<str>> {
        let info = &facts.functions[function.index()];
        match (&info.name, info.class) {
            (Some(name), Some(class)) if name.as_ref() == "constructor" => facts.classes[class.index()].name.clone(),
            (Some(name), _) => Some(name.clone()),
            (None, _) => {
                let around = facts.functions.iter().filter(|other| {
                    other.name.is_some()
                        && other.range.start <= info.range.start
                        && info.range.end <= other.range.end
                        && other.range != info.range
                });
                around.min_by_key(|other| other.range.len()).and_then(|other| other.name.clone())
            }
        }
    }

    /// The calls of a function in the wave, by path and place.
    pub(crate) fn callers(&self, evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, function: FunctionId) -> Callers {
        self.calls(evaluator, facts, function).callers
    }

    /// The same, and what else may call it.
    pub(crate) fn calls(&self, evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, function: FunctionId) -> Calls {
        let key = (facts.file, function);
        let outermost = evaluator.is_outermost();
        let settled = outermost.then_some(&self.settled);
        for known in settled.into_iter().chain([&self.callers]) {
            if let Some(known) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
                evaluator.asked.extend(known.asked.iter().map(|(key, facts)| (*key, facts.clone())));
                return known.calls.clone();
            }
        }
        evaluator.asked.insert(key, facts.clone());
        let find = |evaluator: &mut Evaluator<'_>| (self.find_calls(evaluator, facts, function), false);
        let (calls, whole) = evaluator.aside(|evaluator| evaluator.tentatively(find));
        let keeps = if whole { Some(&self.callers) } else { (outermost && evaluator.settles).then_some(&self.settled) };
        if let Some(keeps) = keeps {
            // What was evaluated before may have been used again: all that it hangs on counts.
            let known = KnownCallers { calls: calls.clone(), asked: evaluator.asked.clone() };
            keeps.lock().unwrap_or_else(PoisonError::into_inner).insert(key, known);
        }
        calls
    }

    /// Whether files that were added call a function, or make it called by others.
    pub(crate) fn has_new_callers(&self, grown: &Grown, key: (FileId, FunctionId)) -> bool {
        let Some(facts) = self.facts(&self.sources.file(key.0).path) else { return true };
        if self.callers.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key)
            && !self.before.contains_key(&key)
        {
            return false;
        }
        match self.before.get(&key) {
            Some(before) => !self.calls(&mut Evaluator::new(self), &facts, key.1).is_same(before),
            None => grown.may_call(self, &facts, key.1),
        }
    }

    fn find_calls(&self, evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, function: FunctionId) -> Calls {
        let info = &facts.functions[function.index()];
        let mut others = Vec::new();
        let mut found = self.find_callers(evaluator, facts, function, &mut others);
        let (mut lost, mut names) = (false, Vec::new());
        if let Some(name) = info.name.as_ref().filter(|_| !is_constructor(info) && !self.is_rust()) {
            let mut passed = Passed::new(self, facts, function, name);
            passed.follow(evaluator);
            let is_new = |(caller, call): &(Arc<Facts>, ExprId)| {
                !found.iter().any(|(other, known)| other.file == caller.file && known == call)
            };
            let new: Vec<_> = passed.found.into_iter().filter(is_new).collect();
            if !new.is_empty() {
                found.extend(new);
                found.sort_by(|(left, call), (right, other)| (&left.path, call).cmp(&(&right.path, other)));
            }
            others.extend(passed.others);
            lost = passed.lost;
            names = passed.names.split_off(1);
        }
        Calls { callers: Arc::new(found), others: Arc::new(others), lost, names: names.into() }
    }

    fn find_callers(
        &self,
        evaluator: &mut Evaluator<'_>,
        facts: &Arc<Facts>,
        function: FunctionId,
        others: &mut Vec<(Arc<Facts>, ExprId)>,
    ) -> Vec<(Arc<Facts>, ExprId)> {
        let info = &facts.functions[function.index()];
        let mut found = Vec::new();
        if is_constructor(info) {
            self.constructions(evaluator, facts, function, &mut found);
        } else if info.name.is_none() {
            self.calls_of_made(evaluator, facts, function, &mut found);
        } else if let Some(name) = &info.name {
            let only = info.class.is_some() && self.method_owners.get(name).is_none_or(|owners| *owners <= 1);
            // A default export is called by any name.
            let renamed = facts.exports.contains_key("default") && info.class.is_none();
            for caller in &self.wave {
                for call in caller.calls_by_name.get(name).map_or(&[][..], Vec::as_slice) {
                    match evaluator.calls_function(caller, *call, facts, function, only) {
                        Some(true) => found.push((caller.clone(), *call)),
                        Some(false) => {}
                        None => others.push((caller.clone(), *call)),
                    }
                }
                if renamed {
                    evaluator.calls_of_import(caller, name, facts, function, &mut found);
                }
            }
        }
        found
    }

    /// Calls of a function without a name that another returned: `make(pool)(text)`.
    fn calls_of_made(
        &self,
        evaluator: &mut Evaluator<'_>,
        facts: &Arc<Facts>,
        function: FunctionId,
        found: &mut Vec<(Arc<Facts>, ExprId)>,
    ) {
        let Some(name) = self.called_as(facts, function) else { return };
        for caller in &self.wave {
            for call in caller.calls_by_name.get(&name).map_or(&[][..], Vec::as_slice) {
                let ExprKind::Call(made) = &caller.expr(*call).kind else { continue };
                if matches!(caller.expr(made.callee).kind, ExprKind::Call(_))
                    && evaluator.calls_function(caller, *call, facts, function, false) == Some(true)
                {
                    found.push((caller.clone(), *call));
                }
            }
        }
    }

    pub(crate) fn tag(&self, facts: &Facts, path: &[Arc<str>]) -> Option<&'static Tag> {
        self.tags(path).find(|(library, tag)| !tag.imported || self.imports(facts, library)).map(|(_, tag)| tag)
    }

    /// The tags that a path may name.
    fn tags<'t>(&self, path: &'t [Arc<str>]) -> impl Iterator<Item = Of<Tag>> + 't {
        let named = path.last().and_then(|name| self.index.tags.get(name.as_ref()));
        named.into_iter().flatten().filter(|(_, pattern)| ends_with(path, pattern)).map(|(tag, _)| *tag)
    }

    /// What a tag is called: by its library, else by one that its file imports.
    pub(crate) fn tag_name(&self, facts: &Facts, library: Option<&'static Library>, path: &[Arc<str>]) -> String {
        let named = |tag: &&Tag| tag.tags.iter().any(|pattern| ends_with(path, pattern));
        let tag = library.and_then(|library| library.tags.iter().find(named).or(library.tags.first()));
        let other =
            || self.language.libraries.iter().find(|library| self.imports(facts, library) && !library.tags.is_empty());
        let tag = tag.or_else(|| other().and_then(|library| library.tags.first()));
        let path = || if path.is_empty() { "tag".to_owned() } else { path.join(".") };
        tag.map_or_else(path, |tag| tag.name.clone())
    }

    /// The library that a tag is of: the one that its file imports, else one that the project uses.
    pub(crate) fn tag_library(&self, facts: &Facts, path: &[Arc<str>]) -> Option<&'static Library> {
        let named = |(library, tag): &Of<Tag>| !tag.imported || self.imports(facts, library);
        let mut libraries = self.tags(path).filter(named).map(|(library, _)| library);
        let first = libraries.next()?;
        let all = || std::iter::once(first).chain(libraries);
        let mut active = None;
        for library in all() {
            if self.imports(facts, library) {
                return Some(library);
            }
            active = active.or_else(|| Some(library).filter(|library| self.is_active(library)));
        }
        active.or(Some(first))
    }

    /// Whether a file imports a library.
    pub(crate) fn imports(&self, facts: &Facts, library: &Library) -> bool {
        let imported = facts.libraries.get_or_init(|| {
            let mut imported = vec![false; self.language.libraries.len()];
            let libraries = facts.modules.iter().flat_map(|module| self.index.libraries_of(module));
            libraries.for_each(|library| imported[library] = true);
            imported
        });
        imported[library.at]
    }

    /// Whether some package of the tree asks for a library.
    pub(crate) fn is_active(&self, library: &Library) -> bool {
        self.active[library.at]
    }

    /// Whether any library knows something of this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.index.knows(name)
    }
}

fn is_constructor(function: &crate::ir::Function) -> bool {
    function.class.is_some() && function.name.as_deref() == Some("constructor")
}
