//! A file of cases: what stands in it, and how it is written back with other recordings.

use std::fmt::Write as _;
use std::path::PathBuf;

/// What stands before a case's own first line, on that line, so that lines are counted as they are read.
const PRELUDE: &str = "import { Pool } from 'pg'; const pool = new Pool();";

pub(super) struct Topic {
    pub(super) path: PathBuf,
    /// What stands before the first case.
    head: String,
    pub(super) cases: Vec<Case>,
}

pub(super) struct Case {
    pub(super) title: String,
    /// As it stands in the file, up to the recording.
    source: String,
    pub(super) files: Vec<File>,
    pub(super) sent: Vec<Sent>,
}

pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// A text that was sent, and where from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sent {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) text: String,
    pub(super) mark: Mark,
}

/// What is said of a text that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Known,
    Unknown,
    Wrong,
}

impl Topic {
    pub(super) fn read(text: &str, path: PathBuf) -> Self {
        let mut parts = text.split("\n## ");
        let head = parts.next().unwrap_or_default().trim_end().to_owned();
        Self { head, cases: parts.map(Case::read).collect(), path }
    }

    pub(super) fn print(&self) -> String {
        let mut out = self.head.clone();
        for case in &self.cases {
            let lines: Vec<String> = case.sent.iter().map(Sent::line).collect();
            let _ = write!(out, "\n\n## {}\n\n```text\n{}\n```", case.source.trim_end(), lines.join("\n"));
        }
        out + "\n"
    }
}

impl Case {
    fn read(text: &str) -> Self {
        let (source, recorded) = text.split_once("\n```text\n").unwrap_or((text, ""));
        let recorded = recorded.lines().take_while(|line| *line != "```");
        let mut files: Vec<File> = Vec::new();
        for fence in source.split("\n```").skip(1).step_by(2) {
            let (kind, body) = fence.split_once('\n').unwrap_or((fence, ""));
            files.push(match kind.split_once(' ') {
                Some((_, name)) => File { name: name.to_owned(), text: format!("{body}\n") },
                None => File { name: format!("a.{kind}"), text: main(body) },
            });
        }
        let title = source.lines().next().unwrap_or_default().to_owned();
        Self { title, source: source.to_owned(), files, sent: recorded.filter_map(Sent::read).collect() }
    }
}

/// The first file of a case: where it exports nothing it is the body of a function.
fn main(body: &str) -> String {
    if body.lines().any(|line| line.starts_with("export ")) {
        return format!("{PRELUDE} {body}\n");
    }
    format!("{PRELUDE} export async function f(x, y) {{ {body}\n}}\n")
}

impl Sent {
    /// `a.js:3 = SELECT 1`; `?` where nothing is said to be known.
    fn read(line: &str) -> Option<Self> {
        let (place, rest) = line.split_once(' ')?;
        let (file, number) = place.split_once(':')?;
        let (mark, text) = rest.split_once(' ')?;
        let mark = match mark {
            "=" => Mark::Known,
            "?" => Mark::Unknown,
            _ => Mark::Wrong,
        };
        Some(Self { file: file.to_owned(), line: number.parse().ok()?, text: unescaped(text), mark })
    }

    pub(super) fn line(&self) -> String {
        let mark = match self.mark {
            Mark::Known => '=',
            Mark::Unknown => '?',
            Mark::Wrong => '!',
        };
        format!("{}:{} {mark} {}", self.file, self.line, escaped(&self.text))
    }
}

/// On one line, with nothing at its end that an editor takes away.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r");
    text.strip_suffix(' ').map(|start| format!("{start}\\s")).unwrap_or(text)
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('s') => ' ',
                other => other.unwrap_or('\\'),
            },
            (other, false) => other,
        });
    }
    out
}
