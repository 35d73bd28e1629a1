//! The imports of a file that stand as values somewhere: what is done to those, no look at the text tells.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{is_word, last_word, places};

/// An import that stands as a value, or of which a part does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Used {
    pub(crate) module: Arc<str>,
    /// The name that exports it.
    pub(crate) name: Arc<str>,
    /// The field of it that leads to the part; none where it is the whole, or where that may be any.
    pub(crate) field: Option<Arc<str>>,
}

/// A field that is not known, or a name of a module that is not.
const ANY: &str = "*";

/// The imports that stand somewhere as a value, or of which a part does.
pub(super) fn used(text: &str, imports: &FxHashMap<&str, (&str, Option<&str>)>) -> Vec<Used> {
    let mut found: Vec<Used> = Vec::new();
    for (name, (module, imported)) in imports {
        for at in places(text, name) {
            let Some(field) = value_at(text, at, name) else { continue };
            let field = field.filter(|field| *field != ANY);
            // Of a whole module the field is the name.
            let (name, field) = imported.map_or((field.unwrap_or(ANY), None), |name| (name, field));
            let is_it =
                |one: &Used| (one.module.as_ref(), one.name.as_ref(), one.field.as_deref()) == (*module, name, field);
            if !found.iter().any(is_it) {
                let field = field.map(Arc::from);
                found.push(Used { module: (*module).into(), name: name.into(), field });
            }
        }
    }
    found.sort_unstable();
    found
}

/// The first field of a name, or none of it, where the name or a part of what it stands for is a value here: an argument, an
/// item, what a variable is set to.
fn value_at<'t>(text: &'t str, at: usize, name: &str) -> Option<Option<&'t str>> {
    let bytes = text.as_bytes();
    if at.checked_sub(1).is_some_and(|before| is_word(bytes[before]))
        || bytes.get(at + name.len()).is_some_and(|byte| is_word(*byte))
    {
        return None;
    }
    let before = text[..at].trim_end();
    let spread = before.ends_with("...");
    let starts = match before.bytes().last()? {
        b'(' | b',' | b'[' | b':' | b'?' | b'|' | b'&' => !before.ends_with("if (") && !before.ends_with("switch ("),
        b'=' => !before.ends_with("==") && !before.ends_with("!="),
        b'>' => before.ends_with("=>"),
        b'{' => !before.ends_with("${"),
        b'.' => spread,
        _ => ["return", "of", "await", "yield", "default"].contains(&last_word(before)),
    };
    if !starts {
        return None;
    }
    let mut rest = &text[at + name.len()..];
    let mut field = None;
    loop {
        rest = rest.trim_start_matches('!');
        let after = rest.trim_start();
        if let Some(member) = after.strip_prefix("?.").or_else(|| after.strip_prefix('.')) {
            let end = member.bytes().position(|byte| !is_word(byte)).unwrap_or(member.len());
            field = field.or(Some(&member[..end]));
            rest = &member[end..];
            if &member[..end] == "length" {
                return None;
            }
        } else if rest.starts_with('[') {
            let end = rest.find(']')?;
            field = field.or(Some(ANY));
            rest = &rest[end + 1..];
        } else {
            break;
        }
    }
    let after = rest.trim_start();
    // `import { a } from`, `export { a } from`
    let is_clause = || {
        let names = |byte: u8| is_word(byte) || byte.is_ascii_whitespace() || matches!(byte, b',' | b'*');
        let start =
            before.bytes().rposition(|byte| !names(byte)).filter(|start| bytes[*start] == b'{').unwrap_or(before.len());
        ["import", "export", "type"].contains(&last_word(before[..start].trim_end().trim_end_matches(',')))
    };
    let ends = match after.bytes().next() {
        Some(b',' | b')' | b']' | b'}' | b';' | b':' | b'|' | b'&' | b'?') => true,
        None => true,
        _ => rest.starts_with(['\n', '\r']) || after.starts_with("as ") || after.starts_with("satisfies "),
    };
    (ends && !is_clause()).then_some(field)
}
