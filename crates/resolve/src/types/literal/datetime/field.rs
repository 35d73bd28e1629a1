//! Fields of a date or a time, filled in as its parts are read (`DecodeDate`, `DecodeTime`, `DecodeNumber`,
//! `DecodeNumberField`, `DecodeTimezone`, `ValidateDate`).

use super::words::{self, Mask, Word};
use super::{Order, Wrong};

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// What has been read so far.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) order: Order,
    pub(super) version: u32,
    pub(super) seen: Mask,
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) day_of_year: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) micros: i64,
    pub(super) two_digits: bool,
    pub(super) text_month: bool,
    pub(super) before_christ: bool,
    /// PM where true.
    pub(super) half: Option<bool>,
    /// The date was a Julian day: days from 2000-01-01.
    pub(super) julian: Option<i64>,
    /// Seconds east of Greenwich.
    pub(super) offset: Option<i64>,
    pub(super) named_zone: bool,
    /// A zone's abbreviation that may have meant several offsets.
    pub(super) abbreviation_varies: bool,
}

/// The leading digits of a text as the server's `strtoint` reads them, and what follows.
pub(super) fn leading_number(text: &str) -> Result<(i64, &str), Wrong> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = if end == 0 { 0 } else { text[..end].parse::<i32>().map_err(|_| Wrong::Range)? };
    Ok((i64::from(value), &text[end..]))
}

/// `ParseFraction` of a text that begins with a point.
pub(super) fn fraction(text: &str) -> Result<f64, Wrong> {
    let digits = text.strip_prefix('.').ok_or(Wrong::Format)?;
    if digits.is_empty() {
        return Ok(0.0);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::Format);
    }
    text.parse::<f64>().map_err(|_| Wrong::Format)
}

fn micros(text: &str) -> Result<i64, Wrong> {
    #[allow(clippy::cast_possible_truncation, reason = "a fraction below one")]
    fraction(text).map(|part| (part * 1_000_000.0).round_ties_even() as i64)
}

/// `atoi` of digits.
fn plain(text: &str) -> i64 {
    text.parse::<i32>().map_or(i64::from(i32::MAX), i64::from)
}

/// Hours, minutes and seconds with colons between them (`DecodeTimeCommon`).
pub(super) struct Clock {
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) micros: i64,
}

/// `minute_to_second` says that two numbers are minutes and seconds.
pub(super) fn clock(text: &str, minute_to_second: bool) -> Result<Clock, Wrong> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let hour = if end == 0 { 0 } else { text[..end].parse::<i64>().map_err(|_| Wrong::Range)? };
    let rest = text[end..].strip_prefix(':').ok_or(Wrong::Format)?;
    let (minute, rest) = leading_number(rest)?;
    let mut read = Clock { hour, minute, second: 0, micros: 0 };
    if rest.is_empty() {
        if minute_to_second {
            read = Clock { hour: 0, minute: hour, second: minute, micros: 0 };
        }
    } else if rest.starts_with('.') {
        read = Clock { hour: 0, minute: hour, second: minute, micros: micros(rest)? };
    } else if let Some(rest) = rest.strip_prefix(':') {
        let (second, rest) = leading_number(rest)?;
        read.second = second;
        if !rest.is_empty() {
            read.micros = if rest.starts_with('.') { micros(rest)? } else { return Err(Wrong::Format) };
        }
    } else {
        return Err(Wrong::Format);
    }
    if read.minute > 59 || read.second > 60 || read.micros > 1_000_000 { Err(Wrong::Range) } else { Ok(read) }
}

