//! Migrations written in JavaScript, TypeScript or Rust, read call by call: what sends constant SQL is a statement like one of a
//! script, what changes no schema is left out, and every other call is a statement that is not followed. Nothing of it is
//! run, and no call is passed over that may do something.

use std::sync::Arc;

use rollproof_extract::{ScriptArgument, ScriptCall};
use rollproof_source::TextRange;
use rollproof_sql::MappedText;

use crate::model::{Content, Migration, MigrationStatement, Script, Transaction};
use crate::reader::{Draft, Reader, Sent, Source, phase};
use crate::statements;

/// The last name of calls that send their first argument: `queryRunner.query` of TypeORM, `sequelize.query`,
/// `pool.query` of slonik and node-postgres, `knex.raw` and `knex.schema.raw`, `addSql` of MikroORM, `pgm.sql` of
/// node-pg-migrate, `db.runSql` of db-migrate, the tag `sql` of Kysely and of postgres.js, and Prisma's.
const SENDERS: [&str; 18] = [
    "one",
    "oneFirst",
    "maybeOne",
    "maybeOneFirst",
    "many",
    "manyFirst",
    "anyFirst",
    "exists",
    "query",
    "raw",
    "addSql",
    "sql",
    "runSql",
    "unsafe",
    "any",
    "$executeRaw",
    "$executeRawUnsafe",
    "$queryRaw",
];

/// Names that hold what sends SQL. A call that is given none of them, and that nobody waits for, computes something.
const HANDLES: [&str; 22] = [
    "self",
    "txn",
    "pool",
    "queryRunner",
    "queryInterface",
    "knex",
    "db",
    "pgm",
    "trx",
    "tx",
    "transaction",
    "client",
    "connection",
    "conn",
    "manager",
    "this",
    "sequelize",
    "prisma",
    "context",
    "dataSource",
    "em",
    "schema",
];

/// The first name of calls that have nothing to do with the database.
const BYSTANDERS: [&str; 17] = [
    "Ok", "Err", "Some", "console", "logger", "log", "JSON", "Math", "Date", "Object", "Array", "String", "Number",
    "Error", "process", "path", "Boolean",
];

/// The last name of calls that do nothing themselves beyond what stands in their arguments or before their dot.
const WRAPPERS: [&str; 49] = [
    "get_connection",
    "get_database_backend",
    "has_table",
    "has_column",
    "map_err",
    "to_owned",
    "to_string",
    "transaction",
    "inTransaction",
    "begin",
    "all",
    "allSettled",
    "resolve",
    "then",
    "catch",
    "finally",
    "execute",
    "executeTakeFirst",
    "map",
    "forEach",
    "filter",
    "join",
    "trim",
    "split",
    "push",
    "includes",
    "replace",
    "replaceAll",
    "toString",
    "toISOString",
    "slice",
    "startsWith",
    "keys",
    "values",
    "entries",
    "info",
    "warn",
    "debug",
    "error",
    "log",
    "require",
    "hasTable",
    "hasColumn",
    "getTable",
    "getTables",
    "describeTable",
    "showAllTables",
    "tableExists",
    "getKnex",
];

/// Names in the chain of calls that read or write rows and change no schema.
const ROWS: [&str; 22] = [
    "insertInto",
    "updateTable",
    "deleteFrom",
    "selectFrom",
    "bulkInsert",
    "bulkUpdate",
    "bulkDelete",
    "rawSelect",
    "insert",
    "update",
    "del",
    "delete",
    "where",
    "whereIn",
    "whereNull",
    "select",
    "pluck",
    "findMany",
    "findFirst",
    "updateMany",
    "createMany",
    "into",
];

/// Calls of schema builders whose first argument names what they make or change.
const BUILDERS: [&str; 54] = [
    "createTable",
    "createTableIfNotExists",
    "alterTable",
    "table",
    "dropTable",
    "dropTableIfExists",
    "renameTable",
    "addColumn",
    "addColumns",
    "dropColumn",
    "dropColumns",
    "removeColumn",
    "changeColumn",
    "changeColumns",
    "alterColumn",
    "renameColumn",
    "addIndex",
    "removeIndex",
    "createIndices",
    "dropIndices",
    "addConstraint",
    "removeConstraint",
    "createConstraint",
    "dropConstraint",
    "renameConstraint",
    "createForeignKey",
    "createForeignKeys",
    "dropForeignKey",
    "dropForeignKeys",
    "addForeignKey",
    "removeForeignKey",
    "createUniqueConstraint",
    "dropUniqueConstraint",
    "createUniqueConstraints",
    "dropUniqueConstraints",
    "createCheckConstraint",
    "dropCheckConstraint",
    "createCheckConstraints",
    "dropCheckConstraints",
    "createPrimaryKey",
    "dropPrimaryKey",
    "updatePrimaryKeys",
    "createExclusionConstraint",
    "dropExclusionConstraint",
    "createType",
    "dropType",
    "addType",
    "addTypeValue",
    "addTypeAttribute",
    "createTrigger",
    "dropTrigger",
    "setTypeAttribute",
    "createView",
    "createMaterializedView",
];

