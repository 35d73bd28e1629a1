//! Tags with type arguments, and tagged templates.
//!
//! The grammar reads ``db<Array<Row>>`…` `` as a comparison with a shifted template, ``db<A | B>`…` `` as a choice of bits, and in
//! ``a ? await f<T>`…` : await g<T>`…` `` the last template follows the whole choice. TypeScript reads all of these as tags: after a
//! type argument list, a template can only be tagged (`parseTypeArgumentsInExpression` in its parser). What types a tag is given
//! tells nothing here, so the parser is given a text in which they are blank.

use std::borrow::Cow;

use rollproof_source::TextRange;
use tree_sitter::Node;

use super::{Lowering, range_of};
use crate::ir::{ExprId, ExprKind, Fate};

/// How many bytes a tag's type arguments may have.
const MAX_TYPES: usize = 4_000;

/// How many brackets are tried as the one that type arguments start with.
const MAX_TRIES: usize = 64;

/// Words that no tag is called, and after which a `<` starts something else.
const KEYWORDS: &[&str] =
    &["return", "case", "typeof", "await", "yield", "in", "of", "void", "delete", "async", "else"];

impl Lowering<'_> {
    /// A tagged template. One that nobody waits for is never sent: the libraries send when they are asked for the result.
    fn tagged(&mut self, tag: ExprId, quasi: ExprId, range: TextRange, fate: Fate) -> ExprId {
        let expr = self.builder.expr(ExprKind::Tagged { tag, quasi }, range);
        let unsent = matches!(fate, Fate::NotAwaited(at) if at == range);
        if !unsent && fate != Fate::Heard {
            self.builder.facts.tag_fates.insert(expr, fate);
        }
        expr
    }

    /// The template of a call that is a tagged one.
    pub(super) fn call_of_template(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        template: Node<'_>,
        fate: Fate,
    ) -> ExprId {
        let mut range = range_of(node);
        range.start = function.start_byte() as u32;
        let tag = self.expression(function);
        let quasi = self.template(template);
        self.tagged(tag, quasi, range, fate)
    }
}

/// The same text, every byte where it stood, with blanks for the type arguments of tags.
pub(super) fn without_types(text: Cow<'_, str>) -> Cow<'_, str> {
    let found = types_of_tags(&text);
    if found.is_empty() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in found {
        out.push_str(&text[from..range.start]);
        out.extend(text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        from = range.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Where type arguments of tags stand. What looks like some within a text is found too: of texts nothing but their ends is asked
/// for, which stay where they are.
fn types_of_tags(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for template in memchr::memchr_iter(b'`', bytes) {
        let end = text[..template].trim_end().len();
        let from = found.last().map_or(0, |last| last.end).max(end.saturating_sub(MAX_TYPES));
        if end <= from || bytes[end - 1] != b'>' {
            continue;
        }
        let opens = memchr::memrchr_iter(b'<', &bytes[from..end]).map(|open| from + open).take(MAX_TRIES);
        let mut opens = opens.filter(|open| follows_tag(text, *open));
        let Some(open) = opens.find(|open| end_of_types(bytes, *open) == Some(end)) else { continue };
        if !is_element(text, open + 1, end) {
            found.push(open..end);
        }
    }
    found
}

/// Whether what a tag ends with stands right before a place, or before its line.
fn follows_tag(text: &str, at: usize) -> bool {
    let mut before = &text[..at];
    let line = before.trim_end_matches([' ', '\t']);
    if line.ends_with('\n') {
        before = line.trim_end();
    }
    if before.ends_with([')', ']', '!']) {
        return true;
    }
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let name = &before[before.trim_end_matches(word).len()..];
    !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()) && !KEYWORDS.contains(&name)
}

/// The end of the type arguments that start with the bracket at `open`; none where it starts something else.
fn end_of_types(bytes: &[u8], open: usize) -> Option<usize> {
    let mut brackets: Vec<u8> = Vec::new();
    let mut at = open;
    while at < bytes.len().min(open + MAX_TYPES) {
        let (byte, next) = (bytes[at], bytes.get(at + 1).copied().unwrap_or(b' '));
        let rest = &bytes[at + 1..];
        match byte {
            b'<' => brackets.push(b'>'),
            b'(' => brackets.push(b')'),
            b'[' => brackets.push(b']'),
            b'{' => brackets.push(b'}'),
            b'=' if next == b'>' => at += 1,
            b'>' | b')' | b']' | b'}' => {
                if brackets.pop() != Some(byte) {
                    return None;
                }
                if brackets.is_empty() {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' => at += memchr::memchr(byte, rest).filter(|length| is_name(&rest[..*length]))? + 1,
            b'/' if next == b'/' => at += memchr::memchr(b'\n', rest)?,
            b'/' if next == b'*' => at += memchr::memmem::find(rest, b"*/")? + 2,
            b'&' | b'|' if next == byte => return None,
            b';' if brackets.last() != Some(&b'}') => return None,
            b'|' | b'&' | b';' | b',' | b'.' | b':' | b'?' | b'-' | b'+' | b'_' => {}
            b'$' if next != b'{' => {}
            _ if byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || byte >= 0x80 => {}
            _ => return None,
        }
        at += 1;
    }
    None
}

/// Whether a string is one that types are made of. What stands between two strings is none: ``"`Foo<" + name + ">`"``.
fn is_name(string: &[u8]) -> bool {
    let is = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:/@# ".contains(byte) || *byte >= 0x80;
    string.iter().all(is) && !string.starts_with(b" ") && !string.ends_with(b" ")
}

/// Whether this is the tag of an element rather than types: ``see<b>`x`</b>`` in the text of JSX.
fn is_element(text: &str, start: usize, end: usize) -> bool {
    let name = &text[start..end - 1];
    let rest = &text[end..];
    !name.contains(|letter: char| !letter.is_alphanumeric() && letter != '.')
        && rest
            .match_indices("</")
            .any(|(at, _)| rest[at + 2..].strip_prefix(name).is_some_and(|rest| rest.starts_with('>')))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::without_types;

    /// What is left of a text without its blanks.
    fn check(text: &str, expected: &str) {
        let found = without_types(Cow::Borrowed(text));
        assert_eq!(found.len(), text.len(), "{text}");
        assert_eq!(found.lines().count(), text.lines().count(), "{text}");
        assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text}");
    }

    #[test]
    fn types_of_tags_are_blank() {
        check("await db<Row>`a`", "await db `a`");
        check("db<Array<Row>>`a`", "db `a`");
        check("db<A | B>`a` + db<C & D>`b`", "db `a` + db `b`");
        check("this.db!<Map<string, Row[]>>\n`a`", "this.db! `a`");
        check("await db\n  <Row>\n  `a`", "await db `a`");
        check("f(x)<{ a: 'it-s'; // don't\n b: () => void }>`a`", "f(x) `a`");
        check("db<Array<{ é: (a: number) => T['x'] }>>`${db<Row>`a`}`", "db `${db `a`}`");
    }

    #[test]
    fn what_is_no_type_stays() {
        for text in [
            "a < b && c > `x`",
            "a<b && c>`x`",
            "return<T>`x`",
            "1<b>`x`",
            "<b>`x`</b>",
            "<p>see<b>`x`</b></p>",
            "cond ?<b>`x`</b> : y",
            "x => `a`",
            "db<Row>(`a`)",
            "a<b; c>`x`",
            "`<li>${a}`",
            "`List<${a}>`",
            "`List<'${a}'>`",
            "\"`List<\" + a + \">`\"",
            "['`List<', a, '>`']",
        ] {
            check(text, text);
        }
    }
}
