//! From pieces to the text that the database gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::{Hole, Letters, MadeText, MappedText, Origin, delimited_identifier};

use crate::bindings::{Bindings, Rows};
use crate::eval::made::MADE;
use crate::eval::part::BUILT;
use crate::eval::tag::known_tail;
use crate::eval::value::{Piece, cut, row};
use crate::pgtyped::{Expansion, Params, name_at};
use crate::promise::Variable;
use crate::renaming::MAY_CHANGE;
use crate::sinks::Placeholders;
use crate::{ExtractedQuery, QueryKind, ResultUse};

/// The query of `pieces`. `site` is where it is sent from; `names` are the known texts of its bindings.
pub(crate) fn render(pieces: &[Piece], style: Placeholders, names: &Bindings, site: Span) -> ExtractedQuery {
    let pieces: Vec<Piece> = pieces.iter().filter(|piece| !matches!(piece, Piece::Chosen(_))).cloned().collect();
    let pieces = match style {
        Placeholders::Dollar => pieces,
        _ => Translation { whole: true, ..Translation::new(style, names) }.run(&pieces),
    };
    rendered(&pieces, site)
}

impl Placeholders {
    /// Whether what is bound to a text's placeholders may become a part of it.
    pub(crate) fn may_bind(self, text: &[Piece]) -> bool {
        let signs: &[char] = match self {
            Self::Question | Self::Colon => &['?', ':'],
            Self::PgPromise => &['$'],
            _ => return false,
        };
        text.iter().any(|piece| match piece {
            Piece::Text { text, .. } => text.contains(signs),
            Piece::Choice(choice) => choice.ways().any(|way| self.may_bind(way)) || self.may_bind(&choice.separator),
            _ => false,
        })
    }
}

/// The query of a file of PgTyped, `expansions` what its comment says of its parameters.
pub(crate) fn render_file(pieces: &[Piece], expansions: BTreeMap<String, Expansion>, site: Span) -> ExtractedQuery {
    let bindings = Bindings::default();
    let mut translation = Translation::new(Placeholders::PgTypedFile, &bindings);
    translation.params.expansions = expansions;
    rendered(&translation.run(pieces), site)
}

/// A text with a library's placeholders replaced by what is sent for them.
pub(crate) fn translated(pieces: &[Piece], style: Placeholders, names: &Bindings) -> Vec<Piece> {
    Translation::new(style, names).run(pieces)
}

fn rendered(pieces: &[Piece], site: Span) -> ExtractedQuery {
    let mut text = MappedText::default();
    let mut next = first_free(pieces);
    let mut counted: BTreeMap<u32, u32> = BTreeMap::new();
    let mut taken = 0;
    for (index, piece) in pieces.iter().enumerate() {
        if index < taken {
            continue;
        }
        match piece {
            Piece::Text { text: part, at, verbatim: true } => text.push(part, Origin::Verbatim(*at)),
            Piece::Text { text: part, at, verbatim: false } => text.push(part, Origin::Derived(*at)),
            Piece::Placeholder(at) => {
                text.push(&format!("${next}"), Origin::Value(*at));
                next += 1;
            }
            // `$${index}`: the program numbers its own placeholders.
            Piece::Number(at) | Piece::Unknown(_, at) | Piece::Param(_, at) if text.text.ends_with('$') => {
                text.push(&next.to_string(), Origin::Value(*at));
                next += 1;
            }
            Piece::Counted(at, of) => {
                let number = *counted.entry(*of).or_insert(next);
                next = next.max(number + 1);
                text.push(&number.to_string(), Origin::Value(*at));
            }
            // A number that stands for itself, and not for a part of a name.
            Piece::Made { at, number: true, .. } if stands_alone(&text.text, &pieces[index + 1..]) => {
                text.push("1", Origin::Value(*at));
            }
            Piece::Made { at, .. } => {
                let (made, length) = made_at_once(&pieces[index..], *at);
                taken = index + length;
                text.push_hole(Hole { reason: MADE.into(), at: *at, made: Some(made) });
            }
            Piece::Number(at) if goes_on_a_name(&text.text) => {
                let made = MadeText::from(Letters::DIGITS, 1);
                text.push_hole(Hole { reason: MADE.into(), at: *at, made: Some(made) });
            }
            Piece::Number(at) => text.push("1", Origin::Value(*at)),
            Piece::Unknown(reason, at) => text.push_hole(Hole { reason: reason.clone(), at: *at, made: None }),
            Piece::Param(_, at) => text.push_hole(Hole { reason: "parameter".into(), at: *at, made: None }),
            // Choices are written out before (`eval/spread.rs`).
            Piece::Choice(choice) => {
                text.push_hole(Hole { reason: "several variants".into(), at: choice.at, made: None })
            }
            Piece::Repeat(_) | Piece::Chosen(_) => {}
        }
    }
    let literals: Vec<Span> = pieces.iter().filter_map(literal_place).collect();
    let span = literals.first().copied().unwrap_or(site);
    let kind = kind_of(pieces, &text);
    ExtractedQuery { text, kind, span, result: ResultUse::Unknown }
}

