//! A look at a TypeScript or JavaScript file that tells, without parsing it, which of its imports it writes into: sets a field
//! of, adds to, deletes from. What such a file writes is a part of what the imported file exports.

mod used;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
pub(crate) use used::Used;
use used::used;

/// What a file writes into, and how it names what it passes on.
#[derive(Debug, Default)]
pub(crate) struct Setters {
    /// What is written into: of which module, and under which name that exports it.
    pub(crate) imports: Vec<(Arc<str>, Arc<str>)>,
    /// What stands as a value somewhere, and may be changed under another name or by what it is given to.
    pub(crate) used: Vec<Used>,
    /// What its classes extend: of which module, and under which name that exports it.
    pub(crate) bases: Vec<(Arc<str>, Arc<str>)>,
    /// What it makes objects of with `new`: of which module, and under which name that exports it; where it sets any fields.
    pub(crate) made: Vec<(Arc<str>, Arc<str>)>,
    /// The fields that it sets of anything but its imports and `this`.
    pub(crate) fields: Vec<Arc<str>>,
    /// Names that it exports under others: `export { names as tables }`.
    pub(crate) renames: Vec<(Arc<str>, Arc<str>)>,
    /// It may pass on what it imports, that without a name of its own for it, and that as its default.
    pub(crate) passes_on: bool,
    pub(crate) is_barrel: bool,
    pub(crate) passes_default: bool,
}

/// Methods that change what they are called on.
const CHANGES: &[&str] = &[
    "push",
    "unshift",
    "splice",
    "pop",
    "shift",
    "reverse",
    "sort",
    "fill",
    "add",
    "delete",
    "clear",
    "append",
    "copyWithin",
];

/// Functions whose first argument they change.
const SETS_FIRST: &[&str] =
    &["Object.assign", "Object.defineProperty", "Object.defineProperties", "Object.setPrototypeOf", "Reflect.set"];

/// How many bytes a bracket may hold on the way back to a name.
const MAX_BRACKET: usize = 200;

/// How far an import's names may stand before its module.
const MAX_CLAUSE: usize = 8_000;

/// A name, and the field of it that is written or gone through; none where that is computed.
type Root<'t> = (&'t str, Option<&'t str>);

/// Looks at a text.
pub(crate) fn setters(text: &str) -> Setters {
    let mut found = Setters { passes_default: passes_default(text), renames: renames(text), ..Setters::default() };
    found.is_barrel = ["export *", "export {", "exports"].iter().any(|word| places(text, word).next().is_some());
    found.passes_on = found.is_barrel || found.passes_default;
    let exported = exported_names(text);
    let mut roots = roots_of(text);
    let bases = bases_of(text);
    let imports = imported(text, false);
    if !exported.is_empty() {
        found.add_exported(&exported, &imports);
    }
    if imports.is_empty() {
        return found;
    }
    found.used = used(text, &imports);
    if roots.is_empty() && bases.is_empty() {
        return found;
    }
    roots.sort_unstable();
    roots.dedup();
    for (base, member) in bases {
        if let Some((module, name)) = imports.get(base)
            && let Some(name) = name.or(member)
        {
            found.bases.push(((*module).into(), name.into()));
        }
    }
    let mut add = |(module, name): (&str, Option<&str>), field: Option<&str>| {
        // Of a whole module the field is the name.
        let name = name.or(field).unwrap_or("*");
        let import = (Arc::from(module), Arc::from(name));
        if !found.imports.contains(&import) {
            found.imports.push(import);
        }
    };
    let (mut others, mut fields) = (Vec::new(), Vec::new());
    for (root, field) in &roots {
        match imports.get(root) {
            Some(import) => add(*import, *field),
            None => {
                others.push(*root);
                fields.extend(field.filter(|_| *root != "this"));
            }
        }
    }
    if !others.is_empty() {
        let mut named = |names, from: &str, field: Option<&str>| {
            if let Some(import) = imports.get(from)
                && words(names).any(|name| others.binary_search(&name).is_ok())
            {
                // `const { a, b: c } = module`: any of the names may be what is meant.
                match (field, import.1) {
                    (None, None) => words(names).for_each(|name| add(*import, Some(name))),
                    _ => add(*import, field),
                }
            }
        };
        aliases(text, &mut named);
        items(text, &mut named);
    }
    fields.sort_unstable();
    fields.dedup();
    if !fields.is_empty() {
        found.made = made_of(text, &imports);
        found.fields = fields.into_iter().map(Arc::from).collect();
    }
    found
}

