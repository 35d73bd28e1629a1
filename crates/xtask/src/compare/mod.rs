//! Migrations run on a real server and here, and what differs afterwards.
//!
//! Four questions are asked of one folder: does each statement end alike on both sides; are the two schemas the same,
//! line by line; does what `rollproof schema` prints make the same schema on an empty server, down to the server's own
//! definitions; and does a dump of the server, read as `--schema` reads it, describe the same schema.

mod command;
mod replay;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rollproof_catalog::{Builtin, Expressions, Schema, Session};
use rollproof_evolve::read_dump;
use rollproof_migrate::MigrationSet;

use crate::database::Scratch;
use crate::describe::{definitions, describe};

pub use command::{migrations_of, run};
pub use replay::{Answer, Outcome};

/// What is compared, and how.
#[derive(Default)]
pub struct Question<'a> {
    /// The server, without a database.
    pub server: &'a str,
    /// The `search_path` that the migrations' sessions start with; none for the default.
    pub search_path: Option<Vec<Arc<str>>>,
    /// A script that both sides start from.
    pub base: Option<&'a str>,
    /// The program `pg_dump` of this server's version or a later one; without it dumps are not compared.
    pub pg_dump: Option<&'a str>,
}

/// What differs between two lists of lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Lines that both have.
    pub equal: usize,
    /// Lines that the server alone has.
    pub only_server: Vec<String>,
    /// Lines that this side alone has.
    pub only_here: Vec<String>,
}

/// The answers.
pub struct Comparison {
    /// The server's major version.
    pub major: u32,
    /// Every statement, in the order in which they ran.
    pub outcomes: Vec<Outcome>,
    /// The schemas.
    pub schema: Difference,
    /// What the printed schema makes on an empty server, against the migrated one: the server's own definitions.
    pub printed: Difference,
    /// Statements of the printed schema that the server refuses.
    pub printed_refused: Vec<String>,
    /// The schema that a dump of the server makes here; none where no dump was asked for.
    pub dumped: Option<Difference>,
    /// What this side computed.
    pub computed: Schema,
}

impl Difference {
    /// Two sorted lists, as multisets.
    #[must_use]
    pub fn between(server: &[String], here: &[String]) -> Self {
        let mut counts: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
        server.iter().for_each(|line| counts.entry(line).or_default().0 += 1);
        here.iter().for_each(|line| counts.entry(line).or_default().1 += 1);
        let mut difference = Self::default();
        for (line, (on_server, on_here)) in counts {
            difference.equal += on_server.min(on_here);
            let more = |count: usize, other: usize| std::iter::repeat_n(line.clone(), count.saturating_sub(other));
            difference.only_server.extend(more(on_server, on_here));
            difference.only_here.extend(more(on_here, on_server));
        }
        difference
    }

    /// Whether both have the same lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.only_server.is_empty() && self.only_here.is_empty()
    }
}

impl Comparison {
    /// Statements that one side takes and the other refuses, or that they refuse with other codes.
    pub fn disagreements(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| !outcome.agrees())
    }

    /// Statements that are not followed.
    pub fn unmodelled(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| matches!(outcome.here, Answer::Unmodelled(_)))
    }
}

/// Runs `set` on both sides and compares.
///
/// # Errors
/// When the server cannot be asked, or its version is not known here.
pub fn compare(question: &Question, set: &MigrationSet) -> Result<Comparison> {
    let mut scratch = Scratch::create(question.server, &roles_of(set))?;
    let major = scratch.major()?;
    let Some(builtin) = Builtin::of_version(major) else { bail!("PostgreSQL {major} is not known here") };
    let mut session = Session::default();
    if let Some(path) = &question.search_path {
        session.search_path = Arc::from(path.clone());
        let quoted: Vec<String> = path.iter().map(|name| rollproof_sql::quote_identifier(name)).collect();
        let (database, path) = (scratch.name().to_owned(), quoted.join(", "));
        scratch.client.query(&format!("ALTER DATABASE {database} SET search_path TO {path}"))?;
    }
    let (computed, outcomes) = replay::replay(&mut scratch, Schema::packaged(builtin), &session, question.base, set)?;
    let here = computed.describe(Expressions::Presence);
    scratch.reconnect()?;
    let on_server = describe(&mut scratch.client)?;
    let schema = Difference::between(&on_server, &here);
    let (printed, printed_refused) = print_and_read(question, &mut scratch, &computed)?;
    let dumped = match question.pg_dump {
        Some(program) => Some(Difference::between(&on_server, &dump_and_read(program, &scratch, builtin)?)),
        None => None,
    };
    Ok(Comparison { major, outcomes, schema, printed, printed_refused, dumped, computed })
}

