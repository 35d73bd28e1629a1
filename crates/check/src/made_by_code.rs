//! Relations that the application makes by itself: its own texts create them, and no migration does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_resolve::{ErrorKind, Outcome};
use rollproof_source::SourceMap;
use rollproof_sql::ast::{Definition, Statement, StatementKind};

use crate::analysis::QueryToJudge;
use crate::places::place;

/// The relations that the code creates, by name, each with the first place that does (`file:line`).
pub(crate) struct MadeByCode(BTreeMap<Arc<str>, String>);

impl MadeByCode {
    /// What the texts of all versions create.
    pub(crate) fn of(queries: &[QueryToJudge], sources: &SourceMap) -> Self {
        let mut made = BTreeMap::new();
        for query in queries {
            let Ok(statements) = &*query.parsed else { continue };
            for name in statements.iter().filter_map(created) {
                made.entry(name).or_insert_with(|| {
                    let found = place(sources, query.extracted.span);
                    format!("{}:{}", found.file, found.line)
                });
            }
        }
        Self(made)
    }

    /// The relation that the first refused statement misses and the code creates, and where.
    pub(crate) fn maker(&self, outcomes: &[Outcome]) -> Option<(&Arc<str>, &str)> {
        let refusal = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Refused(refusal) => refusal.errors.first(),
            _ => None,
        })?;
        let ErrorKind::MissingRelation { name, .. } = &refusal.kind else { return None };
        self.0.get_key_value(name).map(|(name, place)| (name, &**place))
    }
}

/// The relation that a statement makes.
fn created(statement: &Statement) -> Option<Arc<str>> {
    let StatementKind::Define(definition) = &statement.kind else { return None };
    let name = match &**definition {
        Definition::CreateTable(table) => &table.name,
        Definition::CreateTableAs(table) => &table.name,
        Definition::CreateView(view) => &view.name,
        _ => return None,
    };
    Some(name.object().text.clone())
}
