//! Text that the schema keeps, with its names as they are called now.

use rollproof_sql::quote_identifier;

use crate::{ColumnId, ObjectId, Schema, StoredText};

impl Schema {
    /// The text with every bound name replaced by the name its object has now. A name that was qualified stays so.
    #[must_use]
    pub fn print_stored(&self, text: &StoredText) -> String {
        let (start, end) = (text.range.start as usize, text.range.end as usize);
        let mut printed = String::new();
        let mut at = start;
        for (range, object) in text.bindings.iter() {
            let (from, to) = (range.start as usize, range.end as usize);
            let Some(written) = text.text.get(from..to) else { continue };
            // A star has one entry a column, and stays a star.
            if from < at || to > end || written.ends_with('*') {
                continue;
            }
            let Some(now) = self.renamed(written, *object) else { continue };
            printed.push_str(text.text.get(at..from).unwrap_or_default());
            printed.push_str(&now);
            at = to;
        }
        printed.push_str(text.text.get(at..end).unwrap_or_default());
        printed
    }

    /// A written name with its last part, and the schema before it, as they are called now; none where nothing changed.
    fn renamed(&self, written: &str, object: ObjectId) -> Option<String> {
        let (namespace, name) = self.current_name(object)?;
        let parts = name_parts(written);
        let last = parts.len().checked_sub(1)?;
        let mut printed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        replace_if_other(&mut printed[last], &name);
        if let (Some(namespace), Some(before)) = (namespace, last.checked_sub(1)) {
            replace_if_other(&mut printed[before], &namespace);
        }
        Some(printed.join("."))
    }

    /// The name of an object, and of the schema that may be written before it.
    fn current_name(&self, object: ObjectId) -> Option<(Option<String>, String)> {
        let qualified =
            |namespace, name: &str| (self.namespace_name(namespace).map(|schema| schema.to_string()), name.to_owned());
        Some(match object {
            ObjectId::Relation(oid) => self.relation(oid).map(|found| qualified(found.namespace, &found.name))?,
            ObjectId::Function(oid) => self.function(oid).map(|found| qualified(found.namespace, &found.name))?,
            ObjectId::Type(oid) if oid >= crate::Oid::FIRST_USER => {
                let found = self.type_of(oid).filter(|found| !found.is_array)?;
                qualified(found.namespace, &found.name)
            }
            ObjectId::Column(id) => (None, self.column_name(id)?),
            ObjectId::EnumLabel(_) => return None,
            _ => return None,
        })
    }

    fn column_name(&self, id: ColumnId) -> Option<String> {
        self.column(id).map(|column| column.name.to_string())
    }
}

/// Writes the name unless what is written means it already.
fn replace_if_other(written: &mut String, name: &str) {
    let means = match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => rollproof_sql::fold_identifier(written.trim()),
    };
    if means != name {
        *written = quote_identifier(name);
    }
}

/// A name's parts at the dots outside quotes.
fn name_parts(written: &str) -> Vec<&str> {
    let mut quoted = false;
    written
        .split(|letter: char| {
            quoted ^= letter == '"';
            letter == '.' && !quoted
        })
        .collect()
}
