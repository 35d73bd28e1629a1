//! Dates, times and intervals (datetime.c), as far as their reading is certain: ISO spellings and the special words are
//! judged, text without any digit is refused, everything else is left open.

use rollproof_catalog::{Oid, oid};

use super::Verdict;

fn type_name(data_type: Oid) -> &'static str {
    match data_type {
        oid::DATE => "date",
        oid::TIMESTAMP => "timestamp",
        oid::TIMESTAMPTZ => "timestamp with time zone",
        oid::TIME => "time",
        oid::TIMETZ => "time with time zone",
        _ => "interval",
    }
}

fn bad_format(text: &str, data_type: Oid) -> Verdict {
    let name = type_name(data_type);
    Verdict::refuse("22007", format!("invalid input syntax for type {name}: \"{text}\""))
}

fn out_of_range(text: &str) -> Verdict {
    Verdict::refuse("22008", format!("date/time field value out of range: \"{text}\""))
}

/// `date_in`, `timestamp_in`, `timestamptz_in`, `time_in`, `timetz_in`.
pub(super) fn moment(text: &str, data_type: Oid, version: u32) -> Verdict {
    let trimmed = text.trim();
    if !trimmed.bytes().any(|byte| byte.is_ascii_digit()) {
        return without_digits(text, trimmed, data_type, version);
    }
    let has_date = matches!(data_type, oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ);
    if has_date
        && matches!(trimmed.len(), 1 | 3 | 4 | 5)
        && trimmed.bytes().all(|byte| byte.is_ascii_digit())
        && !trimmed.starts_with('0')
    {
        return bad_format(text, data_type);
    }
    let mut reader = Reader { rest: trimmed.as_bytes() };
    let read = if has_date { reader.date_and_time() } else { reader.time_and_zone() };
    match read {
        Some(Fields::InRange) if reader.rest.is_empty() => Verdict::Valid,
        Some(Fields::OutOfRange) if reader.rest.is_empty() => out_of_range(text),
        _ => Verdict::Unsure,
    }
}

