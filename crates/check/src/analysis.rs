//! What is asked: every query with the steps that its version meets.

use std::sync::Arc;

use rollproof_extract::{ExtractedQuery, Site, SiteKind};
use rollproof_finding::VersionRole;
use rollproof_sql::ParseError;
use rollproof_sql::ast::Statement;
use rustc_hash::FxHashMap;

use crate::timeline::Timeline;
use crate::{Input, VersionInput, met};

/// The statements of a text, or why it cannot be read.
pub(crate) type Parsed = Result<Vec<Statement>, ParseError>;

/// Every text, parsed once however many sites and versions have it.
pub(crate) struct Texts {
    parsed: FxHashMap<Arc<str>, Arc<Parsed>>,
    /// Texts that an old version has.
    old: rustc_hash::FxHashSet<Arc<str>>,
}

impl Texts {
    /// Parses the texts of all versions.
    pub(crate) fn of(versions: &[VersionInput]) -> Self {
        let mut texts = Self { parsed: FxHashMap::default(), old: rustc_hash::FxHashSet::default() };
        for version in versions {
            for query in version.extraction.sites.iter().flat_map(|site| &site.queries) {
                let text: Arc<str> = Arc::from(&*query.text.text);
                if version.role == VersionRole::Old {
                    texts.old.insert(text.clone());
                }
                texts.parsed.entry(text).or_insert_with_key(|text| Arc::new(parse(text)));
            }
        }
        texts
    }
}

fn parse(text: &str) -> Parsed {
    rollproof_sql::parse_script(text).into_iter().map(|(_, parsed)| parsed).collect()
}

/// The versions with the steps they meet.
pub(crate) struct Versions<'a> {
    input: &'a Input<'a>,
    steps: Vec<Arc<[usize]>>,
    last: usize,
}

/// One query to be judged.
pub(crate) struct QueryToJudge<'a> {
    /// Index of the version.
    pub(crate) version: usize,
    /// The version's side.
    pub(crate) role: VersionRole,
    /// Index of the site in its version.
    pub(crate) site: usize,
    /// Which of the site's texts.
    pub(crate) nth: usize,
    /// The text.
    pub(crate) extracted: &'a ExtractedQuery,
    /// Its statements.
    pub(crate) parsed: Arc<Parsed>,
    /// The steps that are asked, in order.
    pub(crate) steps: Arc<[usize]>,
    /// The step that the version was written for.
    pub(crate) baseline: usize,
    /// The text reaches no known sink: it may be meant for any database.
    pub(crate) loose: bool,
    /// The other database that it is sent to.
    pub(crate) database: Option<Arc<str>>,
    /// How many texts the site may send.
    pub(crate) variants: usize,
    /// Its library declares the types of its parameters.
    pub(crate) declares_types: bool,
    /// An old version has the same text.
    pub(crate) in_old: bool,
}

impl<'a> Versions<'a> {
    pub(crate) fn of(input: &'a Input<'a>, timeline: &Timeline) -> Self {
        let steps = input.versions.iter().map(|version| Arc::from(met(input, version.role, timeline))).collect();
        Self { input, steps, last: timeline.steps.len() - 1 }
    }

    /// Every query of every site, by version, site and text.
    pub(crate) fn queries(&self, texts: &Texts) -> Vec<QueryToJudge<'a>> {
        let mut queries = Vec::new();
        for (version, each) in self.input.versions.iter().enumerate() {
            for (site, of_site) in each.extraction.sites.iter().enumerate() {
                for (nth, extracted) in of_site.queries.iter().enumerate() {
                    let text = &*extracted.text.text;
                    let Some(parsed) = texts.parsed.get(text) else { continue };
                    queries.push(QueryToJudge {
                        version,
                        role: each.role,
                        site,
                        nth,
                        extracted,
                        parsed: parsed.clone(),
                        steps: self.steps[version].clone(),
                        baseline: if each.role == VersionRole::Old { 0 } else { self.last },
                        loose: of_site.kind == SiteKind::Text,
                        database: of_site.database.clone(),
                        variants: of_site.queries.len(),
                        declares_types: of_site.declares_types,
                        in_old: texts.old.contains(text),
                    });
                }
            }
        }
        queries
    }
}

/// Whether the ledger counts the site: a call that only passes on what its callers send is counted at those.
pub(crate) fn counts(site: &Site) -> bool {
    site.kind != SiteKind::Forwarder
}
