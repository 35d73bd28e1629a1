//! What must hold of every text: nothing panics, statements lie in the text one after the other, every range in a tree lies
//! on character boundaries and inside the range of what holds it.

use proptest::prelude::*;
use rollproof_source::TextRange;

use crate::debug_tree::{Node, read};
use crate::plpgsql::parse_body;
use crate::{parse_expression, parse_query_text, parse_script, parse_type_name, split};

/// Words that grammar rules hang on, and tokens that open and close things.
const WORDS: &[&str] = &[
    "a",
    "b.c",
    "\"Q\"\"x\"",
    "1",
    "1.5e3",
    "0x1F",
    "'x'",
    "E'\\n'",
    "$$ x $$",
    "$f$ begin end $f$",
    "$1",
    "B'1'",
    "U&'\\0041'",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ".",
    ":",
    "::",
    ":=",
    "=>",
    "=",
    "*",
    "+",
    "-",
    "<",
    "||",
    "@>",
    "%",
    "/* c */",
    "--c\n",
    "é",
    "\\d",
    "select",
    "from",
    "where",
    "with",
    "recursive",
    "as",
    "insert",
    "into",
    "values",
    "update",
    "set",
    "delete",
    "merge",
    "using",
    "when",
    "matched",
    "then",
    "case",
    "end",
    "else",
    "and",
    "or",
    "not",
    "is",
    "null",
    "in",
    "between",
    "like",
    "exists",
    "any",
    "array",
    "row",
    "cast",
    "collate",
    "over",
    "partition",
    "by",
    "order",
    "group",
    "having",
    "limit",
    "union",
    "all",
    "join",
    "left",
    "natural",
    "on",
    "lateral",
    "for",
    "window",
    "returning",
    "conflict",
    "do",
    "nothing",
    "distinct",
    "default",
    "create",
    "alter",
    "drop",
    "table",
    "column",
    "index",
    "view",
    "function",
    "procedure",
    "returns",
    "language",
    "begin",
    "atomic",
    "return",
    "trigger",
    "type",
    "enum",
    "domain",
    "schema",
    "sequence",
    "constraint",
    "check",
    "primary",
    "key",
    "unique",
    "references",
    "foreign",
    "exclude",
    "generated",
    "always",
    "identity",
    "add",
    "rename",
    "to",
    "owner",
    "if",
    "cascade",
    "only",
    "temp",
    "materialized",
    "concurrently",
    "grant",
    "revoke",
    "policy",
    "rule",
    "instead",
    "comment",
    "attach",
    "values",
    "inherit",
    "extension",
    "role",
    "interval",
    "year",
    "timestamp",
    "time",
    "zone",
    "json_object",
    "xmlelement",
    "copy",
    "declare",
    "loop",
    "exit",
    "raise",
    "perform",
    "elsif",
    "exception",
    "strict",
    "record",
    "%rowtype",
    "notice",
    "open",
    "cursor",
    "stdin",
    "explain",
    "prepare",
    "execute",
    "int",
    "text",
    "varchar",
    "setof",
    "none",
    "operator",
    "aggregate",
];

