//! Tokens of a path (jsonpath_scan.l).

use super::Wrong;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a keyword as written; without escapes.
    Word(String),
    /// A name with escapes, which is no keyword.
    Name,
    String(String),
    Variable,
    Integer(String),
    Numeric,
    /// `&&`, `==`, `**`, `.`, …
    Symbol(&'static str),
}

/// Symbols, the longer ones first.
const SYMBOLS: &[&str] = &[
    "&&", "||", "**", "<=", "==", "<>", "!=", ">=", "!", "<", ">", "?", "%", "$", ".", "[", "]", "{", "}", "(", ")",
    "|", "&", "=", "@", "#", ",", "*", ":", "-", "+", "/",
];

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    modern: bool,
}

fn is_blank(each: char) -> bool {
    matches!(each, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// A character of names and keywords.
fn is_other(each: char) -> bool {
    !is_blank(each) && !"?%$.[]{}()|&!=<>@#,*:-+/\\\"".contains(each)
}

/// The tokens of a text.
pub(super) fn tokens(text: &str, version: u32) -> Result<Vec<Token>, Wrong> {
    let mut lexer = Lexer { text, at: 0, modern: version >= 16 };
    let mut tokens = Vec::new();
    while let Some(next) = lexer.peek() {
        if is_blank(next) {
            lexer.at += 1;
        } else if lexer.rest().starts_with("/*") {
            lexer.comment()?;
        } else {
            tokens.push(lexer.token(next)?);
        }
    }
    Ok(tokens)
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn comment(&mut self) -> Result<(), Wrong> {
        let end = self.rest().find("*/").ok_or(Wrong::Syntax("unexpected end of comment"))?;
        self.at += end + 2;
        Ok(())
    }

    fn token(&mut self, next: char) -> Result<Token, Wrong> {
        let after = self.rest().as_bytes().get(1).copied().unwrap_or(0);
        match next {
            '0'..='9' => self.number(),
            '.' if after.is_ascii_digit() => self.number(),
            '"' => {
                self.at += 1;
                self.quoted().map(Token::String)
            }
            '$' if after == b'"' => {
                self.at += 2;
                self.quoted()?;
                Ok(Token::Variable)
            }
            '$' if self.rest()[1..].starts_with(is_other) => {
                self.at += 1;
                self.skip_while(is_other);
                Ok(Token::Variable)
            }
            '\\' => self.word(),
            _ if is_other(next) => self.word(),
            _ => {
                let symbol = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol));
                let symbol = symbol.ok_or(Wrong::Syntax("syntax error"))?;
                self.at += symbol.len();
                Ok(Token::Symbol(symbol))
            }
        }
    }

    fn skip_while(&mut self, fits: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&fits) {
            self.at += self.peek().map_or(1, char::len_utf8);
        }
    }

    fn word(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some('\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(next) if is_other(next) => self.at += next.len_utf8(),
                _ => break,
            }
        }
        Ok(if escaped { Token::Name } else { Token::Word(self.text[start..self.at].to_owned()) })
    }

    /// After the opening quote.
    fn quoted(&mut self) -> Result<String, Wrong> {
        let mut out = String::new();
        loop {
            match self.peek().ok_or(Wrong::Syntax("unterminated quoted string"))? {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                other => {
                    out.push(other);
                    self.at += other.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Wrong> {
        self.at += 1;
        let next = self.peek().ok_or(Wrong::Syntax("unexpected end after backslash"))?;
        self.at += next.len_utf8();
        match next {
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            'x' => {
                self.hexadecimal(2).ok_or(Wrong::Syntax("invalid hexadecimal character sequence")).and_then(character)
            }
            'u' => self.unicode(),
            other => Ok(other),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let value = u32::from_str_radix(text, 16).ok()?;
        self.at += digits;
        Some(value)
    }

    fn unicode(&mut self) -> Result<char, Wrong> {
        const INVALID: Wrong = Wrong::Syntax("invalid Unicode escape sequence");
        if self.eat("{") {
            let digits = self.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
            if !(1..=6).contains(&digits) {
                return Err(INVALID);
            }
            let value = self.hexadecimal(digits).ok_or(INVALID)?;
            return if self.eat("}") { character(value) } else { Err(INVALID) };
        }
        let high = self.hexadecimal(4).ok_or(INVALID)?;
        if !(0xd800..0xdc00).contains(&high) {
            return character(high);
        }
        let low = if self.eat("\\u") { self.hexadecimal(4) } else { None };
        match low {
            Some(low) if (0xdc00..0xe000).contains(&low) => {
                character(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            }
            _ => Err(Wrong::Other("22P02", "Unicode high surrogate must be followed by a low one")),
        }
    }

    /// Digits with single underscores between them.
    fn digits(&self, from: usize, base: u32) -> usize {
        let bytes = self.text.as_bytes();
        let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| char::from(*byte).is_digit(base));
        let mut at = from;
        while is_digit(at) || (self.modern && at > from && bytes.get(at) == Some(&b'_') && is_digit(at + 1)) {
            at += 1;
        }
        at - from
    }

    fn number(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        if self.modern && bytes[start] == b'0' {
            let base = match bytes.get(start + 1) {
                Some(b'x' | b'X') => 16,
                Some(b'o' | b'O') => 8,
                Some(b'b' | b'B') => 2,
                _ => 0,
            };
            let length = if base == 0 { 0 } else { self.digits(start + 2, base) };
            if length > 0 {
                self.at = start + 2 + length;
                return self.ended(Token::Integer(self.text[start..self.at].to_owned()));
            }
        }
        let whole = if bytes[start] == b'0' { 1 } else { self.digits(start, 10) };
        let mut end = start + whole;
        let mut token = Token::Integer(self.text[start..end].to_owned());
        if bytes.get(end) == Some(&b'.') {
            end += 1 + self.digits(end + 1, 10);
            token = Token::Numeric;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
            let exponent = self.digits(signed, 10);
            if exponent == 0 && signed > end + 1 {
                return Err(Wrong::Syntax("invalid numeric literal"));
            }
            if exponent > 0 {
                end = signed + exponent;
                token = Token::Numeric;
            }
        }
        self.at = end;
        self.ended(token)
    }

    /// A number ends before a character that no name has.
    fn ended(&self, token: Token) -> Result<Token, Wrong> {
        if self.rest().starts_with(is_other) {
            Err(Wrong::Syntax("trailing junk after numeric literal"))
        } else {
            Ok(token)
        }
    }
}

fn character(code: u32) -> Result<char, Wrong> {
    match code {
        0 => Err(Wrong::Other("22P05", "unsupported Unicode escape sequence")),
        _ => char::from_u32(code).ok_or(Wrong::Other("22P02", "invalid Unicode escape value")),
    }
}
