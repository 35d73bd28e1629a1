//! Dates with or without a time (`DecodeDateTime`).

use rollproof_catalog::{Oid, oid};

use super::field::{DAY, Fields, fraction, leading_number};
use super::token::{Kind, Part};
use super::words::{self, Mask, Word, Zone};
use super::{Order, Wrong};

/// A word that says what the next part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    Julian,
    Time,
    Other,
}

/// What words in place of a date mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    Epoch,
    /// Minus where true.
    Infinity(bool),
}

struct Reader {
    fields: Fields,
    prefix: Option<Prefix>,
    special: Option<Special>,
    /// The clock gives the day.
    by_clock: bool,
}

/// Julian day of 2000-01-01.
pub(super) const EPOCH_JULIAN: i64 = 2_451_545;

/// What the part sets; none where it is to be passed over.
type Read = Result<Option<Mask>, Wrong>;

pub(super) fn moment(parts: &[Part], order: Order, version: u32, data_type: Oid) -> Result<Option<i128>, Wrong> {
    let mut reader = Reader { fields: Fields::new(order, version), prefix: None, special: None, by_clock: false };
    for part in parts {
        let read = match part.kind {
            Kind::Date => reader.date(&part.text).map(Some),
            Kind::Time => reader.time(&part.text).map(Some),
            Kind::Signed => reader.fields.zone_offset(&part.text).map(|()| Some(Mask::ZONE)),
            Kind::Number => reader.number(&part.text).map(Some),
            Kind::Text | Kind::Special => reader.word(&part.text),
        };
        let Some(mask) = read? else { continue };
        if reader.fields.seen.meets(mask) {
            return Err(Wrong::Format);
        }
        reader.fields.seen = reader.fields.seen.with(mask);
    }
    if reader.prefix.is_some() {
        return Err(Wrong::Format);
    }
    reader.finish(data_type)
}

impl Reader {
    fn date(&mut self, text: &str) -> Result<Mask, Wrong> {
        let seen = self.fields.seen;
        if self.prefix == Some(Prefix::Julian) {
            let (day, zone) = leading_number(text)?;
            self.fields.julian = Some(day - EPOCH_JULIAN);
            self.fields.zone_offset(zone)?;
            self.prefix = None;
            return Ok(Mask::DATE.with(Mask::TIME).with(Mask::ZONE));
        }
        if self.prefix.is_none() && !seen.has(Mask::MONTH.with(Mask::DAY)) {
            return self.fields.date(text, seen);
        }
        if !text.starts_with(|each: char| each.is_ascii_digit()) && self.prefix.is_none() {
            return self.named_zone(text, Wrong::Zone);
        }
        if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) || seen.has(Mask::TIME) {
            return Err(Wrong::Format);
        }
        let hyphen = text.find('-').ok_or(Wrong::Format)?;
        self.fields.zone_offset(&text[hyphen..])?;
        Ok(self.fields.number_field(&text[..hyphen], seen)?.with(Mask::ZONE))
    }

    fn named_zone(&mut self, text: &str, missing: Wrong) -> Result<Mask, Wrong> {
        match words::zone(text) {
            Zone::Known => {
                self.fields.named_zone = true;
                Ok(Mask::ZONE)
            }
            Zone::Doubtful => Err(Wrong::Unsure),
            Zone::Missing => Err(missing),
        }
    }

    fn time(&mut self, text: &str) -> Result<Mask, Wrong> {
        if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) {
            return Err(Wrong::Format);
        }
        let mask = self.fields.time(text)?;
        if self.fields.past_midnight() { Err(Wrong::Range) } else { Ok(mask) }
    }

    fn number(&mut self, text: &str) -> Result<Mask, Wrong> {
        if let Some(prefix) = self.prefix.take() {
            self.special = None;
            return labelled_number(&mut self.fields, prefix, text);
        }
        let seen = self.fields.seen;
        let point = text.find('.');
        if point.is_some() && !seen.meets(Mask::DATE) {
            return self.fields.date(text, seen);
        }
        let long = text.len() >= 6 && !(seen.meets(Mask::DATE) && seen.meets(Mask::TIME));
        if point.is_some_and(|point| point > 2) || long {
            return self.fields.number_field(text, seen);
        }
        let text_month = self.fields.text_month;
        self.fields.number(text, text_month, seen)
    }

    fn word(&mut self, text: &str) -> Read {
        if let Some(summer) = words::abbreviation(text) {
            self.fields.abbreviation_varies = !words::is_steady(text);
            if matches!(text, "z" | "zulu" | "utc" | "gmt" | "ut" | "uct") {
                self.fields.offset = Some(0);
            }
            return Ok(Some(if summer { Mask::ZONE.with(Mask::SUMMER_ZONE) } else { Mask::ZONE }));
        }
        let Some(word) = words::word(text, self.fields.version) else {
            return self.named_zone(text, Wrong::Format).map(Some);
        };
        let all = Mask::DATE.with(Mask::TIME).with(Mask::ZONE);
        Ok(Some(match word {
            Word::Ignored => return Ok(None),
            Word::Now => {
                (self.special, self.by_clock) = (None, true);
                all
            }
            Word::Day => {
                (self.special, self.by_clock) = (None, true);
                // The clock's date is a valid one.
                (self.fields.year, self.fields.month, self.fields.day) = (2000, 1, 1);
                Mask::DATE
            }
            Word::AllBalls => {
                self.special = None;
                Mask::TIME.with(Mask::ZONE)
            }
            Word::Epoch => {
                self.special = Some(Special::Epoch);
                all
            }
            Word::Infinity(negative) => {
                self.special = Some(Special::Infinity(negative));
                all
            }
            Word::Month(month) => self.month(month),
            other => return common_word(&mut self.fields, &mut self.prefix, other),
        }))
    }

    fn month(&mut self, month: i64) -> Mask {
        let seen = self.fields.seen;
        let mut mask = Mask::MONTH;
        let was_day = seen.has(Mask::MONTH)
            && !self.fields.text_month
            && !seen.has(Mask::DAY)
            && (1..=31).contains(&self.fields.month);
        if was_day {
            self.fields.day = self.fields.month;
            mask = Mask::DAY;
        }
        self.fields.text_month = true;
        self.fields.month = month;
        mask
    }

    fn finish(mut self, data_type: Oid) -> Result<Option<i128>, Wrong> {
        match self.special {
            Some(Special::Infinity(negative)) => return Ok(Some(if negative { i128::MIN } else { i128::MAX })),
            Some(Special::Epoch) => return Ok(Some(-10_957 * i128::from(DAY))),
            None => {}
        }
        let now = self.by_clock && self.fields.seen.has(Mask::DATE.with(Mask::TIME).with(Mask::ZONE));
        if now && self.fields.year == 0 {
            return Ok(None);
        }
        self.fields.check_date()?;
        self.fields.check_half()?;
        let seen = self.fields.seen;
        if !seen.has(Mask::DATE) {
            return Err(Wrong::Format);
        }
        check_summer(&self.fields)?;
        let days = self.fields.day_number();
        check_limits(days, data_type)?;
        let time = if data_type == oid::DATE { 0 } else { self.fields.time_of_day() };
        let here = i128::from(days) * i128::from(DAY) + i128::from(time);
        let zone = match (data_type, self.fields.offset) {
            (oid::TIMESTAMPTZ, Some(seconds)) => i128::from(seconds) * 1_000_000,
            (oid::TIMESTAMPTZ, None) if seen.has(Mask::ZONE) => return Ok(None),
            _ => 0,
        };
        Ok(if self.by_clock { None } else { Some(here - zone) })
    }
}

