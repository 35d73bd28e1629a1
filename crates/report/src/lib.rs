//! A report in each output format. One file a format; [`FORMATS`] is the registry.

pub mod human;
pub mod json;
pub mod sql;
mod totals;

use rollproof_finding::{Report, Threshold};
use rollproof_source::SourceMap;

/// How to print for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// What a report is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// `check`: verdicts and findings; those that reach the threshold fail the run.
    Check(Threshold),
    /// `queries`: the sites and their texts.
    Queries,
}

/// An output format.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Prints a report; `sources` holds the text of every file that the report names.
    pub render: fn(&Report, &SourceMap, View, Style) -> String,
}

/// Every output format.
pub const FORMATS: &[Format] =
    &[Format { name: "human", render: human::render }, Format { name: "json", render: json::v1::render }];

/// The format of this name.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
