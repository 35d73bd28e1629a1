//! What only Rust has: paths, macros, and the functions of its standard library that make text.

use std::sync::Arc;

use rollproof_source::{FileId, Span, TextRange};

use super::call::callee_path;
use super::value::{ClassRef, Env, FunctionRef, Item, Value, add, constant};
use super::{Evaluator, span};
use crate::ir::{BindingKind, Call, ClassId, Export, ExprId, Facts};
use crate::matching::Target;
use crate::sinks::{ends_with, is_module};
use crate::unbuilt::MISSING_FILE;

/// Functions whose value is that of their argument, as text.
const TRANSPARENT: &[&str] = &[
    "String::from",
    "Some",
    "Ok",
    "Box::new",
    "Box::from",
    "Arc::from",
    "Arc::new",
    "Rc::from",
    "Cow::from",
    "Cow::Borrowed",
    "Cow::Owned",
    "AssertSqlSafe",
    "SqlStr::from_static",
    "str::to_string",
    "QueryBuilder::new",
    "ToString::to_string",
    "Into::into",
    "Vec::from",
    "HashMap::from",
    "BTreeMap::from",
    "IndexMap::from",
    "HashSet::from",
    "BTreeSet::from",
];

/// How many `use`s a name may go through.
const MAX_USES: u32 = 10;

/// What a search for a name looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SearchKind {
    /// The files that a path leads to.
    Path,
    /// What a file passes on of other modules.
    Reexport,
}

/// A search: from which file, and for which names.
pub(super) type Search = (FileId, SearchKind, String);

