//! From byte offsets to lines and columns.

/// A place as people and editors count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1. Lines end with `\n`, `\r\n` or a lone `\r`.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// The starts of a text's lines. Built once a file, O(length); a look-up is O(log lines).
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The line (from 1) that byte `offset` stands on; past the end, the last line.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of byte `offset` of `text`, the text this index was built from.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let end = (offset as usize).min(text.len());
        let column = text
            .as_bytes()
            .get(start..end)
            .map_or(0, |bytes| bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count());
        LineColumn { line, column: column as u32 + 1 }
    }

    /// Byte offset at which `line` (from 1) starts, if the text has that line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }

    /// How many lines the text has; an empty text has one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_kind_of_line_end_once() {
        let text = "a\r\nb\rc\nd";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        assert_eq!(index.line_column(text, 3), LineColumn { line: 2, column: 1 });
        assert_eq!(index.line_column(text, 7), LineColumn { line: 4, column: 1 });
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        let text = "é🦀x";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 6), LineColumn { line: 1, column: 3 });
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let text = "ab\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 99), LineColumn { line: 2, column: 1 });
    }
}
