//! The words that dates, times and intervals are written with (`datetktbl`, `deltatktbl`, the default abbreviations of time
//! zones, the names of zones).

/// A field that a part of a text sets, as a bit of a mask (`DTK_M`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask(pub(super) u32);

impl Mask {
    pub(super) const NONE: Self = Self(0);
    pub(super) const MONTH: Self = Self(1 << 1);
    pub(super) const YEAR: Self = Self(1 << 2);
    pub(super) const DAY: Self = Self(1 << 3);
    pub(super) const ZONE: Self = Self(1 << 5);
    pub(super) const SUMMER_ZONE: Self = Self(1 << 6);
    pub(super) const HALF: Self = Self(1 << 9);
    pub(super) const HOUR: Self = Self(1 << 10);
    pub(super) const MINUTE: Self = Self(1 << 11);
    pub(super) const SECOND: Self = Self(1 << 12);
    pub(super) const MILLISECOND: Self = Self(1 << 13);
    pub(super) const MICROSECOND: Self = Self(1 << 14);
    pub(super) const DAY_OF_YEAR: Self = Self(1 << 15);
    pub(super) const DAY_OF_WEEK: Self = Self(1 << 16);
    pub(super) const ERA: Self = Self(1 << 18);
    pub(super) const WEEK: Self = Self(1 << 24);
    pub(super) const DECADE: Self = Self(1 << 25);
    pub(super) const CENTURY: Self = Self(1 << 26);
    pub(super) const MILLENNIUM: Self = Self(1 << 27);
    pub(super) const SUMMER: Self = Self(1 << 28);
    pub(super) const DATE: Self = Self(Self::YEAR.0 | Self::MONTH.0 | Self::DAY.0);
    pub(super) const SECONDS: Self = Self(Self::SECOND.0 | Self::MILLISECOND.0 | Self::MICROSECOND.0);
    pub(super) const TIME: Self = Self(Self::HOUR.0 | Self::MINUTE.0 | Self::SECONDS.0);

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What a word of a date or a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Month(i64),
    DayOfWeek,
    /// AD, or BC where true.
    Era(bool),
    /// AM, or PM where true.
    Half(bool),
    Now,
    /// A day by a word: `today`.
    Day,
    /// Midnight in Greenwich.
    AllBalls,
    Epoch,
    /// Minus infinity where true.
    Infinity(bool),
    /// A Julian day follows.
    Julian,
    /// The letter T before a time.
    TimeFollows,
    /// Another unit, which nothing takes.
    OtherUnit,
    /// Summer time.
    Summer,
    /// Nothing.
    Ignored,
}

/// As many bytes of a word as the server looks at (`TOKMAXLEN`).
const LONGEST: usize = 10;

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const DAYS_OF_WEEK: &[&str] = &[
    "sun",
    "sunday",
    "mon",
    "monday",
    "tue",
    "tues",
    "tuesday",
    "wed",
    "weds",
    "wednesday",
    "thu",
    "thur",
    "thurs",
    "thursday",
    "fri",
    "friday",
    "sat",
    "saturday",
];

fn cut(word: &str) -> &str {
    word.get(..LONGEST).unwrap_or(word)
}

/// `DecodeSpecial`: a lower-case word.
pub(super) fn word(word: &str, version: u32) -> Option<Word> {
    let word = cut(word);
    let month = |(at, name): (usize, &&str)| (word == *name || word == &name[..3]).then_some(at);
    if let Some(at) = MONTHS.iter().enumerate().find_map(month) {
        return Some(Word::Month(i64::try_from(at).unwrap_or(0) + 1));
    }
    if DAYS_OF_WEEK.iter().any(|day| cut(day) == word) {
        return Some(Word::DayOfWeek);
    }
    Some(match word {
        "sept" => Word::Month(9),
        "ad" => Word::Era(false),
        "bc" => Word::Era(true),
        "am" => Word::Half(false),
        "pm" => Word::Half(true),
        "now" => Word::Now,
        "today" | "tomorrow" | "yesterday" => Word::Day,
        "allballs" => Word::AllBalls,
        "epoch" => Word::Epoch,
        "infinity" => Word::Infinity(false),
        "+infinity" if version >= 17 => Word::Infinity(false),
        "-infinity" => Word::Infinity(true),
        "j" | "jd" | "julian" => Word::Julian,
        "t" => Word::TimeFollows,
        "d" | "dow" | "doy" | "h" | "isodow" | "isoyear" | "m" | "mm" | "s" | "y" => Word::OtherUnit,
        "dst" => Word::Summer,
        "at" | "on" => Word::Ignored,
        _ => return None,
    })
}

