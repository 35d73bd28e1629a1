//! Everything that a run needs, read.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use rollproof_catalog::Schema;
use rollproof_check::{Input, VersionInput};
use rollproof_evolve::read_dump;
use rollproof_extract::{Cache, extract, observed};
use rollproof_source::SourceMap;

use crate::arguments::InputArguments;
use crate::configuration;
use crate::migrations::{self, Migrations};
use crate::settings::Settings;
use crate::versions::{self, Running, Version};

/// Offsets into a file are 32 bits wide.
const LONGEST_LOG: usize = 1 << 30;

/// What was read, to be asked from.
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) sources: SourceMap,
    pub(crate) versions: Vec<Version>,
    pub(crate) migrations: Migrations,
    pub(crate) base: Schema,
    observed: Vec<(Arc<str>, Arc<str>)>,
}

/// Reads versions, configuration and migrations.
pub(crate) fn load(arguments: &InputArguments, running: Running) -> Result<Loaded> {
    let (versions, settings) = trees(arguments, running)?;
    let sources = SourceMap::new();
    let found = migrations::find(&versions, &settings);
    let migrations = migrations::load(found, &versions, &settings, &sources, &arguments.pending)?;
    let base = base_schema(arguments, &settings, &versions)?;
    let observed = logs(arguments)?;
    Ok(Loaded { settings, sources, versions, migrations, base, observed })
}

/// The same with the sites of each version, which are looked for while the migrations are read.
pub(crate) fn load_with_sites(arguments: &InputArguments, running: Running) -> Result<(Loaded, Vec<VersionInput>)> {
    let (versions, settings) = trees(arguments, running)?;
    let sources = SourceMap::new();
    let found = migrations::find(&versions, &settings);
    let folders = found.folders();
    let (migrations, sites) = rayon::join(
        || migrations::load(found, &versions, &settings, &sources, &arguments.pending),
        || extractions(&versions, &settings, &folders, &sources),
    );
    let migrations = migrations?;
    let base = base_schema(arguments, &settings, &versions)?;
    let observed = logs(arguments)?;
    Ok((Loaded { settings, sources, versions, migrations, base, observed }, sites))
}

/// Reads versions and configuration, and of the migrations no more than where they are: what `queries` needs.
pub(crate) fn load_trees(arguments: &InputArguments) -> Result<Loaded> {
    let (versions, settings) = trees(arguments, Running::Optional)?;
    let base = Schema::new(settings.builtin);
    let folders = versions.last().map_or_else(Vec::new, |version| migrations::folders(&version.tree, &settings));
    let migrations = Migrations { folders, ..Migrations::default() };
    let observed = logs(arguments)?;
    Ok(Loaded { settings, sources: SourceMap::new(), versions, migrations, base, observed })
}

/// The logs that the command line names: path, text.
fn logs(arguments: &InputArguments) -> Result<Vec<(Arc<str>, Arc<str>)>> {
    let read = |file: &std::path::PathBuf| {
        let text = read_text(file)?;
        if text.len() > LONGEST_LOG {
            bail!("{} is too long: cut it into files of less than 1 GiB", file.display());
        }
        Ok((Arc::from(file.display().to_string()), Arc::from(text)))
    };
    arguments.observed.iter().map(read).collect()
}

fn trees(arguments: &InputArguments, running: Running) -> Result<(Vec<Version>, Settings)> {
    let versions = versions::load(arguments, running)?;
    let Some(new) = versions.last() else { bail!("there is no version to check") };
    let settings = Settings::resolve(arguments, configuration::read(&new.tree)?)?;
    let builtin = settings.builtin;
    rayon::spawn(move || builtin.prepare());
    Ok((versions, settings))
}

/// The sites of each version; a file that two versions share is parsed once. What stands in the folders of migrations is no
/// code of the application.
fn extractions(
    versions: &[Version],
    settings: &Settings,
    migrations: &[String],
    sources: &SourceMap,
) -> Vec<VersionInput> {
    let cache = Cache::new();
    let mut options = settings.extract.clone();
    options.exclude.extend(migrations.iter().filter(|folder| !folder.is_empty()).cloned());
    versions
        .par_iter()
        .map(|version| VersionInput {
            id: version.id.clone(),
            role: version.role,
            revision: version.revision.clone(),
            extraction: extract(&version.tree, sources, &options, &cache),
        })
        .collect()
}

impl Loaded {
    /// The sites of each version.
    pub(crate) fn sites(&self) -> Vec<VersionInput> {
        extractions(&self.versions, &self.settings, &self.migrations.folders, &self.sources)
    }

    /// The question for `check`.
    pub(crate) fn input(&self, sites: Vec<VersionInput>) -> Input<'_> {
        let mut input = self.input_without_sites();
        input.versions = sites;
        if let Some(running) = input.versions.first_mut() {
            let observed = self.observed.iter().flat_map(|(path, text)| observed(path, text, &self.sources));
            running.extraction.sites.extend(observed);
        }
        input
    }

    /// The same without looking into the sources.
    pub(crate) fn input_without_sites(&self) -> Input<'_> {
        let mut session = self.settings.session.clone();
        if let Some(path) = &self.base.database_search_path {
            session.search_path = path.clone();
        }
        Input {
            sources: &self.sources,
            versions: Vec::new(),
            base: self.base.clone(),
            bookkeeping: &self.migrations.bookkeeping,
            applied: &self.migrations.applied,
            pending: &self.migrations.pending,
            session,
            migration_session: self.settings.migration_session.clone(),
            deploy: self.settings.deploy,
            levels: self.settings.levels.clone(),
            elsewhere: self.migrations.elsewhere.clone(),
            notices: self.migrations.notices.clone(),
            problems: self.migrations.problems.clone(),
        }
    }
}

/// The schema before the first migration: empty, or what a dump makes.
fn base_schema(arguments: &InputArguments, settings: &Settings, versions: &[Version]) -> Result<Schema> {
    let empty = Schema::with_provisions(settings.builtin, &settings.provisions);
    let text = match (&arguments.schema, &settings.schema_in_tree) {
        (Some(file), _) => read_text(file)?,
        (None, Some(path)) => {
            let found = versions.last().and_then(|version| version.tree.read(path));
            match found {
                Some(Ok(bytes)) => String::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))?,
                _ => bail!("[database] schema names {path}, which the tree does not have"),
            }
        }
        (None, None) => return Ok(empty),
    };
    Ok(read_dump(empty, &text))
}

/// A file that the command line names.
#[expect(clippy::disallowed_methods, reason = "the command line names files outside of the trees")]
pub(crate) fn read_text(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", file.display()))
}
