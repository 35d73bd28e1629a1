//! Facts of fresh servers of each version.

use rollproof_sql::ast::ParameterMode;

use super::Builtin;
use crate::{CastContext, ConstraintKind, FunctionKind, Oid, Schema, TypeKind, oid};

/// From `select count(*)` on each server: types, routines, operators, casts, operator classes and families, tables and
/// views, their columns, roles. Types and relations of `pg_catalog` and `information_schema`.
const COUNTS: [(u32, [usize; 9]); 5] = [
    (14, [601, 3202, 804, 230, 177, 146, 203, 1963, 12]),
    (15, [611, 3244, 799, 229, 177, 146, 208, 2005, 13]),
    (16, [613, 3297, 799, 229, 177, 146, 209, 2055, 15]),
    (17, [617, 3330, 799, 229, 177, 146, 211, 2073, 16]),
    (18, [621, 3413, 799, 235, 177, 146, 213, 2119, 17]),
];

fn builtin(version: u32) -> &'static Builtin {
    Builtin::of_version(version).expect("a version with data")
}

#[test]
fn every_version_has_what_its_server_has() {
    for (version, counts) in COUNTS {
        let builtin = builtin(version);
        let columns = builtin.relations().iter().map(|relation| relation.columns.len()).sum();
        let found = [
            builtin.types().len(),
            builtin.functions().len(),
            builtin.operators().len(),
            builtin.casts().len(),
            builtin.operator_classes().len(),
            builtin.operator_families().len(),
            builtin.relations().len(),
            columns,
            builtin.roles().len(),
        ];
        assert_eq!(found, counts, "PostgreSQL {version}");
    }
    assert!(Builtin::of_version(13).is_none() && Builtin::of_version(19).is_none());
}

#[test]
fn references_lead_to_objects() {
    for (version, _) in COUNTS {
        let builtin = builtin(version);
        let has_type = |oid: Oid| oid.is_none() || builtin.types().get(oid).is_some();
        for function in builtin.functions().iter() {
            let types = function.parameters.iter().map(|parameter| parameter.data_type);
            let mut types = types.chain(function.inputs.iter().copied()).chain([function.returns, function.variadic]);
            assert!(types.all(has_type), "{version}: {}", function.name);
        }
        for of in builtin.types().iter() {
            assert!(has_type(of.element) && has_type(of.array), "{version}: {}", of.name);
            if let TypeKind::Composite(relation) = of.kind {
                assert_eq!(builtin.relations().get(relation).map(|relation| relation.row_type), Some(of.oid));
            }
        }
        for operator in builtin.operators().iter() {
            assert!([operator.left, operator.right, operator.result].into_iter().all(has_type));
            assert!(operator.function.is_none() || builtin.functions().get(operator.function).is_some());
            assert!(operator.commutator.is_none() || builtin.operators().get(operator.commutator).is_some());
        }
        for class in builtin.operator_classes().iter() {
            assert!(has_type(class.input) && builtin.operator_families().get(class.family).is_some());
        }
    }
}

#[test]
fn routines_are_read_whole() {
    let builtin = builtin(18);
    let named = |name| builtin.functions().named(Schema::PG_CATALOG, name).collect::<Vec<_>>();
    let [format, format_plain] = named("format")[..] else { panic!("two functions format") };
    assert_eq!((format_plain.oid, format.oid, format.variadic), (Oid(3540), Oid(3539), oid::ANY));
    assert_eq!(format.parameters[1].mode, ParameterMode::Variadic);
    let make_interval = named("make_interval")[0];
    assert_eq!((make_interval.inputs.len(), make_interval.default_count), (7, 7));
    assert_eq!(make_interval.parameters[6].name.as_deref(), Some("secs"));
    assert!(make_interval.parameters.iter().all(|parameter| parameter.has_default));
    let jsonb_each = named("jsonb_each")[0];
    assert!(jsonb_each.returns_set && jsonb_each.strict && jsonb_each.volatility == b'i');
    assert_eq!(jsonb_each.parameters.len(), 3);
    assert_eq!(named("random")[0].volatility, b'v');
    let percentile = named("percentile_cont").into_iter().find(|function| function.kind == FunctionKind::Aggregate);
    assert_eq!(percentile.and_then(|function| function.aggregate).map(|of| of.direct_arguments), Some(1));
    assert!(named("row_number")[0].kind == FunctionKind::Window);
    assert!(
        named("any_value").len() == 1
            && super::tests::builtin(15).functions().named(Oid(11), "any_value").next().is_none()
    );
}

#[test]
fn system_relations_have_their_keys() {
    let named = |name| builtin(18).relations().named(Schema::PG_CATALOG, name).next().expect("a relation");
    let relation = named("pg_class");
    let primary = relation.constraints.iter().find(|each| matches!(each.kind, ConstraintKind::PrimaryKey));
    assert_eq!(primary.map(|constraint| constraint.columns.clone()), Some(vec![1]));
    let name = relation.column("relname").expect("a column");
    assert_eq!((name.data_type.oid, name.collation, name.not_null), (oid::NAME, oid::C_COLLATION, true));
    assert!(relation.column("relacl").is_some_and(|column| !column.not_null));
    let subscription = named("pg_subscription");
    assert!(subscription.column("subname").is_some_and(|column| column.acl.is_some()));
    assert!(subscription.column("subconninfo").is_some_and(|column| column.acl.is_none()));
}

#[test]
fn casts_and_collations_are_found() {
    let schema = Schema::new(builtin(17));
    let context = |source, target| schema.find_cast(source, target).map(|cast| cast.context);
    assert_eq!(context(oid::INT4, oid::INT8), Some(CastContext::Implicit));
    assert_eq!(context(oid::INT8, oid::INT4), Some(CastContext::Assignment));
    assert_eq!(context(oid::INT4, oid::BOOL), Some(CastContext::Explicit));
    assert_eq!(context(oid::TEXT, oid::INT4), None);
    let found = |name| schema.find_collation(None, name).is_some();
    assert!(found("C") && found("und-x-icu") && found("de-DE-x-icu") && found("pg_c_utf8"));
    assert!(!found("nowhere") && !found("en_US.utf8") && !found("pg_unicode_fast"));
}

/// Prints how long the catalogs take to read, the best of some runs; worth reading in a release build only.
#[test]
fn catalogs_load() {
    let runs = (0..10).map(|_| {
        let fresh: &'static Builtin = Box::leak(Box::new(Builtin::new(16)));
        let mut at = std::time::Instant::now();
        let mut lap = |length: usize| {
            assert!(length > 100);
            let taken = at.elapsed();
            at = std::time::Instant::now();
            taken
        };
        [
            lap(fresh.types().iter().count()),
            lap(fresh.functions().iter().count()),
            lap(fresh.operators().iter().count()),
            lap(fresh.casts().iter().count() + fresh.collations().iter().count()),
            lap(fresh.relations().iter().count()),
        ]
    });
    let best = runs.min_by_key(|laps| laps.iter().sum::<std::time::Duration>()).expect("ten runs");
    println!("types, functions, operators, small ones, relations: {best:?}");
    println!("all: {:?}", best.iter().sum::<std::time::Duration>());
}
