//! The second half of `setup.sql`: a second schema in the search path, casts, inheritance, OUT parameters.

use std::sync::Arc;

use rollproof_catalog::{
    Cast, CastContext, CastMethod, Column, EnumLabel, Function, FunctionKind, Namespace, Oid, Operator, Parameter,
    Relation, Schema, Type, TypeKind, TypeRef, oid,
};
use rollproof_sql::ast::ParameterMode;

use crate::schema::{add_domain, add_function, add_type, with_defaults};

pub(crate) fn add(schema: &mut Schema, mood: Oid, mood_plus: Oid) {
    let other = schema.allocate();
    schema.put_namespace(Namespace { oid: other, name: Arc::from("other"), owner: Schema::SUPERUSER, acl: None });
    schema.session.search_path = Arc::from([Arc::from("public"), Arc::from("other")]);
    let elsewhere = |made: &mut Function| made.namespace = other;
    add_function(schema, "hidden", &[oid::INT4], oid::INT4, |_| {});
    add_function(schema, "hidden", &[oid::INT4], oid::TEXT, elsewhere);
    add_function(schema, "hidden", &[oid::INT8], oid::TEXT, elsewhere);
    add_function(schema, "hidden", &[oid::TEXT, oid::INT4], oid::BOOL, |made| {
        elsewhere(made);
        with_defaults(made, &["", ""], 1);
    });
    add_operator(schema, other, "+", [mood, oid::INT4, mood], mood_plus);
    let times = add_function(schema, "mood_times", &[mood, oid::TEXT], oid::TEXT, elsewhere);
    add_operator(schema, other, "*", [mood, oid::TEXT, oid::TEXT], times);
    let labels = ["dark", "light"].map(|label| EnumLabel::new(schema.allocate(), Arc::from(label)));
    let shade = add_type(schema, "shade", |made| {
        made.namespace = other;
        made.kind = TypeKind::Enum(labels.to_vec());
        made.category = b'E';
    });
    if let Some(posint) = schema.find_type(Some("public"), "posint").map(|found| found.oid) {
        add_domain(schema, "tiny", TypeRef::plain(posint), other);
    }
    let number = add_function(schema, "mood_number", &[mood], oid::INT4, |_| {});
    add_cast(schema, mood, oid::INT4, number, CastContext::Assignment);
    let text = add_function(schema, "shade_text", &[shade], oid::TEXT, |_| {});
    add_cast(schema, shade, oid::TEXT, text, CastContext::Implicit);
    add_cast(schema, oid::JSON, oid::INT4, Oid::NONE, CastContext::Implicit);
    add_tables(schema);
    add_routines(schema);
}

fn add_operator(schema: &mut Schema, namespace: Oid, name: &str, types: [Oid; 3], function: Oid) {
    let own = schema.allocate();
    let [left, right, result] = types;
    schema.put_operator(Operator {
        oid: own,
        namespace,
        name: Arc::from(name),
        left,
        right,
        result,
        function,
        commutator: Oid::NONE,
    });
}

fn add_cast(schema: &mut Schema, source: Oid, target: Oid, function: Oid, context: CastContext) {
    let own = schema.allocate();
    let method = if function.is_some() { CastMethod::Function } else { CastMethod::InOut };
    schema.put_cast(Cast { oid: own, source, target, function, context, method });
}

fn add_tables(schema: &mut Schema) {
    let column =
        |number, name: &str, data_type| Arc::new(Column::new(number, Arc::from(name), TypeRef::plain(data_type)));
    let (parent, child) = (schema.allocate(), schema.allocate());
    let mut row_types = Vec::new();
    for (relation, name) in [(parent, "parent"), (child, "child")] {
        let row_type = add_type(schema, name, |made: &mut Type| {
            made.kind = TypeKind::Composite(relation);
            made.category = b'C';
        });
        row_types.push(row_type);
        let mut made = Relation::new(relation, Schema::PUBLIC, Arc::from(name));
        made.row_type = row_type;
        made.columns = vec![column(1, "a", oid::INT4), column(2, "b", oid::TEXT)];
        if name == "child" {
            made.columns.push(column(3, "c", oid::INT4));
            made.inherits = vec![parent];
        }
        schema.put_relation(made);
    }
    add_function(schema, "takes_parent", &row_types[..1], oid::INT4, |_| {});
}

fn parameter(name: &str, mode: ParameterMode, data_type: Oid) -> Parameter {
    Parameter { name: Some(Arc::from(name)), mode, data_type, has_default: false, default: None }
}

fn add_routines(schema: &mut Schema) {
    use ParameterMode::{In, InOut, Out, Table};
    add_function(schema, "several", &[oid::INT4, oid::ANYELEMENT], oid::RECORD, |made| {
        made.parameters = Arc::from([
            parameter("a", In, oid::INT4),
            parameter("b", Out, oid::TEXT),
            parameter("c", Out, oid::ANYELEMENT),
            parameter("d", In, oid::ANYELEMENT),
        ]);
    });
    add_function(schema, "rows_of", &[oid::ANYARRAY], oid::RECORD, |made| {
        made.parameters = Arc::from([
            parameter("", In, oid::ANYARRAY),
            parameter("x", Table, oid::ANYELEMENT),
            parameter("y", Table, oid::INT4),
        ]);
        made.returns_set = true;
    });
    add_function(schema, "spare", &[oid::TEXT_ARRAY], oid::TEXT, |made| made.variadic = oid::TEXT);
    add_function(schema, "spare", &[oid::TEXT], oid::INT4, |_| {});
    add_function(schema, "vague_too", &[oid::INT4_ARRAY], oid::TEXT, |made| made.variadic = oid::INT4);
    add_function(schema, "vague_too", &[oid::INT4, oid::INT4_ARRAY], oid::TEXT, |made| made.variadic = oid::INT4);
    add_function(schema, "optional", &[oid::INT4, oid::ANYELEMENT, oid::INT4], oid::ANYELEMENT, |made| {
        with_defaults(made, &["a", "b", "c"], 2);
    });
    add_function(schema, "act", &[oid::INT4, oid::TEXT], oid::RECORD, |made| {
        made.kind = FunctionKind::Procedure;
        made.parameters = Arc::from([parameter("a", In, oid::INT4), parameter("b", InOut, oid::TEXT)]);
    });
}
