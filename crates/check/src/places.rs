//! From spans to places, and from steps to causes.

use rollproof_finding::{Cause, Place};
use rollproof_source::{SourceMap, Span, TextRange};
use rollproof_sql::MappedText;

use crate::timeline::Origin;
use crate::words::fold;

/// Where `span` is, for people.
pub(crate) fn place(sources: &SourceMap, span: Span) -> Place {
    let (file, start, end) = sources.locate(span);
    Place { file, line: start.line, column: start.column, end_line: end.line, end_column: end.column, span }
}

/// The statement of a step.
pub(crate) fn cause(sources: &SourceMap, origin: &Origin) -> Cause {
    let span = origin.script.span(origin.range);
    Cause { place: place(sources, span), statement: fold(origin.range.slice(&origin.script.text)) }
}

/// Where a stretch of a query's text comes from: its first piece of source, else `otherwise`.
pub(crate) fn source_of(text: &MappedText, range: TextRange, otherwise: Span) -> Span {
    text.spans(range).first().copied().unwrap_or(otherwise)
}
