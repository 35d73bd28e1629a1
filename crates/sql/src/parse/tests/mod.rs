//! Tests of the grammar against what PostgreSQL 18 does, by the shape of the tree.

mod expression;
mod from;
mod function;
mod hole;
mod modify;
mod print;
mod query;
mod statement;
mod type_name;

use crate::{parse_expression, parse_query_text, parse_type_name};
use print::Print;

/// The expression comes out with this shape.
fn check_expression(text: &str, shape: &str) {
    match parse_expression(text) {
        Ok(expr) => assert_eq!(expr.print(), shape, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The type comes out with this shape.
fn check_type(text: &str, shape: &str) {
    match parse_type_name(text) {
        Ok(type_name) => assert_eq!(type_name.print(), shape, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The query comes out with this shape.
fn check(text: &str, shape: &str) {
    match parse_query_text(text) {
        Ok(statement) => assert_eq!(statement.print(), shape, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The server takes it, and so does this parser.
fn accepts(text: &str) {
    if let Err(error) = parse_query_text(text) {
        panic!("{text}: {error} at {:?}", error.span.slice(text));
    }
}

/// The server refuses it, and so does this parser, at this token (empty at the end).
fn refuses(text: &str, near: &str) {
    match parse_query_text(text) {
        Ok(statement) => panic!("{text} was read: {statement:?}"),
        Err(error) => assert_eq!(error.span.slice(text), near, "{text}: {error}"),
    }
}
