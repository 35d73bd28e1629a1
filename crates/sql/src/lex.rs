//! Tokens with their values: what `scan.l` hands to `gram.y`.

use std::borrow::Cow;
use std::sync::Arc;

use rollproof_source::TextRange;

use crate::error::{PResult, ParseError};
use crate::identifier::{NAME_LENGTH, cut_identifier, fold_identifier};
use crate::keyword::{Category, keyword};
use crate::mapped::MappedText;
use crate::scan::{Piece, Raw, RawKind, Scanner, walk_quoted};

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punct {
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `::`
    DoubleColon,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `:=`
    ColonEquals,
    /// `=>`
    Arrow,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name, folded and cut, or a keyword in lower case.
    Ident {
        /// The name.
        text: Arc<str>,
        /// Written in quotes: then never a keyword.
        quoted: bool,
        /// What the grammar lets the word be.
        category: Category,
    },
    /// A string of any spelling, after escapes.
    String(Arc<str>),
    /// A bit string, `b` or `x` first.
    BitString(Arc<str>),
    /// A number that fits int4.
    Integer(i32),
    /// Any other number, as written.
    Number(Arc<str>),
    /// `$n`
    Parameter(u32),
    /// An operator; `!=` comes as `<>`.
    Operator(Arc<str>),
    /// Punctuation.
    Punct(Punct),
    /// Unknown text: the hole with this index, alone or glued to a name (then the span is longer than the hole).
    Hole(u32),
    /// A character that begins no token: no rule of the grammar takes it.
    Other,
    /// The end.
    End,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where.
    pub(crate) span: TextRange,
}