/// What is made at one place, the dashes of a date and the like with it, and how many pieces that is.
fn made_at_once(pieces: &[Piece], at: Span) -> (MadeText, usize) {
    let mut all = MadeText::exactly(Letters::default(), 0);
    let mut length = 0;
    for piece in pieces {
        let made = match piece {
            Piece::Made { made, at: place, .. } if *place == at => *made,
            Piece::Text { text, at: place, verbatim: false } if *place == at => match Letters::of(text) {
                Some(letters) => MadeText::exactly(letters, text.len() as u32),
                None => break,
            },
            _ => break,
        };
        let (least, most) = (all.least.saturating_add(made.least), all.most.saturating_add(made.most));
        all = MadeText { letters: all.letters.and(made.letters), least, most };
        length += 1;
    }
    (all, length)
}

/// Whether nothing goes on with a name or a text right before or behind a place.
fn stands_alone(before: &str, after: &[Piece]) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || "_$\"'".contains(letter) || letter == MappedText::HOLE;
    let next = after.iter().find(|piece| !matches!(piece, Piece::Repeat(_) | Piece::Chosen(_)));
    let ends = match next {
        Some(Piece::Text { text, .. }) => !text.starts_with(goes_on),
        other => other.is_none(),
    };
    ends && !before.ends_with(goes_on)
}

/// Whether what comes next is a part of a name or a word: `c1`, `"1"`.
fn goes_on_a_name(before: &str) -> bool {
    before.ends_with(|letter: char| letter.is_alphanumeric() || "_\"".contains(letter))
}

fn literal_place(piece: &Piece) -> Option<Span> {
    match piece {
        Piece::Text { at, .. } => Some(*at),
        _ => None,
    }
}

/// Static: literals of one place, with nothing but values between them.
fn kind_of(pieces: &[Piece], text: &MappedText) -> QueryKind {
    let dynamic = pieces.iter().any(|piece| matches!(piece, Piece::Number(_) | Piece::Counted(..) | Piece::Repeat(_)))
        || text.holes().next().is_some();
    if dynamic {
        return QueryKind::Dynamic;
    }
    let places: Vec<Span> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Text { at, .. } | Piece::Placeholder(at) => Some(*at),
            _ => None,
        })
        .collect();
    let follows = |pair: &[Span]| {
        let gap = pair[1].range.start.checked_sub(pair[0].range.end);
        pair[0].file == pair[1].file && gap.is_some_and(|gap| gap <= 3)
    };
    if places.windows(2).all(follows) { QueryKind::Static } else { QueryKind::Folded }
}

/// The number of the first placeholder that the text does not write itself: after its highest, its `$` and its number in one
/// piece or in two. Where it writes some but not `$1`, the program's own numbers begin there: `VALUES ($${i + 1}, …) … $5`.
fn first_free(pieces: &[Piece]) -> u32 {
    let text = written(pieces);
    let numbers = numbers(&text);
    let counts_itself = text.contains("$?") && !numbers.contains(&1);
    if counts_itself { 1 } else { numbers.into_iter().max().unwrap_or(0) + 1 }
}

