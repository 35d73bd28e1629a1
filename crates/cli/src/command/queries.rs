//! `rollproof queries`

use std::process::ExitCode;

use anyhow::Result;
use rollproof_report::View;

use crate::arguments::QueriesArguments;
use crate::{inputs, output};

/// Prints the ledger.
pub(crate) fn run(arguments: &QueriesArguments) -> Result<ExitCode> {
    let loaded = inputs::load_trees(&arguments.input)?;
    let input = loaded.input(loaded.sites());
    let report = rollproof_check::sites(&input);
    output::print(&report, &loaded.sources, View::Queries, &arguments.format)?;
    output::leave((input, report));
    output::leave(loaded);
    Ok(ExitCode::SUCCESS)
}
