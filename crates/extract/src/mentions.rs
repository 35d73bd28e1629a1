//! Which files may call a function, by a look at their texts: they call its name, or take it from elsewhere and pass it on.

use crate::table::Table;

/// How far a list of names that is taken from elsewhere is looked through.
const MAX_CLAUSE: usize = 2_000;

/// Whether one of the names is called in a text, or may be by another name.
pub(crate) fn calls_any(table: &Table, text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut taken: Vec<usize> = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    table.any(text, |name, range| {
        if range.start.checked_sub(1).is_some_and(|at| is_name(bytes[at])) {
            return false;
        }
        let rest = text.get(range.end..).unwrap_or("");
        let after = rest.trim_start();
        let extended = bytes[..range.start].trim_ascii_end().ends_with(b"extends");
        if extended || is_called(after) {
            return true;
        }
        if rest.bytes().next().is_some_and(is_name) {
            return false;
        }
        if is_renamed(after) {
            return true;
        }
        let whole = || after.starts_with(['}', ',']) && taken_from(rest).is_some_and(is_import);
        if whole() {
            taken.push(name);
        } else if !is_field(&bytes[..range.start], after) {
            used.push(name);
        }
        taken.contains(&name) && used.contains(&name)
    })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// `.run`, `{ run: …`: a field of that name.
fn is_field(before: &[u8], after: &str) -> bool {
    before.ends_with(b".") || (after.starts_with(':') && !before.trim_ascii_end().ends_with(b"?"))
}

/// `run(…)`, `run<Row>(…)`, `run!(…)`, `run?.(…)`, `run.call(…)`.
fn is_called(after: &str) -> bool {
    after.starts_with(['(', '<', '!'])
        || ["?.", "::<", ".call(", ".apply(", ".bind("].iter().any(|call| after.starts_with(call))
}

/// `{ run as other } from`, `{ run: other } = deps`.
fn is_renamed(after: &str) -> bool {
    let other = after.strip_prefix("as ").or_else(|| after.strip_prefix(':'));
    other.is_some_and(|other| {
        let other = other.trim_start();
        other.bytes().next().is_some_and(is_name) && is_taken(other)
    })
}

/// What stands behind the list of names that a text begins in.
fn taken_from(rest: &str) -> Option<&str> {
    let part = |byte: &u8| is_name(*byte) || byte.is_ascii_whitespace() || matches!(byte, b',' | b':');
    let end = rest.bytes().take(MAX_CLAUSE).take_while(part).count();
    rest.get(end..)?.strip_prefix('}').map(str::trim_start)
}

/// `… } from`, `… } = require(…)`: fields of other objects are functions of the project too seldom to read every file for them
/// that has some of the name.
fn is_import(after: &str) -> bool {
    let value = after.strip_prefix('=').map(str::trim_start);
    after.starts_with("from")
        || value.is_some_and(|value| value.starts_with("require(") || value.starts_with("await import("))
}

/// Whether a list of names ends that is taken from elsewhere: `… } from`, `… } = deps`.
fn is_taken(rest: &str) -> bool {
    taken_from(rest).is_some_and(|after| {
        after.starts_with("from") || (after.starts_with('=') && !after.starts_with("=>") && !after.starts_with("=="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_called_or_taken_and_passed_on() {
        let table = Table::new(["run"], false, true).unwrap();
        let calls = |text: &str| calls_any(&table, text);
        for text in [
            "run(1)",
            "run<Row>(1)",
            "run?.(1)",
            "run.call(null, 1)",
            "import { run } from './a'; list.forEach(run);",
            "import { other, run } from './a';\nconst r = run\n",
            "import { run as r } from './a'; r(1)",
            "import { run } from './a'; go(c ? run : null)",
            "const { run: q } = deps; q(1)",
            "const { run } = require('./a'); go({ run })",
            "class A extends run {}",
        ] {
            assert!(calls(text), "{text}");
        }
        for text in [
            "rerun(1)",
            "runs(1)",
            "import { run } from './a';",
            "export { run } from './a';",
            "list.forEach(run)",
            "import { run } from './a'; const o = { run: 1 }; o.run;",
            "const { run } = options; go(run)",
            "({ run: other })",
            "({ run: other }) => 1",
        ] {
            assert!(!calls(text), "{text}");
        }
    }
}
