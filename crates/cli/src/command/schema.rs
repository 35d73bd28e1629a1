//! `rollproof schema`

use std::process::ExitCode;

use anyhow::{Result, bail};
use rollproof_catalog::Expressions;

use crate::arguments::SchemaArguments;
use crate::versions::Running;
use crate::{inputs, output};

/// Prints the schema at a state.
pub(crate) fn run(arguments: &SchemaArguments) -> Result<ExitCode> {
    let loaded = inputs::load(&arguments.input, Running::Optional)?;
    let schema = match rollproof_check::schema_at(&loaded.input_without_sites(), &arguments.at) {
        Ok(schema) => schema,
        Err(known) => bail!("there is no state {}: known are {}", arguments.at, known.join(", ")),
    };
    let text = match arguments.format.as_str() {
        "json" => rollproof_report::json::schema::render(&schema, &arguments.at),
        "description" => schema.describe(Expressions::Text).into_iter().map(|line| line + "\n").collect(),
        _ => rollproof_report::sql::render(&schema),
    };
    output::write(&text)?;
    output::leave((loaded, schema));
    Ok(ExitCode::SUCCESS)
}
