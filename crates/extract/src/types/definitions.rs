//! A look at a text for the types that it defines, and what those extend or stand for.

use memchr::memmem;

use crate::setters::{is_word, places, word_start};
use crate::sinks::Language;

/// How many bytes of an alias are looked at.
const MAX_ALIAS: usize = 400;

/// Types that wrap another without being something else.
const WRAPPERS: &[&str] = &["Omit", "Pick", "Partial", "Required", "Readonly", "NonNullable", "Promise", "Awaited"];

/// What a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Class,
    /// An interface or an alias.
    Type,
    /// What a library's function makes: `sequelize.define("job", {})`.
    Made,
}

/// A name, and what it extends or stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) bases: Vec<String>,
    pub(super) sort: Sort,
}

/// What a look at a text finds, the same for every version that holds it.
#[derive(Debug, Default)]
pub(crate) struct Defined {
    pub(super) definitions: Vec<Definition>,
    /// The libraries with types whose modules it names, by their places.
    pub(super) libraries: Vec<usize>,
}

impl Defined {
    pub(crate) fn of(text: &str, language: &'static Language) -> Self {
        let with_types = language.libraries.iter().filter(|library| library.has_types());
        let named = |module: &String| memmem::find(text.as_bytes(), module.as_bytes()).is_some();
        let libraries = with_types.filter(|library| library.modules.iter().any(named)).map(|library| library.at);
        Self { definitions: definitions(text), libraries: libraries.collect() }
    }
}

/// Types that a text defines and that extend others or stand for them.
fn definitions(text: &str) -> Vec<Definition> {
    let mut found = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), " extends ") {
        let before = &text[..at];
        let before = &before[before.rfind(['{', '}']).map_or(0, |brace| brace + 1)..];
        let rest = &text[at + " extends ".len()..];
        for (keyword, sort) in [("class ", Sort::Class), ("interface ", Sort::Type)] {
            let Some(start) = before.rfind(keyword) else { continue };
            let name = word_at(&before[start + keyword.len()..]);
            let base = path_at(rest);
            if !name.is_empty() && !base.is_empty() {
                found.push(Definition { name: name.to_owned(), bases: vec![base.to_owned()], sort });
            }
        }
    }
    for at in memmem::find_iter(text.as_bytes(), "type ") {
        if at > 0 && is_word(text.as_bytes()[at - 1]) {
            continue;
        }
        let rest = &text[at + "type ".len()..];
        let name = word_at(rest);
        let rest = rest.trim_start()[name.len()..].trim_start();
        let rest = if rest.starts_with('<') { after_brackets(rest).trim_start() } else { rest };
        let Some(alias) = rest.strip_prefix('=').filter(|_| !name.is_empty()) else { continue };
        let bases = members_of(cut(alias, MAX_ALIAS));
        if !bases.is_empty() {
            found.push(Definition { name: name.to_owned(), bases, sort: Sort::Type });
        }
    }
    if memmem::find(text.as_bytes(), b"sequelize").is_some() {
        found.extend(made(text));
    }
    found
}

/// `const Job = sequelize.define("job", {})`.
fn made(text: &str) -> Vec<Definition> {
    let mut found = Vec::new();
    for at in places(text, ".define(") {
        let before = text[..at].trim_end_matches(|one: char| one.is_alphanumeric() || "_$.".contains(one));
        let name = before.trim_end().strip_suffix('=').map(str::trim_end).unwrap_or("");
        let name = &name[word_start(name.as_bytes(), name.len())..];
        if !name.is_empty() {
            found.push(Definition { name: name.to_owned(), bases: vec!["Model".to_owned()], sort: Sort::Made });
        }
    }
    found
}

/// The names of a union's or an intersection's members.
fn members_of(alias: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = alias.trim_start().trim_start_matches('|');
    for _ in 0..16 {
        rest = rest.trim_start();
        let mut name = path_at(rest);
        let mut after = &rest[name.len()..];
        while WRAPPERS.contains(&name) && after.starts_with('<') {
            let whole = after_brackets(after);
            let inner = path_at(&after[1..]);
            if inner.is_empty() {
                break;
            }
            (name, after) = (inner, whole);
        }
        if name.is_empty() {
            break;
        }
        found.push(name.to_owned());
        if after.starts_with('<') {
            after = after_brackets(after);
        }
        match after.trim_start().strip_prefix(['|', '&']) {
            Some(next) => rest = next,
            None => break,
        }
    }
    found
}

/// What stands behind the bracket `<` that a text starts with.
fn after_brackets(text: &str) -> &str {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().take(MAX_ALIAS * 4) {
        match byte {
            b'<' => depth += 1,
            b'>' if at > 0 && text.as_bytes()[at - 1] == b'=' => {}
            b'>' => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            _ => {}
        }
    }
    ""
}

