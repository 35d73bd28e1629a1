//! The ledger's totals by file.

use std::collections::BTreeMap;

use rollproof_finding::Report;

/// How many sites a file has, and why some are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileTotal<'a> {
    pub(crate) version: &'a str,
    pub(crate) file: &'a str,
    pub(crate) sites: usize,
    /// Of the sites that are not known, by reason.
    pub(crate) reasons: BTreeMap<&'a str, usize>,
}

/// One a version and file that has sites, in the order of the sites.
pub(crate) fn file_totals(report: &Report) -> Vec<FileTotal<'_>> {
    let mut totals: Vec<FileTotal<'_>> = Vec::new();
    for site in &report.sites {
        let same = totals.last_mut().filter(|last| *last.version == *site.version && *last.file == *site.file);
        let total = match same {
            Some(total) => total,
            None => {
                let (version, file) = (&*site.version, &*site.file);
                totals.push(FileTotal { version, file, sites: 0, reasons: BTreeMap::new() });
                let last = totals.len() - 1;
                &mut totals[last]
            }
        };
        total.sites += 1;
        if let Some(unknown) = &site.unknown {
            *total.reasons.entry(&unknown.reason).or_default() += 1;
        }
    }
    totals
}
