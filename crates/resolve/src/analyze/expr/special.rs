//! SQL/JSON and XML expressions.

use rollproof_source::TextRange;
use rollproof_sql::ast::SpecialCall;

use crate::analyze::{Analyzer, Expression};
use crate::error::Result;

impl<'a> Analyzer<'a> {
    /// SQL/JSON or XML syntax.
    pub(crate) fn special(&mut self, special: &'a SpecialCall, span: TextRange) -> Result<Expression> {
        if special.name.text.starts_with("xml") { self.xml(special, span) } else { self.json(special, span) }
    }
}
