//! From files to migrations: read, blank out what is not sent, split, parse.

use std::ops::Range;
use std::sync::Arc;

use rollproof_extract::Scripts;
use rollproof_source::{ContentId, LineIndex, Problem, ReadError, Snapshot, SourceMap, Span, TextRange};
use rollproof_sql::{MappedText, Origin};

use crate::model::{Content, Migration, MigrationStatement, Phase, Script, Transaction};
use crate::statements;
use crate::survey::Survey;

/// Reads migrations of one tree.
pub(crate) struct Reader<'a> {
    pub(crate) survey: &'a Survey<'a>,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) sources: &'a SourceMap,
    pub(crate) problems: Vec<Problem>,
    pub(crate) scripts: &'a Scripts<'a>,
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: Arc<str>,
    pub(crate) content: ContentId,
    pub(crate) text: Arc<str>,
}

/// What a tool knows of a migration before its text is read.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What the tool remembers it by.
    pub(crate) id: String,
    /// For people.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: String,
    pub(crate) transaction: Transaction,
}

impl Draft {
    /// A migration that is one file.
    pub(crate) fn new(id: impl Into<String>, name: &str, path: String, transaction: Transaction) -> Self {
        Self { id: id.into(), name: name.to_owned(), path, transaction }
    }
}

/// What a tool makes of a file's text.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) text: Sent,
    pub(crate) transaction: Transaction,
}

/// What of a file's text is sent.
#[derive(Debug)]
pub(crate) enum Sent {
    /// All of it.
    Whole,
    /// This stretch.
    Part(Range<usize>),
    /// These stretches, in order.
    Parts(Vec<Range<usize>>),
    /// The text with these stretches, in order, replaced.
    Replaced(Vec<(Range<usize>, String)>),
}

impl<'a> Reader<'a> {
    pub(crate) fn new(survey: &'a Survey<'a>, sources: &'a SourceMap, scripts: &'a Scripts<'a>) -> Self {
        Self { survey, snapshot: survey.snapshot, sources, problems: Vec::new(), scripts }
    }

    /// The file's text, or the reason why not, as a part of a sentence.
    pub(crate) fn source(&self, path: &str) -> Result<Source, String> {
        let content = *self.snapshot.get(path).ok_or("there is no such file")?;
        let bytes = self.snapshot.read(path).unwrap_or_else(|| Err(ReadError::Failed("it vanished".to_owned())));
        let bytes = bytes.map_err(|error| match error {
            ReadError::TooLarge(size) => format!("it is too large to read ({size} bytes)"),
            ReadError::Failed(reason) => format!("it cannot be read: {reason}"),
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            format!("it is not UTF-8 (line {line})")
        })?;
        Ok(Source { path: Arc::from(path), content, text: Arc::from(text) })
    }

    /// Says something about a whole file.
    pub(crate) fn problem(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem::of_file(path, message));
    }

    /// Says something about the line of byte `offset` of a file.
    pub(crate) fn problem_at(&mut self, source: &Source, offset: usize, message: impl Into<String>) {
        let line = LineIndex::new(&source.text).line(offset as u32);
        self.problems.push(Problem::at_line(&*source.path, line, message));
    }

    /// Reads a migration that is one file of SQL; `prepare` says what of it is sent, and how. `psql` is whether
    /// psql's own commands may stand in it.
    pub(crate) fn migration(
        &mut self,
        draft: Draft,
        psql: bool,
        prepare: impl FnOnce(&mut Self, &Source) -> Prepared,
    ) -> Migration {
        let source = match self.source(&draft.path) {
            Ok(source) => source,
            Err(reason) => return self.unmodelled(draft, &reason),
        };
        let prepared = prepare(self, &source);
        let script = self.script(&source, prepared.text);
        let mut files = vec![source.path.clone()];
        let statements = statements::read(self, &script, psql, &mut files);
        Migration {
            id: Arc::from(draft.id),
            phase: phase(&source.path, &source.text),
            name: Arc::from(draft.name),
            files,
            script,
            statements,
            transaction: prepared.transaction,
            repeatable: false,
        }
    }

    /// Reads a migration that is sent as its file stands.
    pub(crate) fn plain_migration(&mut self, draft: Draft) -> Migration {
        let transaction = draft.transaction;
        self.migration(draft, false, |_, _| Prepared { text: Sent::Whole, transaction })
    }

    /// A migration that runs, but cannot be read: never skipped, and said.
    pub(crate) fn unmodelled(&mut self, draft: Draft, reason: &str) -> Migration {
        let path: Arc<str> = Arc::from(draft.path);
        let source = self.source(&path).unwrap_or_else(|_| Source {
            path: path.clone(),
            content: self.snapshot.get(&path).copied().unwrap_or(ContentId([0; 20])),
            text: Arc::from(""),
        });
        let script = self.script(&source, Sent::Whole);
        let range = first_line(&script.text);
        Migration {
            id: Arc::from(draft.id),
            phase: phase(&source.path, &source.text),
            name: Arc::from(draft.name),
            files: vec![path],
            script: script.clone(),
            statements: vec![MigrationStatement {
                script,
                range,
                content: Content::Unmodelled { reason: Arc::from(reason), touches: None },
                commits_after: true,
            }],
            transaction: draft.transaction,
            repeatable: false,
        }
    }

    /// The script of a file, of which `sent` is sent.
    pub(crate) fn script(&self, source: &Source, sent: Sent) -> Arc<Script> {
        let file = self.sources.add(&source.path, source.content, source.text.clone());
        let (text, map) = match sent {
            Sent::Whole => (source.text.clone(), None),
            Sent::Part(part) => (Arc::from(blank_but(&source.text, std::slice::from_ref(&part))), None),
            Sent::Parts(parts) => (Arc::from(blank_but(&source.text, &parts)), None),
            Sent::Replaced(edits) => {
                let mapped = replaced(&source.text, &edits, |range| Span { file, range });
                (Arc::from(mapped.text.as_str()), Some(Arc::new(mapped)))
            }
        };
        Arc::new(Script { file, path: source.path.clone(), text, map, file_text: source.text.clone() })
    }

    /// Statements that the tool itself runs, from a text that is in no file of the tree.
    pub(crate) fn bookkeeping(&mut self, tool: &str, sql: &str) -> Vec<MigrationStatement> {
        if sql.is_empty() {
            return Vec::new();
        }
        let source = Source {
            path: Arc::from(format!("<{tool}>")),
            content: ContentId::of_blob(sql.as_bytes()),
            text: Arc::from(sql),
        };
        let script = self.script(&source, Sent::Whole);
        statements::read(self, &script, false, &mut Vec::new())
    }
}

