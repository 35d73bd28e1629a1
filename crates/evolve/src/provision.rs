//! What a statement needs that not every server has (ICU, lz4, locales of the operating system). It is taken to be there,
//! since what follows presupposes that the statement was taken, and said as a problem of its own kind.

use rollproof_catalog::Provision;
use rollproof_source::TextRange;
use rollproof_sql::ast::{DefinitionOption, QualifiedName};

use crate::bind::identifier;
use crate::context::Context;
use crate::types::find_option;
use crate::{Problem, ProblemKind};

impl Context {
    /// Takes it that the server has what the statement needs.
    pub(crate) fn presume(&mut self, provision: &Provision, span: TextRange) {
        if self.schema.provides(provision) {
            return;
        }
        self.schema.provide(provision);
        self.problems.push(Problem { kind: ProblemKind::Presumed, message: provision.question(), detail: None, span });
    }

    /// What the server has to have for a collation that is named.
    pub(crate) fn presume_collation(&mut self, name: &QualifiedName) {
        let schema = name.schema().map(|schema| schema.as_str().to_owned());
        self.presume_collation_named(schema.as_deref(), name.object().as_str(), name.span);
    }

    fn presume_collation_named(&mut self, schema: Option<&str>, name: &str, span: TextRange) {
        let needs = match self.schema.find_collation(schema, name) {
            Some(found) => self.schema.unproven_collation(found),
            None if schema.is_none_or(|schema| schema == "pg_catalog") => Provision::of_unlisted_collation(name),
            None => None,
        };
        if let Some(needs) = needs {
            self.presume(&needs, span);
        }
    }

    /// What the statement's text names in `COLLATE` and `COMPRESSION`, wherever they stand in it.
    pub(crate) fn presume_named(&mut self) {
        let text = self.source.clone();
        if !mentions(self.span.slice(&text).as_bytes()) {
            return;
        }
        let tokens = rollproof_sql::tokens(&text, self.span);
        let word = |at: usize| tokens.get(at).map_or("", |token| token.slice(&text));
        for at in 0..tokens.len() {
            if word(at).eq_ignore_ascii_case("compression") && identifier(word(at + 1)) == "lz4" {
                self.presume(&Provision::Lz4, tokens[at + 1]);
            }
            if word(at).eq_ignore_ascii_case("collate") && at + 1 < tokens.len() {
                let first = identifier(word(at + 1));
                let (schema, last) = if word(at + 2) == "." { (Some(first), at + 3) } else { (None, at + 1) };
                let span = TextRange::new(tokens[at + 1].start, tokens[last.min(tokens.len() - 1)].end);
                self.presume_collation_named(schema.as_deref(), &identifier(word(last)), span);
            }
        }
    }

    /// What the options of CREATE COLLATION need of the server.
    pub(crate) fn collation_needs(options: &[DefinitionOption]) -> Option<Provision> {
        let value = |name: &str| find_option(options, name).and_then(DefinitionOption::text);
        match value("provider").map(|provider| provider.to_ascii_lowercase()).as_deref() {
            Some("icu") => Some(Provision::Icu),
            None | Some("libc") => ["locale", "lc_collate", "lc_ctype"]
                .iter()
                .filter_map(|name| value(name))
                .find(|locale| !matches!(*locale, "" | "C" | "POSIX"))
                .map(|locale| Provision::Locale(std::sync::Arc::from(locale))),
            Some(_) => None,
        }
    }
}

/// Whether a text holds one of the words, to look no closer at the others.
fn mentions(text: &[u8]) -> bool {
    let begins =
        |at: usize, word: &[u8]| text.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
    (0..text.len())
        .filter(|at| matches!(text[*at], b'c' | b'C'))
        .any(|at| begins(at, b"collate") || begins(at, b"compression"))
}