/// The methods of a class that call, on `this` or `super`, a method that sends something.
pub(super) fn through(text: &str, class: &str, sends: &dyn Fn(&str) -> bool) -> Vec<String> {
    let at = ["class ", "class\n"]
        .iter()
        .find_map(|keyword| places(text, keyword).find(|at| word_at(&text[at + keyword.len()..]) == class));
    let Some(body) = at.map(|at| &text[at..]) else { return Vec::new() };
    let end = body.find("\n}").unwrap_or(body.len());
    let mut found: Vec<String> = Vec::new();
    let mut method: Option<(&str, usize)> = None;
    for line in body[..end].lines().skip(1) {
        let indent = line.len() - line.trim_start().len();
        let declared = declared_method(line).filter(|_| method.is_none_or(|(_, known)| indent <= known));
        if let Some(name) = declared {
            method = Some((name, indent));
            continue;
        }
        let Some((name, _)) = method else { continue };
        let sent = ["this.", "super."].iter().any(|object| {
            places(line, object).any(|at| {
                let called = word_at(&line[at + object.len()..]);
                let rest = &line[at + object.len() + called.len()..];
                rest.starts_with(['(', '<']) && called != name && sends(called)
            })
        });
        if sent && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The name of the method that a line declares.
fn declared_method(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        let word = word_at(rest);
        let after = &rest[word.len()..];
        match word {
            "" | "if" | "for" | "while" | "switch" | "return" | "await" | "catch" | "function" | "throw" | "new" => {
                return None;
            }
            "public" | "private" | "protected" | "static" | "async" | "override" | "readonly" | "abstract"
                if after.starts_with(' ') =>
            {
                rest = after.trim_start();
            }
            _ if after.starts_with(['(', '<']) && !line.trim_end().ends_with(';') => return Some(word),
            _ if after.trim_start().starts_with("= async") || after.trim_start().starts_with("= (") => {
                return Some(word);
            }
            _ => return None,
        }
    }
}

/// Where a function or a method of this name is called, and where its arguments' bracket or their types' stands.
pub(crate) fn called<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
    places(text, name).map(move |at| (at, at + name.len())).filter(move |(at, end)| {
        let bytes = text.as_bytes();
        !at.checked_sub(1).is_some_and(|before| is_word(bytes[before])) && matches!(bytes.get(*end), Some(b'(' | b'<'))
    })
}

/// Whether a file may pass on what another defines under this name, and does not define it.
pub(super) fn passes_on(text: &str, name: &str) -> bool {
    let defines = ["class ", "interface ", "type ", "enum ", "const ", "function "]
        .iter()
        .any(|keyword| places(text, keyword).any(|at| word_at(&text[at + keyword.len()..]) == name));
    !defines
        && ["export *", "export {", "export type {", "exports"].iter().any(|word| places(text, word).next().is_some())
}

pub(crate) fn word_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    &text[..end]
}

/// A name with dots in it.
pub(crate) fn path_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.bytes().position(|byte| !is_word(byte) && byte != b'.').unwrap_or(text.len());
    &text[..end]
}

/// A text's beginning, of so many bytes at most.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The fields that a text declares on lines of their own, each with the name of its type: `team?: Team | null;`.
pub(super) fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (name, typed) = line.trim().strip_suffix(';')?.split_once(':')?;
        let name = name.trim_end_matches(['?', '!']);
        let name = name.rsplit(' ').next()?;
        let plain = !name.is_empty() && name.bytes().all(is_word);
        let typed = typed.trim_start();
        let typed = typed.strip_prefix("Promise<").unwrap_or(typed);
        plain.then(|| (name, word_at(typed)))
    })
}

/// What associations call the other model: the name that they give it, else the model's.
pub(super) fn associations(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for method in [".hasMany(", ".hasOne(", ".belongsTo(", ".belongsToMany("] {
        for at in places(text, method) {
            let arguments = cut(&text[at + method.len()..], MAX_ALIAS);
            let arguments = arguments.split(';').next().unwrap_or(arguments);
            let model = path_at(arguments);
            let own = arguments.split_once("as:").map(|(_, name)| name.trim_start()).and_then(|name| {
                let quote = name.chars().next().filter(|first| matches!(first, '"' | '\''))?;
                name[1..].split(quote).next()
            });
            let name = own.unwrap_or(model.rsplit('.').next().unwrap_or(model));
            if !name.is_empty() && name.bytes().all(is_word) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// The methods that an association gives a model's objects, whichever number it has.
pub(super) fn methods_of(association: &str) -> Vec<String> {
    let mut letters = association.chars();
    let Some(first) = letters.next() else { return Vec::new() };
    let name: String = first.to_uppercase().chain(letters).collect();
    let mut forms = vec![name.clone()];
    if let Some(one) = name.strip_suffix("ies") {
        forms.push(format!("{one}y"));
    } else if let Some(one) = name.strip_suffix('s') {
        forms.push(one.to_owned());
    } else if let Some(many) = name.strip_suffix('y') {
        forms.push(format!("{many}ies"));
    } else {
        forms.push(format!("{name}s"));
    }
    let verbs = ["get", "set", "add", "remove", "count", "create", "has"];
    forms.iter().flat_map(|form| verbs.iter().map(move |verb| format!("{verb}{form}"))).collect()
}
