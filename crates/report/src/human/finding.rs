//! One finding, like a compiler's diagnostic.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as SnippetLevel, Renderer, Snippet};
use rollproof_finding::{Finding, Label, Level};
use rollproof_source::{SourceFile, SourceMap};

use super::wrap::wrap;
use crate::Style;

/// `error[missing-column]: …` with every label under its source line.
pub(super) fn render(finding: &Finding, sources: &SourceMap, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    // The gutter and the underline's own margin take the rest of the line.
    let width = style.width.saturating_sub(10).max(40);
    let level = match finding.level {
        Level::Error => SnippetLevel::ERROR,
        Level::Warning => SnippetLevel::WARNING,
        Level::Note => SnippetLevel::NOTE,
    };
    let title_width = style.width.saturating_sub(finding.level.as_str().len() + finding.rule.0.len() + 4).max(40);
    let title = wrap(&finding.message, title_width);
    let notes: Vec<String> = finding.notes.iter().map(|note| wrap(note, width)).collect();
    let help = finding.help.as_ref().map(|help| wrap(help, width));
    let texts: Vec<_> = finding.labels.iter().map(|label| (label, sources.file(label.place.span.file))).collect();

    let mut group = Group::with_title(level.primary_title(title).id(finding.rule.0));
    for snippet in snippets(&texts) {
        group = group.element(snippet);
    }
    for note in &notes {
        group = group.element(SnippetLevel::NOTE.message(note));
    }
    if let Some(help) = &help {
        group = group.element(SnippetLevel::HELP.message(help));
    }
    let mut out = renderer.term_width(style.width).render(&[group]);
    out.push('\n');
    out
}

type Placed<'a> = (&'a Label, std::sync::Arc<SourceFile>);

/// One snippet for each run of labels in the same file.
fn snippets<'a>(labels: &'a [Placed<'a>]) -> Vec<Snippet<'a, Annotation<'a>>> {
    labels
        .chunk_by(|one, other| one.0.place.span.file == other.0.place.span.file)
        .map(|run| {
            let file = &run[0].1;
            let (start, end, line) = window(run, file);
            Snippet::source(&file.text[start..end])
                .path(&*file.path)
                .line_start(line as usize)
                .annotations(run.iter().map(|(label, _)| annotation(label, start, end)))
        })
        .collect()
}

/// The whole lines that `labels` stand on: first byte, one past the last, number of the first line. Handing the renderer
/// these alone keeps a finding in a giant file cheap.
fn window(labels: &[Placed<'_>], file: &SourceFile) -> (usize, usize, u32) {
    let first = labels.iter().map(|(label, _)| label.place.line).min().unwrap_or(1);
    let last = labels.iter().map(|(label, _)| label.place.end_line).max().unwrap_or(1);
    let lines = file.lines();
    let start = lines.line_start(first).unwrap_or(0) as usize;
    let end = lines.line_start(last + 1).map_or(file.text.len(), |next| next as usize);
    (start, end.max(start), first)
}

fn annotation<'a>(label: &'a Label, start: usize, end: usize) -> Annotation<'a> {
    let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let range = label.place.span.range.as_range();
    let range = range.start.clamp(start, end) - start..range.end.clamp(start, end) - start;
    kind.span(range).label(&label.text)
}
