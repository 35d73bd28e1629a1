//! A case: one Markdown file with the schema, the migration, sources, and what is expected of each query.

use anyhow::{Result, bail};

/// A file of a case.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// `old` or `new`.
    pub version: String,
    /// Path in the version's tree.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A case.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The first heading.
    pub title: String,
    /// `Since PostgreSQL 18: …`: older servers judge it otherwise, and are not asked.
    pub since: u32,
    /// `Queries run as …`: the role that the application runs as.
    pub role: Option<String>,
    /// What is applied before.
    pub schema: String,
    /// What is pending.
    pub migration: String,
    /// Sources in TypeScript, Rust or SQL.
    pub files: Vec<CaseFile>,
    /// Values to run the queries with on a server, one line a query: `1, 'a'`.
    pub args: Vec<String>,
}

/// What a query is expected to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Line of the comment, from 1.
    pub line: u32,
    /// `resolves`, `drifts`, `breaks`, `unknown`.
    pub verdict: String,
    /// The rule, unless it resolves.
    pub rule: Option<String>,
    /// The code, where the server raises one.
    pub sqlstate: Option<String>,
}

/// Reads a case.
///
/// # Errors
/// When a fence is of no known kind, or the schema or all sources are missing.
pub fn parse(text: &str) -> Result<Case> {
    let mut case = Case::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("# ").filter(|_| case.title.is_empty()) {
            title.clone_into(&mut case.title);
        }
        if let Some(version) = line.strip_prefix("Since PostgreSQL ") {
            let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
            case.since = digits.parse()?;
        }
        if let Some(role) = line.strip_prefix("Queries run as ") {
            case.role = Some(role.trim_matches(['`', '.', ' ']).to_owned());
        }
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.join("\n") + "\n";
        match info.split_whitespace().collect::<Vec<_>>()[..] {
            ["sql", "schema"] => case.schema.push_str(&body),
            ["sql", "migration"] => case.migration.push_str(&body),
            ["sql", "args"] => case.args.extend(body.lines().map(str::to_owned)),
            ["ts" | "rs" | "sql" | "tsx" | "js", path] => {
                let Some((version, path)) = path.split_once('/') else {
                    bail!("{path} is neither in old/ nor in new/")
                };
                case.files.push(CaseFile { version: version.to_owned(), path: path.to_owned(), text: body });
            }
            ["toml" | "text" | "output" | "sh" | "json", ..] => {}
            _ => bail!("a fence of no known kind: {info}"),
        }
    }
    if case.files.is_empty() {
        bail!("a case needs a source");
    }
    Ok(case)
}

/// What a migration's statements are expected to be refused with: the line of each comment `-- fails: 42703`, from 1, and
/// the code.
#[must_use]
pub fn failures(migration: &str) -> Vec<(u32, String)> {
    let found = migration.lines().zip(1..).filter_map(|(line, number)| {
        let (_, code) = line.split_once("-- fails: ")?;
        Some((number, code.trim().to_owned()))
    });
    found.collect()
}

/// The expectations that stand as comments in a source.
#[must_use]
pub fn expectations(text: &str) -> Vec<Expectation> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let comment = ["// ", "-- "].iter().filter_map(|mark| line.rfind(mark).map(|start| &line[start + 3..])).next();
        let Some(comment) = comment else { continue };
        let (verdict, rest) = comment.split_once(':').unwrap_or((comment, ""));
        let verdict = verdict.trim();
        if !["resolves", "drifts", "breaks", "unknown"].contains(&verdict) {
            continue;
        }
        let mut words = rest.split_whitespace().map(str::to_owned);
        found.push(Expectation {
            line: at as u32 + 1,
            verdict: verdict.to_owned(),
            rule: words.next(),
            sqlstate: words.next(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fences_and_expectations() {
        let case =
            parse("# t\n```sql schema\nA\n```\n```ts old/src/a.ts\nq('x') // breaks: missing-column 42703\n```\n")
                .unwrap();
        assert_eq!((case.title.as_str(), case.schema.as_str()), ("t", "A\n"));
        let expected = expectations(&case.files[0].text);
        assert_eq!(expected.len(), 1);
        assert_eq!(expected[0].rule.as_deref(), Some("missing-column"));
        assert_eq!(expected[0].sqlstate.as_deref(), Some("42703"));
    }

    #[test]
    fn a_comment_that_expects_nothing_is_prose() {
        assert!(
            expectations("// it breaks: badly\n// this resolves nothing\n")
                .iter()
                .all(|each| each.verdict != "it breaks")
        );
        assert!(parse("# t\n```sql schem\nA\n```\n").is_err());
    }
}
