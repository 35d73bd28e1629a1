//! A small schema for tests, made by hand.

use std::sync::Arc;

use rollproof_catalog::builtin::Builtin;
use rollproof_catalog::{
    Column, Constraint, ConstraintKind, EnumLabel, Index, IndexKey, Oid, Relation, RelationKind, Schema, Type, TypeKind,
};
use rollproof_sql::{parse_query_text, parse_type_name};

use crate::{Context, Environment, Outcome, Parameters, resolve, types};

/// A schema of `name: column type, column type!, …` lines; `!` means NOT NULL, and the first column with `#` is the primary
/// key.
pub(crate) fn schema(tables: &[&str]) -> Schema {
    let mut schema = Schema::new(Builtin::of_version(18).expect("data of version 18"));
    add_enum(&mut schema, "mood", &["sad", "ok", "happy"]);
    for table in tables {
        let (name, columns) = table.split_once(':').expect("name: columns");
        add_table(&mut schema, name.trim(), columns);
    }
    schema
}

fn add_enum(schema: &mut Schema, name: &str, labels: &[&str]) {
    let (oid, array) = (schema.allocate(), schema.allocate());
    let labels = labels.iter().map(|label| EnumLabel::new(schema.allocate(), (*label).into())).collect();
    let base = |oid, name: &str, kind, category, element, array| Type {
        oid,
        namespace: Schema::PUBLIC,
        name: name.into(),
        kind,
        category,
        preferred: false,
        element,
        is_array: element != Oid::NONE,
        array,
        length: -1,
        subscriptable: element != Oid::NONE,
        collation: Oid::NONE,
        takes_modifier: false,
        owner: Schema::SUPERUSER,
        acl: None,
    };
    schema.put_type(base(oid, name, TypeKind::Enum(labels), b'E', Oid::NONE, array));
    schema.put_type(base(array, &format!("_{name}"), TypeKind::Base, b'A', oid, Oid::NONE));
}

fn add_table(schema: &mut Schema, name: &str, columns: &str) {
    let (oid, row_type) = (schema.allocate(), schema.allocate());
    let mut made = Vec::new();
    let mut key = Vec::new();
    for (at, column) in columns.split(", ").enumerate() {
        let (name, written) = column.trim().split_once(' ').expect("column type");
        let not_null = written.ends_with('!') || written.ends_with('#');
        if written.ends_with('#') {
            key.push(at as i16 + 1);
        }
        let written = written.trim_end_matches(['!', '#']);
        let parsed = parse_type_name(written).expect("a type");
        let mut cx = Context::new(schema, Parameters::none());
        let data_type = types::type_name(&mut cx, &parsed).expect("a known type");
        let collation = schema.type_of(data_type.oid).map_or(Oid::NONE, |of| of.collation);
        made.push(Arc::new(Column {
            number: at as i16 + 1,
            name: name.into(),
            data_type,
            collation,
            not_null,
            default: None,
            identity: None,
            generated: None,
            dropped: false,
            is_local: true,
            inherit_count: 0,
            acl: None,
            dimensions: 0,
        }));
    }
    let mut relation = blank(oid, name, RelationKind::Table);
    relation.columns = made;
    relation.row_type = row_type;
    if !key.is_empty() {
        add_key(schema, &mut relation, &key);
    }
    schema.put_relation(relation);
    let row = schema.type_of(Oid(25)).expect("text").clone();
    let kind = TypeKind::Composite(oid);
    schema.put_type(Type {
        oid: row_type,
        namespace: Schema::PUBLIC,
        name: name.into(),
        kind,
        category: b'C',
        preferred: false,
        array: Oid::NONE,
        collation: Oid::NONE,
        takes_modifier: false,
        ..row
    });
}

fn add_key(schema: &mut Schema, relation: &mut Relation, key: &[i16]) {
    let (index, constraint) = (schema.allocate(), schema.allocate());
    let keys = key.iter().map(|column| IndexKey {
        column: *column,
        expression: None,
        collation: Oid::NONE,
        operator_class: Oid::NONE,
        descending: false,
        nulls_first: false,
    });
    let name: Arc<str> = format!("{}_pkey", relation.name).into();
    let mut of = blank(index, &name, RelationKind::Index);
    of.index = Some(Arc::new(Index {
        table: relation.oid,
        method: "btree".into(),
        keys: keys.collect(),
        include: Vec::new(),
        unique: true,
        primary: true,
        exclusion: false,
        exclusion_operators: Vec::new(),
        nulls_not_distinct: false,
        immediate: true,
        valid: true,
        predicate: None,
        constraint,
    }));
    schema.put_relation(of);
    relation.indexes.push(index);
    relation.constraints.push(Arc::new(Constraint {
        oid: constraint,
        name,
        kind: ConstraintKind::PrimaryKey,
        columns: key.to_vec(),
        index,
        deferrable: false,
        deferred: false,
        validated: true,
        enforced: true,
        no_inherit: false,
        is_local: true,
        inherit_count: 0,
        parent: Oid::NONE,
    }));
}

fn blank(oid: Oid, name: &str, kind: RelationKind) -> Relation {
    Relation { kind, ..Relation::new(oid, Schema::PUBLIC, name.into()) }
}

/// The outcome of one statement in a schema of users and their posts.
pub(crate) fn outcome(sql: &str) -> Outcome {
    let schema = schema(&[
        "users: id bigint#, name text!, email text, mood mood, tags text[], created timestamptz!",
        "posts: id bigint#, user_id bigint!, title varchar(20)!, body text, meta jsonb",
        "pairs: id bigint#, name text, left_id integer, right_id integer",
    ]);
    outcome_in(sql, &schema)
}

/// The outcome of one statement; `#` stands for unknown text.
pub(crate) fn outcome_in(sql: &str, schema: &Schema) -> Outcome {
    let text = sql.replace('#', "\u{FFFC}");
    let statement = parse_query_text(&text).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    resolve(&statement, schema, &Environment::default())
}

/// A statement's answer in one line: its columns as `name type`, `!` where never null, or the server's SQLSTATE and message, or
/// `unknown` and the reason.
pub(crate) fn answer(sql: &str) -> String {
    match outcome(sql) {
        Outcome::Resolved(resolution) => {
            let schema = schema(&[]);
            let cx = Context::new(&schema, Parameters::none());
            let columns = resolution.columns.iter().map(|column| {
                let mark = if column.nullable { "" } else { "!" };
                format!("{} {}{mark}", column.name, types::format_type(&cx, column.data_type.oid))
            });
            let parameters = resolution.parameters.iter().map(|oid| types::format_type(&cx, *oid));
            let columns = columns.collect::<Vec<_>>().join(", ");
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            if parameters.is_empty() { columns } else { format!("{columns} <- {parameters}") }
        }
        Outcome::Refused(refusal) => format!("{} {}", refusal.errors[0].sqlstate, refusal.errors[0].message),
        Outcome::Unknown(undecided) => format!("unknown {}", undecided.unknown.reason),
    }
}

/// Asserts the answer of each statement.
pub(crate) fn check(cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(answer(sql), *expected, "{sql}");
    }
}
