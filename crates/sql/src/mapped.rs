//! SQL text that a program makes, with a map from its bytes back to source bytes.

use std::sync::Arc;

use rollproof_source::{Span, TextRange};

use crate::made::MadeText;

/// Where a stretch of a query's text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Copied byte for byte from source: offsets carry over.
    Verbatim(Span),
    /// Made from this source (an escape sequence, a folded constant): the stretch maps to all of it.
    Derived(Span),
    /// A placeholder that stands for this value.
    Value(Span),
    /// Text of the program that is not known.
    Hole(Hole),
}

/// Text that is not known: why, and where the trail was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// One of the ledger's reasons (`parameter of exported function`).
    pub reason: Arc<str>,
    /// Where.
    pub at: Span,
    /// What it is made of, where the program makes it while it runs.
    pub made: Option<MadeText>,
}

/// A stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its bytes in the text.
    pub range: TextRange,
    /// Where they come from.
    pub origin: Origin,
}

/// A text and where each of its bytes comes from. The segments cover the text, in order, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MappedText {
    /// The text as the database would get it. A hole is one [`MappedText::HOLE`] character.
    pub text: String,
    /// The map.
    pub segments: Vec<Segment>,
}

impl MappedText {
    /// Stands in the text for each hole: a character that PostgreSQL's scanner would take into an identifier, and that
    /// no program writes.
    pub const HOLE: char = '\u{FFFC}';

    /// Adds `text` with its origin.
    pub fn push(&mut self, text: &str, origin: Origin) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.segments.push(Segment { range: TextRange::new(start, self.text.len() as u32), origin });
    }

    /// Adds a hole.
    pub fn push_hole(&mut self, hole: Hole) {
        let mut buffer = [0; 4];
        self.push(Self::HOLE.encode_utf8(&mut buffer), Origin::Hole(hole));
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: &Self) {
        let base = self.text.len() as u32;
        self.text.push_str(&other.text);
        self.segments.extend(other.segments.iter().map(|segment| Segment {
            range: TextRange::new(segment.range.start + base, segment.range.end + base),
            origin: segment.origin.clone(),
        }));
    }

    /// The holes, in order: the n-th is the one that the tree calls `Hole(n)`.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.segments.iter().filter_map(|segment| match &segment.origin {
            Origin::Hole(hole) => Some(hole),
            _ => None,
        })
    }

    /// The source places of `range` of the text: one span for each stretch of source it touches, in the order of the
    /// text, neighbours in the same file joined where they touch.
    #[must_use]
    pub fn spans(&self, range: TextRange) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let first = self.segments.partition_point(|segment| segment.range.end <= range.start);
        for segment in &self.segments[first..] {
            if segment.range.start >= range.end.max(range.start + 1) {
                break;
            }
            let span = source_of(segment, range);
            match spans.last_mut() {
                Some(last) if last.file == span.file && last.range.end == span.range.start => {
                    last.range.end = span.range.end;
                }
                _ => spans.push(span),
            }
        }
        spans
    }
}

/// The part of a segment's source that `range` of the text touches.
fn source_of(segment: &Segment, range: TextRange) -> Span {
    match &segment.origin {
        Origin::Verbatim(span) => {
            let skip = range.start.saturating_sub(segment.range.start);
            let cut = segment.range.end.saturating_sub(range.end);
            Span::new(span.file, span.range.start + skip, span.range.end.saturating_sub(cut))
        }
        Origin::Derived(span) | Origin::Value(span) => *span,
        Origin::Hole(hole) => hole.at,
    }
}
