//! `replace` with what can be known of the pattern and of what stands instead.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use regex::{Captures, Regex, RegexBuilder};
use rollproof_source::Span;
use rollproof_sql::MappedText;
use rustc_hash::FxHashMap;

use super::Evaluator;
use super::expand::first_param;
use super::made_methods::replaced_in_made;
use super::spread::{has_choice, written_out};
use super::text::{distinct, names_schema, prefer_known};
use super::value::{Env, FunctionRef, Piece, Pieces, Value, add, cut};
use crate::ir::{BindingKind, Call, ExprId, ExprKind, Facts};

/// How large a pattern's automaton may be.
const MAX_PATTERN: usize = 1 << 20;

/// Patterns that squeeze white space: the text stays as it stands, which means the same to the server.
const SQUEEZES: &[&str] = &[r"/\s+/g", r"/\n/g", r"/\s\s+/g", r"/\s{2,}/g", r"/\n\s*/g", r"/[\s\n]+/g", r"/\s+/gm"];

const BY_A_PATTERN: &str = "replaced by a pattern";
const BY_UNKNOWN: &str = "replaced by an unknown text";

/// What is looked for, and whether all of them.
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) all: bool,
    /// It is a text and nothing more.
    literal: bool,
    /// It is about single characters, each for itself (`[^a-z]`) or in runs of them (`\\W+`).
    pub(super) single: Option<Single>,
    /// The text that it is.
    whole: Option<String>,
}

/// How a pattern of single characters takes them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Single {
    Each,
    Runs,
}

/// What stands instead.
enum Instead {
    Texts(Vec<Pieces>),
    Function(FunctionRef),
}

/// How a pattern is written: its literal, or a text that is looked for and whether all of them are.
type Written = (Option<bool>, String);

/// The patterns that were met: it takes longer to read one than to look for it in all queries of a tree.
#[derive(Default)]
pub(crate) struct Patterns(Mutex<FxHashMap<Written, Option<Arc<Pattern>>>>);

impl Patterns {
    fn get(&self, written: Written, read: impl FnOnce() -> Option<Pattern>) -> Option<Arc<Pattern>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(written).or_insert_with(|| read().map(Arc::new)).clone()
    }
}

/// What a function made of matches with these groups.
type Made = FxHashMap<Vec<Option<String>>, Option<Pieces>>;

/// Where something was found, with its groups.
type Found = (Range<usize>, Vec<Option<String>>);