/// Statements to be broken.
const STATEMENTS: &[&str] = &[
    "with recursive x (a) as (select 1 union all select a + 1 from x where a < 5) select distinct on (a) a, count(*) filter (where a > 1) over (partition by a order by b rows between unbounded preceding and current row) from x left join lateral f(a) with ordinality as g (b, c) on true where a in (1, 2) and (b, c) = any (array[row(1, 2)]) group by rollup (a), 2 having a is not null order by a desc nulls last limit 5 offset 2 for update of x skip locked",
    "insert into s.t as u (a, b[1], c.d) overriding system value values (1, default, $1::numeric(5, 2)[]) on conflict (lower(a) collate \"C\" text_ops) where b > 0 do update set (a, b) = row(excluded.a, 2), c = (select 1) where u.a <> 5 returning *, a as x",
    "merge into t using (values (1)) as v (a) on t.a = v.a when matched and t.b is null then update set b = 1 when not matched by source then delete when not matched then insert (a) values (v.a) returning merge_action()",
    "select case when a then 'x' else null end, cast(b as timestamp(3) with time zone), extract(year from c at time zone 'UTC'), interval '1' day to second(3), json_object('a' value 1 null on null), trim(both 'x' from d), x[1:2].y, (z).*, exists (select), coalesce(a, b) from only t tablesample system (5) repeatable (1), xmltable('/a' passing b columns c int path 'd', e for ordinality)",
    "create table if not exists s.t (a int not null default 'x' || b, constraint c primary key (a, b) deferrable, like u including all, exclude using gist (a with =) where (a > 0)) inherits (p) partition by range (lower(a)) with (fillfactor = 5)",
    "alter table if exists only t add column a int generated always as identity (start 5), alter b type text using b::text, drop constraint c cascade, add check (x > 0) not valid, enable always trigger g",
    "create or replace function s.f(int, a text default 'x', variadic d int[] = '{}') returns table (x int) language sql stable set search_path to a, \"B\" begin atomic select 1; insert into t values (2); return 3; end",
    "create rule r as on update to t where new.a > 1 do also (update x set a = 1; delete from y; notify z)",
    "create unique index concurrently i on only t using btree (a collate \"C\" ops (x = 1) desc nulls last, (b + 1)) include (c) where d is distinct from e",
    "create aggregate a (float8 order by anyelement) (sfunc = s.f, stype = int[], sortop = operator(pg_catalog.>))",
    "grant select (a, b), update on all tables in schema s to public; revoke all on function f(int, out text) from u cascade; drop operator + (int, none)",
    "create schema s authorization u create table c (a int) create view v as table c grant select on c to d",
    "create trigger t instead of insert or update of a on v referencing new table as n for each row when (new.a > 1) execute function f(1, 'x')",
];

/// Bodies of PL/pgSQL to be broken.
const BODIES: &[&str] = &[
    "declare a int := 1; b s.t%rowtype; c t.x%type not null default 2; d cursor (e int) for select e; begin <<l>> for r in select 1 loop a := a + 1; exit l when a > 5; end loop; return query execute 'x' using a; exception when others then raise exception 'x %', a using errcode = '22000'; end",
    "begin if a then perform f(b); elsif c is null then null; else update t set a = b where c = d returning x into strict y; end if; case a when 1, 2 then return; else raise; end case; foreach x slice 1 in array y loop continue; end loop; get diagnostics n = row_count; end;",
    "begin while a < 1 loop a[1].b := (select 1); end loop; for i in reverse 5..1 by 2 loop end loop; open d for execute $1; fetch d into a, b; close d; assert a, 'x'; call p(1); commit; end",
];

fn range(fields: &[(String, Node)]) -> Option<TextRange> {
    let number = |name: &str| match &fields.iter().find(|(found, _)| found == name)?.1 {
        Node::Leaf(text) => text.parse().ok(),
        _ => None,
    };
    Some(TextRange::new(number("start")?, number("end")?))
}

/// Asserts that every range of the tree lies in `text`, and in the range of the node that holds it.
fn check_ranges(node: &Node, outer: TextRange, text: &str) {
    match node {
        Node::Leaf(_) => {}
        Node::List(_, _, items) => items.iter().for_each(|item| check_ranges(item, outer, text)),
        // Reading stopped there: an open parenthesis is noticed far behind the statement that it stands in.
        Node::Struct(name, _) if name == "ParseError" => {}
        Node::Struct(name, fields) => {
            if name == "TextRange" {
                let found = range(fields).expect("a range");
                assert!(found.start <= found.end, "{found:?} of {text:?}");
                assert!(outer.start <= found.start && found.end <= outer.end, "{found:?} leaves {outer:?} of {text:?}");
                assert!(text.get(found.start as usize..found.end as usize).is_some(), "{found:?} cuts {text:?}");
                return;
            }
            let own = fields.iter().find(|(name, _)| name == "span").and_then(|(_, span)| match span {
                Node::Struct(_, fields) => range(fields),
                _ => None,
            });
            if let Some(own) = own {
                assert!(
                    outer.start <= own.start && own.end <= outer.end,
                    "{own:?} of {name} leaves {outer:?} of {text:?}"
                );
            }
            // The fields of `interval '1' day to second(3)` stand behind the literal, outside of the type's own words, and
            // an operator's range is that of its symbol alone.
            let inner = own.filter(|_| !matches!(name.as_str(), "TypeName" | "OperatorName")).unwrap_or(outer);
            fields.iter().for_each(|(_, value)| check_ranges(value, inner, text));
        }
    }
}

