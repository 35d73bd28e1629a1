//! Text that the program makes while it runs: dates, hashes, random names. What they are nobody knows before, but which
//! characters they are made of.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::{Letters, MadeText};

use super::Evaluator;
use super::value::{Env, Piece, Value};
use crate::ir::{Call, ExprId, ExprKind, Facts};

/// The reason of a place where such text is more than a part of a name.
pub(crate) const MADE: &str = "text made at run time";

/// Methods that dates alone have and that give a number, with how many digits it has.
const NUMBERS_OF_DATES: &[(&str, u32, u32)] = &[
    ("getTime", 1, 16),
    ("getFullYear", 1, 6),
    ("getUTCFullYear", 1, 6),
    ("getMonth", 1, 2),
    ("getUTCMonth", 1, 2),
    ("getDate", 1, 2),
    ("getUTCDate", 1, 2),
    ("getHours", 1, 2),
    ("getUTCHours", 1, 2),
    ("getMinutes", 1, 2),
    ("getUTCMinutes", 1, 2),
    ("getSeconds", 1, 2),
    ("getUTCSeconds", 1, 2),
    ("getMilliseconds", 1, 3),
    ("getUTCMilliseconds", 1, 3),
];

/// What date-fns, Day.js, Moment and Luxon write as numbers, longest first.
const PARTS_OF_DATES: &[(&str, u32, u32)] = &[
    ("YYYY", 4, 6),
    ("yyyy", 4, 6),
    ("SSS", 3, 3),
    ("YY", 2, 2),
    ("yy", 2, 2),
    ("MM", 2, 2),
    ("DD", 2, 2),
    ("dd", 2, 2),
    ("HH", 2, 2),
    ("hh", 2, 2),
    ("mm", 2, 2),
    ("ss", 2, 2),
];

/// Node's modules of hashes and random bytes, and what stands for them elsewhere.
const CRYPTO: &[&str] = &["crypto", "node:crypto", "crypto-js/node", "uncrypto"];

impl Evaluator<'_> {
    /// What a function of a package or of the language makes, where that is text of known characters.
    pub(super) fn made(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        (module, path): (&str, &[Arc<str>]),
        at: Span,
        env: &Env,
    ) -> Option<Value> {
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).filter(|name| *name != "default").collect();
        let last = path.last().copied().unwrap_or("");
        let before = path.len().checked_sub(2).map_or("", |at| path[at]);
        let crypto = CRYPTO.contains(&module) || (module.is_empty() && path.contains(&"crypto"));
        let one = |made: MadeText| Some(text(vec![piece(made, at)]));
        match (module, last) {
            ("", "now") if path == ["Date", "now"] => Some(number(13, 16, at)),
            ("", "random") if path == ["Math", "random"] => {
                Some(Value::External { module: "".into(), path: ["Math".into(), "random()".into()].into() })
            }
            ("", "toString") if before == "random()" => {
                let base = self.constant_argument(facts, call, 0, env)?;
                let letters = digits_to(base.parse().ok()?)?;
                Some(text(vec![known("0.", at), piece(MadeText::from(letters, 0), at)]))
            }
            (_, "randomUUID") if crypto => Some(uuid(at)),
            ("uuid" | "uuidv7", "v1" | "v3" | "v4" | "v5" | "v6" | "v7" | "uuidv7") if call.arguments.len() < 3 => {
                Some(uuid(at))
            }
            ("nanoid" | "nanoid/non-secure", "nanoid") => {
                let length = match call.arguments.first() {
                    Some(_) => self.constant_argument(facts, call, 0, env)?.parse().ok()?,
                    None => 21,
                };
                one(MadeText::exactly(Letters::ALPHANUMERIC.and(Letters::of("_-")?), length))
            }
            ("@paralleldrive/cuid2", "createId") => one(MadeText::from(Letters::BASE36, 2)),
            ("ulid" | "ulidx", "ulid") => one(MadeText::exactly(Letters::DIGITS.and(upper()), 26)),
            (_, "digest") if crypto && hashes(&path) => self.encoded(facts, call, &path, at, env),
            (_, "toString") if crypto && (before == "randomBytes" || (before == "digest" && hashes(&path))) => {
                self.encoded(facts, call, &path, at, env)
            }
            ("dayjs" | "moment" | "moment-timezone" | "luxon", "format" | "toFormat") => {
                self.formatted_date(facts, call, 0, at, env)
            }
            ("date-fns", "format") | ("date-fns/format", _) if path.len() < 2 => {
                self.formatted_date(facts, call, 1, at, env)
            }
            _ => None,
        }
    }

    /// What a method makes that only dates have, whatever it is known of its object.
    pub(super) fn of_date(&self, facts: &Facts, call: &Call, at: Span) -> Option<Value> {
        let ExprKind::Member { property, .. } = &facts.expr(call.callee).kind else { return None };
        if self.program.is_rust() || !call.arguments.is_empty() {
            return None;
        }
        if property.as_ref() == "toISOString" {
            return Some(iso(at));
        }
        let (_, least, most) = NUMBERS_OF_DATES.iter().find(|(name, ..)| *name == property.as_ref())?;
        Some(number(*least, *most, at))
    }

    /// Bytes as text: of a hash or of so many random ones.
    fn encoded(&mut self, facts: &Arc<Facts>, call: &Call, path: &[&str], at: Span, env: &Env) -> Option<Value> {
        let encoding = self.constant_argument(facts, call, 0, env)?;
        let letters = match encoding.as_str() {
            "hex" => Letters::HEX,
            "base64url" => Letters::ALPHANUMERIC.and(Letters::of("_-")?),
            "base64" => Letters::ALPHANUMERIC.and(Letters::of("+/=")?),
            _ => return None,
        };
        let maker = path.iter().find(|name| matches!(**name, "createHash" | "createHmac" | "randomBytes"))?;
        let given = self.first_argument_of(facts, call, maker, env);
        let bytes = match (given.as_deref(), *maker) {
            (Some("md5"), "createHash" | "createHmac") => Some(16),
            (Some("sha1"), "createHash" | "createHmac") => Some(20),
            (Some("sha256"), "createHash" | "createHmac") => Some(32),
            (Some("sha512"), "createHash" | "createHmac") => Some(64),
            (Some(count), "randomBytes") => count.parse::<u32>().ok().filter(|count| *count < 1024),
            _ => None,
        };
        let made = match bytes.filter(|_| encoding == "hex") {
            Some(bytes) => MadeText::exactly(letters, 2 * bytes),
            None => MadeText::from(letters, 0),
        };
        Some(text(vec![piece(made, at)]))
    }

    /// The first argument of the call of `name` that a chain of calls begins with.
    fn first_argument_of(&mut self, facts: &Arc<Facts>, call: &Call, name: &str, env: &Env) -> Option<String> {
        let mut next = call.callee;
        for _ in 0..16 {
            match &facts.expr(next).kind {
                ExprKind::Member { object, .. } => next = *object,
                ExprKind::Call(inner) if facts.name_of(inner.callee).is_some_and(|called| called.as_ref() == name) => {
                    let inner = inner.clone();
                    return self.constant_argument(facts, &inner, 0, env);
                }
                ExprKind::Call(inner) => next = inner.callee,
                _ => return None,
            }
        }
        None
    }

    fn formatted_date(&mut self, facts: &Arc<Facts>, call: &Call, at: usize, place: Span, env: &Env) -> Option<Value> {
        let mut format = &*self.constant_argument(facts, call, at, env)?;
        let mut pieces = Vec::new();
        while let Some(next) = format.chars().next() {
            if let Some((part, least, most)) = PARTS_OF_DATES.iter().find(|(part, ..)| format.starts_with(part)) {
                let digits = MadeText { letters: Letters::DIGITS, least: *least, most: *most };
                pieces.push(piece(digits, place));
                format = &format[part.len()..];
                // `MMM` is the name of a month, in whatever language.
                if format.starts_with(part.chars().next()?) {
                    return None;
                }
                continue;
            }
            if next.is_alphabetic() || "'[]".contains(next) {
                return None;
            }
            pieces.push(known(&next.to_string(), place));
            format = &format[next.len_utf8()..];
        }
        Some(text(pieces))
    }

    /// An argument that is one known text.
    pub(super) fn constant_argument(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        at: usize,
        env: &Env,
    ) -> Option<String> {
        let argument = *call.arguments.get(at)?;
        match self.eval(facts, argument, env).as_slice() {
            [one] => one.constant(),
            _ => None,
        }
    }

    /// An argument that is a whole number.
    pub(super) fn whole_argument(&mut self, facts: &Arc<Facts>, argument: ExprId, env: &Env) -> Option<i64> {
        if let Ok(number) = facts.expr(argument).range.slice(&facts.text).parse() {
            return Some(number);
        }
        match self.eval(facts, argument, env).as_slice() {
            [one] => one.constant()?.parse().ok(),
            _ => None,
        }
    }
}

