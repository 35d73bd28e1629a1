//! Graphs of made-up objects: what goes, in which order, and by which way.

use super::{Blocked, DependencyGraph, DependencyKind};
use crate::builtin::Builtin;
use crate::{ObjectId, Oid, Schema};

/// Functions of these numbers, each edge from a dependent to what it uses.
fn schema(edges: &[(u32, u32, DependencyKind)]) -> Schema {
    let mut schema = Schema::new(Builtin::newest());
    for (dependent, used, kind) in edges {
        schema.dependencies.add(object(*dependent), object(*used), *kind);
    }
    schema
}

fn object(number: u32) -> ObjectId {
    ObjectId::Function(Oid(number))
}

fn numbers(objects: impl IntoIterator<Item = ObjectId>) -> Vec<u32> {
    let number = |object| match object {
        ObjectId::Function(oid) => oid.0,
        _ => 0,
    };
    objects.into_iter().map(number).collect()
}

use DependencyKind::{Automatic, Internal, Normal};

#[test]
fn dependents_go_first_and_newer_ones_before_older_ones() {
    let schema = schema(&[(2, 1, Normal), (3, 1, Normal), (4, 2, Normal), (9, 8, Normal)]);
    let graph = DependencyGraph::of_drop(&schema, &[object(1)]);
    assert_eq!(numbers(graph.deletion_order()), [3, 4, 2, 1]);
    let lines: Vec<_> = graph.blocked();
    let blocked = |dependent, on| Blocked { dependent: object(dependent), on: object(on) };
    assert_eq!(lines, [blocked(2, 1), blocked(4, 2), blocked(3, 1)]);
}

#[test]
fn what_goes_by_itself_or_was_named_is_not_in_the_way() {
    let schema = schema(&[(2, 1, Automatic), (3, 2, Normal), (3, 1, Internal), (4, 1, Normal)]);
    assert_eq!(DependencyGraph::of_drop(&schema, &[object(1), object(4)]).blocked(), []);
    let blocked = DependencyGraph::of_drop(&schema, &[object(1)]).blocked();
    assert_eq!(blocked, [Blocked { dependent: object(4), on: object(1) }]);
}

#[test]
fn a_part_takes_its_whole_along() {
    let schema = schema(&[(3, 1, Normal), (3, 2, Internal), (4, 2, Normal)]);
    let graph = DependencyGraph::of_drop(&schema, &[object(1)]);
    let on = |dependent, on| Blocked { dependent: object(dependent), on: object(on) };
    assert_eq!(graph.blocked(), [on(2, 1), on(4, 2)]);
}

#[test]
fn cycles_end() {
    let schema = schema(&[(2, 1, Normal), (1, 2, Normal), (3, 2, Normal)]);
    let graph = DependencyGraph::of_drop(&schema, &[object(1)]);
    assert_eq!(numbers(graph.deletion_order()), [3, 2, 1]);
}

#[test]
fn a_long_chain_is_walked() {
    let edges: Vec<_> = (1..20_000).map(|number| (number + 1, number, Normal)).collect();
    let schema = schema(&edges);
    assert_eq!(DependencyGraph::of_drop(&schema, &[object(1)]).blocked().len(), 19_999);
    assert_eq!(schema.why(object(20_000), object(1)).map(|path| path.len()), Some(20_000));
}

#[test]
fn the_shortest_way_is_told() {
    let schema = schema(&[(5, 4, Normal), (4, 3, Normal), (3, 1, Normal), (5, 2, Automatic), (2, 1, Normal)]);
    assert_eq!(schema.why(object(5), object(1)).map(numbers), Some(vec![5, 2, 1]));
    assert_eq!(schema.why(object(1), object(5)), None);
}
