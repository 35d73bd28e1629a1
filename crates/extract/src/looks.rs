//! Whether a text reads as SQL.

use rollproof_sql::MappedText;

/// Words that a statement starts with, in lower case.
const HEADS: &[&str] = &[
    "select",
    "insert",
    "update",
    "delete",
    "with",
    "merge",
    "call",
    "truncate",
    "create",
    "alter",
    "drop",
    "grant",
    "revoke",
    "lock",
    "refresh",
    "copy",
    "values",
    "explain",
    "analyze",
    "vacuum",
    "set",
    "reset",
    "show",
    "begin",
    "start",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "listen",
    "notify",
    "unlisten",
    "do",
    "declare",
    "fetch",
    "close",
    "execute",
    "prepare",
    "deallocate",
    "comment",
    "reindex",
    "cluster",
    "discard",
    "end",
    "abort",
    "table",
    "checkpoint",
];

/// The text without leading white space, comments and parentheses.
pub(crate) fn without_comments(text: &str) -> &str {
    let mut rest =
        text.trim_start_matches(|character: char| character.is_whitespace() || character == '(' || character == ';');
    loop {
        let next = if rest.starts_with("--") {
            rest.split_once('\n').map_or("", |(_, rest)| rest)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return rest;
        };
        rest = next
            .trim_start_matches(|character: char| character.is_whitespace() || character == '(' || character == ';');
    }
}

/// Some string in a stretch of source starts like a statement.
pub(crate) fn mentions_sql(source: &str) -> bool {
    source.split(['"', '\'', '`']).skip(1).any(statement_head)
}

fn first_word(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_alphabetic() && character != '_').unwrap_or(text.len());
    text.split_at(end)
}

/// The text starts with a word that starts a statement: enough where a method named `query` takes it.
pub(crate) fn statement_head(text: &str) -> bool {
    let (word, rest) = first_word(without_comments(text));
    let ends = rest.is_empty()
        || rest.starts_with(|character: char| character.is_whitespace() || "(;*\"'$\u{FFFC}".contains(character));
    ends && HEADS.iter().any(|head| head.eq_ignore_ascii_case(word))
}

/// The text is SQL and not prose or a route, with nothing around it to tell: it has the shape of a statement.
pub(crate) fn reads_as_sql(text: &str) -> bool {
    let body = without_comments(text);
    let (word, rest) = first_word(body);
    // One way of writing keywords: `Select a plan` is prose.
    let upper = word.chars().all(|character| character.is_ascii_uppercase());
    let lower = word.chars().all(|character| character.is_ascii_lowercase());
    if !(upper || lower) || word.is_empty() {
        return false;
    }
    let words: Vec<&str> = rest
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let cased = |keyword: &str| if upper { keyword.to_ascii_uppercase() } else { keyword.to_owned() };
    let has = |keyword: &str| words.contains(&cased(keyword).as_str());
    let second = |keyword: &str| words.first().is_some_and(|word| *word == cased(keyword));
    let marks = upper || rest.contains(['=', '*', '$', '(', '"', '.', ',', MappedText::HOLE]);
    match word.to_ascii_lowercase().as_str() {
        "select" => marks && (has("from") && !rest.trim_start().starts_with(',') || call_like(rest)),
        "insert" => second("into") && (has("values") || has("select") || has("default")) || second("into") && upper,
        "update" => has("set") && rest.contains('='),
        "delete" => second("from") && (upper || has("where") && marks),
        "with" => {
            (second("recursive") || has("as"))
                && rest.contains('(')
                && (has("select") || has("insert") || has("update") || has("delete"))
        }
        "merge" => second("into") && has("using"),
        "call" => upper && call_like(rest),
        "truncate" => (second("table") || upper) && !words.is_empty() && words.len() < 12,
        "create" | "alter" | "drop" => ddl_object(&words, &cased) && words.len() > 1,
        "refresh" => second("materialized"),
        "lock" => second("table"),
        _ => false,
    }
}

fn ddl_object(words: &[&str], cased: &dyn Fn(&str) -> String) -> bool {
    words.first().is_some_and(|word| DDL_OBJECTS.iter().any(|object| *word == cased(object)))
}

/// The text of a tag of which nothing is known is a statement: tags that translate are given prose that starts with the
/// same words (`delete ${name}`, `Update the role`).
pub(crate) fn tagged_statement(text: &str) -> bool {
    if !statement_head(text) {
        return false;
    }
    let body = without_comments(text);
    let (word, rest) = first_word(body);
    let has = |keyword: &str| rest.split_whitespace().any(|word| word == keyword);
    match word {
        "select" => has("from") || rest.contains(|letter: char| letter.is_ascii_digit() || "(*$".contains(letter)),
        "update" => has("set"),
        "insert" | "delete" | "merge" | "truncate" | "create" | "alter" | "drop" => goes_on_as_statement(body, true),
        _ => word.bytes().all(|byte| byte.is_ascii_uppercase()) || reads_as_sql(text),
    }
}

/// `name(…`: a call right after the first word.
fn call_like(rest: &str) -> bool {
    let rest = rest.trim_start();
    let end =
        rest.find(|character: char| !character.is_alphanumeric() && !"_.\"".contains(character)).unwrap_or(rest.len());
    end > 0 && rest[end..].starts_with('(')
}