/// Days from 2000-01-01 of a day of the Gregorian calendar (`date2j`).
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 730_425
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Fields {
    pub(super) fn new(order: Order, version: u32) -> Self {
        Self {
            order,
            version,
            seen: Mask::NONE,
            year: 0,
            month: 0,
            day: 0,
            day_of_year: 0,
            hour: 0,
            minute: 0,
            second: 0,
            micros: 0,
            two_digits: false,
            text_month: false,
            before_christ: false,
            half: None,
            julian: None,
            offset: None,
            named_zone: false,
            abbreviation_varies: false,
        }
    }

    /// `DecodeDate`: numbers, and a month's name, with separators between them.
    pub(super) fn date(&mut self, text: &str, seen: Mask) -> Result<Mask, Wrong> {
        let mut pieces = date_pieces(text)?;
        let (mut seen, mut read, mut text_month) = (seen, Mask::NONE, false);
        for piece in &mut pieces {
            if !piece.starts_with(|each: char| each.is_ascii_alphabetic()) {
                continue;
            }
            match words::word(piece, self.version) {
                Some(Word::Ignored) => continue,
                Some(Word::Month(month)) if !seen.has(Mask::MONTH) => self.month = month,
                _ => return Err(Wrong::Format),
            }
            text_month = true;
            seen = seen.with(Mask::MONTH);
            read = read.with(Mask::MONTH);
            *piece = "";
        }
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            let mask = self.number(piece, text_month, seen)?;
            if seen.meets(mask) {
                return Err(Wrong::Format);
            }
            seen = seen.with(mask);
            read = read.with(mask);
        }
        if seen.without(Mask::DAY_OF_YEAR).without(Mask::ZONE) == Mask::DATE { Ok(read) } else { Err(Wrong::Format) }
    }

    /// `DecodeTime`
    pub(super) fn time(&mut self, text: &str) -> Result<Mask, Wrong> {
        let read = clock(text, false)?;
        if read.hour > i64::from(i32::MAX) {
            return Err(Wrong::Range);
        }
        (self.hour, self.minute, self.second, self.micros) = (read.hour, read.minute, read.second, read.micros);
        Ok(Mask::TIME)
    }

    /// `time_overflows`
    pub(super) fn past_midnight(&self) -> bool {
        let whole = (self.hour * 60 + self.minute) * 60 + self.second;
        self.hour > 24 || self.minute > 59 || self.second > 60 || whole * 1_000_000 + self.micros > DAY
    }

    /// `DecodeNumber`: one number of a date or a time.
    pub(super) fn number(&mut self, text: &str, text_month: bool, seen: Mask) -> Result<Mask, Wrong> {
        let (value, rest) = leading_number(text)?;
        if rest.len() == text.len() {
            return Err(Wrong::Format);
        }
        if rest.starts_with('.') {
            if text.len() - rest.len() > 2 {
                return self.number_field(text, seen.with(Mask::DATE));
            }
            self.micros = micros(rest)?;
        } else if !rest.is_empty() {
            return Err(Wrong::Format);
        }
        let date = Mask(seen.0 & Mask::DATE.0);
        if text.len() == 3 && date == Mask::YEAR && (1..=366).contains(&value) {
            self.day_of_year = value;
            return Ok(Mask::DAY_OF_YEAR.with(Mask::MONTH).with(Mask::DAY));
        }
        if date == Mask::DATE {
            return self.number_field(text, seen);
        }
        let long = text.len() >= 3;
        let field = self.field_of_number(date, long, text_month)?;
        if field == Mask::DAY && date == Mask::YEAR.with(Mask::MONTH) && text_month && long && self.two_digits {
            // The first number was the day after all.
            (self.day, self.year, self.two_digits) = (self.year, value, false);
            return Ok(field);
        }
        if field == Mask::YEAR {
            self.year = value;
            self.two_digits = text.len() <= 2;
        } else if field == Mask::MONTH {
            self.month = value;
        } else {
            self.day = value;
        }
        Ok(field)
    }

    /// Which field of the date the next number is, by what was there before.
    fn field_of_number(&self, date: Mask, long: bool, text_month: bool) -> Result<Mask, Wrong> {
        let year_first = long || self.order == Order::YearMonthDay;
        Ok(match date {
            Mask::NONE if year_first => Mask::YEAR,
            Mask::NONE if self.order == Order::DayMonthYear => Mask::DAY,
            Mask::NONE | Mask::YEAR | Mask::DAY => Mask::MONTH,
            Mask::MONTH if text_month && year_first => Mask::YEAR,
            Mask::MONTH => Mask::DAY,
            _ if date == Mask::YEAR.with(Mask::MONTH) => Mask::DAY,
            _ if date == Mask::MONTH.with(Mask::DAY) => Mask::YEAR,
            _ => return Err(Wrong::Format),
        })
    }

    /// `DecodeNumberField`: a date or a time that is run together.
    pub(super) fn number_field(&mut self, text: &str, seen: Mask) -> Result<Mask, Wrong> {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(Wrong::Format);
        }
        let mut digits = text;
        if let Some(point) = text.find('.') {
            self.micros = micros(&text[point..])?;
            digits = &text[..point];
        } else if !seen.has(Mask::DATE) && text.len() >= 6 {
            let (year, rest) = text.split_at(text.len() - 4);
            (self.year, self.month, self.day) = (plain(year), plain(&rest[..2]), plain(&rest[2..]));
            if year.len() == 2 {
                self.two_digits = true;
            }
            return Ok(Mask::DATE);
        }
        if seen.has(Mask::TIME) || !matches!(digits.len(), 4 | 6) {
            return Err(Wrong::Format);
        }
        (self.hour, self.minute) = (plain(&digits[..2]), plain(&digits[2..4]));
        self.second = if digits.len() == 6 { plain(&digits[4..]) } else { 0 };
        Ok(Mask::TIME)
    }

    /// `DecodeTimezone`: a sign, hours, and maybe minutes and seconds.
    pub(super) fn zone_offset(&mut self, text: &str) -> Result<(), Wrong> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['+', '-']).ok_or(Wrong::Format)?;
        let number = |text| leading_number(text).map_err(|_| Wrong::Displacement);
        let (mut hour, mut rest) = number(unsigned)?;
        let (mut minute, mut second) = (0, 0);
        if let Some(after) = rest.strip_prefix(':') {
            (minute, rest) = number(after)?;
            if let Some(after) = rest.strip_prefix(':') {
                (second, rest) = number(after)?;
            }
        } else if rest.is_empty() && text.len() > 3 {
            (hour, minute) = (hour / 100, hour % 100);
        }
        if hour > 15 || minute > 59 || second > 59 {
            return Err(Wrong::Displacement);
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        self.offset = Some(if negative { -seconds } else { seconds });
        if rest.is_empty() { Ok(()) } else { Err(Wrong::Format) }
    }

    /// `ValidateDate`
    pub(super) fn check_date(&mut self) -> Result<(), Wrong> {
        if self.seen.has(Mask::YEAR) && self.julian.is_none() {
            if self.before_christ {
                if self.year <= 0 {
                    return Err(Wrong::Range);
                }
                self.year = 1 - self.year;
            } else if self.two_digits {
                self.year += match self.year {
                    0..70 => 2000,
                    70..100 => 1900,
                    _ => 0,
                };
            } else if self.year <= 0 {
                return Err(Wrong::Range);
            }
        }
        if self.seen.has(Mask::DAY_OF_YEAR) || self.julian.is_some() {
            return Ok(());
        }
        let month_wrong = self.seen.has(Mask::MONTH) && !(1..=12).contains(&self.month);
        let day_wrong = self.seen.has(Mask::DAY) && !(1..=31).contains(&self.day);
        let date_wrong = self.seen.has(Mask::DATE) && self.day > days_in(self.year, self.month);
        if month_wrong || day_wrong || date_wrong { Err(Wrong::Range) } else { Ok(()) }
    }

    /// Twelve hours of a half day.
    pub(super) fn check_half(&mut self) -> Result<(), Wrong> {
        match self.half {
            Some(_) if self.hour > 12 => return Err(Wrong::Range),
            Some(false) if self.hour == 12 => self.hour = 0,
            Some(true) if self.hour != 12 => self.hour += 12,
            _ => {}
        }
        Ok(())
    }

    /// Days from 2000-01-01.
    pub(super) fn day_number(&self) -> i64 {
        match self.julian {
            Some(day) => day,
            None if self.seen.has(Mask::DAY_OF_YEAR) => days(self.year, 1, 1) + self.day_of_year - 1,
            None => days(self.year, self.month, self.day),
        }
    }

    /// Microseconds of the time of day.
    pub(super) fn time_of_day(&self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * 1_000_000 + self.micros
    }
}

/// Runs of digits or letters; one character after each run is dropped, whatever it is.
fn date_pieces(text: &str) -> Result<Vec<&str>, Wrong> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && pieces.len() < 25 {
        rest = rest.trim_start_matches(|each: char| !each.is_ascii_alphanumeric());
        let first = rest.bytes().next().ok_or(Wrong::Format)?;
        let same = |byte: &u8| {
            if first.is_ascii_digit() { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() }
        };
        let end = rest.bytes().take_while(same).count();
        pieces.push(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or("");
    }
    Ok(pieces)
}
