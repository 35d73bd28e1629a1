//! What an extension brings, as its data file says (`data/extensions/README.md` describes the lines).

use super::Builtin;
use super::record::Fields;
use super::registry::EXTENSIONS;

/// The objects of an extension in one version of PostgreSQL, to be made by [`crate::Schema::install_extension`].
#[derive(Debug, Clone)]
pub struct ExtensionContents {
    /// The schema that its control file fixes, if any.
    pub schema: Option<&'static str>,
    /// The extensions that must be there first.
    pub requires: Vec<&'static str>,
    /// Whether all that it brings is here; if not, names that are not found may be its own.
    pub complete: bool,
    /// The other lines: kind, fields.
    pub(crate) lines: Vec<(&'static str, &'static str)>,
}

impl ExtensionContents {
    /// The lines of one kind: their fields between tabs.
    pub(crate) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'static str> + '_ {
        self.lines.iter().filter(move |line| line.0 == kind).map(|line| line.1)
    }
}

impl Builtin {
    /// What an extension brings on this version; none where no data is held for it.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<ExtensionContents> {
        let found = EXTENSIONS.binary_search_by(|entry| entry.0.cmp(name)).ok()?;
        let mut lines = EXTENSIONS[found].1.lines().filter_map(|line| {
            let (head, fields) = line.split_once('\t')?;
            let (kind, versions) = head.split_once('@').map_or((head, None), |(kind, text)| (kind, Some(text)));
            versions.is_none_or(|text| holds(text, self.version)).then_some((kind, fields))
        });
        let ("extension", head) = lines.next()? else { return None };
        let mut head = Fields::new(head);
        let (schema, requires) = (head.text(), head.text());
        Some(ExtensionContents {
            schema: (schema != ".").then_some(schema),
            requires: requires.split(' ').filter(|name| !name.is_empty()).collect(),
            complete: head.text() != "partial",
            lines: lines.collect(),
        })
    }
}

/// Whether `14-16,18-` holds a version.
fn holds(ranges: &str, version: u32) -> bool {
    ranges.split(',').any(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        from.parse::<u32>().is_ok_and(|from| from <= version)
            && (to.is_empty() || to.parse::<u32>().is_ok_and(|to| version <= to))
    })
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn ranges_of_versions() {
        for (ranges, held) in
            [("14-16", [true, true, false]), ("14-14,18-", [true, false, true]), ("16", [false, true, false])]
        {
            assert_eq!([holds(ranges, 14), holds(ranges, 16), holds(ranges, 18)], held, "{ranges}");
        }
        assert!(holds("18-", 30));
    }
}