/// An abbreviation of a time zone: of summer time where true (`Default` of `timezone_abbreviations`).
pub(super) fn abbreviation(word: &str) -> Option<bool> {
    const STANDARD: &str = " acst act acwst aest aft akst almt amst amt anast anat arst art ast awst azot azst azt bdt bnt \
        bort bot bra brt btt cast cct cet chast chut ckt cot cst cxt davt ddut eat eet egt est fet fjt fkst fkt fnt galt \
        gamt gest get gft gilt gmt gyt hkt hst ict iot irkst irkt irt ist jayt jst kgt kost krast krat kst lhst ligt lint \
        lkt magst magt mart mawt met mez mht mmt mpt msk mst mut mvt myt nft novst novt npt nst nut nzst nzt omsst omst pet \
        petst pett pgt pht pkt pmst pont pst pwt pyt ret sast sct sgt taht tft tjt tkt tmt tot trut tvt uct ulat ut utc uyt \
        uzt vet vlast vlat volt vut wakt wast wat wet wft wgt xjt yakst yakt yapt yekt z zulu ";
    const SUMMER: &str = " acdt acsst adt aedt aesst akdt almst awsst azost bdst brst bst cadt cdt cest cetdst chadt clst \
        clt easst east edt eest eetdst egst fjst fnst idt kdt kgst lhdt mdt mest mesz metdst msd must ndt nzdt pdt pkst \
        pmdt pyst sadt ulast uyst uzst wadt wdt wetdst wgst yekst ";
    let listed = |list: &str| list.split_ascii_whitespace().any(|each| each == cut(word));
    if listed(STANDARD) {
        return Some(false);
    }
    listed(SUMMER).then_some(true)
}

/// Whether an abbreviation of standard time has one offset for all times.
pub(super) fn is_steady(word: &str) -> bool {
    matches!(
        word,
        "met" | "cet" | "eet" | "wet" | "gmt" | "utc" | "ut" | "z" | "est" | "cst" | "mst" | "pst" | "ast" | "hst"
    )
}

/// Whether a time zone is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Known,
    /// It may be of a newer list, or a rule of POSIX that is not read.
    Doubtful,
    Missing,
}

/// `pg_tzset`: a name of a zone in any case, or a rule of POSIX.
pub(super) fn zone(name: &str) -> Zone {
    if include_str!("zones.txt").lines().any(|known| known.eq_ignore_ascii_case(name)) {
        return Zone::Known;
    }
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rule = &name[letters..];
    if letters == 0 || rule.is_empty() {
        return Zone::Missing;
    }
    let offset = rule.strip_prefix(['+', '-']).unwrap_or(rule);
    let digits = offset.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return if rule.contains('/') || rule.starts_with('_') { unlisted(name) } else { Zone::Missing };
    }
    // Minutes and seconds may follow; rules of summer time are not read.
    let parts: Vec<Option<u32>> = offset.split(':').map(|part| part.parse().ok()).collect();
    match parts[..] {
        [Some(hours), ..] if hours > 167 => Zone::Missing,
        [Some(_)] => Zone::Known,
        [Some(_), Some(0..60)] | [Some(_), Some(0..60), Some(0..=60)] => Zone::Known,
        _ => Zone::Doubtful,
    }
}

/// A name with a slash: new zones come every year, in the regions that are there.
fn unlisted(name: &str) -> Zone {
    const REGIONS: &[&str] = &[
        "africa",
        "america",
        "antarctica",
        "arctic",
        "asia",
        "atlantic",
        "australia",
        "europe",
        "indian",
        "pacific",
        "posix",
        "right",
    ];
    let region = name.split('/').next().unwrap_or("");
    if REGIONS.iter().any(|each| each.eq_ignore_ascii_case(region)) { Zone::Doubtful } else { Zone::Missing }
}

/// A unit of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    Decade,
    Century,
    Millennium,
    /// Known, but no interval has it: quarters, time zones.
    Other,
}

/// `DecodeUnits`: the word `ago` is none.
pub(super) fn unit(word: &str) -> Option<Unit> {
    Some(match cut(word) {
        "us" | "usec" | "usecs" | "microsecon" => Unit::Microsecond,
        "ms" | "msec" | "msecs" | "millisecon" => Unit::Millisecond,
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "mon" | "mons" | "month" | "months" => Unit::Month,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        "dec" | "decs" | "decade" | "decades" => Unit::Decade,
        "c" | "cent" | "century" | "centuries" => Unit::Century,
        "mil" | "mils" | "millennia" | "millennium" => Unit::Millennium,
        "qtr" | "quarter" | "timezone" | "timezone_h" | "timezone_m" => Unit::Other,
        _ => return None,
    })
}