/// Reads the migration in `draft`'s file, whose function `up` makes the change.
pub(crate) fn read(reader: &mut Reader<'_>, draft: Draft, up: &str, language: &str) -> Migration {
    let source = match reader.source(&draft.path) {
        Ok(source) => source,
        Err(reason) => return reader.unmodelled(draft, &reason),
    };
    let Some(calls) = reader.scripts.calls_of(&source.path, up) else {
        return reader
            .unmodelled(draft, &format!("it is written in {language}, and has no function `{up}` of its own"));
    };
    let script = reader.script(&source, Sent::Whole);
    let inner = inner_calls(&calls);
    let mut walk =
        Walk { reader, source: &source, script: &script, calls: &calls, inner: &inner, statements: Vec::new() };
    for call in inner.last().into_iter().flatten() {
        walk.call(*call, 0);
    }
    let statements = walk.statements;
    Migration {
        id: Arc::from(draft.id),
        phase: phase(&source.path, &source.text),
        name: Arc::from(draft.name),
        files: vec![source.path.clone()],
        script,
        statements,
        transaction: if opts_out(&source.text) { Transaction::Autocommit } else { draft.transaction },
        repeatable: false,
    }
}

/// Whether the file says that it runs outside of a transaction: `config = { transaction: false }` of Knex, `transaction =
/// false` of TypeORM, `isTransactional() { return false; }` of MikroORM, `pgm.noTransaction()`.
fn opts_out(text: &str) -> bool {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    ["transaction:false", "transaction=false", "isTransactional(){returnfalse", "isTransactional():boolean{returnfalse"]
        .iter()
        .any(|mark| plain.contains(mark))
        || plain.contains(".noTransaction()")
}

/// Deeper chains and nests of calls are not followed.
const MAX_DEPTH: usize = 200;

struct Walk<'a, 'b> {
    reader: &'a mut Reader<'b>,
    source: &'a Source,
    script: &'a Arc<Script>,
    /// All calls of the function, each after those that stand in it.
    calls: &'a [ScriptCall],
    /// For each call those that stand right in it: in its arguments, or before its dot.
    inner: &'a [Vec<usize>],
    statements: Vec<MigrationStatement>,
}

/// For each call those that stand right in it, in order; and last those that stand in none.
fn inner_calls(calls: &[ScriptCall]) -> Vec<Vec<usize>> {
    let mut inner = vec![Vec::new(); calls.len() + 1];
    for (at, call) in calls.iter().enumerate() {
        // What holds a call comes after it, the smallest first.
        let after = calls.iter().enumerate().skip(at + 1);
        let around = after.filter(|(_, outer)| holds(outer.span.range, call.span.range));
        let around = around.min_by_key(|(_, outer)| outer.span.range.len()).map_or(calls.len(), |(around, _)| around);
        inner[around].push(at);
    }
    inner
}

/// What a call does.
enum Effect<'c> {
    /// It sends this text.
    Sends(&'c MappedText),
    /// What is done is done by the calls that stand in it.
    Inner,
    /// It changes no schema.
    Rows,
    /// It is not followed: why, and what it may touch.
    Unknown(String, Option<Vec<Arc<str>>>),
}

