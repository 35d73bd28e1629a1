//! `Debug` text read back as a tree: what tests of the syntax tree stand on, so that none of its types need more than `Debug`.

/// A node of `Debug` text.
pub(crate) enum Node {
    /// A word, a number, a quoted text.
    Leaf(String),
    /// `Name { field: value, … }`
    Struct(String, Vec<(String, Self)>),
    /// `Name(…)`, `(…)`, `[…]`: the name, the bracket, the values.
    List(String, char, Vec<Self>),
}

/// The tree of a `Debug` text.
pub(crate) fn read(debug: &str) -> Node {
    let mut reader = Reader { text: debug.as_bytes(), at: 0 };
    let node = reader.node();
    assert_eq!(reader.at, debug.len(), "debug text read whole");
    node
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
