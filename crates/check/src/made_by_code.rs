//! Relations and routines that the application makes by itself: its own texts and scripts create them, and no migration does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_resolve::{ErrorKind, Outcome};
use rollproof_source::SourceMap;
use rollproof_sql::ast::{Definition, Statement, StatementKind};

use crate::VersionInput;
use crate::analysis::QueryToJudge;
use crate::places::place;

/// What the code creates, by name, each with the first place that does (`file:line`).
#[derive(Default)]
pub(crate) struct MadeByCode {
    relations: BTreeMap<Arc<str>, String>,
    routines: BTreeMap<Arc<str>, String>,
}

impl MadeByCode {
    /// What the texts of all versions create, and the routines of their scripts.
    pub(crate) fn of(queries: &[QueryToJudge], versions: &[VersionInput], sources: &SourceMap) -> Self {
        let mut made = Self::default();
        let line = |span| {
            let found = place(sources, span);
            format!("{}:{}", found.file, found.line)
        };
        for query in queries {
            let Ok(statements) = &*query.parsed else { continue };
            for (is_routine, name) in statements.iter().filter_map(created) {
                let names = if is_routine { &mut made.routines } else { &mut made.relations };
                names.entry(name).or_insert_with(|| line(query.extracted.span));
            }
        }
        for (name, span) in versions.iter().flat_map(|version| &version.extraction.routines) {
            made.routines.entry(name.clone()).or_insert_with(|| line(*span));
        }
        made
    }

    /// What the first refused statement misses and the code creates, and where.
    pub(crate) fn maker(&self, outcomes: &[Outcome]) -> Option<(&Arc<str>, &str)> {
        let refusal = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Refused(refusal) => refusal.errors.first(),
            _ => None,
        })?;
        let found = match &refusal.kind {
            ErrorKind::MissingRelation { name, .. } => self.relations.get_key_value(name),
            ErrorKind::MissingFunction { name, .. } => self.routines.get_key_value(name),
            _ => None,
        };
        found.map(|(name, place)| (name, &**place))
    }
}

/// The relation or routine that a statement makes, and whether it is a routine.
fn created(statement: &Statement) -> Option<(bool, Arc<str>)> {
    let StatementKind::Define(definition) = &statement.kind else { return None };
    let name = match &**definition {
        Definition::CreateTable(table) => &table.name,
        Definition::CreateTableAs(table) => &table.name,
        Definition::CreateView(view) => &view.name,
        Definition::CreateFunction(function) => &function.name,
        _ => return None,
    };
    Some((matches!(&**definition, Definition::CreateFunction(_)), name.object().text.clone()))
}