/// The known text of pieces, `?` for a number.
fn written(pieces: &[Piece]) -> String {
    let mut written = String::new();
    for piece in pieces {
        written.push_str(match piece {
            Piece::Text { text, .. } => text,
            Piece::Number(_) | Piece::Counted(..) => "?",
            _ => " ",
        });
    }
    written
}

/// The numbers of `$1` and its like in a text; 0 for a `$` without one.
fn numbers(text: &str) -> Vec<u32> {
    let number = |part: &str| {
        let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        part[..digits].parse::<u32>().map_or(0, |number| number.min(65_535))
    };
    text.split('$').skip(1).map(number).collect()
}

/// Where in SQL a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    Quote(u8),
    Dollar,
    Line,
    Block,
}

/// Replaces the placeholders of a library by `$n`.
struct Translation<'n> {
    style: Placeholders,
    names: &'n Bindings,
    used: usize,
    /// The text is a statement, and no part of one.
    whole: bool,
    inside: Inside,
    /// What ends the dollar quote that it is in.
    dollar: String,
    params: Params,
    out: Vec<Piece>,
}

impl<'n> Translation<'n> {
    fn new(style: Placeholders, names: &'n Bindings) -> Self {
        let params = Params::default();
        let dollar = String::new();
        Self { style, names, used: 0, whole: false, inside: Inside::Code, dollar, params, out: Vec::new() }
    }

    fn run(mut self, pieces: &[Piece]) -> Vec<Piece> {
        // sqlc's names get the numbers that the text leaves (`internal/sql/named/param_set.go`).
        if matches!(self.style, Placeholders::Sqlc | Placeholders::QueryFile) {
            self.params.taken = numbers(&written(pieces)).into_iter().collect();
        }
        let whole = match self.style {
            Placeholders::PgPromise => with_whole_variables(pieces),
            _ => pieces.to_vec(),
        };
        for piece in &whole {
            match piece {
                Piece::Text { text, .. } => self.text(piece, &text.clone()),
                other => self.out.push(other.clone()),
            }
        }
        self.out
    }

    fn text(&mut self, piece: &Piece, text: &Arc<str>) {
        let bytes = text.as_bytes();
        let (mut from, mut at) = (0, 0);
        while at < bytes.len() {
            let found = self.is_read_in(bytes[at]).then(|| self.placeholder(piece, text, at)).flatten();
            if let Some((length, with)) = found {
                self.out.extend(cut(piece, from..at));
                self.out.extend(with);
                at += length;
                from = at;
                continue;
            }
            at += self.advance(text, at);
        }
        self.out.extend(cut(piece, from..text.len()));
    }

    /// Whether the library looks for placeholders that begin with this sign where the text is at.
    fn is_read_in(&self, sign: u8) -> bool {
        match (self.inside, self.style) {
            (Inside::Code, _) => true,
            // Knex knows nothing of quotes and comments.
            (_, Placeholders::Question | Placeholders::Escaped) => true,
            // pg-promise fills its variables inside of quotes too.
            (Inside::Quote(_), Placeholders::PgPromise) => true,
            // Sequelize reads its replacements as SQL does, and what it binds by a pattern.
            (_, Placeholders::Colon) => sign == b'$' && self.names.binds_dollars() == Some(true),
            _ => false,
        }
    }

    /// Passes one byte, or two that belong together, and keeps track of quotes and comments.
    fn advance(&mut self, text: &str, at: usize) -> usize {
        let bytes = text.as_bytes();
        let pair = (bytes[at], bytes.get(at + 1).copied().unwrap_or(0));
        match (self.inside, pair) {
            (Inside::Code, (b'\'' | b'"', _)) => self.inside = Inside::Quote(bytes[at]),
            (Inside::Code, (b'-', b'-')) => self.inside = Inside::Line,
            (Inside::Code, (b'/', b'*')) => self.inside = Inside::Block,
            (Inside::Code, (b':', b':')) => return 2,
            (Inside::Code, (b'$', _)) if self.style == Placeholders::Colon => {
                if let Some(quote) = dollar_quote_at(text, at) {
                    self.inside = Inside::Dollar;
                    self.dollar = quote.to_owned();
                    return quote.len();
                }
            }
            (Inside::Dollar, (b'$', _)) if bytes[at..].starts_with(self.dollar.as_bytes()) => {
                self.inside = Inside::Code;
                return self.dollar.len();
            }
            (Inside::Quote(quote), (here, _)) if here == quote => self.inside = Inside::Code,
            (Inside::Line, (b'\n', _)) | (Inside::Block, (b'*', b'/')) => self.inside = Inside::Code,
            _ => {}
        }
        1
    }