impl<'a> Walk<'a, '_> {
    fn call(&mut self, at: usize, depth: usize) {
        let call = &self.calls[at];
        if depth > MAX_DEPTH {
            self.unknown(call, "calls nest too deep".to_owned(), None);
            return;
        }
        match self.effect(call) {
            Effect::Sends(text) => {
                // What stands before the dot comes first: `schema.raw('…').raw('…')`.
                let arguments = call.arguments.first().map_or(call.span.range.end, |first| first.span.range.start);
                for inner in &self.inner[at] {
                    if self.calls[*inner].span.range.end <= arguments {
                        self.call(*inner, depth + 1);
                    }
                }
                self.send(call, text);
            }
            Effect::Inner => {
                for inner in &self.inner[at] {
                    self.call(*inner, depth + 1);
                }
            }
            Effect::Rows => {}
            Effect::Unknown(reason, touches) => self.unknown(call, reason, touches),
        }
    }

    fn effect<'c>(&self, call: &'c ScriptCall) -> Effect<'c> {
        let last = call.callee.last().map_or("", |name| &**name);
        let first = call.callee.first().map_or("", |name| &**name);
        let has = |names: &[&str]| call.callee.iter().any(|name| names.contains(&&**name));
        if BYSTANDERS.contains(&first) {
            return Effect::Inner;
        }
        let indexes = has(&["createIndex"]) && has(&["on"]);
        if has(&["schema"]) && last != "raw" && (has(&BUILDERS) || indexes) {
            return self.builder(call);
        }
        if SENDERS.contains(&last) {
            return sent(call);
        }
        if let Some(text) = given_to_helper(call, last) {
            return Effect::Sends(text);
        }
        if WRAPPERS.contains(&last) && !has(&ROWS) {
            return Effect::Inner;
        }
        if BUILDERS.contains(&last) || matches!(last, "createIndex" | "dropIndex") && call.arguments.len() > 1 {
            return self.builder(call);
        }
        if has(&ROWS) {
            return Effect::Rows;
        }
        if self.computes(call) {
            return Effect::Inner;
        }
        let name = call.callee.join(".");
        Effect::Unknown(format!("what `{name}(…)` does is not known"), None)
    }

    /// Whether a call is given nothing that sends SQL, and nobody waits for it.
    fn computes(&self, call: &ScriptCall) -> bool {
        let range = call.span.range;
        let text = |range: std::ops::Range<usize>| self.source.text.get(range).unwrap_or_default();
        let is_awaited = text(0..range.start as usize).trim_end().ends_with("await")
            || text(range.end as usize..self.source.text.len()).trim_start().starts_with(".await");
        let mut words = text(range.start as usize..range.end as usize)
            .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '$'));
        !is_awaited && !words.any(|word| HANDLES.contains(&word))
    }

    /// What a schema builder's call may touch: what its own texts, and those of the calls in it, name.
    fn builder<'c>(&self, call: &ScriptCall) -> Effect<'c> {
        let is_builder = |name: &&Arc<str>| BUILDERS.contains(&&***name) || ***name == *"createIndex";
        let name = call.callee.iter().find(is_builder).map_or("", |name| &**name);
        let reason = format!("`{name}(…)` is a schema builder's, and is not modelled");
        let within =
            self.calls.iter().filter(|inner| inner.span == call.span || holds(call.span.range, inner.span.range));
        let mut touches: Vec<Arc<str>> = Vec::new();
        for inner in within {
            let last = inner.callee.last().map_or("", |name| &**name);
            let of_schema = inner.callee.iter().any(|name| &**name == "schema");
            if of_schema && matches!(last, "cascade" | "raw" | "dropIndex") {
                return Effect::Unknown(reason, None);
            }
            let names = BUILDERS.contains(&last)
                || matches!(
                    last,
                    "inTable" | "references" | "addForeignKeyConstraint" | "createIndex" | "on" | "inherits"
                );
            if names && inner.arguments.first().and_then(constant).is_none() {
                return Effect::Unknown(reason, None);
            }
            let texts = inner.arguments.iter().flat_map(|argument| &argument.texts);
            touches.extend(texts.flat_map(|text| text.text.split(['.', '"'])).map(Arc::from));
        }
        if touches.is_empty() || names_by_value(self.source, call.span.range) {
            return Effect::Unknown(reason, None);
        }
        touches.sort();
        touches.dedup();
        Effect::Unknown(reason, Some(touches))
    }

    fn send(&mut self, call: &ScriptCall, text: &MappedText) {
        if text.text.contains(MappedText::HOLE) {
            if !writes_rows(&text.text) {
                let why = text.holes().next().map_or("", |hole| &*hole.reason);
                self.unknown(call, format!("the SQL that it sends is not wholly known: {why}"), None);
            }
            return;
        }
        let script = Arc::new(Script {
            file: self.script.file,
            path: self.script.path.clone(),
            text: Arc::from(text.text.as_str()),
            map: Some(Arc::new(text.clone())),
            file_text: self.script.file_text.clone(),
        });
        let read = statements::read(self.reader, &script, false, &mut Vec::new());
        if !call.conditional {
            self.statements.extend(read);
            return;
        }
        for mut statement in read {
            if writes_rows(statement.text()) {
                continue;
            }
            let touches = names_its_table(statement.text()).then(Vec::new);
            let reason = Arc::from("it runs on a condition, or more than once");
            statement.content = Content::Unmodelled { reason, touches };
            self.statements.push(statement);
        }
    }

    fn unknown(&mut self, call: &ScriptCall, reason: String, touches: Option<Vec<Arc<str>>>) {
        self.statements.push(MigrationStatement {
            script: self.script.clone(),
            range: call.span.range,
            content: Content::Unmodelled { reason: Arc::from(reason), touches },
            commits_after: false,
        });
    }
}

