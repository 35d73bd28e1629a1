//! Relations, routines and schemas that the application makes by itself: its own texts and scripts create them, and no migration does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::Schema;
use rollproof_resolve::{ErrorKind, Outcome};
use rollproof_source::{SourceMap, TextRange};
use rollproof_sql::ast::{Definition, ObjectKind, RenamePart, Statement, StatementKind};
use rollproof_sql::{MappedText, Origin};

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

    /// What is said of a text that is known but for names that the program makes while it runs, and where: each may be
    /// that of a relation that is there, or of one that the code itself makes under such a name.
    pub(crate) fn named_at_run_time(
        &self,
        text: &MappedText,
        outcomes: &[Outcome],
        schema: &Schema,
    ) -> Option<(String, TextRange)> {
        let unknown = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Unknown(undecided) => Some(&undecided.unknown),
            _ => None,
        })?;
        let names = run_time_names(text)?;
        if &*unknown.reason != "dynamic-sql" {
            return Some((unknown.reason.to_string(), unknown.span));
        }
        let at = |name: &&TextRange| unknown.span.start <= name.start && name.end <= unknown.span.end;
        let range = *names.iter().find(at).or(names.first())?;
        let written = range.slice(&text.text);
        let name = match written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => written.to_ascii_lowercase(),
        };
        let shown = name.replace(MappedText::HOLE, "…");
        let there = schema.relations.iter().find(|relation| text.may_be(range, &relation.name));
        let message = match (there, self.relations.get(name.as_str())) {
            (Some(relation), _) => format!(
                "\"{shown}\" is a name that the program makes while it runs; it may be that of \"{}\"",
                relation.name
            ),
            (None, Some(place)) => {
                format!("\"{shown}\" is made by the application itself ({place}), not by a migration")
            }
            (None, None) => format!(
                "\"{shown}\" is a name that the program makes while it runs; nothing in the schema has such a name"
            ),
        };
        Some((message, range))
    }
}

/// Where the names stand that the program makes while it runs; none where something else is not known.
pub(crate) fn run_time_names(text: &MappedText) -> Option<Vec<TextRange>> {
    let tokens = rollproof_sql::tokens(&text.text, TextRange::new(0, text.text.len() as u32));
    let mut names: Vec<TextRange> = Vec::new();
    for segment in &text.segments {
        let Origin::Hole(hole) = &segment.origin else { continue };
        let around = |token: &&TextRange| token.start <= segment.range.start && segment.range.end <= token.end;
        // In a comment there is no token.
        let Some(token) = tokens.iter().find(around) else { continue };
        let written = token.slice(&text.text);
        if written.ends_with('\'') || written.starts_with('$') {
            continue;
        }
        let begins = |first: char| first.is_alphabetic() || matches!(first, '_' | '"');
        if hole.made.is_none() || !written.starts_with(begins) {
            return None;
        }
        if names.last() != Some(token) {
            names.push(*token);
        }
    }
    (!names.is_empty()).then_some(names)
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
