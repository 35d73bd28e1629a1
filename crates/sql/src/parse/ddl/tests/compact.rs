//! A short form of syntax trees for tests, made from their `Debug` text.
//!
//! Names are their text, dots between the parts; expressions, queries and statements inside are the source text that
//! their ranges point at, between `‹` and `›`, so ranges are tested too. Ranges, `false`, `None` and empty lists are left out.

use std::fmt::Write as _;

/// A node of `Debug` text.
enum Node {
    /// A word, a number, a quoted text.
    Leaf(String),
    /// `Name { field: value, … }`
    Struct(String, Vec<(String, Self)>),
    /// `Name(…)`, `(…)`, `[…]`: the name, the bracket, the values.
    List(String, char, Vec<Self>),
}

/// The short form of `debug`, which tells of a tree of `source`.
pub(super) fn compact(debug: &str, source: &str) -> String {
    let mut reader = Reader { text: debug.as_bytes(), at: 0 };
    let node = reader.node();
    assert_eq!(reader.at, debug.len(), "debug text read whole");
    let mut out = String::new();
    render(&node, source, &mut out);
    out
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn blank(&mut self) {
        while matches!(self.peek(), b' ' | b',') {
            self.at += 1;
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        let quote = self.peek();
        if matches!(quote, b'"' | b'\'') {
            self.at += 1;
            while self.peek() != quote {
                self.at += if self.peek() == b'\\' { 2 } else { 1 };
            }
            self.at += 1;
        } else {
            while !matches!(self.peek(), b' ' | b',' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b':' | 0) {
                self.at += 1;
            }
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    fn node(&mut self) -> Node {
        let name = self.word();
        if self.text[self.at..].starts_with(b" {") {
            self.at += 2;
            return Node::Struct(name, self.fields());
        }
        match self.peek() {
            open @ (b'(' | b'[') => {
                self.at += 1;
                let close = if open == b'(' { b')' } else { b']' };
                let mut items = Vec::new();
                self.blank();
                while self.peek() != close {
                    items.push(self.node());
                    self.blank();
                }
                self.at += 1;
                Node::List(name, char::from(open), items)
            }
            _ => Node::Leaf(name),
        }
    }

    fn fields(&mut self) -> Vec<(String, Node)> {
        let mut fields = Vec::new();
        self.blank();
        while self.peek() != b'}' {
            let name = self.word();
            self.at += 2;
            fields.push((name, self.node()));
            self.blank();
        }
        self.at += 1;
        fields
    }
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