fn check(text: &str) {
    let mut end = 0;
    for chunk in split(text) {
        assert!(end <= chunk.range.start && chunk.range.start <= chunk.range.end, "{chunk:?} of {text:?}");
        assert!(text.get(chunk.range.start as usize..chunk.range.end as usize).is_some(), "{chunk:?} of {text:?}");
        end = chunk.range.end;
    }
    for (range, result) in parse_script(text) {
        match result {
            Ok(statement) => check_ranges(&read(&format!("{statement:?}")), range, text),
            Err(error) => {
                let place = error.span;
                assert!(text.get(place.start as usize..place.end as usize).is_some(), "{error:?} of {text:?}");
            }
        }
    }
    let whole = TextRange::new(0, u32::try_from(text.len()).expect("a short text"));
    if let Ok(expression) = parse_expression(text) {
        check_ranges(&read(&format!("{expression:?}")), whole, text);
    }
    if let Ok(type_name) = parse_type_name(text) {
        check_ranges(&read(&format!("{type_name:?}")), whole, text);
    }
    if let Ok(body) = parse_body(text, whole) {
        check_ranges(&read(&format!("{body:?}")), whole, text);
    }
    let _ = parse_query_text(text);
}

#[test]
fn whole_statements() {
    for text in STATEMENTS {
        for (_, result) in parse_script(text) {
            assert!(result.is_ok(), "{result:?} of {text}");
        }
        check(text);
    }
}

#[test]
fn deep_nesting_is_an_error() {
    // A build that is not optimized needs far more stack for each level than the one that users have.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(|| {
        let around =
            [("(", ")"), ("case when ", ""), ("array[", "]"), ("not ", ""), ("- ", ""), ("f(", ")"), ("(select ", ")")];
        for (open, close) in around {
            let text = format!("select {}1{}", open.repeat(20_000), close.repeat(20_000));
            assert!(parse_query_text(&text).is_err(), "{open}");
            check(&text);
        }
        for statement in ["create schema s ", "explain ", "create rule r as on insert to t do ("] {
            let text = statement.repeat(5_000);
            assert!(parse_query_text(&text).is_err(), "{statement}");
            check(&text);
        }
    });
    worker.expect("a thread").join().expect("no panic");
}

#[test]
fn whole_bodies() {
    for text in BODIES {
        let whole = TextRange::new(0, u32::try_from(text.len()).expect("a short text"));
        assert!(parse_body(text, whole).is_ok(), "{:?} of {text}", parse_body(text, whole));
        check(text);
    }
}

fn broken(text: &str, cuts: Vec<(prop::sample::Index, prop::sample::Index, u8)>) -> String {
    let mut words: Vec<&str> = text.split_inclusive(|letter: char| !letter.is_alphanumeric()).collect();
    for (place, other, how) in cuts {
        if words.is_empty() {
            break;
        }
        let (place, second, word) =
            (place.index(words.len()), other.index(words.len()), WORDS[other.index(WORDS.len())]);
        match how {
            0 => drop(words.remove(place)),
            1 => words.insert(place, word),
            2 => words[place] = word,
            3 => words.truncate(place),
            _ => words.swap(place, second),
        }
    }
    words.concat()
}

proptest! {
    #[test]
    fn any_text(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        check(&words.join(" "));
    }

    #[test]
    fn broken_statements(
        statement in prop::sample::select([STATEMENTS, BODIES].concat()),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5_u8), 1..4),
    ) {
        check(&broken(statement, cuts));
    }
}
