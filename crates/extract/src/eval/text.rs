//! Texts: templates and concatenation as products of sets.

use std::sync::Arc;

use rollproof_source::Span;

use super::choice::{Marks, agree, is_empty, is_marked};
use super::distinct::Distinct;
use super::flow::{is_count, is_some_text};
use super::spread::{has_choice, more_than, same_value};
use super::tag::{is_name_place, known_tail};
use super::value::{Choice, ChoicePart, Env, Item, Piece, Pieces, Value, same_pieces, weight_of};
use super::{Evaluator, span};
use crate::ir::{Chunk, ExprId, ExprKind, Facts, Part};
use crate::unbuilt::missing_file;

/// How many pieces of text cost as much as one expression.
const PIECES_A_STEP: usize = 4;

impl Evaluator<'_> {
    pub(super) fn template(&mut self, facts: &Arc<Facts>, parts: &[Part], env: &Env) -> Vec<Value> {
        let mut texts = Texts::new(self.limit());
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Text(chunk) => texts.push(&piece_of(facts, chunk)),
                Part::Hole(hole) => {
                    let mut choices = self.texts_of(facts, *hole, env);
                    let after = text_after(facts, parts, index);
                    if names_schema(after) {
                        prefer_known(&mut choices);
                    }
                    if choices.len() > 1 && is_whole_name(&known_tail(texts.first()), after) {
                        prefer_names(&mut choices);
                    }
                    let choices = self.told_by_truth(facts, *hole, choices, env);
                    texts.choose(key_of(facts, *hole), &choices, span(facts, *hole));
                }
            }
        }
        let texts = texts.finish();
        self.charge(&texts);
        distinct(texts)
    }

    pub(super) fn concat(&mut self, facts: &Arc<Facts>, parts: &[ExprId], env: &Env) -> Vec<Value> {
        if let Some(number) = self.sum(facts, parts, env) {
            return vec![number];
        }
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut numbers = 0;
        for (index, part) in parts.iter().enumerate() {
            let choices = self.texts_of(facts, *part, env);
            // Numbers are added up until a text comes.
            let is_sum = |choice: &Pieces| is_number(choice) || is_written_number(facts, *part, choice);
            numbers += usize::from(numbers == index && choices.iter().all(is_sum));
            if numbers == index + 1 && index > 0 {
                texts = vec![vec![Piece::Number(span(facts, *part))]];
                continue;
            }
            texts = self.product(texts, &choices, span(facts, *part));
        }
        self.charge(&texts);
        distinct(texts)
    }

    /// `index + 1`, where nothing shows that the index is a text.
    fn sum(&mut self, facts: &Arc<Facts>, parts: &[ExprId], env: &Env) -> Option<Value> {
        let is_text = |part: &ExprId| matches!(facts.expr(*part).kind, ExprKind::Template(_));
        let counts = |part: &&ExprId| is_count(facts, **part);
        let count = parts.iter().find(counts).filter(|_| !parts.iter().any(is_text))?;
        let mut others = parts.iter().filter(|part| !counts(part));
        let text = others.any(|part| self.eval(facts, *part, env).iter().any(is_some_text));
        (!text).then(|| Value::Number(span(facts, *count)))
    }

    /// Counts long texts against what a site may cost: each of their pieces is copied whenever they grow.
    pub(super) fn charge(&mut self, texts: &[Vec<Piece>]) {
        let pieces: usize = texts.iter().map(|text| weight_of(text)).sum();
        self.steps = self.steps.saturating_add(u32::try_from(pieces / PIECES_A_STEP).unwrap_or(u32::MAX));
    }

    /// Every text followed by every choice.
    pub(super) fn product(&self, texts: Vec<Vec<Piece>>, choices: &[Pieces], at: Span) -> Vec<Vec<Piece>> {
        if let [only] = choices {
            let mut texts = texts;
            texts.iter_mut().for_each(|text| text.extend(only.iter().cloned()));
            return texts;
        }
        let limit = self.limit();
        let together = together(&texts, choices);
        let count: usize = together.iter().map(Vec::len).sum();
        if count == 0 {
            // No two of them come of the same run: the texts go on with a hole, so that the site is not lost.
            let reason: Arc<str> = "texts that exclude each other".into();
            let mut texts = texts;
            texts.iter_mut().for_each(|text| text.push(Piece::Unknown(reason.clone(), at)));
            return texts;
        }
        if count > limit || texts.iter().any(|text| has_choice(text)) {
            let start = match texts.as_slice() {
                [only] => only.clone(),
                _ => {
                    let ways = texts.into_iter().map(Pieces::from).collect();
                    vec![Choice::one(ways, at)]
                }
            };
            return vec![longer(&start, &[&[Choice::one(choices.to_vec(), at)]])];
        }
        let mut all = Vec::with_capacity(count);
        for (text, fitting) in texts.iter().zip(together) {
            all.extend(fitting.into_iter().map(|choice| longer(text, &[&choices[choice]])));
        }
        all
    }

    /// The texts that an expression has where text is asked for.
    pub(super) fn texts_of(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Vec<Pieces> {
        if let Some(text) = facts.name_of(expr).and_then(|name| self.program.options.names.get(name.as_ref())) {
            let piece = Piece::Text { text: text.as_str().into(), at: span(facts, expr), verbatim: false };
            return vec![vec![piece].into()];
        }
        let mut values = self.eval(facts, expr, env);
        if let Some(narrower) = self.guarded(facts, expr, &values, env) {
            values = narrower;
        }
        // `undefined` in a text is a case that the program does not mean to happen.
        if values.len() > 1 && values.iter().any(|value| !matches!(value, Value::Nothing | Value::Opaque(_))) {
            values.retain(|value| !matches!(value, Value::Nothing));
        }
        self.value_texts(&values, span(facts, expr))
    }

    /// `String(x)`: objects as the texts that they make of themselves.
    pub(super) fn as_texts(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Vec<Value> {
        let at = span(facts, expr);
        let is_made = |value: &Value| {
            matches!(
                value,
                Value::Instance(..) | Value::Class(_) | Value::Object(_) | Value::Record(_) | Value::Written(_)
            )
        };
        let (made, mut found): (Vec<Value>, Vec<Value>) = self.eval(facts, expr, env).into_iter().partition(is_made);
        if !made.is_empty() {
            found.extend(self.value_texts(&made, at).into_iter().map(Value::Text));
        }
        found
    }

    pub(crate) fn value_texts(&mut self, values: &[Value], at: Span) -> Vec<Pieces> {
        let mut texts: Vec<Pieces> = Vec::new();
        for value in values {
            for text in self.value_text(value, at) {
                if !texts.iter().any(|known| same_pieces(known, &text)) {
                    texts.push(text);
                }
            }
        }
        if texts.is_empty() {
            texts.push(vec![Piece::Unknown("no value".into(), at)].into());
        }
        texts
    }

    fn value_text(&mut self, value: &Value, at: Span) -> Vec<Pieces> {
        let one = |piece: Piece| vec![vec![piece].into()];
        match value {
            Value::Text(pieces) | Value::Fragment(pieces, ..) => vec![pieces.clone()],
            Value::Nothing => vec![Vec::new().into()],
            Value::Number(place) => one(Piece::Number(*place)),
            Value::Param(param, place) => one(Piece::Param(param.clone(), *place)),
            Value::Unknown(reason, place) => one(Piece::Unknown(reason.clone(), *place)),
            Value::List(items) => {
                let comma = Value::derived(",", at);
                let joined = self.join(items, &comma, at);
                self.value_texts(&joined, at)
            }
            Value::Opaque(place) => one(Piece::Unknown("value that is no text".into(), *place)),
            Value::External { module, path } => {
                let name = path.join(".");
                let reason = match (module.as_ref(), name.as_str()) {
                    (_, name) if name.starts_with("process.env") => "environment variable".to_owned(),
                    ("", "process.pid") => return one(super::made::process_number(at)),
                    ("", name) if name.ends_with("()") => format!("result of `{}`", name.trim_end_matches("()")),
                    ("", name) => format!("global `{name}`"),
                    (module, _) if module.starts_with('.') => missing_file(module),
                    (module, _) => format!("value of package `{module}`"),
                };
                let mut texts = if module.is_empty() { Vec::new() } else { self.settings(module, path, at) };
                texts.push(vec![Piece::Unknown(reason.into(), at)].into());
                texts
            }
            Value::Instance(class, _) | Value::Class(class) => match self.displayed(class, at) {
                Some(values) => self.value_texts(&values, at),
                None => one(not_text(at)),
            },
            Value::Object(_) | Value::Record(_) | Value::Written(_) | Value::Function(_) | Value::Module(_) => {
                one(not_text(at))
            }
        }
    }

    /// The texts of a list's items with `separator` between them.
    pub(super) fn join(&mut self, items: &[Item], separator: &Value, at: Span) -> Vec<Value> {
        let separators = self.value_texts(std::slice::from_ref(separator), at);
        let Some(separator) = separators.first().cloned() else { return Vec::new() };
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        // An item without any text is there all the same: what follows is kept apart from it.
        let mut begun = false;
        for item in items {
            let choices = self.value_texts(&item.values, at);
            let decided = |taken: bool| item.decided(taken).iter().map(|chosen| Piece::Chosen(*chosen)).collect();
            let (taken, left): (Vec<Piece>, Vec<Piece>) = (decided(true), decided(false));
            let repeat: &[Piece] = if item.repeated { &[Piece::Repeat(at)] } else { &[] };
            let parted = |text: &[Piece]| begun || !is_empty(text);
            if let ([only], false, true) = (choices.as_slice(), item.optional, taken.is_empty())
                && !is_marked(only)
            {
                for text in &mut texts {
                    if parted(text) {
                        text.extend_from_slice(&separator);
                    }
                    text.extend_from_slice(only);
                    text.extend_from_slice(repeat);
                }
                begun |= !item.repeated;
                continue;
            }
            let mut next: Vec<Vec<Piece>> = Vec::new();
            if item.optional {
                let without = texts.iter().filter(|text| agree(text, &left));
                next.extend(without.map(|text| longer(text, &[&left])));
            }
            for (text, fitting) in texts.iter().zip(together(&texts, &choices)) {
                if !agree(text, &taken) {
                    continue;
                }
                let between: &[Piece] = if parted(text) { &separator } else { &[] };
                let fitting = fitting.into_iter().map(|choice| &choices[choice]).filter(|choice| agree(&taken, choice));
                next.extend(fitting.map(|choice| longer(text, &[between, choice, repeat, &taken])));
            }
            begun |= item.is_sure();
            // What goes beside parts that are not written out is none either: all of it is to be proven at once.
            if next.len() > self.limit() / self.lists || several_with_choices(&next) {
                let listed = self.listed(items, &separator, at);
                // What all of them share is so for the list.
                let marks = Marks::implied(std::slice::from_ref(&listed)).pieces();
                return vec![Value::text(std::iter::once(listed).chain(marks).collect())];
            }
            if next.is_empty() {
                let reason: Arc<str> = "texts that exclude each other".into();
                texts.iter_mut().for_each(|text| text.push(Piece::Unknown(reason.clone(), at)));
                return distinct(texts);
            }
            texts = next;
        }
        self.charge(&texts);
        distinct(texts)
    }
}

/// Whether these are several texts with parts that are not written out.
fn several_with_choices(texts: &[Vec<Piece>]) -> bool {
    texts.len() > 1 && texts.iter().any(|text| has_choice(text))
}

/// Whether a text is a number that is not known, and no text for `+`.
fn is_number(pieces: &[Piece]) -> bool {
    let mut shown = pieces.iter().filter(|piece| !matches!(piece, Piece::Chosen(_)));
    matches!(shown.next(), Some(Piece::Number(_) | Piece::Made { number: true, .. })) && shown.next().is_none()
}

/// Whether a text is that of a number that stands in source as one.
fn is_written_number(facts: &Facts, expr: ExprId, pieces: &[Piece]) -> bool {
    let digits = |piece: &Piece| match piece {
        Piece::Text { text, verbatim, .. } => !verbatim && text.bytes().all(|byte| byte.is_ascii_digit()),
        piece => matches!(piece, Piece::Chosen(_)),
    };
    !matches!(facts.expr(expr).kind, ExprKind::Template(_)) && !is_empty(pieces) && pieces.iter().all(digits)
}

impl Evaluator<'_> {
    /// A list's items as parts that are chosen one by one.
    fn listed(&mut self, items: &[Item], separator: &Pieces, at: Span) -> Piece {
        let decided = |item: &Item, taken: bool| -> Vec<Piece> {
            item.decided(taken).iter().map(|chosen| Piece::Chosen(*chosen)).collect()
        };
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            let repeat: &[Piece] = if item.repeated { &[Piece::Repeat(at)] } else { &[] };
            let taken = decided(item, true);
            let ways = self.value_texts(&item.values, at);
            let ways = ways.iter().filter(|way| agree(way, &taken)).map(|way| longer(way, &[repeat, &taken]).into());
            let left_out = item.optional.then(|| decided(item, false));
            parts.push(ChoicePart { ways: ways.collect(), left_out });
        }
        let separator = if parts.len() < 2 { Pieces::from([]) } else { separator.clone() };
        Choice::piece(at, separator, parts)
    }
}

