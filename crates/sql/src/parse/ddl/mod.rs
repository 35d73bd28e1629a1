//! Data definition.

use super::cursor::Parser;
use crate::ast::StatementKind;
use crate::error::PResult;

/// A statement of data definition, or one that touches no names.
pub(super) fn definition(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.error("")
}