impl Setters {
    /// Names of what is imported that the file exports under others: `export const names = tables.names`.
    fn add_exported<'t>(
        &mut self,
        exported: &[(&'t str, &'t str)],
        imports: &FxHashMap<&'t str, (&'t str, Option<&'t str>)>,
    ) {
        // Generated files export thousands.
        let own: FxHashSet<&str> = exported.iter().flat_map(|(names, _)| words(names)).collect();
        for (names, value) in exported {
            let mut parts = words(value).peekable();
            while let Some(part) = parts.next() {
                if own.contains(part) {
                    self.rename(part, names);
                }
                let Some((_, imported)) = imports.get(part) else { continue };
                // Of a whole module the next word may be the name.
                let Some(imported) = imported.or_else(|| parts.peek().copied()) else { continue };
                self.passes_on = true;
                self.rename(imported, names);
            }
        }
    }

    fn rename(&mut self, name: &str, others: &str) {
        let others = words(others).filter(|other| *other != name);
        self.renames.extend(others.map(|other| (name.into(), other.into())));
    }
}

/// The imports that objects are made of.
fn made_of(text: &str, imports: &FxHashMap<&str, (&str, Option<&str>)>) -> Vec<(Arc<str>, Arc<str>)> {
    let mut made = Vec::new();
    for at in places(text, "new ") {
        let Some((name, member)) = root_after(&text[at + "new ".len()..]) else { continue };
        if let Some((module, imported)) = imports.get(name)
            && let Some(name) = imported.or(member)
        {
            let import = (Arc::from(*module), Arc::from(name));
            if !made.contains(&import) {
                made.push(import);
            }
        }
    }
    made
}

/// The names at the start of what is written: `names.table = …`, `names.columns.push(…)`.
fn roots_of(text: &str) -> Vec<Root<'_>> {
    let bytes = text.as_bytes();
    let mut roots = Vec::new();
    for at in memchr::memchr2_iter(b'=', b'(', bytes) {
        let Some(&before) = at.checked_sub(1).and_then(|before| bytes.get(before)) else { continue };
        if bytes[at] == b'(' {
            let start = word_start(bytes, at);
            let member = start < at && start > 0 && bytes[start - 1] == b'.';
            // `list["push"](…)`
            let computed = before == b']' && !bytes[..at - 1].ends_with(b"[");
            if computed || member && CHANGES.contains(&&text[start..at]) {
                roots.extend(root_before(text, at));
            } else if member && SETS_FIRST.iter().any(|function| text[..at].ends_with(function)) {
                roots.extend(root_after(&text[at + 1..]));
            }
            continue;
        }
        if matches!(bytes.get(at + 1), Some(b'=' | b'>')) || matches!(before, b'=' | b'!' | b'<' | b'>') {
            continue;
        }
        let mut end = at;
        while end > 0 && matches!(bytes[end - 1], b'+' | b'-' | b'*' | b'/' | b'|' | b'&' | b'?' | b'%' | b'^') {
            end -= 1;
        }
        if may_be_member(bytes, end) {
            roots.extend(root_before(text, end));
        }
    }
    for at in places(text, "delete ") {
        roots.extend(root_after(&text[at + "delete ".len()..]));
    }
    roots
}

/// What classes extend.
fn bases_of(text: &str) -> Vec<Root<'_>> {
    let mut bases = Vec::new();
    for at in places(text, " extends ") {
        let before = &text[..at];
        let before = &before[before.rfind(['{', '}', ';']).map_or(0, |brace| brace + 1)..];
        if before.contains("class ") || before.ends_with("class") {
            bases.extend(root_after(&text[at + " extends ".len()..]));
        }
    }
    bases
}

/// Whether what ends at `end` may be a member: most often a plain name stands there.
fn may_be_member(bytes: &[u8], mut end: usize) -> bool {
    let blank = |at: usize| at > 0 && bytes[at - 1].is_ascii_whitespace();
    while blank(end) {
        end -= 1;
    }
    let mut start = word_start(bytes, end);
    if start == end {
        return end > 0 && matches!(bytes[end - 1], b']' | b')' | b'!');
    }
    while blank(start) {
        start -= 1;
    }
    start > 0 && bytes[start - 1] == b'.'
}

/// Where the word starts that ends at `end`.
pub(crate) fn word_start(bytes: &[u8], end: usize) -> usize {
    end - bytes[..end].iter().rev().take_while(|byte| is_word(**byte)).count()
}

