//! A date, a time or an interval cut into its parts (`ParseDateTime`).

use super::Wrong;
use super::words;

/// What a part looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    /// Numbers or words with separators between them; a zone's name may look so too.
    Date,
    Time,
    /// A sign and digits: a zone's offset, or a signed number.
    Signed,
    /// A sign and letters.
    Special,
}

/// One part, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// As many parts as there may be (`MAXDATEFIELDS`).
const MOST: usize = 25;

/// As many bytes as the shortest of the server's work buffers surely holds.
const LONGEST: usize = 120;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    part: String,
}

impl Reader<'_> {
    fn next(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self) {
        self.part.push(char::from(self.next().to_ascii_lowercase()));
        self.at += 1;
    }

    fn take_while(&mut self, fits: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && fits(self.next()) {
            self.take();
        }
    }

    fn number(&mut self) -> Kind {
        self.take_while(|byte| byte.is_ascii_digit());
        match self.next() {
            b':' => {
                self.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
                Kind::Time
            }
            separator @ (b'-' | b'/' | b'.') => {
                self.take();
                if !self.next().is_ascii_digit() {
                    self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == separator);
                    return Kind::Date;
                }
                self.take_while(|byte| byte.is_ascii_digit());
                if self.next() == separator {
                    self.take_while(|byte| byte.is_ascii_digit() || byte == separator);
                    return Kind::Date;
                }
                if separator == b'.' { Kind::Number } else { Kind::Date }
            }
            _ => Kind::Number,
        }
    }

    fn word(&mut self, version: u32) -> Kind {
        self.take_while(|byte| byte.is_ascii_alphabetic());
        let next = self.next();
        let goes_on = matches!(next, b'-' | b'/' | b'.')
            || ((next == b'+' || next.is_ascii_digit()) && words::word(&self.part, version).is_none());
        if !goes_on {
            return Kind::Text;
        }
        self.take_while(|byte| matches!(byte, b'+' | b'-' | b'/' | b'_' | b'.' | b':') || byte.is_ascii_alphanumeric());
        Kind::Date
    }

    fn signed(&mut self) -> Result<Kind, Wrong> {
        self.take();
        while self.next().is_ascii_whitespace() || self.next() == 0x0b {
            self.at += 1;
        }
        if self.next().is_ascii_digit() {
            self.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'-'));
            return Ok(Kind::Signed);
        }
        if self.next().is_ascii_alphabetic() {
            self.take_while(|byte| byte.is_ascii_alphabetic());
            return Ok(Kind::Special);
        }
        Err(Wrong::Format)
    }
}

/// The parts of a text.
///
/// # Errors
/// [`Wrong::Format`] where a character fits nowhere, [`Wrong::Unsure`] for a very long text.
pub(super) fn parts(text: &str, version: u32) -> Result<Vec<Part>, Wrong> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, part: String::new() };
    let mut parts = Vec::new();
    let mut length = 0;
    while reader.at < reader.text.len() {
        let next = reader.next();
        if next.is_ascii_whitespace() || next == 0x0b {
            reader.at += 1;
            continue;
        }
        let kind = match next {
            b'0'..=b'9' => reader.number(),
            b'.' => {
                reader.take();
                reader.take_while(|byte| byte.is_ascii_digit());
                Kind::Number
            }
            b'a'..=b'z' | b'A'..=b'Z' => reader.word(version),
            b'+' | b'-' => reader.signed()?,
            _ if next.is_ascii_punctuation() => {
                reader.at += 1;
                continue;
            }
            _ => return Err(Wrong::Format),
        };
        let text = std::mem::take(&mut reader.part);
        length += text.len() + 1;
        parts.push(Part { kind, text });
        if parts.len() > MOST {
            return Err(Wrong::Format);
        }
        if length > LONGEST {
            return Err(Wrong::Unsure);
        }
    }
    Ok(parts)
}
