//! Small programs of `fixtures/node`, and what Node sent when it ran them: no site may be said to be known that sends another
//! text. The recording stands beside each program, so that the comparison needs no Node; where one is found, it is held
//! against that too.
//!
//! `UPDATE=1` records anew.
#![expect(clippy::disallowed_methods, reason = "the test reads our own folders, and asks Node")]

mod case;
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rollproof_sql::parse_script;

use case::{Case, Mark, Sent, Topic};

use super::run;
use crate::{ExtractedQuery, Options, QueryKind, Site, SiteKind};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/node"))
}

fn topics(folder: &Path) -> Vec<Topic> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect();
    paths.sort();
    paths.into_iter().map(|path| Topic::read(&std::fs::read_to_string(&path).unwrap(), path)).collect()
}

/// Whether a text is what a known one stands for. White space that is squeezed means the same to a server. `$1` and what is unknown may be anything, and in a text that is not known to
/// the last character `1` is any number.
fn fits(query: &ExtractedQuery, text: &str) -> bool {
    let known = &query.text.text;
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let means_the_same = !text.contains(['\'', '"']) && !text.contains("--") && squeezed(known) == squeezed(text);
    if *known == text || means_the_same {
        return true;
    }
    let mut pattern = regex::escape(known).replace('\u{FFFC}', ".*");
    pattern = regex::Regex::new(r"\\\$[0-9]+").unwrap().replace_all(&pattern, ".*").into_owned();
    if query.kind == QueryKind::Dynamic {
        pattern = regex::Regex::new(r"\b1\b").unwrap().replace_all(&pattern, "-?[0-9.]+").into_owned();
    }
    regex::Regex::new(&format!("(?s)^(?:{pattern})$")).unwrap().is_match(text)
}

/// What is found of the sites of a case, by file and line, and of the calls of its helpers.
struct Found {
    sites: BTreeMap<(String, u32), Vec<Site>>,
    helpers: Vec<Site>,
}

impl Found {
    fn of(case: &Case) -> Self {
        let files: Vec<(&str, &str)> = case.files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
        let (extraction, sources) = run(&files, &Options::default());
        let mut found = Self { sites: BTreeMap::new(), helpers: Vec::new() };
        for site in extraction.sites {
            match site.kind {
                SiteKind::Text => {}
                SiteKind::Helper => found.helpers.push(site),
                _ => {
                    let (path, start, _) = sources.locate(site.span);
                    found.sites.entry((path.to_string(), start.line)).or_default().push(site);
                }
            }
        }
        found
    }

    /// What is said of a text that was sent from there.
    fn mark(&self, sent: &Sent) -> Mark {
        let here = self.sites.get(&(sent.file.clone(), sent.line)).map_or(&[][..], Vec::as_slice);
        let forwards = here.is_empty() || here.iter().any(|site| site.kind == SiteKind::Forwarder);
        let helpers = if forwards { self.helpers.as_slice() } else { &[] };
        let mut asked = here.iter().chain(helpers);
        if asked.clone().any(|site| site.unknown.is_some()) {
            return Mark::Unknown;
        }
        let is_known = asked.any(|site| site.queries.iter().any(|query| fits(query, &sent.text)));
        // Which texts may be none is left to the grammar: one that the server refuses is no text of a query.
        let is_query = matches!(parse_script(&sent.text).as_slice(), [(_, Ok(_))]);
        if is_known || !is_query { Mark::Known } else { Mark::Wrong }
    }

    fn texts(&self, sent: &Sent) -> Vec<String> {
        let here = self.sites.get(&(sent.file.clone(), sent.line)).into_iter().flatten();
        here.chain(&self.helpers).flat_map(|site| &site.queries).map(|query| query.text.text.to_string()).collect()
    }
}

#[test]
fn what_programs_send_is_what_is_known_of_them() {
    let mut topics = topics(&folder());
    let update = std::env::var("UPDATE").is_ok();
    let cases = topics.iter_mut().flat_map(|topic| &mut topic.cases);
    let mut wrong = record::hold(&folder(), cases.collect(), update);
    let (mut known, mut unknown) = (0, 0);
    for topic in &mut topics {
        for case in &mut topic.cases {
            let found = Found::of(case);
            for sent in &mut case.sent {
                let mark = found.mark(sent);
                match mark {
                    Mark::Known => known += 1,
                    Mark::Unknown => unknown += 1,
                    Mark::Wrong => {
                        let texts = found.texts(sent).join("\n    ");
                        wrong.push(format!("{}: {}\n  sent, and not among\n    {texts}", case.title, sent.line()));
                    }
                }
                if !update && mark != sent.mark && mark != Mark::Wrong {
                    wrong.push(format!("{}: {}\n  is marked otherwise (UPDATE=1 marks anew)", case.title, sent.line()));
                }
                sent.mark = mark;
            }
        }
        if update {
            std::fs::write(&topic.path, topic.print()).unwrap();
        }
    }
    println!("texts known {known}, unknown {unknown}");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
