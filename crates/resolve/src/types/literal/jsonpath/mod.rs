//! `jsonpath` (jsonpath_scan.l, jsonpath_gram.y, jsonpath.c).

mod lex;
mod parse;
mod regex;

use super::Verdict;

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    /// 42601: of the grammar, or of what may stand where.
    Syntax(&'static str),
    /// Another code.
    Other(&'static str, &'static str),
    /// Cannot be told.
    Unsure,
}

/// `jsonpath_in`
pub(super) fn check(text: &str, version: u32) -> Verdict {
    let tokens = match lex::tokens(text, version) {
        Ok(tokens) if tokens.is_empty() => return Verdict::syntax("jsonpath", text),
        Ok(tokens) => tokens,
        Err(wrong) => return verdict(wrong, text),
    };
    match parse::path(&tokens, version) {
        Ok(()) => Verdict::Valid,
        Err(wrong) => verdict(wrong, text),
    }
}

fn verdict(wrong: Wrong, text: &str) -> Verdict {
    match wrong {
        Wrong::Syntax(what) => Verdict::refuse("42601", format!("{what} of jsonpath input: \"{text}\"")),
        Wrong::Other(sqlstate, what) => Verdict::refuse(sqlstate, format!("{what}: \"{text}\"")),
        Wrong::Unsure => Verdict::Unsure,
    }
}
