//! Names, types and privileges as a server finds and prints them.

use std::sync::Arc;

use crate::{
    Acl, AclEntry, Builtin, Cast, CastContext, CastMethod, EnumLabel, Function, Namespace, Oid, Privilege, Relation,
    Role, Schema, Type, TypeKind, TypeRef, oid,
};

fn schema() -> Schema {
    Schema::new(Builtin::newest())
}

fn namespace(schema: &mut Schema, name: &str) -> Oid {
    let oid = schema.allocate();
    schema.put_namespace(Namespace { oid, name: Arc::from(name), owner: Schema::SUPERUSER, acl: None });
    oid
}

fn relation(schema: &mut Schema, namespace: Oid, name: &str) -> Oid {
    let oid = schema.allocate();
    schema.put_relation(Relation::new(oid, namespace, Arc::from(name)));
    oid
}

fn user_type(schema: &mut Schema, namespace: Oid, name: &str, kind: TypeKind) -> Oid {
    let (oid, array) = (schema.allocate(), schema.allocate());
    let array_name = schema.array_type_name(namespace, name);
    schema.put_type(Type { array, kind, ..Type::new(oid, namespace, Arc::from(name)) });
    schema.put_type(Type::array_over(array, namespace, array_name, oid));
    oid
}

fn function(schema: &mut Schema, namespace: Oid, name: &str, inputs: &[Oid]) -> Oid {
    let oid = schema.allocate();
    schema.put_function(Function::new(oid, namespace, Arc::from(name), inputs, oid::INT4));
    oid
}

fn set_path(schema: &mut Schema, path: &[&str]) {
    schema.session.search_path = path.iter().map(|name| Arc::from(*name)).collect();
}

#[test]
fn the_path_decides_unless_the_name_is_qualified() {
    let mut schema = schema();
    let app = namespace(&mut schema, "app");
    let (one, other) = (relation(&mut schema, Schema::PUBLIC, "t"), relation(&mut schema, app, "t"));
    let found = |schema: &Schema, qualifier, name| schema.find_relation(qualifier, name).map(|found| found.oid);
    assert_eq!(found(&schema, None, "t"), Some(one));
    assert_eq!(found(&schema, Some("app"), "t"), Some(other));
    assert_eq!(found(&schema, Some("nowhere"), "t"), None);
    set_path(&mut schema, &["nowhere", "app", "public"]);
    assert_eq!(found(&schema, None, "t"), Some(other));
    assert_eq!(schema.creation_namespace(), Some(app));
    assert_eq!(schema.relation_name(one), "public.t");
    assert_eq!(schema.relation_name(other), "t");
    set_path(&mut schema, &["nowhere"]);
    assert_eq!((found(&schema, None, "t"), schema.creation_namespace()), (None, None));
    assert_eq!(found(&schema, None, "pg_class"), Some(Oid(1259)));
}

#[test]
fn the_catalog_comes_first_unless_the_path_places_it() {
    let mut schema = schema();
    let own = relation(&mut schema, Schema::PUBLIC, "pg_class");
    assert_eq!(schema.find_relation(None, "pg_class").map(|found| found.oid), Some(Oid(1259)));
    set_path(&mut schema, &["public", "pg_catalog"]);
    assert_eq!(schema.find_relation(None, "pg_class").map(|found| found.oid), Some(own));
    assert_eq!(schema.format_type_plain(Oid(83)), "pg_class");
    assert_eq!(schema.relation_name(Oid(1259)), "pg_catalog.pg_class");
}

#[test]
fn temporary_relations_hide_others_and_functions_do_not() {
    let mut schema = schema();
    assert_eq!(schema.find_namespace("pg_temp"), None);
    let permanent = relation(&mut schema, Schema::PUBLIC, "t");
    let temporary = schema.ensure_temporary_namespace();
    assert_eq!(schema.ensure_temporary_namespace(), temporary);
    let hiding = relation(&mut schema, temporary, "t");
    function(&mut schema, temporary, "f", &[]);
    assert_eq!(schema.find_relation(None, "t").map(|found| found.oid), Some(hiding));
    assert_eq!(schema.find_relation(Some("pg_temp"), "t").map(|found| found.oid), Some(hiding));
    assert_eq!(schema.relation_name(permanent), "public.t");
    assert!(schema.functions_named(None, "f").is_empty());
    assert_eq!(schema.functions_named(Some("pg_temp"), "f").len(), 1);
    set_path(&mut schema, &["public", "pg_temp"]);
    assert_eq!(schema.find_relation(None, "t").map(|found| found.oid), Some(permanent));
    assert_eq!(schema.search_path(), [Schema::PG_CATALOG, Schema::PUBLIC, temporary]);
}

