//! Dates, times and intervals (datetime.c), read as the server reads them.
//!
//! What depends on the server is left open: the order of day and month where no setting says it, and names of time zones
//! that newer lists may have.

mod field;
mod interval;
mod iso;
mod moment;
mod time;
mod token;
mod words;

use rollproof_catalog::{Oid, oid};

use super::Verdict;
use crate::context::Context;
pub(super) use interval::interval;

/// Why a text is none (`DTERR_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// 22007
    Format,
    /// 22008
    Range,
    /// 22015: of an interval.
    IntervalRange,
    /// 22009
    Displacement,
    /// 22023: no such time zone.
    Zone,
    /// Cannot be told.
    Unsure,
}

impl Wrong {
    fn verdict(self, text: &str, data_type: Oid) -> Verdict {
        let (sqlstate, message) = match self {
            Self::Format => ("22007", format!("invalid input syntax for type {}: \"{text}\"", type_name(data_type))),
            Self::Range => ("22008", format!("date/time field value out of range: \"{text}\"")),
            Self::IntervalRange => ("22015", format!("interval field value out of range: \"{text}\"")),
            Self::Displacement => ("22009", format!("time zone displacement out of range: \"{text}\"")),
            Self::Zone => ("22023", format!("time zone of \"{text}\" not recognized")),
            Self::Unsure => return Verdict::Unsure,
        };
        Verdict::refuse(sqlstate, message)
    }
}

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

/// In which order numbers of a date stand (`DateStyle`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

/// What `DateStyle` is set to, where it is.
fn order_set(cx: &Context) -> Option<Order> {
    let value = cx.schema.session.settings.get("datestyle")?.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| value.contains(word));
    if has(&["ymd"]) {
        Some(Order::YearMonthDay)
    } else if has(&["dmy", "euro"]) {
        Some(Order::DayMonthYear)
    } else if has(&["mdy", "us", "noneuro"]) {
        Some(Order::MonthDayYear)
    } else if has(&["german"]) {
        Some(Order::DayMonthYear)
    } else {
        None
    }
}

/// `date_in`, `timestamp_in`, `timestamptz_in`, `time_in`, `timetz_in`.
pub(super) fn moment(cx: &Context, text: &str, data_type: Oid) -> Verdict {
    match read(cx, text, data_type) {
        Ok(_) => Verdict::Valid,
        Err(wrong) => wrong.verdict(text, data_type),
    }
}

/// Microseconds from the beginning of 2000 (of the day, for a time), infinities at the ends; none where they depend on a
/// time zone or on the clock.
pub(super) fn position(cx: &Context, text: &str, data_type: Oid) -> Option<i128> {
    read(cx, text, data_type).ok().flatten()
}

fn read(cx: &Context, text: &str, data_type: Oid) -> Result<Option<i128>, Wrong> {
    if let Some(order) = order_set(cx) {
        return read_in_order(cx, text, data_type, order);
    }
    // Another order is a server's own choice; all three agree on most texts.
    let usual = read_in_order(cx, text, data_type, Order::MonthDayYear);
    let agree = [Order::DayMonthYear, Order::YearMonthDay]
        .into_iter()
        .all(|order| read_in_order(cx, text, data_type, order).err() == usual.err());
    if agree || usual.is_ok() { usual } else { Err(Wrong::Unsure) }
}

fn read_in_order(cx: &Context, text: &str, data_type: Oid, order: Order) -> Result<Option<i128>, Wrong> {
    let version = cx.version();
    let parts = token::parts(text, version)?;
    match data_type {
        oid::TIME | oid::TIMETZ => time::time(&parts, order, version),
        _ => moment::moment(&parts, order, version, data_type),
    }
}
