//! The shape of WITH RECURSIVE (`makeDependencyGraph`, `checkWellFormedRecursion`).

use rollproof_source::TextRange;
use rollproof_sql::ast::{Cte, CteStatement, QueryBody, SetOperator, With};

use super::references::{Around, References};
use crate::analyze::query::Parts;
use crate::analyze::unsupported;
use crate::error::{Error, ErrorKind, Failure, Result};

/// The entries in the order in which they need each other, and whether each refers to itself.
pub(crate) fn order(with: &With) -> Result<Vec<(usize, bool)>> {
    let needs: Vec<Vec<usize>> = with.ctes.iter().map(|cte| needs_of(cte, with)).collect();
    let mut order: Vec<(usize, bool)> = Vec::new();
    while order.len() < with.ctes.len() {
        let done = |at: usize| order.iter().any(|(known, _)| *known == at);
        let next =
            (0..with.ctes.len()).find(|at| !done(*at) && needs[*at].iter().all(|need| need == at || done(*need)));
        let Some(next) = next else {
            let span = with.ctes.iter().enumerate().find(|(at, _)| !done(*at)).map(|(_, cte)| cte.name.span);
            let message = "mutual recursion between WITH items is not implemented";
            return Err(unsupported(message, span.unwrap_or(with.span)));
        };
        order.push((next, needs[next].contains(&next)));
    }
    Ok(order)
}

fn needs_of(cte: &Cte, with: &With) -> Vec<usize> {
    let mut needs = Vec::new();
    let mut found = |name: &std::sync::Arc<str>, _: TextRange, _: Around| {
        if let Some(at) = with.ctes.iter().position(|other| other.name.text == *name)
            && !needs.contains(&at)
        {
            needs.push(at);
        }
    };
    References::new(&mut found).statement(&cte.statement);
    needs
}

/// `checkWellFormedRecursion`
pub(crate) fn check_form(cte: &Cte) -> Result<()> {
    let name = &cte.name.text;
    let CteStatement::Query(query) = &cte.statement else {
        let message = format!("recursive query \"{name}\" must not contain data-modifying statements");
        return Err(recursion_error(message, cte.name.span));
    };
    let parts = Parts::of(query)?;
    let form = || {
        let message =
            format!("recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term");
        recursion_error(message, cte.name.span)
    };
    let QueryBody::SetOperation(operation) = parts.body else { return Err(form()) };
    if operation.operator != SetOperator::Union {
        return Err(form());
    }
    let mut inside_with = None;
    if let Some(with) = parts.with {
        for inner in &with.ctes {
            first_reference(name, &mut |references| references.statement(&inner.statement), &mut inside_with);
        }
    }
    if let Some((span, _)) = inside_with {
        let message = format!("recursive reference to query \"{name}\" must not appear within a subquery");
        return Err(recursion_error(message, span));
    }
    let refused = [
        (parts.order_by.first().map(|sort| sort.value.span), "ORDER BY"),
        (parts.offset.map(|offset| offset.span), "OFFSET"),
        (parts.limit.map(|limit| limit.span), "LIMIT"),
        (parts.locking.first().map(|locking| locking.span), "FOR UPDATE/SHARE"),
    ];
    if let Some((span, what)) = refused.into_iter().find_map(|(span, what)| span.map(|span| (span, what))) {
        return Err(unsupported(format!("{what} in a recursive query is not implemented"), span));
    }
    let mut left = None;
    first_reference(name, &mut |references| references.body(&operation.left), &mut left);
    if let Some((span, _)) = left {
        let message = format!("recursive reference to query \"{name}\" must not appear within its non-recursive term");
        return Err(recursion_error(message, span));
    }
    check_right(name, &operation.right)
}

/// One reference in the recursive term, in a place that allows it.
fn check_right(name: &std::sync::Arc<str>, right: &QueryBody) -> Result<()> {
    let mut count = 0;
    let mut problem = None;
    let mut found = |other: &std::sync::Arc<str>, span: TextRange, around: Around| {
        if other != name {
            return;
        }
        count += 1;
        let phrase = match around {
            Around::Free if count > 1 => "more than once",
            Around::Free => return,
            Around::SubLink => "within a subquery",
            Around::OuterJoin => "within an outer join",
            Around::Except => "within EXCEPT",
            Around::Intersect => "within INTERSECT",
        };
        if problem.is_none() {
            problem = Some((span, phrase));
        }
    };
    References::new(&mut found).body(right);
    match problem {
        Some((span, phrase)) => {
            let message = format!("recursive reference to query \"{name}\" must not appear {phrase}");
            Err(recursion_error(message, span))
        }
        None => Ok(()),
    }
}

fn first_reference<'a>(
    name: &std::sync::Arc<str>,
    walk: &mut dyn FnMut(&mut References<'_, 'a>),
    first: &mut Option<(TextRange, Around)>,
) {
    let mut found = |other: &'a std::sync::Arc<str>, span: TextRange, around: Around| {
        if other == name && first.is_none() {
            *first = Some((span, around));
        }
    };
    walk(&mut References::new(&mut found));
}

fn recursion_error(message: String, span: TextRange) -> Failure {
    Error::fail("42P19", message, span, ErrorKind::Other)
}
