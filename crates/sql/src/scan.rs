//! Where tokens begin and end: PostgreSQL's `src/backend/parser/scan.l`, without the values.
//!
//! The splitter runs on this alone, since it needs no values and must be quick on dumps; [`crate::lex`] adds them.
//!
//! Why this is not sqlparser's tokenizer with corrections. Measured with version 0.63 and its PostgreSQL dialect, escapes
//! left alone, over the regression scripts of PostgreSQL 18 (42,606 statements, 541,510 tokens): it cuts 187 tokens of 181
//! statements elsewhere than the server does, and fails on 4 more. The rare cases are operators (`===`, `@+@`, `&>`), `0b`
//! and `0o` numbers, `U&` with `UESCAPE`, strings continued over a line, numbers that touch a name, bytes outside ASCII in
//! dollar tags; to find them, every operator, number, string and quoted name has to be scanned again from the text, which is
//! all of this file. An error ends its run over a whole script, where the splitter has to go on. It reads 26 megabytes a
//! second, [`crate::lex`] with values 43, and the splitter 212. A test holds the two against each other
//! (`src/scan_compared.rs`).

use crate::error::{PResult, ParseError};
use crate::mapped::MappedText;
use rollproof_source::TextRange;

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawKind {
    /// An identifier without quotes, or a keyword.
    Word,
    /// `"…"`
    QuotedName,
    /// `U&"…"`
    UnicodeName,
    /// `'…'`
    Text,
    /// `E'…'`
    EscapeText,
    /// `U&'…'`
    UnicodeText,
    /// `B'…'`
    Bits,
    /// `X'…'`
    HexBits,
    /// `$tag$…$tag$`
    Dollar,
    /// A number without point or exponent.
    Integer,
    /// Any other number.
    Number,
    /// `$1`
    Parameter,
    /// An operator, or one of the characters that gram.y knows by themselves (`+ - * / % ^ < > =`).
    Operator,
    /// `( ) [ ] , ; : .`, `::`, `:=`, `..`, `=>`
    Punctuation,
    /// A character that no token begins with.
    Other,
    /// The end of the text.
    End,
}

/// A stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw {
    /// What it is.
    pub(crate) kind: RawKind,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

/// A part of a quoted string's content, as [`walk_quoted`] meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes `start..end` as they are.
    Plain(usize, usize),
    /// A doubled quote.
    Quote,
    /// An escape sequence in bytes `start..end`, its backslash first.
    Escape(usize, usize),
}

/// `[ \t\n\r\f\v]`
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c | 0x0b)
}

/// What an identifier may begin with; every byte of a character outside ASCII is one.
pub(crate) const fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// What an identifier may go on with.
pub(crate) const fn is_name_part(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// [`is_name_part`] of every byte: most bytes of SQL are asked.
const NAME_PARTS: [bool; 256] = {
    let mut parts = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        parts[byte] = is_name_part(byte as u8);
        byte += 1;
    }
    parts
};

/// Which bytes are digits of a radix.
type IsDigit = fn(u8) -> bool;

const fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

