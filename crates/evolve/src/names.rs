//! The names that the server makes up, as `indexcmds.c`, `pg_constraint.c` and `pg_type.c` do.

use std::sync::Arc;

use rollproof_catalog::{Oid, Schema};
use rollproof_sql::ast::{Expr, ExprKind, IndexElement, Indirection, MinMax, SqlValueFunction, SubLinkKind};

/// `NAMEDATALEN` without the final zero byte.
pub(crate) const NAME_LENGTH: usize = 63;

/// The longest prefix of `text` of at most `length` bytes that ends at a character (`pg_mbcliplen`).
pub(crate) fn clip(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `makeObjectName`: `first[_second][_label]`, the longer of the first two cut so that all fits into 63 bytes.
pub(crate) fn object_name(first: &str, second: Option<&str>, label: Option<&str>) -> String {
    let overhead = label.map_or(0, |label| label.len() + 1) + usize::from(second.is_some());
    let room = NAME_LENGTH.saturating_sub(overhead);
    let (mut first_length, mut second_length) = (first.len(), second.map_or(0, str::len));
    while first_length + second_length > room {
        if first_length > second_length {
            first_length -= 1;
        } else {
            second_length -= 1;
        }
    }
    let mut name = clip(first, first_length).to_owned();
    for part in [second.map(|text| clip(text, second_length)), label].into_iter().flatten() {
        name.push('_');
        name.push_str(part);
    }
    name
}

/// Labels in the order they are tried: `label`, `label1`, `label2` …
fn labels(label: &str) -> impl Iterator<Item = String> + '_ {
    std::iter::once(label.to_owned()).chain((1u32..).map(move |pass| format!("{label}{pass}")))
}

/// The names that a new object is tried with, in order: `first_second_label`, then with numbers after the label.
pub(crate) fn object_names<'a>(
    first: &'a str,
    second: Option<&'a str>,
    label: &'a str,
) -> impl Iterator<Item = String> + 'a {
    labels(label).map(move |label| object_name(first, second, Some(&label)))
}

/// `ChooseRelationName`: a name that no relation of the namespace has, and no constraint where it will name one.
pub(crate) fn relation_name(
    schema: &Schema,
    first: &str,
    second: Option<&str>,
    label: &str,
    namespace: Oid,
    is_constraint: bool,
) -> Arc<str> {
    labels(label)
        .map(|label| object_name(first, second, Some(&label)))
        .find(|name| {
            schema.relations.named(namespace, name).is_empty()
                && !(is_constraint && constraint_name_used(schema, namespace, name))
        })
        .map_or_else(|| Arc::from(label), Arc::from)
}

/// `ChooseConstraintName`: a name that no constraint in the namespace has, nor one of `others`.
pub(crate) fn constraint_name(
    schema: &Schema,
    first: &str,
    second: Option<&str>,
    label: &str,
    namespace: Oid,
    others: &[Arc<str>],
) -> Arc<str> {
    labels(label)
        .map(|label| object_name(first, second, Some(&label)))
        .find(|name| !others.iter().any(|other| **other == **name) && !constraint_name_used(schema, namespace, name))
        .map_or_else(|| Arc::from(label), Arc::from)
}

/// Whether a constraint of a table or domain in the namespace has this name.
fn constraint_name_used(schema: &Schema, namespace: Oid, name: &str) -> bool {
    schema.relations.has_constraint(namespace, name) || schema.types.has_constraint(namespace, name)
}

/// `ChooseIndexNameAddition` and its twin for foreign keys: column names with `_` between, as far as they fit.
pub(crate) fn name_addition<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(clip(column, NAME_LENGTH));
        if text.len() > NAME_LENGTH {
            break;
        }
    }
    text
}

/// `ChooseIndexColumnNames`: what the index's columns are called, numbers added to make them differ.
pub(crate) fn index_column_names<'a>(elements: impl IntoIterator<Item = &'a IndexElement>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for element in elements {
        let original = column_name(&element.value).unwrap_or_else(|| "expr".to_owned());
        let mut name = original.clone();
        let mut number = 0u32;
        while names.contains(&name) {
            number += 1;
            let digits = number.to_string();
            name = format!("{}{digits}", clip(&original, NAME_LENGTH - digits.len()));
        }
        names.push(name);
    }
    names
}

/// `FigureIndexColname`: what a select list would call the expression, if it has a name at all.
pub(crate) fn column_name(expr: &Expr) -> Option<String> {
    figure(expr, 0).map(|(name, _)| name)
}

