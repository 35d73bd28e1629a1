//! Statements that write into the server's own catalogs: what they change there is not followed.

use std::sync::Arc;

use rollproof_catalog::{ObjectId, Oid, Relation, RelationKind, Schema, Taint, TypeKind};
use rollproof_resolve::{Resolution, Write};
use rollproof_source::TextRange;

use crate::context::Context;

/// Catalogs of which no query depends: comments, statistics, who depends on whom.
const OF_NO_USE: &[&str] = &[
    "pg_shdepend",
    "pg_description",
    "pg_shdescription",
    "pg_seclabel",
    "pg_shseclabel",
    "pg_statistic",
    "pg_statistic_ext",
    "pg_statistic_ext_data",
    "pg_largeobject",
    "pg_largeobject_metadata",
    "pg_database",
    "pg_tablespace",
    "pg_publication",
    "pg_publication_rel",
    "pg_subscription",
    "pg_subscription_rel",
    "pg_replication_origin",
    "pg_user_mapping",
];

/// Columns of `pg_class` and `pg_index` that hold estimates and marks of maintenance.
const ESTIMATES: &[&str] = &[
    "reltuples",
    "relpages",
    "relallvisible",
    "relallfrozen",
    "relfrozenxid",
    "relminmxid",
    "indisclustered",
    "indcheckxmin",
    // An index that is not kept up for a while, as bulk changes do: names and arbiters see it all the same (`plancat.c`).
    "indisready",
];

impl Context {
    /// Says what a statement may have changed behind the back of data definition.
    pub(crate) fn system_writes(&mut self, resolution: &Resolution, span: TextRange) {
        // Others are refused by the server, and nothing is changed.
        if !self.schema.role(self.current_role()).is_some_and(|role| role.superuser) {
            return;
        }
        for write in &resolution.writes {
            let Some(relation) = self.schema.relation(write.relation) else { continue };
            let of_the_server = relation.namespace == Schema::PG_CATALOG && relation.oid < Oid::FIRST_USER;
            if !of_the_server || relation.kind != RelationKind::Table || is_harmless(relation, write) {
                continue;
            }
            let named = self.named_by(&relation.name.clone(), resolution);
            // What keeps an object from being dropped: where none is named, nothing that a query meets is.
            if &*relation.name == "pg_depend" && named.is_none() {
                continue;
            }
            let why = format!("{} is written here, and what that changes is not followed", relation.name);
            let taint = match named {
                Some(names) => Taint::Relations(names, Arc::from(why.as_str())),
                None => Taint::Everything(Arc::from(why.as_str())),
            };
            self.taint(taint, why, span);
        }
    }

    /// The relations and types that it can be about, where the statement or the catalog tells.
    fn named_by(&self, catalog: &str, resolution: &Resolution) -> Option<Vec<Arc<str>>> {
        let mut names: Vec<Arc<str>> = match catalog {
            // Labels are of use where a column or a literal has the type.
            "pg_enum" => {
                let enums = self.schema.types.iter().filter(|each| matches!(each.kind, TypeKind::Enum(_)));
                let enums: Vec<_> = enums.collect();
                let uses = |relation: &Relation| {
                    relation
                        .live_columns()
                        .any(|column| enums.iter().any(|each| [each.oid, each.array].contains(&column.data_type.oid)))
                };
                let relations = self.schema.relations.iter().filter(|each| uses(each)).map(|each| each.name.clone());
                enums.iter().map(|each| each.name.clone()).chain(relations).collect()
            }
            "pg_attribute" | "pg_attrdef" | "pg_class" | "pg_constraint" | "pg_trigger" | "pg_policy"
            | "pg_rewrite" | "pg_inherits" | "pg_index" | "pg_depend" => {
                let named = resolution.named_literals.iter().filter_map(|literal| match literal.1 {
                    ObjectId::Relation(oid) => self.schema.relation(oid),
                    _ => None,
                });
                // An index is of use to the queries of its table.
                let table = |relation: &Relation| {
                    let of = relation.index.as_ref().and_then(|index| self.schema.relation(index.table));
                    of.map(|table| table.name.clone())
                };
                let named: Vec<_> = named.flat_map(|each| [Some(each.name.clone()), table(each)]).flatten().collect();
                if named.is_empty() {
                    return None;
                }
                named
            }
            _ => return None,
        };
        names.sort();
        names.dedup();
        Some(names)
    }
}

fn is_harmless(relation: &Relation, write: &Write) -> bool {
    if OF_NO_USE.contains(&&*relation.name) {
        return true;
    }
    let estimate =
        |number: i16| relation.column_by_number(number).is_some_and(|column| ESTIMATES.contains(&&*column.name));
    matches!(&*relation.name, "pg_class" | "pg_index")
        && !write.columns.is_empty()
        && write.columns.iter().all(|column| estimate(column.number))
}