    /// The placeholder that starts at `at`: its length and what stands for it.
    fn placeholder(&mut self, piece: &Piece, text: &str, at: usize) -> Option<(usize, Vec<Piece>)> {
        let rest = text.get(at..)?;
        match self.style {
            Placeholders::Dollar => None,
            // An escape in source makes the backslash a piece of its own.
            Placeholders::Question | Placeholders::Escaped
                if at == 0 && rest.starts_with('?') && self.ends_with_backslash() =>
            {
                self.out.pop();
                Some((1, cut(piece, 0..1).into_iter().collect()))
            }
            Placeholders::Question | Placeholders::Escaped if rest.starts_with("\\?") => {
                Some((2, cut(piece, at + 1..at + 2).into_iter().collect()))
            }
            Placeholders::Question | Placeholders::Colon if rest.starts_with('?') => {
                if !self.names.binds_places(self.style == Placeholders::Colon) {
                    return None;
                }
                let identifier = self.style == Placeholders::Question && rest.starts_with("??");
                let length = if identifier { 2 } else { 1 };
                let place = place_of(&cut(piece, at..at + length)?)?;
                let name = self.names.text_at(self.used);
                let part = self.names.part_at(self.used);
                self.used += 1;
                if let Some(part) = part {
                    return Some((length, part.to_vec()));
                }
                let with = match identifier {
                    true => vec![self.identifier(name, place)],
                    false => self.value(self.names.rows_at(self.used - 1), &text[..at], place),
                };
                Some((length, with))
            }
            Placeholders::Colon | Placeholders::DollarName if rest.starts_with('$') => {
                self.dollar_name(piece, text, at)
            }
            Placeholders::DollarName | Placeholders::Escaped => None,
            Placeholders::QueryFile if rest.starts_with('$') => self.dollar_name(piece, text, at),
            Placeholders::Sqlc => {
                let place = place_of(&cut(piece, at..text.len())?)?;
                let found = self.params.of_sqlc(rest, &text[..at], place);
                found.map(|found| shortened(found, piece, at))
            }
            Placeholders::Question | Placeholders::Colon => self.named(piece, text, at),
            Placeholders::PgPromise => self.promise_variable(piece, text, at),
            Placeholders::PgTyped => {
                let place = place_of(&cut(piece, at..text.len())?)?;
                self.params.of_tag(rest.strip_prefix('$')?, place).map(|found| shortened(found, piece, at))
            }
            Placeholders::PgTypedFile | Placeholders::QueryFile => {
                let place = place_of(&cut(piece, at..text.len())?)?;
                let found = self.params.of_file(rest.strip_prefix(':')?, &text[..at], place);
                found.map(|found| shortened(found, piece, at))
            }
        }
    }