/// `FigureColnameInternal`: the name, and whether it is a good one (a type's name gives way to the value's own).
fn figure(expr: &Expr, depth: usize) -> Option<(String, bool)> {
    if depth > 500 {
        return None;
    }
    let good = |name: &str| Some((name.to_owned(), true));
    match &expr.kind {
        ExprKind::Column(reference) if reference.star.is_none() => {
            reference.fields.last().and_then(|name| good(&name.text))
        }
        ExprKind::Indirection(inner, steps) => steps
            .iter()
            .rev()
            .find_map(|step| match step {
                Indirection::Field(name) => Some((name.text.to_string(), true)),
                _ => None,
            })
            .or_else(|| figure(inner, depth + 1)),
        ExprKind::Function(call) => good(&call.name.object().text),
        ExprKind::NullIf(..) => good("nullif"),
        ExprKind::Cast { value, target, .. } => match figure(value, depth + 1) {
            Some((name, true)) => Some((name, true)),
            _ => Some((target.name.object().text.to_string(), false)),
        },
        ExprKind::Collate(inner, _) => figure(inner, depth + 1),
        ExprKind::Case { otherwise, .. } => match otherwise.as_ref().and_then(|value| figure(value, depth + 1)) {
            Some((name, true)) => Some((name, true)),
            _ => Some(("case".to_owned(), false)),
        },
        ExprKind::SubLink(link) => match &link.kind {
            SubLinkKind::Exists => good("exists"),
            SubLinkKind::Array => good("array"),
            _ => None,
        },
        ExprKind::Array(_) => good("array"),
        ExprKind::Row(_, true) => good("row"),
        ExprKind::Coalesce(_) => good("coalesce"),
        ExprKind::MinMax(MinMax::Greatest, _) => good("greatest"),
        ExprKind::MinMax(MinMax::Least, _) => good("least"),
        ExprKind::Grouping(_) => good("grouping"),
        ExprKind::SqlValue(function, _) => good(sql_value_name(*function)),
        ExprKind::Special(call) => good(&call.name.text),
        _ => None,
    }
}

fn sql_value_name(function: SqlValueFunction) -> &'static str {
    match function {
        SqlValueFunction::CurrentDate => "current_date",
        SqlValueFunction::CurrentTime => "current_time",
        SqlValueFunction::CurrentTimestamp => "current_timestamp",
        SqlValueFunction::LocalTime => "localtime",
        SqlValueFunction::LocalTimestamp => "localtimestamp",
        SqlValueFunction::CurrentRole => "current_role",
        SqlValueFunction::CurrentUser => "current_user",
        SqlValueFunction::User => "user",
        SqlValueFunction::SessionUser => "session_user",
        SqlValueFunction::CurrentCatalog => "current_catalog",
        SqlValueFunction::CurrentSchema => "current_schema",
    }
}

/// `makeArrayTypeName`: `_name`, with more underscores before it until no type of the namespace has it.
pub(crate) fn array_type_name(schema: &Schema, name: &str, namespace: Oid) -> Arc<str> {
    let mut candidate = object_name("", Some(name), None);
    let mut pass = 1u32;
    // PostgreSQL 14 and later number the copies: `_name`, `_name_1`, `_name_2`.
    while !schema.types.named(namespace, &candidate).is_empty() {
        candidate = object_name("", Some(name), Some(&pass.to_string()));
        pass += 1;
    }
    Arc::from(candidate)
}

/// The multirange type's name that goes with a range (`makeMultirangeTypeName`): `range` becomes `multirange`, or
/// `_multirange` is added.
pub(crate) fn multirange_name(range: &str) -> Arc<str> {
    let name = match range.find("range") {
        Some(at) => format!("{}multi{}", &range[..at], &range[at..]),
        None => format!("{}_multirange", clip(range, NAME_LENGTH - 11)),
    };
    Arc::from(clip(&name, NAME_LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_the_longer_part_first() {
        let table = "a".repeat(40);
        let column = "b".repeat(30);
        let name = object_name(&table, Some(&column), Some("fkey"));
        assert_eq!(name.len(), NAME_LENGTH);
        assert_eq!(name, format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
        assert_eq!(object_name("t", None, Some("pkey")), "t_pkey");
        assert_eq!(object_name("", Some("t"), None), "_t");
    }

    #[test]
    fn never_cuts_inside_a_character() {
        assert_eq!(clip("aé", 2), "a");
        assert_eq!(clip("aé", 3), "aé");
    }

    #[test]
    fn ranges_make_multiranges() {
        assert_eq!(&*multirange_name("floatrange"), "floatmultirange");
        assert_eq!(&*multirange_name("span"), "span_multirange");
    }
}
