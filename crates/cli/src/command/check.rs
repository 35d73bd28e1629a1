//! `rollproof check`

use std::process::ExitCode;

use anyhow::{Result, bail};
use rollproof_finding::Threshold;
use rollproof_report::View;

use crate::arguments::CheckArguments;
use crate::versions::Running;
use crate::{inputs, output};

/// Checks, prints, and says with the exit status whether all is proven.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode> {
    let (loaded, sites) = inputs::load_with_sites(&arguments.input, Running::Needed)?;
    let input = loaded.input(sites);
    let report = rollproof_check::check(&input);
    let threshold = Threshold::from(arguments.fail_on);
    output::print(&report, &loaded.sources, View::Check(threshold), &arguments.format)?;
    if input.versions.iter().all(|version| version.extraction.sites.is_empty()) {
        // A tree whose code is not read would else pass for one that is proven.
        bail!(
            "nothing was proven: no code that sends SQL was found in TypeScript, JavaScript or Rust, and no SQL file of queries (name its folder with --source)"
        );
    }
    let code = output::exit_code(&report, threshold);
    output::leave((input, report));
    output::leave(loaded);
    Ok(code)
}
