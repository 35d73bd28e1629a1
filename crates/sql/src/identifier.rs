//! Identifiers and literals: how the server folds, cuts and quotes them.

use crate::keyword::{Category, category_of};

/// The server's `NAMEDATALEN - 1`: names are cut to this many bytes.
pub(crate) const NAME_LENGTH: usize = 63;

/// The name that an unquoted identifier stands for: ASCII letters in lower case, cut to 63 bytes at a character's end
/// (`downcase_truncate_identifier` in a UTF-8 database).
#[must_use]
pub fn fold_identifier(written: &str) -> String {
    cut_identifier(written).to_ascii_lowercase()
}

/// The first 63 bytes of a name, less where a character would be cut (`truncate_identifier`).
#[must_use]
pub fn cut_identifier(name: &str) -> &str {
    let mut end = name.len().min(NAME_LENGTH);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// The name as SQL would have to write it: in quotes only where needed (`quote_ident`): anything but lower-case letters,
/// digits and underscores, and every keyword that is not an unreserved one.
#[must_use]
pub fn quote_identifier(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && matches!(category_of(name), Category::IDENTIFIER | Category::UNRESERVED | Category::UNRESERVED_AS) {
        return name.to_owned();
    }
    delimited_identifier(name)
}

/// The name between double quotes, whether it needs them or not.
#[must_use]
pub fn delimited_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The text as a string constant (`quote_literal`): quotes doubled; with a backslash in it, an escape string.
#[must_use]
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        return format!("E'{}'", doubled.replace('\\', "\\\\"));
    }
    format!("'{doubled}'")
}

#[cfg(test)]
mod tests {
    use super::{fold_identifier, quote_identifier, quote_literal};

    #[test]
    fn names_fold_as_the_server_folds_them() {
        assert_eq!(fold_identifier("Straße_ÄÖ"), "straße_ÄÖ");
        assert_eq!(fold_identifier(&"é".repeat(40)), "é".repeat(31));
    }

    #[test]
    fn only_what_needs_quotes_gets_them() {
        for (name, quoted) in [
            ("users", "users"),
            ("user", "\"user\""),
            ("Users", "\"Users\""),
            ("a b", "\"a b\""),
            ("1a", "\"1a\""),
            ("a$", "\"a$\""),
            ("name", "name"),
            ("values", "\"values\""),
            ("left", "\"left\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
        ] {
            assert_eq!(quote_identifier(name), quoted);
        }
    }

    #[test]
    fn literals_are_quoted() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal("a\\b"), "E'a\\\\b'");
    }
}
