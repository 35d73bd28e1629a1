//! Walking the syntax tree before anything is known of it.

use rollproof_sql::ast::{
    Expr, ExprKind, FrameBound, FunctionCall, Indirection, Over, Query, SortBy, SpecialCall, SubLinkKind,
    WindowDefinition,
};

/// Every query that stands in an expression, queries inside those not included.
pub(crate) fn sub_queries<'a>(expr: &'a Expr, found: &mut dyn FnMut(&'a Query)) {
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        if let ExprKind::SubLink(link) = &expr.kind {
            found(&link.query);
        }
        children(expr, &mut |child| pending.push(child));
    }
}

/// Whether unknown text stands in an expression outside of parentheses: then it may be several, or the end of a list.
pub(crate) fn may_be_several(expr: &Expr) -> bool {
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        match &expr.kind {
            ExprKind::Hole(_) | ExprKind::Open(_) => return true,
            ExprKind::Indirection(..)
            | ExprKind::Operator { .. }
            | ExprKind::AnyAll { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::Like { .. }
            | ExprKind::IsDistinct { .. }
            | ExprKind::NullTest { .. }
            | ExprKind::BooleanTest { .. }
            | ExprKind::Between { .. }
            | ExprKind::In { .. }
            | ExprKind::Cast { .. }
            | ExprKind::Collate(..) => children(expr, &mut |child| pending.push(child)),
            _ => {}
        }
    }
    false
}

/// Whether the last of an expression is unknown text, or goes on in one.
pub(crate) fn ends_open(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Hole(_) | ExprKind::Open(_) => true,
        ExprKind::And(terms) | ExprKind::Or(terms) => terms.last().is_some_and(ends_open),
        ExprKind::Operator { right, .. } | ExprKind::Like { right, escape: None, .. } => ends_open(right),
        ExprKind::Not(value) => ends_open(value),
        _ => false,
    }
}

/// The expressions right below one, those of queries inside not included.
pub fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Indirection(value, steps) => {
            visit(value);
            for step in steps {
                match step {
                    Indirection::Index(index) => visit(index),
                    Indirection::Slice(lower, upper) => lower.iter().chain(upper).for_each(&mut *visit),
                    Indirection::Field(_) | Indirection::Star(_) => {}
                }
            }
        }
        ExprKind::Operator { left, right, .. } => {
            left.iter().for_each(|left| visit(left));
            visit(right);
        }
        ExprKind::AnyAll { left, right, .. }
        | ExprKind::IsDistinct { left, right, .. }
        | ExprKind::NullIf(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::And(list)
        | ExprKind::Or(list)
        | ExprKind::Coalesce(list)
        | ExprKind::MinMax(_, list)
        | ExprKind::Array(list)
        | ExprKind::Row(list, _)
        | ExprKind::Grouping(list) => list.iter().for_each(visit),
        ExprKind::Not(value)
        | ExprKind::NullTest { value, .. }
        | ExprKind::BooleanTest { value, .. }
        | ExprKind::IsDocument { value, .. }
        | ExprKind::IsJson { value, .. }
        | ExprKind::Cast { value, .. }
        | ExprKind::Open(value)
        | ExprKind::Collate(value, _) => visit(value),
        ExprKind::Like { left, right, escape, .. } => {
            visit(left);
            visit(right);
            escape.iter().for_each(|escape| visit(escape));
        }
        ExprKind::Between { value, low, high, .. } => [value, low, high].into_iter().for_each(|each| visit(each)),
        ExprKind::In { left, list, .. } => {
            visit(left);
            list.iter().for_each(visit);
        }
        ExprKind::Function(call) => call_children(call, visit),
        ExprKind::Special(special) => special_children(special, visit),
        ExprKind::Case { argument, whens, otherwise } => {
            argument.iter().for_each(|argument| visit(argument));
            for when in whens {
                visit(&when.when);
                visit(&when.then);
            }
            otherwise.iter().for_each(|otherwise| visit(otherwise));
        }
        ExprKind::SubLink(link) => match &link.kind {
            SubLinkKind::Any { test, .. } | SubLinkKind::All { test, .. } => visit(test),
            SubLinkKind::Exists | SubLinkKind::Scalar | SubLinkKind::Array => {}
        },
        ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::Column(_)
        | ExprKind::SqlValue(..)
        | ExprKind::Default
        | ExprKind::MergeAction
        | ExprKind::CurrentOf(_)
        | ExprKind::Hole(_) => {}
    }
}

fn call_children<'a>(call: &'a FunctionCall, visit: &mut dyn FnMut(&'a Expr)) {
    call.arguments.iter().for_each(|argument| visit(&argument.value));
    call.order_by.iter().for_each(|sort| visit(&sort.value));
    call.filter.iter().for_each(|filter| visit(filter));
    over_children(call.over.as_deref(), visit);
}

fn special_children<'a>(special: &'a SpecialCall, visit: &mut dyn FnMut(&'a Expr)) {
    special.arguments.iter().for_each(&mut *visit);
    special.order_by.iter().for_each(|sort: &SortBy| visit(&sort.value));
    special.filter.iter().for_each(|filter| visit(filter));
    over_children(special.over.as_deref(), visit);
}

fn over_children<'a>(over: Option<&'a Over>, visit: &mut dyn FnMut(&'a Expr)) {
    if let Some(Over::Window(window)) = over {
        window_children(window, visit);
    }
}

/// The expressions of a window.
pub(crate) fn window_children<'a>(window: &'a WindowDefinition, visit: &mut dyn FnMut(&'a Expr)) {
    window.partition_by.iter().for_each(&mut *visit);
    window.order_by.iter().for_each(|sort| visit(&sort.value));
    let Some(frame) = &window.frame else { return };
    for bound in [Some(&frame.start), frame.end.as_ref()].into_iter().flatten() {
        if let FrameBound::Preceding(offset) | FrameBound::Following(offset) = bound {
            visit(offset);
        }
    }
}
