//! Every statement form of data definition, on a real server and here: `fixtures/schema` has one folder a topic.
//!
//! A statement that the server refuses says so on its last line, `-- refused 42P01`; `since 15` and `until 14` name the
//! versions that are asked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read fixtures")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rollproof_migrate::Transaction;
use rollproof_sql::ast::{Definition, ObjectKind, StatementKind};
use rollproof_tests::program::{INCIDENT, repository, run};
use rollproof_tests::schema::violations;
use rollproof_tests::server;
use xtask::compare::{Answer, Comparison, Difference, Question, compare, migrations_of};

fn topics() -> Vec<PathBuf> {
    let folder = repository().join("fixtures/schema");
    let mut topics: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    topics.sort();
    topics
}

fn compare_topic(folder: &Path, server: &str) -> Comparison {
    let set = migrations_of(folder, Some("plain"), Some(Transaction::Autocommit)).unwrap();
    let pg_dump = xtask::compare::find_pg_dump(server);
    let question = Question { server, pg_dump: pg_dump.as_deref(), ..Question::default() };
    compare(&question, &set).unwrap_or_else(|error| panic!("{}: {error:#}", folder.display()))
}

/// What is wrong with the comparison of a topic, a line each.
fn wrong(comparison: &Comparison) -> Vec<String> {
    let mut wrong = Vec::new();
    for outcome in &comparison.outcomes {
        let place = format!("{}:{}", outcome.file, outcome.line);
        let expected = outcome.comment.strip_prefix("refused ").and_then(|rest| rest.get(..5));
        let refused = match &outcome.server {
            Answer::Refused(code, message) => Some((code.as_str(), message.as_str())),
            _ => None,
        };
        if outcome.server != Answer::NotAsked && refused.map(|refused| refused.0) != expected {
            wrong.push(format!("{place}: the server says {refused:?}, the comment {expected:?}: {}", outcome.text));
        }
        if !outcome.agrees() || matches!(outcome.here, Answer::Unmodelled(_)) {
            wrong.push(format!(
                "{place}: the server says {:?}, here {:?}: {}",
                outcome.server, outcome.here, outcome.text
            ));
        }
    }
    let mut say = |what: &str, difference: &Difference| {
        wrong.extend(difference.only_server.iter().map(|line| format!("- {what}: {line}")));
        wrong.extend(difference.only_here.iter().map(|line| format!("+ {what}: {line}")));
    };
    say("schema", &comparison.schema);
    say("printed", &comparison.printed);
    if let Some(dumped) = &comparison.dumped {
        say("dumped", dumped);
    }
    wrong.extend(
        comparison.printed_refused.iter().map(|refused| format!("the server refuses what is printed: {refused}")),
    );
    wrong
}

#[test]
fn topics_are_the_same_on_a_server() {
    let Some(server) = server::server() else {
        println!("not asked: no server is named in {}", server::VARIABLE);
        return;
    };
    let mut all = Vec::new();
    for topic in topics() {
        let comparison = compare_topic(&topic, &server);
        assert!(comparison.outcomes.len() > 10, "{} is read", topic.display());
        let name = topic.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(wrong(&comparison).into_iter().map(|line| format!("{name}: {line}")));
    }
    assert!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
}

/// Every definition of the fixtures.
fn definitions() -> Vec<Definition> {
    let mut found = Vec::new();
    for topic in topics() {
        for entry in fs::read_dir(topic).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            for (_, parsed) in rollproof_sql::parse_script(&text) {
                if let Ok(rollproof_sql::ast::Statement { kind: StatementKind::Define(definition), .. }) = parsed {
                    found.push(*definition);
                }
            }
        }
    }
    found
}

/// The variants of an enum, read from the source of the syntax tree.
fn variants(name: &str) -> BTreeSet<String> {
    let folder = repository().join("crates/sql/src/ast/ddl");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let Some((_, body)) = text.split_once(&format!("pub enum {name} {{\n")) else { continue };
        let body = body.split("\n}\n").next().unwrap();
        let variants = body.lines().filter_map(|line| line.strip_prefix("    "));
        let variants = variants.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
        found.extend(
            variants.map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned()),
        );
    }
    assert!(found.len() >= 2, "{name} is read");
    found
}

fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned()
}