/// Whether what is digested is a hash of Node's.
fn hashes(path: &[&str]) -> bool {
    path.iter().any(|name| matches!(*name, "createHash" | "createHmac"))
}

fn upper() -> Letters {
    Letters::of("ABCDEFGHIJKLMNOPQRSTUVWXYZ").unwrap_or_default()
}

/// The digits of numbers to a base.
pub(super) fn digits_to(base: u32) -> Option<Letters> {
    let digits: Option<String> = (2..=36).contains(&base).then(|| {
        let digits = (0..base).filter_map(|digit| char::from_digit(digit, 36));
        digits.collect()
    });
    Letters::of(&digits?)
}

/// `2026-01-31T12:30:59.123Z`. Years that do not have four digits are left aside.
fn iso(at: Span) -> Value {
    let mut pieces = Vec::new();
    for (digits, after) in [(4, "-"), (2, "-"), (2, "T"), (2, ":"), (2, ":"), (2, "."), (3, "Z")] {
        pieces.extend([piece(MadeText::exactly(Letters::DIGITS, digits), at), known(after, at)]);
    }
    text(pieces)
}

fn uuid(at: Span) -> Value {
    let mut pieces = Vec::new();
    for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            pieces.push(known("-", at));
        }
        pieces.push(piece(MadeText::exactly(Letters::HEX, length), at));
    }
    text(pieces)
}

/// A number of so many digits. A date that is none gives `NaN`.
fn number(least: u32, most: u32, at: Span) -> Value {
    let letters = Letters::DIGITS;
    text(vec![Piece::Made { made: MadeText { letters, least, most }, at, number: true }])
}

/// The number of a process.
pub(super) fn process_number(at: Span) -> Piece {
    Piece::Made { made: MadeText { letters: Letters::DIGITS, least: 1, most: 10 }, at, number: true }
}

fn piece(made: MadeText, at: Span) -> Piece {
    Piece::Made { made, at, number: false }
}

fn known(text: &str, at: Span) -> Piece {
    Piece::Text { text: text.into(), at, verbatim: false }
}

fn text(pieces: Vec<Piece>) -> Value {
    Value::text(pieces)
}