/// How many texts are kept together as one.
const MAX_TOGETHER: usize = 128;

/// Texts and fragments as one that may go any of these ways, with what else there is; none where they are too many.
pub(super) fn one_of(values: &[Value], at: Span) -> Option<Vec<Value>> {
    let mut ways: Vec<Pieces> = Vec::new();
    let mut others = Vec::new();
    let mut made_by = None;
    for value in values {
        match value {
            Value::Text(pieces) => ways.push(pieces.clone()),
            Value::Fragment(pieces, file, expr) => {
                made_by.get_or_insert((*file, *expr));
                ways.push(pieces.clone());
            }
            Value::Nothing => others.push(Value::Nothing),
            _ => return None,
        }
    }
    if ways.len() > MAX_TOGETHER {
        return None;
    }
    let pieces: Pieces = [Choice::one(ways, at)].into();
    others.push(match made_by {
        Some((file, expr)) => Value::Fragment(pieces, file, expr),
        None => Value::Text(pieces),
    });
    Some(others)
}

fn not_text(at: Span) -> Piece {
    Piece::Unknown("object where text is expected".into(), at)
}

/// For each text, the places of the choices that can stand in the same run.
fn together<T: AsRef<[Piece]>>(texts: &[T], choices: &[Pieces]) -> Vec<Vec<usize>> {
    if !choices.iter().any(|choice| is_marked(choice)) {
        return vec![(0..choices.len()).collect(); texts.len()];
    }
    let marks: Vec<Marks> = choices.iter().map(|choice| Marks::of(choice)).collect();
    let fitting = |text: &T| {
        let own = Marks::of(text.as_ref());
        (0..choices.len()).filter(|choice| own.agree(&marks[*choice])).collect()
    };
    texts.iter().map(fitting).collect()
}

