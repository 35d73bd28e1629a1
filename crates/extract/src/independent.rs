//! Which of a text's choices have a say in what the others mean.
//!
//! Analysis of a statement (`parse_analyze.c`) takes its clauses apart: `transformWhereClause` looks names up in the FROM
//! clause alone, and takes AND and OR apart into operands that it analyses one by one, each for itself; LIMIT, OFFSET and
//! locking clauses add nothing that another clause could see; an assignment of UPDATE, a column of INSERT and its value are
//! taken by themselves. A choice between whole parts of that kind can change no verdict but that of the part itself. What
//! parts can share is a numbered parameter, whose type the first use decides: a text in which they do is not taken apart.
//! ORDER BY may name a column of the target list, and a target list may hold aggregates: choices in those are told
//! `together`. Everything else is `open`.

use std::collections::{BTreeMap, BTreeSet};

use rollproof_source::TextRange;
use rollproof_sql::{parse_expression, parse_script, tokens};

use crate::eval::value::{Chosen, DecisionPlace, Piece};

/// The choices of a text by what they have a say in.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// Those that may have a say in anything.
    pub(crate) open: BTreeSet<usize>,
    /// Those that have a say in each other and in nothing else.
    pub(crate) together: Vec<BTreeSet<usize>>,
}

/// What part of a statement a choice is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Operands of AND and OR.
    Condition,
    /// Whole clauses: WHERE, LIMIT, OFFSET.
    Clauses,
    /// FOR UPDATE and the like.
    Locking,
    /// Of a target list or of ORDER BY; whether nothing but names and literals.
    Output(bool),
    /// `RETURNING a`
    Returning,
    /// An assignment of UPDATE, by the name of its column.
    Assignment(String),
    /// A column of INSERT.
    Column(String),
    /// A value of INSERT.
    RowValue,
    /// In a string literal.
    Literal,
    /// A part of an operand.
    Within,
    Open,
}

/// From here on parameters are numbered that the text does not number itself: higher than what the server takes from one.
const FRESH: &str = "40000";

/// A text as the database gets it, and where its choices stand in it.
struct Laid {
    text: String,
    ranges: BTreeMap<usize, TextRange>,
}

/// How the choices of these texts, each with the way that every choice went, depend on each other; none where one of the
/// texts does not read as one statement, or parameters are shared.
pub(crate) fn groups(
    texts: &[(Vec<Piece>, BTreeMap<usize, usize>)],
    slots: usize,
    sent: &dyn Fn(&[Piece]) -> Option<Vec<Piece>>,
) -> Option<Group> {
    let mut roles: BTreeMap<usize, BTreeSet<Role>> = BTreeMap::new();
    let mut numbers = Numbers::default();
    let mut pairs = BTreeMap::new();
    for (pieces, _) in texts {
        let laid = lay(&sent(pieces)?)?;
        let mut words = Words::of(&laid.text);
        if !is_statement(&laid.text) {
            // Lists that the program does not send empty.
            if laid.ranges.values().all(|range| range.is_empty()) || crate::looks::empty_clause(&laid.text) {
                continue;
            }
            words.refused = words.refused_operands(&laid)?;
        }
        let mut order: Vec<(u32, usize, Role)> = Vec::new();
        numbers.note(&laid);
        for (slot, range) in &laid.ranges {
            if range.slice(&laid.text).trim().is_empty() {
                continue;
            }
            let role = words.role(*range, &laid.ranges).unwrap_or(Role::Open);
            order.push((range.start, *slot, role.clone()));
            roles.entry(*slot).or_default().insert(role);
        }
        order.sort();
        if !columns_have_values(&order, &mut pairs) {
            return None;
        }
    }
    if numbers.are_shared() {
        return None;
    }
    Some(grouped(&roles, slots))
}