    /// Sequelize's `bind` and deno-postgres: `$name`, sent once however often it stands there.
    fn dollar_name(&mut self, piece: &Piece, text: &str, at: usize) -> Option<(usize, Vec<Piece>)> {
        let bound = match self.style {
            Placeholders::Colon => self.names.binds_dollars(),
            _ => None,
        };
        match bound {
            Some(false) => return None,
            // Where Sequelize binds, `$$` is a dollar (`/\B\$(\$|\w+)/`).
            Some(true) if text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_') => {
                return None;
            }
            Some(true) if text[at + 1..].starts_with('$') => {
                return Some((2, cut(piece, at + 1..at + 2).into_iter().collect()));
            }
            _ => {}
        }
        let goes_on = |character: char| character.is_alphanumeric() || "_$".contains(character);
        if bound.is_none() && text[..at].ends_with(goes_on) {
            return None;
        }
        let name = name_at(text.get(at + 1..)?)?;
        let length = 1 + name.len();
        // `$body$` opens a dollar quote.
        if bound.is_none() && text[at + length..].starts_with('$') {
            return None;
        }
        let place = place_of(&cut(piece, at..at + length)?)?;
        // deno-postgres does not tell upper case from lower.
        let folded = name.to_lowercase();
        let name = if self.style == Placeholders::DollarName { &folded } else { name };
        let number = self.params.number(name);
        Some((length, vec![Piece::Text { text: number.into(), at: place, verbatim: false }]))
    }

    fn promise_variable(&self, piece: &Piece, text: &str, at: usize) -> Option<(usize, Vec<Piece>)> {
        let variable = Variable::at(text.get(at..)?)?;
        // Every place is a literal of its own in the text that is sent; in quotes it stays what it is.
        if variable.is_plain() && self.inside != Inside::Code {
            return None;
        }
        let place = place_of(&cut(piece, at..at + variable.length)?)?;
        Some((variable.length, variable.pieces(self.names, &text[..at], place)))
    }

    fn ends_with_backslash(&self) -> bool {
        matches!(self.out.last(), Some(Piece::Text { text, .. }) if text.as_ref() == "\\")
    }

    /// `:name`, and Knex's `:name:` for an identifier.
    fn named(&self, piece: &Piece, text: &str, at: usize) -> Option<(usize, Vec<Piece>)> {
        let rest = text.get(at..)?.strip_prefix(':')?;
        if !self.names.binds_names(self.style == Placeholders::Colon) {
            return None;
        }
        if text[..at].ends_with(|character: char| character.is_alphanumeric() || "_:])".contains(character)) {
            return None;
        }
        let first = rest.chars().next().filter(|character| character.is_ascii_alphabetic() || *character == '_')?;
        let name = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
        debug_assert!(name >= first.len_utf8());
        let identifier =
            self.style == Placeholders::Question && rest[name..].starts_with(':') && !rest[name..].starts_with("::");
        let length = 1 + name + usize::from(identifier);
        let place = place_of(&cut(piece, at..at + length)?)?;
        let key = &rest[..name];
        // Knex leaves names that nothing is bound to as they are, and sees none of quotes.
        let keys = self.names.keys().filter(|_| self.style == Placeholders::Question);
        let is_key = keys.map(|keys| keys.iter().any(|known| known == key));
        if is_key == Some(false) || is_key.is_none() && self.inside != Inside::Code {
            return None;
        }
        if let Some(part) = self.names.part_named(key) {
            return Some((length, part.to_vec()));
        }
        let bound = self.names.of(key).and_then(|texts| texts.first());
        let with = match identifier {
            true => vec![self.identifier(bound.map(String::as_str), place)],
            false => self.value(self.names.rows_named(key), &text[..at], place),
        };
        Some((length, with))
    }

    /// A value that is bound. Where only a query or rows can stand, no server takes a parameter: what is bound is SQL, or the
    /// library writes it out.
    fn value(&self, rows: Option<Rows>, before: &str, at: Span) -> Vec<Piece> {
        let before = format!("{}{before}", known_tail(&self.out));
        if self.style == Placeholders::Colon {
            match rows {
                Some(Rows::Of(width)) => return [row(width, ", ", at, at), vec![Piece::Repeat(at)]].concat(),
                Some(Rows::Unknown) | None if ends_with_word(&before, &["values"]) => {
                    return vec![Piece::Unknown("rows that are not known".into(), at)];
                }
                _ => {}
            }
        }
        if self.style == Placeholders::Question && takes_query(&before, self.whole) {
            return vec![Piece::Unknown(BUILT.into(), at)];
        }
        vec![Piece::Placeholder(at)]
    }

    /// A name that is bound, in quotes.
    fn identifier(&self, name: Option<&str>, at: Span) -> Piece {
        match name {
            Some(name) if self.names.may_rename(name) => Piece::Unknown(MAY_CHANGE.into(), at),
            // Knex gives names others: `carts as c`.
            Some(name) if let Some((name, other)) = split_alias(name) => {
                let text = format!("{} as {}", qualified(name), delimited_identifier(other));
                Piece::Text { text: text.into(), at, verbatim: false }
            }
            name => identifier_piece(name, at),
        }
    }
}

