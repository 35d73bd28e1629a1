//! How the server words a name that is not there (`errorMissingColumn`, `errorMissingRTE`).

use rollproof_source::TextRange;
use rollproof_sql::ast::Name;

use crate::analyze::{Analyzer, EntryKind, Tag};
use crate::error::{Error, ErrorKind, Failure};

impl Analyzer<'_> {
    /// 42703 "column … does not exist".
    pub(crate) fn missing_column(&self, table: Option<&Name>, name: &Name, span: TextRange) -> Failure {
        let message = match table {
            Some(table) => format!("column {}.{} does not exist", table.text, name.text),
            None => format!("column \"{}\" does not exist", name.text),
        };
        let table = table.map(|table| table.text.clone());
        Error::fail("42703", message, span, ErrorKind::MissingColumn { table, name: name.text.clone() })
    }

    /// 42P01 "missing FROM-clause entry" or "invalid reference to FROM-clause entry": the latter where some entry of a query
    /// around bears the name but cannot be seen from here (`searchRangeTableForRel`).
    pub(crate) fn missing_item(&mut self, schema: Option<&Name>, name: &Name, span: TextRange) -> Failure {
        let invisible = self.bears_name(schema, name);
        let message = if invisible {
            format!("invalid reference to FROM-clause entry for table \"{}\"", name.text)
        } else {
            format!("missing FROM-clause entry for table \"{}\"", name.text)
        };
        let schema = schema.map(|schema| schema.text.clone());
        Error::fail("42P01", message, span, ErrorKind::MissingRelation { schema, name: name.text.clone() })
    }

    fn bears_name(&mut self, schema: Option<&Name>, name: &Name) -> bool {
        let relation = match schema {
            Some(schema) => self.relation_in(schema, name),
            None => {
                let parts = vec![name.clone()];
                let qualified = rollproof_sql::ast::QualifiedName { parts, span: name.span };
                self.find_relation(&qualified).ok().flatten()
            }
        };
        let cte = schema.is_none().then(|| self.find_cte(&name.text)).flatten();
        let cte = cte.map(|(depth, at)| Tag::Field(format!("{depth}:{at}").into()));
        // An alias of a CTE's name hides the table of that name, so only entries count that are the table itself.
        self.levels.iter().flat_map(|level| &level.entries).any(|entry| {
            let same_relation =
                relation.is_some() && matches!(entry.kind, EntryKind::Relation(oid, _) if Some(oid) == relation);
            let same_cte = cte.is_some()
                && entry.kind == EntryKind::Cte
                && entry.tree.as_ref().map(|tree| &tree.tag) == cte.as_ref();
            let joined_without_alias = entry.kind == EntryKind::Join && !entry.aliased;
            same_relation || same_cte || (!joined_without_alias && *entry.name == *name.text)
        })
    }
}