/// The places of a word in a text.
pub(crate) fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    memchr::memmem::find_iter(text.as_bytes(), word)
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The root of the member that ends at `end`: none where it is a plain name, or starts otherwise.
fn root_before(text: &str, end: usize) -> Option<Root<'_>> {
    let bytes = text.as_bytes();
    let mut at = end;
    let mut field = None;
    let (mut members, mut dots) = (false, false);
    loop {
        at = text[..at].trim_end().trim_end_matches('!').len();
        let last = *bytes.get(at.checked_sub(1)?)?;
        if last == b']' {
            let from = opening(bytes, at - 1, b'[', b']')?;
            // `Row[]` is a type.
            let inside = text[from + 1..at - 1].trim();
            if inside.is_empty() {
                return None;
            }
            let quoted = inside.trim_matches(['"', '\'']);
            field = (quoted.len() + 2 == inside.len()).then_some(quoted);
            // `names?.["table"]`
            at = if text[..from].ends_with("?.") { from - 2 } else { from };
            members = true;
            continue;
        }
        if last == b')' {
            // `(names as Names).table = …`
            let from = opening(bytes, at - 1, b'(', b')')?;
            return members.then(|| root_after(&text[from + 1..at])).flatten().map(|(root, own)| (root, own.or(field)));
        }
        let start = word_start(bytes, at);
        if start == at {
            return None;
        }
        let before = text[..start].trim_end();
        if let Some(object) = before.strip_suffix('.') {
            field = Some(&text[start..at]);
            at = object.trim_end_matches('?').len();
            (members, dots) = (true, true);
            continue;
        }
        // `const row: Rows['a'] = …` writes to nothing.
        let line = before.rsplit('\n').next().unwrap_or("").trim_start();
        let typed = !dots && before.ends_with(':') && !line.starts_with("case ") && !line.starts_with("default");
        return (members && !typed).then_some((&text[start..at], field));
    }
}

/// Where the bracket opens that closes at `at`.
fn opening(bytes: &[u8], at: usize, open: u8, close: u8) -> Option<usize> {
    let mut depth = 0usize;
    for from in (at.saturating_sub(MAX_BRACKET)..=at).rev() {
        match bytes[from] {
            byte if byte == close => depth += 1,
            byte if byte == open => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(from);
                }
            }
            _ => {}
        }
    }
    None
}

/// The name that a text starts with, brackets apart, and its first field.
fn root_after(text: &str) -> Option<Root<'_>> {
    let text = text.trim_start_matches(|character: char| character == '(' || character.is_whitespace());
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    let rest = text[end..].trim_start_matches(['!', '?']).trim_start();
    let field = rest.strip_prefix('.').map(|field| {
        let field = field.trim_start();
        &field[..field.bytes().position(|byte| !is_word(byte)).unwrap_or(field.len())]
    });
    (end > 0).then_some((&text[..end], field.filter(|field| !field.is_empty())))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_alphanumeric() || character == '_' || character == '$'))
        .filter(|word| !word.is_empty())
}

/// What a file imports: by its own name the module and the name there, none for the whole module.
pub(crate) fn imports_of(text: &str) -> FxHashMap<&str, (&str, Option<&str>)> {
    imported(text, true)
}

/// The same, with types that are imported as such or without them.
fn imported(text: &str, types: bool) -> FxHashMap<&str, (&str, Option<&str>)> {
    let mut found = FxHashMap::default();
    for at in places(text, "from") {
        let Some(module) = quoted(&text[at + 4..]) else { continue };
        let mut start = at.saturating_sub(MAX_CLAUSE);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let Some(import) = text[start..at].rfind("import") else { continue };
        let of_types = text[start + import + 6..at].trim_start().strip_prefix("type ").map(str::trim_start);
        if !types && of_types.is_some_and(|names| !names.is_empty()) {
            continue;
        }
        clause(&text[start + import + 6..at], module, &mut found);
    }
    for function in ["require(", "import("] {
        for at in places(text, function) {
            let Some(module) = quoted(&text[at + function.len()..]) else { continue };
            let before = text[..at].trim_end().trim_end_matches("await").trim_end();
            let Some(names) = before.strip_suffix('=') else { continue };
            let names = names.trim_end();
            let from = if names.ends_with('}') { names.rfind('{') } else { Some(names.len() - last_word(names).len()) };
            clause(from.map_or("", |from| &names[from..]), module, &mut found);
            if !names.ends_with('}') {
                found.insert(last_word(names), (module, None));
            }
        }
    }
    found
}

fn last_word(text: &str) -> &str {
    &text[word_start(text.as_bytes(), text.len())..]
}

/// The text in quotes that `text` starts with.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    let end = text[1..].find(quote)?;
    Some(&text[1..=end])
}

/// Adds the names of `a, { b, c as d }`, `* as e` or `{ b: c }`.
fn clause<'t>(names: &'t str, module: &'t str, found: &mut FxHashMap<&'t str, (&'t str, Option<&'t str>)>) {
    let (outside, inside) = names.split_once('{').unwrap_or((names, ""));
    for part in outside.split(',') {
        let name = last_word(part.trim_end());
        if !name.is_empty() {
            let imported = if part.contains('*') { None } else { Some("default") };
            found.insert(name, (module, imported));
        }
    }
    for part in inside.trim_end().trim_end_matches('}').split(',') {
        let part = part.trim().trim_start_matches("type ");
        let Some(imported) = words(part).next() else { continue };
        let local =
            part.split_once(" as ").or_else(|| part.split_once(':')).map_or(imported, |(_, local)| local.trim());
        found.insert(last_word(local), (module, Some(imported)));
    }
}