/// The tokens of `text[range]`; the last one is always [`TokenKind::End`], at the end of the range.
///
/// # Errors
///
/// What `scan.l` refuses: a quote or comment without end, a bad escape, a malformed number.
pub(crate) fn lex(text: &str, range: TextRange) -> PResult<Vec<Token>> {
    let mut lexer = Lexer::new(text, range);
    // A token every five bytes is the usual density of SQL.
    let mut tokens = Vec::with_capacity(range.len() as usize / 5 + 2);
    loop {
        let token = lexer.token()?;
        let end = token.kind == TokenKind::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

/// Texts up to this length have their holes counted from their beginning, wherever the range begins. Longer ones are
/// scripts and dumps, never a program's query: counting anew for each of their statements would take quadratic time.
const HOLE_TEXT_LENGTH: usize = 256 * 1024;

/// Adds values to what the scanner finds.
struct Lexer<'a> {
    scanner: Scanner<'a>,
    /// The first byte of every hole character in the range, in strings and comments too: the map of a query counts them
    /// all.
    holes: Vec<usize>,
    /// How many holes there are before the range.
    earlier_holes: usize,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, range: TextRange) -> Self {
        let scanner = Scanner::new(text, range);
        let start = scanner.position();
        let seen = scanner.text();
        let holes: Vec<usize> = match seen.get(start..) {
            Some(part) => part.match_indices(MappedText::HOLE).map(|(at, _)| start + at).collect(),
            None => Vec::new(),
        };
        let is_counted = !holes.is_empty() && text.len() <= HOLE_TEXT_LENGTH;
        let earlier = if is_counted { seen.get(..start).unwrap_or("") } else { "" };
        let earlier_holes = earlier.matches(MappedText::HOLE).count();
        Self { scanner, holes, earlier_holes }
    }

    fn slice(&self, raw: Raw) -> &'a str {
        self.scanner.text().get(raw.start..raw.end).unwrap_or("")
    }

    fn token(&mut self) -> PResult<Token> {
        let raw = self.scanner.next()?;
        let mut span = TextRange::new(raw.start as u32, raw.end as u32);
        let kind = match raw.kind {
            RawKind::Word => self.word(raw),
            RawKind::QuotedName => self.quoted_name(raw)?,
            RawKind::UnicodeName => {
                let content = unquoted_name(&self.slice(raw)[2..]);
                let decoded = self.unicode(&content, span)?;
                span.end = self.scanner.position() as u32;
                self.named(&decoded, raw)?
            }
            RawKind::UnicodeText => {
                let content = self.text_value(raw, 3)?;
                let decoded = self.unicode(&content, span)?;
                span.end = self.scanner.position() as u32;
                TokenKind::String(decoded.into())
            }
            RawKind::Text => TokenKind::String(self.text_value(raw, 1)?.into()),
            RawKind::EscapeText => TokenKind::String(self.text_value(raw, 2)?.into()),
            RawKind::Bits => TokenKind::BitString(format!("b{}", self.text_value(raw, 2)?).into()),
            RawKind::HexBits => TokenKind::BitString(format!("x{}", self.text_value(raw, 2)?).into()),
            RawKind::Dollar => TokenKind::String(dollar_content(self.slice(raw)).into()),
            RawKind::Integer => integer(self.slice(raw)),
            RawKind::Number => TokenKind::Number(self.slice(raw).into()),
            RawKind::Parameter => match self.slice(raw)[1..].parse::<i32>() {
                Ok(number) => TokenKind::Parameter(number.unsigned_abs()),
                Err(_) => return Err(ParseError::new("parameter number too large", span)),
            },
            RawKind::Operator => self.operator(raw, span)?,
            RawKind::Punctuation => punctuation(self.slice(raw)),
            RawKind::Other => TokenKind::Other,
            RawKind::End => TokenKind::End,
        };
        Ok(Token { kind, span })
    }

    /// The index of the first hole in `raw`.
    fn hole(&self, raw: Raw) -> Option<u32> {
        let index = self.holes.partition_point(|at| *at < raw.start);
        self.holes.get(index).filter(|at| **at < raw.end).map(|_| (self.earlier_holes + index) as u32)
    }

    fn word(&self, raw: Raw) -> TokenKind {
        if let Some(hole) = self.hole(raw) {
            return TokenKind::Hole(hole);
        }
        let written = self.slice(raw);
        // scan.l makes the prefix of N'…' the keyword NCHAR.
        let national =
            written.len() == 1 && written.eq_ignore_ascii_case("n") && self.scanner.text()[raw.end..].starts_with('\'');
        let key = if national { "nchar" } else { written };
        let (text, category) = word_value(key);
        TokenKind::Ident { text, quoted: false, category }
    }

    fn quoted_name(&self, raw: Raw) -> PResult<TokenKind> {
        let content = unquoted_name(self.slice(raw));
        self.named(&content, raw)
    }

    fn named(&self, content: &str, raw: Raw) -> PResult<TokenKind> {
        if content.is_empty() {
            let span = TextRange::new(raw.start as u32, raw.end as u32);
            return Err(ParseError::new("zero-length delimited identifier at or near \"\"\"\"", span));
        }
        Ok(match self.hole(raw) {
            Some(hole) => TokenKind::Hole(hole),
            None => {
                TokenKind::Ident { text: cut_identifier(content).into(), quoted: true, category: Category::IDENTIFIER }
            }
        })
    }

    fn operator(&self, raw: Raw, span: TextRange) -> PResult<TokenKind> {
        let written = self.slice(raw);
        if written.len() > 63 {
            return Err(ParseError::new("operator too long", span));
        }
        let symbol = if written == "!=" { "<>" } else { written };
        Ok(TokenKind::Operator(symbol.into()))
    }

    /// The value of a quoted string whose content begins `skip` bytes after its start.
    fn text_value(&self, raw: Raw, skip: usize) -> PResult<String> {
        let escapes = raw.kind == RawKind::EscapeText;
        let bytes = self.scanner.text().as_bytes();
        let mut value = Value::default();
        walk_quoted(bytes, raw.start + skip, escapes, &mut |piece| match piece {
            Piece::Plain(start, end) => value.plain(&bytes[start..end]),
            Piece::Quote => value.plain(b"'"),
            Piece::Escape(start, end) => value.escape(&bytes[start + 1..end], start),
        });
        value.finish(TextRange::new(raw.start as u32, raw.end as u32))
    }

    /// Undoes the escapes of a `U&` string or name, with the escape character of the `UESCAPE 'x'` that may follow it.
    fn unicode(&mut self, content: &str, span: TextRange) -> PResult<String> {
        let escape = self.unicode_escape()?;
        decode_unicode(content, escape, span)
    }

    fn unicode_escape(&mut self) -> PResult<char> {
        let before = self.scanner.position();
        let word = self.scanner.next();
        match word {
            Ok(raw) if raw.kind == RawKind::Word && self.slice(raw).eq_ignore_ascii_case("uescape") => {}
            _ => {
                self.scanner.seek(before);
                return Ok('\\');
            }
        }
        let raw = self.scanner.next()?;
        let span = TextRange::new(raw.start as u32, raw.end as u32);
        if raw.kind != RawKind::Text {
            return Err(ParseError::new("UESCAPE must be followed by a simple string literal", span));
        }
        let value = self.text_value(raw, 1)?;
        let mut characters = value.chars();
        match (characters.next(), characters.next()) {
            (Some(escape), None)
                if escape.is_ascii()
                    && !escape.is_ascii_hexdigit()
                    && !matches!(escape, '+' | '\'' | '"' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') =>
            {
                Ok(escape)
            }
            _ => Err(ParseError::new("invalid Unicode escape character", span)),
        }
    }
}

