//! Whether two schemas give the same answers to everything that a resolution asked.

use rollproof_catalog::{Oid, Schema, Taint, TypeKind, taints_name};
use rollproof_resolve::Lookups;

/// Whether a statement that made these look-ups resolves in the same way on both schemas.
///
/// It may say no where the answer would be the same; it never says yes where it would not: objects are compared by
/// identity of their whole record, names by what they lead to.
pub(crate) fn unchanged(lookups: &Lookups, one: &Schema, other: &Schema) -> bool {
    if !same_doubts(lookups, one, other) || one.session.search_path != other.session.search_path {
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
        && same_rows(lookups, one, other)
        && same_tables(one, other)
}

/// Whether what could not be followed in one of them alone touches nothing that was looked up. The names of relations
/// are asked for as those of types as well, which their rows have.
fn same_doubts(lookups: &Lookups, one: &Schema, other: &Schema) -> bool {
    let Some(mut differing) = one.taints.differing(&other.taints) else { return false };
    // Some answers hang on whether there is any doubt at all.
    one.taints.is_empty() == other.taints.is_empty()
        && differing.all(|taint| match taint {
            Taint::Relations(names, _) => {
                let mut asked = lookups.relations.keys().chain(lookups.types.keys());
                !asked.any(|(_, name)| taints_name(names, name))
            }
            Taint::Functions(..) | Taint::Types(..) | Taint::Extension(_) | Taint::Everything(_) => false,
        })
}

/// Whether the row types among the values, and among the columns of what is read or written, have the same columns.
fn same_rows(lookups: &Lookups, one: &Schema, other: &Schema) -> bool {
    let relations = lookups.relations.values().chain(&lookups.whole_relations);
    let columns = relations.filter_map(|oid| one.relation(*oid)).flat_map(|relation| relation.live_columns());
    let types = columns
        .map(|column| column.data_type.oid)
        .chain(lookups.type_ids.iter().chain(lookups.types.values()).copied());
    let functions = lookups.chosen_functions.iter().filter(|oid| **oid >= Oid::FIRST_USER);
    let functions = functions.filter_map(|oid| one.function(*oid));
    let signatures = functions
        .flat_map(|function| function.parameters.iter().map(|parameter| parameter.data_type).chain([function.returns]));
    let mut open: Vec<Oid> = types.chain(signatures).filter(|oid| *oid >= Oid::FIRST_USER).collect();
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some(oid) = open.pop() {
        if !seen.insert(oid) {
            continue;
        }
        let Some(found) = one.type_of(oid) else { continue };
        match &found.kind {
            TypeKind::Composite(relation) => {
                if !same_relation(one, other, *relation) {
                    return false;
                }
                let fields = one.relation(*relation).into_iter().flat_map(|relation| relation.live_columns());
                open.extend(fields.map(|column| column.data_type.oid).filter(|oid| *oid >= Oid::FIRST_USER));
            }
            TypeKind::Domain { base, .. } => open.push(base.oid),
            _ if found.element.is_some() => open.push(found.element),
            _ => {}
        }
    }
    true
}

fn same_relation(one: &Schema, other: &Schema, oid: Oid) -> bool {
    match (one.relations.get(oid), other.relations.get(oid)) {
        (Some(left), Some(right)) => std::sync::Arc::ptr_eq(left, right),
        (None, None) => true,
        _ => false,
    }
}

/// Schemas, types, functions, operators and casts change rarely: any change at all counts.
fn same_tables(one: &Schema, other: &Schema) -> bool {
    one.namespaces.same_as(&other.namespaces)
        && one.types.same_as(&other.types)
        && one.functions.same_as(&other.functions)
        && one.operators.same_as(&other.operators)
        && one.casts.same_as(&other.casts)
        && one.collations.same_as(&other.collations)
        && one.provisions == other.provisions
        && one.operator_classes.same_as(&other.operator_classes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn with_doubt(schema: &Schema, name: &str) -> Schema {
        let mut schema = schema.clone();
        schema.taints.push(Taint::Relations(vec![Arc::from(name)], Arc::from("not followed")));
        schema
    }

    #[test]
    fn doubt_about_what_is_not_looked_up_changes_nothing() {
        let empty = Schema::new(rollproof_catalog::Builtin::newest());
        let one = with_doubt(&empty, "jobs");
        let mut lookups = Lookups::default();
        lookups.relations.insert((None, Arc::from("users")), Oid::NONE);
        assert!(unchanged(&lookups, &one, &with_doubt(&one, "tasks")));
        assert!(!unchanged(&lookups, &one, &with_doubt(&one, "users")));
        assert!(
            !unchanged(&lookups, &with_doubt(&one, "tasks"), &with_doubt(&one, "more")),
            "neither follows the other"
        );
        assert!(!unchanged(&lookups, &empty, &one), "some answers hang on whether there is any doubt");
        lookups.types.insert((None, Arc::from("tasks")), Oid::NONE);
        assert!(!unchanged(&lookups, &one, &with_doubt(&one, "tasks")), "a table has a type of its name");
    }
}
