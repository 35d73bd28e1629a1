//! The names of variables that stand where a schema does: `${schema}.job`.

use rollproof_source::{SourceMap, TextRange};
use rollproof_sql::MappedText;

/// What is interpolated before the first dot that follows an unknown part, as the program calls it.
pub(crate) fn interpolated_schema(sources: &SourceMap, text: &MappedText) -> Option<String> {
    for (at, _) in text.text.match_indices(MappedText::HOLE) {
        let after = at + MappedText::HOLE.len_utf8();
        let rest = &text.text[after..];
        let dot = after + usize::from(rest.starts_with('"'));
        if !text.text[dot..].starts_with('.') {
            continue;
        }
        let next = TextRange::new(after as u32, after as u32 + 1);
        let Some(origin) = text.spans(next).first().copied() else { continue };
        let file = sources.file(origin.file);
        let Some(before) = file.text.get(..origin.range.start as usize) else { continue };
        if let Some(name) = last_name(before) {
            return Some(name.to_owned());
        }
    }
    None
}

/// The name that ends before `${…}` is closed, or before the text that a `+` adds.
fn last_name(before: &str) -> Option<&str> {
    let inner = match before.strip_suffix('}') {
        Some(inner) => inner,
        None => before.strip_suffix(['"', '\'', '`'])?.trim_end().strip_suffix('+')?,
    };
    let inner = inner.trim_end();
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let start = inner.rfind(|letter: char| !word(letter)).map_or(0, |at| at + 1);
    let name = inner[start..].trim_start_matches('$');
    name.starts_with(|first: char| first.is_alphabetic() || first == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::last_name;

    #[test]
    fn the_name_before_the_dot_is_found() {
        assert_eq!(last_name("`SELECT 1 FROM ${schema}"), Some("schema"));
        assert_eq!(last_name("`SELECT 1 FROM ${this.options.schema}"), Some("schema"));
        assert_eq!(last_name("'SELECT 1 FROM ' + schema + '"), Some("schema"));
        assert_eq!(last_name("`SELECT 1 FROM ${schema()}"), None);
        assert_eq!(last_name("SELECT 1 FROM x"), None);
    }
}
