//! Geometric types (geo_ops.c): pairs of numbers, with brackets that may be left out.

use rollproof_catalog::{Oid, oid};

use super::Verdict;
use super::number::{self, FloatPrefix};

/// Why a text is none.
enum Wrong {
    Syntax,
    /// A number is too large.
    Other(Verdict),
}

type Read<T> = Result<T, Wrong>;

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn next(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn spaces(&mut self) {
        while is_space(self.next()) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.at < self.text.len() && self.next() == byte;
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, byte: u8) -> Read<()> {
        if self.eat(byte) { Ok(()) } else { Err(Wrong::Syntax) }
    }

    fn end(&self) -> Read<()> {
        if self.at == self.text.len() { Ok(()) } else { Err(Wrong::Syntax) }
    }

    /// Where the byte after an opening parenthesis and spaces is another one.
    fn second_parenthesis(&self) -> Option<usize> {
        let inner = self.rest().get(1..)?;
        let spaces = inner.iter().take_while(|byte| is_space(**byte)).count();
        (inner.get(spaces) == Some(&b'(')).then_some(self.at + 1 + spaces)
    }

    fn last_parenthesis_here(&self) -> bool {
        self.rest().iter().rposition(|byte| *byte == b'(') == Some(0)
    }

    /// `single_decode`
    fn number(&mut self) -> Read<f64> {
        match number::float_prefix(self.text.get(self.at..).unwrap_or("")) {
            FloatPrefix::Value(value, length) => {
                self.at += length;
                self.spaces();
                Ok(value)
            }
            FloatPrefix::None => Err(Wrong::Syntax),
            FloatPrefix::OutOfRange => {
                let message = format!("\"{}\" is out of range for type double precision", self.text);
                Err(Wrong::Other(Verdict::refuse("22003", message)))
            }
            FloatPrefix::Unsure => Err(Wrong::Other(Verdict::Unsure)),
        }
    }

    /// `pair_decode`
    fn pair(&mut self) -> Read<(f64, f64)> {
        self.spaces();
        let bracket = self.eat(b'(');
        let first = self.number()?;
        self.need(b',')?;
        let second = self.number()?;
        if bracket {
            self.need(b')')?;
            self.spaces();
        }
        Ok((first, second))
    }

    /// `path_decode`
    fn path(&mut self, may_be_open: bool, count: usize) -> Read<Vec<(f64, f64)>> {
        let mut depth = 0;
        self.spaces();
        let open = self.eat(b'[');
        if open {
            if !may_be_open {
                return Err(Wrong::Syntax);
            }
            depth += 1;
        } else if self.next() == b'(' {
            if let Some(second) = self.second_parenthesis() {
                depth += 1;
                self.at = second;
            } else if self.last_parenthesis_here() {
                depth += 1;
                self.at += 1;
                self.spaces();
            }
        }
        let mut points = Vec::new();
        for _ in 0..count {
            points.push(self.pair()?);
            self.eat(b',');
        }
        while depth > 0 {
            if !(self.eat(b')') || (open && depth == 1 && self.eat(b']'))) {
                return Err(Wrong::Syntax);
            }
            depth -= 1;
            self.spaces();
        }
        Ok(points)
    }

    /// `pair_count`: as many points as commas say.
    fn pairs(&self) -> Read<usize> {
        let commas = self.text.matches(',').count();
        if commas % 2 == 1 { Ok(commas.div_ceil(2)) } else { Err(Wrong::Syntax) }
    }

    /// `circle_in`
    fn circle(&mut self) -> Read<()> {
        let mut depth = 0;
        self.spaces();
        if self.eat(b'<') {
            depth += 1;
        } else if self.next() == b'('
            && let Some(second) = self.second_parenthesis()
        {
            depth += 1;
            self.at = second;
        }
        self.pair()?;
        self.eat(b',');
        if self.number()? < 0.0 {
            return Err(Wrong::Syntax);
        }
        while depth > 0 {
            if !(self.eat(b')') || (depth == 1 && self.eat(b'>'))) {
                return Err(Wrong::Syntax);
            }
            depth -= 1;
            self.spaces();
        }
        self.end()
    }

    /// `line_in`
    fn line(&mut self) -> Read<()> {
        self.spaces();
        if !self.eat(b'{') {
            let points = self.path(true, 2)?;
            self.end()?;
            return match points[..] {
                [first, second] if same(first.0, second.0) && same(first.1, second.1) => {
                    let message = "invalid line specification: must be two distinct points";
                    Err(Wrong::Other(Verdict::refuse("22P02", message.to_owned())))
                }
                _ => Ok(()),
            };
        }
        let first = self.number()?;
        self.need(b',')?;
        let second = self.number()?;
        self.need(b',')?;
        self.number()?;
        self.need(b'}')?;
        self.spaces();
        self.end()?;
        if same(first, 0.0) && same(second, 0.0) {
            let message = "invalid line specification: A and B cannot both be zero";
            return Err(Wrong::Other(Verdict::refuse("22P02", message.to_owned())));
        }
        Ok(())
    }

    /// `path_in`
    fn whole_path(&mut self) -> Read<()> {
        let count = self.pairs()?;
        self.spaces();
        let bracket = self.next() == b'(' && self.last_parenthesis_here();
        self.at += usize::from(bracket);
        self.path(true, count)?;
        if bracket {
            self.need(b')')?;
            self.spaces();
        }
        self.end()
    }
}

/// `FPeq`
fn same(first: f64, second: f64) -> bool {
    (first - second).abs() <= 1.0E-06 || (first.is_nan() && second.is_nan())
}

/// `point_in`, `lseg_in`, `box_in`, `path_in`, `poly_in`, `line_in`, `circle_in`.
pub(super) fn shape(text: &str, data_type: Oid) -> Verdict {
    let mut reader = Reader { text, at: 0 };
    let (name, read) = match data_type {
        oid::POINT => ("point", reader.pair().and_then(|_| reader.end())),
        oid::LSEG => ("lseg", reader.path(true, 2).and_then(|_| reader.end())),
        oid::BOX => ("box", reader.path(false, 2).and_then(|_| reader.end())),
        oid::CIRCLE => ("circle", reader.circle()),
        oid::LINE => ("line", reader.line()),
        oid::PATH => ("path", reader.whole_path()),
        _ => ("polygon", reader.pairs().and_then(|count| reader.path(false, count)).and_then(|_| reader.end())),
    };
    match read {
        Ok(()) => Verdict::Valid,
        Err(Wrong::Syntax) => Verdict::syntax(name, text),
        Err(Wrong::Other(verdict)) => verdict,
    }
}
