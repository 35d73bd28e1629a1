//! Nothing that a tree may hold stops the run.

use proptest::prelude::*;
use rollproof_source::{Snapshot, SourceMap};

use crate::{Step, detect, mark_commits, pending, read, steps, tool_names};

/// Pieces of which scripts, and configuration, are made.
const PIECES: [&str; 30] = [
    "select 1;",
    "begin;",
    "commit;",
    "rollback;",
    "commit and chain;",
    "\n",
    "\n-- +goose Up\n",
    "\n-- +goose Down\n",
    "\n-- +goose NO TRANSACTION\n",
    "\n-- migrate:up transaction:false\n",
    "\n-- migrate:down\n",
    "\n-- Up Migration\n",
    "\n-- Down Migration\n",
    "${",
    "}",
    ":GRAPHILE_WORKER_SCHEMA",
    "\n\\i m/1_a.sql\n",
    "\n\\ir ../1_a.sql\n",
    "'",
    "$$",
    "/*",
    "é🦀",
    "{\"entries\":[",
    "{\"when\":1,\"tag\":\"..\"}",
    "]}",
    "copy t from stdin;\n1\n\\.\n",
    "(",
    ")",
    "\r\n",
    "-- rollproof: post-deploy",
];

const PATHS: [&str; 20] = [
    "m/1_a.sql",
    "m/01_b.sql",
    "m/99999999999999999999999999999999999_c.sql",
    "m/20200513070724505_d.sql",
    "m/V1.2__e.sql",
    "m/V1__é.sql",
    "m/R__f.sql",
    "m/U1__g.sql",
    "m/000001.sql",
    "m/committed/000001.sql",
    "m/meta/_journal.json",
    "m/1_x/up.sql",
    "m/1_x/metadata.toml",
    "m/1_x/migration.sql",
    "m/atlas.sum",
    "m/é.sql",
    "m/1-2-h.ts",
    "flyway.conf",
    "m/__.sql",
    "m/V__.sql",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat())
}

fn files() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    prop::collection::vec((prop::sample::select(&PATHS[..]), text()), 0..10)
}

proptest! {
    #[test]
    fn no_tree_stops_any_tool(old in files(), new in files()) {
        let tree = |files: &[(&'static str, String)]| Snapshot::from_texts(files.iter().map(|(path, text)| (*path, text.as_str())));
        let (old, new) = (tree(&old), tree(&new));
        let sources = SourceMap::new();
        for hints in [&[][..], &["m", "", ".", "é", "m/é.sql"]] {
            for folder in detect(&new, hints).folders {
                prop_assert!(new.files_under(&folder.path).next().is_some(), "{folder:?}");
            }
        }
        for tool in tool_names() {
            let before = read(&old, &sources, "m", tool, None).unwrap();
            let after = read(&new, &sources, "m", tool, None).unwrap();
            for statement in after.migrations.iter().flat_map(|migration| &migration.statements) {
                let file = sources.file(statement.span().file);
                prop_assert!(file.text.get(statement.span().range.as_range()).is_some(), "{tool} {:?}", statement.span());
            }
            let mut result = pending(&before, &after, &sources);
            mark_commits(&mut result.pending);
            // Whatever runs ends committed, unless the last thing it does is to roll back.
            let last = result.pending.iter().flat_map(|migration| &migration.statements).last();
            prop_assert!(last.is_none_or(|last| last.commits_after || last.text().starts_with("rollback")));
            let all = steps(&result.pending);
            let sent = all.iter().filter(|step| matches!(step, Step::Statement(..))).count();
            prop_assert_eq!(sent, result.pending.iter().map(|migration| migration.statements.len()).sum::<usize>());
        }
    }
}
