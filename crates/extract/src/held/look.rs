//! The look at a file's text for what its names hold.

use std::sync::Arc;

use super::Names;
use crate::program::Program;
use crate::setters::{is_word, places, word_start};
use crate::sinks::{Library, QueryBuilder};
use crate::types::{Imports, Root, Types, called, cut, path_at, word_at};

/// How far back the name is looked for that something is assigned to.
const MAX_STATEMENT: usize = 400;

/// How far back a bracket of parameters may open.
const MAX_PARAMETERS: usize = 4_000;

/// How far into a call's arguments a callback may begin.
const MAX_ARGUMENTS: usize = 600;

/// Types around another that hold it, or several of it.
const AROUND: &[&str] = &["Promise", "Readonly", "NonNullable", "Required", "Array", "ReadonlyArray", "Set"];

/// Methods that give each item of a list to a function.
const EACH: &[&str] = &["map", "forEach", "filter", "find", "some", "every", "flatMap"];

/// Functions that give the items of the list that they are given, or lists of those.
const REGROUPING: &[&str] = &[
    "values",
    "entries",
    "from",
    "groupBy",
    "keyBy",
    "chunk",
    "uniq",
    "uniqBy",
    "sortBy",
    "orderBy",
    "compact",
    "shuffle",
    "reverse",
    "flatten",
    "filter",
    "reject",
    "slice",
    "take",
    "drop",
    "partition",
];

/// What such functions are methods of.
const TOOLS: &[&str] = &["Object", "Array", "Map", "_", "lodash", "R"];

/// Methods of a list that give its items, or all but some of them.
const SAME_ITEMS: &[&str] =
    &["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat", "values", "entries"];

pub(super) struct Look<'t, 'p> {
    pub(super) program: &'t Program<'p>,
    pub(super) types: &'t Types,
    pub(super) path: &'t Arc<str>,
    pub(super) imports: Imports<'t>,
    pub(super) text: &'t str,
    pub(super) names: Names,
}

