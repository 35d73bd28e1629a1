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
    value_too_long,
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
