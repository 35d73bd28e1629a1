//! Sentences broken into lines.

/// `text` in lines of at most `width` characters, broken at spaces; a longer word stays whole.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, paragraph) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn breaks_at_spaces_and_never_inside_a_word() {
        assert_eq!(wrap("aa bb cc", 5), "aa bb\ncc");
        assert_eq!(wrap("aaaaaaa bb", 5), "aaaaaaa\nbb");
        assert_eq!(wrap("a\nb", 5), "a\nb");
    }
}