impl<'t> Look<'t, '_> {
    fn hold(&mut self, name: &str, root: Root) {
        self.names.hold(name, root);
    }

    /// What is declared to be of a type, or made by it.
    pub(super) fn uses_of(&mut self, head: &str) {
        let text = self.text;
        for at in places(text, head) {
            let bytes = text.as_bytes();
            let outside = |at: usize| at.checked_sub(1).is_some_and(|at| is_word(bytes[at]) || bytes[at] == b'.');
            if outside(at) || bytes.get(at + head.len()).is_some_and(|byte| is_word(*byte)) {
                continue;
            }
            let path = path_at(&text[at..]);
            let end = at + path.len();
            let called = path.len() > head.len() && path.split('.').next_back().is_some_and(starts_small);
            let before = text[..at].trim_end();
            // `(this.constructor as typeof User).findAll()`
            let cast = before.strip_suffix("typeof").map(str::trim_end).filter(|before| last_word(before) == "as");
            let made = before.ends_with("new") || called || cast.is_some();
            let known = self.names.types.get(head).copied();
            let root = if path == head || made { known } else { self.root_of(path) };
            let Some(root) = root else { continue };
            if made {
                let before = before.strip_suffix("new").unwrap_or(before);
                self.assigned(before, root);
                self.callback(end, root);
            } else {
                self.declared(before, root);
            }
        }
    }

    /// `const found = await this.findOne()` in a class of a library's type.
    pub(super) fn uses_of_this(&mut self) {
        let classes = self.names.own.iter().filter(|(name, _)| !starts_small(name)).map(|(_, root)| *root);
        let mut roots: Vec<Root> = classes.filter(|root| self.types.names_objects(*root)).collect();
        roots.dedup();
        let [root] = roots.as_slice() else { return };
        let root = *root;
        let text = self.text;
        for at in places(text, "this.") {
            let method = word_at(&text[at + "this.".len()..]);
            let end = at + "this.".len() + method.len();
            if self.types.asks(method) && matches!(text.as_bytes().get(end), Some(b'(' | b'<')) {
                self.assigned(&text[..at], root);
            }
        }
    }

    fn root_of(&self, path: &str) -> Option<Root> {
        self.types.root_of(self.program, self.path, &self.imports, path)
    }

    /// `users: Repository<User>`, `users?: Promise<User[]>`, `(…): Repository<User>`. `before` is what stands before the type.
    fn declared(&mut self, before: &str, root: Root) {
        let mut before = before;
        for _ in 0..8 {
            if let Some(outer) = before.strip_suffix('<') {
                let word = last_word(outer);
                if !AROUND.contains(&word) {
                    return;
                }
                before = outer[..outer.len() - word.len()].trim_end();
            } else if let Some(union) = before.strip_suffix(['|', '&']) {
                let union = union.trim_end();
                let path = union.len() - path_end(union);
                // `: | A`
                before = union[..path].trim_end();
            } else if last_word(before) == "readonly" || last_word(before) == "typeof" {
                before = before[..before.len() - last_word(before).len()].trim_end();
            } else {
                break;
            }
        }
        let Some(name) = before.strip_suffix(':') else { return };
        let name = name.trim_end().trim_end_matches(['?', '!']).trim_end();
        if let Some(inside) = name.strip_suffix(')') {
            if let Some(open) = opening(inside) {
                let function = inside[..open].trim_end();
                let function = last_word(function.strip_suffix('=').map_or(function, str::trim_end));
                let function = if function == "async" { "" } else { function };
                if !function.is_empty() {
                    self.names.makers.insert(function.to_owned(), root);
                }
            }
            return;
        }
        self.hold(last_word(name), root);
    }

    /// The names that a statement gives something to, or a loop the items. `before` is what stands before the value.
    fn assigned(&mut self, before: &str, root: Root) {
        match item_of_loop(before) {
            Some(item) => self.give(item, root),
            None => self.declared_by(before, root),
        }
    }

    /// The names that a statement gives something to.
    fn declared_by(&mut self, before: &str, root: Root) {
        let from = before.len().saturating_sub(MAX_STATEMENT);
        let from = (from..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
        let bytes = before.as_bytes();
        let mut at = before.len();
        while at > from {
            at -= 1;
            match bytes[at] {
                b';' | b'{' | b'}' => return,
                b'=' if !matches!(bytes.get(at + 1), Some(b'=' | b'>'))
                    && !at.checked_sub(1).is_some_and(|at| matches!(bytes[at], b'=' | b'!' | b'<' | b'>')) =>
                {
                    return self.give(before[..at].trim_end().trim_end_matches(['?', '|', '&']).trim_end(), root);
                }
                _ => {}
            }
        }
    }

    /// `target` is what stands before `=`.
    fn give(&mut self, target: &str, root: Root) {
        let open = match target.as_bytes().last() {
            Some(b']') => target.rfind('['),
            Some(b'}') => target.rfind('{'),
            _ => None,
        };
        // `users: User[] = …` is a name with its type.
        let list = open.filter(|open| !is_word(target.as_bytes()[open.saturating_sub(1)]));
        if let Some(open) = list {
            let names: Vec<&str> = target[open + 1..target.len() - 1].split(',').collect();
            for name in names {
                self.hold(last_word(name.split('=').next().unwrap_or(name).trim_end()), root);
            }
            return;
        }
        let name = last_word(target);
        let before = target[..target.len() - name.len()].trim_end();
        match before.strip_suffix(':') {
            Some(typed) => self.hold(last_word(typed.trim_end().trim_end_matches(['?', '!'])), root),
            None => self.hold(name, root),
        }
    }

    /// `User.findAllInBatches(query, async (users) => …)`: what a function gets that a call's arguments end with.
    fn callback(&mut self, from: usize, root: Root) {
        let rest = cut(&self.text[from..], MAX_ARGUMENTS);
        let rest = rest.split(';').next().unwrap_or(rest);
        let Some(arrow) = rest.find("=>") else { return };
        self.parameters(rest[..arrow].trim_end(), root);
    }

    /// The first parameter of an arrow function, `before` being what stands before `=>`.
    fn parameters(&mut self, before: &str, root: Root) {
        let Some(inside) = before.strip_suffix(')') else { return self.hold(last_word(before), root) };
        let Some(open) = inside.rfind('(') else { return };
        let first = inside[open + 1..].trim_start().trim_start_matches('[');
        self.hold(word_at(first), root);
    }

    /// `const users = dataSource.getRepository(User)`, `const db = knex(config)`, and what functions of the file return.
    pub(super) fn made(&mut self) {
        for library in self.types.libraries() {
            for builder in &library.builders {
                let Some(name) = builder.types.first() else { continue };
                let root = Root { builder: &builder.name, name };
                self.made_by(library, builder, root);
                self.passed_by(library, builder, root);
            }
        }
        let text = self.text;
        let makers: Vec<(String, Root)> = self.names.makers.iter().map(|(name, root)| (name.clone(), *root)).collect();
        for (maker, root) in makers {
            let places: Vec<usize> = called(text, &maker).map(|(at, _)| at).collect();
            places.into_iter().for_each(|at| self.assigned(&text[..at], root));
        }
    }

    fn made_by(&mut self, library: &Library, builder: &QueryBuilder, root: Root) {
        let text = self.text;
        for maker in &builder.made_by {
            let of_library = |module: &str| self.types.known_module(module).is_some_and(|known| known.at == library.at);
            let imported = self
                .imports
                .iter()
                .filter(|(_, (module, name))| name.unwrap_or("default") == maker && of_library(module));
            let mut locals: Vec<(&str, bool)> = imported.map(|(local, _)| (*local, true)).collect();
            // A method's name tells by itself.
            if maker != "default" && !library.modules.contains(maker) {
                locals.push((maker, false));
            }
            for (local, is_function) in locals {
                let places: Vec<(usize, usize)> = called(text, local).collect();
                for (at, end) in places.into_iter().filter(|(at, _)| is_function || text[..*at].ends_with('.')) {
                    // What the chain goes on to make is something else.
                    if !goes_on(&text[end..]) {
                        self.assigned(&text[..at], root);
                    }
                }
            }
        }
        // `const db = require("knex")(config)`
        for module in library.modules.iter().filter(|_| builder.made_by.iter().any(|maker| maker == "default")) {
            for quote in ['"', '\''] {
                let required = format!("require({quote}{module}{quote})(");
                let places: Vec<usize> = places(text, &required).collect();
                places.into_iter().for_each(|at| self.assigned(&text[..at], root));
            }
        }
    }

    fn passed_by(&mut self, library: &Library, builder: &QueryBuilder, root: Root) {
        let text = self.text;
        let imports = || {
            self.imports
                .values()
                .any(|(module, _)| self.types.known_module(module).is_some_and(|known| known.at == library.at))
        };
        if builder.passed_by.is_empty() {
            return;
        }
        let imported = imports();
        for method in &builder.passed_by {
            let places: Vec<(usize, usize)> = called(text, method).collect();
            for (at, end) in places {
                let Some(object) = text[..at].strip_suffix('.') else { continue };
                if imported || self.names.holds(builder, last_word(object.trim_end_matches('?'))) {
                    self.callback(end, root);
                }
            }
        }
    }

    /// Items of lists, and other names.
    pub(super) fn passed_on(&mut self) {
        let text = self.text;
        for at in places(text, " of ") {
            for root in self.held_last(list_in(&text[at + " of ".len()..])) {
                self.give(text[..at].trim_end(), root);
            }
        }
        for method in EACH {
            let places: Vec<(usize, usize)> = called(text, method).collect();
            for (at, end) in places {
                let Some(object) = text[..at].strip_suffix('.') else { continue };
                let arguments = cut(&text[end..], MAX_ARGUMENTS);
                let arguments = &arguments[..arguments.find("=>").unwrap_or(0)];
                let is_callback = !arguments.is_empty() && !arguments.contains([';', '{']);
                for root in self.held_last(object.trim_end().trim_end_matches('?')) {
                    if is_callback {
                        self.parameters(arguments.trim_end(), root);
                    }
                    // What a loop goes through is no longer one of the list, where it is mapped.
                    self.declared_by(object, root);
                }
            }
        }
    }

    /// Fields of the project's models, in a file that knows some model: `project.team.save()`.
    pub(super) fn fields(&mut self) {
        let mut known: Vec<Root> = self.names.types.values().copied().collect();
        known.sort_unstable();
        known.dedup();
        for root in known.into_iter().filter(|root| self.types.names_objects(*root)) {
            for name in self.types.fields(root) {
                self.hold(name, root);
            }
        }
    }

    /// `const owner = project.team`, `const owner = await project.team`, of a field that is declared to hold one.
    pub(super) fn aliases(&mut self) {
        for keyword in ["const ", "let "] {
            for at in places(self.text, keyword) {
                let rest = &self.text[at + keyword.len()..];
                let Some((target, value)) = value_of(cut(rest, MAX_STATEMENT)) else { continue };
                let value = value.trim_start().trim_start_matches("await ");
                let plain = value.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'?' | b'!'));
                let list = if plain { value.trim_end_matches('!') } else { list_in(value) };
                if !target.ends_with('}') && (plain || value.ends_with(')') && list != path_at(value)) {
                    self.held_last(list).into_iter().for_each(|root| self.give(target, root));
                }
            }
        }
    }

    /// What the last name of a text holds.
    fn held_last(&self, text: &str) -> Vec<Root> {
        self.names.held.get(last_word(text)).cloned().unwrap_or_default()
    }

    /// `const users = prisma.user`, `const { user } = prisma`.
    pub(super) fn parts_of_clients(&mut self) {
        let ending = |name: &&String| name.starts_with('*');
        for builder in self.types.libraries().iter().flat_map(|library| &library.builders) {
            let Some(name) = builder.types.iter().find(ending) else { continue };
            let root = Root { builder: &builder.name, name };
            let clients: Vec<&QueryBuilder> = self
                .types
                .libraries()
                .iter()
                .flat_map(|library| &library.builders)
                .filter(|one| one.name == builder.name)
                .collect();
            let is_client = |word: &str| {
                clients
                    .iter()
                    .any(|one| one.depth > 0 && !one.models && (one.takes(word) || self.names.holds(one, word)))
            };
            let is_model = |word: &str| self.program.models.any(builder, word);
            let mut parts: Vec<&str> = Vec::new();
            for keyword in ["const ", "let ", "var "] {
                for at in places(self.text, keyword) {
                    let Some((target, value)) = value_of(cut(&self.text[at + keyword.len()..], MAX_STATEMENT)) else {
                        continue;
                    };
                    if value.contains("await") || value.ends_with(')') || !words(value).any(is_client) {
                        continue;
                    }
                    if let Some(list) = target.strip_prefix('{') {
                        let names = list.trim_end_matches('}').split(',');
                        parts.extend(
                            names.filter(|name| is_model(word_at(name))).map(|name| last_word(name.trim_end())),
                        );
                    } else if value.contains('.') && is_model(last_word(value)) {
                        parts.push(word_at(target));
                    }
                }
            }
            parts.into_iter().for_each(|part| self.hold(part, root));
        }
    }

    /// `user` where the file knows the model `User`: what is destructured, and what other functions return.
    pub(super) fn by_their_types(&mut self) {
        let classes: Vec<(String, Root)> = self.names.types.iter().map(|(name, root)| (name.clone(), *root)).collect();
        for (name, root) in classes {
            let Some(called) = object_of(&name) else { continue };
            if self.types.names_objects(root) && !self.imports.contains_key(called.as_str()) {
                self.hold(&called, root);
            }
        }
    }

    /// `user` where the file imports something else of the model's own file: `import { Role } from "../models/User"`.
    pub(super) fn by_their_modules(&mut self) {
        let mut modules: Vec<&str> = self.imports.values().map(|(module, _)| *module).collect();
        modules.sort_unstable();
        modules.dedup();
        for module in modules {
            let name = module.rsplit('/').next().unwrap_or(module);
            let Some(called) = object_of(name) else { continue };
            let taken = [name, called.as_str()].iter().any(|name| self.imports.contains_key(name));
            if taken || !self.types.may_be(name) {
                continue;
            }
            let root = self.types.root_in(self.program, self.path, module, name);
            if let Some(root) = root.filter(|root| self.types.names_objects(*root)) {
                self.hold(&called, root);
            }
        }
    }
}

