//! A script's statements, with those of the files that it includes.

use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use rollproof_source::{Problem, TextRange};
use rollproof_sql::ast::Statement;
use rollproof_sql::{ChunkKind, ParseError, parse_statement, split};

use crate::model::{Content, MigrationStatement, Script};
use crate::reader::{Reader, Sent};

/// psql refuses deeper nesting no sooner than its stack ends; nobody writes it.
const MAX_INCLUDES: usize = 32;

/// Finds every statement of `script`, still to be parsed. Paths of the files that it includes are added to `files`.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    script: &Arc<Script>,
    psql: bool,
    files: &mut Vec<Arc<str>>,
) -> Vec<MigrationStatement> {
    let mut walk = Walk { reader, psql, files, stack: vec![script.path.clone()], statements: Vec::new() };
    walk.script(script);
    walk.statements
}

/// What stands for the tree of a statement until [`parse`] puts it there.
static UNREAD: LazyLock<Arc<Result<Statement, ParseError>>> =
    LazyLock::new(|| Arc::new(parse_statement("", TextRange::default())));

/// Parses what [`read`] left to be parsed: on all threads of the pool, if there is one.
pub(crate) fn parse<'a>(statements: impl Iterator<Item = &'a mut MigrationStatement>) {
    let is_unread = |statement: &&mut MigrationStatement| match &statement.content {
        Content::Sql(parsed) => Arc::ptr_eq(parsed, &UNREAD),
        Content::Unmodelled { .. } => false,
    };
    let unread: Vec<&mut MigrationStatement> = statements.filter(is_unread).collect();
    let parse = |statement: &mut MigrationStatement| {
        statement.content = Content::Sql(Arc::new(parse_statement(&statement.script.text, statement.range)));
    };
    // Threads of another pool may have too little stack for what the parser takes.
    if rayon::current_thread_index().is_some() {
        unread.into_par_iter().with_min_len(16).for_each(parse);
    } else {
        unread.into_iter().for_each(parse);
    }
}

struct Walk<'a, 'b> {
    reader: &'a mut Reader<'b>,
    psql: bool,
    files: &'a mut Vec<Arc<str>>,
    /// The files that are being read, each included by the one before it.
    stack: Vec<Arc<str>>,
    statements: Vec<MigrationStatement>,
}

impl Walk<'_, '_> {
    fn script(&mut self, script: &Arc<Script>) {
        for chunk in split(&script.text) {
            match chunk.kind {
                ChunkKind::Statement => self.statement(script, chunk.range),
                // Rows say nothing about the schema.
                ChunkKind::CopyData => {}
                ChunkKind::PsqlCommand if self.psql => {
                    if !self.command(script, chunk.range) {
                        return;
                    }
                }
                ChunkKind::PsqlCommand => {
                    let reason = "it is a command of psql, which this tool would send to the server";
                    self.say(script, chunk.range, reason);
                    self.push(script, chunk.range, Content::Unmodelled { reason: Arc::from(reason), touches: None });
                }
                ChunkKind::Unterminated => {
                    self.statement(script, chunk.range);
                    let message = "a quote or a comment starts here and does not end: the rest of the file is not read";
                    self.say(script, chunk.range, message);
                }
            }
        }
    }

    fn statement(&mut self, script: &Arc<Script>, range: TextRange) {
        self.push(script, range, Content::Sql(UNREAD.clone()));
    }

    fn push(&mut self, script: &Arc<Script>, range: TextRange, content: Content) {
        self.statements.push(MigrationStatement { script: script.clone(), range, content, commits_after: false });
    }

    fn say(&mut self, script: &Script, range: TextRange, message: &str) {
        self.reader.problems.push(Problem::at_line(&*script.path, script.line(range), message));
    }

    /// A command of psql. False where it ends the script.
    fn command(&mut self, script: &Arc<Script>, range: TextRange) -> bool {
        // Commands that change how psql talks, not what the server does (psql's manual page).
        const HARMLESS: [&str; 17] = [
            "echo",
            "qecho",
            "warn",
            "timing",
            "pset",
            "set",
            "unset",
            "x",
            "a",
            "t",
            "encoding",
            "prompt",
            "r",
            "o",
            "restrict",
            "unrestrict",
            "g",
        ];
        let text = range.slice(&script.text).trim();
        let (command, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let argument = argument.trim();
        let folder = crate::survey::split(&script.path).0.to_owned();
        match command.trim_start_matches('\\') {
            "i" | "include" => self.include(script, range, argument, &["", &folder]),
            "ir" | "include_relative" => self.include(script, range, argument, &[&folder]),
            "q" | "quit" => return false,
            "c" | "connect" => {
                self.say(script, range, "it connects again: what follows is taken to run in the same database");
            }
            name if HARMLESS.contains(&name) => {}
            name => {
                let reason = format!("what psql's \\{name} does is not known");
                self.say(script, range, &reason);
                self.push(script, range, Content::Unmodelled { reason: Arc::from(reason), touches: None });
            }
        }
        true
    }

    fn include(&mut self, script: &Arc<Script>, range: TextRange, argument: &str, folders: &[&str]) {
        let name = argument.trim_matches(|quote| quote == '\'' || quote == '"');
        let paths = folders.iter().filter_map(|folder| resolve(folder, name));
        let path = paths.into_iter().find(|path| self.reader.snapshot.get(path).is_some());
        let reason = match path {
            None => format!("the included file {name} is not in the tree"),
            Some(path) if self.stack.iter().any(|open| **open == *path) => format!("{path} includes itself"),
            Some(_) if self.stack.len() >= MAX_INCLUDES => "includes nest too deep".to_owned(),
            Some(path) => match self.reader.source(&path) {
                Ok(source) => {
                    self.files.push(source.path.clone());
                    let included = self.reader.script(&source, Sent::Whole);
                    self.stack.push(source.path);
                    self.script(&included);
                    self.stack.pop();
                    return;
                }
                Err(reason) => format!("{path}: {reason}"),
            },
        };
        self.say(script, range, &reason);
        self.push(script, range, Content::Unmodelled { reason: Arc::from(reason), touches: None });
    }
}

/// `name` relative to `folder`, as a path of the tree; none where it leaves the tree.
fn resolve(folder: &str, name: &str) -> Option<String> {
    if name.starts_with('/') || name.is_empty() {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn includes_stay_in_the_tree() {
        assert_eq!(resolve("db/sql", "../x.sql").as_deref(), Some("db/x.sql"));
        assert_eq!(resolve("db", "./a//b.sql").as_deref(), Some("db/a/b.sql"));
        assert_eq!(resolve("db", "../../etc/passwd"), None);
        assert_eq!(resolve("db", "/etc/passwd"), None);
        assert_eq!(resolve("", "a.sql").as_deref(), Some("a.sql"));
    }
}
