//! Bodies of routines on schemas that scripts make. Every expectation was asked of a PostgreSQL 18 server.

use rollproof_catalog::builtin::Builtin;
use rollproof_catalog::{Function, Schema};
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_sql::parse_script;

use super::{BodyAnalysis, Invocation, analyse};
use crate::Outcome;

const USERS: &str = "
    CREATE TABLE users (id int PRIMARY KEY, name varchar(20), x text, updated_at timestamptz);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, tags text[]);
    CREATE TYPE mood AS ENUM ('sad', 'ok');";

/// The schema that a script makes.
fn schema(script: &str) -> Schema {
    let schema = Schema::new(Builtin::of_version(18).expect("data of version 18"));
    let mut walker = SessionWalker::new(schema);
    // Bodies that the server would not compile are of interest too.
    let script = &format!("SET check_function_bodies = off; {script}");
    let source = SourceText::new(script.as_str());
    for (range, statement) in parse_script(script) {
        let statement = statement.unwrap_or_else(|error| panic!("{error}: {}", range.slice(script)));
        let problems = walker.step(&statement, &source);
        assert!(problems.is_empty(), "{problems:?}: {}", range.slice(script));
    }
    walker.finish()
}

fn function<'a>(schema: &'a Schema, name: &str) -> &'a Function {
    schema.functions.iter().find(|function| &*function.name == name).expect("the function")
}

fn invocation(schema: &Schema, function: &Function) -> Invocation {
    let fires = |relation: &&std::sync::Arc<rollproof_catalog::Relation>| {
        relation.triggers.iter().any(|trigger| trigger.function == function.oid)
    };
    schema.relations.iter().find(fires).map_or(Invocation::Call, |relation| Invocation::Trigger(relation.oid))
}

/// What became of the body of the function `f` that `script` makes: refusals and unknowns, in order.
fn outcome(script: &str) -> Vec<String> {
    let schema = schema(&format!("{USERS}{script}"));
    let function = function(&schema, "f");
    said(&analyse(&schema, function, invocation(&schema, function)))
}

fn said(analysis: &BodyAnalysis) -> Vec<String> {
    let statements = analysis.statements.iter().filter_map(|statement| match &statement.outcome {
        Outcome::Resolved(_) => None,
        Outcome::Refused(refusal) => {
            let error = &refusal.errors[0];
            let guarded = if statement.guarded { " (guarded)" } else { "" };
            Some(format!("{} {}{guarded}", error.sqlstate, error.message))
        }
        Outcome::Unknown(undecided) => Some(format!("unknown {}", undecided.unknown.reason)),
    });
    let unknowns = analysis.unknowns.iter().map(|unknown| format!("unknown {}", unknown.reason));
    statements.chain(unknowns).collect()
}

/// Checks a body of PL/pgSQL in a function `f`.
fn check(head: &str, body: &str, expected: &[&str]) {
    let script = format!("CREATE FUNCTION f{head} LANGUAGE plpgsql AS $$ {body} $$;");
    assert_eq!(outcome(&script), expected, "{head} {body}");
}

/// Checks a body of an SQL function `f`.
fn check_sql(head: &str, body: &str, expected: &[&str]) {
    // The server would not make a function that fails; a later change can make it one.
    let off = "SET check_function_bodies = off;";
    let script = format!("{off}CREATE FUNCTION f{head} LANGUAGE sql AS $$ {body} $$;");
    assert_eq!(outcome(&script), expected, "{head} {body}");
}

#[test]
fn variables_and_columns() {
    check("(id int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE users.id = f.id); END", &[]);
    let ambiguous = ["42702 column reference \"id\" is ambiguous"];
    check("(id int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE id = f.id); END", &ambiguous);
    let body = "#variable_conflict use_column\nBEGIN RETURN (SELECT x FROM users WHERE id = f.id); END";
    check("(id int) RETURNS text", body, &[]);
    check("(int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE id = $1); END", &[]);
    check("(int) RETURNS text", "DECLARE k ALIAS FOR $1; BEGIN RETURN (SELECT x FROM users WHERE id = k); END", &[]);
    let missing = ["42703 column \"y\" does not exist"];
    check("() RETURNS text", "BEGIN RETURN (SELECT y FROM users); END", &missing);
    check("() RETURNS void", "BEGIN UPDATE users SET x = 1 WHERE id = 2; IF FOUND THEN NULL; END IF; END", &[]);
}

