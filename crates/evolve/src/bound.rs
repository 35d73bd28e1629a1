//! Whether the bounds of partitions overlap (`check_new_partition_bound` of partbounds.c), as far as their values are
//! literals that can be compared without the server's operators.

use std::cmp::Ordering;

use rollproof_catalog::{Oid, Relation, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, Literal, PartitionBound};

use crate::context::{Context, Outcome, refuse};

/// One column's place in the bound of a range.
#[derive(Debug, Clone, PartialEq)]
enum Edge {
    Lowest,
    At(Value),
    Highest,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Number(i128),
    Text(String),
}

impl Context {
    /// A new partition's bound does not overlap those of its siblings (42P17).
    pub(crate) fn no_overlap(&self, parent: &Relation, bound: &PartitionBound, span: TextRange, name: &str) -> Outcome {
        let types = self.key_types(parent);
        if let PartitionBound::Range(from, to) = bound {
            edges_in_order(from)?;
            edges_in_order(to)?;
            if matches!(compare(&edges(from, &types), &edges(to, &types)), Some(Ordering::Equal | Ordering::Greater)) {
                let message = format!("empty range bound specified for partition \"{name}\"");
                return Err(refuse("42P17", message, span));
            }
        }
        let siblings = self.children_of(parent.oid).into_iter().filter_map(|oid| self.schema.relation(oid));
        let mut moduli = Vec::new();
        for sibling in siblings {
            let Some(other) = sibling.partition.as_ref().and_then(|part| part.bound.as_deref()) else { continue };
            if overlaps(bound, other, &types) {
                let message = format!("partition \"{name}\" would overlap partition \"{}\"", sibling.name);
                return Err(refuse("42P17", message, span));
            }
            if let PartitionBound::Hash(modulus, _) = other {
                moduli.push(*modulus);
            }
        }
        if let PartitionBound::Hash(modulus, _) = bound {
            moduli.push(*modulus);
            moduli.sort_unstable();
            moduli.dedup();
            if moduli.windows(2).any(|pair| pair[1] % pair[0] != 0) {
                let message = "every hash partition modulus must be a factor of the next larger modulus";
                return Err(refuse("42P17", message, span));
            }
        }
        Ok(())
    }

    /// The types of the key's columns; none stands for an expression's.
    fn key_types(&self, parent: &Relation) -> Vec<Oid> {
        let numbers = parent.partition_key.as_ref().map_or(&[][..], |key| &key.columns);
        let type_of = |number: &i16| parent.column_by_number(*number).map_or(Oid::NONE, |column| column.data_type.oid);
        numbers.iter().map(type_of).collect()
    }
}

/// After `MINVALUE` and `MAXVALUE` there is only the same (42804, `validateInfiniteBounds`).
fn edges_in_order(values: &[Expr]) -> Outcome {
    let mut infinite: Option<&str> = None;
    for value in values {
        let word = infinite_word(value).unwrap_or_default();
        if let Some(before) = infinite.filter(|before| *before != word) {
            let before = before.to_uppercase();
            let message = format!("every bound following {before} must also be {before}");
            return Err(refuse("42804", message, value.span));
        }
        if !word.is_empty() {
            infinite = Some(word);
        }
    }
    Ok(())
}

/// `minvalue`, `maxvalue`; none for a value.
pub(crate) fn infinite_word(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Column(reference) if reference.fields.len() == 1 && reference.star.is_none() => {
            Some(&*reference.fields[0].text).filter(|text| matches!(*text, "minvalue" | "maxvalue"))
        }
        _ => None,
    }
}

fn overlaps(one: &PartitionBound, other: &PartitionBound, types: &[Oid]) -> bool {
    match (one, other) {
        (PartitionBound::Hash(modulus, remainder), PartitionBound::Hash(others, rest)) => {
            let common = greatest_common_divisor(*modulus, *others);
            common > 0 && (remainder - rest) % common == 0
        }
        (PartitionBound::List(own), PartitionBound::List(others)) => {
            let data_type = types.first().copied().unwrap_or_default();
            let others: Vec<Value> = others.iter().filter_map(|value| literal(value, data_type)).collect();
            own.iter().filter_map(|value| literal(value, data_type)).any(|value| others.contains(&value))
        }
        (PartitionBound::Range(from, to), PartitionBound::Range(other_from, other_to)) => {
            let before = |one: &[Expr], other: &[Expr]| {
                compare(&edges(one, types), &edges(other, types)) == Some(Ordering::Less)
            };
            before(from, other_to) && before(other_from, to)
        }
        _ => false,
    }
}

fn greatest_common_divisor(one: i32, other: i32) -> i32 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one.abs()
}

fn literal(value: &Expr, data_type: Oid) -> Option<Value> {
    let is_integer = matches!(data_type, oid::INT2 | oid::INT4 | oid::INT8);
    match &value.kind {
        ExprKind::Literal(Literal::Null) => Some(Value::Null),
        ExprKind::Literal(Literal::Integer(number)) => Some(Value::Number(i128::from(*number))),
        ExprKind::Literal(Literal::Number(text) | Literal::String(text)) if is_integer => {
            text.trim().parse().ok().map(Value::Number)
        }
        ExprKind::Literal(Literal::String(text)) => Some(Value::Text(text.to_string())),
        ExprKind::Literal(Literal::Boolean(value)) => Some(Value::Text(value.to_string())),
        _ => None,
    }
}

/// The places of a bound; none for a value that is no literal.
fn edges(values: &[Expr], types: &[Oid]) -> Vec<Option<Edge>> {
    let edge = |(at, value): (usize, &Expr)| match infinite_word(value) {
        Some("minvalue") => Some(Edge::Lowest),
        Some(_) => Some(Edge::Highest),
        None => {
            let data_type = types.get(at).copied().unwrap_or_default();
            let found = literal(value, data_type)?;
            // How texts sort is the collation's; days are written so that they sort as texts.
            let days = matches!(data_type, oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ);
            let sorts = match &found {
                Value::Number(_) => true,
                Value::Text(text) => days && is_day(text),
                Value::Null => false,
            };
            sorts.then_some(Edge::At(found))
        }
    };
    values.iter().enumerate().map(edge).collect()
}

/// `2024-01-31`
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

/// `partition_rbound_cmp`; none where it cannot be told.
fn compare(one: &[Option<Edge>], other: &[Option<Edge>]) -> Option<Ordering> {
    for pair in one.iter().zip(other) {
        let order = match pair {
            (Some(Edge::Lowest), Some(Edge::Lowest)) | (Some(Edge::Highest), Some(Edge::Highest)) => {
                return Some(Ordering::Equal);
            }
            (Some(Edge::Lowest), Some(_)) | (Some(_), Some(Edge::Highest)) => Ordering::Less,
            (Some(Edge::Highest), Some(_)) | (Some(_), Some(Edge::Lowest)) => Ordering::Greater,
            (Some(Edge::At(Value::Number(one))), Some(Edge::At(Value::Number(other)))) => one.cmp(other),
            (Some(Edge::At(Value::Text(one))), Some(Edge::At(Value::Text(other)))) => one.cmp(other),
            _ => return None,
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}
