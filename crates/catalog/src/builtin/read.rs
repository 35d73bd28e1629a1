//! The data files to objects. `cargo xtask catalog-data` writes them; `crates/xtask/src/catalog_data/builtin.sql` is what
//! each line's fields are.

use std::sync::Arc;

use super::record::{Fields, Signature, parse_acl, parse_oid, parse_oids, read_signature};
use super::table::Head;
use super::{Builtin, BuiltinTable};
use crate::{
    Aggregate, AggregateKind, Cast, CastContext, CastMethod, Collation, Column, Constraint, ConstraintKind, Extension,
    Function, FunctionKind, Language, Namespace, Oid, Operator, OperatorClass, OperatorFamily, Provision, Relation,
    RelationKind, Role, Schema, Type, TypeKind, TypeRef,
};

/// The lines that a version has; `head` reads what an object is found by from a line's first fields, `read` all of it.
fn table<T>(
    builtin: &'static Builtin,
    data: &'static str,
    head: fn(&mut Fields<'static>) -> Head,
    read: fn(&'static Builtin, &mut Fields<'static>) -> T,
) -> BuiltinTable<T> {
    let bit = 1 << (builtin.version - Builtin::OLDEST);
    let lines = data.split('\n').filter_map(|line| {
        let versions = u8::from_str_radix(line.get(..2)?, 16).ok()?;
        let fields = line.get(3..)?;
        (versions & bit != 0).then(|| (head(&mut Fields::new(fields)), fields))
    });
    BuiltinTable::new(builtin, lines, read)
}

/// Identity, namespace, name.
fn in_schema(fields: &mut Fields<'static>) -> Head {
    Head { oid: fields.oid(), namespace: fields.oid(), name: fields.text() }
}

/// Identity and name of what is in `pg_catalog`.
fn in_catalog(fields: &mut Fields<'static>) -> Head {
    Head { oid: fields.oid(), namespace: Schema::PG_CATALOG, name: fields.text() }
}

/// Identity and name of what is in no schema.
fn in_none(fields: &mut Fields<'static>) -> Head {
    Head { oid: fields.oid(), namespace: Oid::NONE, name: fields.text() }
}

/// Casts are found by their source.
fn by_source(fields: &mut Fields<'static>) -> Head {
    Head { oid: fields.oid(), namespace: fields.oid(), name: "" }
}

pub(super) fn namespaces(builtin: &'static Builtin) -> BuiltinTable<Namespace> {
    table(builtin, include_str!("../../data/builtin/namespaces.tsv"), in_none, |_, fields| Namespace {
        oid: fields.oid(),
        name: Arc::from(fields.text()),
        owner: Schema::SUPERUSER,
        acl: parse_acl(fields.text()),
    })
}

pub(super) fn roles(builtin: &'static Builtin) -> BuiltinTable<Role> {
    table(builtin, include_str!("../../data/builtin/roles.tsv"), in_none, |_, fields| {
        let (oid, name, flags) = (fields.oid(), Arc::from(fields.text()), fields.text());
        let superuser = flags.contains('s');
        Role {
            superuser,
            bypass_row_security: flags.contains('b'),
            inherit: flags.contains('i'),
            create_role: superuser,
            create_database: superuser,
            replication: superuser,
            member_of: parse_oids(fields.text()).map(crate::Membership::of).collect(),
            ..Role::new(oid, name)
        }
    })
}

/// What `template1` has installed.
pub(super) fn extensions(builtin: &'static Builtin) -> BuiltinTable<Extension> {
    table(builtin, "1f\t9999\tplpgsql", in_none, |_, fields| Extension {
        oid: fields.oid(),
        name: Arc::from(fields.text()),
        namespace: Schema::PG_CATALOG,
        modelled: true,
    })
}

pub(super) fn types(builtin: &'static Builtin) -> BuiltinTable<Type> {
    table(builtin, include_str!("../../data/builtin/types.tsv"), in_schema, |_, fields| {
        let (oid, namespace, name) = (fields.oid(), fields.oid(), Arc::from(fields.text()));
        let (kind, category, flags) = (fields.text(), fields.text(), fields.text());
        let (element, array, length, collation) = (fields.oid(), fields.oid(), fields.number(), fields.oid());
        Type {
            oid,
            namespace,
            name,
            kind: type_kind(kind, fields.text()),
            category: category.bytes().next().unwrap_or(b'U'),
            preferred: flags.contains('p'),
            element,
            is_array: flags.contains('a'),
            array,
            length,
            subscriptable: flags.contains('s'),
            collation,
            takes_modifier: flags.contains('m'),
            owner: Schema::SUPERUSER,
            acl: None,
        }
    })
}

fn type_kind(kind: &str, extra: &str) -> TypeKind {
    let mut parts = extra.split(' ');
    let mut next = || parts.next().unwrap_or_default();
    match kind {
        "c" => TypeKind::Composite(parse_oid(next())),
        "d" => {
            let base = TypeRef { oid: parse_oid(next()), modifier: next().parse().unwrap_or(-1) };
            TypeKind::Domain { base, not_null: next() == "!", default: None, checks: Vec::new() }
        }
        "p" => TypeKind::Pseudo,
        "r" => TypeKind::Range { subtype: parse_oid(next()), multirange: parse_oid(next()) },
        "m" => TypeKind::Multirange(parse_oid(next())),
        _ => TypeKind::Base,
    }
}

pub(super) fn functions(builtin: &'static Builtin) -> BuiltinTable<Function> {
    table(builtin, include_str!("../../data/builtin/functions.tsv"), in_schema, |_, fields| {
        let (oid, namespace, name) = (fields.oid(), fields.oid(), Arc::from(fields.text()));
        let written = [fields.text(), fields.text(), fields.text(), fields.text(), fields.text()];
        let (parameters, inputs): Signature = read_signature(written);
        let (variadic, returns, flags) = (fields.oid(), fields.oid(), fields.text());
        Function {
            oid,
            namespace,
            name,
            kind: function_kind(flags),
            parameters,
            inputs,
            default_count: written[4].parse().unwrap_or(0),
            variadic,
            returns,
            returns_set: flags.contains('*'),
            strict: flags.contains('!'),
            volatility: flags.bytes().rfind(|letter| b"isv".contains(letter)).unwrap_or(b'v'),
            security_definer: flags.contains('d'),
            language: if flags.ends_with('q') { Language::Sql } else { Language::Internal },
            body: None,
            settings: Vec::new(),
            aggregate: aggregate(fields.text()),
            owner: Schema::SUPERUSER,
            acl: parse_acl(fields.text()),
        }
    })
}

/// The kind is the first letter of a routine's flags.
pub(crate) fn function_kind(flags: &str) -> FunctionKind {
    match flags.as_bytes().first() {
        Some(b'p') => FunctionKind::Procedure,
        Some(b'a') => FunctionKind::Aggregate,
        Some(b'w') => FunctionKind::Window,
        _ => FunctionKind::Function,
    }
}

/// `aggkind` and `aggnumdirectargs`, as `o1`.
pub(crate) fn aggregate(text: &str) -> Option<Aggregate> {
    let kind = match text.as_bytes().first()? {
        b'o' => AggregateKind::OrderedSet,
        b'h' => AggregateKind::HypotheticalSet,
        _ => AggregateKind::Normal,
    };
    Some(Aggregate { kind, direct_arguments: text[1..].parse().unwrap_or(0) })
}

pub(super) fn operators(builtin: &'static Builtin) -> BuiltinTable<Operator> {
    table(builtin, include_str!("../../data/builtin/operators.tsv"), in_catalog, |_, fields| Operator {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: Arc::from(fields.text()),
        left: fields.oid(),
        right: fields.oid(),
        result: fields.oid(),
        function: fields.oid(),
        commutator: fields.oid(),
    })
}

pub(super) fn casts(builtin: &'static Builtin) -> BuiltinTable<Cast> {
    table(builtin, include_str!("../../data/builtin/casts.tsv"), by_source, |_, fields| Cast {
        oid: fields.oid(),
        source: fields.oid(),
        target: fields.oid(),
        function: fields.oid(),
        context: cast_context(fields.text()),
        method: cast_method(fields.text()),
    })
}

/// `castcontext`
pub(crate) fn cast_context(letter: &str) -> CastContext {
    match letter {
        "i" => CastContext::Implicit,
        "a" => CastContext::Assignment,
        _ => CastContext::Explicit,
    }
}

/// `castmethod`
pub(crate) fn cast_method(letter: &str) -> CastMethod {
    match letter {
        "b" => CastMethod::Binary,
        "i" => CastMethod::InOut,
        _ => CastMethod::Function,
    }
}

pub(super) fn operator_classes(builtin: &'static Builtin) -> BuiltinTable<OperatorClass> {
    table(builtin, include_str!("../../data/builtin/operator_classes.tsv"), in_catalog, |_, fields| OperatorClass {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: Arc::from(fields.text()),
        method: Arc::from(fields.text()),
        input: fields.oid(),
        is_default: fields.text() == "d",
        family: fields.oid(),
    })
}

pub(super) fn operator_families(builtin: &'static Builtin) -> BuiltinTable<OperatorFamily> {
    table(builtin, include_str!("../../data/builtin/operator_families.tsv"), in_catalog, |_, fields| OperatorFamily {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: Arc::from(fields.text()),
        method: Arc::from(fields.text()),
        members: Vec::new(),
    })
}

pub(super) fn collations(builtin: &'static Builtin) -> BuiltinTable<Collation> {
    table(builtin, include_str!("../../data/builtin/collations.tsv"), in_catalog, |_, fields| {
        let (oid, name) = (fields.oid(), fields.text());
        Collation {
            oid,
            namespace: Schema::PG_CATALOG,
            name: Arc::from(name),
            deterministic: fields.text() == "d",
            definition: None,
            needs: Provision::of_collation(name),
        }
    })
}

pub(super) fn relations(builtin: &'static Builtin) -> BuiltinTable<Relation> {
    table(builtin, include_str!("../../data/builtin/relations.tsv"), in_schema, |builtin, fields| {
        let (oid, namespace, name) = (fields.oid(), fields.oid(), Arc::from(fields.text()));
        let kind = if fields.text() == "v" { RelationKind::View } else { RelationKind::Table };
        let (row_type, acl, constraints) = (fields.oid(), parse_acl(fields.text()), fields.text());
        let columns = fields.text().split(' ').zip(1..);
        Relation {
            kind,
            row_type,
            acl,
            columns: columns.map(|(text, number)| Arc::new(column(builtin, text, number))).collect(),
            constraints: constraints.split(' ').filter_map(constraint).map(Arc::new).collect(),
            ..Relation::new(oid, namespace, name)
        }
    })
}

/// `name:type:modifier!+acl~collation`, all after the type where it is needed.
fn column(builtin: &'static Builtin, text: &str, number: i16) -> Column {
    let (text, collation) = text.split_once('~').map_or((text, None), |(text, collation)| (text, Some(collation)));
    let (text, acl) = text.split_once('+').unwrap_or((text, ""));
    let not_null = text.ends_with('!');
    let mut parts = text.trim_end_matches('!').split(':');
    let name = Arc::from(parts.next().unwrap_or_default());
    let type_oid = parse_oid(parts.next().unwrap_or_default());
    let modifier = parts.next().and_then(|modifier| modifier.parse().ok()).unwrap_or(-1);
    let collation =
        collation.map_or_else(|| builtin.types().get(type_oid).map_or(Oid::NONE, |of| of.collation), parse_oid);
    Column {
        collation,
        not_null,
        acl: parse_acl(acl),
        ..Column::new(number, name, TypeRef { oid: type_oid, modifier })
    }
}

/// `name:type:columns`. Its index is not kept.
fn constraint(text: &str) -> Option<Constraint> {
    let mut parts = text.split(':');
    let name = Arc::from(parts.next().filter(|name| !name.is_empty())?);
    let kind = if parts.next() == Some("p") { ConstraintKind::PrimaryKey } else { ConstraintKind::Unique };
    let columns = parts.next()?.split(',').filter_map(|number| number.parse().ok()).collect();
    Some(Constraint::new(Oid::NONE, name, kind, columns))
}
