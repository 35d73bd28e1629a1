//! What a piece of PL/pgSQL may touch that cannot be run: its names, as far as they are known.
//!
//! Statements are gone through once, in order, every branch of them. Variables that a branch or a loop assigns are not
//! known after it; a text that is put together from what is not known keeps the parts that are
//! (`format('DROP TABLE events_%s', day)` touches every name that begins with `events_`).

use std::sync::Arc;

use rollproof_catalog::{Language, Oid, RoutineBody, Taint, UNKNOWN_DIGITS, UNKNOWN_PART};
use rollproof_sql::ast::StatementKind;
use rollproof_sql::plpgsql::{
    Block, DeclarationKind, PlBranch, PlExpression, PlLoop, PlLoopKind, PlStatement, PlStatementKind, PlValue,
    SqlStatement,
};

use super::effect;
use super::expression::Evaluator;
use super::query::Sources;
use super::value::{Known, Unknown, Value};
use super::{only_call, words};
use crate::context::Context;

/// What may have been touched.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Names, some of them known in part.
    pub(super) names: Vec<Arc<str>>,
    /// A name is not known at all.
    pub(super) everything: bool,
}

impl Touched {
    /// Adds what another found.
    pub(super) fn add(&mut self, other: Self) {
        self.everything |= other.everything;
        self.names.extend(other.names);
    }

    /// What it leaves unknown.
    pub(super) fn taint(mut self, why: &str) -> Taint {
        self.names.sort();
        self.names.dedup();
        match self.everything {
            true => Taint::Everything(Arc::from(why)),
            false => Taint::Relations(self.names, Arc::from(why)),
        }
    }

    /// Adds what a text that is executed names. Statements that change no schema name nothing.
    pub(super) fn add_text(&mut self, text: &str) {
        for statement in statements(text) {
            self.add_statement(&statement);
        }
    }

    fn add_statement(&mut self, words: &[Word]) {
        let first = words.first().map_or("", |word| &*word.folded);
        let second = words.get(1).map_or("", |word| &*word.folded);
        let unknown_call = |word: &Word| word.call && word.text.contains(UNKNOWN_PART);
        self.everything |= words.iter().any(unknown_call) && !matches!(first, "create" | "alter" | "drop");
        let inert = [
            "select", "insert", "update", "delete", "with", "merge", "truncate", "comment", "analyze", "vacuum",
            "lock", "reindex", "notify", "cluster", "copy",
        ];
        // Statistics steer the planner alone, whatever they are of.
        let statistics = matches!(first, "create" | "alter" | "drop") && second == "statistics";
        if inert.contains(&first) || statistics || (matches!(first, "refresh") && second == "materialized") {
            return;
        }
        if first.contains(UNKNOWN_PART) || second.contains(UNKNOWN_PART) && first != "set" {
            self.everything = true;
        }
        let spared = spared(words);
        let elsewhere =
            matches!(second, "role" | "user" | "database" | "publication" | "subscription" | "event" | "server");
        for (at, word) in words.iter().enumerate() {
            if spared.contains(&at) {
                continue;
            }
            if word.text.chars().all(|character| character == UNKNOWN_PART) {
                self.everything |= !elsewhere && !word.harmless && !harmless_place(first, &words[..at]);
                continue;
            }
            self.names.extend([word.text.clone(), word.folded.clone()]);
        }
    }
}

/// Whether a name that is not known at all names no relation where it stands.
fn harmless_place(first: &str, before: &[Word]) -> bool {
    let mut before: Vec<&str> = before.iter().map(|word| &*word.folded).collect();
    while matches!(before.last(), Some(&"exists" | &"not" | &"if" | &"only")) {
        before.pop();
    }
    match (before.last().copied().unwrap_or(""), before.len().checked_sub(2).and_then(|at| before.get(at))) {
        (
            "policy" | "trigger" | "rule" | "constraint" | "column" | "statistics" | "by" | "default" | "with"
            | "start",
            _,
        ) => true,
        ("to", Some(&"owner")) => true,
        ("to" | "from", _) => matches!(first, "grant" | "revoke"),
        _ => false,
    }
}

/// Words that name a relation which the statement only looks at: a table that gets or loses a partition stays as it is,
/// as one that another is made like.
fn spared(words: &[Word]) -> Vec<usize> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| &*word.folded == text);
    let mut spared = Vec::new();
    for (at, word) in words.iter().enumerate().skip(1) {
        if (is(at - 1, "of") && at >= 2 && is(at - 2, "partition")) || is(at - 1, "like") {
            spared.push(at);
            // The schema, then the table.
            if word.before_dot {
                spared.push(at + 1);
            }
        }
    }
    let attached = words.iter().position(|word| matches!(&*word.folded, "attach" | "detach"));
    if let Some(until) = attached.filter(|_| is(0, "alter") && is(1, "table")) {
        spared.extend(2..until);
    }
    spared
}

