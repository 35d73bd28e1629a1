//! `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.

use super::common::{columns, define, if_not_exists, optional_columns};
use super::create::Prefix;
use super::create_table::{as_source, materialized_target};
use super::option::with_storage_options;
use crate::ast::{CreateTableAs, CreateView, Definition, Name, QualifiedName, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `CREATE VIEW`
pub(super) fn create_view(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    let columns = optional_columns(parser)?;
    rest(parser, prefix, name, columns, false)
}

/// `CREATE RECURSIVE VIEW`: its columns must be written.
pub(super) fn create_recursive_view(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    let columns = columns(parser)?;
    rest(parser, prefix, name, columns, true)
}

fn rest(
    parser: &mut Parser<'_>,
    prefix: Prefix,
    name: QualifiedName,
    columns: Vec<Name>,
    recursive: bool,
) -> PResult<StatementKind> {
    let options = with_storage_options(parser)?;
    parser.expect_keyword("as")?;
    let query = Box::new(parser.query()?);
    let start = parser.position();
    let check_option = parser.eat_keyword("with");
    if check_option {
        if !parser.eat_keyword("cascaded") {
            parser.eat_keyword("local");
        }
        parser.expect_keywords(&["check", "option"])?;
        if recursive {
            return parser.error_at("WITH CHECK OPTION not supported on recursive views", parser.span_from(start));
        }
    }
    define(Definition::CreateView(CreateView {
        name,
        columns,
        or_replace: prefix.or_replace,
        temporary: prefix.temporary,
        recursive,
        query,
        check_option,
        options,
    }))
}

/// `CREATE MATERIALIZED VIEW`
pub(super) fn create_materialized_view(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.qualified_name()?;
    let (columns, tail) = materialized_target(parser)?;
    let source = Box::new(as_source(parser, false)?);
    define(Definition::CreateTableAs(CreateTableAs {
        name,
        columns,
        materialized_view: true,
        temporary: false,
        unlogged: prefix.unlogged,
        if_not_exists,
        method: tail.method,
        options: tail.options,
        on_commit: None,
        source,
    }))
}