/// A text followed by others.
fn longer(text: &[Piece], rest: &[&[Piece]]) -> Vec<Piece> {
    let mut all = Vec::with_capacity(text.len() + rest.iter().map(|part| part.len()).sum::<usize>());
    all.extend_from_slice(text);
    rest.iter().for_each(|part| all.extend_from_slice(part));
    all
}

/// Which choice was made for each name.
type Choices = Vec<(Arc<str>, usize)>;

/// A part that was added to texts.
enum Slot {
    Piece(Piece),
    Choice { key: Option<Arc<str>>, choices: Vec<Pieces>, at: Span },
}

/// Texts that grow part by part. Where the same name is interpolated twice, it has the same value twice.
pub(super) struct Texts {
    texts: Vec<(Vec<Piece>, Choices)>,
    limit: usize,
    /// What was added, for another try where there are too many combinations.
    slots: Vec<Slot>,
    too_many: bool,
}

impl Texts {
    pub(super) fn new(limit: usize) -> Self {
        Self { texts: vec![(Vec::new(), Vec::new())], limit, slots: Vec::new(), too_many: false }
    }

    pub(super) fn push(&mut self, piece: &Piece) {
        self.texts.iter_mut().for_each(|(text, _)| text.push(piece.clone()));
        self.slots.push(Slot::Piece(piece.clone()));
    }

