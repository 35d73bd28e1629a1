//! pg-promise's variables: `$1`, `${name}`, `$(name)`, `$<name>`, `$[name]`, `$/name/`, each with a filter
//! (<https://github.com/vitaly-t/pg-promise#formatting-filters>). The library writes values into the text itself; what it
//! writes is worth a parameter.

use rollproof_source::Span;
use rollproof_sql::delimited_identifier;

use crate::bindings::Bindings;
use crate::eval::value::Piece;

/// A variable that stands at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Variable<'t> {
    /// A number or a name.
    pub(crate) name: &'t str,
    filter: &'t str,
    /// In bytes, from the `$` to the end of the filter.
    pub(crate) length: usize,
}

impl<'t> Variable<'t> {
    /// The variable that `text` begins with.
    pub(crate) fn at(text: &'t str) -> Option<Self> {
        let rest = text.strip_prefix('$')?;
        let open = rest.chars().next()?;
        let close = match open {
            '{' => '}',
            '(' => ')',
            '<' => '>',
            '[' => ']',
            '/' => '/',
            '0'..='9' => return Self::numbered(rest),
            _ => return None,
        };
        let end = rest[1..].find(close)? + 1;
        let inner = rest[1..end].trim();
        let name_end = inner.find([':', '^', '~', '#']).unwrap_or(inner.len());
        let (name, filter) = (inner[..name_end].trim(), inner[name_end..].trim());
        let plain = name.chars().all(|character| character.is_alphanumeric() || "_.$".contains(character));
        (!name.is_empty() && plain).then(|| Self { name, filter: filter_of(filter), length: 1 + end + 1 })
    }

    fn numbered(rest: &'t str) -> Option<Self> {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (name, tail) = rest.split_at(digits);
        let length = match tail.chars().next() {
            Some('^' | '~' | '#') => 1,
            Some(':') if !tail.starts_with("::") => 1 + tail[1..].bytes().take_while(u8::is_ascii_alphabetic).count(),
            _ => 0,
        };
        let filter = filter_of(&tail[..length]);
        let known = ["raw", "name", "alias", "value", "csv", "list", "json"].contains(&filter);
        let length = if known { length } else { 0 };
        Some(Self { name, filter: if known { filter } else { "" }, length: 1 + digits + length })
    }

    /// `$1` and nothing more, the server's own way of writing.
    pub(crate) fn is_plain(&self) -> bool {
        self.filter.is_empty() && self.name.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The names of the object that is bound, where the variable stands for it.
    fn keys<'n>(&self, names: &'n Bindings) -> Option<&'n [String]> {
        names.keys().filter(|keys| self.name == "this" && !keys.is_empty())
    }

    /// What stands in the text for it, `before` being what stands before it.
    pub(crate) fn pieces(&self, names: &Bindings, before: &str, at: Span) -> Vec<Piece> {
        let text = |text: String| vec![Piece::Text { text: text.into(), at, verbatim: false }];
        let unknown = |reason: &str| vec![Piece::Unknown(reason.into(), at)];
        let bound = names.of(self.name);
        match (self.filter, bound) {
            ("name", Some(names)) => text(names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",")),
            // One word in one case is left as it is.
            ("alias", Some([name])) if !name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                text(name.split('.').map(quoted).collect::<Vec<_>>().join("."))
            }
            ("raw", Some([raw])) => text(raw.clone()),
            // The object itself: `INSERT INTO t (${this:name}) VALUES (${this:csv})`.
            ("name", None) if let Some(keys) = self.keys(names) => {
                text(keys.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(","))
            }
            ("csv" | "list", None) if let Some(keys) = self.keys(names) => {
                let values: Vec<Vec<Piece>> = keys.iter().map(|_| vec![Piece::Placeholder(at)]).collect();
                values.join(&text(",".to_owned())[0])
            }
            ("name" | "alias", _) => unknown("name that is bound at run time"),
            ("raw" | "value", _) => unknown("text that is bound at run time"),
            // One value or several.
            ("csv" | "list", _) if !opens_list(before) => unknown("values that are bound at run time"),
            ("csv" | "list", _) => vec![Piece::Placeholder(at), Piece::Repeat(at)],
            // What formats itself: `new pgp.helpers.TableName(…)`. A text is quoted, whatever it says.
            _ => match names.part_for(self.name).as_deref() {
                Some([Piece::Unknown(reason, _)]) => unknown(reason),
                _ => vec![Piece::Placeholder(at)],
            },
        }
    }
}

/// The long name of a filter.
fn filter_of(filter: &str) -> &str {
    match filter {
        "^" => "raw",
        "~" => "name",
        "#" => "value",
        long => long.trim_start_matches(':').trim(),
    }
}

/// `IN (` and `ARRAY[`: any number of values may follow.
fn opens_list(before: &str) -> bool {
    let Some(before) = before.trim_end().strip_suffix(['(', '[']) else { return false };
    let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    ["in", "array"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn quoted(name: &str) -> String {
    if name == "*" { name.to_owned() } else { delimited_identifier(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_a_name_and_a_filter() {
        let at = |text| Variable::at(text).map(|found| (found.name, found.filter, found.length));
        assert_eq!(at("${table:name}, $2"), Some(("table", "name", 13)));
        assert_eq!(at("$/ age /"), Some(("age", "", 8)));
        assert_eq!(at("$<a.b~> x"), Some(("a.b", "name", 7)));
        assert_eq!(at("$1:csv)"), Some(("1", "csv", 6)));
        assert_eq!(at("$2#%'"), Some(("2", "value", 3)));
        assert_eq!(at("$1::int"), Some(("1", "", 2)));
        assert_eq!(at("$1:other"), Some(("1", "", 2)));
        assert_eq!(at("$"), None);
        assert_eq!(at("$body$"), None);
    }
}