impl Evaluator<'_> {
    pub(super) fn replace(
        &mut self,
        facts: &Arc<Facts>,
        pieces: &Pieces,
        call: &Call,
        all: bool,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let unknown = |reason: &str| vec![Value::unknown(reason, at)];
        let Some(first) = call.arguments.first() else { return unknown(BY_UNKNOWN) };
        let pattern = match regex_of(facts, *first) {
            Some(source) if SQUEEZES.contains(&source) => return vec![Value::Text(pieces.clone())],
            Some(source) => self.program.patterns.get((None, source.to_owned()), || pattern_of(source)),
            None => {
                let pattern = self.eval(facts, *first, env);
                let [pattern] = pattern.as_slice() else { return unknown(BY_UNKNOWN) };
                let Some(text) = pattern.constant().filter(|text| !text.is_empty()) else { return unknown(BY_UNKNOWN) };
                let make = || {
                    let (source, whole) = (regex::escape(&text), Some(text.clone()));
                    let regex = Regex::new(&source).ok()?;
                    Some(Pattern { regex, all, literal: true, single: single(&source), whole })
                };
                self.program.patterns.get((Some(all), text.clone()), make)
            }
        };
        let Some(pattern) = pattern else { return unknown(BY_A_PATTERN) };
        let with = call.arguments.get(1).map_or_else(Vec::new, |with| self.eval(facts, *with, env));
        let instead = match with.as_slice() {
            [Value::Function(function)] => Instead::Function(function.clone()),
            [] => return unknown(BY_UNKNOWN),
            _ => Instead::Texts(self.value_texts(&with, at)),
        };
        // What callers give is a part of the text that is looked through.
        let texts = match first_param(pieces).is_some() && !pattern.literal {
            true => self.expand(pieces, at),
            false => vec![pieces.to_vec()],
        };
        let mut values = Vec::new();
        let mut made = Made::default();
        let share = (self.limit() / texts.len().max(1)).max(1);
        for text in texts {
            for text in self.with_choices_replaced(text, &pattern, (&instead, &mut made), share, at) {
                self.replaced(&text, &pattern, (&instead, &mut made), at)
                    .into_iter()
                    .for_each(|value| add(&mut values, value));
            }
        }
        values
    }

    /// A text with the same done in every way of its choices, where no match can reach from one into another. Else some of
    /// its combinations, no more than its `share`, which say that they are not all.
    fn with_choices_replaced(
        &mut self,
        text: Vec<Piece>,
        pattern: &Pattern,
        (instead, made): (&Instead, &mut Made),
        share: usize,
        at: Span,
    ) -> Vec<Vec<Piece>> {
        if !has_choice(&text) {
            return vec![text];
        }
        let apart = pattern.whole.as_deref().filter(|whole| pattern.all && is_apart(&text, whole));
        let replaced = apart.and_then(|_| self.replaced_in_choices(&text, pattern, (instead, made), at));
        replaced.map_or_else(|| written_out(&text, share), |text| vec![text])
    }

    fn replaced_in_choices(
        &mut self,
        pieces: &[Piece],
        pattern: &Pattern,
        (instead, made): (&Instead, &mut Made),
        at: Span,
    ) -> Option<Vec<Piece>> {
        let mut text = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let Piece::Choice(choice) = piece else {
                text.push(piece.clone());
                continue;
            };
            let mut lost = pattern.regex.is_match(&Haystack::of(&choice.separator).text);
            let made = choice.map(choice.separator.clone(), &mut |way| {
                let inner = self.replaced_in_choices(way, pattern, (instead, &mut *made), at);
                let way = inner.map(|way| self.replaced(&way, pattern, (instead, &mut *made), at));
                match way.as_deref() {
                    Some([Value::Text(way)]) => Some(way.clone()),
                    _ => {
                        lost = true;
                        None
                    }
                }
            });
            if lost {
                return None;
            }
            text.push(made);
        }
        Some(text)
    }

    /// A pattern is looked for in what is known; where it could take in a part that is not, nothing is known of the whole.
    fn replaced(
        &mut self,
        pieces: &[Piece],
        pattern: &Pattern,
        (instead, made): (&Instead, &mut Made),
        at: Span,
    ) -> Vec<Value> {
        let unknown = |reason: &str| vec![Value::unknown(reason, at)];
        if pieces.iter().any(|piece| matches!(piece, Piece::Made { .. })) {
            let texts = match instead {
                Instead::Texts(texts) => replaced_in_made(pieces, pattern, texts),
                Instead::Function(_) => None,
            };
            return texts.map_or_else(|| unknown(BY_A_PATTERN), distinct);
        }
        let hay = Haystack::of(pieces);
        let times = if pattern.all { usize::MAX } else { 1 };
        let found: Vec<Found> =
            pattern.regex.captures_iter(&hay.text).take(times).map(|found| groups(&found)).collect();
        // Classes of characters mean other things in JavaScript beyond ASCII.
        let plain = hay.text.chars().all(|character| character.is_ascii() || character == MappedText::HOLE);
        let numbers = pieces.iter().any(|piece| matches!(piece, Piece::Number(_) | Piece::Counted(..)));
        let reaches = |(range, _): &Found| hay.text[range.clone()].contains(MappedText::HOLE);
        if (!plain && !pattern.literal) || (numbers && pattern.regex.is_match("1")) || found.iter().any(reaches) {
            return unknown(BY_A_PATTERN);
        }
        if found.is_empty() {
            return vec![Value::text(pieces.to_vec())];
        }
        match instead {
            Instead::Texts(texts) => {
                let mut texts = texts.clone();
                if found.iter().any(|(range, _)| names_schema(&hay.text[range.end..])) {
                    prefer_known(&mut texts);
                }
                let replaced = texts.iter().map(|text| {
                    let each: Option<Vec<Pieces>> =
                        found.iter().map(|(_, groups)| expanded(text, groups, at)).collect();
                    each.map(|each| hay.with(&found, &each))
                });
                let replaced: Option<Vec<Vec<Piece>>> = replaced.collect();
                replaced.map_or_else(|| unknown(BY_A_PATTERN), distinct)
            }
            Instead::Function(function) => {
                let mut each = Vec::new();
                for (_, groups) in &found {
                    let text = match made.get(groups) {
                        Some(text) => text.clone(),
                        None => self.one_result(function, groups, at),
                    };
                    made.insert(groups.clone(), text.clone());
                    match text {
                        Some(text) => each.push(text),
                        None => return unknown(BY_UNKNOWN),
                    }
                }
                distinct(vec![hay.with(&found, &each)])
            }
        }
    }

    /// What a function makes of one match, where that is one text.
    fn one_result(&mut self, function: &FunctionRef, groups: &[Option<String>], at: Span) -> Option<Pieces> {
        let given = |text: &Option<String>| match text {
            Some(text) => vec![Value::derived(text, at)],
            None => vec![Value::Nothing],
        };
        let mut arguments: Vec<Vec<Value>> = groups.iter().map(given).collect();
        // Where it was found, which no text is made of.
        arguments.push(vec![Value::Number(at)]);
        let values = self.invoke(function, arguments, at);
        match self.value_texts(&values, at).as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }
}