/// The choices that stand in operands that PostgreSQL refuses, the innermost first; none where it reads the text, or refuses
/// it for something else.
pub(crate) fn refused_slots(pieces: &[Piece]) -> Vec<usize> {
    let Some(laid) = lay(pieces).filter(|laid| !is_statement(&laid.text)) else { return Vec::new() };
    let refused = Words::of(&laid.text).refused_operands(&laid).unwrap_or_default();
    let within = |range: &TextRange| {
        !range.is_empty() && refused.iter().any(|refused| refused.start <= range.start && range.end <= refused.end)
    };
    let mut slots: Vec<(u32, usize)> =
        laid.ranges.iter().filter(|(_, range)| within(range)).map(|(slot, range)| (range.len(), *slot)).collect();
    // Choices in a way of another come after it.
    slots.sort_unstable_by_key(|(length, slot)| (*length, std::cmp::Reverse(*slot)));
    slots.into_iter().map(|(_, slot)| slot).collect()
}

/// Whether a text reads as one statement.
fn is_statement(text: &str) -> bool {
    matches!(parse_script(text).as_slice(), [(_, Ok(_))])
}

/// Of an INSERT as many columns as values are there, and each column has the same value wherever it is there: `pairs`.
fn columns_have_values(order: &[(u32, usize, Role)], pairs: &mut BTreeMap<usize, usize>) -> bool {
    let slots = |of: &dyn Fn(&Role) -> bool| -> Vec<usize> {
        order.iter().filter(|(_, _, role)| of(role)).map(|(_, slot, _)| *slot).collect()
    };
    let columns = slots(&|role| matches!(role, Role::Column(_)));
    let values = slots(&|role| *role == Role::RowValue);
    // Values may also be chosen for columns that are always there.
    let as_many = columns.is_empty() || columns.len() == values.len();
    as_many && columns.iter().zip(values).all(|(column, value)| *pairs.entry(*column).or_insert(value) == value)
}

fn grouped(roles: &BTreeMap<usize, BTreeSet<Role>>, slots: usize) -> Group {
    let mut group = Group::default();
    let (mut output, mut within) = (BTreeSet::new(), BTreeSet::new());
    let all = || roles.values().flatten();
    let aggregates = all().any(|role| *role == Role::Output(false));
    let mut named: BTreeMap<(&str, bool), BTreeSet<usize>> = BTreeMap::new();
    for slot in 0..slots {
        for role in roles.get(&slot).into_iter().flatten() {
            match role {
                Role::Open => drop(group.open.insert(slot)),
                Role::Output(_) => drop(output.insert(slot)),
                Role::Locking if aggregates => drop(output.insert(slot)),
                Role::Within => drop(within.insert(slot)),
                Role::Assignment(name) => drop(named.entry((name, true)).or_default().insert(slot)),
                Role::Column(name) => drop(named.entry((name, false)).or_default().insert(slot)),
                _ => {}
            }
        }
    }
    group.together = vec![output, within];
    // A column that is written twice is an error.
    group.together.extend(named.into_values());
    group
}

/// The parameters that a text writes itself, by where they stand.
#[derive(Default)]
struct Numbers {
    inside: BTreeMap<String, BTreeSet<usize>>,
    outside: BTreeSet<String>,
}

impl Numbers {
    fn note(&mut self, laid: &Laid) {
        for token in tokens(&laid.text, TextRange::new(0, laid.text.len() as u32)) {
            let Some(number) = token.slice(&laid.text).strip_prefix('$') else { continue };
            if !number.bytes().all(|byte| byte.is_ascii_digit())
                || number.len() > 5
                || number >= FRESH && number.len() == 5
            {
                continue;
            }
            let around = laid.ranges.iter().filter(|(_, range)| range.start <= token.start && token.end <= range.end);
            match around.min_by_key(|(_, range)| range.end - range.start) {
                Some((slot, _)) => drop(self.inside.entry(number.to_owned()).or_default().insert(*slot)),
                None => drop(self.outside.insert(number.to_owned())),
            }
        }
    }

    fn are_shared(&self) -> bool {
        self.inside.iter().any(|(number, slots)| slots.len() > 1 || self.outside.contains(number))
    }
}

