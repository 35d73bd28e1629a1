//! Operands that PostgreSQL refuses: a text with one of them is refused whatever its other parts are.

use rollproof_source::TextRange;
use rollproof_sql::parse_expression;

use super::{HOPS, Laid, Words, is_statement};

impl Words<'_> {
    /// The operands around choices that PostgreSQL refuses; none where they are not all that it refuses of the text.
    pub(super) fn refused_operands(&self, laid: &Laid) -> Option<Vec<TextRange>> {
        let mut found: Vec<TextRange> = Vec::new();
        for operand in laid.ranges.values().filter_map(|range| self.operand(*range)) {
            if !found.contains(&operand) && parse_expression(operand.slice(self.text)).is_err() {
                found.push(operand);
            }
        }
        // The innermost are to blame.
        let within = |inner: &TextRange, outer: &TextRange| {
            inner != outer && outer.start <= inner.start && inner.end <= outer.end
        };
        let mut refused: Vec<TextRange> =
            found.iter().filter(|outer| !found.iter().any(|inner| within(inner, outer))).copied().collect();
        refused.sort_by_key(|range| range.start);
        let whole = TextRange::new(0, self.text.len() as u32);
        (!refused.is_empty() && is_statement(&without(self.text, whole, &refused))).then_some(refused)
    }

    /// A part of the text, a constant in the place of each operand that PostgreSQL refuses.
    pub(super) fn without_refused(&self, range: TextRange) -> String {
        without(self.text, range, &self.refused)
    }

    /// The operand of AND and OR that a part stands in.
    fn operand(&self, range: TextRange) -> Option<TextRange> {
        let joins = |at: &usize| self.is(*at, &["AND", "OR"]);
        let mut tokens = (0..self.ranges.len()).filter(|at| {
            let token = self.ranges[*at];
            range.start <= token.start && token.end <= range.end
        });
        let first = tokens.find(|at| !joins(at))?;
        let last = tokens.rfind(|at| !joins(at)).unwrap_or(first);
        let mut depth = self.depths[first..=last].iter().copied().min()?;
        let mut start = first;
        while !(self.depths[start] == depth && self.begins_operand(start, HOPS)) {
            start = start.checked_sub(1)?;
            depth = depth.min(self.depths[start]);
        }
        let ends = |at: &usize| {
            self.depths[*at] < depth || self.depths[*at] == depth && self.word(*at) != ")" && self.ends_condition(*at)
        };
        let end = (last + 1..self.ranges.len()).find(ends).unwrap_or(self.ranges.len());
        // `a BETWEEN b` goes on after AND.
        let between = (start..end).any(|at| self.is(at, &["BETWEEN"]));
        let whole = !between && self.is_balanced(start, end);
        whole.then(|| TextRange::new(self.ranges[start].start, self.ranges[end - 1].end))
    }
}

/// A part of a text, a constant in the place of each of these parts of it.
fn without(text: &str, range: TextRange, parts: &[TextRange]) -> String {
    let mut made = String::new();
    let mut from = range.start;
    for part in parts.iter().filter(|part| range.start <= part.start && part.end <= range.end) {
        made.push_str(TextRange::new(from, part.start).slice(text));
        made.push_str("TRUE");
        from = part.end;
    }
    made.push_str(TextRange::new(from, range.end).slice(text));
    made
}
