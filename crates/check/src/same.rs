//! Whether two schemas give the same answers to everything that a resolution asked.

use rollproof_catalog::{Oid, Schema};
use rollproof_resolve::Lookups;

/// Whether a statement that made these look-ups resolves in the same way on both schemas.
///
/// It may say no where the answer would be the same; it never says yes where it would not: objects are compared by
/// identity of their whole record, names by what they lead to.
pub(crate) fn unchanged(lookups: &Lookups, one: &Schema, other: &Schema) -> bool {
    if one.taints.len() != other.taints.len() || one.session.search_path != other.session.search_path {
        return false;
    }
    let name = |schema: Option<&std::sync::Arc<str>>| schema.map(|name| name.to_string());
    lookups.relations.keys().all(|(schema, relation)| {
        let find =
            |each: &Schema| each.find_relation(name(schema.as_ref()).as_deref(), relation).map(|found| found.oid);
        match (find(one), find(other)) {
            (Some(left), Some(right)) => left == right && same_relation(one, other, left),
            (None, None) => true,
            _ => false,
        }
    }) && lookups.whole_relations.iter().all(|oid| same_relation(one, other, *oid))
        && lookups.column_names.iter().all(|(oid, _)| same_relation(one, other, *oid))
        && same_tables(one, other)
}

fn same_relation(one: &Schema, other: &Schema, oid: Oid) -> bool {
    match (one.relations.get(oid), other.relations.get(oid)) {
        (Some(left), Some(right)) => std::sync::Arc::ptr_eq(left, right),
        (None, None) => true,
        _ => false,
    }
}

/// Types, functions, operators and casts change rarely: any change at all counts.
fn same_tables(one: &Schema, other: &Schema) -> bool {
    one.types.same_as(&other.types)
        && one.functions.same_as(&other.functions)
        && one.operators.same_as(&other.operators)
        && one.casts.same_as(&other.casts)
        && one.collations.same_as(&other.collations)
        && one.operator_classes.same_as(&other.operator_classes)
}
