//! Relations, routines and schemas that the application makes by itself: its own texts and scripts create them, and no migration does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_resolve::{ErrorKind, Outcome};
use rollproof_source::SourceMap;
use rollproof_sql::ast::{Definition, ObjectKind, RenamePart, Statement, StatementKind};

use crate::VersionInput;
use crate::analysis::QueryToJudge;
use crate::places::place;

/// What the code creates, by name, each with the first place that does (`file:line`).
#[derive(Default)]
pub(crate) struct MadeByCode {
    relations: BTreeMap<Arc<str>, String>,
    routines: BTreeMap<Arc<str>, String>,
    schemas: BTreeMap<Arc<str>, String>,
}

/// What kind of thing a statement makes.
enum Kind {
    Relation,
    Routine,
    Schema,
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
            for (kind, name) in statements.iter().filter_map(created) {
                let names = match kind {
                    Kind::Relation => &mut made.relations,
                    Kind::Routine => &mut made.routines,
                    Kind::Schema => &mut made.schemas,
                };
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
            ErrorKind::MissingSchema(name) => self.schemas.get_key_value(name),
            _ => None,
        };
        found.map(|(name, place)| (name, &**place))
    }
}

/// What a statement makes: a new relation, also by another name, a routine or a schema.
fn created(statement: &Statement) -> Option<(Kind, Arc<str>)> {
    let StatementKind::Define(definition) = &statement.kind else { return None };
    let (kind, name) = match &**definition {
        Definition::CreateTable(table) => (Kind::Relation, table.name.object()),
        Definition::CreateTableAs(table) => (Kind::Relation, table.name.object()),
        Definition::CreateView(view) => (Kind::Relation, view.name.object()),
        Definition::CreateFunction(function) => (Kind::Routine, function.name.object()),
        Definition::CreateSchema(schema) => (Kind::Schema, schema.name.as_ref()?),
        Definition::Rename(rename) if matches!(rename.part, RenamePart::Whole) => match rename.kind {
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => (Kind::Relation, &rename.to),
            ObjectKind::Schema => (Kind::Schema, &rename.to),
            _ => return None,
        },
        _ => return None,
    };
    Some((kind, name.text.clone()))
}