impl Evaluator<'_> {
    /// What a path of names means, seen from a file.
    pub(super) fn path(&mut self, facts: &Arc<Facts>, path: &[Arc<str>], at: Span) -> Vec<Value> {
        let names: Vec<String> = path.iter().map(ToString::to_string).collect();
        self.named(facts, &names, MAX_USES).unwrap_or_else(|| vec![external(path, at)])
    }

    /// What `use` binds.
    pub(super) fn rust_import(
        &mut self,
        facts: &Arc<Facts>,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
        at: Span,
    ) -> Vec<Value> {
        let mut names: Vec<String> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        names.extend(name.map(ToString::to_string));
        let path: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        self.absolute(facts, &names, MAX_USES).unwrap_or_else(|| vec![external(&path, at)])
    }

    /// A path whose first name may be bound by a `use` of the file.
    fn named(&mut self, facts: &Arc<Facts>, names: &[String], hops: u32) -> Option<Vec<Value>> {
        if hops == 0 {
            return None;
        }
        if let Some(values) = self.exported_path(facts, names) {
            return Some(values);
        }
        let first = names.first()?;
        let import = facts.bindings.iter().find_map(|binding| match &binding.kind {
            BindingKind::Import { module, name } if binding.name.as_ref() == first.as_str() => {
                Some((module.clone(), name.clone()))
            }
            _ => None,
        });
        if let Some((module, name)) = import {
            let mut full: Vec<String> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            full.extend(name.map(|name| name.to_string()));
            full.extend(names[1..].iter().cloned());
            return self.absolute(facts, &full, hops - 1).or_else(|| {
                let path: Vec<Arc<str>> = full.iter().map(|name| name.as_str().into()).collect();
                Some(vec![external(&path, Span { file: facts.file, range: TextRange::default() })])
            });
        }
        self.absolute(facts, names, hops - 1)
    }

    /// Looks for `names` from a file, once: modules that use each other as a whole would else be walked along every way
    /// through them. A search that is under way, or came to nothing within the one around it, comes to nothing again.
    fn search(
        &mut self,
        kind: SearchKind,
        facts: &Arc<Facts>,
        names: &[String],
        look: impl FnOnce(&mut Self) -> Option<Vec<Value>>,
    ) -> Option<Vec<Value>> {
        let key = (facts.file, kind, names.join("::"));
        if self.absent.contains(&key) || !self.searched.insert(key.clone()) {
            return None;
        }
        self.searches += 1;
        let found = look(self);
        self.searches -= 1;
        if found.is_some() {
            self.searched.remove(&key);
        }
        if self.searches == 0 {
            let searched = std::mem::take(&mut self.searched);
            // What came to nothing on the way would have led somewhere from here as well.
            if found.is_none() {
                self.absent.extend(searched);
            }
        }
        found
    }

    /// A path from `crate`, `self`, `super`, a crate of the workspace, or a module of this file.
    fn absolute(&mut self, facts: &Arc<Facts>, names: &[String], hops: u32) -> Option<Vec<Value>> {
        if hops == 0 {
            return None;
        }
        self.search(SearchKind::Path, facts, names, |this| this.absolute_path(facts, names, hops))
    }

    fn absolute_path(&mut self, facts: &Arc<Facts>, names: &[String], hops: u32) -> Option<Vec<Value>> {
        let (root, here) = self.program.crates.module_of(&facts.path);
        let (first, rest) = names.split_first()?;
        let (root, full) = match first.as_str() {
            "crate" => (root, rest.to_vec()),
            "self" => (root, here.iter().chain(rest).cloned().collect()),
            "super" => {
                let ups = names.iter().take_while(|name| *name == "super").count();
                let kept = here.len().checked_sub(ups)?;
                (root, here[..kept].iter().chain(&names[ups..]).cloned().collect())
            }
            name => match self.program.crates.folder_of(name) {
                Some(folder) => {
                    let root = if folder.is_empty() { "src".to_owned() } else { format!("{folder}/src") };
                    (root, rest.to_vec())
                }
                None => (root, here.iter().chain(names).cloned().collect()),
            },
        };
        for length in (0..full.len()).rev() {
            let Some(file) = self.program.crates.file_of(self.program.snapshot, &root, &full[..length]) else {
                continue;
            };
            let owner = self.program.facts(&file.as_str().into())?;
            if owner.file == facts.file && first == &full[0] && length == here.len() && hops < MAX_USES - 1 {
                continue;
            }
            if let Some(values) = self.exported_path(&owner, &full[length..]) {
                return Some(values);
            }
            // What a file passes on of a package leads back to the file itself, with ever longer names.
            let is_itself = owner.file == facts.file && hops < MAX_USES - 1;
            if !is_itself && let Some(values) = self.reexported_path(&owner, &full[length..], hops - 1) {
                return Some(values);
            }
        }
        None
    }

    /// An item of a file, by the names of its inline modules and its own.
    fn exported_path(&mut self, facts: &Arc<Facts>, names: &[String]) -> Option<Vec<Value>> {
        let key = names.join("::");
        match facts.exports.get(key.as_str())? {
            Export::Binding(binding) => {
                let end = facts.text.len() as u32;
                Some(self.binding(facts, *binding, Span::new(facts.file, end, end), &None))
            }
            Export::Expr(expr) => Some(self.eval(facts, *expr, &None)),
            Export::From { .. } => None,
        }
    }

    /// `pub use` of a name, or of all names of a module.
    fn reexported_path(&mut self, facts: &Arc<Facts>, names: &[String], hops: u32) -> Option<Vec<Value>> {
        if hops == 0 {
            return None;
        }
        self.search(SearchKind::Reexport, facts, names, |this| this.reexport(facts, names, hops))
    }

    fn reexport(&mut self, facts: &Arc<Facts>, names: &[String], hops: u32) -> Option<Vec<Value>> {
        let (first, rest) = names.split_first()?;
        if let Some(Export::From { module, name }) = facts.exports.get(first.as_str()) {
            let mut full: Vec<String> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            full.extend(name.as_ref().map(|name| name.to_string()));
            full.extend(rest.iter().cloned());
            if let Some(values) = self.absolute(facts, &full, hops - 1) {
                return Some(values);
            }
        }
        for module in &facts.export_all {
            let mut full: Vec<String> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            full.extend(names.iter().cloned());
            if let Some(values) = self.absolute(facts, &full, hops - 1) {
                return Some(values);
            }
        }
        None
    }

    /// A name that the file does not bind: perhaps a module's that it uses as a whole.
    pub(super) fn rust_global(&mut self, facts: &Arc<Facts>, name: &Arc<str>, at: Span) -> Vec<Value> {
        let names = [name.to_string()];
        if let Some(class) = facts.classes.iter().position(|class| class.name.as_ref() == Some(name)) {
            return vec![Value::Class(ClassRef { facts: facts.clone(), class: ClassId(class as u32) })];
        }
        self.reexported_path(facts, &names, MAX_USES).unwrap_or_else(|| vec![external(std::slice::from_ref(name), at)])
    }

    pub(super) fn macro_call(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call, env: &Env) -> Vec<Value> {
        let at = span(facts, expr);
        let path = callee_path(facts, call.callee);
        match path.last().map(AsRef::as_ref) {
            Some("include_str") => self.read_file(facts, call.arguments.first().copied(), at, env),
            Some("format") => self.macro_format(facts, call, at, env),
            Some(name) => vec![Value::unknown(&format!("result of `{name}!`"), at)],
            None => vec![Value::Opaque(at)],
        }
    }

    /// Functions of the standard library and of libraries that give their argument back as text.
    pub(super) fn rust_call(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        path: &[Arc<str>],
        at: Span,
        env: &Env,
    ) -> Option<Vec<Value>> {
        if ends_with(path, "String::new")
            || ends_with(path, "String::with_capacity")
            || ends_with(path, "String::default")
        {
            return Some(vec![Value::text(Vec::new())]);
        }
        if ends_with(path, "Vec::new") || ends_with(path, "Vec::with_capacity") {
            return Some(vec![Value::List(Vec::new().into())]);
        }
        if TRANSPARENT.iter().any(|known| ends_with(path, known) || path.len() == 1 && path[0].as_ref() == *known) {
            return call.arguments.first().map(|first| self.eval(facts, *first, env));
        }
        if ends_with(path, "iter::repeat") || ends_with(path, "std::iter::repeat_n") {
            let values = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
            let item = Item::many(values);
            return Some(vec![Value::List(vec![item].into())]);
        }
        let _ = at;
        None
    }

    /// What a type of the project writes of itself: `impl Display`, or a method `to_string` of its own.
    pub(super) fn displayed(&mut self, class: &ClassRef, at: Span) -> Option<Vec<Value>> {
        if !self.program.is_rust() {
            return None;
        }
        let function = *class.facts.classes[class.class.index()].methods.get("to_string")?;
        let this = Some(Arc::new(Value::Instance(class.clone(), None)));
        let function = FunctionRef { facts: class.facts.clone(), function, env: None, this };
        Some(self.invoke(&function, Vec::new(), at))
    }

    /// The sink of a macro: by the library that its path or an import names, or by its content.
    pub(crate) fn macro_sink(&mut self, facts: &Arc<Facts>, call: &Call, path: &[Arc<str>]) -> Option<Target> {
        let name = path.last()?;
        for library in &self.program.language.libraries {
            let Some(sink) = library.sinks.iter().find(|sink| sink.macros.iter().any(|known| known == name.as_ref()))
            else {
                continue;
            };
            let target = Target::new(library, sink);
            let imported = || crate::matching::import_of(facts, name);
            let known = match path {
                [_] => imported().is_some_and(|module| is_module(library, &module)),
                _ => path.first().is_some_and(|first| is_module(library, first)),
            };
            if known || target.file {
                return Some(target);
            }
            let values = self.argument_values(facts, call, &target);
            if self.has_content(&values) {
                return Some(target);
            }
        }
        None
    }

    /// The text of the file that an argument names: of a macro from the folder of `Cargo.toml`.
    pub(crate) fn sql_file(&mut self, facts: &Arc<Facts>, argument: ExprId, at: Span) -> Vec<Value> {
        let values = self.eval(facts, argument, &None);
        let mut found = Vec::new();
        for path in self.value_texts(&values, at) {
            // `new QueryFile(join(__dirname, name))` in a function that is called with each name.
            for path in self.expand(&path, at) {
                add(&mut found, self.text_of_file(facts, constant(&path), at));
            }
        }
        found
    }

    fn text_of_file(&self, facts: &Facts, path: Option<String>, at: Span) -> Value {
        let Some(path) = path else { return Value::unknown("file whose path is not known", at) };
        let folder = self.program.crates.manifest_folder(&facts.path).unwrap_or("");
        let full = crate::modules::join(folder, &path);
        let found = self.program.add_file(&full.as_str().into()).or_else(|| self.program.file_text(facts, &path));
        match found {
            Some((file, text)) => Value::of_file(file, text),
            None => Value::unknown(MISSING_FILE, at),
        }
    }
}

fn external(path: &[Arc<str>], _at: Span) -> Value {
    let module = path.first().cloned().unwrap_or_else(|| "".into());
    Value::External { module, path: path.get(1..).unwrap_or(&[]).into() }
}
