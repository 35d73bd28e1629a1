//! JSON files that are imported: objects, lists and texts, each text where it stands.

use std::sync::Arc;

use rollproof_source::{FileId, Span, TextRange};

use super::Evaluator;
use super::value::{Item, Piece, Value};
use crate::ir::Facts;

/// Larger files are data.
const MAX_JSON: usize = 256 << 10;

/// How deep objects and lists may nest.
const MAX_NESTING: u32 = 64;

impl Evaluator<'_> {
    /// What a file's import of a JSON file of the tree is worth: all of it, or the field of that name.
    pub(super) fn imported_json(
        &mut self,
        facts: &Arc<Facts>,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
        at: Span,
    ) -> Option<Vec<Value>> {
        let path = self.program.resolve_module(facts, module)?;
        if !path.ends_with(".json") {
            return None;
        }
        let whole = match self.json.get(&path) {
            Some(known) => known.clone(),
            None => {
                let (file, text) = self.program.add_file(&path)?;
                let read = (text.len() <= MAX_JSON).then(|| Reader { text: &text, file, at: 0 }.whole()).flatten();
                let value = read.unwrap_or_else(|| Value::unknown("JSON that is not read", at));
                self.json.insert(path, value.clone());
                value
            }
        };
        match name {
            Some(name) if name.as_ref() != "default" => Some(self.member(&[whole], name, at)),
            _ => Some(vec![whole]),
        }
    }
}

/// Reads JSON from its start. What is no JSON ends it.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
    at: usize,
}

impl Reader<'_> {
    fn whole(mut self) -> Option<Value> {
        self.value(0)
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start().len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_NESTING {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(|(piece, _)| Value::text(piece.into_iter().collect())),
            _ => Some(self.word()),
        }
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut fields: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        while !self.takes(b'}') {
            let (_, name) = self.string()?;
            if !self.takes(b':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            fields.push((name.into(), vec![value]));
            if !self.takes(b',') && self.peek() != Some(b'}') {
                return None;
            }
        }
        Some(Value::Record(fields.into()))
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.takes(b']') {
            items.push(Item::one(vec![self.value(depth + 1)?]));
            if !self.takes(b',') && self.peek() != Some(b']') {
                return None;
            }
        }
        Some(Value::List(items.into()))
    }

    /// A string as a piece of text, and what it says.
    fn string(&mut self) -> Option<(Option<Piece>, String)> {
        if self.peek()? != b'"' {
            return None;
        }
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut end = start;
        while *bytes.get(end)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.at = end + 1;
        let raw = self.text.get(start..end)?;
        let at = Span { file: self.file, range: TextRange::new(start as u32, end as u32) };
        let verbatim = !raw.contains('\\');
        let said =
            if verbatim { raw.to_owned() } else { serde_json::from_str(self.text.get(start - 1..=end)?).ok()? };
        let piece = (!said.is_empty()).then(|| Piece::Text { text: said.as_str().into(), at, verbatim });
        Some((piece, said))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Value {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
        let word = rest[..end].trim_end();
        let at = Span { file: self.file, range: TextRange::new(self.at as u32, (self.at + word.len()) as u32) };
        self.at += end;
        match word {
            "null" | "false" => Value::Nothing,
            "true" => Value::Opaque(at),
            number => Value::derived(number, at),
        }
    }
}
