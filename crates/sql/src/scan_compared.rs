//! Our scanner beside sqlparser's tokenizer: where both are right they agree, and where it is wrong stays written down.

use rollproof_source::TextRange;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::scan::{RawKind, Scanner};

/// The tokens that the server cuts.
fn ours(text: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(text, TextRange::new(0, text.len() as u32));
    let mut tokens = Vec::new();
    loop {
        let raw = scanner.next().ok()?;
        if raw.kind == RawKind::End {
            return Some(tokens);
        }
        tokens.push(&text[raw.start..raw.end]);
    }
}

/// The tokens that sqlparser cuts, of a text in ASCII on one line, where its columns are bytes.
fn theirs(text: &str) -> Option<Vec<&str>> {
    assert!(text.is_ascii() && !text.contains('\n'));
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).with_unescape(false).tokenize_with_location().ok()?;
    let kept = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    Some(kept.map(|token| &text[token.span.start.column as usize - 1..token.span.end.column as usize - 1]).collect())
}

#[test]
fn both_agree_on_common_text() {
    for text in [
        "SELECT a.b, \"C\"\"d\", 'it''s', $1 FROM t WHERE a >= 1.5e3 AND b <> 'x' -- why",
        "SELECT a->>'b', c::int[], d || e, f @> g, h ~* 'x', i ?| j /* a /* b */ c */",
        "INSERT INTO t (a) VALUES (E'\\'', B'01', X'ff', $$a;b$$, $x$ $$ $x$)",
        "f(a => 1, b := 2)",
    ] {
        assert!(ours(text).is_some());
        assert_eq!(ours(text), theirs(text), "{text}");
    }
}

#[test]
fn where_it_disagrees_with_the_server() {
    for text in ["a === b", "a @+@ b", "a &> b", "0b101", "0o17", "U&\"d!0061t\" UESCAPE '!'", "1..10", "1a", "$1a"] {
        assert_ne!(ours(text), theirs(text), "{text}: sqlparser is right now, say so in scan.rs");
    }
}