#[test]
fn candidates_come_in_the_order_of_the_path() {
    let mut schema = schema();
    let app = namespace(&mut schema, "app");
    let later = function(&mut schema, Schema::PUBLIC, "lower", &[oid::TEXT]);
    let near = function(&mut schema, app, "lower", &[oid::TEXT]);
    set_path(&mut schema, &["app", "public"]);
    let candidates = schema.functions_named(None, "lower");
    let order: Vec<_> = candidates.iter().map(|each| (each.path_position, each.function.oid)).collect();
    assert_eq!(order, [(0, Oid(870)), (0, Oid(3848)), (0, Oid(4235)), (1, near), (2, later)]);
    assert!(!schema.is_function_visible(candidates[3].function));
    assert_eq!(schema.function_signature(candidates[3].function), "app.lower(text)");
    assert_eq!(schema.functions_named(Some("public"), "lower").len(), 1);
    assert_eq!(schema.operators_named(None, "->>").len(), 4);
}

#[test]
fn roles_see_the_schemas_they_may_use() {
    let mut schema = schema();
    let app = namespace(&mut schema, "app");
    let (group, role) = (schema.allocate(), schema.allocate());
    let of = |oid, name: &str, groups: &[Oid]| Role {
        member_of: groups.iter().copied().map(crate::Membership::of).collect(),
        ..Role::new(oid, Arc::from(name))
    };
    schema.put_role(of(group, "readers", &[]));
    schema.put_role(of(role, "web", &[group]));
    set_path(&mut schema, &["app", "public"]);
    schema.session.role = Some(Arc::from("web"));
    assert_eq!(schema.search_path(), [Schema::PG_CATALOG, Schema::PUBLIC]);
    let entries = vec![AclEntry { grantee: group, privileges: Privilege::Usage as u16 }];
    let usable =
        Namespace { oid: app, name: Arc::from("app"), owner: Schema::SUPERUSER, acl: Some(Arc::new(Acl { entries })) };
    schema.put_namespace(usable);
    assert_eq!(schema.search_path(), [Schema::PG_CATALOG, app, Schema::PUBLIC]);
    let pg_authid = schema.find_relation(None, "pg_authid").expect("a catalog");
    assert_eq!(schema.may_on_relation(pg_authid, Privilege::Select), Some(false));
    let pg_class = schema.find_relation(None, "pg_class").expect("a catalog");
    assert_eq!(schema.may_on_relation(pg_class, Privilege::Select), Some(true));
    schema.session.role = Some(Arc::from("made_elsewhere"));
    let pg_authid = schema.find_relation(None, "pg_authid").expect("a catalog");
    assert_eq!(schema.may_on_relation(pg_authid, Privilege::Select), None);
}

#[test]
fn types_print_as_on_a_server() {
    let schema = schema();
    let facts = [
        (1700, 655_366, "numeric(10,2)", "numeric"),
        (1700, 329_730, "numeric(5,-2)", "numeric"),
        (1043, 24, "character varying(20)", "character varying"),
        (1042, 7, "character(3)", "character"),
        (1042, -1, "bpchar", "character"),
        (1560, 4, "bit(4)", "bit"),
        (1560, -1, "\"bit\"", "bit"),
        (1562, 7, "bit varying(7)", "bit varying"),
        (1562, -1, "bit varying", "bit varying"),
        (1114, 3, "timestamp(3) without time zone", "timestamp without time zone"),
        (1184, -1, "timestamp with time zone", "timestamp with time zone"),
        (1266, 2, "time(2) with time zone", "time with time zone"),
        (1186, -1, "interval", "interval"),
        (1186, 2_147_418_115, "interval(3)", "interval"),
        (1186, 458_751, "interval year to month", "interval"),
        (1186, 470_286_338, "interval day to second(2)", "interval"),
        (1007, -1, "integer[]", "integer[]"),
        (1015, 11, "character varying(7)[]", "character varying[]"),
        (18, -1, "\"char\"", "\"char\""),
        (19, -1, "name", "name"),
        (30, -1, "oidvector", "oidvector"),
        (1006, -1, "int2vector[]", "int2vector[]"),
        (1115, 0, "timestamp(0) without time zone[]", "timestamp without time zone[]"),
        (114, -1, "json", "json"),
        (0, -1, "-", "-"),
        (999_999, -1, "???", "???"),
    ];
    for (number, modifier, given, plain) in facts {
        assert_eq!(schema.format_type(TypeRef { oid: Oid(number), modifier }), given);
        assert_eq!(schema.format_type_plain(Oid(number)), plain);
    }
}

