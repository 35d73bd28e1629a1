//! `rollproof check`

use std::process::ExitCode;

use anyhow::Result;
use rollproof_report::View;

use crate::arguments::CheckArguments;
use crate::{inputs, output};

/// Checks, prints, and says with the exit status whether all is proven.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode> {
    let loaded = inputs::load(&arguments.input)?;
    let report = rollproof_check::check(&loaded.input());
    output::print(&report, &loaded.sources, View::Check, &arguments.format)?;
    Ok(output::exit_code(&report, arguments.fail_on))
}
