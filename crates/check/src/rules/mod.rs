//! The rules, in the order in which they are asked: where two hold with the same verdict, the earlier one names it.

use rollproof_finding::RuleId;

use crate::rule::Rule;

macro_rules! registry {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        /// Every rule.
        pub const RULES: &[&Rule] = &[$(&$module::RULE),*];
    };
}

registry![
    missing_table,
    missing_column,
    missing_function,
    missing_type,
    missing_constraint,
    missing_conflict_target,
    ambiguous_column,
    ambiguous_function,
    ungrouped_column,
    column_count,
    unknown_enum_value,
    generated_column_written,
    read_only_relation,
    type_mismatch,
    refused,
    required_column_omitted,
    null_in_required_column,
    check_violated,
    no_partition,
    value_too_long,
    permission_lost,
    broken_routine,
    captured_by_outer_query,
    rebound_column,
    overload_retargeted,
    join_widened,
    positional_shift,
    whole_row_changed,
    shape_changed,
    type_changed,
    rows_filtered,
    write_rewritten,
    write_restricted,
    dynamic_sql,
    unmodelled_migration,
    unmodelled_sql,
];

/// Rules that no state of a query raises by itself: `check` raises them where they arise.
pub mod raised;
mod shared;

/// The rule of this name, raised ones included.
#[must_use]
pub fn find(name: &str) -> Option<RulePage> {
    let judged = RULES.iter().map(|rule| RulePage { id: rule.id, page: rule.page });
    judged.chain(raised::PAGES.iter().copied()).find(|page| page.id.0 == name)
}

/// The names of all rules, in the order of the registry.
pub fn names() -> impl Iterator<Item = RuleId> {
    RULES.iter().map(|rule| rule.id).chain(raised::PAGES.iter().map(|page| page.id))
}

/// A rule's name and its page.
#[derive(Debug, Clone, Copy)]
pub struct RulePage {
    /// Its name.
    pub id: RuleId,
    /// Its page.
    pub page: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RULES, find, names, raised};

    /// The names of the files of this folder that end so, as rules are called.
    #[expect(clippy::disallowed_methods, reason = "the test walks its own folder")]
    fn files(end: &str) -> BTreeSet<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.filter_map(|name| Some(name.to_str()?.strip_suffix(end)?.replace('_', "-")));
        names.filter(|name| !matches!(&**name, "mod" | "raised" | "shared")).collect()
    }

    #[test]
    fn nothing_is_unregistered() {
        let all: BTreeSet<String> = names().map(|name| name.0.to_owned()).collect();
        assert_eq!(files(".md"), all, "every page belongs to a rule, and every rule has one");
        let judged: BTreeSet<String> = RULES.iter().map(|rule| rule.id.0.to_owned()).collect();
        assert_eq!(files(".rs"), judged, "every file of a rule is in the registry");
        assert_eq!(all.len(), RULES.len() + raised::PAGES.len(), "no name is given twice");
    }

    #[test]
    fn every_page_says_what_a_page_has_to_say() {
        for name in names() {
            let page = find(name.0).unwrap().page;
            assert!(page.starts_with(&format!("# {}\n", name.0)), "{}: its title", name.0);
            for part in ["\n## Example\n", "\n## Rolling it out safely\n"] {
                assert!(page.contains(part), "{}: no {part}", name.0);
            }
        }
    }
}
