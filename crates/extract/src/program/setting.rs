//! The writes of the wave to fields, by the names of the fields.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Program;
use crate::ir::{ExprKind, Facts};

/// A file, and the index of one of its mutations.
pub(crate) type Setting = (Arc<Facts>, usize);

/// Writes by the field that they set.
pub(super) type Settings = FxHashMap<Arc<str>, Arc<[Setting]>>;

impl Program<'_> {
    /// The writes in other files to fields of this name, those of `this` apart: in the wave, and where objects are made of what
    /// a file exports.
    pub(crate) fn setters_of(&self, made: &Facts, name: &str) -> Vec<Setting> {
        let known = self.settings.get_or_init(|| settings(&self.wave)).get(name);
        let mut found = known.map_or_else(Vec::new, |settings| settings.to_vec());
        let in_wave = |path: &Arc<str>| self.wave.binary_search_by(|facts| facts.path.cmp(path)).is_ok();
        let makers = self.makers_of(made, name).into_iter().filter(|path| !in_wave(path));
        let makers: Vec<Arc<Facts>> = makers.filter_map(|path| self.facts(&path)).collect();
        found.extend(settings(&makers).remove(name).into_iter().flat_map(|settings| settings.to_vec()));
        found.retain(|(writer, _)| writer.file != made.file);
        found
    }
}

fn settings(wave: &[Arc<Facts>]) -> Settings {
    let mut found: FxHashMap<Arc<str>, Vec<Setting>> = FxHashMap::default();
    for facts in wave {
        for (at, mutation) in facts.mutations.iter().enumerate() {
            if let Some(field) = mutation.field.as_ref()
                && !matches!(facts.expr(mutation.object).kind, ExprKind::This)
            {
                found.entry(field.clone()).or_default().push((facts.clone(), at));
            }
        }
    }
    found.into_iter().map(|(name, settings)| (name, settings.into())).collect()
}
