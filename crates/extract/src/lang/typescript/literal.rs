//! Strings and templates: their text byte by byte, escapes decoded.

use rollproof_source::TextRange;
use tree_sitter::Node;

use super::kind::Kind;
use super::{Lowering, range_of};
use crate::ir::{Chunk, ExprId, ExprKind, Part};

impl Lowering<'_> {
    /// `'…'` and `"…"`.
    pub(super) fn string(&mut self, node: Node<'_>) -> ExprId {
        let parts = self.chunks(node);
        self.builder.expr(ExprKind::Template(parts), range_of(node))
    }

    /// `` `…${e}…` ``.
    pub(super) fn template(&mut self, node: Node<'_>) -> ExprId {
        let parts = self.chunks(node);
        self.builder.expr(ExprKind::Template(parts), range_of(node))
    }

    fn chunks(&mut self, node: Node<'_>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut at = node.start_byte() + 1;
        let end = (node.end_byte().saturating_sub(1)).max(at);
        for child in self.children(node) {
            match self.kind(child) {
                Kind::EscapeSequence => {
                    self.verbatim(at, child.start_byte(), &mut parts);
                    let derived = decode_escape(self.slice(child));
                    parts.push(Part::Text(Chunk { range: range_of(child), derived: Some(derived.into()) }));
                }
                Kind::TemplateSubstitution => {
                    self.verbatim(at, child.start_byte(), &mut parts);
                    if let Some(inner) = self.children(child).into_iter().next() {
                        let hole = self.expression(inner);
                        parts.push(Part::Hole(hole));
                    }
                }
                _ => continue,
            }
            at = child.end_byte();
        }
        self.verbatim(at, end, &mut parts);
        parts
    }

    /// Bytes `from..to` of the source. A template's `\r\n` means `\n` (ECMA-262, 12.9.6 TV of LineTerminatorSequence).
    fn verbatim(&self, from: usize, to: usize, parts: &mut Vec<Part>) {
        let text = self.text.get(from..to).unwrap_or("");
        let mut start = from;
        for (at, _) in text.match_indices('\r') {
            let at = from + at;
            push_chunk(start, at, parts);
            let after = if self.text.as_bytes().get(at + 1) == Some(&b'\n') && at + 1 < to { at + 2 } else { at + 1 };
            parts
                .push(Part::Text(Chunk { range: TextRange::new(at as u32, after as u32), derived: Some("\n".into()) }));
            start = after;
        }
        push_chunk(start, to, parts);
    }
}

fn push_chunk(from: usize, to: usize, parts: &mut Vec<Part>) {
    if from < to {
        parts.push(Part::Text(Chunk { range: TextRange::new(from as u32, to as u32), derived: None }));
    }
}

/// The text that an escape sequence means (ECMA-262, 12.9.4.1).
fn decode_escape(escape: &str) -> String {
    let rest = escape.strip_prefix('\\').unwrap_or(escape);
    let code =
        |digits: &str| u32::from_str_radix(digits, 16).ok().map(|code| char::from_u32(code).unwrap_or('\u{FFFD}'));
    let mut characters = rest.chars();
    match characters.next() {
        Some('n') => "\n".into(),
        Some('t') => "\t".into(),
        Some('r') => "\r".into(),
        Some('b') => "\u{8}".into(),
        Some('f') => "\u{C}".into(),
        Some('v') => "\u{B}".into(),
        Some('0') if rest.len() == 1 => "\0".into(),
        Some('x' | 'u') => {
            let digits = characters.as_str().trim_start_matches('{').trim_end_matches('}');
            code(digits).map_or_else(|| rest.to_owned(), String::from)
        }
        Some('\n' | '\r' | '\u{2028}' | '\u{2029}') => String::new(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::decode_escape;

    #[test]
    fn escapes_mean_what_the_standard_says() {
        assert_eq!(decode_escape("\\n"), "\n");
        assert_eq!(decode_escape("\\u{1F600}"), "😀");
        assert_eq!(decode_escape("\\x41"), "A");
        assert_eq!(decode_escape("\\`"), "`");
        assert_eq!(decode_escape("\\\n"), "");
    }
}