/// What an object of a class is called: `userRole` of a `UserRole`.
fn object_of(class: &str) -> Option<String> {
    let mut letters = class.chars();
    let first = letters.next().filter(|first| first.is_uppercase())?;
    Some(first.to_lowercase().chain(letters).collect())
}

/// What stands before the `of` of a loop that goes through a value: `for (const user of await users.`.
fn item_of_loop(before: &str) -> Option<&str> {
    let mut rest = before.trim_end();
    for _ in 0..2 {
        if let Some(item) = rest.strip_suffix(" of") {
            return Some(item.trim_end());
        }
        rest = rest[..rest.len() - path_end(rest)].trim_end();
    }
    rest.strip_suffix(" of").map(str::trim_end)
}

/// Whether a chain goes on behind the arguments that a text begins with.
fn goes_on(text: &str) -> bool {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().take(MAX_PARAMETERS) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                let rest = text[at + 1..].trim_start();
                if depth == 0 {
                    return rest.starts_with('.') || rest.starts_with("?.");
                }
            }
            _ => {}
        }
    }
    false
}

/// The list whose items, or lists of those, an expression goes through: of `Object.values(groupBy(users, "team"))` and of
/// `users.filter(isActive)` that is `users`.
fn list_in(expression: &str) -> &str {
    let mut rest = expression.trim_start();
    let mut inside = false;
    for _ in 0..4 {
        rest = rest.strip_prefix("[...").unwrap_or(rest);
        let path = path_at(rest).trim_end_matches('.');
        let after = rest[path.len()..].trim_start();
        let Some(arguments) = after.strip_prefix('(') else {
            return if inside && !after.starts_with([',', ')']) { "" } else { path };
        };
        let (object, function) = path.rsplit_once('.').unwrap_or(("", path));
        let is_tool = object.is_empty() || TOOLS.contains(&object);
        if goes_on(after) {
            return "";
        }
        match is_tool {
            true if REGROUPING.contains(&function) => rest = arguments.trim_start(),
            false if SAME_ITEMS.contains(&function) => return object,
            _ => return "",
        }
        inside = true;
    }
    ""
}