/// The text of pieces that are sent.
fn lay(pieces: &[Piece]) -> Option<Laid> {
    let mut laid = Laid { text: String::new(), ranges: BTreeMap::new() };
    let mut open: BTreeMap<usize, u32> = BTreeMap::new();
    let mut next = 40_000;
    for piece in pieces {
        match piece {
            Piece::Text { text, .. } => laid.text.push_str(text),
            Piece::Placeholder(_) => {
                laid.text.push_str(&format!("${next}"));
                next += 1;
            }
            // The program's own numbers, as `render.rs` writes them.
            Piece::Number(_) | Piece::Unknown(..) | Piece::Param(..) if laid.text.ends_with('$') => {
                laid.text.push_str(&next.to_string());
                next += 1;
            }
            // One parameter wherever it stands.
            Piece::Counted(_, of) => laid.text.push_str(&(20_000 + of % 10_000).to_string()),
            Piece::Number(_) => laid.text.push('1'),
            Piece::Chosen(Chosen { decision, .. }) => {
                let DecisionPlace::Edge(edge) = decision.place else { continue };
                let (slot, at) = ((edge / 2) as usize, laid.text.len() as u32);
                if edge % 2 == 0 {
                    open.insert(slot, at);
                } else {
                    laid.ranges.insert(slot, TextRange::new(open.remove(&slot)?, at));
                }
            }
            Piece::Repeat(_) => {}
            Piece::Unknown(..) | Piece::Param(..) | Piece::Made { .. } => {
                laid.text.push(rollproof_sql::MappedText::HOLE)
            }
            Piece::Choice(_) => return None,
        }
    }
    Some(laid)
}

/// A text's tokens, each with how many parentheses it stands in.
struct Words<'t> {
    text: &'t str,
    ranges: Vec<TextRange>,
    depths: Vec<u32>,
    /// The clauses that begin at tokens.
    clauses: Vec<Option<&'static str>>,
    /// Operands that PostgreSQL refuses: whatever else a text with one of them holds, it is refused for that.
    refused: Vec<TextRange>,
}

/// Through how many operands and parentheses a condition is followed.
const HOPS: u32 = 24;

/// Words that begin a clause.
const CLAUSES: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "FOR",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "VALUES",
    "SET",
    "RETURNING",
    "ON",
    "USING",
    "INTO",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "NATURAL",
];

/// Clauses that hold one condition.
const CONDITIONS: &[&str] = &["WHERE", "ON", "HAVING"];

