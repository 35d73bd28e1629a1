//! Relations that routines make for others: a temporary table stays until the session or the transaction ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Oid, RoutineBody, Schema};
use rollproof_sql::{fold_identifier, tokens};

use crate::outcome::Outcome;

/// No more routines are looked into below one statement.
const MOST: usize = 200;

/// What the routines that a statement calls may have made.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Names of tables.
    pub(super) names: Vec<Arc<str>>,
    /// A dynamic text may have made others.
    pub(super) more: bool,
}

/// What the routines that a statement calls make, those that they call included. Their bodies are read word by word:
/// what is named too much leaves an answer unknown, and none wrong.
pub(super) fn made_by_calls(outcome: &Outcome, schema: &Schema) -> Made {
    let called = outcome.resolution().map_or(&[][..], |resolution| &resolution.routines);
    let mut open: Vec<Oid> = called.iter().map(|(oid, _)| *oid).collect();
    let (mut seen, mut made) = (BTreeSet::new(), Made::default());
    while let Some(oid) = open.pop() {
        if !seen.insert(oid) || seen.len() > MOST {
            continue;
        }
        let Some(function) = schema.functions.get(oid) else { continue };
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { continue };
        let words: Vec<String> =
            tokens(text, *range).into_iter().map(|token| fold_identifier(token.slice(text)).to_string()).collect();
        made.more |= words.iter().any(|word| word == "execute") && range.slice(text).to_lowercase().contains("create");
        made.names.extend(tables(&words));
        if seen.len() < MOST {
            let named = |word: &String| {
                schema.functions.iter().filter(|each| *each.name == **word).map(|each| each.oid).collect::<Vec<_>>()
            };
            open.extend(words.iter().collect::<BTreeSet<_>>().into_iter().flat_map(named));
        }
    }
    made
}

/// What follows `CREATE … TABLE`, the last part of the name.
fn tables(words: &[String]) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    for (at, _) in words.iter().enumerate().filter(|(_, word)| *word == "table") {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).map_or("", |word| word);
        if !matches!(before, "create" | "temp" | "temporary" | "unlogged") {
            continue;
        }
        let rest = &words[at + 1..];
        let rest = if rest.first().is_some_and(|word| word == "if") { rest.get(3..).unwrap_or_default() } else { rest };
        let name = match rest {
            [_, dot, name, ..] if dot == "." => Some(name),
            [name, ..] => Some(name),
            [] => None,
        };
        names.extend(name.map(|name| Arc::from(name.trim_matches('"'))));
    }
    names
}
