//! Prints `ok` or the error of every statement of the scripts named on the command line, one a line.
//!
//! `cargo run -p rollproof-sql --example parse -- script.sql`

// An example is a program of its own: it reads the files it is given, and prints.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use rollproof_sql::parse_script;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        for (range, result) in parse_script(&text) {
            match result {
                Ok(_) => println!("{path}\t{}\t{}\tok", range.start, range.end),
                Err(error) => println!("{path}\t{}\t{}\t{error}", range.start, range.end),
            }
        }
    }
    Ok(())
}
