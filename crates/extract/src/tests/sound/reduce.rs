//! Makes a program smaller, one edit after the other, as long as it still does what is asked.

use super::program::{Class, Expr, Function, Part, Pattern, Program, Stmt};

/// The smallest program that is found and still fails.
pub(super) fn reduce(mut program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    let mut at = 0;
    loop {
        let mut smaller = program.clone();
        let mut left = at;
        if !smaller.files.iter_mut().any(|file| block(&mut file.body, &mut left)) {
            return program;
        }
        if smaller != program && fails(&smaller) {
            program = smaller;
            at = at.saturating_sub(4);
        } else {
            at += 1;
        }
    }
}

/// Whether the next edit is the one that is meant.
fn due(left: &mut usize) -> bool {
    if *left == 0 {
        return true;
    }
    *left -= 1;
    false
}

fn block(body: &mut Vec<Stmt>, left: &mut usize) -> bool {
    for at in 0..body.len() {
        if due(left) {
            body.remove(at);
            return true;
        }
        let inner: Vec<Vec<Stmt>> = match &body[at] {
            Stmt::If { then, otherwise, .. } => vec![then.clone(), otherwise.clone()],
            Stmt::Each { body, .. } | Stmt::Twice(body) | Stmt::Once(body) | Stmt::UntilBreak(body) => {
                vec![body.clone()]
            }
            Stmt::Try { body, handler, last } => {
                vec![body.clone(), handler.clone().unwrap_or_default(), last.clone()]
            }
            _ => Vec::new(),
        };
        for inner in inner {
            if due(left) {
                body.splice(at..=at, inner);
                return true;
            }
        }
        if statement(&mut body[at], left) {
            return true;
        }
    }
    false
}

fn statement(of: &mut Stmt, left: &mut usize) -> bool {
    match of {
        Stmt::Declare { pattern, value, constant } => {
            if !*constant && due(left) {
                *constant = true;
                return true;
            }
            edit_pattern(pattern, left) || expr(value, left)
        }
        Stmt::Function(of) => function(of, left),
        Stmt::Class(Class { fields, methods, .. }) => {
            for at in 0..methods.len() {
                if due(left) {
                    methods.remove(at);
                    return true;
                }
            }
            for at in 0..fields.len() {
                if due(left) {
                    fields.remove(at);
                    return true;
                }
            }
            fields.iter_mut().any(|(_, value)| expr(value, left)) || methods.iter_mut().any(|of| function(of, left))
        }
        Stmt::Assign { place, operator, value } => {
            if *operator != "=" && due(left) {
                *operator = "=";
                return true;
            }
            expr(place, left) || expr(value, left)
        }
        Stmt::Do(value) | Stmt::Return(Some(value)) => expr(value, left),
        Stmt::If { condition, then, otherwise } => expr(condition, left) || block(then, left) || block(otherwise, left),
        Stmt::Each { over, body, .. } => expr(over, left) || block(body, left),
        Stmt::Twice(body) | Stmt::Once(body) | Stmt::UntilBreak(body) => block(body, left),
        Stmt::Try { body, handler, last } => {
            block(body, left) || handler.as_mut().is_some_and(|handler| block(handler, left)) || block(last, left)
        }
        Stmt::Query { text, .. } => expr(text, left),
        Stmt::Return(None) | Stmt::Break | Stmt::Throw => false,
    }
}

fn edit_pattern(pattern: &mut Pattern, left: &mut usize) -> bool {
    let Pattern::Object(fields, rest) = pattern else { return false };
    for at in 0..fields.len() {
        if due(left) {
            fields.remove(at);
            return true;
        }
    }
    if rest.is_some() && due(left) {
        *rest = None;
        return true;
    }
    false
}

fn function(of: &mut Function, left: &mut usize) -> bool {
    block(&mut of.body, left) || of.params.iter_mut().any(|param| edit_pattern(&mut param.pattern, left))
}

/// What may stand for an expression: its parts.
fn parts_of(of: &Expr) -> Vec<Expr> {
    match of {
        Expr::Choice(_, yes, no) => vec![*yes.clone(), *no.clone()],
        Expr::And(left, right) | Expr::Or(left, right) | Expr::Nullish(left, right) => {
            vec![*right.clone(), *left.clone()]
        }
        Expr::Not(inner) => vec![*inner.clone()],
        Expr::Same(..) => vec![Expr::Asked(0)],
        Expr::Template(parts) => parts.clone(),
        Expr::Computed(object, key) => match key.as_ref() {
            Expr::Text(name) => vec![object.clone().field(name)],
            _ => Vec::new(),
        },
        Expr::Call(callee, arguments) => match callee.as_ref() {
            Expr::Field(object, _) => std::iter::once(*object.clone()).chain(arguments.iter().cloned()).collect(),
            _ => arguments.clone(),
        },
        Expr::List(parts) => parts
            .iter()
            .filter_map(|part| if let Part::Spread(value) = part { Some(value.clone()) } else { None })
            .collect(),
        Expr::Object(parts) => parts
            .iter()
            .filter_map(|part| if let Part::Spread(value) = part { Some(value.clone()) } else { None })
            .collect(),
        _ => Vec::new(),
    }
}

fn expr(of: &mut Expr, left: &mut usize) -> bool {
    for part in parts_of(of) {
        if due(left) {
            *of = part;
            return true;
        }
    }
    match of {
        Expr::Text(text) if !text.is_empty() => {
            if due(left) {
                text.clear();
                return true;
            }
            false
        }
        Expr::Field(object, _) | Expr::Not(object) => expr(object, left),
        Expr::Computed(left_side, right)
        | Expr::And(left_side, right)
        | Expr::Or(left_side, right)
        | Expr::Nullish(left_side, right)
        | Expr::Same(left_side, right) => expr(left_side, left) || expr(right, left),
        Expr::Choice(condition, yes, no) => expr(condition, left) || expr(yes, left) || expr(no, left),
        Expr::List(parts) | Expr::Object(parts) => {
            for at in 0..parts.len() {
                if due(left) {
                    parts.remove(at);
                    return true;
                }
            }
            parts.iter_mut().any(|part| match part {
                Part::Item(value) | Part::Field(_, value) | Part::Spread(value) => expr(value, left),
                Part::Method(method) => function(method, left),
            })
        }
        Expr::Call(callee, arguments) => {
            expr(callee, left) || arguments.iter_mut().any(|argument| expr(argument, left))
        }
        Expr::Template(values) | Expr::Library(_, values) | Expr::New(_, values) => {
            values.iter_mut().any(|value| expr(value, left))
        }
        Expr::Function(of) => function(of, left),
        _ => false,
    }
}
