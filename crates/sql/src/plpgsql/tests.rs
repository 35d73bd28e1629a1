use rollproof_source::TextRange;

use super::{
    Block, Body, DeclarationKind, PlLoopKind, PlOpen, PlStatement, PlStatementKind, PlValue, SqlStatement, parse_body,
};
use crate::ast::{QualifiedName, StatementKind};

fn read(text: &str) -> Body {
    match parse_body(text, TextRange::new(0, text.len() as u32)) {
        Ok(body) => body,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The statements of a block `BEGIN … END`, each by its kind and what matters of it.
fn check(statements: &str, expected: &[&str]) {
    let body = read(&format!("BEGIN {statements} END"));
    assert_eq!(show_all(&body.block.statements), expected, "{statements}");
}

fn show_all(statements: &[PlStatement]) -> Vec<String> {
    statements.iter().map(|statement| show(&statement.kind)).collect()
}

fn names(targets: &[QualifiedName]) -> String {
    let name = |one: &QualifiedName| one.parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(".");
    targets.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn sql(statement: &SqlStatement) -> String {
    match &statement.value {
        Ok(inner) => match inner.kind {
            StatementKind::Query(_) => "query".to_owned(),
            StatementKind::Insert(_) => "insert".to_owned(),
            StatementKind::Update(_) => "update".to_owned(),
            StatementKind::Call(_) => "call".to_owned(),
            _ => "other".to_owned(),
        },
        Err(error) => format!("error {}", error.message),
    }
}

fn show(kind: &PlStatementKind) -> String {
    match kind {
        PlStatementKind::Block(block) => format!("block {}", show_all(&block.statements).join("; ")),
        PlStatementKind::Assign(target, value) => {
            let kind = match &value.value {
                Ok(PlValue::Expr(_)) => "expression",
                Ok(PlValue::Query(_)) => "query",
                Err(_) => "error",
            };
            format!("{} [{}] := {kind}", target.column.as_str(), target.indirection.len())
        }
        PlStatementKind::If(branches, otherwise) => format!("if {} else {}", branches.len(), otherwise.len()),
        PlStatementKind::Case(argument, branches, otherwise) => {
            format!("case {} {} {}", argument.is_some(), branches.len(), otherwise.is_some())
        }
        PlStatementKind::Loop(one) => {
            let kind = match &one.kind {
                PlLoopKind::Forever => "forever".to_owned(),
                PlLoopKind::While(_) => "while".to_owned(),
                PlLoopKind::Integers { variable, bounds } => {
                    format!("{} in {} bounds", variable.as_str(), bounds.len())
                }
                PlLoopKind::Query(targets, query) => format!("{} in {}", names(targets), sql(query)),
                PlLoopKind::Execute(targets, dynamic) => {
                    format!("{} in execute using {}", names(targets), dynamic.using.len())
                }
                PlLoopKind::Cursor { variable, cursor, arguments } => {
                    let count = arguments.as_ref().map_or(99, Vec::len);
                    format!("{} in cursor {} of {count}", variable.as_str(), cursor.as_str())
                }
                PlLoopKind::Array(targets, _) => format!("{} in array", names(targets)),
            };
            let label = one.label.as_ref().map_or("", |label| label.as_str());
            format!("loop {label} {kind}: {}", show_all(&one.statements).join("; "))
        }
        PlStatementKind::Sql(statement, into) => match into {
            Some(into) => {
                format!("{} into {}{}", sql(statement), if into.strict { "strict " } else { "" }, names(&into.targets))
            }
            None => sql(statement),
        },
        PlStatementKind::Execute(dynamic, into) => {
            let into = into.as_ref().map_or_else(String::new, |into| format!(" into {}", names(&into.targets)));
            format!("execute using {}{into}", dynamic.using.len())
        }
        PlStatementKind::Perform(statement) => format!("perform {}", sql(statement)),
        PlStatementKind::Raise(raise) => format!(
            "raise {} {:?} {:?} {} {}",
            raise.level,
            raise.condition,
            raise.message,
            raise.arguments.len(),
            raise.options.len()
        ),
        PlStatementKind::Open(cursor, open) => {
            let open = match &**open {
                PlOpen::Query(query) => sql(query),
                PlOpen::Execute(_) => "execute".to_owned(),
                PlOpen::Bound(arguments) => format!("bound {}", arguments.as_ref().map_or(99, Vec::len)),
            };
            format!("open {} {open}", names(std::slice::from_ref(cursor)))
        }
        PlStatementKind::Fetch(cursor, targets) => {
            format!("fetch {} into {}", names(std::slice::from_ref(cursor)), names(targets))
        }
        PlStatementKind::Move(cursor) => format!("move {}", names(std::slice::from_ref(cursor))),
        PlStatementKind::Error(error) => format!("error {}", error.message),
        other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_lowercase(),
    }
}

#[test]
fn declarations() {
    let body = read(
        "#variable_conflict use_column
        <<outer>> DECLARE
          a CONSTANT int NOT NULL := 1 + 1;
          b t.c%TYPE; c t%ROWTYPE = row(1); d text COLLATE \"C\" DEFAULT 'x'; e record; f numeric(3)[];
          g ALIAS FOR $1; h a%TYPE[];
          k NO SCROLL CURSOR (p int, q text) FOR SELECT * FROM t WHERE x = p; l refcursor;
        BEGIN END outer;",
    );
    assert_eq!(body.options.len(), 1);
    assert_eq!(body.block.label.as_ref().map(|label| label.as_str()), Some("outer"));
    let shown: Vec<String> = body.block.declarations.iter().map(|one| show_declaration(&one.kind)).collect();
    assert_eq!(
        shown,
        [
            "constant int4 not null default",
            "c %type",
            "t %rowtype default",
            "text collate default",
            "record",
            "numeric [1]",
            "alias $1",
            "a %type [1]",
            "cursor 2 query",
            "refcursor",
        ]
    );
}

fn show_declaration(kind: &DeclarationKind) -> String {
    match kind {
        DeclarationKind::Alias(name) => format!("alias {}", name.object().as_str()),
        DeclarationKind::Cursor { parameters, query } => format!("cursor {} {}", parameters.len(), sql(query)),
        DeclarationKind::Variable { constant, type_name, collation, not_null, default } => {
            let mut words = vec![type_name.type_name.name.object().as_str().to_owned()];
            if *constant {
                words.insert(0, "constant".to_owned());
            }
            if !type_name.type_name.array_bounds.is_empty() {
                words.push(format!("[{}]", type_name.type_name.array_bounds.len()));
            }
            for (at, said, word) in [
                (1, type_name.type_name.percent_type, "%type"),
                (1, type_name.row_type, "%rowtype"),
                (9, collation.is_some(), "collate"),
                (9, *not_null, "not null"),
                (9, default.is_some(), "default"),
            ] {
                if said {
                    words.insert(at.min(words.len()), word.to_owned());
                }
            }
            words.join(" ")
        }
    }
}

#[test]
fn assignments_and_expressions() {
    check(
        "x := 1; a.b[1].c = y + 1; $1 := 2; \"Q\" := NULL;",
        &["x [0] := expression", "a [3] := expression", "$1 [0] := expression", "Q [0] := expression"],
    );
    check("n := count(*) FROM t WHERE a;", &["n [0] := query"]);
    check("x := 1 +; y := 2;", &["x [0] := error", "y [0] := expression"]);
    check("exception := 1; return := 2;", &["exception [0] := expression", "return [0] := expression"]);
}

#[test]
fn branches_and_loops() {
    check("IF a THEN NULL; ELSIF b THEN NULL; ELSEIF c THEN ELSE NULL; END IF;", &["if 3 else 1"]);
    check("CASE x WHEN 1, 2 THEN NULL; ELSE NULL; END CASE;", &["case true 1 true"]);
    check("CASE WHEN a THEN NULL; WHEN b THEN NULL; END CASE;", &["case false 2 false"]);
    check("LOOP EXIT WHEN a; CONTINUE; END LOOP;", &["loop  forever: exit; continue"]);
    check("<<l>> WHILE a < 3 LOOP EXIT l; END LOOP l;", &["loop l while: exit"]);
    check("FOR i IN REVERSE 10..1 BY 2 LOOP END LOOP;", &["loop  i in 3 bounds: "]);
    check("FOR i IN 1..n LOOP END LOOP;", &["loop  i in 2 bounds: "]);
    check("FOR a, b IN SELECT 1, 2 LOOP END LOOP;", &["loop  a b in query: "]);
    check("FOR r IN UPDATE t SET a = 1 RETURNING * LOOP END LOOP;", &["loop  r in update: "]);
    check("FOR r IN EXECUTE 'x' || y USING 1, 2 LOOP END LOOP;", &["loop  r in execute using 2: "]);
    check("FOREACH x SLICE 1 IN ARRAY y LOOP END LOOP;", &["loop  x in array: "]);
    check(
        "DECLARE c CURSOR (p int) FOR SELECT p; BEGIN FOR r IN c(p := 1) LOOP END LOOP; END;",
        &["block loop  r in cursor c of 1: "],
    );
}

#[test]
fn sql_statements() {
    check(
        "SELECT a, b INTO STRICT x, r.y FROM t; INSERT INTO t VALUES (1) RETURNING a INTO x;",
        &["query into strict x r.y", "insert into x"],
    );
    check(
        "UPDATE t SET a = 1; CALL p(1); PERFORM f(x), 1 FROM t; TRUNCATE t;",
        &["update", "call", "perform query", "other"],
    );
    check(
        "EXECUTE 'x' INTO a, b USING c, d; EXECUTE x USING c INTO a; EXECUTE format('a;b', c);",
        &["execute using 2 into a b", "execute using 1 into a", "execute using 0"],
    );
    check("WITH a AS (INSERT INTO t VALUES (1) RETURNING b) SELECT b INTO x FROM a;", &["query into x"]);
    check(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; NULL;",
        &["other", "null"],
    );
    check("COMMIT AND CHAIN; ROLLBACK;", &["commit", "rollback"]);
}

#[test]
fn what_into_is_cut_from_keeps_its_places() {
    let text = "BEGIN SELECT a INTO x FROM \"T\"; END";
    let body = read(text);
    let PlStatementKind::Sql(statement, Some(_)) = &body.block.statements[0].kind else {
        panic!("{body:?}");
    };
    let Ok(inner) = &statement.value else {
        panic!("{statement:?}");
    };
    let StatementKind::Query(query) = &inner.kind else {
        panic!("{inner:?}");
    };
    let crate::ast::QueryBody::Select(select) = &query.body else {
        panic!("{query:?}");
    };
    assert_eq!(select.from[0].span.slice(text), "\"T\"");
    assert!(select.into.is_none());
}

#[test]
fn other_statements() {
    check(
        "RETURN; RETURN a + 1; RETURN NEXT; RETURN NEXT x; RETURN QUERY SELECT 1; RETURN QUERY EXECUTE 'x' USING 1;",
        &["return", "return", "returnnext", "returnnext", "returnquery", "returnqueryexecute"],
    );
    check(
        "RAISE; RAISE 'a % %', b, c + 1; RAISE NOTICE 'x'; RAISE unique_violation USING message = 'm', detail := 'd'; RAISE SQLSTATE '22012'; RAISE WARNING USING hint = 'h';",
        &[
            "raise exception None None 0 0",
            "raise exception None Some(\"a % %\") 2 0",
            "raise notice None Some(\"x\") 0 0",
            "raise exception Some(\"unique_violation\") None 0 2",
            "raise exception Some(\"22012\") None 0 0",
            "raise warning None None 0 1",
        ],
    );
    check(
        "ASSERT a > 0, 'no'; NULL; GET STACKED DIAGNOSTICS x = MESSAGE_TEXT, y := PG_CONTEXT;",
        &["assert", "null", "getdiagnostics"],
    );
    check(
        "OPEN c; OPEN c(1, b := 2); OPEN c NO SCROLL FOR SELECT 1; OPEN c FOR EXECUTE x USING 1; CLOSE c;",
        &["open c bound 0", "open c bound 2", "open c query", "open c execute", "close"],
    );
    check(
        "FETCH c INTO x, y; FETCH LAST FROM c INTO x; FETCH ABSOLUTE n + 1 FROM c INTO x; MOVE NEXT FROM c; MOVE FORWARD 2 c;",
        &["fetch c into x y", "fetch c into x", "fetch c into x", "move c", "move c"],
    );
}

#[test]
fn handlers() {
    let body = read(
        "BEGIN x := 1; EXCEPTION WHEN unique_violation OR SQLSTATE '22012' THEN NULL; WHEN OTHERS THEN RAISE; END",
    );
    let Block { handlers, .. } = &body.block;
    assert_eq!(handlers.len(), 2);
    assert_eq!((handlers[0].conditions.len(), handlers[0].sqlstates.len(), handlers[1].statements.len()), (1, 1, 1));
}

#[test]
fn a_bad_statement_does_not_lose_the_rest() {
    check(
        "SELECT FROM WHERE; x := 1;",
        &["error syntax error at or near \"WHERE\", expected a name", "x [0] := expression"],
    );
    check(
        "FETCH; RAISE 1 2 3; NULL;",
        &[
            "error syntax error at or near \";\", expected a name",
            "error syntax error at or near \"1\", expected ;",
            "null",
        ],
    );
}

#[test]
fn broken_blocks_are_errors() {
    for text in [
        "",
        "BEGIN",
        "BEGIN END END",
        "BEGIN IF a THEN END",
        "BEGIN LOOP END;",
        "BEGIN IF a NULL; END IF; END",
        "DECLARE a; BEGIN END",
        "BEGIN 'x",
    ] {
        assert!(parse_body(text, TextRange::new(0, text.len() as u32)).is_err(), "{text}");
    }
    let deep = "BEGIN ".repeat(100_000);
    assert!(parse_body(&deep, TextRange::new(0, deep.len() as u32)).is_err());
}
