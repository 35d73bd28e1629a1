//! The named queries of a file: a comment names each, and its text goes to the next such comment.

use rollproof_source::TextRange;

/// A named query.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'t> {
    /// Its name.
    pub(super) name: &'t str,
    /// From its comment to the next one.
    pub(super) range: TextRange,
    /// Its comment says how many rows it gives, as sqlc's do.
    pub(super) is_sqlc: bool,
}

/// How comments name a query: what stands before the name. `-- name:` is written by sqlc, aiosql and yesql, `-- :name` by
/// HugSQL and PugSQL, the others by loaders of projects.
const MARKERS: [&str; 4] = ["name:", ":name", "@name", "BLOCK"];

/// The named queries of a text, in order. What stands before the first is none.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((name, is_sqlc)) = marker(line) {
            if let Some(last) = found.last_mut() {
                last.range.end = at;
            }
            found.push(Block { name, range: TextRange::new(at, text.len() as u32), is_sqlc });
        }
        at += line.len() as u32;
    }
    found
}

/// The name that a line gives to the query after it.
fn marker(line: &str) -> Option<(&str, bool)> {
    let line = line.trim_start();
    let comment = line.strip_prefix("--").or_else(|| line.strip_prefix("/*"))?.trim_start();
    let rest = MARKERS.iter().find_map(|marker| comment.strip_prefix(marker))?;
    let mut words = rest.strip_prefix([' ', '\t'])?.split_whitespace();
    let name = words.next().filter(|name| is_name(name))?;
    let rest: Vec<&str> = words.take_while(|word| *word != "*/").collect();
    let is_sqlc = comment.starts_with("name:") && rest.first().is_some_and(|word| word.starts_with(':'));
    // Prose goes on after a word.
    let ends = rest.iter().all(|word| word.starts_with(':') || word.starts_with("--"));
    (ends || is_sqlc).then_some((name, is_sqlc))
}

fn is_name(word: &str) -> bool {
    // aiosql marks with an ending what a query gives: `get_user^`, `insert!`, `insert<!`.
    let name = word.trim_end_matches(['^', '!', '$', '#', '*', '<']);
    let letters = |character: char| character.is_alphanumeric() || "_-.".contains(character);
    !name.is_empty() && name.chars().all(letters) && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(&str, bool)> {
        blocks(text).into_iter().map(|block| (block.name, block.is_sqlc)).collect()
    }

    #[test]
    fn comments_that_name_queries() {
        let text = "-- name: GetUser :one\nSELECT 1;\n\n--name: get_all\nSELECT 2;\n  -- BLOCK update_it\nSELECT 3;\n\
                    /* name: Old :exec */\nSELECT 4;\n-- name: insert<!\nSELECT 5;\n-- @name Six\nSELECT 6;\n";
        let expected = [
            ("GetUser", true),
            ("get_all", false),
            ("update_it", false),
            ("Old", true),
            ("insert<!", false),
            ("Six", false),
        ];
        assert_eq!(names(text), expected);
        let found = blocks(text);
        assert_eq!(found[2].range.slice(text), "  -- BLOCK update_it\nSELECT 3;\n");
    }

    #[test]
    fn comments_that_name_none() {
        for text in [
            "-- name: the name of the user\nSELECT 1",
            "-- BLOCKED by another\nSELECT 1",
            "-- BLOCK\nSELECT 1",
            "SELECT 1 -- BLOCK x\n",
            "-- the name: x\n",
        ] {
            assert_eq!(names(text), [], "{text}");
        }
    }
}
