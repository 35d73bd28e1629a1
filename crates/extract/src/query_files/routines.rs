//! The functions and procedures that scripts create: programs run such files when they start.

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::Chunk;

/// The routine that a statement creates, its name in the case that the server looks it up by, and where the name stands.
///
/// Found by words alone (`CREATE [OR REPLACE] FUNCTION | PROCEDURE | AGGREGATE name (`), since thousands of statements of
/// scripts that nobody asks for need not be parsed.
pub(super) fn created(chunk: &Chunk, text: &str) -> Option<(Arc<str>, TextRange)> {
    let body = chunk.range.slice(text);
    let head = &body[..body.find('(')?];
    let mut words = head.split_whitespace();
    let mut is = |word: &str| words.next().is_some_and(|next| next.eq_ignore_ascii_case(word));
    if !is("create") {
        return None;
    }
    let mut kind = words.next()?;
    if kind.eq_ignore_ascii_case("or") {
        kind = words.nth(1)?;
    }
    if !["function", "procedure", "aggregate"].iter().any(|each| each.eq_ignore_ascii_case(kind)) {
        return None;
    }
    let written = words.next()?;
    let name = written.rsplit('.').next()?;
    let folded = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.to_owned(),
        None => name.to_lowercase(),
    };
    let end = head.trim_end().len();
    let start = chunk.range.start + (end - name.len()) as u32;
    Some((folded.into(), TextRange::new(start, chunk.range.start + end as u32)))
}

#[cfg(test)]
mod tests {
    use rollproof_sql::split;

    use super::*;

    #[test]
    fn routines_by_their_words() {
        let script = "CREATE FUNCTION App.Add_One (i int) RETURNS int RETURN i + 1;\n\
                      create or replace procedure \"Tidy\"() LANGUAGE sql AS '';\n\
                      CREATE TABLE f (id int); SELECT f(1); CREATE AGGREGATE best(int) (SFUNC = f, STYPE = int)";
        let found = split(script).iter().filter_map(|chunk| created(chunk, script)).collect::<Vec<_>>();
        let names: Vec<(&str, &str)> = found.iter().map(|(name, at)| (&**name, at.slice(script))).collect();
        assert_eq!(names, [("add_one", "Add_One"), ("Tidy", "\"Tidy\""), ("best", "best")]);
    }
}