/// The dollar quote that opens at a place: `$$`, `$body$`.
fn dollar_quote_at(text: &str, at: usize) -> Option<&str> {
    let goes_on = text[..at].ends_with(|character: char| character.is_ascii_alphanumeric() || character == '_');
    let name = name_at(&text[at + 1..]).map_or(0, str::len);
    let quote = text.get(at..at + name + 2).filter(|_| !goes_on)?;
    quote.ends_with('$').then_some(quote)
}

/// Whether only a query can stand behind this text: nothing, `UNION ALL`, `WITH a AS (`.
fn takes_query(before: &str, whole: bool) -> bool {
    let start = before.trim_end();
    let within = start.trim_end_matches(|character: char| character == '(' || character.is_whitespace());
    let opened = within.len() < start.len();
    let after_set = ["union", "intersect", "except"];
    let after_all = within.len().checked_sub(3).and_then(|at| within.split_at_checked(at));
    let after_all = after_all.is_some_and(|(before, all)| {
        all.eq_ignore_ascii_case("all") && before.ends_with(char::is_whitespace) && ends_with_word(before, &after_set)
    });
    (whole && within.is_empty())
        || after_all
        || ends_with_word(within, &after_set)
        || opened && ends_with_word(within, &["as", "exists", "lateral", "materialized"])
}

/// Whether the last word of a text is one of these.
fn ends_with_word(text: &str, words: &[&str]) -> bool {
    let word = text.trim_end().rsplit(|character: char| !character.is_alphanumeric() && character != '_').next();
    word.is_some_and(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Pieces that a variable is cut into, as `$(columns.col` and `0` and `:name)`, put together.
fn with_whole_variables(pieces: &[Piece]) -> Vec<Piece> {
    let mut whole: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (whole.last_mut(), piece) {
            (Some(Piece::Text { text, verbatim, .. }), Piece::Text { text: next, .. }) if opens_variable(text) => {
                *text = format!("{text}{next}").into();
                *verbatim = false;
            }
            // `$(rows.r${index})`: one of many values, whichever.
            (Some(Piece::Text { text, verbatim, .. }), Piece::Number(_)) if opens_variable(text) => {
                *text = format!("{text}1").into();
                *verbatim = false;
            }
            _ => whole.push(piece.clone()),
        }
    }
    whole
}

/// Whether a text ends within a variable of pg-promise.
fn opens_variable(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('$') else { return false };
    let close = match last.chars().next() {
        None => return true,
        Some('{') => '}',
        Some('(') => ')',
        Some('<') => '>',
        Some('[') => ']',
        Some('/') => return last.len() < 64 && !last[1..].contains('/'),
        _ => return false,
    };
    last.len() < 64 && !last.contains(close)
}

/// A parameter whose pieces, made before its length was known, stand for this stretch of the text and no more.
fn shortened((length, pieces): (usize, Vec<Piece>), piece: &Piece, at: usize) -> (usize, Vec<Piece>) {
    let place = cut(piece, at..at + length).as_ref().and_then(place_of);
    let moved = |piece: Piece| match (piece, place) {
        (Piece::Text { text, verbatim, .. }, Some(at)) => Piece::Text { text, at, verbatim },
        (Piece::Repeat(_), Some(at)) => Piece::Repeat(at),
        (piece, _) => piece,
    };
    (length, pieces.into_iter().map(moved).collect())
}

fn place_of(piece: &Piece) -> Option<Span> {
    literal_place(piece)
}

/// `name as other`, the word in any case.
fn split_alias(name: &str) -> Option<(&str, &str)> {
    let at = name.to_ascii_lowercase().find(" as ")?;
    Some((name.get(..at)?.trim(), name.get(at + 4..)?.trim()))
}

/// The parts of a name between its dots, each in quotes.
fn qualified(name: &str) -> String {
    let quote = |part: &str| if part == "*" { part.to_owned() } else { delimited_identifier(part) };
    name.split('.').map(quote).collect::<Vec<_>>().join(".")
}

fn identifier_piece(name: Option<&str>, at: Span) -> Piece {
    match name {
        Some(name) => Piece::Text { text: qualified(name).into(), at, verbatim: false },
        None => Piece::Unknown("name that is bound at run time".into(), at),
    }
}