#[test]
fn sql_functions_prefer_columns() {
    check_sql("(id int) RETURNS text", "SELECT x FROM users WHERE id = f.id", &[]);
    check_sql("(u int) RETURNS text", "SELECT x FROM users WHERE id = u AND id = $1", &[]);
    check_sql("(u int) RETURNS text", "SELECT x FROM users WHERE id = $2", &["42P02 there is no parameter $2"]);
}

#[test]
fn results_of_sql_functions() {
    let mismatch = |returns: &str, detail: &str| {
        vec![format!("42P13 return type mismatch in function declared to return {returns}: {detail}")]
    };
    let fails = |head: &str, body: &str, expected: Vec<String>| {
        check_sql(head, body, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    };
    fails("() RETURNS int", "SELECT x FROM users", mismatch("integer", "Actual return type is text."));
    let one = "Final statement must return exactly one column.";
    fails("() RETURNS int", "SELECT 1, 2", mismatch("integer", one));
    let rows = "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING.";
    fails("() RETURNS int", "UPDATE users SET x = x", mismatch("integer", rows));
    fails("() RETURNS users", "SELECT id, x FROM users", mismatch("users", "Final statement returns too few columns."));
    fails("() RETURNS mood", "SELECT 'sad'", mismatch("mood", "Actual return type is text."));
    check_sql("() RETURNS users", "SELECT 1, 'a', 'b', now()", &[]);
    check_sql("() RETURNS SETOF users", "SELECT * FROM users", &[]);
    check_sql("() RETURNS SETOF users", "SELECT users FROM users", &[]);
    check_sql("() RETURNS bigint", "SELECT id FROM users", &[]);
    check_sql("() RETURNS int", "SELECT id::bigint FROM users", &[]);
    check_sql("() RETURNS TABLE(a int, b text)", "SELECT id, name FROM users", &[]);
    check_sql("() RETURNS TABLE(a int, b text)", "SELECT users FROM users", &[]);
    check_sql("() RETURNS void", "SELECT 1, 2, 3", &[]);
    check_sql("() RETURNS SETOF int", "INSERT INTO users (id) VALUES (5) RETURNING id", &[]);
    check_sql("() RETURNS SETOF record", "SELECT 1, 2", &[]);
}

#[test]
fn results_of_plpgsql_functions() {
    let mismatch = |what: &str, detail: &str| vec![format!("42804 {what}: {detail}")];
    let fails = |head: &str, body: &str, expected: Vec<String>| {
        check(head, &format!("BEGIN {body} END"), &expected.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let query = "structure of query does not match function result type";
    let few = "Number of returned columns (2) does not match expected column count (4).";
    fails("() RETURNS SETOF users", "RETURN QUERY SELECT id, x FROM users;", mismatch(query, few));
    let other = "Returned type character varying does not match expected type character varying(20) in column \
                 \"name\" (position 2).";
    let body = "RETURN QUERY SELECT id, name::varchar, x, updated_at FROM users;";
    fails("() RETURNS SETOF users", body, mismatch(query, other));
    fails("() RETURNS SETOF users", "RETURN QUERY SELECT * FROM users;", Vec::new());
    let other = "Returned type integer does not match expected type bigint in column \"\" (position 1).";
    fails("() RETURNS SETOF bigint", "RETURN QUERY SELECT id FROM users;", mismatch(query, other));
    let other = "Returned type text does not match expected type character varying in column \"b\" (position 2).";
    let head = "() RETURNS TABLE(a int, b varchar)";
    fails(head, "RETURN QUERY SELECT id, 'x' FROM users;", mismatch(query, other));
    fails(head, "RETURN QUERY EXECUTE 'SELECT id, name FROM users';", Vec::new());
    fails("() RETURNS bigint", "RETURN id FROM users;", Vec::new());
    let single = "42804 cannot return non-composite value from function returning composite type";
    fails("() RETURNS users", "RETURN 1;", vec![single.to_owned()]);
    fails("() RETURNS users", "RETURN NULL;", Vec::new());
    fails("() RETURNS mood", "RETURN 'bad';", vec!["22P02 invalid input value for enum mood: \"bad\"".to_owned()]);
    fails("() RETURNS mood", "RETURN 'ok';", Vec::new());
}

#[test]
fn rows_of_records() {
    let count = "Number of returned columns (1) does not match expected column count (4).";
    let wrong = format!("42804 wrong record type supplied in RETURN NEXT: {count}");
    let body = "DECLARE r record; BEGIN FOR r IN SELECT id FROM users LOOP RETURN NEXT r; END LOOP; END";
    check("() RETURNS SETOF users", body, &[&wrong]);
    let body = "DECLARE r users; BEGIN SELECT id, x INTO r FROM users; RETURN r; END";
    check("() RETURNS users", body, &[]);
}

#[test]
fn records_hold_what_was_assigned() {
    let field = ["42703 record \"r\" has no field \"zip\""];
    let fails = |body: &str, expected: &[&str]| check("() RETURNS void", body, expected);
    fails("DECLARE r record; BEGIN SELECT id INTO r FROM users; PERFORM r.zip; END", &field);
    fails("DECLARE r record; BEGIN SELECT id INTO r FROM users; PERFORM r.id + 1; END", &[]);
    fails("DECLARE r record; BEGIN FOR r IN SELECT id FROM users LOOP PERFORM r.zip; END LOOP; END", &field);
    fails("DECLARE r record; BEGIN r := (SELECT users FROM users LIMIT 1); PERFORM r.zip; END", &field);
    let body = "DECLARE q record; r record; BEGIN SELECT id INTO q FROM users; r := q; PERFORM r.zip; END";
    fails(body, &field);
    // Which of the two it is, only the data says.
    let body = "DECLARE r record; BEGIN IF random() > 0.5 THEN SELECT id INTO r FROM users; \
                ELSE SELECT x INTO r FROM users; END IF; PERFORM r.id; END";
    fails(body, &["unknown a record variable whose columns are not known"]);
    let body = "DECLARE r record; BEGIN LOOP IF r.id > 1 THEN EXIT; END IF; SELECT id INTO r FROM users; END LOOP; END";
    fails(body, &[]);
    let body = "DECLARE r record; BEGIN SELECT id INTO r FROM users; LOOP PERFORM r.id; SELECT x INTO r FROM users; \
                END LOOP; END";
    fails(body, &["unknown a record variable whose columns are not known"]);
    let body = "DECLARE c CURSOR (k int) FOR SELECT id FROM users WHERE id = k; BEGIN FOR r IN c(1) LOOP \
                PERFORM r.zip; END LOOP; END";
    fails(body, &field);
    let body = "DECLARE c CURSOR FOR SELECT id FROM users; r record; BEGIN OPEN c; FETCH c INTO r; PERFORM r.id; END";
    fails(body, &[]);
}

#[test]
fn declarations() {
    let fails = |body: &str, expected: &[&str]| check("() RETURNS void", body, expected);
    let body = "DECLARE a users.x%TYPE; b users%ROWTYPE; BEGIN SELECT * INTO b FROM users; a := b.zip; END";
    fails(body, &["42703 record \"b\" has no field \"zip\""]);
    let body = "DECLARE a users.zip%TYPE; BEGIN END";
    fails(body, &["42703 column \"zip\" of relation \"users\" does not exist"]);
    fails("DECLARE a nosuch%ROWTYPE; BEGIN END", &["42P01 relation \"nosuch\" does not exist"]);
    fails("DECLARE a nosuch; BEGIN END", &["42704 type \"nosuch\" does not exist"]);
    let number = ["22P02 invalid input syntax for type integer: \"abc\""];
    fails("DECLARE v int := 'abc'; BEGIN END", &number);
    fails("DECLARE v int; BEGIN v := 'abc'; END", &number);
    fails("DECLARE v users; BEGIN v.id := 'abc'; END", &number);
    fails("DECLARE v users; BEGIN v.zip := 1; END", &["42703 record \"v\" has no field \"zip\""]);
    fails("DECLARE v users; BEGIN v := (1, 'x'); END", &[]);
    fails("DECLARE v int; w v%TYPE; BEGIN w := v + 1; END", &[]);
    fails("DECLARE v int[]; BEGIN v[1] := 2; END", &[]);
    fails("DECLARE v int[]; BEGIN v['x'] := 2; END", &["22P02 invalid input syntax for type integer: \"x\""]);
    let body =
        "<<one>> DECLARE a int := 1; BEGIN DECLARE a text := 'x'; BEGIN PERFORM one.a + 1; PERFORM a || 'x'; END; END";
    fails(body, &[]);
}

#[test]
fn statements_and_their_values() {
    let fails = |body: &str, expected: &[&str]| check("() RETURNS void", body, expected);
    fails("DECLARE v int; BEGIN v := id, x FROM users; END", &["42601 assignment source returned 2 columns"]);
    fails("BEGIN IF 1, 2 THEN END IF; END", &["42601 query returned 2 columns"]);
    let yields = ["42804 FOREACH expression must yield an array, not type integer"];
    fails("DECLARE v int; BEGIN FOREACH v IN ARRAY 1 LOOP END LOOP; END", &yields);
    fails("DECLARE v text; BEGIN FOREACH v IN ARRAY (SELECT tags FROM orders) LOOP END LOOP; END", &[]);
    fails("BEGIN FOR i IN 1..'x' LOOP END LOOP; END", &["22P02 invalid input syntax for type integer: \"x\""]);
    fails("BEGIN FOR i IN 1..(SELECT max(id) FROM users) LOOP PERFORM i + 1; END LOOP; END", &[]);
    fails("BEGIN CASE 1 WHEN 'a' THEN NULL; END CASE; END", &["22P02 invalid input syntax for type integer: \"a\""]);
    let into = ["42601 INTO used with a command that cannot return data"];
    fails("DECLARE r record; BEGIN UPDATE users SET x = x INTO r; END", &into);
    fails("DECLARE r record; BEGIN UPDATE users SET x = x RETURNING id INTO r; END", &[]);
    fails("BEGIN SELECT 1; END", &["42601 query has no destination for result data"]);
    fails("BEGIN DELETE FROM users RETURNING id; END", &["42601 query has no destination for result data"]);
    fails("BEGIN PERFORM zip FROM users; END", &["42703 column \"zip\" does not exist"]);
    fails("BEGIN RAISE NOTICE '%', zip; END", &["42703 column \"zip\" does not exist"]);
    let body = "DECLARE c CURSOR (k int) FOR SELECT id, zip FROM users WHERE id = k; BEGIN OPEN c(1); END";
    fails(body, &["42703 column \"zip\" does not exist"]);
}

#[test]
fn handlers_guard() {
    let missing = ["42703 column \"zip\" does not exist (guarded)"];
    let body = "BEGIN PERFORM zip FROM users; EXCEPTION WHEN OTHERS THEN PERFORM sqlerrm || sqlstate; END";
    check("() RETURNS void", body, &missing);
    let body = "BEGIN NULL; EXCEPTION WHEN OTHERS THEN PERFORM zip FROM users; END";
    check("() RETURNS void", body, &["42703 column \"zip\" does not exist"]);
    let body = "BEGIN PERFORM zip FROM users; EXCEPTION WHEN unique_violation THEN NULL; END";
    check("() RETURNS void", body, &["42703 column \"zip\" does not exist"]);
}

#[test]
fn dynamic_texts() {
    let fails = |body: &str, expected: &[&str]| check("() RETURNS void", body, expected);
    let missing = ["42703 column \"zip\" does not exist"];
    let not_constant = "unknown EXECUTE of a text that is not constant";
    fails("BEGIN EXECUTE 'SELECT zip FROM users'; END", &missing);
    fails("DECLARE n int; BEGIN EXECUTE format('SELECT %I FROM %I', 'zip', 'users') INTO n; END", &missing);
    fails("BEGIN EXECUTE 'SELECT ' || quote_ident('zip') || ' FROM users'; END", &missing);
    fails("BEGIN EXECUTE 'SELECT $1 + 1, $2' USING 1; END", &["42P02 there is no parameter $2"]);
    fails("BEGIN EXECUTE 'UPDATE users SET x = $1 WHERE id = $2' USING 'a', 1; END", &[]);
    // The body's variables are not seen.
    fails("DECLARE v int; BEGIN EXECUTE 'SELECT v'; END", &["42703 column \"v\" does not exist"]);
    fails("DECLARE v text; BEGIN EXECUTE 'SELECT ' || v; PERFORM zip FROM users; END", &[missing[0], not_constant]);
    let made = "unknown a relation that a dynamic statement of the body may make";
    let body = "DECLARE v text; BEGIN EXECUTE 'CREATE TEMP TABLE ' || v || ' (a int)'; PERFORM a FROM made; END";
    fails(body, &[made, not_constant]);
}

#[test]
fn tables_of_the_body() {
    let body = "BEGIN CREATE TEMP TABLE mine AS SELECT id FROM users; PERFORM id FROM mine; END";
    let own = "unknown relation \"mine\" is made or changed by the body itself";
    check("() RETURNS void", body, &[own]);
    let body = "BEGIN CREATE TEMP TABLE mine AS SELECT zip FROM users; END";
    check("() RETURNS void", body, &["42703 column \"zip\" does not exist"]);
}

fn check_trigger(events: &str, body: &str, expected: &[&str]) {
    let script = format!(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;
         CREATE TRIGGER t {events} EXECUTE FUNCTION f();"
    );
    assert_eq!(outcome(&script), expected, "{body}");
}

#[test]
fn triggers() {
    let row = "BEFORE UPDATE ON users FOR EACH ROW";
    check_trigger(row, "BEGIN NEW.updated_at := now(); RETURN NEW; END", &[]);
    check_trigger(row, "BEGIN NEW.zip := 1; RETURN NEW; END", &["42703 record \"new\" has no field \"zip\""]);
    let invalid = "22007 invalid input syntax for type timestamp with time zone: \"x\"";
    check_trigger(row, "BEGIN NEW.updated_at := 'x'; RETURN NEW; END", &[invalid]);
    let body = "BEGIN IF NEW.x IS DISTINCT FROM OLD.x AND tg_op = 'UPDATE' THEN \
                INSERT INTO orders (id, user_id, tags) VALUES (NEW.id, OLD.id, tg_argv); END IF; RETURN NULL; END";
    check_trigger(row, body, &[]);
    let count = "Number of returned columns (1) does not match expected column count (4).";
    let row_error =
        format!("42804 returned row structure does not match the structure of the triggering table: {count}");
    let body = "DECLARE r record; BEGIN SELECT id INTO r FROM users; RETURN r; END";
    check_trigger(row, body, &[&row_error]);
    let many = "42601 INSERT has more expressions than target columns";
    check_trigger(row, "BEGIN INSERT INTO orders SELECT NEW.*; RETURN NEW; END", &[many]);
    let tables = "AFTER UPDATE ON users REFERENCING NEW TABLE AS nt OLD TABLE AS ot FOR EACH STATEMENT";
    check_trigger(tables, "BEGIN PERFORM count(*) FROM nt JOIN ot USING (id); RETURN NULL; END", &[]);
    let missing = "42703 column nt.zip does not exist";
    check_trigger(tables, "BEGIN PERFORM nt.zip FROM nt; RETURN NULL; END", &[missing]);
}

#[test]
fn other_surroundings() {
    let script = "CREATE SCHEMA app; CREATE TABLE app.things (id int);
        CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS $$ SELECT id FROM things $$;";
    assert!(outcome(script).is_empty());
    let script = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS $$ SELECT id FROM users $$;";
    let kept = format!("SET check_function_bodies = off; {script}");
    assert_eq!(outcome(&kept), ["42P01 relation \"users\" does not exist"]);
    check(
        "(a anyelement) RETURNS anyelement",
        "DECLARE y a%TYPE; BEGIN y := a; PERFORM id FROM users; RETURN y; END",
        &[
            "unknown a record variable whose columns are not known",
            "unknown a record variable whose columns are not known",
        ],
    );
}

#[test]
fn the_number_of_statements_depends_on_the_text_alone() {
    let body = "CREATE FUNCTION f() RETURNS SETOF users LANGUAGE plpgsql AS $$ DECLARE r record; u users%ROWTYPE; \
        BEGIN FOR r IN SELECT * FROM users LOOP u.x := r.x; EXECUTE 'SELECT x FROM users'; RETURN NEXT u; END LOOP; \
        RETURN QUERY SELECT * FROM users; END $$;";
    let after = "ALTER TABLE users RENAME COLUMN x TO y;";
    let count = |script: &str| {
        let schema = schema(script);
        analyse(&schema, function(&schema, "f"), Invocation::Call).statements.len()
    };
    let before = count(&format!("{USERS}{body}"));
    assert_eq!(before, count(&format!("{USERS}{body}{after}")));
    let set = body.replace("SETOF users", "SETOF record");
    assert_eq!(before, count(&format!("{USERS}DROP TABLE users CASCADE; {set}")));
}

/// The migrations of the incident, in order.
const INCIDENT: [&str; 9] = [
    include_str!("../../../../fixtures/repos/incident/migrations/001_plans.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/002_users.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/003_account_status.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/004_invoices.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/005_subscription_events.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/006_subscriber_view.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/007_touch_updated_at.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/008_process_subscription_event.sql"),
    include_str!("../../../../fixtures/repos/incident/migrations/009_users_plan_id.sql"),
];

#[test]
fn the_incident() {
    let texts = INCIDENT;
    let before = schema(&texts[..texts.len() - 1].concat());
    let after = schema(&texts.concat());
    let event =
        |schema: &Schema| said(&analyse(schema, function(schema, "process_subscription_event"), Invocation::Call));
    assert!(event(&before).is_empty());
    let missing = "42703 column \"subscription_plan\" does not exist";
    let of_relation = "42703 column \"subscription_plan\" of relation \"users\" does not exist";
    assert_eq!(event(&after), [missing, of_relation]);
    let touch = function(&after, "touch_updated_at");
    let analysis = analyse(&after, touch, invocation(&after, touch));
    assert!(said(&analysis).is_empty());
    assert!(!analysis.statements.is_empty());
}
