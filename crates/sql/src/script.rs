//! Reading whole texts: a script, a statement, a query, an expression, a type.

use rollproof_source::TextRange;

use crate::ast::{Expr, Statement, TypeName};
use crate::error::{PResult, ParseError};
use crate::lex::{Punct, lex};
use crate::parse::cursor::Parser;
use crate::split::{ChunkKind, split};

/// Reads the one statement that stands in `text[range]`, as [`split`] found it. Ranges in the tree count in `text`.
///
/// # Errors
///
/// Where the server would answer 42601, or the text nests deeper than this parser follows.
pub fn parse_statement(text: &str, range: TextRange) -> Result<Statement, ParseError> {
    let tokens = lex(text, range)?;
    Parser::new(text, &tokens).whole_statement()
}

/// Reads every statement of a script, in order, each apart: one that cannot be read does not lose the next. Commands of
/// psql and the data of COPY are passed over.
#[must_use]
pub fn parse_script(text: &str) -> Vec<(TextRange, Result<Statement, ParseError>)> {
    split(text)
        .into_iter()
        .filter(|chunk| matches!(chunk.kind, ChunkKind::Statement | ChunkKind::Unterminated))
        .map(|chunk| (chunk.range, parse_statement(text, chunk.range)))
        .collect()
}

/// Reads a text that a program sends: one statement, maybe with semicolons after it.
///
/// # Errors
///
/// As [`parse_statement`]; also where there is no statement, or more than one.
pub fn parse_query_text(text: &str) -> Result<Statement, ParseError> {
    let tokens = lex(text, whole(text))?;
    let mut parser = Parser::new(text, &tokens);
    let statement = parser.statement()?;
    let ended = parser.at_punct(Punct::Semicolon);
    while parser.eat_punct(Punct::Semicolon) {}
    if parser.at_end() {
        return Ok(statement);
    }
    if ended {
        return Err(ParseError::new("more than one statement", parser.peek().span));
    }
    parser.error("")
}

/// Reads an expression (`a_expr`).
///
/// # Errors
///
/// Where it is not one, or something follows it.
pub fn parse_expression(text: &str) -> Result<Expr, ParseError> {
    read_all(text, |parser| parser.expr())
}

/// Reads a type as SQL writes it (`numeric(10,2)[]`); also `t.c%TYPE`.
///
/// # Errors
///
/// Where it is not one, or something follows it.
pub fn parse_type_name(text: &str) -> Result<TypeName, ParseError> {
    read_all(text, |parser| parser.type_name())
}

/// The range of a whole text.
pub(crate) fn whole(text: &str) -> TextRange {
    TextRange::new(0, text.len() as u32)
}

fn read_all<T>(text: &str, read: impl FnOnce(&mut Parser<'_>) -> PResult<T>) -> PResult<T> {
    let tokens = lex(text, whole(text))?;
    let mut parser = Parser::new(text, &tokens);
    let found = read(&mut parser)?;
    if parser.at_end() { Ok(found) } else { parser.error("") }
}

#[cfg(test)]
mod tests {
    use super::{parse_expression, parse_query_text, parse_script, parse_type_name};

    fn check(text: &str, expected: Result<(), &str>) {
        match (parse_query_text(text), expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(message)) => assert_eq!(error.message, message, "{text}"),
            (Ok(_), Err(message)) => panic!("{text} was read, expected {message}"),
            (Err(error), Ok(())) => panic!("{text}: {error}"),
        }
    }

    #[test]
    fn a_query_is_one_statement() {
        check("SELECT 1", Ok(()));
        check("SELECT 1;", Ok(()));
        check(" -- why\n SELECT 1 ; ;", Ok(()));
        check("SELECT 1; SELECT 2", Err("more than one statement"));
        // The second SELECT names the first one's column.
        check("SELECT 1 SELECT 2", Err("syntax error at or near \"2\""));
        check("", Err("syntax error at end of input, expected a statement"));
        check("SELECT 'a", Err("unterminated quoted string"));
    }

    #[test]
    fn a_bad_statement_does_not_lose_the_next() {
        let results = parse_script("SELECT 1; SELECT FROM WHERE (; \\echo x\nSELECT 2");
        let shape: Vec<bool> = results.iter().map(|(_, result)| result.is_ok()).collect();
        assert_eq!(shape, [true, false, true]);
    }

    #[test]
    fn expressions_and_types_are_read_whole() {
        assert!(parse_expression("a + 1 IN (2, 3)").is_ok());
        assert!(parse_expression("a + 1, 2").is_err());
        assert!(parse_type_name("numeric(10, 2)[]").is_ok());
        assert!(parse_type_name("int 5").is_err());
    }

    /// Text that nests without end is an error, not a dead process.
    #[test]
    fn endless_nesting_is_an_error() {
        // An unoptimized build needs more than the two megabytes of a test's thread; a process has eight.
        let thread = std::thread::Builder::new().stack_size(8 * 1024 * 1024).spawn(nest_without_end);
        thread.unwrap().join().unwrap();
    }

    fn nest_without_end() {
        for (opening, seed) in [
            ("(", "SELECT "),
            ("- ", "SELECT "),
            ("@ ", "SELECT "),
            ("NOT ", "SELECT "),
            ("CASE WHEN ", "SELECT "),
            ("ARRAY[", "SELECT "),
            ("ROW(", "SELECT "),
            ("[", "SELECT ARRAY"),
            ("a[", "SELECT "),
            ("f(", "SELECT "),
            ("coalesce(", "SELECT "),
            ("cast(", "SELECT "),
            ("bit(", "SELECT "),
            ("(SELECT ", "SELECT "),
            ("(SELECT 1) + (", "SELECT "),
            ("EXISTS (SELECT ", "SELECT "),
            ("a IN (", "SELECT "),
            ("a BETWEEN ", "SELECT "),
            ("(", "SELECT * FROM "),
            ("a JOIN (", "SELECT * FROM "),
            ("a JOIN ", "SELECT * FROM "),
            ("(SELECT * FROM ", "SELECT * FROM "),
            ("(", ""),
            ("WITH a AS (", ""),
            ("EXPLAIN ", ""),
            ("SELECT 1 UNION ", ""),
            ("SELECT 1 INTERSECT (", ""),
            ("a::int::", "SELECT "),
            ("a || ", "SELECT "),
            ("a IS NULL AND NOT ", "SELECT "),
            ("(", "CREATE TABLE t (a int DEFAULT "),
            ("CREATE SCHEMA a ", ""),
            ("GROUPING SETS (", "SELECT GROUP BY "),
            ("f(x => ", "SELECT "),
            ("x.", "SELECT "),
        ] {
            let text = format!("{seed}{}", opening.repeat(100_000));
            assert!(parse_query_text(&text).is_err(), "{opening}");
        }
    }

    #[test]
    fn long_lists_are_not_deep() {
        let list = vec!["1"; 50_000].join(", ");
        check(&format!("SELECT {list}"), Ok(()));
        check(&format!("SELECT 1 WHERE a IN ({list})"), Ok(()));
        check(&format!("SELECT 1 WHERE a {}", "AND a ".repeat(50_000)), Ok(()));
        check(&format!("VALUES ({list})"), Ok(()));
        check(&format!("SELECT 1 {}", "UNION ALL SELECT 1 ".repeat(450)), Ok(()));
        check(&format!("SELECT 'a' {}", "|| b ".repeat(450)), Ok(()));
    }
}
