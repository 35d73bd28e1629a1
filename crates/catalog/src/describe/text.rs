//! Text that the schema keeps, with its names as they are called now.

use rollproof_source::TextRange;
use rollproof_sql::{quote_identifier, quote_literal};

use crate::{ColumnId, NamePlace, ObjectId, Oid, Schema, StoredExpr, StoredName, StoredText, TypeKind, TypeRef};

/// Whether names get their schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Qualify {
    /// Those that have one keep one.
    AsWritten,
    /// Relations and routines that are not built in.
    Always,
}

/// A stretch of a text, and what stands there now.
struct Edit {
    start: usize,
    end: usize,
    now: String,
}

impl Schema {
    /// The text with every object's name as it is called now. A name that was qualified stays so.
    #[must_use]
    pub fn print_stored(&self, text: &StoredText) -> String {
        self.print(text, Qualify::AsWritten, &[])
    }

    /// The text as it means the same whatever the `search_path` is, types and operators aside: relations and routines
    /// are qualified, and a star whose relation has got other columns since is written out.
    #[must_use]
    pub fn print_qualified(&self, text: &StoredText) -> String {
        self.print(text, Qualify::Always, &[])
    }

    /// [`Schema::print_qualified`] of an expression, with the casts that a changed type of a column has left in it.
    #[must_use]
    pub fn print_expression(&self, stored: &StoredExpr) -> String {
        self.print(&stored.text, Qualify::Always, &stored.casts)
    }

