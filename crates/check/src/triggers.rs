//! What a trigger's function does to the row that fires it, read off its PL/pgSQL.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Function, Language, Oid, Relation, RoutineBody, Schema, Trigger};
use rollproof_resolve::routine::{Invocation, analyse};
use rollproof_resolve::{Write, WriteAction};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, Indirection, Literal, QualifiedName};
use rollproof_sql::plpgsql::{Block, PlBranch, PlRaise, PlStatement, PlStatementKind, PlValue, parse_body};

/// No more functions are looked at below one trigger.
const MOST: usize = 100;

/// What a body does that its writer may not expect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Columns of `NEW` that it assigns, and for each the columns of `NEW` that the conditions around it read. What only
    /// fills in NULL is left out.
    pub(crate) columns: Vec<(Arc<str>, BTreeSet<Arc<str>>)>,
    /// It assigns all of `NEW`, or returns another row.
    pub(crate) row: bool,
    /// It may return NULL: the row is passed over.
    pub(crate) skips: bool,
    /// It may raise an error.
    pub(crate) raises: bool,
    /// It raises this code whatever the row is.
    pub(crate) always: Option<Arc<str>>,
}

/// Triggers that a write fires and that did not stand before with this function and this body.
pub(crate) fn new<'a>(
    before: &'a Schema,
    now: &'a Schema,
    write: &'a Write,
) -> impl Iterator<Item = (&'a Trigger, &'a Function)> {
    let relation = now.relation(write.base);
    let was = before.relation(write.base);
    let triggers = relation.into_iter().flat_map(|relation| &relation.triggers).filter(|each| fires(each, write));
    triggers.filter_map(move |trigger| {
        let function = now.function(trigger.function)?;
        let same = was.is_some_and(|was| stood(was, trigger, write) && same_body(before, function));
        (!same).then_some((&**trigger, function))
    })
}

fn stood(was: &Relation, trigger: &Trigger, write: &Write) -> bool {
    let alike = |old: &Trigger| old.function == trigger.function && old.timing == trigger.timing && fires(old, write);
    was.triggers.iter().any(|old| alike(old))
}

fn same_body(before: &Schema, function: &Function) -> bool {
    let Some(was) = before.function(function.oid) else { return false };
    match (&was.body, &function.body) {
        (Some(was), Some(is)) => Arc::ptr_eq(was, is) || text(was).is_some_and(|was| text(is) == Some(was)),
        (None, None) => true,
        _ => false,
    }
}

fn text(body: &RoutineBody) -> Option<&str> {
    match body {
        RoutineBody::Text { text, range } => Some(range.slice(text)),
        _ => None,
    }
}

/// Whether `write` fires `trigger` (trigger.c, `TriggerEnabled`; a session that replicates is not asked about).
pub(crate) fn fires(trigger: &Trigger, write: &Write) -> bool {
    let enabled = matches!(trigger.enabled, 'O' | 'A');
    let event = match write.action {
        WriteAction::Insert => trigger.on_insert,
        WriteAction::Delete => trigger.on_delete,
        WriteAction::Truncate => trigger.on_truncate,
        WriteAction::Update => {
            let listed = write.columns.iter().any(|column| trigger.columns.contains(&column.number));
            trigger.on_update && (trigger.columns.is_empty() || listed)
        }
    };
    enabled && event
}

/// What a trigger function does; nothing is known of one in another language than PL/pgSQL.
pub(crate) fn effects(function: &Function) -> Effects {
    let mut effects = Effects::default();
    let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return effects };
    let Ok(body) = parse_body(text, *range).map_err(drop) else { return effects };
    if function.language != Language::PlPgSql {
        return effects;
    }
    effects.always = always(&body.block.statements).filter(|_| body.block.handlers.is_empty());
    let mut walk = Walk { text, conditions: Vec::new(), effects };
    walk.block(&body.block);
    walk.effects
}

/// The code of the RAISE that every way through the statements meets first.
fn always(statements: &[PlStatement]) -> Option<Arc<str>> {
    for statement in statements {
        match &statement.kind {
            PlStatementKind::Raise(raise) if is_error(raise) => return code(raise),
            PlStatementKind::Raise(_) | PlStatementKind::Null | PlStatementKind::Assign(..) => {}
            PlStatementKind::Block(block) if block.handlers.is_empty() => return always(&block.statements),
            _ => return None,
        }
    }
    None
}

fn is_error(raise: &PlRaise) -> bool {
    &*raise.level == "exception"
}

/// The SQLSTATE of a RAISE: `raise_exception` unless it says another; none where it names it otherwise.
fn code(raise: &PlRaise) -> Option<Arc<str>> {
    let option = raise.options.iter().find(|(name, _)| &*name.text == "errcode").map(|(_, value)| &value.value);
    let written = match option {
        Some(Ok(PlValue::Expr(expr))) => match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => text.clone(),
            _ => return None,
        },
        Some(_) => return None,
        None => match &raise.condition {
            Some(condition) => condition.clone(),
            None => return Some(Arc::from("P0001")),
        },
    };
    let digit = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    (written.len() == 5 && written.bytes().all(digit)).then_some(written)
}