/// What stands around a token.
struct Around {
    /// The clause that it stands in, where its parentheses hold clauses.
    clause: Option<&'static str>,
    /// The parenthesis around it.
    opened: Option<usize>,
    /// The first token in the parentheses.
    start: usize,
    /// `BETWEEN a` is waiting for its AND.
    between: bool,
    /// The token before it is that AND.
    after_between: bool,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let ranges = tokens(text, TextRange::new(0, text.len() as u32));
        let mut depth = 0_u32;
        let mut depths = Vec::with_capacity(ranges.len());
        for range in &ranges {
            match range.slice(text) {
                "(" | "[" => {
                    depths.push(depth);
                    depth += 1;
                }
                ")" | "]" => {
                    depth = depth.saturating_sub(1);
                    depths.push(depth);
                }
                _ => depths.push(depth),
            }
        }
        let mut words = Self { text, clauses: Vec::new(), ranges, depths, refused: Vec::new() };
        words.clauses = (0..words.ranges.len()).map(|at| words.clause_at(at)).collect();
        words
    }

    /// A token; nothing after the last one.
    fn word(&self, at: usize) -> &'t str {
        self.ranges.get(at).map_or("", |range| range.slice(self.text))
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        let word = self.word(at);
        words.iter().any(|other| word.eq_ignore_ascii_case(other))
    }

    /// The clause that begins at this token.
    fn clause(&self, at: usize) -> Option<&'static str> {
        self.clauses.get(at).copied().flatten()
    }

    fn clause_at(&self, at: usize) -> Option<&'static str> {
        let word = self.word(at);
        let clause = CLAUSES.iter().find(|clause| clause.eq_ignore_ascii_case(word))?;
        let begins = match *clause {
            "FROM" | "ON" => !at.checked_sub(1).is_some_and(|before| self.is(before, &["DISTINCT"])),
            "FOR" => self.is(at + 1, &["UPDATE", "SHARE", "NO", "KEY"]),
            "LEFT" | "RIGHT" => self.word(at + 1) != "(",
            _ => true,
        };
        begins.then_some(match *clause {
            "ON" if self.is(at + 1, &["CONFLICT"]) => "CONFLICT",
            "JOIN" | "LEFT" | "RIGHT" | "FULL" | "INNER" | "CROSS" | "NATURAL" => "FROM",
            clause => clause,
        })
    }

    fn around(&self, at: usize) -> Around {
        let depth = self.depths.get(at).copied().unwrap_or(0);
        let opened = (0..at).rev().find(|before| self.depths[*before] < depth);
        let start = opened.map_or(0, |opened| opened + 1);
        let mut around = Around { clause: None, opened, start, between: false, after_between: false };
        for token in (start..at).filter(|token| self.depths[*token] == depth) {
            around.after_between = false;
            if let Some(clause) = self.clause(token) {
                // The condition of `ON CONFLICT (a) WHERE …` chooses an index as a whole.
                let chooses = clause == "WHERE" && around.clause == Some("CONFLICT");
                around.clause = Some(if chooses { "CONFLICT" } else { clause });
                around.between = false;
            } else if self.is(token, &["BETWEEN"]) {
                around.between = true;
            } else if around.between && self.is(token, &["AND"]) {
                around.between = false;
                around.after_between = true;
            }
        }
        around
    }

    /// Whether a condition ends before this token.
    fn ends_condition(&self, at: usize) -> bool {
        at >= self.ranges.len() || self.is(at, &[")", ";", "AND", "OR"]) || self.clause(at).is_some()
    }

    /// Whether a token stands in a condition: in a clause that is one, or in parentheses that are an operand of one.
    fn in_condition(&self, at: usize, hops: u32) -> bool {
        let around = self.around(at);
        match (around.clause, around.opened) {
            (Some(clause), _) => CONDITIONS.contains(&clause),
            (None, Some(opened)) => hops > 0 && self.word(opened) == "(" && self.is_condition(opened, hops - 1),
            (None, None) => false,
        }
    }

    /// Whether the parenthesis at `opened` opens an operand of AND and OR.
    fn is_condition(&self, opened: usize, hops: u32) -> bool {
        let depth = self.depths[opened];
        let close = (opened + 1..self.ranges.len()).find(|token| self.depths[*token] <= depth);
        close.is_some_and(|close| self.ends_condition(close + 1)) && self.begins_operand(opened, hops)
    }

    /// Whether an operand of AND and OR begins at this token.
    fn begins_operand(&self, at: usize, hops: u32) -> bool {
        let Some(before) = at.checked_sub(1).filter(|_| hops > 0) else { return false };
        match self.clause(before) {
            Some(clause) => CONDITIONS.contains(&clause) && self.around(at).clause == Some(clause),
            None if self.is(before, &["AND", "OR"]) => {
                self.in_condition(at, hops - 1) && !self.around(at).after_between
            }
            None if self.is(before, &["NOT"]) => self.begins_operand(before, hops - 1),
            None => self.word(before) == "(" && self.is_condition(before, hops - 1),
        }
    }

    /// What a choice is that stands at `range`.
    fn role(&self, range: TextRange, others: &BTreeMap<usize, TextRange>) -> Option<Role> {
        let within = |token: &&TextRange| token.start < range.start && range.end < token.end;
        if !self.is(0, &["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"]) {
            return None;
        }
        if let Some(token) = self.ranges.iter().find(within) {
            let literal = token.slice(self.text).starts_with('\'');
            let plain = !range.slice(self.text).contains(['\'', '\\']);
            let alone = others.values().filter(|other| token.start < other.start && other.end < token.end).count() == 1;
            return (literal && plain).then_some(if alone { Role::Literal } else { Role::Within });
        }
        let first = self.ranges.iter().position(|token| token.start >= range.start)?;
        let end = self.ranges.iter().position(|token| token.start >= range.end).unwrap_or(self.ranges.len());
        let whole = first.checked_sub(1).is_none_or(|before| self.ranges[before].end <= range.start);
        if first >= end || !whole || self.ranges[end - 1].end > range.end || !self.is_balanced(first, end) {
            return None;
        }
        let way = &self.without_refused(TextRange::new(self.ranges[first].start, self.ranges[end - 1].end));
        // Literals one after the other are one.
        let alone =
            !self.word(end).starts_with('\'') && first.checked_sub(1).is_none_or(|at| !self.word(at).ends_with('\''));
        if end == first + 1 && way.starts_with('\'') && alone && self.is_plain_query() {
            return Some(Role::Literal);
        }
        let around = self.around(first);
        if self.is_operands(first, end, way, &around) {
            return Some(Role::Condition);
        }
        self.whole_clauses(first, end, &around).or_else(|| self.item(first, end, way, &around))
    }

    /// Whether every parenthesis that opens in a part closes in it, and the other way round.
    fn is_balanced(&self, first: usize, end: usize) -> bool {
        let mut open = 0_u32;
        for token in first..end {
            match self.word(token) {
                "(" | "[" => open += 1,
                ")" | "]" if open == 0 => return false,
                ")" | "]" => open -= 1,
                _ => {}
            }
        }
        open == 0
    }

    /// `AND a OR b`, `a AND`, or an operand by itself.
    fn is_operands(&self, first: usize, end: usize, way: &str, around: &Around) -> bool {
        let reads = |text: String| parse_expression(&text).is_ok();
        if self.is(first, &["AND", "OR"]) {
            let operand = first
                .checked_sub(1)
                .is_some_and(|before| self.clause(before).is_none() && !self.is(before, &["AND", "OR", "NOT", "("]));
            return operand
                && !around.between
                && self.ends_condition(end)
                && self.in_condition(first, HOPS)
                && reads(format!("TRUE {way}"));
        }
        if !self.begins_operand(first, HOPS) {
            return false;
        }
        if self.is(end - 1, &["AND", "OR"]) {
            return !self.ends_condition(end) && reads(format!("{way} TRUE"));
        }
        self.ends_condition(end) && reads(format!("TRUE AND {way} AND TRUE"))
    }

    /// Clauses of a query, whole.
    fn whole_clauses(&self, first: usize, end: usize, around: &Around) -> Option<Role> {
        self.clause(first)?;
        let ends = end >= self.ranges.len() || self.is(end, &[")", ";"]) || self.clause(end).is_some();
        let queries = ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"];
        if !ends || !self.is(around.start, &queries) {
            return None;
        }
        let depth = self.depths[first];
        let clauses: Vec<&str> =
            (first..end).filter(|at| self.depths[*at] == depth).filter_map(|at| self.clause(at)).collect();
        let all = |of: &[&str]| clauses.iter().all(|clause| of.contains(clause));
        if all(&["WHERE", "LIMIT", "OFFSET"]) {
            return Some(Role::Clauses);
        }
        if all(&["WHERE", "LIMIT", "OFFSET", "FOR"]) {
            return Some(Role::Locking);
        }
        all(&["ORDER", "LIMIT", "OFFSET"]).then_some(Role::Output(false))
    }

    /// An item of a list, or a part of one.
    fn item(&self, first: usize, end: usize, way: &str, around: &Around) -> Option<Role> {
        let depth = self.depths[first];
        let top = || (first..end).filter(|token| self.depths[*token] == depth);
        if top().any(|token| self.clause(token).is_some()) {
            return None;
        }
        let after_comma = self.word(first) == ",";
        let begins = after_comma || first.checked_sub(1).is_some_and(|before| self.is(before, &[",", "(", "SET"]));
        let ends = end >= self.ranges.len() || self.is(end, &[",", ")", ";"]) || self.clause(end).is_some();
        let one = begins && ends && top().filter(|token| self.word(*token) == ",").count() == usize::from(after_comma);
        let name = first + usize::from(after_comma);
        match around.clause {
            Some("SET") if one && self.word(name + 1) == "=" => return Some(Role::Assignment(self.name(name)?)),
            Some("RETURNING") if depth == 0 => return Some(Role::Returning),
            Some("ORDER") if depth == 0 => return Some(Role::Output(false)),
            Some("SELECT") if depth == 0 && self.is_query() => return Some(Role::Output(is_plain(way))),
            Some(clause) => {
                let commas = top().any(|token| self.word(token) == ",");
                let inside = ["WHERE", "ON", "HAVING", "LIMIT", "OFFSET", "SET"].contains(&clause) && !commas;
                return inside.then_some(Role::Within);
            }
            None => {}
        }
        let opened = around.opened?;
        if one && self.is_column_list(opened) && end == name + 1 {
            return Some(Role::Column(self.name(name)?));
        }
        if self.is_row(opened) {
            let value = TextRange::new(self.ranges[name].start, self.ranges[end - 1].end).slice(self.text);
            return (one && parse_expression(value).is_ok()).then_some(Role::RowValue);
        }
        self.outer_clause(opened).filter(|clause| CONDITIONS.contains(clause)).map(|_| Role::Within)
    }

    /// The clause of the innermost parentheses that have clauses.
    fn outer_clause(&self, mut opened: usize) -> Option<&'static str> {
        for _ in 0..64 {
            let around = self.around(opened);
            match (around.clause, around.opened) {
                (Some(clause), _) => return Some(clause),
                (None, Some(outer)) => opened = outer,
                (None, None) => return None,
            }
        }
        None
    }

    /// A name as the server folds it.
    fn name(&self, at: usize) -> Option<String> {
        let word = self.ranges.get(at)?.slice(self.text);
        let letter = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
        match word.strip_prefix('"') {
            Some(rest) => Some(rest.strip_suffix('"')?.replace("\"\"", "\"")),
            None => letter.then(|| word.to_lowercase()),
        }
    }

    /// A query in which it makes no difference to one literal what another says: nothing is grouped by what stands in the
    /// target list (`checkTargetlistEntrySQL92`), nothing is written whose values a constraint could compare.
    fn is_plain_query(&self) -> bool {
        let others = ["GROUP", "DISTINCT", "INSERT", "UPDATE", "DELETE", "MERGE", "INTO"];
        self.is(0, &["SELECT", "WITH"]) && !(0..self.ranges.len()).any(|token| self.is(token, &others))
    }

    /// One SELECT whose columns go to the client.
    fn is_query(&self) -> bool {
        let top = (0..self.ranges.len()).filter(|token| self.depths[*token] == 0);
        self.is(0, &["SELECT", "WITH"])
            && !top.into_iter().any(|token| self.is(token, &["UNION", "INTERSECT", "EXCEPT", "INSERT", "INTO"]))
    }

    /// `INSERT INTO s.t (` of the statement itself.
    fn is_column_list(&self, opened: usize) -> bool {
        let Some(into) = (0..opened).rev().find(|at| self.is(*at, &["INTO"])) else { return false };
        let parts = into + 1..opened;
        let names = |(index, at): (usize, usize)| match index % 2 {
            0 => self.name(at).is_some(),
            _ => self.word(at) == ".",
        };
        into == 1 && self.is(0, &["INSERT"]) && parts.len() % 2 == 1 && parts.enumerate().all(names)
    }

    /// `VALUES (`, `VALUES (…), (`
    fn is_row(&self, opened: usize) -> bool {
        let around = self.around(opened);
        around.clause == Some("VALUES")
            && self.is(0, &["INSERT"])
            && self.depths[opened] == 0
            && opened.checked_sub(1).is_some_and(|before| self.is(before, &["VALUES", ","]))
    }
}

/// Whether a target list is nothing but names and literals: without aggregates, and not DISTINCT.
fn is_plain(way: &str) -> bool {
    let distinct = way.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("distinct"));
    !way.contains('(') && !distinct
}

mod refused;
#[cfg(test)]
mod tests;