/// A word of a text.
struct Word {
    text: Arc<str>,
    folded: Arc<str>,
    /// It stands in parentheses, after an operator or before a dot: it names no relation.
    harmless: bool,
    /// A dot comes next: it is a schema, or a table before a column.
    before_dot: bool,
    /// A parenthesis comes next.
    call: bool,
}

/// The words of each statement of a text, those in string constants left out.
fn statements(text: &str) -> Vec<Vec<Word>> {
    let mut all = vec![Vec::new()];
    let characters: Vec<char> = text.chars().collect();
    let (mut at, mut depth) = (0, 0usize);
    let mut operator = false;
    while let Some(&character) = characters.get(at) {
        match character {
            '\'' => {
                at += 1;
                while characters.get(at).is_some_and(|character| *character != '\'') {
                    at += 1;
                }
                at += 1;
                operator = false;
            }
            '"' => {
                let start = at + 1;
                at = start;
                while characters.get(at).is_some_and(|character| *character != '"') {
                    at += 1;
                }
                let word: String = characters[start..at.min(characters.len())].iter().collect();
                at += 1;
                push(&mut all, word, depth > 0 || operator, characters.get(at));
                operator = false;
            }
            character if is_part(character) => {
                let start = at;
                while characters.get(at).is_some_and(|character| is_part(*character)) {
                    at += 1;
                }
                let word: String = characters[start..at].iter().collect();
                push(&mut all, word, depth > 0 || operator, characters.get(at));
                operator = false;
            }
            other => {
                match other {
                    '(' => depth += 1,
                    ')' => depth = depth.saturating_sub(1),
                    ';' => all.push(Vec::new()),
                    _ => {}
                }
                if !other.is_whitespace() {
                    operator = "=<>+-*/|:".contains(other);
                }
                at += 1;
            }
        }
    }
    all
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric()
        || character == '_'
        || character == '$'
        || matches!(character, UNKNOWN_PART | UNKNOWN_DIGITS)
}

fn push(all: &mut [Vec<Word>], word: String, harmless: bool, next: Option<&char>) {
    let before_dot = next == Some(&'.');
    if let Some(last) = all.last_mut() {
        last.push(Word {
            folded: Arc::from(word.to_lowercase()),
            text: Arc::from(word),
            harmless: harmless || before_dot,
            before_dot,
            call: next == Some(&'('),
        });
    }
}

/// Goes through statements that cannot be run.
pub(super) struct Survey<'a> {
    /// The schema, and what its routines do.
    pub(super) context: &'a Context,
    /// What ranges of statements count in.
    pub(super) source: &'a str,
    /// Variables as they are before the statements.
    pub(super) variables: Vec<(Arc<str>, Known)>,
    /// Steps that are left.
    pub(super) steps: &'a std::cell::Cell<u64>,
    /// What was found.
    pub(super) touched: Touched,
    /// How many calls may be gone into; none where the caller looks after the routines itself.
    pub(super) calls: Option<u32>,
}

