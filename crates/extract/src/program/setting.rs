//! The writes of the wave to fields, by the names of the fields.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Program;
use crate::ir::{ExprId, ExprKind, Facts};

/// A write to a field, or to a part of what it holds: the file, what the field is of, and where it stands.
pub(crate) type Setting = (Arc<Facts>, ExprId, u32);

/// Writes by the field that they set.
pub(super) type Settings = FxHashMap<Arc<str>, Arc<[Setting]>>;

impl Program<'_> {
    /// The writes in other files to fields of this name and to what they hold, those of `this` apart: in the wave, and where
    /// objects are made of what a file exports.
    pub(crate) fn setters_of(&self, made: &Facts, name: &str) -> Vec<Setting> {
        let known = self.settings.get_or_init(|| settings(&self.wave)).get(name);
        let mut found = known.map_or_else(Vec::new, |settings| settings.to_vec());
        let in_wave = |path: &Arc<str>| self.wave.binary_search_by(|facts| facts.path.cmp(path)).is_ok();
        let makers = self.makers_of(made, name).into_iter().filter(|path| !in_wave(path));
        let makers: Vec<Arc<Facts>> = makers.filter_map(|path| self.facts(&path)).collect();
        found.extend(settings(&makers).remove(name).into_iter().flat_map(|settings| settings.to_vec()));
        found.retain(|(writer, ..)| writer.file != made.file);
        found
    }
}

fn settings(wave: &[Arc<Facts>]) -> Settings {
    let mut found: FxHashMap<Arc<str>, Vec<Setting>> = FxHashMap::default();
    for facts in wave {
        for mutation in &facts.mutations {
            let mut add = |field: &Arc<str>, object: ExprId| {
                if !matches!(facts.expr(object).kind, ExprKind::This) {
                    found.entry(field.clone()).or_default().push((facts.clone(), object, mutation.at));
                }
            };
            if let Some(field) = &mutation.field {
                add(field, mutation.object);
            }
            let mut next = mutation.object;
            while let ExprKind::Member { object, property } = &facts.expr(next).kind {
                add(property, *object);
                next = *object;
            }
        }
    }
    found.into_iter().map(|(name, settings)| (name, settings.into())).collect()
}