/// The text of some pieces, and where each of them stands in it. What is not known is one character.
struct Haystack<'p> {
    text: String,
    places: Vec<(Range<usize>, &'p Piece)>,
}

impl<'p> Haystack<'p> {
    fn of(pieces: &'p [Piece]) -> Self {
        let mut text = String::new();
        let mut places = Vec::new();
        for piece in pieces {
            let start = text.len();
            match piece {
                Piece::Text { text: part, .. } => text.push_str(part),
                Piece::Chosen(_) | Piece::Repeat(_) => {}
                _ => text.push(MappedText::HOLE),
            }
            places.push((start..text.len(), piece));
        }
        Self { text, places }
    }

    /// The pieces with others instead of some stretches, which are in order.
    fn with(&self, found: &[Found], each: &[Pieces]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut from = 0;
        for ((range, _), text) in found.iter().zip(each) {
            self.copy(from..range.start, &mut pieces);
            pieces.extend(text.iter().cloned());
            from = range.end;
        }
        self.copy(from..self.text.len(), &mut pieces);
        let marks = self.places.iter().map(|(_, piece)| *piece);
        pieces.extend(marks.filter(|piece| matches!(piece, Piece::Chosen(_) | Piece::Repeat(_))).cloned());
        pieces
    }

    fn copy(&self, range: Range<usize>, pieces: &mut Vec<Piece>) {
        for (place, piece) in &self.places {
            let (start, end) = (place.start.max(range.start), place.end.min(range.end));
            if start >= end {
                continue;
            }
            match piece {
                Piece::Text { .. } => pieces.extend(cut(piece, start - place.start..end - place.start)),
                other => pieces.push((*other).clone()),
            }
        }
    }
}

/// Whether `whole` can begin in no part of a text and end in another: none of them ends as it begins.
fn is_apart(pieces: &[Piece], whole: &str) -> bool {
    let begins = |text: &str| whole.char_indices().skip(1).any(|(at, _)| text.ends_with(&whole[..at]));
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text { text: part, .. } => text.push_str(part),
            Piece::Chosen(_) | Piece::Repeat(_) => {}
            Piece::Choice(choice) => {
                let mut ways = choice.texts();
                if begins(&text) || !ways.all(|way| is_apart(way, whole)) {
                    return false;
                }
                text.clear();
            }
            _ => text.push(MappedText::HOLE),
        }
    }
    !begins(&text)
}

fn groups(captures: &Captures<'_>) -> Found {
    let range = captures.get(0).map_or(0..0, |whole| whole.range());
    (range, captures.iter().map(|group| group.map(|group| group.as_str().to_owned())).collect())
}

/// The source of a regular expression: of the literal itself, or of the constant that holds it.
fn regex_of(facts: &Facts, expr: ExprId) -> Option<&str> {
    let mut expr = expr;
    if let ExprKind::Binding(binding) = facts.expr(expr).kind {
        let binding = facts.binding(binding);
        let constant = matches!(binding.kind, BindingKind::Variable) && binding.writes.is_empty();
        expr = binding.init.filter(|_| constant && binding.path.is_empty())?;
    }
    let source = facts.expr(expr).range.slice(&facts.text);
    (source.starts_with('/') && matches!(facts.expr(expr).kind, ExprKind::Opaque)).then_some(source)
}