fn without_digits(text: &str, trimmed: &str, data_type: Oid, version: u32) -> Verdict {
    let word = trimmed.to_ascii_lowercase();
    let valid = match (data_type, &*word) {
        (oid::TIME | oid::TIMETZ, "now" | "allballs") => true,
        (oid::TIME | oid::TIMETZ, _) => false,
        (_, "now" | "today" | "tomorrow" | "yesterday" | "epoch" | "infinity" | "-infinity") => true,
        (_, "+infinity") if version >= 17 => true,
        _ => false,
    };
    if valid {
        return Verdict::Valid;
    }
    let special = ["now", "today", "tomorrow", "yesterday", "epoch", "infinity", "allballs", "zulu"];
    let plain = trimmed.chars().all(|each| each.is_ascii_alphabetic() || each == ' ');
    let doubtful = !plain || special.iter().any(|each| word.contains(each));
    if doubtful { Verdict::Unsure } else { bad_format(text, data_type) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fields {
    InRange,
    OutOfRange,
}

impl Fields {
    fn of(fits: bool) -> Self {
        if fits { Self::InRange } else { Self::OutOfRange }
    }

    fn and(self, other: Self) -> Self {
        if self == Self::InRange { other } else { self }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn spaces(&mut self) -> bool {
        let before = self.rest.len();
        while self.eat(b' ') {}
        self.rest.len() < before
    }

    fn number(&mut self, fewest: usize, most: usize) -> Option<u32> {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(fewest..=most).contains(&length) {
            return None;
        }
        let text = std::str::from_utf8(&self.rest[..length]).ok()?;
        self.rest = &self.rest[length..];
        text.parse().ok()
    }

    /// `2020-01-31`, `20200131`, then maybe a time.
    fn date_and_time(&mut self) -> Option<Fields> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (year, month, day) = if digits == 8 {
            let packed = self.number(8, 8)?;
            (packed / 10_000, packed / 100 % 100, packed % 100)
        } else {
            let year = self.number(4, 4)?;
            let separator = if self.rest.first() == Some(&b'/') { b'/' } else { b'-' };
            let month = self.eat(separator).then(|| self.number(1, 2)).flatten()?;
            let day = self.eat(separator).then(|| self.number(1, 2)).flatten()?;
            (year, month, day)
        };
        let date = Fields::of(year > 0 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day));
        if self.rest.is_empty() {
            return Some(date);
        }
        if self.rest.starts_with(b" BC") || self.rest.starts_with(b" AD") {
            return None;
        }
        if !(self.spaces() || self.eat(b'T') || self.eat(b't')) {
            // A zone may follow a date without a time.
            return self.eat(b'Z').then_some(date);
        }
        Some(date.and(self.time_and_zone()?))
    }

    fn time_and_zone(&mut self) -> Option<Fields> {
        let hour = self.number(1, 2)?;
        let minute = self.eat(b':').then(|| self.number(1, 2)).flatten()?;
        let mut second = 0;
        let mut fraction = false;
        if self.eat(b':') {
            second = self.number(1, 2)?;
            if self.eat(b'.') {
                let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length == 0 {
                    return None;
                }
                fraction = self.rest[..length].iter().any(|byte| *byte != b'0');
                self.rest = &self.rest[length..];
            }
        }
        let half_day = self.half_day();
        if half_day && hour > 12 {
            return self.rest.is_empty().then_some(Fields::OutOfRange);
        }
        let midnight = hour == 24 && minute == 0 && second == 0 && !fraction;
        let fits = (hour < 24 || midnight) && minute < 60 && second <= 60;
        self.zone()?;
        Some(Fields::of(fits))
    }

    /// `AM`, `PM` at the end.
    fn half_day(&mut self) -> bool {
        let rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
        let found = rest.eq_ignore_ascii_case(b"am") || rest.eq_ignore_ascii_case(b"pm");
        if found {
            self.rest = &[];
        }
        found
    }

    /// `Z`, `UTC`, `+02`, `-0330`, `+05:30`.
    fn zone(&mut self) -> Option<()> {
        self.spaces();
        if self.rest.is_empty() {
            return Some(());
        }
        if self.rest.eq_ignore_ascii_case(b"z")
            || self.rest.eq_ignore_ascii_case(b"utc")
            || self.rest.eq_ignore_ascii_case(b"gmt")
        {
            self.rest = &[];
            return Some(());
        }
        if !(self.eat(b'+') || self.eat(b'-')) {
            return None;
        }
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (hours, minutes) = match digits {
            4 => self.number(4, 4).map(|packed| (packed / 100, packed % 100))?,
            1 | 2 => {
                let hours = self.number(1, 2)?;
                (hours, if self.eat(b':') { self.number(2, 2)? } else { 0 })
            }
            _ => return None,
        };
        (hours < 15 && minutes < 60).then_some(())
    }
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Words that follow a number in an interval (`deltatktbl`), each after the field that it sets. The server looks at the
/// first ten characters only.
const UNITS: &[(&str, &[&str])] = &[
    ("us", &["us", "usec", "usecs", "microsecon"]),
    ("ms", &["ms", "msec", "msecs", "millisecon"]),
    ("second", &["s", "sec", "secs", "second", "seconds"]),
    ("minute", &["m", "min", "mins", "minute", "minutes"]),
    ("hour", &["h", "hr", "hrs", "hour", "hours"]),
    ("day", &["d", "day", "days"]),
    ("week", &["w", "week", "weeks"]),
    ("month", &["mon", "mons", "month", "months"]),
    ("year", &["y", "yr", "yrs", "year", "years"]),
    ("decade", &["dec", "decs", "decade", "decades"]),
    ("century", &["c", "cent", "century", "centuries"]),
    ("millennium", &["mil", "mils", "millennia", "millennium"]),
];

/// Words that the server knows in an interval and that are no field, or a rare one.
const OTHER_WORDS: &[&str] = &["ago", "qtr", "quarter", "infinity", "timezone", "timezone_h", "timezone_m", "on", "at"];

fn field_of(word: &str) -> Option<&'static str> {
    let cut = word.get(..10).unwrap_or(word);
    UNITS.iter().find(|(_, words)| words.contains(&cut)).map(|(field, _)| *field)
}

/// `interval_in`
pub(super) fn interval(text: &str, version: u32) -> Verdict {
    let trimmed = text.trim().to_ascii_lowercase();
    if !trimmed.bytes().any(|byte| byte.is_ascii_digit()) {
        let infinite = matches!(&*trimmed, "infinity" | "-infinity" | "+infinity") && version >= 17;
        let plain = trimmed.chars().all(|each| each.is_ascii_alphabetic() || each == ' ');
        return match (infinite, plain && !trimmed.starts_with('p')) {
            (true, _) => Verdict::Valid,
            (false, true) => bad_format(text, oid::INTERVAL),
            (false, false) => Verdict::Unsure,
        };
    }
    let Some(pieces) = pieces(&trimmed) else { return Verdict::Unsure };
    judge_pieces(&pieces, text)
}

/// Words and numbers of an interval in order; none where something else stands in it.
fn pieces(text: &str) -> Option<Vec<(bool, String)>> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut joined = false;
    for each in text.chars() {
        let is_number = match each {
            '0'..='9' | '.' | '-' | '+' | ':' => true,
            'a'..='z' => false,
            ' ' => {
                joined = false;
                continue;
            }
            _ => return None,
        };
        match pieces.last_mut() {
            Some((kind, piece)) if joined && *kind == is_number => piece.push(each),
            // A digit that follows a word at once is read as part of it, or not, by what the word is.
            Some((false, _)) if joined => return None,
            _ => pieces.push((is_number, each.to_string())),
        }
        joined = true;
    }
    Some(pieces)
}