    fn print(&self, text: &StoredText, qualify: Qualify, casts: &[(TextRange, TypeRef)]) -> String {
        let mut edits = Vec::new();
        let mut stars: Vec<(&StoredName, &str)> = Vec::new();
        let mut starred = text.starred.iter();
        for name in text.names.iter() {
            match name.place {
                NamePlace::Star => stars.push((name, starred.next().map_or("", |called| called))),
                NamePlace::Target => edits.extend(self.kept_name(text, name)),
                _ => edits.extend(self.edit(text, name, qualify)),
            }
        }
        if qualify == Qualify::Always {
            edits.extend(self.star_edits(text, &stars));
        }
        for (range, to) in casts {
            let (end, cast) = (range.end as usize, format!("::{}", self.format_type(*to)));
            match edits.iter_mut().find(|edit: &&mut Edit| edit.end == end && edit.start < end) {
                Some(edit) => edit.now.push_str(&cast),
                None => edits.push(Edit { start: end, end, now: cast }),
            }
        }
        // A star that is written out takes the qualifier before it along.
        // What is put behind an expression comes after what changes in it.
        edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end), edit.now.starts_with(" AS ")));
        let (start, end) = (text.range.start as usize, text.range.end as usize);
        let (mut printed, mut at) = (String::new(), start);
        for edit in &edits {
            if edit.start < at || edit.end > end {
                continue;
            }
            printed.push_str(text.text.get(at..edit.start).unwrap_or_default());
            printed.push_str(&edit.now);
            at = edit.end;
        }
        printed.push_str(text.text.get(at..end).unwrap_or_default());
        printed
    }

    /// What changes at one name; none where it is as it was.
    fn edit(&self, text: &StoredText, name: &StoredName, qualify: Qualify) -> Option<Edit> {
        let (start, end) = (name.range.start as usize, name.range.end as usize);
        let written = text.text.get(start..end)?;
        if written.ends_with('\'') {
            let now = self.literal_now(written, name.object, qualify)?;
            return Some(Edit { start, end, now });
        }
        let (namespace, now) = self.current_name(name.object)?;
        let shown = if means(written) == now { written.to_owned() } else { quote_identifier(&now) };
        if matches!(name.object, ObjectId::Column(_)) || namespace.is_none() {
            return (shown != written).then_some(Edit { start, end, now: shown });
        }
        let schema = self.namespace_name(namespace)?;
        let qualifier = qualifier_before(&text.text, start);
        match (qualifier, name.place, qualify) {
            (Some(from), NamePlace::Qualifier, Qualify::Always) => Some(Edit { start: from, end, now: shown }),
            (Some(from), ..) => {
                let before = text.text.get(from..start)?.trim_end().trim_end_matches('.').trim_end();
                let same = means(before) == **schema;
                let schema = if same { before.to_owned() } else { quote_identifier(schema) };
                Some(Edit { start: from, end, now: format!("{schema}.{shown}") })
            }
            (None, NamePlace::Object, Qualify::Always) if namespace != Self::PG_CATALOG => {
                Some(Edit { start, end, now: format!("{}.{shown}", quote_identifier(schema)) })
            }
            _ => (shown != written).then_some(Edit { start, end, now: shown }),
        }
    }

    /// The alias by which an entry of a target list keeps its name where the object that it is called after has another.
    fn kept_name(&self, text: &StoredText, target: &StoredName) -> Option<Edit> {
        let inside = |name: &&StoredName| {
            name.place == NamePlace::Object && name.object == target.object && target.range.covers(name.range)
        };
        let name = text.names.iter().find(inside)?;
        let called = means(text.text.get(name.range.start as usize..name.range.end as usize)?);
        let end = target.range.end as usize;
        let renamed = self.current_name(target.object)?.1 != called;
        renamed.then(|| Edit { start: end, end, now: format!(" AS {}", quote_identifier(&called)) })
    }

    /// A literal that stands for an object: `'t'::regclass`, a label of an enum. None where it still says the same.
    fn literal_now(&self, written: &str, object: ObjectId, qualify: Qualify) -> Option<String> {
        if let ObjectId::EnumLabel(oid) = object {
            let labels = self.types.iter().filter_map(|of| match &of.kind {
                TypeKind::Enum(labels) => Some(labels),
                _ => None,
            });
            let label = labels.flatten().find(|label| label.oid == oid)?;
            return Some(quote_literal(&label.label)).filter(|now| now != written);
        }
        let (namespace, now) = self.current_name(object)?;
        let last = written.trim_matches('\'').rsplit('.').next().map(means);
        if qualify == Qualify::AsWritten && last.as_deref() == Some(&*now) {
            return None;
        }
        Some(quote_literal(&self.qualified_name(namespace, &now)))
    }

    /// The schema and the name of an object.
    fn current_name(&self, object: ObjectId) -> Option<(Oid, String)> {
        Some(match object {
            ObjectId::Relation(oid) => self.relation(oid).map(|found| (found.namespace, found.name.to_string()))?,
            ObjectId::Function(oid) => self.function(oid).map(|found| (found.namespace, found.name.to_string()))?,
            ObjectId::Column(id) => (Oid::NONE, self.column(id)?.name.to_string()),
            _ => return None,
        })
    }

    /// Stars that would stand for other columns now. A star over several relations, or over subqueries, is left as it is.
    fn star_edits(&self, text: &StoredText, stars: &[(&StoredName, &str)]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut rest = stars;
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|each| each.0.range == first.0.range).count();
            let (these, more) = rest.split_at(count);
            rest = more;
            edits.extend(self.star_edit(text, these));
        }
        edits
    }

    fn star_edit(&self, text: &StoredText, star: &[(&StoredName, &str)]) -> Option<Edit> {
        let columns: Vec<(ColumnId, &str)> = star
            .iter()
            .filter_map(|(name, called)| match name.object {
                ObjectId::Column(id) => Some((id, *called)),
                _ => None,
            })
            .collect();
        let relation = columns.first()?.0.relation;
        if columns.iter().any(|(id, _)| id.relation != relation) {
            return None;
        }
        let now = self.relation(relation)?.live_columns().map(|column| (column.number, &*column.name));
        if now.eq(columns.iter().map(|(id, called)| (id.number, *called))) {
            return None;
        }
        let range = star.first()?.0.range;
        let (start, end) = (range.start as usize, range.end as usize);
        let written = text.text.get(start..end)?;
        let (from, qualifier) = match written.strip_suffix('*') {
            Some("") => match qualifier_before(&text.text, start) {
                Some(from) => (from, text.text.get(from..start)?),
                None => (start, ""),
            },
            Some(before) => (start, before),
            None => return None,
        };
        // The qualifier is the relation's own name where no alias stands for it.
        let of_relation = |name: &&StoredName| {
            name.place == NamePlace::Qualifier && name.range.start as usize >= from && name.range.end as usize <= end
        };
        let renamed = text.names.iter().find(of_relation).and_then(|_| self.relation(relation));
        let qualifier = match renamed {
            Some(relation) => format!("{}.", quote_identifier(&relation.name)),
            None => qualifier.to_owned(),
        };
        let listed = columns.iter().filter_map(|(id, called)| {
            let name = &self.column(*id)?.name;
            let kept = if **name == **called { String::new() } else { format!(" AS {}", quote_identifier(called)) };
            Some(format!("{qualifier}{}{kept}", quote_identifier(name)))
        });
        let listed: Vec<String> = listed.collect();
        Some(Edit { start: from, end, now: listed.join(", ") })
    }
}

/// What an identifier means as it is written.
fn means(written: &str) -> String {
    let written = written.trim();
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => rollproof_sql::fold_identifier(written),
    }
}

/// Where `schema.` before `at` begins; none where nothing but the name is written.
fn qualifier_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end().strip_suffix('.')?.trim_end();
    if let Some(quoted) = before.strip_suffix('"') {
        // A doubled quote is a part of the name.
        let mut end = quoted.len();
        loop {
            let open = quoted.get(..end)?.rfind('"')?;
            match quoted.get(..open)?.strip_suffix('"') {
                Some(shorter) => end = shorter.len(),
                None => return Some(open),
            }
        }
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii();
    let name = before.trim_end_matches(is_part);
    (name.len() < before.len()).then_some(name.len())
}