/// What a declaration gives its name, as far as its line tells.
fn value_of(declaration: &str) -> Option<(&str, &str)> {
    let line = declaration.split([';', '\n']).next()?;
    // A chain that goes on.
    if declaration[line.len()..].trim_start().starts_with(['.', '?']) {
        return None;
    }
    let (target, value) = line.split_once('=')?;
    Some((target.trim_end(), value.trim_end().trim_end_matches(',')))
}

fn starts_small(name: &str) -> bool {
    name.starts_with(|first: char| first.is_lowercase())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '$')).filter(|word| !word.is_empty())
}

fn last_word(text: &str) -> &str {
    &text[word_start(text.as_bytes(), text.len())..]
}

/// How long the dotted name is that a text ends with, brackets of its types with it.
fn path_end(text: &str) -> usize {
    let mut rest = text;
    if rest.ends_with('>')
        && let Some(open) = rest.rfind('<')
    {
        rest = &rest[..open];
    }
    let bytes = rest.as_bytes();
    let name = bytes.iter().rev().take_while(|byte| is_word(**byte) || matches!(byte, b'.' | b'[' | b']')).count();
    text.len() - rest.len() + name
}

/// Where the bracket opens that closes behind a text.
fn opening(inside: &str) -> Option<usize> {
    let mut depth = 1usize;
    for (count, (at, byte)) in inside.bytes().enumerate().rev().enumerate() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        if count > MAX_PARAMETERS {
            return None;
        }
    }
    None
}
