//! `rollproof trace`

use std::process::ExitCode;

use anyhow::Result;
use rollproof_catalog::Schema;
use rollproof_report::{human, json};

use crate::arguments::TraceArguments;
use crate::{inputs, output, settings};

/// Walks the scripts and prints what each statement does. Always ends well: a refused statement is an answer.
pub(crate) fn run(arguments: &TraceArguments) -> Result<ExitCode> {
    let mut scripts = Vec::new();
    for file in &arguments.files {
        scripts.push((file.display().to_string(), inputs::read_text(file)?));
    }
    let provisions = settings::provisions(arguments.provides.as_deref());
    let schema = Schema::with_provisions(settings::builtin(arguments.server)?, &provisions);
    let records = rollproof_check::trace::trace(schema, &scripts);
    let text = match arguments.format.as_str() {
        "json" => json::trace::render(&records),
        _ => human::trace::render(&records, output::style()),
    };
    output::write(&text)?;
    output::leave(records);
    Ok(ExitCode::SUCCESS)
}