fn judge_pieces(pieces: &[(bool, String)], text: &str) -> Verdict {
    let is_plain = |piece: &str| {
        let unsigned = piece.strip_prefix(['-', '+']).unwrap_or(piece);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole) && whole.len() <= 6 && digits(fraction)
    };
    let is_clock = |piece: &str| {
        let unsigned = piece.strip_prefix(['-', '+']).unwrap_or(piece);
        let parts: Vec<&str> = unsigned.split(':').collect();
        let small = |part: &&str| part.len() == 2 && part.parse::<u32>().is_ok_and(|value| value < 60);
        matches!(parts.len(), 2 | 3)
            && parts[0].len() <= 4
            && parts[0].parse::<u32>().is_ok()
            && parts[1..].iter().all(small)
    };
    let mut rest = match pieces {
        [before @ .., (false, last)] if last == "ago" => {
            // A bare number before it sets no field.
            if before.last().is_none_or(|(is_number, piece)| *is_number && !is_clock(piece)) {
                return Verdict::Unsure;
            }
            before
        }
        all => all,
    };
    let mut seen: Vec<&str> = Vec::new();
    while let Some(((is_number, piece), after)) = rest.split_first() {
        if !is_number {
            return Verdict::Unsure;
        }
        rest = match after.split_first() {
            Some(((false, unit), after)) if is_plain(piece) => {
                let Some(field) = field_of(unit) else {
                    let known = OTHER_WORDS.contains(&&**unit);
                    return if known { Verdict::Unsure } else { bad_format(text, oid::INTERVAL) };
                };
                if seen.contains(&field) {
                    return bad_format(text, oid::INTERVAL);
                }
                // A fraction of a second is smaller fields of its own.
                if field == "second" && piece.contains('.') && (seen.contains(&"ms") || seen.contains(&"us")) {
                    return Verdict::Unsure;
                }
                seen.push(field);
                after
            }
            None if is_clock(piece) => after,
            None if is_plain(piece) && seen.is_empty() => after,
            _ => return Verdict::Unsure,
        };
    }
    Verdict::Valid
}