    /// The text of the first variant, for a look at what stands before a hole.
    pub(super) fn first(&self) -> &[Piece] {
        self.texts.first().map_or(&[], |(text, _)| text)
    }

    pub(super) fn choose(&mut self, key: Option<Arc<str>>, choices: &[Pieces], at: Span) {
        self.slots.push(Slot::Choice { key: key.clone(), choices: choices.to_vec(), at });
        self.add(key.as_ref(), choices, at);
    }

    fn add(&mut self, key: Option<&Arc<str>>, choices: &[Pieces], at: Span) {
        if let [only] = choices {
            self.texts.iter_mut().for_each(|(text, _)| text.extend(only.iter().cloned()));
            return;
        }
        let chosen = |made: &[(Arc<str>, usize)]| {
            let key = key?;
            made.iter().find(|(known, _)| known == key).map(|(_, index)| *index)
        };
        let texts: Vec<&[Piece]> = self.texts.iter().map(|(text, _)| text.as_slice()).collect();
        let together = together(&texts, choices);
        let open = self
            .texts
            .iter()
            .zip(&together)
            .map(|((_, made), fitting)| if chosen(made).is_some() { fitting.len().min(1) } else { fitting.len() });
        let open = open.sum::<usize>();
        if open == 0 || open > self.limit {
            // For a look at what stands before the next hole.
            let reason: Arc<str> = more_than(self.limit).into();
            self.texts.iter_mut().for_each(|(text, _)| text.push(Piece::Unknown(reason.clone(), at)));
            self.too_many = true;
            return;
        }
        let mut all = Vec::with_capacity(open);
        for ((text, made), fitting) in self.texts.iter().zip(together) {
            let decided = chosen(made);
            for index in fitting {
                if decided.is_some_and(|decided| decided != index) {
                    continue;
                }
                let mut made = made.clone();
                if let (None, Some(key)) = (decided, key) {
                    made.push((key.clone(), index));
                }
                all.push((longer(text, &[&choices[index]]), made));
            }
        }
        self.texts = all;
    }

