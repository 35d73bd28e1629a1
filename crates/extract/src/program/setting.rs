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
    /// The writes to fields of this name, those of `this` apart.
    pub(crate) fn setters_of(&self, name: &str) -> Arc<[Setting]> {
        let settings = self.settings.get_or_init(|| settings(&self.wave));
        settings.get(name).cloned().unwrap_or_default()
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
