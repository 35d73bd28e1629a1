//! Times of day (`DecodeTimeOnly`).

use super::field::Fields;
use super::moment::{EPOCH_JULIAN, Prefix, check_summer, common_word, labelled_number};
use super::token::{Kind, Part};
use super::words::{self, Mask, Word, Zone};
use super::{Order, Wrong};

struct Reader<'a> {
    fields: Fields,
    prefix: Option<Prefix>,
    parts: &'a [Part],
    by_clock: bool,
    /// A named zone whose offset is the same all year.
    steady_zone: bool,
}

pub(super) fn time(parts: &[Part], order: Order, version: u32) -> Result<Option<i128>, Wrong> {
    let fields = Fields::new(order, version);
    let mut reader = Reader { fields, prefix: None, parts, by_clock: false, steady_zone: false };
    for at in 0..parts.len() {
        let Some(mask) = reader.part(at)? else { continue };
        if reader.fields.seen.meets(mask) {
            return Err(Wrong::Format);
        }
        reader.fields.seen = reader.fields.seen.with(mask);
    }
    if reader.prefix.is_some() {
        return Err(Wrong::Format);
    }
    reader.finish()
}

impl Reader<'_> {
    fn part(&mut self, at: usize) -> Result<Option<Mask>, Wrong> {
        let parts = self.parts;
        let text = &*parts[at].text;
        match parts[at].kind {
            Kind::Date => self.date(at, text).map(Some),
            Kind::Time => {
                if self.prefix.take().is_some_and(|prefix| prefix != Prefix::Time) {
                    return Err(Wrong::Format);
                }
                self.fields.time(text).map(Some)
            }
            Kind::Signed => self.fields.zone_offset(text).map(|()| Some(Mask::ZONE)),
            Kind::Number => self.number(at, text).map(Some),
            Kind::Text | Kind::Special => self.word(text),
        }
    }

    fn date(&mut self, at: usize, text: &str) -> Result<Mask, Wrong> {
        let last_is_date = self.parts.last().is_some_and(|part| part.kind == Kind::Date);
        let time_follows = self.parts.get(1).is_some_and(|part| part.kind == Kind::Time);
        if at == 0 && self.parts.len() >= 2 && (last_is_date || time_follows) {
            return self.fields.date(text, self.fields.seen);
        }
        if !text.starts_with(|each: char| each.is_ascii_digit()) {
            return self.named_zone(text, Wrong::Zone);
        }
        if self.fields.seen.has(Mask::TIME) {
            return Err(Wrong::Format);
        }
        let hyphen = text.find('-').ok_or(Wrong::Format)?;
        self.fields.zone_offset(&text[hyphen..])?;
        Ok(self.fields.number_field(&text[..hyphen], self.fields.seen.with(Mask::DATE))?.with(Mask::ZONE))
    }

    fn named_zone(&mut self, text: &str, missing: Wrong) -> Result<Mask, Wrong> {
        match words::zone(text) {
            Zone::Known => {
                self.fields.named_zone = true;
                self.steady_zone = matches!(text, "utc" | "gmt" | "etc/utc" | "etc/gmt" | "universal" | "greenwich");
                Ok(Mask::ZONE)
            }
            Zone::Doubtful => Err(Wrong::Unsure),
            Zone::Missing => Err(missing),
        }
    }

    fn number(&mut self, at: usize, text: &str) -> Result<Mask, Wrong> {
        if let Some(prefix) = self.prefix.take() {
            return labelled_number(&mut self.fields, prefix, text);
        }
        let seen = self.fields.seen.with(Mask::DATE);
        match text.find('.') {
            Some(point) => {
                let last_is_date = self.parts.last().is_some_and(|part| part.kind == Kind::Date);
                if at == 0 && self.parts.len() >= 2 && last_is_date {
                    return self.fields.date(text, self.fields.seen);
                }
                if point > 2 { self.fields.number_field(text, seen) } else { Err(Wrong::Format) }
            }
            None if text.len() > 4 => self.fields.number_field(text, seen),
            None => self.fields.number(text, false, seen),
        }
    }

    fn word(&mut self, text: &str) -> Result<Option<Mask>, Wrong> {
        if let Some(summer) = words::abbreviation(text) {
            self.fields.abbreviation_varies = !words::is_steady(text);
            return Ok(Some(if summer { Mask::ZONE.with(Mask::SUMMER_ZONE) } else { Mask::ZONE }));
        }
        match words::word(text, self.fields.version) {
            None => self.named_zone(text, Wrong::Format).map(Some),
            Some(Word::Ignored) => Ok(None),
            Some(Word::Now) => {
                self.by_clock = true;
                Ok(Some(Mask::TIME))
            }
            Some(Word::AllBalls) => Ok(Some(Mask::TIME.with(Mask::ZONE))),
            // The letter T needs no date before a time alone.
            Some(Word::TimeFollows) if self.prefix.is_none() => {
                self.prefix = Some(Prefix::Time);
                Ok(Some(Mask::NONE))
            }
            Some(Word::DayOfWeek | Word::Month(_)) => Err(Wrong::Format),
            Some(other) => common_word(&mut self.fields, &mut self.prefix, other),
        }
    }

    fn finish(mut self) -> Result<Option<i128>, Wrong> {
        self.fields.check_date()?;
        self.fields.check_half()?;
        if self.fields.past_midnight() {
            return Err(Wrong::Range);
        }
        if !self.fields.seen.has(Mask::TIME) {
            return Err(Wrong::Format);
        }
        check_summer(&self.fields)?;
        if self.fields.named_zone && !self.steady_zone && !self.fields.seen.has(Mask::DATE) {
            // A zone with summer time needs a date.
            return Err(Wrong::Unsure);
        }
        debug_assert!(self.fields.julian.is_none_or(|day| day >= -EPOCH_JULIAN));
        let plain = !self.by_clock && !self.fields.seen.has(Mask::ZONE);
        Ok(plain.then(|| i128::from(self.fields.time_of_day())))
    }
}
