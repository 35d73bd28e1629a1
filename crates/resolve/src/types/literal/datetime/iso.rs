//! Intervals as ISO 8601 writes them (`DecodeISO8601Interval`).

use super::Wrong;
use super::interval::Sums;
use super::words::Unit;

struct Reader<'a> {
    rest: &'a str,
    sums: Sums,
}

/// A number, cut into a whole one and its fraction.
struct Number {
    whole: i64,
    part: f64,
    /// Digits before the point.
    width: usize,
}

pub(super) fn interval(text: &str) -> Result<Sums, Wrong> {
    let rest = text.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or(Wrong::Format)?;
    let mut reader = Reader { rest, sums: Sums::default() };
    let (mut in_date, mut any) = (true, false);
    while !reader.rest.is_empty() {
        if reader.eat('T') {
            (in_date, any) = (false, false);
            continue;
        }
        let number = reader.number()?;
        let unit = reader.take();
        let part = if in_date { reader.of_date(&number, unit, any)? } else { reader.of_time(&number, unit, any)? };
        match part {
            Part::Field => any = true,
            Part::TimeFollows => (in_date, any) = (false, false),
            Part::End => break,
        }
    }
    Ok(reader.sums)
}

/// What a part was.
enum Part {
    Field,
    /// It ended with the letter T.
    TimeFollows,
    /// It was the last.
    End,
}

impl Reader<'_> {
    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// `ParseISO8601Number`: what `strtod` takes.
    fn number(&mut self) -> Result<Number, Wrong> {
        let bytes = self.rest.as_bytes();
        if !bytes.first().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.')) {
            return Err(Wrong::Format);
        }
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let sign = usize::from(bytes[0] == b'-');
        let width = digits(sign);
        let mut end = sign + width;
        let mut any = width;
        if bytes.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            any += fraction;
            end += 1 + fraction;
        }
        if any == 0 {
            return Err(Wrong::Format);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
            let exponent = if signed <= bytes.len() { digits(signed) } else { 0 };
            if exponent > 0 {
                end = signed + exponent;
            }
        }
        let value: f64 = self.rest[..end].parse().map_err(|_| Wrong::Format)?;
        if !(-1.0e15..=1.0e15).contains(&value) {
            return Err(Wrong::Range);
        }
        self.rest = &self.rest[end..];
        #[allow(clippy::cast_possible_truncation, reason = "within the limits above")]
        let whole = value.trunc() as i64;
        Ok(Number { whole, part: value.fract(), width })
    }

    fn add(&mut self, unit: Unit, number: &Number) -> Result<(), Wrong> {
        self.sums.add(unit, number.whole, number.part)
    }

    fn of_date(&mut self, number: &Number, unit: Option<char>, any: bool) -> Result<Part, Wrong> {
        let field = match unit {
            Some('Y') => Unit::Year,
            Some('M') => Unit::Month,
            Some('W') => Unit::Week,
            Some('D') => Unit::Day,
            None | Some('T') if number.width == 8 && !any => {
                let whole = number.whole;
                self.sums.add(Unit::Year, whole / 10_000, 0.0)?;
                self.sums.add(Unit::Month, whole / 100 % 100, 0.0)?;
                self.sums.add(Unit::Day, whole % 100, number.part)?;
                return Ok(if unit.is_none() { Part::End } else { Part::TimeFollows });
            }
            None | Some('T' | '-') if !any => return self.extended_date(number, unit),
            _ => return Err(Wrong::Format),
        };
        self.add(field, number)?;
        Ok(Part::Field)
    }

    /// `0001-02-03`
    fn extended_date(&mut self, years: &Number, unit: Option<char>) -> Result<Part, Wrong> {
        self.add(Unit::Year, years)?;
        match unit {
            None => return Ok(Part::End),
            Some('T') => return Ok(Part::TimeFollows),
            _ => {}
        }
        for (at, field) in [Unit::Month, Unit::Day].into_iter().enumerate() {
            let number = self.number()?;
            self.add(field, &number)?;
            if self.rest.is_empty() {
                return Ok(Part::End);
            }
            if self.eat('T') {
                return Ok(Part::TimeFollows);
            }
            if at == 1 || !self.eat('-') {
                return Err(Wrong::Format);
            }
        }
        Err(Wrong::Format)
    }

    fn of_time(&mut self, number: &Number, unit: Option<char>, any: bool) -> Result<Part, Wrong> {
        let field = match unit {
            Some('H') => Unit::Hour,
            Some('M') => Unit::Minute,
            Some('S') => Unit::Second,
            None if number.width == 6 && !any => {
                let whole = number.whole;
                self.sums.add(Unit::Hour, whole / 10_000, 0.0)?;
                self.sums.add(Unit::Minute, whole / 100 % 100, 0.0)?;
                self.sums.add(Unit::Second, whole % 100, number.part)?;
                return Ok(Part::End);
            }
            None | Some(':') if !any => return self.extended_time(number, unit),
            _ => return Err(Wrong::Format),
        };
        self.add(field, number)?;
        Ok(Part::Field)
    }

    /// `04:05:06`
    fn extended_time(&mut self, hours: &Number, unit: Option<char>) -> Result<Part, Wrong> {
        self.add(Unit::Hour, hours)?;
        if unit.is_none() {
            return Ok(Part::End);
        }
        for (at, field) in [Unit::Minute, Unit::Second].into_iter().enumerate() {
            let number = self.number()?;
            self.add(field, &number)?;
            if self.rest.is_empty() {
                return Ok(Part::End);
            }
            if at == 1 || !self.eat(':') {
                return Err(Wrong::Format);
            }
        }
        Err(Wrong::Format)
    }
}
