//! A short form of syntax trees for tests, made from their `Debug` text.
//!
//! Names are their text, dots between the parts; expressions, queries and statements inside are the source text that
//! their ranges point at, between `‹` and `›`, so ranges are tested too. Ranges, `false`, `None` and empty lists are left out.

use std::fmt::Write as _;

use crate::debug_tree::{Node, read};

/// The short form of `debug`, which tells of a tree of `source`.
pub(super) fn compact(debug: &str, source: &str) -> String {
    let node = read(debug);
    let mut out = String::new();
    render(&node, source, &mut out);
    out
}

fn field<'a>(fields: &'a [(String, Node)], name: &str) -> &'a Node {
    &fields.iter().find(|(found, _)| found == name).expect("a field").1
}

fn plain(node: &Node) -> String {
    match node {
        Node::Leaf(text) => text.trim_matches('"').to_owned(),
        _ => String::new(),
    }
}

/// The source text of a node that has a range.
fn slice<'a>(fields: &[(String, Node)], source: &'a str) -> &'a str {
    let Node::Struct(_, range) = field(fields, "span") else { panic!("a range") };
    let number = |name: &str| plain(field(range, name)).parse::<usize>().expect("a number");
    &source[number("start")..number("end")]
}

fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Leaf(text) => text == "false" || text == "None",
        Node::Struct(name, _) => name == "TextRange",
        Node::List(name, _, items) => name.is_empty() && items.is_empty(),
    }
}

fn render(node: &Node, source: &str, out: &mut String) {
    match node {
        Node::Leaf(text) => out.push_str(text),
        Node::Struct(name, fields) => render_struct(name, fields, source, out),
        Node::List(name, _, items) if name == "Some" || name == "Define" => render(&items[0], source, out),
        Node::List(name, open, items) => {
            out.push_str(name);
            out.push(*open);
            let ranges = |item: &&Node| !matches!(item, Node::Struct(name, _) if name == "TextRange");
            for (at, item) in items.iter().filter(ranges).enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                render(item, source, out);
            }
            out.push(if *open == '(' { ')' } else { ']' });
        }
    }
}

fn render_struct(name: &str, fields: &[(String, Node)], source: &str, out: &mut String) {
    match name {
        "Name" => out.push_str(&plain(field(fields, "text"))),
        "QualifiedName" => {
            let Node::List(_, _, parts) = field(fields, "parts") else { panic!("parts") };
            let mut texts = Vec::new();
            for part in parts {
                let mut text = String::new();
                render(part, source, &mut text);
                texts.push(text);
            }
            out.push_str(&texts.join("."));
        }
        "Expr" | "Query" | "Statement" | "TypeName" => {
            let _ = write!(out, "‹{}›", slice(fields, source));
        }
        _ => {
            out.push_str(name);
            out.push('{');
            let shown = fields.iter().filter(|(_, value)| !is_nothing(value));
            for (at, (name, value)) in shown.enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{name}: ");
                render(value, source, out);
            }
            out.push('}');
        }
    }
}