/// A walk over a body.
struct Walk<'a> {
    text: &'a str,
    /// The conditions around the place, as words.
    conditions: Vec<Vec<&'a str>>,
    effects: Effects,
}

impl<'a> Walk<'a> {
    fn words(&self, range: TextRange) -> Vec<&'a str> {
        rollproof_sql::tokens(self.text, range).into_iter().map(|token| token.slice(self.text)).collect()
    }

    fn block(&mut self, block: &Block) {
        self.statements(&block.statements);
        block.handlers.iter().for_each(|handler| self.statements(&handler.statements));
    }

    fn statements(&mut self, statements: &[PlStatement]) {
        for statement in statements {
            self.statement(&statement.kind);
        }
    }

    /// Statements that run only where the conditions say so.
    fn guarded(&mut self, branches: &[PlBranch], otherwise: &[PlStatement]) {
        let outer = self.conditions.len();
        for branch in branches {
            for when in &branch.when {
                let words = self.words(when.span);
                self.conditions.push(words);
            }
            self.statements(&branch.statements);
        }
        self.statements(otherwise);
        self.conditions.truncate(outer);
    }

    fn statement(&mut self, kind: &PlStatementKind) {
        match kind {
            PlStatementKind::Block(block) => self.block(block),
            PlStatementKind::If(branches, otherwise) => self.guarded(branches, otherwise),
            PlStatementKind::Case(_, branches, otherwise) => {
                self.guarded(branches, otherwise.as_deref().unwrap_or_default());
            }
            PlStatementKind::Loop(each) => self.statements(&each.statements),
            PlStatementKind::Assign(target, value) if is_word(&target.column.text, "new") => {
                match target.indirection.first() {
                    Some(Indirection::Field(name)) => self.assigned(&name.text, Some(value.span)),
                    _ => self.effects.row = true,
                }
            }
            PlStatementKind::Sql(_, Some(into)) | PlStatementKind::Execute(_, Some(into)) => {
                into.targets.iter().for_each(|target| self.target(target));
            }
            PlStatementKind::Return(Some(value)) => match &value.value {
                Ok(PlValue::Expr(expr)) => self.returned(expr),
                _ => self.effects.row = true,
            },
            PlStatementKind::Raise(raise) => self.effects.raises |= is_error(raise),
            PlStatementKind::Assert(..) => self.effects.raises = true,
            _ => {}
        }
    }

    /// `NEW.name` gets a value. One that only takes the place of NULL changes nothing that was given.
    fn assigned(&mut self, name: &Arc<str>, value: Option<TextRange>) {
        let words = value.map(|value| self.words(value)).unwrap_or_default();
        let own =
            |words: &[&str]| matches!(words, [new, ".", column, ..] if is_word(new, "new") && is_word(column, name));
        let coalesced = matches!(&words[..], [call, "(", rest @ ..] if is_word(call, "coalesce") && own(rest));
        let is_null = |words: &Vec<&str>| {
            let null = |at: usize| {
                own(&words[at..])
                    && words.get(at + 3..at + 5).is_some_and(|rest| is_word(rest[0], "is") && is_word(rest[1], "null"))
            };
            (0..words.len()).any(null)
        };
        if coalesced || self.conditions.iter().any(is_null) {
            return;
        }
        let mut read = BTreeSet::new();
        for words in &self.conditions {
            let fields = words.windows(3).filter(|part| is_word(part[0], "new") && part[1] == ".");
            read.extend(fields.map(|part| Arc::from(part[2].to_lowercase())));
        }
        self.effects.columns.push((name.clone(), read));
    }

    fn target(&mut self, target: &QualifiedName) {
        if target.schema().is_some_and(|name| is_word(&name.text, "new")) {
            self.assigned(&target.object().text, None);
        } else if is_word(&target.object().text, "new") {
            self.effects.row = true;
        }
    }

    fn returned(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(Literal::Null) => self.effects.skips = true,
            ExprKind::Column(reference) => {
                let row = reference.fields.first();
                self.effects.row |= !row.is_some_and(|name| is_word(&name.text, "new") || is_word(&name.text, "old"));
            }
            _ => self.effects.row = true,
        }
    }
}

fn is_word(written: &str, word: &str) -> bool {
    written.eq_ignore_ascii_case(word)
}

/// Whether a trigger's function, or one that it calls, may raise an error of its own.
pub(crate) fn may_raise(schema: &Schema, function: &Function, relation: Oid) -> bool {
    let mut open = vec![(function.oid, Invocation::Trigger(relation))];
    let mut seen = BTreeSet::new();
    while let Some((oid, invocation)) = open.pop() {
        if !seen.insert(oid) || seen.len() > MOST {
            continue;
        }
        let Some(function) = schema.function(oid).filter(|function| function.body.is_some()) else { continue };
        if effects(function).raises {
            return true;
        }
        let body = analyse(schema, function, invocation);
        let resolved = body.statements.iter().filter_map(|statement| statement.outcome.resolution());
        open.extend(resolved.flat_map(|found| &found.routines).map(|(called, _)| (*called, Invocation::Call)));
    }
    false
}