/// `{name: Type}`: how ClickHouse writes parameters, and nothing that PostgreSQL reads.
pub(crate) fn has_clickhouse_parameter(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let inner = text[at + 1..].split('}').next().unwrap_or("");
        let Some((name, kind)) = inner.split_once(':') else { return false };
        let word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let kind = kind.trim();
        let end = kind.find('(').unwrap_or(kind.len());
        word(name.trim()) && word(&kind[..end]) && kind.starts_with(|first: char| first.is_ascii_uppercase())
    })
}

/// A clause stands there without its content, as an empty list of conditions leaves it: `WHERE ORDER BY`, `SET WHERE`.
pub(crate) fn empty_clause(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is = |word: &str, of: &[&str]| {
        let bare = if word == "()" { word } else { word.trim_end_matches([';', ')']) };
        of.iter().any(|known| known.eq_ignore_ascii_case(bare))
    };
    let next =
        ["order", "group", "limit", "offset", "where", "returning", "union", "having", "for", "and", "on", "", "()"];
    words.windows(2).any(|pair| {
        is(pair[0], &["where", "and", "having", "set"])
            && pair[0].chars().all(char::is_alphabetic)
            && is(pair[1], &next)
    }) || words.windows(2).any(|pair| is(pair[0], &["in"]) && pair[1].starts_with("()"))
        || words.last().is_some_and(|last| is(last, &["where", "and", "having", "set", "values", "in"]))
}

/// A text that starts with one of SQL's words goes on like a statement. What is prose has a capital (`Select a plan`) or
/// another second word (`create a project`). `closed`: the text ends there and is no part of a longer template.
pub(crate) fn goes_on_as_statement(text: &str, closed: bool) -> bool {
    let end = text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let upper = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let lower = word.bytes().all(|byte| byte.is_ascii_lowercase());
    if rest.is_empty() {
        return !closed;
    }
    if upper {
        return true;
    }
    if !lower {
        return false;
    }
    let mut rest = rest.trim_start();
    while let Some(after) = ["\\n", "\\r", "\\t"].iter().find_map(|escape| rest.strip_prefix(escape)) {
        rest = after.trim_start();
    }
    let end = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
    let second = &rest[..end];
    let is = |words: &[&str]| rest.is_empty() || words.contains(&second);
    match word {
        "insert" | "merge" => is(&["into"]),
        "delete" => is(&["from"]),
        "lock" | "truncate" => is(&["table"]),
        "refresh" => is(&["materialized"]),
        "create" | "alter" | "drop" => is(DDL_OBJECTS) || is(&["global", "local", "unlogged"]),
        "call" => false,
        _ => true,
    }
}

/// What `CREATE`, `ALTER` and `DROP` are followed by.
const DDL_OBJECTS: &[&str] = &[
    "table",
    "index",
    "unique",
    "view",
    "materialized",
    "function",
    "procedure",
    "trigger",
    "type",
    "sequence",
    "schema",
    "extension",
    "policy",
    "role",
    "temporary",
    "temp",
    "database",
    "publication",
    "or",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_in_a_tag_is_no_statement() {
        for text in
            ["SELECT 1", "\n  delete from \u{FFFC}", "update t set a = \u{FFFC}", "-- x\ninsert into a values (1)"]
        {
            assert!(tagged_statement(text), "{text}");
        }
        for text in ["delete \u{FFFC}", "Update the role and set it = 1", "select a plan", "create a team", "end of it"]
        {
            assert!(!tagged_statement(text), "{text}");
        }
    }

    #[test]
    fn statements_read_as_sql() {
        for text in [
            "SELECT 1 FROM t",
            "\n  select * from users where id = $1",
            "select pg_notify($1, $2)",
            "INSERT INTO t (a) VALUES ($1)",
            "UPDATE t SET a = 1",
            "update t set a = $1 where b",
            "DELETE FROM t",
            "-- why\nWITH a AS (SELECT 1) SELECT * FROM a",
            "CALL p(1)",
            "CREATE TABLE t (a int)",
            "/* x */ TRUNCATE t",
        ] {
            assert!(reads_as_sql(text), "{text}");
            assert!(statement_head(text), "{text}");
        }
    }

    #[test]
    fn parameters_of_clickhouse_are_known() {
        assert!(has_clickhouse_parameter("select 1 from t where a = {projectId: String} and b in {ids:Array(String)}"));
        assert!(!has_clickhouse_parameter("select '{\"a\": 1}', '{a,b}' from t where b = '{x: y}'"));
    }

    #[test]
    fn empty_clauses_are_seen() {
        for text in [
            "SELECT 1 FROM t WHERE ORDER BY a",
            "SELECT 1 FROM t WHERE ",
            "UPDATE t SET  WHERE a = 1",
            "SELECT 1 FROM t WHERE a IN ()",
            "SELECT 1 FROM t WHERE () AND b LIMIT 1",
        ] {
            assert!(empty_clause(text), "{text}");
        }
        for text in [
            "SELECT 1 FROM t WHERE a ORDER BY a",
            "SELECT a AND b FROM t",
            "UPDATE t SET a = 1 WHERE b",
            "SET search_path TO a",
        ] {
            assert!(!empty_clause(text), "{text}");
        }
    }

    #[test]
    fn prose_and_routes_do_not() {
        for text in [
            "Select a plan",
            "Select a plan from the list",
            "select a plan",
            "Update your settings",
            "update the set",
            "delete from disk",
            "create a new project",
            "Create table of contents",
            "with great power",
            "call me",
            "/select/from",
            "",
        ] {
            assert!(!reads_as_sql(text), "{text}");
        }
    }
}
