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

/// Schemas and syntax trees are millions of small pieces: taking them from the system's allocator costs a third of a run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of every thread, in bytes: the parser allows nesting of some hundred levels, and an unoptimized build needs tens of
/// kilobytes a level. Pages that are not touched cost nothing.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    match pool {
        Ok(pool) => pool.install(|| run(&arguments)),
        Err(error) => failure::report(&error.into()),
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    let done = match &arguments.command {
        Command::Check(check) => command::check::run(check),
        Command::Queries(queries) => command::queries::run(queries),
        Command::Schema(schema) => command::schema::run(schema),
        Command::Trace(trace) => command::trace::run(trace),
        Command::Explain(explain) => command::explain::run(explain),
    };
    match done {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
