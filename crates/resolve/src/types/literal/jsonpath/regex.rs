//! `like_regex` (`makeItemLikeRegex`): flags, and a regular expression that is compiled at once. Only plain expressions
//! are read; the rest is left open.

use super::Wrong;

pub(super) fn check(pattern: &str, flags: &str) -> Result<(), Wrong> {
    if flags.chars().any(|flag| !"ismxq".contains(flag)) {
        return Err(Wrong::Syntax("unrecognized flag character"));
    }
    let literal = flags.contains('q');
    if flags.contains('x') && !literal {
        return Err(Wrong::Other("0A000", "XQuery \"x\" flag (expanded regular expressions) is not implemented"));
    }
    if literal || is_plain(pattern) { Ok(()) } else { Err(Wrong::Unsure) }
}

/// Letters, dots, anchors, alternatives, groups, sets of plain characters and single quantifiers.
fn is_plain(pattern: &str) -> bool {
    let mut depth = 0_usize;
    // Whether a quantifier may follow.
    let mut atom = false;
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        match next {
            '(' => {
                depth += 1;
                atom = false;
                if rest.as_str().starts_with(['?', '*', '+', '|', ')']) {
                    return false;
                }
            }
            ')' => {
                let Some(outer) = depth.checked_sub(1) else { return false };
                depth = outer;
                atom = true;
            }
            '*' | '+' | '?' if !atom => return false,
            '*' | '+' | '?' => {
                atom = false;
                if rest.as_str().starts_with(['*', '+', '?', '{']) {
                    return false;
                }
            }
            '^' | '|' | '$' => atom = false,
            '[' => {
                let set = rest.as_str().strip_prefix('^').unwrap_or(rest.as_str());
                let Some(end) = set.find(']').filter(|end| *end > 0) else { return false };
                let plain = |each: char| each.is_ascii_alphanumeric() || matches!(each, ' ' | '_' | ',');
                let ranges = set[..end].split('-').all(|part| part.chars().all(plain));
                let ordered = matches!(&set[..end], "a-z" | "A-Z" | "0-9" | "a-zA-Z" | "a-z0-9" | "a-zA-Z0-9");
                if !ranges || (set[..end].contains('-') && !ordered) {
                    return false;
                }
                rest = set[end + 1..].chars();
                atom = true;
            }
            '\\' => match rest.next() {
                Some(
                    'd' | 'w' | 's' | 'D' | 'W' | 'S' | '.' | '\\' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '$'
                    | '^' | '-' | '/' | '|',
                ) => atom = true,
                _ => return false,
            },
            '{' | '}' | ']' => return false,
            _ => atom = true,
        }
    }
    depth == 0 && !pattern.starts_with("***")
}
