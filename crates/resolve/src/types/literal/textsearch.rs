//! Text search vectors and queries (tsvector_parser.c, tsvector.c, tsquery.c).

use super::Verdict;

/// Longest word in bytes (`MAXSTRLEN`).
const LONGEST: usize = 2047;
/// Largest distance of a phrase (`MAXENTRYPOS`).
const FARTHEST: u32 = 16_384;

/// Why a text is none.
enum Wrong {
    Syntax,
    TooLong,
    Distance,
    Unsure,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Words end before operators, and no positions follow.
    in_query: bool,
}

impl Reader<'_> {
    fn next(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip(&mut self) {
        self.at += self.next().map_or(0, char::len_utf8);
    }

    fn spaces(&mut self) {
        while self.next().is_some_and(char::is_whitespace) {
            self.skip();
        }
    }

    fn is_operator(&self, each: char) -> bool {
        self.in_query && matches!(each, '!' | '&' | '|' | '(' | ')' | '<')
    }

    fn escaped(&mut self) -> Result<usize, Wrong> {
        self.skip();
        let length = self.next().ok_or(Wrong::Syntax)?.len_utf8();
        self.skip();
        Ok(length)
    }

    /// A word, and its positions in a vector. False at the end of the text.
    fn word(&mut self) -> Result<bool, Wrong> {
        self.spaces();
        let Some(first) = self.next() else { return Ok(false) };
        if self.is_operator(first) {
            return Err(Wrong::Syntax);
        }
        let length = if first == '\'' { self.quoted()? } else { self.plain()? };
        if length == 0 {
            return Err(Wrong::Syntax);
        }
        if length > LONGEST {
            return Err(Wrong::TooLong);
        }
        if !self.in_query && self.next() == Some(':') {
            self.positions()?;
        }
        Ok(true)
    }

    fn quoted(&mut self) -> Result<usize, Wrong> {
        self.skip();
        let mut length = 0;
        loop {
            match self.next().ok_or(Wrong::Syntax)? {
                '\\' => length += self.escaped()?,
                '\'' => {
                    self.skip();
                    if self.next() != Some('\'') {
                        return Ok(length);
                    }
                    self.skip();
                    length += 1;
                }
                other => {
                    self.skip();
                    length += other.len_utf8();
                }
            }
        }
    }

    fn plain(&mut self) -> Result<usize, Wrong> {
        let mut length = 0;
        while let Some(next) = self.next() {
            match next {
                '\\' => length += self.escaped()?,
                ':' if length > 0 => break,
                // The first character is taken whatever it is.
                _ if length > 0 && (next.is_whitespace() || self.is_operator(next)) => break,
                other => {
                    self.skip();
                    length += other.len_utf8();
                }
            }
        }
        Ok(length)
    }

    /// `:1A,2*,3`
    fn positions(&mut self) -> Result<(), Wrong> {
        loop {
            self.skip();
            let digits = self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || self.text[self.at..self.at + digits].bytes().all(|byte| byte == b'0') {
                return Err(Wrong::Syntax);
            }
            self.at += digits;
            let mut weighted = false;
            loop {
                match self.next() {
                    Some(',') => break,
                    Some('a'..='c' | 'A'..='C' | '*') if weighted => return Err(Wrong::Syntax),
                    Some('a'..='c' | 'A'..='C' | '*') => {
                        weighted = true;
                        self.skip();
                    }
                    Some('d' | 'D') if weighted => return Err(Wrong::Syntax),
                    Some('d' | 'D' | '0'..='9') => self.skip(),
                    None => return Ok(()),
                    Some(space) if space.is_whitespace() => return Ok(()),
                    Some(_) => return Err(Wrong::Syntax),
                }
            }
        }
    }

    /// Weights after a word of a query; what is no weight is left for the operator to refuse.
    fn modifiers(&mut self) {
        if self.next() != Some(':') {
            return;
        }
        self.skip();
        while matches!(self.next(), Some('*' | 'a'..='d' | 'A'..='D')) {
            self.skip();
        }
    }

    /// `<->`, `<2>`
    fn phrase(&mut self) -> Result<bool, Wrong> {
        let rest = &self.text[self.at..];
        let Some(inner) = rest.strip_prefix('<') else { return Ok(false) };
        let Some((distance, _)) = inner.split_once('>') else { return Ok(false) };
        if distance != "-" {
            if distance.is_empty() || !distance.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(false);
            }
            if !distance.parse::<u32>().is_ok_and(|distance| distance <= FARTHEST) {
                return Err(Wrong::Distance);
            }
        }
        self.at += distance.len() + 2;
        Ok(true)
    }

    fn query(&mut self) -> Result<(), Wrong> {
        let (mut open, mut first) = (0_usize, true);
        loop {
            self.spaces();
            match self.next() {
                Some('!') => {
                    self.skip();
                    first = false;
                    continue;
                }
                Some('(') => {
                    self.skip();
                    open += 1;
                    first = false;
                    // Deep ones run into the server's stack.
                    if open > 500 {
                        return Err(Wrong::Unsure);
                    }
                    continue;
                }
                Some(':') => return Err(Wrong::Syntax),
                _ => {}
            }
            if !self.word()? {
                return if first { Ok(()) } else { Err(Wrong::Syntax) };
            }
            first = false;
            self.modifiers();
            if self.operator(&mut open)? {
                return Ok(());
            }
        }
    }

    /// Closing brackets and the operator after a word. True at the end.
    fn operator(&mut self, open: &mut usize) -> Result<bool, Wrong> {
        loop {
            self.spaces();
            match self.next() {
                None if *open == 0 => return Ok(true),
                Some('&' | '|') => {
                    self.skip();
                    return Ok(false);
                }
                Some(')') => {
                    *open = open.checked_sub(1).ok_or(Wrong::Syntax)?;
                    self.skip();
                }
                _ if self.phrase()? => return Ok(false),
                _ => return Err(Wrong::Syntax),
            }
        }
    }
}

fn verdict(read: Result<(), Wrong>, name: &str, text: &str) -> Verdict {
    match read {
        Ok(()) => Verdict::Valid,
        Err(Wrong::Syntax) => Verdict::refuse("42601", format!("syntax error in {name}: \"{text}\"")),
        Err(Wrong::TooLong) => Verdict::refuse("54000", "word is too long".to_owned()),
        Err(Wrong::Distance) => {
            let message = "distance in phrase operator must be an integer value between zero and 16384 inclusive";
            Verdict::refuse("22023", message.to_owned())
        }
        Err(Wrong::Unsure) => Verdict::Unsure,
    }
}

/// `tsvectorin`
pub(super) fn vector(text: &str) -> Verdict {
    let mut reader = Reader { text, at: 0, in_query: false };
    let read = loop {
        match reader.word() {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(wrong) => break Err(wrong),
        }
    };
    verdict(read, "tsvector", text)
}

/// `tsqueryin`
pub(super) fn query(text: &str) -> Verdict {
    verdict(Reader { text, at: 0, in_query: true }.query(), "tsquery", text)
}