/// The name that a word stands for, or the keyword that it is.
fn word_value(written: &str) -> (Arc<str>, Category) {
    let mut folded = [0; NAME_LENGTH];
    let folded = match folded.get_mut(..written.len()) {
        // The usual case: a short word, whose letters are folded without another string.
        Some(bytes) => {
            bytes.copy_from_slice(written.as_bytes());
            bytes.make_ascii_lowercase();
            std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(fold_identifier(written)), Cow::Borrowed)
        }
        None => Cow::Owned(fold_identifier(written)),
    };
    keyword(&folded).unwrap_or_else(|| (Arc::from(&*folded), Category::IDENTIFIER))
}

/// `"a""b"` without its quotes.
fn unquoted_name(written: &str) -> Cow<'_, str> {
    let content = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
    if content.contains('"') { Cow::Owned(content.replace("\"\"", "\"")) } else { Cow::Borrowed(content) }
}

/// `$tag$text$tag$` without its tags.
fn dollar_content(written: &str) -> &str {
    let tag = written[1..].find('$').map_or(0, |at| at + 2);
    written.get(tag..written.len().saturating_sub(tag)).unwrap_or("")
}

/// scan.l's `process_integer_literal`: what does not fit int4 is a float constant.
fn integer(written: &str) -> TokenKind {
    let digits = written.replace('_', "");
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        Some("0o" | "0O") => (&digits[2..], 8),
        Some("0b" | "0B") => (&digits[2..], 2),
        _ => (digits.as_str(), 10),
    };
    match i32::from_str_radix(digits, radix) {
        Ok(value) => TokenKind::Integer(value),
        Err(_) => TokenKind::Number(written.into()),
    }
}

fn punctuation(written: &str) -> TokenKind {
    TokenKind::Punct(match written {
        "(" => Punct::LeftParen,
        ")" => Punct::RightParen,
        "[" => Punct::LeftBracket,
        "]" => Punct::RightBracket,
        "," => Punct::Comma,
        ";" => Punct::Semicolon,
        ":" => Punct::Colon,
        "::" => Punct::DoubleColon,
        "." => Punct::Dot,
        ".." => Punct::DotDot,
        ":=" => Punct::ColonEquals,
        "=>" => Punct::Arrow,
        _ => return TokenKind::Other,
    })
}

/// The bytes of a string as its escapes are undone.
#[derive(Default)]
struct Value {
    bytes: Vec<u8>,
    /// The first half of a surrogate pair, waiting for the second.
    high_surrogate: Option<u32>,
    error: Option<&'static str>,
}

impl Value {
    fn plain(&mut self, bytes: &[u8]) {
        self.no_surrogate();
        self.bytes.extend_from_slice(bytes);
    }

    fn no_surrogate(&mut self) {
        if self.high_surrogate.take().is_some() {
            self.error = Some("invalid Unicode surrogate pair");
        }
    }

    /// `sequence` comes without its backslash.
    fn escape(&mut self, sequence: &[u8], _at: usize) {
        let digits = |skip: usize, radix: u32| {
            let digits = std::str::from_utf8(sequence.get(skip..)?).ok()?;
            u32::from_str_radix(digits, radix).ok()
        };
        match sequence[0] {
            b'u' | b'U' => {
                let wanted = if sequence[0] == b'u' { 5 } else { 9 };
                match digits(1, 16) {
                    Some(point) if sequence.len() == wanted => self.unicode(point),
                    _ => self.error = Some("invalid Unicode escape"),
                }
                return;
            }
            _ => self.no_surrogate(),
        }
        let byte = match sequence[0] {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'x' if sequence.len() > 1 => digits(1, 16).unwrap_or(0) as u8,
            b'0'..=b'7' => digits(0, 8).unwrap_or(0) as u8,
            other => other,
        };
        self.bytes.push(byte);
    }

