//! A schema with one user-made object of each kind that type resolution looks at.

use std::sync::Arc;

use rollproof_catalog::{
    Builtin, Column, EnumLabel, Function, Oid, Operator, Relation, RelationKind, Schema, Type, TypeKind, TypeRef, oid,
};

/// Adds a type and the array type over it.
pub(crate) fn add_type(schema: &mut Schema, name: &str, change: impl FnOnce(&mut Type)) -> Oid {
    let (own, array) = (schema.allocate(), schema.allocate());
    let mut made = Type::new(own, Schema::PUBLIC, Arc::from(name));
    made.array = array;
    change(&mut made);
    let namespace = made.namespace;
    let mut over = Type::new(array, Schema::PUBLIC, Arc::from(format!("_{name}")));
    over.namespace = namespace;
    over.category = b'A';
    over.element = own;
    over.is_array = true;
    over.subscriptable = true;
    schema.put_type(made);
    schema.put_type(over);
    own
}

pub(crate) fn add_domain(schema: &mut Schema, name: &str, base: TypeRef, namespace: Oid) {
    let Some(under) = schema.type_of(base.oid).cloned() else { return };
    add_type(schema, name, |made| {
        made.namespace = namespace;
        made.kind = TypeKind::Domain { base, not_null: false, default: None, checks: Vec::new() };
        made.category = under.category;
        made.collation = under.collation;
        made.subscriptable = under.subscriptable;
    });
}

pub(crate) fn add_function(
    schema: &mut Schema,
    name: &str,
    inputs: &[Oid],
    returns: Oid,
    change: impl FnOnce(&mut Function),
) -> Oid {
    let own = schema.allocate();
    let mut made = Function::new(own, Schema::PUBLIC, Arc::from(name), inputs, returns);
    change(&mut made);
    schema.put_function(made);
    own
}

pub(crate) fn with_defaults(made: &mut Function, names: &[&str], defaults: u16) {
    let mut parameters = made.parameters.to_vec();
    let first = parameters.len() - usize::from(defaults);
    for (at, (parameter, name)) in parameters.iter_mut().zip(names).enumerate() {
        parameter.name = Some(Arc::from(*name));
        parameter.has_default = at >= first;
    }
    made.parameters = parameters.into();
    made.default_count = defaults;
}

/// The statements of `setup.sql`, as the catalog holds them.
pub(crate) fn schema(version: u32) -> Option<Schema> {
    let mut schema = Schema::new(Builtin::of_version(version)?);
    add_domain(&mut schema, "posint", TypeRef::plain(oid::INT4), Schema::PUBLIC);
    add_domain(&mut schema, "short", TypeRef { oid: oid::VARCHAR, modifier: 14 }, Schema::PUBLIC);
    add_domain(&mut schema, "ints", TypeRef::plain(oid::INT4_ARRAY), Schema::PUBLIC);
    let labels = ["sad", "ok"].map(|label| EnumLabel::new(schema.allocate(), Arc::from(label)));
    let mood = add_type(&mut schema, "mood", |made| {
        made.kind = TypeKind::Enum(labels.to_vec());
        made.category = b'E';
        made.length = 4;
    });
    let relation = schema.allocate();
    let pair = add_type(&mut schema, "pair", |made| {
        made.kind = TypeKind::Composite(relation);
        made.category = b'C';
    });
    let mut columns = Relation::new(relation, Schema::PUBLIC, Arc::from("pair"));
    columns.kind = RelationKind::Composite;
    columns.row_type = pair;
    columns.columns = vec![
        Arc::new(Column::new(1, Arc::from("a"), TypeRef::plain(oid::INT4))),
        Arc::new(Column::new(2, Arc::from("b"), TypeRef::plain(oid::TEXT))),
    ];
    schema.put_relation(columns);
    add_functions(&mut schema, mood, pair);
    Some(schema)
}

fn add_functions(schema: &mut Schema, mood: Oid, pair: Oid) {
    add_function(schema, "over", &[oid::INT4], oid::INT4, |_| {});
    add_function(schema, "over", &[oid::TEXT], oid::TEXT, |_| {});
    add_function(schema, "over", &[oid::NUMERIC, oid::INT4], oid::NUMERIC, |_| {});
    add_function(schema, "named", &[oid::INT4, oid::TEXT, oid::BOOL], oid::TEXT, |made| {
        with_defaults(made, &["a", "b", "c"], 2);
    });
    add_function(schema, "vague", &[oid::INT4], oid::INT4, |_| {});
    add_function(schema, "vague", &[oid::INT4, oid::INT4], oid::INT4, |made| with_defaults(made, &["a", "b"], 1));
    add_function(schema, "many", &[oid::TEXT, oid::INT4_ARRAY], oid::INT8, |made| made.variadic = oid::INT4);
    add_function(schema, "anymany", &[oid::ANYARRAY], oid::ANYELEMENT, |made| made.variadic = oid::ANYELEMENT);
    add_function(schema, "moody", &[mood], oid::TEXT, |_| {});
    add_function(schema, "first", &[pair], oid::INT4, |_| {});
    add_function(schema, "same", &[oid::ANYELEMENT, oid::ANYELEMENT], oid::ANYELEMENT, |_| {});
    add_function(schema, "compat", &[oid::ANYCOMPATIBLE, oid::ANYCOMPATIBLEARRAY], oid::ANYCOMPATIBLEARRAY, |_| {});
    add_function(schema, "enumerate", &[oid::ANYENUM], oid::ANYENUM, |_| {});
    let function = add_function(schema, "mood_plus", &[mood, oid::INT4], mood, |_| {});
    crate::objects::add(schema, mood, function);
    let own = schema.allocate();
    schema.put_operator(Operator {
        oid: own,
        namespace: Schema::PUBLIC,
        name: Arc::from("+"),
        left: mood,
        right: oid::INT4,
        result: mood,
        function,
        commutator: Oid::NONE,
    });
}
