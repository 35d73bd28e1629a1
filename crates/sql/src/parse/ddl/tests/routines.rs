//! What comes of routines, triggers, rules and policies.

use super::check;

#[test]
fn create_function() {
    check(
        r#"create or replace function s.f(int, a text default 'x', out b double precision, variadic d int[] = '{}') returns setof s.r as $$ select 1 $$ language 'plpgsql' stable strict cost 5 security definer set search_path to a, "B""#,
        r#"CreateFunction(CreateFunction{name: s.f, or_replace: true, parameters: [FunctionParameter{mode: In, type_name: ‹int›}, FunctionParameter{name: a, mode: In, type_name: ‹text›, default: ‹'x'›}, FunctionParameter{name: b, mode: Out, explicit: true, type_name: ‹double precision›}, FunctionParameter{name: d, mode: Variadic, explicit: true, type_name: ‹int[]›, default: ‹'{}'›}], returns: ‹setof s.r›, options: [Language("plpgsql"), Volatility('s'), Strict(true), Other, SecurityDefiner(true), Set("search_path", ["a", "B"])], body: Text(" select 1 ")})"#,
    );
    check(
        "create function f(in a int, b in out text, t.c%type) returns table (x int, y t.c%type) language sql return a + 1",
        r#"CreateFunction(CreateFunction{name: f, parameters: [FunctionParameter{name: a, mode: In, explicit: true, type_name: ‹int›}, FunctionParameter{name: b, mode: InOut, explicit: true, type_name: ‹text›}, FunctionParameter{mode: In, type_name: ‹t.c%type›}, FunctionParameter{name: x, mode: Table, type_name: ‹int›}, FunctionParameter{name: y, mode: Table, type_name: ‹t.c%type›}], options: [Language("sql")], body: Return(‹a + 1›)})"#,
    );
    check(
        "create procedure p() language sql begin atomic select 1; values (2); return 3; end",
        r#"CreateFunction(CreateFunction{name: p, procedure: true, options: [Language("sql")], body: Atomic([‹select 1›, ‹values (2)›, ‹return 3›])})"#,
    );
    check(
        "create function f() returns internal as 'lib', 'symbol' language c window set x from current",
        r#"CreateFunction(CreateFunction{name: f, returns: ‹internal›, options: [Language("c"), Window, Set("x", None)], body: Library})"#,
    );
    check(
        "create function f() returns null on null input as ''",
        r#"CreateFunction(CreateFunction{name: f, options: [Strict(true)], body: Text("")})"#,
    );
}

#[test]
fn create_aggregate() {
    check(
        "create aggregate a(int, b text) (sfunc = s.f, stype = int[], initcond = '0', sortop = operator(pg_catalog.>), parallel = safe, hypothetical)",
        r#"CreateAggregate(CreateAggregate{name: a, arguments: [FunctionParameter{mode: In, type_name: ‹int›}, FunctionParameter{name: b, mode: In, type_name: ‹text›}], options: [DefinitionOption{name: sfunc, value: Type(‹s.f›)}, DefinitionOption{name: stype, value: Type(‹int[]›)}, DefinitionOption{name: initcond, value: Text("0")}, DefinitionOption{name: sortop, value: Operator(OperatorName{schema: pg_catalog, symbol: ">"})}, DefinitionOption{name: parallel, value: Type(‹safe›)}, DefinitionOption{name: hypothetical}]})"#,
    );
    check(
        "create aggregate a(float8 order by anyelement) (sfunc = x)",
        "CreateAggregate(CreateAggregate{name: a, arguments: [FunctionParameter{mode: In, type_name: ‹float8›}, FunctionParameter{mode: In, type_name: ‹anyelement›}], direct_arguments: 1, options: [DefinitionOption{name: sfunc, value: Type(‹x›)}]})",
    );
    check(
        "create aggregate a(*) (sfunc = x)",
        "CreateAggregate(CreateAggregate{name: a, star: true, options: [DefinitionOption{name: sfunc, value: Type(‹x›)}]})",
    );
    check(
        "create aggregate a (basetype = int, sfunc = x)",
        "CreateAggregate(CreateAggregate{name: a, arguments: [FunctionParameter{mode: In, type_name: ‹int›}], options: [DefinitionOption{name: basetype, value: Type(‹int›)}, DefinitionOption{name: sfunc, value: Type(‹x›)}]})",
    );
    check(
        "create aggregate a (basetype = 'ANY', sfunc = x)",
        r#"CreateAggregate(CreateAggregate{name: a, star: true, options: [DefinitionOption{name: basetype, value: Text("ANY")}, DefinitionOption{name: sfunc, value: Type(‹x›)}]})"#,
    );
}

#[test]
fn create_trigger() {
    check(
        "create constraint trigger t after insert or update of a, b on s.x initially deferred for each row when (true) execute function s.f(1, 1.5, 'a', foo)",
        r#"CreateTrigger(CreateTrigger{name: t, constraint: true, table: s.x, timing: After, on_insert: true, on_update: true, columns: [a, b], for_each_row: true, when: ‹true›, function: s.f, arguments: ["1", "1.5", "a", "foo"]})"#,
    );
    check(
        "create or replace trigger t instead of delete or truncate on v referencing old table o new table as n execute procedure f()",
        "CreateTrigger(CreateTrigger{name: t, or_replace: true, table: v, timing: InsteadOf, on_delete: true, on_truncate: true, transitions: [(false, o), (true, n)], function: f})",
    );
}

#[test]
fn create_event_trigger() {
    check("create event trigger t on ddl_command_end execute function s.f()", "CreateEventTrigger(t, s.f)");
}

#[test]
fn create_rule() {
    check(
        "create or replace rule r as on update to s.t where new.a > 1 do also (select 1; notify x)",
        r#"CreateRule(CreateRule{name: r, or_replace: true, event: "update", table: s.t, condition: ‹new.a > 1›, actions: [‹select 1›, ‹notify x›]})"#,
    );
    check(
        "create rule r as on insert to t do instead nothing",
        r#"CreateRule(CreateRule{name: r, event: "insert", table: t, instead: true})"#,
    );
}

#[test]
fn create_policy() {
    check(
        "create policy p on s.t as restrictive for update to public, current_user using (true) with check (a > 0)",
        r#"CreatePolicy(Policy{name: p, table: s.t, restrictive: true, command: "update", roles: [public, current_user], using: ‹true›, with_check: ‹a > 0›})"#,
    );
    check("create policy p on t", r#"CreatePolicy(Policy{name: p, table: t, command: "all"})"#);
}
