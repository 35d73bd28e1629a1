//! Extensions as they are installed and what they bring.

use crate::{Builtin, CastContext, DependencyKind, ExtensionError, ObjectId, Schema, Taint, TypeRef, oid};

fn schema() -> Schema {
    Schema::new(Builtin::newest())
}

#[test]
fn every_extension_installs_on_every_version() {
    let folder = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    let mut names = Vec::new();
    for name in ["contrib", "extensions"] {
        #[allow(clippy::disallowed_methods, reason = "the test looks for data files that are not registered")]
        let entries = std::fs::read_dir(folder(name)).expect("a folder of data");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "tsv"));
        names.extend(files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())));
    }
    assert!(names.len() > 40);
    for name in names {
        let versions = (14..=18).filter_map(Builtin::of_version);
        let holding: Vec<_> = versions.filter(|builtin| builtin.extension(&name).is_some()).collect();
        assert!(!holding.is_empty(), "{name} is in no version, or not registered");
        for builtin in holding {
            let mut schema = Schema::new(builtin);
            let (oid, lost) = schema.install(&name, None, true, 4).expect("it installs");
            assert_eq!(lost, Vec::<String>::new(), "{name} on {}", builtin.version);
            let complete = schema.extension(oid).is_some_and(|extension| extension.modelled);
            assert_eq!(complete, !matches!(&*name, "timescaledb" | "pg_net"));
        }
    }
}

#[test]
fn members_are_found_and_known_as_such() {
    let mut schema = schema();
    let extension = schema.install_extension("hstore", None, false).expect("it installs");
    let hstore = schema.find_type(None, "hstore").expect("its type").clone();
    assert!(hstore.subscriptable && schema.array_of(hstore.oid).is_some());
    assert_eq!(schema.format_type_plain(hstore.array), "hstore[]");
    let member = (ObjectId::Extension(extension), DependencyKind::Extension);
    assert!(schema.dependencies.uses(ObjectId::Type(hstore.oid)).contains(&member));
    let operators = schema.operators_named(None, "->").into_iter().map(|each| each.operator);
    let fetch = operators.filter(|each| each.left == hstore.oid).find(|each| each.right == oid::TEXT);
    let fetch = fetch.expect("hstore -> text");
    assert_eq!(schema.function(fetch.function).map(|function| &*function.name), Some("fetchval"));
    assert_eq!(schema.find_cast(hstore.oid, oid::JSON).map(|cast| cast.context), Some(CastContext::Explicit));
    assert!(schema.default_operator_class("gin", hstore.oid).is_some());
    assert_eq!(schema.install_extension("hstore", None, false), Err(ExtensionError::Exists));
}

#[test]
fn requirements_come_first() {
    let mut schema = schema();
    let missing = Err(ExtensionError::MissingRequirement("cube".into()));
    assert_eq!(schema.install_extension("earthdistance", None, false), missing);
    assert!(schema.extensions.is_empty());
    schema.install_extension("earthdistance", None, true).expect("it installs with what it needs");
    let earth = schema.find_type(None, "earth").expect("its domain").oid;
    assert_eq!(schema.format_type_plain(schema.base_type(TypeRef::plain(earth)).oid), "cube");
    let names: Vec<_> = schema.extensions.iter().map(|extension| extension.name.to_string()).collect();
    assert_eq!(names, ["cube", "earthdistance"]);
}

#[test]
fn an_unknown_extension_is_a_taint() {
    let mut schema = schema();
    schema.install_extension("made_up", None, false).expect("it is recorded");
    assert!(!schema.find_extension("made_up").expect("recorded").modelled);
    assert!(schema.taints.iter().eq([&Taint::Extension("made_up".into())]));
    assert_eq!(schema.unknown_extension().map(|extension| extension.name.to_string()).as_deref(), Some("made_up"));
    schema.session.search_path = [].into();
    assert_eq!(schema.install_extension("hstore", None, false), Err(ExtensionError::NoSchema));
    let plain = schema.install_extension("hstore", Some(Schema::PUBLIC), false);
    assert!(plain.is_ok() && schema.find_type(Some("public"), "hstore").is_some());
}

#[test]
fn relations_and_versions_of_contents() {
    let columns = |version| {
        let mut schema = Schema::new(Builtin::of_version(version).expect("data"));
        schema.install_extension("pg_stat_statements", None, false).expect("it installs");
        schema.find_relation(None, "pg_stat_statements").expect("its view").columns.len()
    };
    assert_eq!((columns(14), columns(15), columns(17)), (33, 43, 49));
    let mut schema = schema();
    schema.install_extension("citext", None, false).expect("it installs");
    let citext = schema.find_type(None, "citext").expect("its type");
    assert_eq!((citext.category, citext.collation), (b'S', oid::DEFAULT_COLLATION));
    let function = schema.functions_named(None, "regexp_match").pop().expect("its function").function;
    assert_eq!(schema.function_signature(function), "regexp_match(citext,citext,text)");
    assert_eq!(function.parameters[2].name.as_deref(), Some("flags"));
}

#[test]
fn extensions_from_elsewhere() {
    let mut schema = schema();
    schema.install_extension("vector", None, false).expect("it installs");
    let vector = schema.find_type(None, "vector").expect("its type").oid;
    assert_eq!(schema.format_type(TypeRef { oid: vector, modifier: 1536 }), "vector(1536)");
    let operators = schema.operators_named(None, "<=>");
    assert!(operators.iter().any(|each| each.operator.left == vector && each.operator.result == oid::FLOAT8));
    assert!(schema.find_operator_class(None, "hnsw", "vector_cosine_ops").is_some());
    assert!(schema.default_operator_class("ivfflat", vector).is_some());
    assert!(schema.has_access_method("hnsw") && schema.has_access_method("gin") && !schema.has_access_method("bloom"));
    assert!(schema.has_language("plpgsql") && !schema.has_language("plv8"));
    schema.install_extension("plv8", None, false).expect("it installs");
    assert!(schema.has_language("plv8"));
    schema.install_extension("postgis", None, false).expect("it installs");
    let geometry = schema.find_type(None, "geometry").expect("its type").oid;
    // Point with SRID 4326: `postgis_typmod_in('{Point,4326}')`.
    assert_eq!(schema.format_type(TypeRef { oid: geometry, modifier: 1_107_460 }), "geometry(Point,4326)");
    assert!(schema.functions_named(None, "st_dwithin").len() >= 3);
    schema.install_extension("pg_cron", None, false).expect("it installs");
    assert!(schema.find_relation(Some("cron"), "job").is_some());
    assert_eq!(schema.functions_named(Some("cron"), "schedule").len(), 2);
    schema.install_extension("pg_net", None, false).expect("it makes its schema");
    assert_eq!(schema.functions_named(Some("net"), "http_post").len(), 1);
    schema.install_extension("pgjwt", None, true).expect("it installs what it needs");
    assert_eq!(schema.functions_named(None, "sign").len(), 3, "those of numbers too");
    assert!(schema.functions_named(None, "st_largestemptycircle").len() == 1);
    schema.install_extension("pgmq", None, false).expect("it makes its schema");
    assert!(schema.find_type(Some("pgmq"), "message_record").is_some());
}
