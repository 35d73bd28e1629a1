//! Scripts to statements, as psql's own scanner (`psqlscan.l`) cuts them, with what it would do to the next statement
//! when one is broken made harmless.

use rollproof_source::TextRange;

use crate::scan::{Raw, RawKind, Scanner};

/// What a piece of a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkKind {
    /// A statement, well formed or not.
    Statement,
    /// A backslash command of psql: from the backslash to the end of its line.
    PsqlCommand,
    /// The data lines after `COPY … FROM stdin`, the line `\.` included.
    CopyData,
    /// A statement with a quote or comment that does not end: all the rest of the script.
    Unterminated,
}

/// A piece of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// From its first token (comments before it are left out) to its last; the semicolon is not in it.
    pub range: TextRange,
    /// What it is.
    pub kind: ChunkKind,
}

/// After this many statements whose parentheses or BEGIN ATOMIC never close, nesting is not believed any more. Each one
/// costs a second reading of the rest.
const MAX_REWINDS: u32 = 16;

/// Cuts a script into statements. Takes linear time.
///
/// Semicolons do not count in strings, quoted names, dollar quotes and comments; between `BEGIN` and `END` of `CREATE
/// FUNCTION` and `CREATE PROCEDURE`; and within the parentheses of `CREATE RULE … DO (…; …)`.
#[must_use]
pub fn split(text: &str) -> Vec<Chunk> {
    let bom = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let whole = TextRange::new(bom, text.len() as u32);
    let mut splitter = Splitter {
        scanner: Scanner::new(text, whole),
        chunks: Vec::new(),
        statement: Statement::default(),
        rewinds: 0,
        flat: false,
        no_copy_end: false,
    };
    while splitter.step() {}
    splitter.chunks
}

/// The first words of a statement decide what its semicolons mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Opening {
    /// Nothing was read.
    #[default]
    None,
    /// `CREATE`, `CREATE OR`, `CREATE OR REPLACE`
    Create,
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    Routine,
    /// `CREATE RULE`
    Rule,
    /// `COPY`
    Copy,
    /// Anything else.
    Other,
}

/// The statement that is being read.
#[derive(Debug, Default)]
struct Statement {
    range: Option<(usize, usize)>,
    opening: Opening,
    parentheses: u32,
    begins: u32,
    /// The last word was FROM.
    from: bool,
    /// `FROM STDIN` was met.
    from_stdin: bool,
    /// Where the first semicolon inside a nesting stands.
    inner_semicolon: Option<usize>,
}

struct Splitter<'a> {
    scanner: Scanner<'a>,
    chunks: Vec<Chunk>,
    statement: Statement,
    rewinds: u32,
    /// Nesting is not looked at until the next semicolon.
    flat: bool,
    /// No line `\.` follows any more.
    no_copy_end: bool,
}

