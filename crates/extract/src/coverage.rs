//! Which places in source the sites account for: what is in none of their texts and in none of their calls is a text of its
//! own, whoever else looked at it.

use rollproof_source::{FileId, TextRange};
use rollproof_sql::Origin;
use rustc_hash::FxHashMap;

use crate::{Site, SiteKind};

/// The places that sites account for, by file.
#[derive(Default)]
pub(crate) struct Coverage {
    /// Ranges by their start, each with the highest end of those before it and itself.
    files: FxHashMap<FileId, Vec<(u32, u32)>>,
}

impl Coverage {
    pub(crate) fn of<'s>(sites: impl Iterator<Item = &'s Site>) -> Self {
        let mut coverage = Self::default();
        for site in sites {
            if site.kind != SiteKind::Forwarder {
                coverage.add(site.file, site.span.range);
            }
            for segment in site.queries.iter().flat_map(|query| &query.text.segments) {
                if let Origin::Verbatim(span) | Origin::Derived(span) = &segment.origin {
                    coverage.add(span.file, span.range);
                }
            }
        }
        for ranges in coverage.files.values_mut() {
            ranges.sort_unstable();
            let mut highest = 0;
            for (_, end) in ranges.iter_mut() {
                highest = highest.max(*end);
                *end = highest;
            }
        }
        coverage
    }

    fn add(&mut self, file: FileId, range: TextRange) {
        self.files.entry(file).or_default().push((range.start, range.end));
    }

    /// Whether some site accounts for a part of the range.
    pub(crate) fn touches(&self, file: FileId, range: TextRange) -> bool {
        let Some(ranges) = self.files.get(&file) else { return false };
        let before = ranges.partition_point(|(start, _)| *start < range.end);
        before > 0 && ranges[before - 1].1 > range.start
    }
}