    fn unicode(&mut self, point: u32) {
        let point = match (self.high_surrogate.take(), point) {
            (None, 0xD800..=0xDBFF) => {
                self.high_surrogate = Some(point);
                return;
            }
            (Some(high), 0xDC00..=0xDFFF) => 0x10000 + ((high - 0xD800) << 10) + (point - 0xDC00),
            (None, _) => point,
            (Some(_), _) => {
                self.error = Some("invalid Unicode surrogate pair");
                return;
            }
        };
        match char::from_u32(point) {
            Some(character) if point != 0 => {
                self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ if (0xDC00..=0xDFFF).contains(&point) => self.error = Some("invalid Unicode surrogate pair"),
            _ => self.error = Some("invalid Unicode escape value"),
        }
    }

    fn finish(mut self, span: TextRange) -> PResult<String> {
        self.no_surrogate();
        if let Some(message) = self.error {
            return Err(ParseError::new(message, span));
        }
        match String::from_utf8(self.bytes) {
            Ok(text) if !text.contains('\0') => Ok(text),
            _ => Err(ParseError::new("invalid byte sequence for encoding \"UTF8\"", span)),
        }
    }
}

/// parser.c's `str_udeescape`: `\XXXX`, `\+XXXXXX`, the escape character doubled.
fn decode_unicode(content: &str, escape: char, span: TextRange) -> PResult<String> {
    if !content.contains(escape) {
        return Ok(content.to_owned());
    }
    let mut value = Value::default();
    let mut rest = content;
    while let Some(at) = rest.find(escape) {
        if at > 0 {
            value.plain(&rest.as_bytes()[..at]);
        }
        let after = &rest[at + 1..];
        if after.starts_with(escape) {
            value.plain(escape.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &after[1..];
            continue;
        }
        let (skip, length) = if after.starts_with('+') { (1, 6) } else { (0, 4) };
        let digits =
            after.get(skip..skip + length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(point) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return Err(ParseError::new("invalid Unicode escape", span));
        };
        value.unicode(point);
        rest = &after[skip + length..];
    }
    if !rest.is_empty() {
        value.plain(rest.as_bytes());
    }
    value.finish(span)
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, lex};
    use crate::script::whole;

    /// The values of the tokens, or the error.
    fn check(text: &str, expected: &str) {
        let shown = match lex(text, whole(text)) {
            Err(error) => format!("error: {}", error.message),
            Ok(tokens) => tokens.iter().map(|token| show(&token.kind)).collect::<Vec<_>>().join(" "),
        };
        assert_eq!(shown, expected, "{text}");
    }

    fn show(kind: &TokenKind) -> String {
        match kind {
            TokenKind::Ident { text, quoted: true, .. } => format!("\"{text}\""),
            TokenKind::Ident { text, .. } => text.to_string(),
            TokenKind::String(text) => format!("'{text}'"),
            TokenKind::BitString(text) | TokenKind::Operator(text) => text.to_string(),
            TokenKind::Integer(value) => value.to_string(),
            TokenKind::Number(text) => format!("n{text}"),
            TokenKind::Parameter(number) => format!("${number}"),
            TokenKind::Punct(punct) => format!("{punct:?}"),
            TokenKind::Hole(hole) => format!("hole{hole}"),
            TokenKind::Other => "other".to_owned(),
            TokenKind::End => ".".to_owned(),
        }
    }

    #[test]
    fn names() {
        check("Ab \"Ab\" ÉA U&\"d\\0061t\" U&\"d!0061t\" UESCAPE '!'", "ab \"Ab\" Éa \"dat\" \"dat\" .");
        check(&"x".repeat(70), &format!("{} .", "x".repeat(63)));
        check("\"\"", "error: zero-length delimited identifier at or near \"\"\"\"");
    }

    #[test]
    fn strings() {
        check("'a''b' E'\\n\\x41\\101\\u00e9\\'' N'a' $a$'$a$", "'a'b' '\nAAé'' nchar 'a' ''' .");
        check("E'\\ud83d\\ude00' U&'\\D83D\\DE00\\+01F600\\\\'", "'😀' '😀😀\\' .");
        check("E'\\xff'", "error: invalid byte sequence for encoding \"UTF8\"");
        check("E'\\0'", "error: invalid byte sequence for encoding \"UTF8\"");
        check("E'\\u12'", "error: invalid Unicode escape");
        check("E'\\ud83d'", "error: invalid Unicode surrogate pair");
        check("U&'\\00zz'", "error: invalid Unicode escape");
        check("U&'a' UESCAPE 'ab'", "error: invalid Unicode escape character");
        check("B'01' x'F'", "b01 xF .");
    }

    #[test]
    fn numbers_and_operators() {
        check("1 2147483647 2147483648 0xff 1_0 1.5 $2", "1 2147483647 n2147483648 255 10 n1.5 $2 .");
        check("a != b", "a <> b .");
        check("$99999999999", "error: parameter number too large");
        check(
            &"+".repeat(70),
            "+ + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + + .",
        );
        check(&"@".repeat(70), "error: operator too long");
    }

    #[test]
    fn holes_are_counted_in_order() {
        let hole = "\u{FFFC}";
        check(
            &format!("{hole} 'x{hole}' a{hole}b \"{hole}\" 1{hole}"),
            &format!("hole0 'x{hole}' hole2 hole3 1 hole4 ."),
        );
    }
}
