//! A statement that the server may or may not have taken: what it did is as unknown as that.

use std::sync::Arc;

use rollproof_catalog::{CatalogObject, ObjectTable, Schema, Taint};

/// `after` with a taint on all that the statements between it and `before` made, changed or dropped.
#[must_use]
pub fn doubted(before: &Schema, after: &Schema, reason: &Arc<str>) -> Schema {
    let mut schema = after.clone();
    schema.provisions = before.provisions.clone();
    let names = differing(&before.relations, &after.relations);
    let types = differing(&before.types, &after.types);
    let functions = differing(&before.functions, &after.functions);
    let others = before.namespaces.same_as(&after.namespaces)
        && before.operators.same_as(&after.operators)
        && before.operator_classes.same_as(&after.operator_classes)
        && before.operator_families.same_as(&after.operator_families)
        && before.casts.same_as(&after.casts)
        && before.extensions.same_as(&after.extensions)
        && before.roles.same_as(&after.roles);
    let mut taints = Vec::new();
    if !names.is_empty() {
        taints.push(Taint::Relations(names, reason.clone()));
    }
    if !types.is_empty() {
        taints.push(Taint::Types(types, reason.clone()));
    }
    if !functions.is_empty() {
        taints.push(Taint::Functions(functions, reason.clone()));
    }
    if !others {
        taints.push(Taint::Everything(reason.clone()));
    }
    for taint in taints {
        schema.taints.push(taint);
    }
    schema
}

/// The names of what is in one of two tables only, or not the same in both.
fn differing<T: CatalogObject>(before: &ObjectTable<T>, after: &ObjectTable<T>) -> Vec<Arc<str>> {
    if before.same_as(after) {
        return Vec::new();
    }
    let changed = |one: &ObjectTable<T>, other: &ObjectTable<T>| {
        let differs = |object: &&Arc<T>| other.get(object.oid()).is_none_or(|found| !Arc::ptr_eq(object, found));
        one.iter().filter(differs).map(|object| object.name().clone()).collect::<Vec<_>>()
    };
    let mut names = changed(before, after);
    names.extend(changed(after, before));
    names.sort();
    names.dedup();
    names
}