impl Survey<'_> {
    /// Goes through the statements of a block.
    pub(super) fn block(&mut self, block: &Block) {
        let depth = self.variables.len();
        for declaration in &block.declarations {
            let value = match &declaration.kind {
                DeclarationKind::Variable { default: Some(value), .. } => self.value(value),
                DeclarationKind::Variable { default: None, .. } => Ok(Value::Null),
                _ => Err(Unknown::because("a name")),
            };
            self.variables.push((declaration.name.text.clone(), value));
        }
        self.statements(&block.statements);
        for handler in &block.handlers {
            self.forget(&block.statements);
            self.statements(&handler.statements);
        }
        self.forget(&block.statements);
        self.variables.truncate(depth);
    }

    /// Goes through statements.
    pub(super) fn statements(&mut self, statements: &[PlStatement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &PlStatement) {
        match &statement.kind {
            PlStatementKind::Block(block) => self.block(block),
            PlStatementKind::If(branches, otherwise) => self.branches(branches, otherwise),
            PlStatementKind::Case(argument, branches, otherwise) => {
                argument.iter().for_each(|argument| self.routines_in(argument.span));
                self.branches(branches, otherwise.as_deref().unwrap_or(&[]));
            }
            PlStatementKind::Loop(of) => self.repeat(of),
            PlStatementKind::Assign(target, value) if target.indirection.is_empty() => {
                self.routines_in(value.span);
                let value = self.value(value);
                self.assign(&target.column.text, value);
            }
            PlStatementKind::Execute(dynamic, _) | PlStatementKind::ReturnQueryExecute(dynamic) => {
                match self.value(&dynamic.text) {
                    Ok(value) => self.touched.add_text(value.to_text().as_deref().unwrap_or("")),
                    Err(Unknown { text: Some(text), .. }) => self.touched.add_text(&text),
                    Err(_) => self.touched.everything = true,
                }
                self.routines_in(statement.span);
                self.forget(std::slice::from_ref(statement));
            }
            PlStatementKind::Sql(SqlStatement { value: Ok(inner), .. }, Some(into))
                if matches!(inner.kind, StatementKind::Query(_)) && into.targets.len() == 1 =>
            {
                self.routines_in(statement.span);
                let value = match &inner.kind {
                    StatementKind::Query(query) => self.ask(|evaluator| {
                        let rows = evaluator.query(query, &Sources::default(), 0)?;
                        let first = rows.into_iter().next().and_then(|row| row.into_iter().next());
                        first.map_or(Ok(Value::Null), |(_, value)| value.known())
                    }),
                    _ => Err(Unknown::because("a statement")),
                };
                self.assign(&into.targets[0].object().text, value);
            }
            PlStatementKind::Sql(sql, None) | PlStatementKind::Perform(sql) if self.follow_call(sql) => {
                self.forget(std::slice::from_ref(statement));
            }
            _ => {
                self.routines_in(statement.span);
                if effect::changes(std::slice::from_ref(statement)) {
                    let text = statement.span.slice(self.source);
                    match &statement.kind {
                        PlStatementKind::Sql(..) => self.touched.add_text(text),
                        _ => self.touched.names.extend(words(text)),
                    }
                }
                self.forget(std::slice::from_ref(statement));
            }
        }
    }

    fn repeat(&mut self, of: &PlLoop) {
        let depth = self.variables.len();
        let targets = match &of.kind {
            PlLoopKind::Integers { variable, .. } | PlLoopKind::Cursor { variable, .. } => {
                vec![variable.text.clone()]
            }
            PlLoopKind::Query(targets, _) | PlLoopKind::Execute(targets, _) | PlLoopKind::Array(targets, _) => {
                targets.iter().map(|name| name.object().text.clone()).collect()
            }
            PlLoopKind::Forever | PlLoopKind::While(_) => Vec::new(),
        };
        match &of.kind {
            PlLoopKind::While(expression) | PlLoopKind::Array(_, expression) => {
                self.routines_in(expression.span);
            }
            PlLoopKind::Query(_, sql) => self.routines_in(sql.span),
            PlLoopKind::Execute(_, dynamic) => self.routines_in(dynamic.text.span),
            PlLoopKind::Integers { bounds, .. } => bounds.iter().for_each(|each| self.routines_in(each.span)),
            PlLoopKind::Forever | PlLoopKind::Cursor { .. } => {}
        }
        for name in targets {
            self.variables.push((name, Err(Unknown::because("a loop"))));
        }
        self.forget(&of.statements);
        self.statements(&of.statements);
        self.forget(&of.statements);
        self.variables.truncate(depth);
    }

    fn branches(&mut self, branches: &[PlBranch], otherwise: &[PlStatement]) {
        let before = self.variables.clone();
        for when in branches.iter().flat_map(|branch| &branch.when) {
            self.routines_in(when.span);
        }
        for statements in branches.iter().map(|branch| &branch.statements[..]).chain([otherwise]) {
            self.variables.clone_from(&before);
            self.statements(statements);
        }
        self.variables = before;
        branches.iter().for_each(|branch| self.forget(&branch.statements));
        self.forget(otherwise);
    }

    /// What the routines that an expression calls may touch, whatever they are called with.
    fn routines_in(&mut self, span: rollproof_source::TextRange) {
        if self.calls.is_some() {
            let found = self.context.changed_by_routines(span.slice(self.source));
            self.touched.add(found);
        }
    }

    /// A statement that only calls a routine of the project's own: what its body may touch with these arguments. False where
    /// it is no such statement.
    fn follow_call(&mut self, sql: &SqlStatement) -> bool {
        let Some(calls) = self.calls.filter(|calls| *calls > 0) else { return false };
        let Ok(Some(call)) = sql.value.as_ref().map(|statement| only_call(statement)) else { return false };
        let schema = call.name.schema().map(|schema| &*schema.text);
        let found = self.context.schema.functions_named(schema, call.name.object().as_str());
        let [only] = found[..] else { return false };
        let function = only.function;
        let named = call.arguments.iter().any(|argument| argument.name.is_some());
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return false };
        if function.oid < Oid::FIRST_USER || function.language != Language::PlPgSql || named {
            return false;
        }
        let Ok(parsed) = rollproof_sql::plpgsql::parse_body(text, *range) else { return false };
        let mut variables: Vec<(Arc<str>, Known)> = Vec::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let value = match call.arguments.get(at) {
                Some(argument) => self.ask(|evaluator| evaluator.value(&argument.value, &Sources::default(), 0)),
                None => Err(Unknown::because("an argument")),
            };
            variables.push((Arc::from(format!("${}", at + 1)), value.clone()));
            variables.extend(parameter.name.clone().map(|name| (name, value)));
        }
        let touched = Touched::default();
        let (context, steps) = (self.context, self.steps);
        // Each level may go into half as many: routines that call each other end.
        let mut inner = Survey { context, source: text, variables, steps, touched, calls: Some(calls / 2) };
        inner.block(&parsed.block);
        let touched = inner.touched;
        self.touched.add(touched);
        self.calls = Some(calls - 1);
        for argument in &call.arguments {
            self.routines_in(argument.value.span);
        }
        true
    }

    /// What statements assign is not known any more.
    fn forget(&mut self, statements: &[PlStatement]) {
        let mut names = Vec::new();
        effect::assigned(statements, &mut names);
        for name in names {
            self.assign(&name, Err(Unknown::because("a branch")));
        }
    }

    fn assign(&mut self, name: &str, value: Known) {
        if let Some(slot) = self.variables.iter_mut().rev().find(|(known, _)| **known == *name) {
            slot.1 = value;
        }
    }

    fn value(&self, expression: &PlExpression) -> Known {
        match &expression.value {
            Ok(PlValue::Expr(expr)) => self.ask(|evaluator| evaluator.value(expr, &Sources::default(), 0)),
            _ => Err(Unknown::because("a query")),
        }
    }

    fn ask(&self, ask: impl FnOnce(&Evaluator) -> Known) -> Known {
        ask(&Evaluator { schema: &self.context.schema, variables: &self.variables, steps: self.steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn touched(text: &str, everything: bool, names: &[&str]) {
        let mut found = Touched::default();
        found.add_text(&text.replace('?', &UNKNOWN_PART.to_string()));
        assert_eq!(found.everything, everything, "{text}");
        for name in names {
            assert!(rollproof_catalog::taints_name(&found.names, name), "{name} of {text}: {:?}", found.names);
        }
    }

    #[test]
    fn names_known_in_part_are_no_names_of_anything() {
        touched("CREATE TABLE events_? PARTITION OF events FOR VALUES FROM ('?') TO ('?')", false, &["events_1"]);
        touched("DROP TABLE ?", true, &[]);
        touched("DROP TABLE \"?\"", true, &[]);
        touched("ALTER TABLE ?.t ADD COLUMN a int DEFAULT ?", false, &["t"]);
        touched("GRANT SELECT ON t TO ?", false, &["t"]);
        let mut found = Touched::default();
        found.add_text(&format!("ALTER TABLE t ALTER a SET STATISTICS {UNKNOWN_PART}"));
        assert!(!found.everything && !rollproof_catalog::taints_name(&found.names, "u"), "{:?}", found.names);
        touched("CREATE POLICY ? ON t", false, &["t"]);
        touched("?", true, &[]);
        touched("UPDATE ? SET a = 1", false, &[]);
        touched("ALTER TABLE a RENAME TO ?", true, &[]);
        touched("SELECT ?(1)", true, &[]);
        touched("SELECT a FROM ?", false, &[]);
        touched("CREATE STATISTICS s ON a, b FROM ?", false, &[]);
    }

    #[test]
    fn a_table_that_gets_a_partition_stays_as_it_is() {
        for text in [
            "CREATE TABLE s.p_? PARTITION OF s.p FOR VALUES FROM ('?') TO ('?')",
            "ALTER TABLE ONLY s.p ATTACH PARTITION p_? FOR VALUES IN ('?')",
            "CREATE TABLE p_? (LIKE p INCLUDING ALL)",
        ] {
            let mut found = Touched::default();
            found.add_text(&text.replace('?', &UNKNOWN_PART.to_string()));
            assert!(!rollproof_catalog::taints_name(&found.names, "p"), "{text}");
            assert!(rollproof_catalog::taints_name(&found.names, "p_2024") && !found.everything, "{text}");
        }
    }
}
