//! The data files to objects. `cargo xtask catalog-data` writes them; `crates/xtask/src/catalog_data/builtin.sql` is what
//! each line's fields are.

use std::sync::Arc;

use super::record::{Fields, Pool, Signature, parse_acl, parse_oid, parse_oids};
use super::{Builtin, BuiltinTable};
use crate::table::CatalogObject;
use crate::{
    Aggregate, AggregateKind, Cast, CastContext, CastMethod, Collation, Column, Constraint, ConstraintKind, Extension,
    Function, FunctionKind, Language, Namespace, Oid, Operator, OperatorClass, OperatorFamily, Relation, RelationKind,
    Role, Schema, Type, TypeKind, TypeRef,
};

/// The lines that a version has.
fn table<T: CatalogObject>(
    builtin: &Builtin,
    data: &'static str,
    mut read: impl FnMut(&mut Fields<'static>) -> T,
) -> BuiltinTable<T> {
    let bit = 1 << (builtin.version - Builtin::OLDEST);
    let lines = data.split('\n').filter_map(|line| {
        let versions = u8::from_str_radix(line.get(..2)?, 16).ok()?;
        (versions & bit != 0).then(|| Fields::new(&line[3..]))
    });
    // No catalog's lines are shorter on average: the objects are never moved.
    let mut objects = Vec::with_capacity(data.len() / 24);
    objects.extend(lines.map(|mut fields| read(&mut fields)));
    BuiltinTable::new(objects)
}

pub(super) fn namespaces(builtin: &Builtin) -> BuiltinTable<Namespace> {
    table(builtin, include_str!("../../data/builtin/namespaces.tsv"), |fields| Namespace {
        oid: fields.oid(),
        name: Arc::from(fields.text()),
        owner: Schema::SUPERUSER,
        acl: parse_acl(fields.text()),
    })
}

pub(super) fn roles(builtin: &Builtin) -> BuiltinTable<Role> {
    table(builtin, include_str!("../../data/builtin/roles.tsv"), |fields| {
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
pub(super) fn extensions(_: &Builtin) -> BuiltinTable<Extension> {
    let name = Arc::from("plpgsql");
    BuiltinTable::new(vec![Extension { oid: Oid(9999), name, namespace: Schema::PG_CATALOG, modelled: true }])
}

pub(super) fn types(builtin: &Builtin) -> BuiltinTable<Type> {
    table(builtin, include_str!("../../data/builtin/types.tsv"), |fields| {
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

pub(super) fn functions(builtin: &Builtin) -> BuiltinTable<Function> {
    let mut pool = Pool::large();
    table(builtin, include_str!("../../data/builtin/functions.tsv"), |fields| {
        let (oid, namespace, name) = (fields.oid(), fields.oid(), pool.share(fields.text()));
        let written = [fields.text(), fields.text(), fields.text(), fields.text(), fields.text()];
        let (parameters, inputs): Signature = pool.signature(written);
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

pub(super) fn operators(builtin: &Builtin) -> BuiltinTable<Operator> {
    let mut pool = Pool::default();
    table(builtin, include_str!("../../data/builtin/operators.tsv"), |fields| Operator {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: pool.share(fields.text()),
        left: fields.oid(),
        right: fields.oid(),
        result: fields.oid(),
        function: fields.oid(),
        commutator: fields.oid(),
    })
}

pub(super) fn casts(builtin: &Builtin) -> BuiltinTable<Cast> {
    table(builtin, include_str!("../../data/builtin/casts.tsv"), |fields| Cast {
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

pub(super) fn operator_classes(builtin: &Builtin) -> BuiltinTable<OperatorClass> {
    let mut pool = Pool::default();
    table(builtin, include_str!("../../data/builtin/operator_classes.tsv"), |fields| OperatorClass {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: pool.share(fields.text()),
        method: pool.share(fields.text()),
        input: fields.oid(),
        is_default: fields.text() == "d",
        family: fields.oid(),
    })
}

pub(super) fn operator_families(builtin: &Builtin) -> BuiltinTable<OperatorFamily> {
    let mut pool = Pool::default();
    table(builtin, include_str!("../../data/builtin/operator_families.tsv"), |fields| OperatorFamily {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: pool.share(fields.text()),
        method: pool.share(fields.text()),
        members: Vec::new(),
    })
}

pub(super) fn collations(builtin: &Builtin) -> BuiltinTable<Collation> {
    table(builtin, include_str!("../../data/builtin/collations.tsv"), |fields| Collation {
        oid: fields.oid(),
        namespace: Schema::PG_CATALOG,
        name: Arc::from(fields.text()),
        deterministic: fields.text() == "d",
        definition: None,
    })
}

pub(super) fn relations(builtin: &Builtin) -> BuiltinTable<Relation> {
    let mut pool = Pool::default();
    table(builtin, include_str!("../../data/builtin/relations.tsv"), |fields| {
        let (oid, namespace, name) = (fields.oid(), fields.oid(), Arc::from(fields.text()));
        let kind = if fields.text() == "v" { RelationKind::View } else { RelationKind::Table };
        let (row_type, acl, constraints) = (fields.oid(), parse_acl(fields.text()), fields.text());
        let columns = fields.text().split(' ').zip(1..);
        Relation {
            kind,
            row_type,
            acl,
            columns: columns.map(|(text, number)| Arc::new(column(builtin, &mut pool, text, number))).collect(),
            constraints: constraints.split(' ').filter_map(constraint).map(Arc::new).collect(),
            ..Relation::new(oid, namespace, name)
        }
    })
}

/// `name:type:modifier!+acl~collation`, all after the type where it is needed.
fn column(builtin: &Builtin, pool: &mut Pool<'static>, text: &'static str, number: i16) -> Column {
    let (text, collation) = text.split_once('~').map_or((text, None), |(text, collation)| (text, Some(collation)));
    let (text, acl) = text.split_once('+').unwrap_or((text, ""));
    let not_null = text.ends_with('!');
    let mut parts = text.trim_end_matches('!').split(':');
    let name = pool.share(parts.next().unwrap_or_default());
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