#[test]
fn user_types_print_with_their_schema_where_it_is_needed() {
    let mut schema = schema();
    let app = namespace(&mut schema, "app");
    let label = EnumLabel::new(schema.allocate(), Arc::from("a"));
    let far = user_type(&mut schema, app, "Mood", TypeKind::Enum(vec![label]));
    let near = user_type(&mut schema, Schema::PUBLIC, "mood", TypeKind::Enum(vec![]));
    let hidden = user_type(&mut schema, Schema::PUBLIC, "int4", TypeKind::Enum(vec![]));
    assert_eq!(schema.format_type_plain(far), "app.\"Mood\"");
    assert_eq!(schema.array_of(far).map(|array| schema.format_type_plain(array)).as_deref(), Some("app.\"Mood\"[]"));
    assert_eq!(schema.format_type_plain(near), "mood");
    assert_eq!(schema.format_type_plain(hidden), "public.int4");
    assert_eq!(schema.enum_labels(far).map(<[_]>::len), Some(1));
    assert_eq!(schema.array_of(near).and_then(|array| schema.element_of(array)), Some(near));
    assert_eq!(schema.element_of(oid::OID_VECTOR), Some(oid::OID));
    assert_eq!(schema.element_of(oid::NAME), None);
    let kind = TypeKind::Domain {
        base: TypeRef { oid: oid::VARCHAR, modifier: 9 },
        not_null: false,
        default: None,
        checks: vec![],
    };
    let domain = user_type(&mut schema, app, "d", kind);
    assert_eq!(schema.base_type(TypeRef::plain(domain)), TypeRef { oid: oid::VARCHAR, modifier: 9 });
    assert_eq!(schema.range_subtype(oid::INT4_RANGE), Some(oid::INT4));
    assert_eq!(schema.multirange_of(oid::INT4_RANGE).and_then(|oid| schema.range_of(oid)), Some(oid::INT4_RANGE));
    assert_eq!(&*schema.array_type_name(Schema::PUBLIC, "mood"), "__mood");
}

#[test]
fn casts_and_classes_of_users_join_the_built_in_ones() {
    let mut schema = schema();
    let mood = user_type(&mut schema, Schema::PUBLIC, "mood", TypeKind::Enum(vec![]));
    let oid = schema.allocate();
    let (context, method) = (CastContext::Implicit, CastMethod::InOut);
    schema.put_cast(Cast { oid, source: oid::TEXT, target: mood, function: Oid::NONE, context, method });
    assert_eq!(schema.find_cast(oid::TEXT, mood).map(|cast| cast.oid), Some(oid));
    assert!(schema.casts_from(oid::TEXT).count() > 3);
    schema.remove_cast(oid);
    assert!(schema.find_cast(oid::TEXT, mood).is_none());
    let default = |method, of| schema.default_operator_class(method, of).map(|class| class.name.to_string());
    assert_eq!(default("btree", oid::INT4).as_deref(), Some("int4_ops"));
    assert_eq!(default("gin", oid::JSONB).as_deref(), Some("jsonb_ops"));
    assert_eq!(default("btree", oid::JSON), None);
    assert!(schema.find_operator_class(None, "gin", "jsonb_path_ops").is_some());
    assert!(schema.find_operator_class(None, "btree", "jsonb_path_ops").is_none());
}
