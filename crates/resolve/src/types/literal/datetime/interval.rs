//! Intervals (`DecodeInterval`).

use rollproof_catalog::oid;

use super::field::{clock, fraction, leading_number};
use super::iso;
use super::token::{self, Kind, Part};
use super::words::{self, Mask, Unit, Word};
use super::{Verdict, Wrong};

/// Microseconds of an hour.
pub(super) const HOUR: i64 = 3_600_000_000;

/// Which fields `interval …` was restricted to, as the server's bits; every field where it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range(i32);

impl Range {
    const FULL: i32 = 0x7fff;

    fn of_modifier(modifier: i32) -> Self {
        if modifier < 0 { Self(Self::FULL) } else { Self((modifier >> 16) & Self::FULL) }
    }

    /// What a number without a unit at the end is.
    fn last_unit(self) -> Unit {
        let bit = |field: i32| self.0 != Self::FULL && self.0 & (1 << field) != 0;
        if self.0 == Self::FULL || bit(12) {
            Unit::Second
        } else if bit(11) {
            Unit::Minute
        } else if bit(10) {
            Unit::Hour
        } else if bit(3) {
            Unit::Day
        } else if bit(1) {
            Unit::Month
        } else {
            Unit::Year
        }
    }

    fn minute_to_second(self) -> bool {
        self.0 == (1 << 11) | (1 << 12)
    }
}

/// The sums of an interval as they are read (`pg_itm_in`).
#[derive(Debug, Default)]
pub(super) struct Sums {
    years: i128,
    months: i128,
    days: i128,
    micros: i128,
}

impl Sums {
    /// Adds a number of a unit, the fraction going to smaller units.
    pub(super) fn add(&mut self, unit: Unit, whole: i64, part: f64) -> Result<(), Wrong> {
        let whole_wide = i128::from(whole);
        match unit {
            Unit::Microsecond => self.add_micros(whole_wide, part, 1),
            Unit::Millisecond => self.add_micros(whole_wide, part, 1000),
            Unit::Second => self.add_micros(whole_wide, part, 1_000_000),
            Unit::Minute => self.add_micros(whole_wide, part, 60_000_000),
            Unit::Hour => self.add_micros(whole_wide, part, HOUR),
            Unit::Day => {
                self.days += whole_wide;
                self.add_micros(0, part, 24 * HOUR);
            }
            Unit::Week => {
                self.days += whole_wide * 7;
                self.add_days(part * 7.0);
            }
            Unit::Month => {
                self.months += whole_wide;
                self.add_days(part * 30.0);
            }
            Unit::Year => self.add_years(whole_wide, part, 1),
            Unit::Decade => self.add_years(whole_wide, part, 10),
            Unit::Century => self.add_years(whole_wide, part, 100),
            Unit::Millennium => self.add_years(whole_wide, part, 1000),
            Unit::Other => return Err(Wrong::Format),
        }
        let int = |value: i128| i32::try_from(value).is_ok();
        let fits = int(self.years) && int(self.months) && int(self.days) && i64::try_from(self.micros).is_ok();
        if fits { Ok(()) } else { Err(Wrong::IntervalRange) }
    }

    #[allow(clippy::cast_possible_truncation, reason = "what is too large is cut at the limits and refused")]
    fn add_micros(&mut self, whole: i128, part: f64, scale: i64) {
        self.micros += whole * i128::from(scale) + (part * scale as f64).round_ties_even() as i128;
    }

    #[allow(clippy::cast_possible_truncation, reason = "what is too large is cut at the limits and refused")]
    fn add_days(&mut self, days: f64) {
        self.days += days.trunc() as i128;
        self.add_micros(0, days.fract(), 24 * HOUR);
    }

    #[allow(clippy::cast_possible_truncation, reason = "what is too large is cut at the limits and refused")]
    fn add_years(&mut self, years: i128, part: f64, scale: i64) {
        self.years += years * i128::from(scale);
        self.months += (part * 12.0 * scale as f64).round_ties_even() as i128;
    }

    /// Whether a sum has no counterpart of the other sign.
    fn at_lower_limit(&self) -> bool {
        let least = i128::from(i32::MIN);
        [self.years, self.months, self.days].contains(&least) || self.micros == i128::from(i64::MIN)
    }

    /// `itmin2interval`: years are months in the end.
    fn fits(&self) -> bool {
        i32::try_from(self.years * 12 + self.months).is_ok()
    }
}

/// `interval_in`; `modifier` is the type's.
pub(in super::super) fn interval(text: &str, version: u32, modifier: i32) -> Verdict {
    let range = Range::of_modifier(modifier);
    let plain = token::parts(text, version).and_then(|parts| Reader::new(range, version).read(&parts));
    let read = if plain.as_ref().err() == Some(&Wrong::Format) { iso::interval(text) } else { plain };
    // A field that is too large has another code than sums that are.
    match read.map_err(|wrong| if wrong == Wrong::Range { Wrong::IntervalRange } else { wrong }) {
        Ok(sums) if sums.fits() => Verdict::Valid,
        Ok(_) => Verdict::refuse("22008", "interval out of range".to_owned()),
        Err(wrong) => wrong.verdict(text, oid::INTERVAL),
    }
}

