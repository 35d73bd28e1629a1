//! What the scripts of another database make: their SQL is not ours to read, their relations' names are.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_source::Snapshot;

/// The names of the tables and views that the SQL files under `folder` create, in lower case and without a schema:
/// where PostgreSQL's database has no such relation, a query that names one is sent to the other.
///
/// Found by their words alone (`CREATE [TEMPORARY | VIRTUAL …] TABLE | VIEW [IF NOT EXISTS] name`), since no grammar of
/// ours reads what SQLite or MySQL do.
#[must_use]
pub fn relations_made(snapshot: &Snapshot, folder: &str) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for (path, _) in snapshot.files_under(folder).filter(|(path, _)| path.ends_with(".sql")) {
        let Some(Ok(bytes)) = snapshot.read(path) else { continue };
        collect(&String::from_utf8_lossy(&bytes).to_ascii_lowercase(), &mut names);
    }
    names
}

fn collect(script: &str, names: &mut BTreeSet<Arc<str>>) {
    let mut words = script.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        if !word.ends_with("create") {
            continue;
        }
        const BETWEEN: [&str; 7] = ["temp", "temporary", "unlogged", "virtual", "or", "replace", "materialized"];
        while words.next_if(|word| BETWEEN.contains(word)).is_some() {}
        if words.next_if(|word| matches!(*word, "table" | "view")).is_none() {
            continue;
        }
        while words.next_if(|word| matches!(*word, "if" | "not" | "exists")).is_some() {}
        names.extend(words.peek().and_then(|word| relation(word)));
    }
}

/// The relation in the word after `TABLE`: `"main"."users"(id` names `users`.
fn relation(word: &str) -> Option<Arc<str>> {
    let name = word.split(['(', ';']).next()?.rsplit('.').next()?;
    let name = name.trim_matches(['"', '`', '[', ']', '\'']);
    (!name.is_empty()).then(|| Arc::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_another_database() {
        let script = "CREATE TABLE IF NOT EXISTS `Main`.`message_store`(id INTEGER PRIMARY KEY AUTOINCREMENT);\n\
                      create virtual table [notes] using fts5(x); CREATE INDEX i ON other (id); CREATE VIEW v AS SELECT 1;\n\
                      -- create table\n";
        let tree =
            Snapshot::from_texts([("db/1.sql", script), ("db/readme.md", "create table no"), ("x/1.sql", script)]);
        let names: Vec<String> = relations_made(&tree, "db").iter().map(ToString::to_string).collect();
        assert_eq!(names, ["message_store", "notes", "v"]);
        assert!(relations_made(&tree, "y").is_empty());
    }
}