/// `/pattern/flags`; none where this engine reads the pattern otherwise than JavaScript does.
fn pattern_of(source: &str) -> Option<Pattern> {
    let (body, flags) = source.strip_prefix('/')?.rsplit_once('/')?;
    if !flags.chars().all(|flag| "gimsu".contains(flag)) || body.contains("[[") || body.contains("&&") {
        return None;
    }
    let mut builder = RegexBuilder::new(body);
    builder.case_insensitive(flags.contains('i')).multi_line(flags.contains('m'));
    builder.dot_matches_new_line(flags.contains('s')).size_limit(MAX_PATTERN);
    let literal = !flags.contains('i') && is_literal(body);
    // A word's end is no text; a backslash that stands for itself is not taken out.
    let whole = (literal && !body.contains(r"\b") && !body.contains(r"\\")).then(|| body.replace('\\', ""));
    let (all, single) = (flags.contains('g'), single(body));
    builder.build().ok().map(|regex| Pattern { regex, all, literal, single, whole })
}

/// Whether a pattern is about single characters.
fn single(body: &str) -> Option<Single> {
    let (one, how) = match body.strip_suffix('+').filter(|one| !one.ends_with('\\')) {
        Some(one) => (one, Single::Runs),
        None => (body, Single::Each),
    };
    let mut characters = one.chars();
    let whole = match (characters.next()?, characters.next()) {
        ('[', _) => one.len() > 2 && one.ends_with(']') && !one[1..one.len() - 1].contains(['[', ']']),
        ('\\', Some(escape)) => characters.next().is_none() && !"bB123456789pPux".contains(escape),
        ('^' | '$' | '(' | ')' | '*' | '?', _) | (_, Some(_)) => false,
        (_, None) => true,
    };
    whole.then_some(how)
}

/// Whether a pattern is a text and nothing more. A word's end is taken for a part of it.
fn is_literal(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.next().is_some_and(|next| next.is_alphanumeric() && next != 'b') => return false,
            '.' | '[' | ']' | '(' | ')' | '{' | '}' | '*' | '+' | '?' | '^' | '$' | '|' => return false,
            _ => {}
        }
    }
    true
}

/// What stands for one match: `$1`, `$&` and `$$` are read in constants. None where they stand beside what is not known.
fn expanded(text: &Pieces, groups: &[Option<String>], at: Span) -> Option<Pieces> {
    if !text.iter().any(|piece| matches!(piece, Piece::Text { text, .. } if text.contains('$'))) {
        return Some(text.clone());
    }
    let Some(constant) = super::value::constant(text) else { return before_numbers(text, groups) };
    let mut made = String::new();
    let mut rest = constant.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let next = after.chars().next();
        rest = after.get(1..).unwrap_or(after);
        match next {
            Some('$') => made.push('$'),
            Some('&') => made.push_str(groups.first()?.as_deref()?),
            Some('`' | '\'' | '<') => return None,
            Some(digit @ '1'..='9') => {
                // Two digits are one number where there are so many groups.
                if groups.len() > 10 {
                    return None;
                }
                match groups.get(digit as usize - '0' as usize) {
                    Some(group) => made.push_str(group.as_deref().unwrap_or("")),
                    None => made.extend(['$', digit]),
                }
            }
            _ => {
                made.push('$');
                rest = after;
            }
        }
    }
    made.push_str(rest);
    let marks = text.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned();
    let piece = (!made.is_empty()).then(|| Piece::Text { text: made.into(), at, verbatim: false });
    Some(piece.into_iter().chain(marks).collect())
}

/// `"$" + count`: without groups a dollar before a number is itself.
fn before_numbers(text: &Pieces, groups: &[Option<String>]) -> Option<Pieces> {
    let plain = text.iter().enumerate().all(|(index, piece)| match piece {
        Piece::Text { text: written, .. } => {
            let numbered = matches!(text.get(index + 1), Some(Piece::Number(_) | Piece::Counted(..)));
            let written = written.strip_suffix('$').filter(|_| numbered).unwrap_or(written);
            !written.contains('$')
        }
        _ => true,
    });
    (plain && groups.len() == 1).then(|| text.clone())
}
