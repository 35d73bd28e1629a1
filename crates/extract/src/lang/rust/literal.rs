//! String literals byte by byte, escapes decoded; format strings.

use rollproof_source::TextRange;

use super::Lowering;
use crate::ir::{Chunk, ExprId, ExprKind, Part};

/// What a format string's `{…}` asks for.
pub(super) enum Argument {
    Next,
    Index(usize),
    Name(String, TextRange),
    /// Formatted in a way that changes the text.
    Changed,
}

pub(super) enum FormatPart {
    Text(Chunk),
    Argument(Argument, TextRange),
}

impl Lowering {
    pub(super) fn text(&mut self, range: TextRange) -> ExprId {
        let parts = self.chunks(range).into_iter().map(Part::Text).collect();
        self.builder.expr(ExprKind::Template(parts), range)
    }

    /// The text of the string literal that stands at `range`.
    pub(super) fn chunks(&self, range: TextRange) -> Vec<Chunk> {
        let token = range.slice(&self.builder.facts.text);
        let prefix = token.find(['"', '#']).unwrap_or(0);
        if token[..prefix].contains('r') {
            let hashes = token[prefix..].bytes().take_while(|byte| *byte == b'#').count();
            let start = prefix + hashes + 1;
            let end = token.len().saturating_sub(hashes + 1).max(start);
            return self.raw(range.start + start as u32, range.start + end as u32);
        }
        let start = prefix + 1;
        let end = token.rfind('"').unwrap_or(token.len()).max(start);
        self.escaped(range.start + start as u32, range.start + end as u32)
    }

    /// Verbatim text; `\r\n` in source means `\n` (Reference, "String literals").
    fn raw(&self, start: u32, end: u32) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let text = TextRange::new(start, end).slice(&self.builder.facts.text);
        let mut from = start;
        for (at, _) in text.match_indices("\r\n") {
            let at = start + at as u32;
            push(&mut chunks, from, at, None);
            push(&mut chunks, at, at + 2, Some("\n".into()));
            from = at + 2;
        }
        push(&mut chunks, from, end, None);
        chunks
    }

    fn escaped(&self, start: u32, end: u32) -> Vec<Chunk> {
        let text = TextRange::new(start, end).slice(&self.builder.facts.text);
        let bytes = text.as_bytes();
        let mut chunks = Vec::new();
        let (mut from, mut at) = (0, 0);
        while at < bytes.len() {
            let (length, meaning) = match bytes[at] {
                b'\\' => escape(&text[at..]),
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => (2, "\n".to_owned()),
                _ => {
                    at += 1;
                    continue;
                }
            };
            push(&mut chunks, start + from as u32, start + at as u32, None);
            push(&mut chunks, start + at as u32, start + (at + length) as u32, Some(meaning.into()));
            at += length;
            from = at;
        }
        push(&mut chunks, start + from as u32, end, None);
        chunks
    }

    /// The parts of a format string (`std::fmt`).
    pub(super) fn format_parts(&self, range: TextRange) -> Vec<FormatPart> {
        let mut parts = Vec::new();
        for chunk in self.chunks(range) {
            if chunk.derived.is_some() {
                parts.push(FormatPart::Text(chunk));
                continue;
            }
            self.format_chunk(chunk.range, &mut parts);
        }
        parts
    }

    fn format_chunk(&self, range: TextRange, parts: &mut Vec<FormatPart>) {
        let text = range.slice(&self.builder.facts.text);
        let bytes = text.as_bytes();
        let place = |from: usize, to: usize| TextRange::new(range.start + from as u32, range.start + to as u32);
        let (mut from, mut at) = (0, 0);
        while at < bytes.len() {
            let doubled = matches!(bytes[at], b'{' | b'}') && bytes.get(at + 1) == Some(&bytes[at]);
            let length = if doubled {
                2
            } else if bytes[at] == b'{' {
                text[at..].find('}').map_or(bytes.len() - at, |end| end + 1)
            } else {
                at += 1;
                continue;
            };
            if from < at {
                parts.push(FormatPart::Text(Chunk { range: place(from, at), derived: None }));
            }
            if doubled {
                let derived = Some(text[at..=at].into());
                parts.push(FormatPart::Text(Chunk { range: place(at, at + 2), derived }));
            } else {
                let inner = text[at + 1..at + length].trim_end_matches('}');
                parts.push(FormatPart::Argument(
                    argument(inner, place(at + 1, at + length - 1)),
                    place(at, at + length),
                ));
            }
            at += length;
            from = at;
        }
        if from < bytes.len() {
            parts.push(FormatPart::Text(Chunk { range: place(from, bytes.len()), derived: None }));
        }
    }
}

fn argument(inner: &str, range: TextRange) -> Argument {
    let (name, spec) = inner.split_once(':').unwrap_or((inner, ""));
    let name = name.trim();
    if !spec.trim().is_empty() {
        return Argument::Changed;
    }
    if name.is_empty() {
        Argument::Next
    } else if let Ok(index) = name.parse() {
        Argument::Index(index)
    } else {
        Argument::Name(name.to_owned(), range)
    }
}

fn push(chunks: &mut Vec<Chunk>, start: u32, end: u32, derived: Option<Box<str>>) {
    if start < end {
        chunks.push(Chunk { range: TextRange::new(start, end), derived });
    }
}

/// The length of the escape that `text` starts with, and what it means (Reference, "Tokens").
fn escape(text: &str) -> (usize, String) {
    let code = |digits: &str| {
        u32::from_str_radix(&digits.replace('_', ""), 16).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
    };
    match text[1..].chars().next() {
        Some('n') => (2, "\n".into()),
        Some('r') => (2, "\r".into()),
        Some('t') => (2, "\t".into()),
        Some('0') => (2, "\0".into()),
        Some('x') => (4.min(text.len()), code(text.get(2..4).unwrap_or("")).to_string()),
        Some('u') => {
            let end = text.find('}').unwrap_or(text.len() - 1);
            (end + 1, code(text.get(3..end).unwrap_or("")).to_string())
        }
        // A line continuation: the break and all white space after it are left out.
        Some('\n' | '\r') => {
            let rest = text[1..].trim_start_matches([' ', '\n', '\r', '\t']);
            (text.len() - rest.len(), String::new())
        }
        Some(other) => (1 + other.len_utf8(), other.to_string()),
        None => (1, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_mean_what_the_reference_says() {
        assert_eq!(escape("\\n rest"), (2, "\n".into()));
        assert_eq!(escape("\\\n    FROM"), (6, String::new()));
        assert_eq!(escape("\\u{1F600}x"), (9, "😀".into()));
        assert_eq!(escape("\\x41"), (4, "A".into()));
        assert_eq!(escape("\\\""), (2, "\"".into()));
    }
}
