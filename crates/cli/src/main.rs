//! `rollproof`: proves that a rollout is safe for the code that is already running.

mod arguments;
mod command;
mod configuration;
mod failure;
mod inputs;
mod migrations;
mod output;
mod settings;
mod versions;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Check(check) => command::check::run(check),
        Command::Queries(queries) => command::queries::run(queries),
        Command::Trace(trace) => command::trace::run(trace),
        Command::Explain(explain) => command::explain::run(explain),
    };
    match done {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
