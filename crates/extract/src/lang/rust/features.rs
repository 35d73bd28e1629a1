//! What the packages of a tree turn on in what they depend on.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// The features of each dependency, by the dependency's name in source.
pub(super) type Features = BTreeMap<String, BTreeSet<String>>;

/// The tables of dependencies that a `Cargo.toml` may have:
/// <https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html>.
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// What a package turns on; `shared` are the dependencies of its workspace, which it may inherit.
pub(super) fn features_of(manifest: &Table, shared: &Shared) -> Features {
    let mut found = Features::default();
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    for part in [manifest].into_iter().chain(targets) {
        for section in SECTIONS {
            add(&mut found, part.get(section), shared);
        }
    }
    // `sqlite = ["sqlx/sqlite", "other?/feature"]`
    let own = manifest.get("features").and_then(Value::as_table);
    for turned_on in own.into_iter().flat_map(Table::values).filter_map(Value::as_array).flatten() {
        if let Some((dependency, feature)) = turned_on.as_str().and_then(|text| text.split_once('/')) {
            let dependency = in_source(dependency.trim_end_matches('?'));
            found.entry(dependency).or_default().insert(feature.to_owned());
        }
    }
    found
}

/// What a workspace lends to its packages: what a dependency is called in source, and its features, by the name that the
/// manifests give it.
pub(super) type Shared = BTreeMap<String, (String, BTreeSet<String>)>;

/// What the workspace of a manifest lends; none where it is no workspace's.
pub(super) fn shared_features(manifest: &Table) -> Option<Shared> {
    let dependencies = manifest.get("workspace")?.get("dependencies").and_then(Value::as_table);
    let lent = dependencies.into_iter().flatten();
    Some(lent.map(|(name, dependency)| (name.clone(), listed(name, dependency))).collect())
}

fn add(found: &mut Features, section: Option<&Value>, shared: &Shared) {
    for (name, dependency) in section.and_then(Value::as_table).into_iter().flatten() {
        let inherits = dependency.get("workspace").and_then(Value::as_bool) == Some(true);
        let (own, features) = listed(name, dependency);
        let (package, lent) = match shared.get(name).filter(|_| inherits) {
            Some((package, lent)) => (package.clone(), lent.clone()),
            None => (own, BTreeSet::new()),
        };
        found.entry(package).or_default().extend(features.into_iter().chain(lent));
    }
}

/// What a dependency is called in source, and the features that stand there.
fn listed(name: &str, dependency: &Value) -> (String, BTreeSet<String>) {
    let package = dependency.get("package").and_then(Value::as_str).unwrap_or(name);
    let features = dependency.get("features").and_then(Value::as_array).into_iter().flatten();
    (in_source(package), features.filter_map(Value::as_str).map(str::to_owned).collect())
}

fn in_source(package: &str) -> String {
    package.replace('-', "_")
}