/// What the printed schema makes on an empty database, against the one that was migrated.
fn print_and_read(question: &Question, scratch: &mut Scratch, computed: &Schema) -> Result<(Difference, Vec<String>)> {
    let text = rollproof_report::sql::render(computed);
    let mut other = Scratch::create(question.server, &[])?;
    let mut refused = Vec::new();
    for (range, _) in rollproof_sql::parse_script(&text) {
        let statement = range.slice(&text);
        if let Some((code, message)) = other.refusal(statement)? {
            refused.push(format!("{code} {message}: {statement}"));
        }
    }
    let (wanted, found) = (definitions(&mut scratch.client)?, definitions(&mut other.client)?);
    Ok((Difference::between(&wanted, &found), refused))
}

/// A `pg_dump` on this machine that is not older than the server: in the folder that `PG_BIN` names, with Debian's servers,
/// or in the path. `PG_DUMP` names one itself.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "programs are looked for in the environment")]
pub fn find_pg_dump(server: &str) -> Option<String> {
    let mut scratch = Scratch::create(server, &[]).ok()?;
    let major = scratch.major().ok()?;
    if let Some(named) = std::env::var_os("PG_DUMP") {
        return named.into_string().ok();
    }
    let bin = std::env::var("PG_BIN").ok().map(|folder| format!("{folder}/pg_dump"));
    let debian = (major..=MAX_MAJOR).map(|major| format!("/usr/lib/postgresql/{major}/bin/pg_dump"));
    let candidates = bin.into_iter().chain(debian).chain(["pg_dump".to_owned()]);
    candidates.into_iter().find(|program| version_of(program).is_some_and(|version| version >= major))
}

/// The newest server that is looked for.
const MAX_MAJOR: u32 = 25;

/// The major version that `pg_dump --version` names.
#[allow(clippy::disallowed_methods, reason = "pg_dump is a program")]
fn version_of(program: &str) -> Option<u32> {
    let done = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let number = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split('.').next()?.parse().ok()
}

/// What a dump of the database describes as, read into an empty schema.
#[allow(clippy::disallowed_methods, reason = "pg_dump is a program")]
fn dump_and_read(program: &str, scratch: &Scratch, builtin: &'static Builtin) -> Result<Vec<String>> {
    let connection = scratch.connection();
    let done = Command::new(program)
        .args(["--schema-only", "--dbname", &connection])
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if !done.status.success() {
        bail!("{program} failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    let text = String::from_utf8(done.stdout).context("the dump is not UTF-8")?;
    Ok(read_dump(Schema::packaged(builtin), &text).describe(Expressions::Presence))
}

/// The roles that the migrations make: they outlive a database, and are cleared away with it.
fn roles_of(set: &MigrationSet) -> Vec<String> {
    use rollproof_sql::ast::{Definition, ObjectKind, ObjectName, StatementKind};
    let mut roles = Vec::new();
    for statement in set.migrations.iter().flat_map(|migration| &migration.statements) {
        match statement.statement().map(|statement| &statement.kind) {
            Some(StatementKind::Define(definition)) => match &**definition {
                Definition::CreateRole(name, _) => roles.push(name.text.to_string()),
                Definition::Rename(rename) if rename.kind == ObjectKind::Role => {
                    roles.push(rename.to.text.to_string());
                    if let ObjectName::Name(name) = &rename.object {
                        roles.push(name.object().text.to_string());
                    }
                }
                _ => {}
            },
            // What a block creates is not looked for: words after CREATE ROLE are as good.
            Some(StatementKind::Do(..)) => roles.extend(roles_in(statement.text())),
            _ => {}
        }
    }
    roles
}

/// The names after `CREATE ROLE` in a text.
fn roles_in(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let made = words.windows(3).filter(|three| three[0] == "create" && (three[1] == "role" || three[1] == "user"));
    made.map(|three| three[2].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Difference, roles_in};

    #[test]
    fn lines_are_counted() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let difference = Difference::between(&lines("a b b c"), &lines("b c d"));
        assert_eq!(difference.equal, 2);
        assert_eq!((difference.only_server, difference.only_here), (lines("a b"), lines("d")));
    }

    #[test]
    fn roles_of_blocks_are_seen() {
        assert_eq!(roles_in("do $$ begin create role Anon nologin; execute 'CREATE USER b'; end $$"), ["anon", "b"]);
    }
}