/// What is declared behind a keyword, and what stands behind its `=`, both cut off where they are long.
fn declarations<'t>(text: &'t str, keyword: &'static str) -> impl Iterator<Item = (&'t str, &'t str)> {
    places(text, keyword).filter_map(move |at| {
        let rest = &text[at + keyword.len()..];
        let end = (0..=rest.len().min(MAX_BRACKET * 2)).rev().find(|end| rest.is_char_boundary(*end));
        rest[..end.unwrap_or(0)].split_once('=')
    })
}

/// What is declared, less its type. A pattern has colons of its own.
fn without_type(names: &str) -> &str {
    if names.contains('{') { names } else { names.split(':').next().unwrap_or(names) }
}

/// Declarations that give what another name stands for, or a part of it, a name of their own.
fn aliases<'t>(text: &'t str, mut each: impl FnMut(&'t str, &'t str, Option<&'t str>)) {
    for keyword in ["const ", "let ", "var "] {
        for (names, value) in declarations(text, keyword) {
            if value.trim_start().starts_with(['{', '[']) {
                // It may hold any of the names that stand there.
                words(value).for_each(|word| each(names, word, None));
                continue;
            }
            let Some((root, field)) = root_after(value) else { continue };
            let after = value.trim_start_matches(|character: char| {
                character.is_alphanumeric() || matches!(character, '_' | '$' | '.' | '(' | ' ' | '!' | '?')
            });
            // What a call gives is another value.
            let called = value[..value.len() - after.len()].trim_start().trim_start_matches('(').contains('(');
            if !called {
                each(without_type(names), root, field);
            }
        }
    }
}

/// Names for the items of a list: `for (const one of all)`, `all.forEach((one) => …)`.
fn items<'t>(text: &'t str, mut each: impl FnMut(&'t str, &'t str, Option<&'t str>)) {
    for at in places(text, " of ") {
        let mut start = at.saturating_sub(MAX_BRACKET);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let before = &text[start..at];
        let Some(open) = before.rfind('(') else { continue };
        let names = before[open + 1..].trim_start();
        let declared = ["const ", "let ", "var "].iter().find_map(|keyword| names.strip_prefix(keyword));
        if let (Some(names), Some((root, field))) = (declared, root_after(&text[at + " of ".len()..])) {
            each(names, root, field);
        }
    }
    for at in places(text, ".forEach(") {
        let rest = &text[at + ".forEach(".len()..];
        let Some((names, _)) = rest.split_once("=>") else { continue };
        if names.len() < MAX_BRACKET
            && let Some((root, field)) = root_before(text, at + ".forEach".len())
        {
            each(names, root, field);
        }
    }
}

/// `export { names as tables }`.
fn renames(text: &str) -> Vec<(Arc<str>, Arc<str>)> {
    let mut found = Vec::new();
    for at in places(text, "export {") {
        let Some((names, _)) = text[at + "export {".len()..].split_once('}') else { continue };
        for (name, other) in names.split(',').filter_map(|part| part.split_once(" as ")) {
            found.push((last_word(name.trim_end()).into(), last_word(other.trim_end()).into()));
        }
    }
    found
}

/// The names that a file exports with what these are made of, where that is a name, an object or a list.
fn exported_names(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for keyword in ["export const ", "export let ", "export var "] {
        for (names, value) in declarations(text, keyword) {
            let names = without_type(names);
            let value = value.trim_start();
            let made = value.starts_with(['{', '[', '(']);
            let end = value.find(|character: char| matches!(character, ';' | '\n') && !made).unwrap_or(value.len());
            let value = &value[..end];
            if made || !value.contains(['(', '`', '"', '\'']) {
                found.push((names, value));
            }
        }
    }
    found
}

/// Whether a file's default may be what it imports.
fn passes_default(text: &str) -> bool {
    let name = |word: &str| {
        places(text, word).any(|at| {
            let rest = text[at + word.len()..].trim_start();
            let end = rest.bytes().position(|byte| !is_word(byte)).unwrap_or(rest.len());
            end > 0
                && (rest[..end] == *"require"
                    || rest[end..].trim_start_matches(' ').starts_with(['\n', '\r', ';', '.']))
                || rest.len() == end
        })
    };
    name("export default ") || name("module.exports =") || places(text, "export { default").next().is_some()
}

#[cfg(test)]
mod tests;