#[test]
fn every_form_of_definition_is_there() {
    let definitions = definitions();
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for definition in &definitions {
        seen.entry("Definition").or_default().insert(variant(definition));
        match definition {
            Definition::AlterTable(alter) => {
                let actions = alter.actions.iter().map(|(action, _)| variant(action));
                seen.entry("AlterTableAction").or_default().extend(actions);
            }
            Definition::AlterDomain(_, action) => {
                seen.entry("AlterDomainAction").or_default().insert(variant(action));
            }
            _ => {}
        }
    }
    // What stands deeper in the tree is looked for in its printed form; its names are not used twice.
    let text = format!("{definitions:?}");
    let has = |name: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == name);
    for name in ["Definition", "AlterTableAction", "AlterDomainAction"] {
        let missing: Vec<String> = variants(name).difference(&seen[name]).cloned().collect();
        assert!(missing.is_empty(), "no fixture has {name}::{missing:?}");
    }
    for name in [
        "ConstraintKind",
        "FunctionBody",
        "FunctionOption",
        "SequenceOption",
        "PartitionBound",
        "RenamePart",
        "ObjectName",
        "GrantTarget",
        "TableElement",
        "ReferentialAction",
        "ParameterMode",
        "TriggerTiming",
        "IdentityKind",
    ] {
        // A constraint of a domain is named in COMMENT only, which is no definition.
        let missing: Vec<String> = variants(name).into_iter().filter(|name| !has(name) && name != "OnDomain").collect();
        assert!(missing.is_empty(), "no fixture has {name}::{missing:?}");
    }
}

/// Kinds of objects that a form is written for in the fixtures.
fn kinds(of: impl Fn(&Definition) -> Option<ObjectKind>) -> BTreeSet<String> {
    definitions().iter().filter_map(of).map(|kind| variant(&kind)).collect()
}

#[test]
fn every_kind_is_renamed_moved_and_dropped() {
    // What can be neither made nor named in a scratch database, or has no such form.
    let check = |form: &str, found: BTreeSet<String>, without: &[&str]| {
        let wanted = variants("ObjectKind").into_iter().filter(|kind| !without.contains(&kind.as_str()));
        let missing: Vec<String> = wanted.filter(|kind| !found.contains(kind)).collect();
        assert!(missing.is_empty(), "no fixture has {form} of {missing:?}");
    };
    let renamed = kinds(|definition| match definition {
        Definition::Rename(rename) => Some(rename.kind),
        _ => None,
    });
    check(
        "RENAME",
        renamed,
        &[
            "Cast",
            "Database",
            "Extension",
            "Language",
            "Operator",
            "Other",
            "Tablespace",
            "Transform",
            "UserMapping",
            "AccessMethod",
        ],
    );
    let moved = kinds(|definition| match definition {
        Definition::SetSchema(set) => Some(set.kind),
        _ => None,
    });
    check(
        "SET SCHEMA",
        moved,
        &[
            "Index",
            "Schema",
            "Cast",
            "Trigger",
            "EventTrigger",
            "Rule",
            "Policy",
            "Role",
            "Database",
            "Tablespace",
            "Language",
            "Server",
            "ForeignDataWrapper",
            "UserMapping",
            "Publication",
            "Subscription",
            "AccessMethod",
            "Transform",
            "Other",
            "TextSearch",
        ],
    );
    let dropped = kinds(|definition| match definition {
        Definition::Drop(drop) => Some(drop.kind),
        _ => None,
    });
    check("DROP", dropped, &["Other", "Tablespace", "Database"]);
}

#[test]
fn json_fits_its_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(repository().join("crates/report/schema/schema-v1.json")).unwrap())
            .unwrap();
    let incident = [&["schema"][..], &INCIDENT].concat();
    let printed = run(&[&incident[..], &["--format", "json", "--at", "before"]].concat()).json();
    assert_eq!(violations(&schema, &schema, &printed), Vec::<String>::new());
    assert_eq!(printed["state"], "before");
    let users = printed["relations"].as_array().unwrap().iter().find(|each| each["name"] == "users").unwrap();
    let names: Vec<&str> = users["columns"].as_array().unwrap().iter().filter_map(|of| of["name"].as_str()).collect();
    assert!(names.contains(&"subscription_plan"), "{names:?}");
    let after = run(&[&incident[..], &["--format", "json"]].concat()).json();
    let users = after["relations"].as_array().unwrap().iter().find(|each| each["name"] == "users").unwrap();
    let names: Vec<&str> = users["columns"].as_array().unwrap().iter().filter_map(|of| of["name"].as_str()).collect();
    assert!(names.contains(&"subscription_plan_deprecated") && !names.contains(&"subscription_plan"), "{names:?}");
    let sql = run(&incident);
    assert!(sql.output.contains("CREATE TABLE public.users ("), "{}", sql.output);
}