impl Splitter<'_> {
    /// Takes a token; false at the end.
    fn step(&mut self) -> bool {
        let before = self.scanner.position();
        let raw = match self.scanner.next() {
            Ok(raw) => raw,
            Err(error) if error.message.starts_with("unterminated") => {
                let start = self.statement.range.map_or(error.span.start as usize, |(start, _)| start);
                self.push(start, self.scanner.text().trim_end().len(), ChunkKind::Unterminated);
                return false;
            }
            Err(error) => {
                // A malformed number is the parser's to complain about.
                let start = error.span.start as usize;
                Raw { kind: RawKind::Number, start, end: self.scanner.position().max(before) }
            }
        };
        match raw.kind {
            RawKind::End => return self.end(),
            RawKind::Other if self.scanner.text()[raw.start..].starts_with('\\') => self.backslash(raw),
            RawKind::Punctuation if &self.scanner.text()[raw.start..raw.end] == ";" => self.semicolon(raw),
            _ => self.token(raw),
        }
        true
    }

    fn push(&mut self, start: usize, end: usize, kind: ChunkKind) {
        self.chunks.push(Chunk { range: TextRange::new(start as u32, end.max(start) as u32), kind });
    }

    /// Ends the statement that is being read, if there is one.
    fn flush(&mut self) -> Statement {
        let statement = std::mem::take(&mut self.statement);
        if let Some((start, end)) = statement.range {
            self.push(start, end, ChunkKind::Statement);
        }
        self.flat = false;
        statement
    }

    /// At the end of the script. A nesting that never closed swallowed statements: they are read again without it.
    fn end(&mut self) -> bool {
        if let Some(semicolon) = self.statement.inner_semicolon
            && let Some((start, _)) = self.statement.range
        {
            self.rewinds += 1;
            self.statement = Statement::default();
            self.scanner.seek(start);
            // The first semicolon then ends the statement that began here.
            self.flat = semicolon > start;
            return self.flat;
        }
        self.flush();
        false
    }

    fn semicolon(&mut self, raw: Raw) {
        let nested = !self.flat
            && self.rewinds < MAX_REWINDS
            && match self.statement.opening {
                Opening::Rule => self.statement.parentheses > 0,
                Opening::Routine => self.statement.begins > 0,
                _ => false,
            };
        if nested {
            self.statement.inner_semicolon.get_or_insert(raw.start);
            self.extend(raw);
            return;
        }
        let ended = self.flush();
        if ended.opening == Opening::Copy && ended.from_stdin {
            self.copy_data(raw.end);
        }
    }

    fn extend(&mut self, raw: Raw) {
        let start = self.statement.range.map_or(raw.start, |(start, _)| start);
        self.statement.range = Some((start, raw.end));
    }

    fn token(&mut self, raw: Raw) {
        let first = self.statement.range.is_none();
        self.extend(raw);
        let text = &self.scanner.text()[raw.start..raw.end];
        if raw.kind == RawKind::Word {
            self.word(text, first);
            return;
        }
        if first {
            self.statement.opening = Opening::Other;
        }
        self.statement.from = false;
        match text {
            "(" => self.statement.parentheses += 1,
            ")" => {
                self.statement.parentheses = self.statement.parentheses.saturating_sub(1);
                if self.statement.opening == Opening::Rule && self.statement.parentheses == 0 {
                    // The nesting closed: the semicolons in it were not the statement's end, even at the script's end.
                    self.statement.inner_semicolon = None;
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str, first: bool) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        let statement = &mut self.statement;
        match statement.opening {
            Opening::None if first && is("create") => statement.opening = Opening::Create,
            Opening::None if first && is("copy") => statement.opening = Opening::Copy,
            Opening::None => statement.opening = Opening::Other,
            Opening::Create if is("or") || is("replace") => {}
            Opening::Create if is("function") || is("procedure") => statement.opening = Opening::Routine,
            Opening::Create if is("rule") => statement.opening = Opening::Rule,
            Opening::Create => statement.opening = Opening::Other,
            Opening::Routine if statement.parentheses == 0 => {
                // CASE ends with END too.
                if is("begin") || (statement.begins > 0 && is("case")) {
                    statement.begins += 1;
                } else if is("end") {
                    statement.begins = statement.begins.saturating_sub(1);
                    if statement.begins == 0 {
                        statement.inner_semicolon = None;
                    }
                }
            }
            Opening::Copy => statement.from_stdin |= statement.from && is("stdin"),
            _ => {}
        }
        statement.from = is("from");
    }

    /// A command of psql takes its whole line. `\g` and its kin send the statement before them; `\;` only ends it.
    fn backslash(&mut self, raw: Raw) {
        let rest = &self.scanner.text()[raw.start + 1..];
        if rest.starts_with(';') {
            self.flush();
            self.scanner.seek(raw.start + 2);
            return;
        }
        let sends = rest.starts_with('g') || rest.starts_with("crosstabview") || rest.starts_with("watch");
        let end = self.scanner.line_end(raw.start);
        if self.statement.range.is_some() && !sends {
            // psql would take the command out of the middle of the statement, and the parser cannot.
            self.extend(Raw { end, ..raw });
            self.scanner.seek(end);
            return;
        }
        self.flush();
        let shown = raw.start + self.scanner.text()[raw.start..end].trim_end().len();
        self.push(raw.start, shown, ChunkKind::PsqlCommand);
        self.scanner.seek(end);
    }

    /// The lines after `COPY … FROM stdin;` up to `\.`, if there is such a line: without one there is no data either.
    fn copy_data(&mut self, after: usize) {
        let text = self.scanner.text();
        let start = match text[after..].find('\n') {
            Some(length) if !self.no_copy_end => after + length + 1,
            _ => return,
        };
        let mut line = start;
        while line < text.len() {
            let end = text[line..].find('\n').map_or(text.len(), |length| line + length);
            if text[line..end].trim_end_matches('\r') == "\\." {
                self.push(start, line + 2, ChunkKind::CopyData);
                self.scanner.seek(end);
                return;
            }
            line = end + 1;
        }
        self.no_copy_end = true;
    }
}

/// Where each token of `text[range]` stands, comments and blanks left out; ends at the first that cannot be read.
#[must_use]
pub fn tokens(text: &str, range: TextRange) -> Vec<TextRange> {
    let mut scanner = Scanner::new(text, range);
    let mut found = Vec::new();
    while let Ok(raw) = scanner.next() {
        if raw.kind == RawKind::End {
            break;
        }
        found.push(TextRange::new(raw.start as u32, raw.end as u32));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{ChunkKind, split};

    /// The chunks as text, each after a letter for its kind.
    fn check(text: &str, expected: &[&str]) {
        let chunks: Vec<String> = split(text)
            .iter()
            .map(|chunk| {
                let kind = match chunk.kind {
                    ChunkKind::Statement => 's',
                    ChunkKind::PsqlCommand => 'p',
                    ChunkKind::CopyData => 'd',
                    ChunkKind::Unterminated => 'u',
                };
                format!("{kind} {}", chunk.range.slice(text))
            })
            .collect();
        assert_eq!(chunks, expected, "{text}");
    }

    #[test]
    fn semicolons_end_statements() {
        check("a; b ;; c", &["s a", "s b", "s c"]);
        check("-- no\n/* no; */ a -- x;\n b;", &["s a -- x;\n b"]);
        check("\u{FEFF}a;\r\nb;\r\n", &["s a", "s b"]);
        check(" -- only a comment", &[]);
        check("", &[]);
    }

    #[test]
    fn semicolons_in_quotes_do_not() {
        check(
            "a ';' \";\" $$;$$ $x$ $$;$x$ E'\\';' U&';' b; c",
            &["s a ';' \";\" $$;$$ $x$ $$;$x$ E'\\';' U&';' b", "s c"],
        );
        check("/* /* ; */ ; */ a; 1abc; é$a$;", &["s a", "s 1abc", "s é$a$"]);
    }

    #[test]
    fn bodies_in_sql_hold_semicolons() {
        let routine =
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END";
        check(&format!("{routine}; b"), &[&format!("s {routine}"), "s b"]);
        check(
            "CREATE TABLE begin (a int); b; BEGIN; c; END; d",
            &["s CREATE TABLE begin (a int)", "s b", "s BEGIN", "s c", "s END", "s d"],
        );
        let rule = "CREATE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2)";
        check(&format!("{rule}; b"), &[&format!("s {rule}"), "s b"]);
    }

    #[test]
    fn a_broken_statement_does_not_lose_the_next() {
        check("SELECT (; b", &["s SELECT (", "s b"]);
        check("CREATE RULE r DO (a; b; c", &["s CREATE RULE r DO (a", "s b", "s c"]);
        check("CREATE PROCEDURE p() BEGIN ATOMIC a; b; c", &["s CREATE PROCEDURE p() BEGIN ATOMIC a", "s b", "s c"]);
        check("a; b 'c; d", &["s a", "u b 'c; d"]);
        check("a; /* b", &["s a", "u /* b"]);
    }

    #[test]
    fn psql_lines() {
        check(
            "\\set x 1\na;\n\\i b.sql\nc \\gset\nd",
            &["p \\set x 1", "s a", "p \\i b.sql", "s c", "p \\gset", "s d"],
        );
        check("a \\; b", &["s a", "s b"]);
    }

    #[test]
    fn copy_data_is_not_sql() {
        let script = "COPY t (a) FROM stdin;\n1\tit's\n;\n\\.\nSELECT 1;";
        check(script, &["s COPY t (a) FROM stdin", "d 1\tit's\n;\n\\.", "s SELECT 1"]);
        check(
            "COPY t FROM STDIN WITH (FORMAT csv);\r\n\\.\r\na;",
            &["s COPY t FROM STDIN WITH (FORMAT csv)", "d \\.", "s a"],
        );
        // Without the line that ends the data there is none.
        check("COPY t FROM stdin;\nSELECT 1;", &["s COPY t FROM stdin", "s SELECT 1"]);
        check("COPY t TO stdout;\na;\n\\.\n", &["s COPY t TO stdout", "s a", "p \\."]);
    }

    #[test]
    fn splitting_takes_linear_time() {
        for piece in [
            "CREATE RULE r DO (a; ",
            "COPY t FROM stdin;\n",
            "CREATE FUNCTION f() BEGIN ATOMIC a; ",
            "$a$;",
            "'a';",
            "((;",
        ] {
            let script = piece.repeat(20_000);
            assert!(!split(&script).is_empty());
        }
    }
}
