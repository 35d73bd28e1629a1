//! What comes of everything else.

use super::check;

#[test]
fn create_enum() {
    check("create type t as enum ('a', 'b')", r#"CreateEnum(t, [("a"), ("b")])"#);
}

#[test]
fn create_composite() {
    check(
        r#"create type t as (a int, b text collate "C")"#,
        "CreateComposite(t, [ColumnSpec{name: a, type_name: ‹int›}, ColumnSpec{name: b, type_name: ‹text›, collation: C}])",
    );
}

#[test]
fn create_range() {
    check(
        "create type t as range (subtype = float8)",
        "CreateRange(t, [DefinitionOption{name: subtype, value: Type(‹float8›)}])",
    );
}

#[test]
fn create_defined() {
    check(
        "create type t (input = f, output = none, passedbyvalue, alignment = double)",
        "CreateDefined(CreateDefined{kind: Type, name: t, options: [DefinitionOption{name: input, value: Type(‹f›)}, DefinitionOption{name: output, value: None}, DefinitionOption{name: passedbyvalue}, DefinitionOption{name: alignment, value: Type(‹double›)}]})",
    );
    check("create type t", "CreateDefined(CreateDefined{kind: Type, name: t})");
    check(
        r#"create collation if not exists a from "C""#,
        "CreateDefined(CreateDefined{kind: Collation, name: a, if_not_exists: true, from: C})",
    );
    check(
        "create operator s.=== (leftarg = int, procedure = f, commutator = <>)",
        r#"CreateDefined(CreateDefined{kind: Operator, name: s.===, options: [DefinitionOption{name: leftarg, value: Type(‹int›)}, DefinitionOption{name: procedure, value: Type(‹f›)}, DefinitionOption{name: commutator, value: Operator(OperatorName{symbol: "<>"})}]})"#,
    );
    check(
        "create text search configuration a (copy = b)",
        "CreateDefined(CreateDefined{kind: TextSearchConfiguration, name: a, options: [DefinitionOption{name: copy, value: Type(‹b›)}]})",
    );
}

#[test]
fn create_domain() {
    check(
        r#"create domain d as text collate "C" default 'x' constraint c check (value <> '') not null"#,
        "CreateDomain(CreateDomain{name: d, base: ‹text›, collation: C, constraints: [ConstraintDefinition{kind: Default(‹'x'›)}, ConstraintDefinition{name: c, kind: Check(‹value <> ''›)}, ConstraintDefinition{kind: NotNull(None)}]})",
    );
}

#[test]
fn create_cast() {
    check(
        "create cast (a as b[]) with function f(int) as implicit",
        "CreateCast(CreateCast{source: ‹a›, target: ‹b[]›, function: Signature{name: f, arguments: [FunctionParameter{mode: In, type_name: ‹int›}]}, context: 'i'})",
    );
    check(
        "create cast (a as b) with inout as assignment",
        "CreateCast(CreateCast{source: ‹a›, target: ‹b›, inout: true, context: 'a'})",
    );
    check("create cast (a as b) without function", "CreateCast(CreateCast{source: ‹a›, target: ‹b›, context: 'e'})");
}

#[test]
fn create_other() {
    check(
        "create operator class s.c for type int using btree as operator 1 <, function 1 f(int, int)",
        "CreateOperatorClass(CreateOperatorClass{name: s.c, data_type: ‹int›, method: btree, items: [Operator{number: 1, name: <}, Function{number: 1, function: Signature{name: f, arguments: [FunctionParameter{mode: In, type_name: ‹int›}, FunctionParameter{mode: In, type_name: ‹int›}]}}]})",
    );
    check("create server s foreign data wrapper w", "CreateOther(OtherObject{kind: Server, name: s, belongs_to: w})");
}

#[test]
fn create_extension() {
    check(
        "create extension if not exists e with schema s cascade",
        "CreateExtension(CreateExtension{name: e, if_not_exists: true, schema: s, cascade: true})",
    );
}

#[test]
fn create_role() {
    check(
        "create role r superuser in role a, b login",
        r#"CreateRole(r, [DefinitionOption{name: superuser, value: Text("true")}, DefinitionOption{name: addroleto, value: Text("a")}, DefinitionOption{name: addroleto, value: Text("b")}, DefinitionOption{name: canlogin, value: Text("true")}])"#,
    );
    check("create user u", r#"CreateRole(u, [DefinitionOption{name: canlogin, value: Text("true")}])"#);
}

#[test]
fn drop_statement() {
    check(
        "drop table if exists a, s.b cascade",
        "Drop(Drop{kind: Table, objects: [Name(a), Name(s.b)], if_exists: true, cascade: true})",
    );
    check("drop index concurrently a", "Drop(Drop{kind: Index, objects: [Name(a)], concurrently: true})");
    check(
        "drop function f(int), s.g",
        "Drop(Drop{kind: Function, objects: [Signature(Signature{name: f, arguments: [FunctionParameter{mode: In, type_name: ‹int›}]}), Signature(Signature{name: s.g})]})",
    );
    check(
        "drop aggregate a(*)",
        "Drop(Drop{kind: Aggregate, objects: [Signature(Signature{name: a, arguments: [], star: true})]})",
    );
    check("drop operator + (int, none)", "Drop(Drop{kind: Operator, objects: [Operator(+, ‹int›, None)]})");
    check("drop operator class a using b", "Drop(Drop{kind: OperatorClass, objects: [UsingMethod(a, b)]})");
    check("drop trigger a on s.b", "Drop(Drop{kind: Trigger, objects: [OnTable(a, s.b)]})");
    check("drop type int, s.t[]", "Drop(Drop{kind: Type, objects: [Type(‹int›), Type(‹s.t[]›)]})");
    check("drop cast (a as b)", "Drop(Drop{kind: Cast, objects: [Cast(‹a›, ‹b›)]})");
    check("drop role a, b", "Drop(Drop{kind: Role, objects: [Name(a), Name(b)]})");
}

#[test]
fn owned() {
    check("drop owned by a, b", "Owned(true, [a, b], false)");
    check("reassign owned by a to b", "Owned(false, [a, b], false)");
}

#[test]
fn grant() {
    check(
        "grant select (a, b), update on t, s.u to public, group g",
        r#"Grant(Grant{grant: true, privileges: [Privilege{name: "select", columns: [a, b]}, Privilege{name: "update"}], target: Objects(Table, [Name(t), Name(s.u)]), grantees: [public, g]})"#,
    );
    check(
        "revoke all on all tables in schema a, b from u cascade",
        r#"Grant(Grant{privileges: [Privilege{name: "all"}], target: AllInSchema(Table, [a, b]), grantees: [u], cascade: true})"#,
    );
    check(
        "grant execute on function f(int), g to u",
        r#"Grant(Grant{grant: true, privileges: [Privilege{name: "execute"}], target: Objects(Function, [Signature(Signature{name: f, arguments: [FunctionParameter{mode: In, type_name: ‹int›}]}), Signature(Signature{name: g})]), grantees: [u]})"#,
    );
    check(
        "grant alter system on parameter a.b to u",
        r#"Grant(Grant{grant: true, privileges: [Privilege{name: "alter system"}], target: Objects(Other, [Name(a.b)]), grantees: [u]})"#,
    );
    check(
        "grant usage on sequence to u",
        r#"Grant(Grant{grant: true, privileges: [Privilege{name: "usage"}], target: Objects(Table, [Name(sequence)]), grantees: [u]})"#,
    );
}

#[test]
fn revoke_grant_option() {
    check(
        "revoke grant option for select on t from u cascade",
        r#"Grant(Grant{privileges: [Privilege{name: "select"}], target: Objects(Table, [Name(t)]), grantees: [u], cascade: true, only_option: true})"#,
    );
}

#[test]
fn grant_role() {
    check("grant a, b to c", "GrantRole(GrantRole{grant: true, groups: [a, b], members: [c]})");
    check(
        "grant a to b with inherit false, admin option granted by c",
        "GrantRole(GrantRole{grant: true, groups: [a], members: [b], options: [(inherit, false), (admin, true)], granted_by: c})",
    );
    check(
        "revoke admin option for a from b cascade",
        "GrantRole(GrantRole{groups: [a], members: [b], options: [(admin, false)], cascade: true})",
    );
    check("revoke a from b", "GrantRole(GrantRole{groups: [a], members: [b]})");
}

#[test]
fn unmodelled() {
    check("import foreign schema x from server s into y", r#"Unmodelled("IMPORT FOREIGN SCHEMA")"#);
    check("discard all", r#"Unmodelled("DISCARD ALL")"#);
}

#[test]
fn inert() {
    check("comment on column s.t.c is 'x'", "Comment(Comment{kind: Table, object: Column(s.t, c)})");
    check("comment on trigger a on s.t is 'x'", "Comment(Comment{kind: Trigger, object: OnTable(a, s.t)})");
    check("comment on schema s is null", "Comment(Comment{kind: Schema, object: Name(s)})");
    check(
        "create statistics on a, b from s.t",
        "CreateStatistics(CreateStatistics{elements: [‹a›, ‹b›], tables: [s.t]})",
    );
    check("vacuum full s.t (a), u", r#"Inert("VACUUM", [s.t, u])"#);
    check("reindex index concurrently s.i", r#"Inert("REINDEX INDEX", [s.i])"#);
    check("cluster i on t", r#"Inert("CLUSTER", [t])"#);
    check(
        "create publication p for table a, only s.b (x) where (x > 1)",
        "CreateOther(OtherObject{kind: Publication, name: p, relations: [a, s.b]})",
    );
    check("show search_path", r#"Inert("SHOW", [])"#);
    check("create database d", r#"Inert("CREATE DATABASE", [])"#);
}
