//! `rollproof explain`

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::arguments::ExplainArguments;
use crate::output;

/// Prints a rule's page, or the names of all rules.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<ExitCode> {
    let Some(name) = &arguments.rule else {
        let names: Vec<String> = rollproof_check::rules::names().map(|rule| format!("{}\n", rule.0)).collect();
        output::write(&names.concat())?;
        return Ok(ExitCode::SUCCESS);
    };
    match rollproof_check::rules::find(name) {
        Some(rule) => output::write(rule.page)?,
        None => bail!("{name} is no rule: `rollproof explain` without a name lists them"),
    }
    Ok(ExitCode::SUCCESS)
}
