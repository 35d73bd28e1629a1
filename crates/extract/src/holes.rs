//! Which holes of a text leave open what the server does: not those in a string literal, which are values, nor those in a
//! name that the session makes up itself, nor those that are a part of a name that the program makes while it runs: no
//! reader of the source can know more of it.

use rollproof_sql::{Hole, MadeText, MappedText};

/// Statements whose name is the session's own, whatever it is: nothing in the schema is looked up by it.
const OWN_NAMES: &[&str] = &["savepoint", "release", "rollback", "listen", "unlisten", "notify", "close", "deallocate"];

/// Where in SQL a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    Literal { escapes: bool },
    Name,
    Line,
    Block,
}

/// The first hole that the text's meaning hangs on.
pub(crate) fn first_open_hole(text: &MappedText) -> Option<&Hole> {
    let made: Vec<Option<MadeText>> = text.holes().map(|hole| hole.made).collect();
    let mut holes = text.holes();
    let open = open_holes(&text.text, &made);
    open.iter().find_map(|open| holes.next().filter(|_| *open))
}

/// For every hole of `text`, whether its meaning hangs on it. `made` says of which of them the characters are known.
fn open_holes(text: &str, made: &[Option<MadeText>]) -> Vec<bool> {
    let made_at = |hole: usize| made.get(hole).copied().flatten();
    let mut holes: Vec<bool> = Vec::new();
    let mut inside = Inside::Code;
    let mut own_name = false;
    let mut at_start = true;
    let mut before = ' ';
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        if inside == Inside::Code && at_start && character.is_ascii_alphabetic() {
            let word = text[at..].split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or("");
            own_name = OWN_NAMES.iter().any(|name| name.eq_ignore_ascii_case(word)) || sets_parameter(&text[at..]);
            at_start = false;
        }
        if character == MappedText::HOLE {
            holes.push(match inside {
                Inside::Code | Inside::Name if own_name => false,
                Inside::Code => {
                    !made_at(holes.len()).is_some_and(|made| made.goes_on_a_name() && is_in_name(&text[..at]))
                }
                Inside::Name => made_at(holes.len()).is_none_or(|made| made.letters.has('"')),
                Inside::Literal { .. } | Inside::Line | Inside::Block => false,
            });
            before = character;
            continue;
        }
        inside = match (inside, character, next) {
            (Inside::Code, '\'', _) => Inside::Literal { escapes: matches!(before, 'e' | 'E') },
            (Inside::Code, '"', _) => Inside::Name,
            (Inside::Code, '-', '-') => Inside::Line,
            (Inside::Code, '/', '*') => Inside::Block,
            (Inside::Code, ';', _) => {
                at_start = true;
                Inside::Code
            }
            (Inside::Literal { escapes: true }, '\\', _) => {
                characters.next();
                inside
            }
            (Inside::Literal { .. }, '\'', _) | (Inside::Name, '"', _) | (Inside::Line, '\n', _) => Inside::Code,
            (Inside::Block, '*', '/') => {
                characters.next();
                Inside::Code
            }
            (inside, ..) => inside,
        };
        before = character;
    }
    holes
}

/// Whether a name without quotes has begun where a text ends.
fn is_in_name(before: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || "_$".contains(letter) || letter == MappedText::HOLE;
    let start = before.trim_end_matches(part).len();
    before[start..].starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// `SET search_path TO …`: whatever the value is, nothing in the schema is looked up by it. Roles are.
fn sets_parameter(text: &str) -> bool {
    let mut words = text.split(|letter: char| letter.is_whitespace() || letter == '=').filter(|word| !word.is_empty());
    let is =
        |word: Option<&str>, of: &[&str]| word.is_some_and(|word| of.iter().any(|one| one.eq_ignore_ascii_case(word)));
    if !is(words.next(), &["set"]) {
        return false;
    }
    let mut name = words.next();
    if is(name, &["local", "session"]) {
        name = words.next();
    }
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
    let other = ["role", "session", "authorization", "transaction", "constraints", "characteristics"];
    name.is_some_and(plain) && !is(name, &other)
}

#[cfg(test)]
mod tests {
    use rollproof_sql::{Letters, MadeText};

    use super::open_holes;

    fn check(text: &str, expected: &[bool]) {
        assert_eq!(open_holes(&text.replace('?', "\u{FFFC}"), &[]), expected, "{text}");
    }

    /// The same of text that is made of these characters.
    fn check_made(letters: &str, text: &str, expected: &[bool]) {
        let made = MadeText::from(Letters::of(letters).unwrap_or_default(), 1);
        let holes = vec![Some(made); expected.len()];
        assert_eq!(open_holes(&text.replace('?', "\u{FFFC}"), &holes), expected, "{text}");
    }

    #[test]
    fn what_is_made_at_run_time_is_a_part_of_a_name() {
        check_made(
            "0a",
            "SELECT * FROM t_?, s.t?_? x, \"?\", \"a ?\", ?, ?_t",
            &[false, false, false, false, false, true, true],
        );
        check_made("0-", "SELECT * FROM t_?, \"t_?\", 't_?'", &[true, false, false]);
        check_made("0\"", "SELECT * FROM \"t_?\" WHERE a = ?", &[true, true]);
    }

    #[test]
    fn literals_are_values() {
        check("SELECT '?' FROM ? WHERE a = 'it''s ?' AND b = E'\\'?' AND c = ?", &[false, true, false, false, true]);
        check("SELECT \"?\" -- ? '\n, ? /* ? */", &[true, false, true, false]);
    }

    #[test]
    fn names_of_the_session_are_its_own() {
        check("SAVEPOINT \"a_?\"", &[false]);
        check("release savepoint ?; SELECT ?", &[false, true]);
        check("LISTEN ?", &[false]);
        check("DROP TABLE ?", &[true]);
        check("SET LOCAL statement_timeout = ?; SET ROLE ?", &[false, true]);
        check("set search_path to a, ?", &[false]);
        check("SET ? = 1", &[true]);
    }
}
