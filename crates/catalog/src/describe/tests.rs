//! Descriptions of small schemas, and stored text after renames.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::Expressions;
use crate::{
    Acl, AclEntry, Builtin, Column, ColumnId, Constraint, ConstraintKind, EnumLabel, Function, Index, IndexKey,
    NamePlace, ObjectId, Oid, Privilege, Relation, RelationKind, Schema, StoredName, StoredText, Type, TypeKind,
    TypeRef, oid,
};

/// `create type mood as enum ('ok'); create table "T" (id int primary key, "Name" varchar(9) not null, m mood[])`,
/// `revoke execute on function f from public`, `grant select on "T" to public`.
fn schema() -> (Schema, Oid) {
    let mut schema = Schema::new(Builtin::newest());
    let [mood, moods, table, index, function] = [(); 5].map(|()| schema.allocate());
    let labels = vec![EnumLabel::new(Oid(1), Arc::from("ok"))];
    let public = Schema::PUBLIC;
    schema.put_type(Type { kind: TypeKind::Enum(labels), array: moods, ..Type::new(mood, public, Arc::from("mood")) });
    schema.put_type(Type::array_over(moods, public, Arc::from("_mood"), mood));
    let column = |number, name: &str, oid, modifier| Column::new(number, Arc::from(name), TypeRef { oid, modifier });
    let columns = vec![
        Arc::new(Column { not_null: true, ..column(1, "id", oid::INT4, -1) }),
        Arc::new(Column { dropped: true, ..column(2, "gone", oid::INT4, -1) }),
        Arc::new(Column { collation: oid::DEFAULT_COLLATION, not_null: true, ..column(3, "Name", oid::VARCHAR, 13) }),
        Arc::new(column(4, "m", moods, -1)),
    ];
    let key = Constraint { index, ..Constraint::new(Oid(2), Arc::from("T_pkey"), ConstraintKind::PrimaryKey, vec![1]) };
    let entries = vec![AclEntry { grantee: Oid::NONE, privileges: Privilege::Select as u16 }];
    let acl = Some(Arc::new(Acl { entries }));
    let constraints = vec![Arc::new(key)];
    schema.put_relation(Relation { columns, constraints, acl, ..Relation::new(table, public, Arc::from("T")) });
    let operator_class = schema.default_operator_class("btree", oid::INT4).map_or(Oid::NONE, |class| class.oid);
    let key = IndexKey {
        column: 1,
        expression: None,
        collation: Oid::NONE,
        operator_class,
        descending: false,
        nulls_first: false,
    };
    let index_data = Index { unique: true, primary: true, ..Index::new(table, Arc::from("btree"), vec![key]) };
    schema.put_relation(Relation {
        kind: RelationKind::Index,
        index: Some(Arc::new(index_data)),
        ..Relation::new(index, public, Arc::from("T_pkey"))
    });
    let mut made = Function::new(function, public, Arc::from("f"), &[mood], oid::INT4);
    made.acl = Some(Arc::default());
    schema.put_function(made);
    (schema, table)
}

#[test]
fn lines_are_sorted_and_whole() {
    let (schema, _) = schema();
    let lines = [
        "column public.\"T\".\"Name\" #2 character varying(9) not null",
        "column public.\"T\".id #1 integer not null",
        "column public.\"T\".m #3 public.mood[]",
        "constraint public.\"T\".\"T_pkey\" PRIMARY KEY (id)",
        "function public.f(public.mood) returns integer parameters (public.mood) language internal volatile",
        "grant SELECT on table public.\"T\" to PUBLIC",
        "index public.\"T_pkey\" on public.\"T\" unique btree (id int4_ops)",
        "revoke EXECUTE on routine public.f(public.mood) from PUBLIC",
        "table public.\"T\"",
        "type public.mood enum 'ok'",
    ];
    assert_eq!(schema.describe(Expressions::Presence), lines);
}

#[test]
fn extensions_and_temporary_objects_are_left_out() {
    let mut schema = Schema::new(Builtin::newest());
    schema.install_extension("hstore", None, false).expect("it installs");
    let (temporary, oid) = (schema.ensure_temporary_namespace(), schema.allocate());
    schema.put_relation(Relation::new(oid, temporary, Arc::from("t")));
    assert_eq!(schema.describe(Expressions::Text), ["extension hstore in public"]);
}

#[test]
fn stored_text_follows_renames() {
    let (mut schema, table) = schema();
    let source = "check (public.\"T\".id > 0 and Id < 9 and \"Name\" <> 'id')";
    let at = |text: &str, nth: usize| {
        let start = source.match_indices(text).nth(nth).expect("it is there").0;
        let bound = |place: usize| u32::try_from(place).expect("a short text");
        TextRange::new(bound(start), bound(start + text.len()))
    };
    let column = |number| ObjectId::Column(ColumnId { relation: table, number });
    let name = |range, object, place| StoredName { range, object, place };
    let names = Arc::from([
        name(at("\"T\"", 0), ObjectId::Relation(table), NamePlace::Qualifier),
        name(at("id", 0), column(1), NamePlace::Object),
        name(at("Id", 0), column(1), NamePlace::Object),
        name(at("\"Name\"", 0), column(3), NamePlace::Object),
    ]);
    let length = u32::try_from(source.len()).expect("a short text");
    let range = TextRange::new(7, length - 1);
    let text = StoredText { text: Arc::from(source), range, bindings: Arc::from([]), names, starred: Arc::default() };
    let before = "public.\"T\".id > 0 and Id < 9 and \"Name\" <> 'id'";
    assert_eq!(schema.print_stored(&text), before);
    let mut renamed = schema.relation(table).expect("the table").clone();
    renamed.name = Arc::from("user");
    renamed.columns[0] = Arc::new(Column { name: Arc::from("key"), ..(*renamed.columns[0]).clone() });
    schema.put_relation(renamed);
    assert_eq!(schema.print_stored(&text), "public.\"user\".key > 0 and key < 9 and \"Name\" <> 'id'");
}