/// Walks over the tokens of `text[..end]`.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at `range.start`; sees nothing after `range.end`. A range that does not fit the text is cut to it.
    pub(crate) fn new(text: &'a str, range: TextRange) -> Self {
        let mut end = (range.end as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        Self { bytes: text.as_bytes(), text, at: (range.start as usize).min(end) }
    }

    /// Where the next token is looked for.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Goes on at this byte.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at.min(self.bytes.len());
    }

    /// The text that it sees.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn error<T>(&self, message: &str, start: usize) -> PResult<T> {
        Err(ParseError::new(message, TextRange::new(start as u32, self.bytes.len() as u32)))
    }

    /// Passes white space and comments; false where a comment does not end.
    pub(crate) fn skip_blank(&mut self) -> PResult<()> {
        loop {
            let byte = self.byte(self.at);
            if self.at >= self.bytes.len() {
                return Ok(());
            }
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'-' && self.byte(self.at + 1) == b'-' {
                self.at = self.line_end(self.at);
            } else if byte == b'/' && self.byte(self.at + 1) == b'*' {
                self.skip_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// The byte of the line break at or after `at`, or the end.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(self.bytes.len(), |length| at + length)
    }

    fn skip_comment(&mut self) -> PResult<()> {
        let start = self.at;
        let mut depth = 0_u32;
        while self.at < self.bytes.len() {
            match (self.byte(self.at), self.byte(self.at + 1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        self.error("unterminated /* comment", start)
    }

    /// The next token.
    ///
    /// # Errors
    ///
    /// A quote or comment that does not end, or a malformed number. The scanner then stands at the text's end (or after
    /// the number).
    pub(crate) fn next(&mut self) -> PResult<Raw> {
        self.skip_blank()?;
        let start = self.at;
        if start >= self.bytes.len() {
            return Ok(Raw { kind: RawKind::End, start, end: start });
        }
        let (kind, end) = match self.token(start) {
            Ok(found) => found,
            Err(error) => {
                self.at = (error.span.end as usize).max(start + 1).min(self.bytes.len());
                return Err(error);
            }
        };
        self.at = end;
        Ok(Raw { kind, start, end })
    }

    fn token(&self, start: usize) -> PResult<(RawKind, usize)> {
        let byte = self.byte(start);
        let next = self.byte(start + 1);
        match byte {
            b'\'' => Ok((RawKind::Text, self.quoted(start, start + 1, false)?)),
            b'"' => Ok((RawKind::QuotedName, self.quoted_name(start, start + 1)?)),
            b'$' => self.dollar(start),
            b'0'..=b'9' => self.number(start),
            b'.' if next.is_ascii_digit() => self.number(start),
            b'.' if next == b'.' => Ok((RawKind::Punctuation, start + 2)),
            b':' if next == b':' || next == b'=' => Ok((RawKind::Punctuation, start + 2)),
            b'(' | b')' | b'[' | b']' | b',' | b';' | b':' | b'.' => Ok((RawKind::Punctuation, start + 1)),
            _ if is_name_start(byte) => self.word(start),
            _ if is_operator(byte) => Ok(self.operator(start)),
            _ => Ok((RawKind::Other, start + 1)),
        }
    }

    fn word(&self, start: usize) -> PResult<(RawKind, usize)> {
        let next = self.byte(start + 1);
        match self.byte(start) {
            b'e' | b'E' if next == b'\'' => return Ok((RawKind::EscapeText, self.quoted(start, start + 2, true)?)),
            b'b' | b'B' if next == b'\'' => return Ok((RawKind::Bits, self.quoted(start, start + 2, false)?)),
            b'x' | b'X' if next == b'\'' => return Ok((RawKind::HexBits, self.quoted(start, start + 2, false)?)),
            // scan.l gives back the quote and returns the keyword NCHAR.
            b'n' | b'N' if next == b'\'' => return Ok((RawKind::Word, start + 1)),
            b'u' | b'U' if next == b'&' => match self.byte(start + 2) {
                b'\'' => return Ok((RawKind::UnicodeText, self.quoted(start, start + 3, false)?)),
                b'"' => return Ok((RawKind::UnicodeName, self.quoted_name(start, start + 3)?)),
                _ => {}
            },
            _ => {}
        }
        Ok((RawKind::Word, self.name_end(start)))
    }

    fn name_end(&self, start: usize) -> usize {
        let rest = &self.bytes[start..];
        start + rest.iter().position(|byte| !NAME_PARTS[usize::from(*byte)]).unwrap_or(rest.len())
    }

    fn quoted_name(&self, start: usize, content: usize) -> PResult<usize> {
        let mut at = content;
        loop {
            match self.bytes[at..].iter().position(|byte| *byte == b'"') {
                None => return self.error("unterminated quoted identifier", start),
                Some(length) if self.byte(at + length + 1) == b'"' => at += length + 2,
                Some(length) => return Ok(at + length + 1),
            }
        }
    }

    fn quoted(&self, start: usize, content: usize, escapes: bool) -> PResult<usize> {
        match walk_quoted(self.bytes, content, escapes, &mut |_| {}) {
            Some(end) => Ok(end),
            None if self.byte(start).eq_ignore_ascii_case(&b'b') => {
                self.error("unterminated bit string literal", start)
            }
            None if self.byte(start).eq_ignore_ascii_case(&b'x') => {
                self.error("unterminated hexadecimal string literal", start)
            }
            None => self.error("unterminated quoted string", start),
        }
    }

    fn dollar(&self, start: usize) -> PResult<(RawKind, usize)> {
        if self.byte(start + 1).is_ascii_digit() {
            let rest = &self.bytes[start + 1..];
            let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            let end = start + 1 + digits;
            return self.without_junk(RawKind::Parameter, start, end, "trailing junk after parameter");
        }
        let Some(content) = dollar_tag(self.bytes, start) else {
            return Ok((RawKind::Other, start + 1));
        };
        let tag = &self.text[start..content];
        match self.text[content..].find(tag) {
            Some(length) => Ok((RawKind::Dollar, content + length + tag.len())),
            None => self.error("unterminated dollar-quoted string", start),
        }
    }

    /// A number may not touch an identifier; a hole may follow, since its text may begin with a space.
    fn without_junk(&self, kind: RawKind, start: usize, end: usize, message: &str) -> PResult<(RawKind, usize)> {
        if is_name_start(self.byte(end)) && !self.text[end..].starts_with(MappedText::HOLE) {
            let junk = self.name_end(end);
            let near = &self.text[start..junk];
            let span = TextRange::new(start as u32, junk as u32);
            return Err(ParseError::new(format!("{message} at or near \"{near}\""), span));
        }
        Ok((kind, end))
    }

    fn number(&self, start: usize) -> PResult<(RawKind, usize)> {
        if self.byte(start) == b'0' {
            let is_digit: Option<(IsDigit, &str)> = match self.byte(start + 1) {
                b'x' | b'X' => Some((|byte| byte.is_ascii_hexdigit(), "invalid hexadecimal integer")),
                b'o' | b'O' => Some((|byte| (b'0'..=b'7').contains(&byte), "invalid octal integer")),
                b'b' | b'B' => Some((|byte| matches!(byte, b'0' | b'1'), "invalid binary integer")),
                _ => None,
            };
            if let Some((is_digit, message)) = is_digit {
                let end = self.digits(start + 2, true, is_digit);
                if end == start + 2 {
                    let span = TextRange::new(start as u32, end as u32);
                    return Err(ParseError::new(format!("{message} at or near \"{}\"", &self.text[start..end]), span));
                }
                return self.without_junk(RawKind::Integer, start, end, "trailing junk after numeric literal");
            }
        }
        let decimal = |byte: u8| byte.is_ascii_digit();
        let mut kind = RawKind::Integer;
        let mut end = self.digits(start, false, decimal);
        if self.byte(end) == b'.' && self.byte(end + 1) != b'.' {
            kind = RawKind::Number;
            end = self.digits(end + 1, false, decimal);
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            let exponent = self.digits(end + 1 + sign, false, decimal);
            if exponent > end + 1 + sign {
                kind = RawKind::Number;
                end = exponent;
            }
        }
        self.without_junk(kind, start, end, "trailing junk after numeric literal")
    }

    /// The end of digits with single underscores between them; after a radix prefix one may lead.
    fn digits(&self, start: usize, after_prefix: bool, is_digit: IsDigit) -> usize {
        let mut at = start;
        loop {
            if is_digit(self.byte(at)) {
                at += 1;
            } else if self.byte(at) == b'_' && is_digit(self.byte(at + 1)) && (at > start || after_prefix) {
                at += 2;
            } else {
                return at;
            }
        }
    }

    fn operator(&self, start: usize) -> (RawKind, usize) {
        let rest = &self.bytes[start..];
        let mut length = rest.iter().position(|byte| !is_operator(*byte)).unwrap_or(rest.len());
        // A comment may begin inside the run.
        let comment = rest[..length].windows(2).position(|pair| pair == b"--" || pair == b"/*");
        length = comment.unwrap_or(length);
        // For SQL's sake `=-` is two operators, unless the run holds a character that SQL has no use for.
        let special = |byte: &u8| matches!(byte, b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'%');
        if length > 1 && !rest[..length - 1].iter().any(special) {
            while length > 1 && matches!(rest[length - 1], b'+' | b'-') {
                length -= 1;
            }
        }
        let kind = if &rest[..length] == b"=>" { RawKind::Punctuation } else { RawKind::Operator };
        (kind, start + length)
    }
}

/// Where the content of a dollar-quoted string begins, if `$tag$` stands at `start`.
pub(crate) fn dollar_tag(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'$' => return Some(at + 1),
            byte if is_name_start(*byte) || (at > start + 1 && byte.is_ascii_digit()) => at += 1,
            _ => return None,
        }
    }
}

/// Walks the content of a quoted string from the byte after its first quote, over continuations (`'a'` newline `'b'`),
/// and gives each part to `part`. Returns the byte after the last quote; none where it does not end.
pub(crate) fn walk_quoted(bytes: &[u8], content: usize, escapes: bool, part: &mut dyn FnMut(Piece)) -> Option<usize> {
    let mut at = content;
    loop {
        let rest = bytes.get(at..)?;
        let stop = |byte: &u8| *byte == b'\'' || (escapes && *byte == b'\\');
        let length = rest.iter().position(stop)?;
        if length > 0 {
            part(Piece::Plain(at, at + length));
        }
        at += length;
        if bytes[at] == b'\\' {
            let end = at + escape_length(bytes.get(at + 1..)?);
            part(Piece::Escape(at, end));
            at = end;
        } else if bytes.get(at + 1) == Some(&b'\'') {
            part(Piece::Quote);
            at += 2;
        } else if let Some(next) = continuation(bytes, at + 1) {
            at = next;
        } else {
            return Some(at + 1);
        }
    }
}

/// The length of an escape sequence, its backslash included; `rest` begins after it.
fn escape_length(rest: &[u8]) -> usize {
    let run = |skip: usize, most: usize, is_digit: fn(&u8) -> bool| {
        rest.iter().skip(skip).take(most).take_while(|byte| is_digit(byte)).count()
    };
    match rest.first() {
        Some(b'0'..=b'7') => 1 + run(0, 3, |byte| (b'0'..=b'7').contains(byte)),
        Some(b'x') => 2 + run(1, 2, u8::is_ascii_hexdigit),
        Some(b'u') => 2 + run(1, 4, u8::is_ascii_hexdigit),
        Some(b'U') => 2 + run(1, 8, u8::is_ascii_hexdigit),
        _ => 2,
    }
}

/// scan.l's `{whitespace_with_newline}{quote}`: the byte after the quote that goes on with the string.
fn continuation(bytes: &[u8], after: usize) -> Option<usize> {
    let mut at = after;
    let mut newline = false;
    loop {
        let byte = *bytes.get(at)?;
        if is_space(byte) {
            newline |= matches!(byte, b'\n' | b'\r');
            at += 1;
        } else if byte == b'-' && bytes.get(at + 1) == Some(&b'-') {
            at += bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        } else {
            return (newline && byte == b'\'').then_some(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RawKind, Scanner};
    use rollproof_source::TextRange;

    /// The tokens as the server's scanner cuts them.
    fn check(text: &str, expected: &[&str]) {
        let mut scanner = Scanner::new(text, TextRange::new(0, text.len() as u32));
        let mut tokens = Vec::new();
        loop {
            match scanner.next() {
                Ok(raw) if raw.kind == RawKind::End => break,
                Ok(raw) => tokens.push(&text[raw.start..raw.end]),
                Err(error) => {
                    tokens.push("ERROR");
                    tokens.push(error.span.slice(text));
                }
            }
        }
        assert_eq!(tokens, expected, "{text}");
    }

    #[test]
    fn operators_are_cut_as_the_server_cuts_them() {
        check("a<-b", &["a", "<", "-", "b"]);
        check("a@-b", &["a", "@-", "b"]);
        check("a||-1", &["a", "||-", "1"]);
        check("a*-1", &["a", "*", "-", "1"]);
        check("a<>-1", &["a", "<>", "-", "1"]);
        check("a+--b\n1", &["a", "+", "1"]);
        check("a*/*b*/1", &["a", "*", "1"]);
        check("@+@ === !== ~~* #>> ?| &&", &["@+@", "===", "!==", "~~*", "#>>", "?|", "&&"]);
        check("a::b:=c=>d:e", &["a", "::", "b", ":=", "c", "=>", "d", ":", "e"]);
        check("a=>=b", &["a", "=>=", "b"]);
    }

    #[test]
    fn numbers_are_cut_as_the_server_cuts_them() {
        check(
            "1 1. .5 1.5e3 1e-5 1_000 0x1F 0b1 0o17",
            &["1", "1.", ".5", "1.5e3", "1e-5", "1_000", "0x1F", "0b1", "0o17"],
        );
        check("1..10 1.a", &["1", "..", "10", "ERROR", "1.a"]);
        check("1e", &["ERROR", "1e"]);
        check("1abc", &["ERROR", "1abc"]);
        check("0x 1__0", &["ERROR", "0x", "ERROR", "1__0"]);
        check("$1 $1a $", &["$1", "ERROR", "$1a", "$"]);
    }

    #[test]
    fn quotes_are_cut_as_the_server_cuts_them() {
        check("'a''b' 'a'\n'b' 'a' 'b'", &["'a''b'", "'a'\n'b'", "'a'", "'b'"]);
        check("'a' -- c\n 'b' 'a' /* */\n'b'", &["'a' -- c\n 'b'", "'a'", "'b'"]);
        check("E'\\'' e'\\\\' '\\' n'a' b'1' X'f'", &["E'\\''", "e'\\\\'", "'\\'", "n", "'a'", "b'1'", "X'f'"]);
        check("\"a\"\"b\" U&\"a\" u&'b' u & 'b'", &["\"a\"\"b\"", "U&\"a\"", "u&'b'", "u", "&", "'b'"]);
        check("$$a$$ $x$ $$ $y$ $x$ a$b$c $é$ $é$", &["$$a$$", "$x$ $$ $y$ $x$", "a$b$c", "$é$ $é$"]);
        check("'a", &["ERROR", "'a"]);
        check("\"a", &["ERROR", "\"a"]);
        check("$x$ $y$", &["ERROR", "$x$ $y$"]);
        check("a /* /* */", &["a", "ERROR", "/* /* */"]);
    }

    #[test]
    fn names_take_every_character_outside_ascii() {
        check("naïve\u{a0}x _a1$ é", &["naïve\u{a0}x", "_a1$", "é"]);
        check("a\u{b}b\r\nc\\d", &["a", "b", "c", "\\", "d"]);
    }
}