    pub(super) fn finish(self) -> Vec<Vec<Piece>> {
        let parts = self.slots.iter().filter(|slot| matches!(slot, Slot::Choice { choices, .. } if choices.len() > 1));
        let several = parts.count() > 1;
        if self.too_many || several && self.texts.iter().any(|(text, _)| has_choice(text)) {
            return vec![apart(self.slots)];
        }
        self.texts.into_iter().map(|(text, _)| text).collect()
    }
}

/// One text whose parts are chosen one by one.
fn apart(slots: Vec<Slot>) -> Vec<Piece> {
    let key_of = |slot: &Slot| match slot {
        Slot::Choice { key, .. } => key.clone(),
        Slot::Piece(_) => None,
    };
    let keys: Vec<Option<Arc<str>>> = slots.iter().map(key_of).collect();
    let mut first: Option<Span> = None;
    let mut text = Vec::with_capacity(slots.len());
    for slot in slots {
        match slot {
            Slot::Piece(piece) => text.push(piece),
            Slot::Choice { choices, .. } if choices.len() == 1 => text.extend(choices[0].iter().cloned()),
            Slot::Choice { key, choices, at } => {
                let place = *first.get_or_insert(at);
                let ways = match &key {
                    Some(name) if keys.iter().filter(|other| **other == key).count() > 1 => {
                        same_value(name, place, &choices)
                    }
                    _ => choices,
                };
                text.push(Choice::one(ways, at));
            }
        }
    }
    text
}

/// What names a value wherever it stands in the same template: a variable or a member, not a call.
pub(super) fn key_of(facts: &Facts, expr: ExprId) -> Option<Arc<str>> {
    match facts.expr(expr).kind {
        ExprKind::Binding(_) | ExprKind::Member { .. } => Some(facts.expr(expr).range.slice(&facts.text).into()),
        _ => None,
    }
}

/// The hole before this text is the name of a schema: `${schema}.jobs`.
pub(crate) fn names_schema(after: &str) -> bool {
    after.starts_with('.') || after.starts_with("\".")
}

