//! JSON (common/jsonapi.c), read without recursion.

use super::Verdict;
use super::number;

/// Deeper values may pass the server's stack limit, which is a setting.
const MAX_DEPTH: usize = 1000;

/// Why reading stopped.
enum Stop {
    Syntax,
    /// `\u0000`, which jsonb cannot hold.
    Null,
    /// A number that numeric cannot hold (jsonb).
    Number(Verdict),
    TooDeep,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    binary: bool,
}

/// What the next token may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
    End,
}

/// `json_in`, or `jsonb_in` where `binary`.
pub(super) fn check(text: &str, binary: bool) -> Verdict {
    let mut reader = Reader { text: text.as_bytes(), at: 0, binary };
    match reader.document() {
        Ok(()) => Verdict::Valid,
        Err(Stop::Syntax) => Verdict::refuse("22P02", "invalid input syntax for type json".to_owned()),
        Err(Stop::Null) => Verdict::refuse("22P05", "unsupported Unicode escape sequence".to_owned()),
        Err(Stop::Number(verdict)) => verdict,
        Err(Stop::TooDeep) => Verdict::Unsure,
    }
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn document(&mut self) -> Result<(), Stop> {
        // True for an object, false for an array.
        let mut open: Vec<bool> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            let next = self.peek();
            expect = match (expect, next) {
                (Expect::End, _) if self.at == self.text.len() => return Ok(()),
                (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                    self.at += 1;
                    open.push(next == b'{');
                    if open.len() > MAX_DEPTH {
                        return Err(Stop::TooDeep);
                    }
                    if next == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
                }
                (Expect::ValueOrEnd, b']') | (Expect::KeyOrEnd, b'}') => self.close(&mut open, next)?,
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    self.scalar()?;
                    after_value(&open)
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    self.string()?;
                    if self.peek() != b':' {
                        return Err(Stop::Syntax);
                    }
                    self.at += 1;
                    Expect::Value
                }
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    if open.last() == Some(&true) { Expect::Key } else { Expect::Value }
                }
                (Expect::CommaOrEnd, b']' | b'}') => self.close(&mut open, next)?,
                _ => return Err(Stop::Syntax),
            };
        }
    }

    fn close(&mut self, open: &mut Vec<bool>, bracket: u8) -> Result<Expect, Stop> {
        if open.pop() != Some(bracket == b'}') {
            return Err(Stop::Syntax);
        }
        self.at += 1;
        Ok(after_value(open))
    }

    fn scalar(&mut self) -> Result<(), Stop> {
        match self.peek() {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let rest = &self.text[self.at..];
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
                let length = rest.iter().take_while(|byte| is_word(byte)).count();
                if !matches!(&rest[..length], b"true" | b"false" | b"null") {
                    return Err(Stop::Syntax);
                }
                self.at += length;
                Ok(())
            }
        }
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let rest = &self.text[start..];
        let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut at = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(at);
        if whole == 0 || (whole > 1 && rest[at] == b'0') {
            return Err(Stop::Syntax);
        }
        at += whole;
        if rest.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            if fraction == 0 {
                return Err(Stop::Syntax);
            }
            at += 1 + fraction;
        }
        if matches!(rest.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at.min(rest.len()));
            if exponent == 0 {
                return Err(Stop::Syntax);
            }
            at += exponent;
        }
        if rest.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || *byte >= 0x80)
        {
            return Err(Stop::Syntax);
        }
        self.at += at;
        if self.binary {
            let text = String::from_utf8_lossy(&rest[..at]);
            let verdict = number::numeric(&text, 18);
            if verdict != Verdict::Valid {
                return Err(Stop::Number(verdict));
            }
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), Stop> {
        self.at += 1;
        // The first half of a surrogate pair waits for the second.
        let mut pending = false;
        loop {
            let byte = self.text.get(self.at).copied().ok_or(Stop::Syntax)?;
            self.at += 1;
            match byte {
                b'\\' => {
                    let escape = self.text.get(self.at).copied().ok_or(Stop::Syntax)?;
                    self.at += 1;
                    match escape {
                        b'u' => pending = self.unicode(pending)?,
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' if !pending => {}
                        _ => return Err(Stop::Syntax),
                    }
                }
                _ if pending => return Err(Stop::Syntax),
                b'"' => return Ok(()),
                0..=31 => return Err(Stop::Syntax),
                _ => {}
            }
        }
    }

    /// Whether a low surrogate must follow. The type json keeps the text, and does not look at what escapes mean.
    fn unicode(&mut self, pending: bool) -> Result<bool, Stop> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Stop::Syntax)?;
        let text = std::str::from_utf8(digits).map_err(|_| Stop::Syntax)?;
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Stop::Syntax);
        }
        self.at += 4;
        if !self.binary {
            return Ok(false);
        }
        let code = u32::from_str_radix(text, 16).map_err(|_| Stop::Syntax)?;
        match code {
            0xD800..=0xDBFF if !pending => Ok(true),
            0xDC00..=0xDFFF if pending => Ok(false),
            0xD800..=0xDFFF => Err(Stop::Syntax),
            _ if pending => Err(Stop::Syntax),
            0 => Err(Stop::Null),
            _ => Ok(false),
        }
    }
}

fn after_value(open: &[bool]) -> Expect {
    if open.is_empty() { Expect::End } else { Expect::CommaOrEnd }
}