/// The first line that is not blank: a place to point at.
fn first_line(text: &str) -> TextRange {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    TextRange::new(start as u32, (start + line.len()) as u32)
}

/// `text` with every byte outside of `parts` a space, line ends kept: offsets and lines stay what they are.
fn blank_but(text: &str, parts: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let blank = |out: &mut String, range: Range<usize>| {
        let bytes = text.as_bytes().get(range).unwrap_or_default();
        out.extend(bytes.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(*byte) } else { ' ' }));
    };
    for part in parts {
        let Some(kept) = text.get(part.clone()) else { continue };
        blank(&mut out, at..part.start);
        out.push_str(kept);
        at = part.end;
    }
    blank(&mut out, at..text.len());
    out
}

fn replaced(text: &str, edits: &[(Range<usize>, String)], span: impl Fn(TextRange) -> Span) -> MappedText {
    let mut out = MappedText::default();
    let mut at = 0;
    let verbatim = |out: &mut MappedText, range: Range<usize>| {
        let place = span(TextRange::new(range.start as u32, range.end as u32));
        out.push(text.get(range).unwrap_or_default(), Origin::Verbatim(place));
    };
    for (range, new) in edits {
        if range.start < at {
            continue;
        }
        verbatim(&mut out, at..range.start);
        let place = span(TextRange::new(range.start as u32, range.end as u32));
        out.push(new, Origin::Derived(place));
        at = range.end;
    }
    verbatim(&mut out, at..text.len());
    out
}

/// Whether the migration is run when the old version is gone.
pub(crate) fn phase(path: &str, text: &str) -> Phase {
    const FOLDERS: [&str; 3] = ["post_deploy", "post-deploy", "post_migrate"];
    let by_path = path.ends_with(".post.sql") || path.split('/').any(|part| FOLDERS.contains(&part));
    let by_comment = || {
        text.lines().any(|line| {
            let comment = line.trim_start().strip_prefix("--").map(str::trim);
            let mark = comment.and_then(|comment| comment.strip_prefix("rollproof:"));
            mark.is_some_and(|mark| mark.trim() == "post-deploy")
        })
    };
    if by_path || by_comment() { Phase::PostDeploy } else { Phase::Deploy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanking_keeps_every_offset_and_line() {
        let text = "é up\nsql;\ndown é";
        let kept = blank_but(text, std::slice::from_ref(&(6..11)));
        assert_eq!(kept.len(), text.len());
        assert_eq!(kept, "     \nsql;\n       ");
        assert_eq!(blank_but(text, &[]).trim(), "");
    }

    #[test]
    fn phases_are_marked_by_path_or_comment() {
        assert_eq!(phase("db/1.post.sql", ""), Phase::PostDeploy);
        assert_eq!(phase("db/post_migrate/1.sql", ""), Phase::PostDeploy);
        assert_eq!(phase("db/1.sql", "select 1;\n  -- rollproof: post-deploy\n"), Phase::PostDeploy);
        assert_eq!(phase("db/1.sql", "-- rollproof: pre-deploy"), Phase::Deploy);
        assert_eq!(phase("db/post.sql", "select '-- rollproof: post-deploy'"), Phase::Deploy);
    }
}
