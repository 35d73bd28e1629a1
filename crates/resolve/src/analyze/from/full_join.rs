//! Whether the planner has a way to carry a FULL JOIN out (`select_mergejoin_clauses`, `hash_inner_and_outer`).

use rollproof_source::TextRange;

use crate::analyze::{Analyzer, Node, Tag, Tree};
use crate::error::Failure;

/// What a condition is to a join.
enum Worth {
    /// It holds, whatever the rows are.
    Always,
    /// It holds for no row.
    Never,
    /// An equality of the two sides.
    Joins,
    /// Neither is sure.
    Other,
}

impl<'a> Analyzer<'a> {
    /// Says that it is unknown whether a FULL JOIN can be planned, where its condition has no equality of both sides among
    /// what is joined by AND. What stands around the join can make another join of it, so it is not known to fail.
    pub(crate) fn check_full_join(&mut self, condition: &Tree, left: &[usize], right: &[usize], span: TextRange) {
        if let Worth::Other = self.worth(condition, left, right) {
            let reason = "whether a FULL JOIN can be planned without an equality between its sides";
            self.deferred.get_or_insert(Failure::unknown(reason, span));
        }
    }

    fn worth(&self, condition: &Tree, left: &[usize], right: &[usize]) -> Worth {
        let of = |child: &Tree| self.worth(child, left, right);
        match &condition.tag {
            Tag::Constant(text) => match &**text {
                "true" => Worth::Always,
                "false" | "null" => Worth::Never,
                _ => Worth::Other,
            },
            Tag::Construct("AND") => {
                let parts: Vec<Worth> = condition.children.iter().map(of).collect();
                if parts.iter().any(|part| matches!(part, Worth::Never)) {
                    Worth::Never
                } else if parts.iter().any(|part| matches!(part, Worth::Joins)) {
                    Worth::Joins
                } else if parts.iter().all(|part| matches!(part, Worth::Always)) {
                    Worth::Always
                } else {
                    Worth::Other
                }
            }
            Tag::Construct("OR") => {
                let mut parts: Vec<Worth> = condition.children.iter().map(of).collect();
                if parts.iter().any(|part| matches!(part, Worth::Always)) {
                    return Worth::Always;
                }
                parts.retain(|part| !matches!(part, Worth::Never));
                if parts.len() > 1 { Worth::Other } else { parts.pop().unwrap_or(Worth::Never) }
            }
            // Nothing is known of it, so nothing is missing.
            Tag::Construct("open") => Worth::Joins,
            Tag::Construct("in") | Tag::Operator(_) if self.equates(condition, left, right) => Worth::Joins,
            _ if is_constant(condition) => Worth::Always,
            _ => Worth::Other,
        }
    }

    /// Whether it is an equality with one side's columns on its left and the other's on its right, or the other way round.
    /// One of rows is an equality of each pair of their fields.
    fn equates(&self, condition: &Tree, left: &[usize], right: &[usize]) -> bool {
        let pairs = condition.children.len() / 2;
        let equality = match &condition.tag {
            Tag::Operator(symbol) => &**symbol == "=" && pairs == 1 || &**symbol == "row =",
            tag => *tag == Tag::Construct("in") && condition.children.len() == 2,
        };
        let between = |at: usize| match (condition.children.get(at), condition.children.get(at + pairs)) {
            (Some(one), Some(other)) => {
                (self.is_of(one, left, right) && self.is_of(other, right, left))
                    || (self.is_of(one, right, left) && self.is_of(other, left, right))
            }
            _ => false,
        };
        equality && (0..pairs).any(between)
    }

    /// Whether it holds columns of `own`, and none of `others`.
    fn is_of(&self, value: &Tree, own: &[usize], others: &[usize]) -> bool {
        let here = self.here();
        let holds = |side: &[usize]| {
            let mut of_side =
                |node: &Node| matches!(node.tag, Tag::Var(var) if var.depth == here && side.contains(&var.entry));
            value.find(&mut of_side).is_some()
        };
        holds(own) && !holds(others)
    }
}

/// Whether the planner makes a constant of it.
fn is_constant(tree: &Tree) -> bool {
    let mut varies = |node: &Node| {
        let fixed = matches!(node.tag, Tag::Constant(_) | Tag::Operator(_) | Tag::Cast(_))
            || matches!(node.tag, Tag::Construct("AND" | "OR" | "NOT" | "is null" | "is not null"));
        !fixed
    };
    tree.find(&mut varies).is_none()
}
