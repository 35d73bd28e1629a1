//! DO blocks and functions that migrations call: PL/pgSQL carried out over what is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_resolve::Resolution;
use rollproof_source::TextRange;
use rollproof_sql::ast::Statement;

use crate::context::{Context, Outcome, unmodelled};

impl Context {
    /// `DO`
    pub(crate) fn do_block(
        &mut self,
        language: &str,
        body: &Arc<str>,
        _body_span: TextRange,
        span: TextRange,
    ) -> Outcome {
        let _ = language;
        Err(unmodelled("this DO block is not followed", words(body), span))
    }

    /// Routines that a statement calls, where they may change the schema.
    pub(crate) fn called(&mut self, _resolution: &Resolution, _statement: &Statement) -> Outcome {
        Ok(())
    }
}

/// The identifiers in a text: what it may touch.
pub(crate) fn words(text: &str) -> Vec<Arc<str>> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let found: BTreeSet<String> = text
        .split(|character| !is_word(character))
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        .map(str::to_lowercase)
        .collect();
    found.into_iter().map(Arc::from).collect()
}
