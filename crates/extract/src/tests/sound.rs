//! Whether extraction ever says that it knows all texts of a site when the running program can send another one: programs that
//! are made up are run in every way that they may go, and what they send is held against what is found in their sources.
//!
//! `SOUND_PROGRAMS=20000` looks at so many programs, `SOUND_SEED=17` at one, or at so many from there, and
//! prints those that fail.
#![expect(clippy::disallowed_methods, reason = "the environment asks for longer runs")]

mod generate;
mod interpret;
mod program;
mod reduce;
mod render;

use std::collections::BTreeSet;

use interpret::sent;
use program::{Program, SENDER};
use render::{Rendered, render};

use super::run;
use crate::{Options, QueryKind, Site, SiteKind};

/// How many programs are looked at where nobody asks for more.
const PROGRAMS: u64 = 300;

/// So many programs that fail are enough.
const MAX_WRONG: usize = 100;

/// With so many texts those of parts are told apart, not all combinations.
const WRITTEN_OUT: usize = 64;

/// What is found of the sites of a program.
#[derive(Default)]
struct Found {
    known: usize,
    unknown: usize,
    /// Of parts that may come any number of times, or of more texts than are written out.
    open: usize,
    missing: Option<Missing>,
}

/// A text that is sent although it is not among those of its site, which are said to be all.
struct Missing {
    site: u32,
    text: String,
    known: Vec<String>,
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn look(program: &Program) -> Found {
    let Rendered { files, sites } = render(program);
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (extraction, sources) = run(&texts, &Options::default());
    let mut found = Found::default();
    for (number, texts) in sent(program) {
        let Some((_, _, line)) = sites.iter().find(|(site, ..)| *site == number) else { continue };
        let is_it = |site: &&Site| {
            let (path, start, _) = sources.locate(site.span);
            &*path == SENDER && start.line == *line && site.kind != SiteKind::Text
        };
        let site = extraction.sites.iter().find(is_it);
        if site.is_some_and(|site| site.unknown.is_some()) {
            found.unknown += 1;
            continue;
        }
        let queries = site.map_or(&[][..], |site| &site.queries);
        if queries.len() >= WRITTEN_OUT || queries.iter().any(|query| query.kind == QueryKind::Dynamic) {
            found.open += 1;
            continue;
        }
        found.known += 1;
        let known: BTreeSet<String> = queries.iter().map(|query| plain(&query.text.text)).collect();
        if let Some(text) = texts.iter().map(|text| plain(text)).find(|text| !known.contains(text)) {
            found.missing = Some(Missing { site: number, text, known: known.into_iter().collect() });
        }
    }
    found
}

fn printed(program: &Program, missing: &Missing) -> String {
    let files = render(program).files;
    let files: Vec<String> = files.iter().map(|(path, text)| format!("// {path}\n{text}")).collect();
    let Missing { site, text, known } = missing;
    format!("{}\nsite {site} sends\n  {text}\nand is said to send only\n  {}\n", files.concat(), known.join("\n  "))
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_is_known_that_is_not_so() {
    let one = asked("SOUND_SEED");
    let count = asked("SOUND_PROGRAMS");
    let seeds = match one {
        Some(seed) => seed..seed + count.unwrap_or(1),
        None => 0..count.unwrap_or(PROGRAMS),
    };
    let (mut known, mut unknown, mut open) = (0, 0, 0);
    let mut wrong = Vec::new();
    for seed in seeds {
        let program = generate::program(seed);
        let found = look(&program);
        known += found.known;
        unknown += found.unknown;
        open += found.open;
        if found.missing.is_some() {
            let smallest = reduce::reduce(program, |program| look(program).missing.is_some());
            if let Some(missing) = look(&smallest).missing {
                let text = format!("seed {seed}\n{}", printed(&smallest, &missing));
                println!("{text}");
                wrong.push(text);
            }
        }
        if wrong.len() >= MAX_WRONG {
            break;
        }
    }
    println!("known {known}, unknown {unknown}, open {open}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        one.is_some() || known * 2 > unknown + open,
        "hardly anything is known: {known} of {}",
        known + unknown + open
    );
}