/// Summer time needs a zone, and a zone of no name.
pub(super) fn check_summer(fields: &Fields) -> Result<(), Wrong> {
    if !fields.seen.has(Mask::SUMMER) {
        return Ok(());
    }
    if fields.abbreviation_varies {
        return Err(Wrong::Unsure);
    }
    if fields.named_zone || !fields.seen.has(Mask::ZONE) { Err(Wrong::Format) } else { Ok(()) }
}

/// The first and the last day of each type.
fn check_limits(days: i64, data_type: Oid) -> Result<(), Wrong> {
    const FIRST: i64 = -EPOCH_JULIAN;
    let last = if data_type == oid::DATE { 2_147_483_493 } else { 109_203_527 } - EPOCH_JULIAN;
    // A zone may move a time over the limit.
    let near = (days - FIRST).abs() <= 2 || (days - last).abs() <= 2;
    if near && data_type == oid::TIMESTAMPTZ {
        return Err(Wrong::Unsure);
    }
    if days < FIRST || days > last { Err(Wrong::Range) } else { Ok(()) }
}

/// A number that a word before it labels.
pub(super) fn labelled_number(fields: &mut Fields, prefix: Prefix, text: &str) -> Result<Mask, Wrong> {
    let (value, rest) = leading_number(text)?;
    if !rest.is_empty() && !rest.starts_with('.') {
        return Err(Wrong::Format);
    }
    match prefix {
        Prefix::Julian => {
            fields.julian = Some(value - EPOCH_JULIAN);
            if rest.is_empty() {
                return Ok(Mask::DATE);
            }
            fraction(rest)?;
            Ok(Mask::DATE.with(Mask::TIME))
        }
        Prefix::Time => {
            let mask = fields.number_field(text, fields.seen.with(Mask::DATE))?;
            if mask == Mask::TIME { Ok(mask) } else { Err(Wrong::Format) }
        }
        Prefix::Other => Err(Wrong::Format),
    }
}

/// Words that dates and times share.
pub(super) fn common_word(fields: &mut Fields, prefix: &mut Option<Prefix>, word: Word) -> Read {
    let next = match word {
        Word::Summer => return Ok(Some(Mask::SUMMER.with(Mask::SUMMER_ZONE))),
        Word::Half(afternoon) => {
            fields.half = Some(afternoon);
            return Ok(Some(Mask::HALF));
        }
        Word::Era(before) => {
            fields.before_christ = before;
            return Ok(Some(Mask::ERA));
        }
        Word::DayOfWeek => return Ok(Some(Mask::DAY_OF_WEEK)),
        Word::Julian => Prefix::Julian,
        Word::OtherUnit => Prefix::Other,
        Word::TimeFollows if fields.seen.has(Mask::DATE) => Prefix::Time,
        _ => return Err(Wrong::Format),
    };
    if prefix.is_some() {
        return Err(Wrong::Format);
    }
    *prefix = Some(next);
    Ok(Some(Mask::NONE))
}
