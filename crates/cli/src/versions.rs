//! The trees: from what the command line names, or from the repository's own history.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use rollproof_finding::VersionRole;
use rollproof_load::{LoadError, Repository, Revision, folder_snapshot};
use rollproof_source::Snapshot;

use crate::arguments::InputArguments;

/// One version's tree.
pub(crate) struct Version {
    pub(crate) id: Arc<str>,
    pub(crate) role: VersionRole,
    /// The revision it was read from; none for a folder and the working tree.
    pub(crate) revision: Option<String>,
    pub(crate) tree: Snapshot,
}

/// What a command does where the running version is not named and nothing tells which it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    /// It cannot run.
    Needed,
    /// It goes on with the new version alone.
    Optional,
}

/// The old versions and the new one, the new one last.
pub(crate) fn load(arguments: &InputArguments, running: Running) -> Result<Vec<Version>> {
    let places = Places { start: arguments.repo.clone(), repository: None };
    places.load(arguments, running)
}

/// Where versions are looked for. The repository is opened when one is first needed: folders need none.
struct Places {
    start: Option<PathBuf>,
    repository: Option<Repository>,
}

impl Places {
    fn load(mut self, arguments: &InputArguments, running: Running) -> Result<Vec<Version>> {
        let mut versions = Vec::new();
        if arguments.old.is_empty() {
            match self.default_old() {
                Ok(revision) => versions.push(self.of_revision(&revision, VersionRole::Old, 0)?),
                Err(_) if running == Running::Optional => {}
                Err(error) => return Err(error),
            }
        }
        for (at, name) in arguments.old.iter().enumerate() {
            versions.push(self.named(name, VersionRole::Old, at)?);
        }
        versions.push(match &arguments.new {
            Some(name) => self.named(name, VersionRole::New, 0)?,
            None => self.work_tree()?,
        });
        Ok(versions)
    }

    fn repository(&mut self) -> Result<&Repository> {
        if self.repository.is_none() {
            let start = match &self.start {
                Some(start) => start.clone(),
                None => current_folder()?,
            };
            self.repository = Some(Repository::discover(&start)?);
        }
        self.repository.as_ref().ok_or_else(|| LoadError::NoCommit.into())
    }

    fn default_old(&mut self) -> Result<Revision> {
        let repository = self.repository()?;
        if let Some(tag) = repository.newest_reachable_tag_not_head()? {
            return Ok(tag);
        }
        match repository.merge_base_with_default_branch()? {
            Some(base) => Ok(base),
            None => bail!(
                "no running version is known: HEAD has no tag before it and no default branch to compare with, so name \
                 one with --old REV"
            ),
        }
    }

    /// What `name` means: a revision, or a folder where it is one and no revision.
    fn named(&mut self, name: &str, role: VersionRole, at: usize) -> Result<Version> {
        let folder = Path::new(name);
        let is_path = name.starts_with(['.', '/']);
        if folder.is_dir() && (is_path || !self.is_revision(name)) {
            let tree = folder_snapshot(folder)?;
            return Ok(Version { id: id(role, at), role, revision: None, tree });
        }
        if folder.is_dir() {
            bail!("{name} is both a revision and a folder: write ./{name} for the folder, refs/… for the revision");
        }
        let revision = match self.repository().and_then(|repository| Ok(repository.resolve(name)?)) {
            Ok(revision) => revision,
            Err(error) if is_path => bail!("{name} is no folder ({error})"),
            Err(error) => return Err(error),
        };
        self.of_revision(&revision, role, at)
    }

    fn is_revision(&mut self, name: &str) -> bool {
        self.repository().is_ok_and(|repository| repository.resolve(name).is_ok())
    }

    fn of_revision(&mut self, revision: &Revision, role: VersionRole, at: usize) -> Result<Version> {
        let tree = self.repository()?.snapshot(revision, &[])?;
        Ok(Version { id: id(role, at), role, revision: Some(revision.name.clone()), tree })
    }

    fn work_tree(&mut self) -> Result<Version> {
        let tree = self.repository()?.work_tree_snapshot()?;
        Ok(Version { id: id(VersionRole::New, 0), role: VersionRole::New, revision: None, tree })
    }
}

/// `old`, `old2`, …, `new`.
fn id(role: VersionRole, at: usize) -> Arc<str> {
    match at {
        0 => Arc::from(role.as_str()),
        _ => Arc::from(format!("{}{}", role.as_str(), at + 1)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line decides where the run stands")]
fn current_folder() -> Result<PathBuf> {
    Ok(env::current_dir()?)
}