/// The text that follows a part of a template.
pub(super) fn text_after<'f>(facts: &'f Facts, parts: &[Part], index: usize) -> &'f str {
    match parts.get(index + 1) {
        Some(Part::Text(chunk)) => chunk.range.slice(&facts.text),
        _ => "",
    }
}

/// Whether a text stands here for a whole name: without it the statement would not read, so that the text that a variable
/// has before it is set stands for nothing. Elsewhere it is left to the grammar which texts are none.
fn is_whole_name(before: &str, after: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || "_$\"".contains(character);
    // A quote that opens a name, and not one that ends the name before.
    let opens = before.strip_suffix('"').is_some_and(|before| !before.ends_with(part));
    let quoted = opens && after.starts_with('"') && before.matches('"').count() % 2 == 1;
    let ends = !after.starts_with(part) && !after.starts_with('.');
    quoted
        || after.starts_with('.') && (before.is_empty() || before.ends_with(char::is_whitespace))
        || before.ends_with('.') && ends
        || before.ends_with(char::is_whitespace) && ends && is_name_place(before, after)
}

/// Where a name has to stand, the text that a variable has before it is set stands for nothing: what else may stand there
/// are names.
fn prefer_names(choices: &mut Vec<Pieces>) {
    let shown = |choice: &Pieces| super::value::constant(choice).unwrap_or_else(|| "?".to_owned());
    let is_name = |text: &str| {
        let keyword = ["only", "lateral"].iter().any(|word| text.eq_ignore_ascii_case(word));
        !keyword && !text.contains(char::is_whitespace)
    };
    let (empty, named): (Vec<String>, Vec<String>) = choices.iter().map(shown).partition(String::is_empty);
    if !empty.is_empty() && !named.is_empty() && named.iter().all(|text| is_name(text)) {
        choices.retain(|choice| !is_empty(choice));
    }
}

/// A schema's name that may be given from outside has a default: the default it is.
pub(crate) fn prefer_known(choices: &mut Vec<Pieces>) {
    let known = |choice: &Pieces| super::value::constant(choice).is_some_and(|text| !text.is_empty());
    let opened: Vec<Pieces> = choices.iter().flat_map(opened).filter(known).collect();
    if opened.len() > MAX_SCHEMAS {
        // The same name from many callers is one name.
        choices.clear();
        let shown = |text: &Pieces| text.iter().filter(|piece| !is_mark(piece)).cloned().collect::<Pieces>();
        for name in opened.iter().map(shown) {
            if !choices.iter().any(|other| super::value::constant(other) == super::value::constant(&name)) {
                choices.push(name);
            }
        }
    } else if !opened.is_empty() {
        *choices = opened;
    }
}

/// With so many names of schemas it is not told apart who gives them.
const MAX_SCHEMAS: usize = 8;

fn is_mark(piece: &Piece) -> bool {
    matches!(piece, Piece::Chosen(_))
}

/// The ways of a text that is one choice and nothing else.
fn opened(text: &Pieces) -> Vec<Pieces> {
    let mut parts = text.iter().filter(|piece| !is_mark(piece));
    match (parts.next(), parts.next()) {
        (Some(Piece::Choice(choice)), None) => match choice.parts.as_slice() {
            [ChoicePart { ways, left_out: None }] => {
                let marks: Vec<Piece> = text.iter().filter(|piece| is_mark(piece)).cloned().collect();
                ways.iter().filter(|way| agree(way, &marks)).map(|way| longer(way, &[&marks]).into()).collect()
            }
            _ => vec![text.clone()],
        },
        _ => vec![text.clone()],
    }
}

pub(super) fn distinct(texts: Vec<Vec<Piece>>) -> Vec<Value> {
    let mut values = Distinct::default();
    texts.into_iter().for_each(|text| values.add(Value::text(text)));
    values.values
}

pub(super) fn piece_of(facts: &Facts, chunk: &Chunk) -> Piece {
    let at = Span { file: facts.file, range: chunk.range };
    match &chunk.derived {
        Some(text) => Piece::Text { text: text.as_ref().into(), at, verbatim: false },
        None => Piece::Text { text: chunk.range.slice(&facts.text).into(), at, verbatim: true },
    }
}
