//! Times every query of SQL scripts, as the schema is where it stands: `cargo run --release -p rollproof-evolve --example
//! queries -- [--version N] FILE.sql…`. Of each query the median of nine runs counts: parsing its text and resolving it.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use rollproof_catalog::Schema;
use rollproof_catalog::builtin::Builtin;
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_resolve::{Environment, resolve};
use rollproof_sql::ast::{Statement, StatementKind};
use rollproof_sql::parse_statement;

const RUNS: usize = 9;

/// What one query took.
struct Timed {
    parse: Duration,
    resolve: Duration,
    text: String,
}

impl Timed {
    fn all(&self) -> Duration {
        self.parse + self.resolve
    }
}

fn main() {
    let mut version = 18;
    let mut times = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--version" {
            version = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(version);
            continue;
        }
        let (Some(builtin), Ok(text)) = (Builtin::of_version(version), std::fs::read_to_string(&argument)) else {
            println!("{argument}: cannot be read");
            continue;
        };
        walk(builtin, &text, &mut times);
    }
    times.sort_by_key(Timed::all);
    let Some(slowest) = times.last() else { return };
    println!("{} queries", times.len());
    for (name, part) in [("median", 0.5), ("99th percentile", 0.99), ("slowest", 1.0)] {
        let found = &times[((times.len() - 1) as f64 * part) as usize];
        println!("{name}: {:?} (parsing {:?}, resolving {:?})", found.all(), found.parse, found.resolve);
    }
    println!("slowest: {}", slowest.text.chars().take(200).collect::<String>().replace('\n', " "));
}

/// Walks a script in a session of its own; what is no query changes the schema.
fn walk(builtin: &'static Builtin, text: &str, times: &mut Vec<Timed>) {
    let mut walker = SessionWalker::new(Schema::packaged(builtin));
    let source = SourceText { text: Arc::from(text) };
    for (range, parsed) in rollproof_sql::parse_script(text) {
        let Ok(statement) = parsed else { continue };
        if is_query(&statement) && !walker.aborted() {
            let written = range.slice(text);
            let whole = rollproof_source::TextRange::new(0, written.len() as u32);
            let parse = median(|| parse_statement(written, whole));
            let resolve = median(|| resolve(&statement, walker.schema(), &Environment::default()));
            times.push(Timed { parse, resolve, text: written.to_owned() });
        }
        walker.step(&statement, &source);
    }
}

/// The median of some runs; giving back what they made is part of each.
fn median<T>(run: impl Fn() -> T) -> Duration {
    let mut times = [Duration::ZERO; RUNS];
    for time in &mut times {
        let started = Instant::now();
        drop(std::hint::black_box(run()));
        *time = started.elapsed();
    }
    times.sort_unstable();
    times[RUNS / 2]
}

fn is_query(statement: &Statement) -> bool {
    use StatementKind::{Delete, Insert, Merge, Query, Update};
    matches!(statement.kind, Query(_) | Insert(_) | Update(_) | Delete(_) | Merge(_))
}