fn holds(outer: TextRange, inner: TextRange) -> bool {
    outer != inner && outer.start <= inner.start && inner.end <= outer.end
}

fn constant(argument: &ScriptArgument) -> Option<&MappedText> {
    match argument.texts.as_slice() {
        [only] if argument.unknown.is_none() => Some(only),
        _ => None,
    }
}

/// The text that a function is given which is named for sending SQL: the project's own `run_sql(connection, "…")`, sea-orm's
/// `Statement::from_string(backend, "…")` and `execute_unprepared`.
fn given_to_helper<'c>(call: &'c ScriptCall, name: &str) -> Option<&'c MappedText> {
    let is_helper = name.to_ascii_lowercase().contains("sql") || matches!(name, "from_string" | "execute_unprepared");
    let mut texts = call.arguments.iter().filter(|argument| !argument.texts.is_empty());
    let text = texts.next().and_then(constant)?;
    (is_helper && texts.next().is_none() && !text.text.contains(MappedText::HOLE)).then_some(text)
}

/// The text that a sender's call sends.
fn sent(call: &ScriptCall) -> Effect<'_> {
    // `raw('… ??', [name])` of Knex and `pgm.sql('… {name}', values)` put more into the text than values.
    let is_filled = |text: &MappedText| call.arguments.len() > 1 && text.text.contains(['?', '{']);
    match call.arguments.first() {
        Some(first) => match constant(first) {
            Some(text) if is_filled(text) && writes_rows(&text.text) => Effect::Rows,
            Some(text) if is_filled(text) => {
                Effect::Unknown("the SQL that it sends is filled with other arguments".to_owned(), None)
            }
            Some(text) => Effect::Sends(text),
            None if first.texts.is_empty() => {
                let why = first.unknown.as_ref().map_or("no text", |unknown| &*unknown.reason);
                Effect::Unknown(format!("the SQL that it sends is not known: {why}"), None)
            }
            None if first.texts.iter().all(|text| writes_rows(&text.text)) => Effect::Rows,
            None => Effect::Unknown("the SQL that it sends is one of several texts".to_owned(), None),
        },
        None => Effect::Inner,
    }
}

/// Whether a text, perhaps not wholly known, is a statement that writes rows, or reads them and calls no function.
fn writes_rows(text: &str) -> bool {
    let only = text.trim().trim_end_matches(';');
    let word = only.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let is_one = !only.contains(';');
    is_one && (matches!(word.as_str(), "insert" | "update" | "delete") || word == "select" && !only.contains('('))
}

/// Whether all that a statement can touch is named in it.
fn names_its_table(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().take(3).map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cascades = text.to_ascii_lowercase().contains("cascade");
    match words.as_slice() {
        ["alter", "table" | "type", ..] | ["create", "table" | "type" | "trigger", ..] => !cascades,
        ["create", "index", ..] | ["create", "unique", "index"] => true,
        ["drop", "table" | "trigger", ..] => !cascades,
        _ => false,
    }
}

/// Whether the source of a builder's call names another table by something else than a text: `references: TABLE`.
fn names_by_value(source: &Source, range: TextRange) -> bool {
    let text = source.text.get(range.start as usize..range.end as usize).unwrap_or_default();
    ["references", "model", "tableName", "referencedTableName", "inherits"].iter().any(|word| {
        text.match_indices(word).any(|(at, word)| {
            let after = text[at + word.len()..].trim_start();
            let value = after.strip_prefix(':').map(str::trim_start);
            value.is_some_and(|value| !value.starts_with(['\'', '"', '`', '{', '[']))
        })
    })
}