/// What the parts that were read say of those before them: an interval is read from its end.
struct Reader {
    range: Range,
    version: u32,
    seen: Mask,
    unit: Option<Unit>,
    /// A unit waits for its number.
    waiting: bool,
    /// The signs of all sums are turned in the end.
    ago: bool,
    sums: Sums,
}

impl Reader {
    fn new(range: Range, version: u32) -> Self {
        Self { range, version, seen: Mask::NONE, unit: None, waiting: false, ago: false, sums: Sums::default() }
    }

    fn read(mut self, parts: &[Part]) -> Result<Sums, Wrong> {
        for (at, part) in parts.iter().enumerate().rev() {
            let last = at + 1 == parts.len();
            let mask = match part.kind {
                Kind::Time => self.time(&part.text)?,
                Kind::Signed => match self.signed_time(&part.text) {
                    Some(mask) => mask,
                    None => self.number(&part.text)?,
                },
                Kind::Date | Kind::Number => self.number(&part.text)?,
                Kind::Text | Kind::Special => self.word(&part.text, last)?,
            };
            if self.seen.meets(mask) {
                return Err(Wrong::Format);
            }
            self.seen = self.seen.with(mask);
        }
        if self.seen == Mask::NONE || (self.waiting && self.version >= 17) {
            return Err(Wrong::Format);
        }
        if self.ago && self.sums.at_lower_limit() {
            return Err(Wrong::IntervalRange);
        }
        Ok(self.sums)
    }

    fn time(&mut self, text: &str) -> Result<Mask, Wrong> {
        let read = clock(text, self.range.minute_to_second())?;
        let whole = (i128::from(read.hour) * 60 + i128::from(read.minute)) * 60 + i128::from(read.second);
        self.sums.micros = whole * 1_000_000 + i128::from(read.micros);
        if i64::try_from(self.sums.micros).is_err() {
            return Err(Wrong::Range);
        }
        (self.unit, self.waiting) = (Some(Unit::Day), false);
        Ok(Mask::TIME)
    }

    fn signed_time(&mut self, text: &str) -> Option<Mask> {
        let unsigned = text.get(1..).filter(|rest| rest.contains(':'))?;
        self.time(unsigned).ok()
    }

    fn number(&mut self, text: &str) -> Result<Mask, Wrong> {
        let mut unit = self.unit.unwrap_or_else(|| self.range.last_unit());
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let sign = if negative { "-" } else { "" };
        let mut whole = match end {
            0 => 0,
            _ => format!("{sign}{}", &unsigned[..end]).parse::<i64>().map_err(|_| Wrong::Range)?,
        };
        let rest = &unsigned[end..];
        let mut part = 0.0;
        if let Some(months) = rest.strip_prefix('-') {
            let (months, rest) = leading_number(months)?;
            if months >= 12 {
                return Err(Wrong::Range);
            }
            if !rest.is_empty() {
                return Err(Wrong::Format);
            }
            unit = Unit::Month;
            whole = whole
                .checked_mul(12)
                .and_then(|all| all.checked_add(if negative { -months } else { months }))
                .ok_or(Wrong::Range)?;
        } else if rest.starts_with('.') {
            part = fraction(rest)?;
        } else if !rest.is_empty() {
            return Err(Wrong::Format);
        }
        if negative {
            part = -part;
        }
        self.sums.add(unit, whole, part)?;
        self.waiting = false;
        // A number before hours is days.
        self.unit = Some(if unit == Unit::Hour { Unit::Day } else { unit });
        Ok(match unit {
            Unit::Microsecond => Mask::MICROSECOND,
            Unit::Millisecond => Mask::MILLISECOND,
            Unit::Second if part == 0.0 => Mask::SECOND,
            Unit::Second => Mask::SECONDS,
            Unit::Minute => Mask::MINUTE,
            Unit::Hour => Mask::HOUR,
            Unit::Day => Mask::DAY,
            Unit::Week => Mask::WEEK,
            Unit::Month => Mask::MONTH,
            Unit::Year => Mask::YEAR,
            Unit::Decade => Mask::DECADE,
            Unit::Century => Mask::CENTURY,
            Unit::Millennium | Unit::Other => Mask::MILLENNIUM,
        })
    }

    fn word(&mut self, text: &str, last: bool) -> Result<Mask, Wrong> {
        let strict = self.version >= 17;
        if self.waiting && strict {
            return Err(Wrong::Format);
        }
        if text == "ago" {
            // It is a unit of its own, which no number has.
            (self.unit, self.ago) = (Some(Unit::Other), true);
            return if last || !strict { Ok(Mask::NONE) } else { Err(Wrong::Format) };
        }
        if let Some(unit) = words::unit(text) {
            (self.unit, self.waiting) = (Some(unit), true);
            return Ok(Mask::NONE);
        }
        match words::word(text, self.version) {
            Some(Word::Ignored) => {
                self.unit = None;
                Ok(Mask::NONE)
            }
            Some(Word::Infinity(_)) if strict && last => Ok(Mask::DATE.with(Mask::TIME)),
            // Other units of dates are units to the server too, and no interval has them.
            Some(Word::Julian | Word::OtherUnit) => {
                (self.unit, self.waiting) = (Some(Unit::Other), true);
                Ok(Mask::NONE)
            }
            _ => Err(Wrong::Format),
        }
    }
}
