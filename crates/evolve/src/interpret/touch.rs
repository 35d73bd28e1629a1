//! What a piece of PL/pgSQL may touch that cannot be run: its names, as far as they are known.
//!
//! Statements are gone through once, in order, every branch of them. Variables that a branch or a loop assigns are not
//! known after it; a text that is put together from what is not known keeps the parts that are
//! (`format('DROP TABLE events_%s', day)` touches every name that begins with `events_`).

use std::sync::Arc;

use rollproof_catalog::{Schema, Taint, UNKNOWN_PART};
use rollproof_sql::plpgsql::{
    Block, DeclarationKind, PlBranch, PlExpression, PlLoopKind, PlStatement, PlStatementKind, PlValue,
};

use super::effect;
use super::expression::Evaluator;
use super::query::Sources;
use super::value::{Known, Unknown, Value};
use super::words;

/// What may have been touched.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Names, some of them known in part.
    pub(super) names: Vec<Arc<str>>,
    /// A name is not known at all.
    pub(super) everything: bool,
}

impl Touched {
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
        let inert = [
            "select", "insert", "update", "delete", "with", "merge", "truncate", "comment", "analyze", "vacuum",
            "lock", "reindex", "notify", "cluster", "copy",
        ];
        if inert.contains(&first) || (matches!(first, "refresh") && second == "materialized") {
            return;
        }
        if first.contains(UNKNOWN_PART) || second.contains(UNKNOWN_PART) && first != "set" {
            self.everything = true;
        }
        let elsewhere =
            matches!(second, "role" | "user" | "database" | "publication" | "subscription" | "event" | "server");
        for (at, word) in words.iter().enumerate() {
            self.names.extend([word.text.clone(), word.folded.clone()]);
            let nothing_known = word.text.chars().all(|character| character == UNKNOWN_PART);
            if nothing_known && !elsewhere && !word.harmless && !harmless_place(first, &words[..at]) {
                self.everything = true;
            }
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

/// A word of a text.
struct Word {
    text: Arc<str>,
    folded: Arc<str>,
    /// It stands in parentheses, after an operator or before a dot: it names no relation.
    harmless: bool,
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
                push(&mut all, word, depth > 0 || operator || characters.get(at) == Some(&'.'));
                operator = false;
            }
            character if is_part(character) => {
                let start = at;
                while characters.get(at).is_some_and(|character| is_part(*character)) {
                    at += 1;
                }
                let word: String = characters[start..at].iter().collect();
                push(&mut all, word, depth > 0 || operator || characters.get(at) == Some(&'.'));
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
    character.is_alphanumeric() || character == '_' || character == '$' || character == UNKNOWN_PART
}

fn push(all: &mut [Vec<Word>], word: String, harmless: bool) {
    if let Some(last) = all.last_mut() {
        last.push(Word { folded: Arc::from(word.to_lowercase()), text: Arc::from(word), harmless });
    }
}

/// Goes through statements that cannot be run.
pub(super) struct Survey<'a> {
    /// The schema.
    pub(super) schema: &'a Schema,
    /// What ranges of statements count in.
    pub(super) source: &'a str,
    /// Variables as they are before the statements.
    pub(super) variables: Vec<(Arc<str>, Known)>,
    /// Steps that are left.
    pub(super) steps: &'a std::cell::Cell<u64>,
    /// What was found.
    pub(super) touched: Touched,
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
            PlStatementKind::Case(_, branches, otherwise) => {
                self.branches(branches, otherwise.as_deref().unwrap_or(&[]));
            }
            PlStatementKind::Loop(of) => {
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
                for name in targets {
                    self.variables.push((name, Err(Unknown::because("a loop"))));
                }
                self.forget(&of.statements);
                self.statements(&of.statements);
                self.forget(&of.statements);
                self.variables.truncate(depth);
            }
            PlStatementKind::Assign(target, value) if target.indirection.is_empty() => {
                let value = self.value(value);
                self.assign(&target.column.text, value);
            }
            PlStatementKind::Execute(dynamic, _) | PlStatementKind::ReturnQueryExecute(dynamic) => {
                match self.value(&dynamic.text) {
                    Ok(value) => self.touched.add_text(value.to_text().as_deref().unwrap_or("")),
                    Err(Unknown { text: Some(text), .. }) => self.touched.add_text(&text),
                    Err(_) => self.touched.everything = true,
                }
                self.forget(std::slice::from_ref(statement));
            }
            _ => {
                if effect::changes(std::slice::from_ref(statement)) {
                    self.touched.names.extend(words(statement.span.slice(self.source)));
                }
                self.forget(std::slice::from_ref(statement));
            }
        }
    }

    fn branches(&mut self, branches: &[PlBranch], otherwise: &[PlStatement]) {
        let before = self.variables.clone();
        for statements in branches.iter().map(|branch| &branch.statements[..]).chain([otherwise]) {
            self.variables.clone_from(&before);
            self.statements(statements);
        }
        self.variables = before;
        branches.iter().for_each(|branch| self.forget(&branch.statements));
        self.forget(otherwise);
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
        let evaluator = Evaluator { schema: self.schema, variables: &self.variables, steps: self.steps };
        match &expression.value {
            Ok(PlValue::Expr(expr)) => evaluator.value(expr, &Sources::default(), 0),
            _ => Err(Unknown::because("a query")),
        }
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
        touched(
            "CREATE TABLE events_? PARTITION OF events FOR VALUES FROM ('?') TO ('?')",
            false,
            &["events_1", "events"],
        );
        touched("DROP TABLE ?", true, &[]);
        touched("DROP TABLE \"?\"", true, &[]);
        touched("ALTER TABLE ?.t ADD COLUMN a int DEFAULT ?", false, &["t"]);
        touched("GRANT SELECT ON t TO ?", false, &["t"]);
        touched("CREATE POLICY ? ON t", false, &["t"]);
        touched("?", true, &[]);
        touched("UPDATE ? SET a = 1", false, &[]);
        touched("ALTER TABLE a RENAME TO ?", true, &[]);
    }
}
