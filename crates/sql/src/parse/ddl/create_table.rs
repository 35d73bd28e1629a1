//! `CREATE TABLE`, `CREATE TABLE … AS`, `CREATE FOREIGN TABLE`.

use super::common::{
    collation, columns, define, expressions, if_not_exists, optional_columns, optional_qualified_name, qualified_names,
    unsigned,
};
use super::constraint::{at_table_constraint, attribute, column_constraint, table_constraint};
use super::create::Prefix;
use super::option::{generic_options, storage_options, with_storage_options};
use crate::ast::{
    ColumnDefinition, CreateTable, CreateTableAs, Definition, DefinitionOption, IndexElement, LikeClause, Name,
    OnCommit, PartitionBound, PartitionBy, QualifiedName, Statement, StatementKind, TableElement, TypeName,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE TABLE` with what was said before `TABLE`.
pub(super) fn create_table(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.qualified_name()?;
    if let Some((columns, tail)) = parser.attempt(as_target) {
        let source = Box::new(as_source(parser, true)?);
        return define(Definition::CreateTableAs(CreateTableAs {
            name,
            columns,
            materialized_view: false,
            temporary: prefix.temporary,
            unlogged: prefix.unlogged,
            if_not_exists,
            method: tail.method,
            options: tail.options,
            on_commit: tail.on_commit,
            source,
        }));
    }
    let mut table = empty_table(name, prefix, if_not_exists);
    shape(parser, &mut table)?;
    if parser.at_keyword("partition") {
        table.partition_by = Some(partition_by(parser)?);
    }
    let tail = table_tail(parser)?;
    table.method = tail.method;
    table.options = tail.options;
    table.on_commit = tail.on_commit;
    define(Definition::CreateTable(table))
}

/// `CREATE FOREIGN TABLE`
pub(super) fn create_foreign_table(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.qualified_name()?;
    let mut table = empty_table(name, prefix, if_not_exists);
    table.foreign = true;
    if parser.at_keyword("of") {
        return parser.error("(");
    }
    shape(parser, &mut table)?;
    parser.expect_keyword("server")?;
    table.server = Some(parser.name()?);
    generic_options(parser)?;
    define(Definition::CreateTable(table))
}

fn empty_table(name: QualifiedName, prefix: Prefix, if_not_exists: bool) -> CreateTable {
    CreateTable {
        name,
        temporary: prefix.temporary,
        unlogged: prefix.unlogged,
        foreign: false,
        if_not_exists,
        of_type: None,
        elements: Vec::new(),
        inherits: Vec::new(),
        partition_of: None,
        partition_by: None,
        method: None,
        options: Vec::new(),
        on_commit: None,
        server: None,
    }
}

/// Columns and parents: `(…) INHERITS (…)`, `OF type (…)`, `PARTITION OF t (…) FOR VALUES …`.
fn shape(parser: &mut Parser<'_>, table: &mut CreateTable) -> PResult<()> {
    if parser.eat_keyword("of") {
        table.of_type = Some(named_type(parser)?);
        table.elements = typed_elements(parser)?;
        return Ok(());
    }
    if parser.eat_keywords(&["partition", "of"]) {
        let parent = parser.qualified_name()?;
        table.elements = typed_elements(parser)?;
        let bound = partition_bound(parser)?;
        table.partition_of = Some((parent, bound));
        return Ok(());
    }
    table.elements = parser.parenthesized(|parser| {
        if parser.at_punct(Punct::RightParen) { Ok(Vec::new()) } else { parser.comma_separated(table_element) }
    })?;
    if parser.eat_keyword("inherits") {
        table.inherits = parser.parenthesized(qualified_names)?;
    }
    Ok(())
}

/// A type by its bare name, as `OF any_name` has it.
pub(super) fn named_type(parser: &mut Parser<'_>) -> PResult<TypeName> {
    let name = parser.qualified_name()?;
    let span = name.span;
    Ok(TypeName {
        name,
        modifiers: Vec::new(),
        interval_fields: None,
        array_bounds: Vec::new(),
        set_of: false,
        percent_type: false,
        span,
    })
}

/// `TableElement`
fn table_element(parser: &mut Parser<'_>) -> PResult<TableElement> {
    if parser.at_keyword("like") {
        return like_clause(parser).map(TableElement::Like);
    }
    if at_table_constraint(parser) {
        return table_constraint(parser).map(TableElement::Constraint);
    }
    column_definition(parser).map(TableElement::Column)
}

/// `OptTypedTableElementList`
fn typed_elements(parser: &mut Parser<'_>) -> PResult<Vec<TableElement>> {
    if !parser.at_punct(Punct::LeftParen) {
        return Ok(Vec::new());
    }
    parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            if at_table_constraint(parser) {
                return table_constraint(parser).map(TableElement::Constraint);
            }
            let start = parser.position();
            let name = parser.name()?;
            parser.eat_keywords(&["with", "options"]);
            column_rest(parser, start, name, None, None).map(TableElement::Column)
        })
    })
}

/// `columnDef`
pub(super) fn column_definition(parser: &mut Parser<'_>) -> PResult<ColumnDefinition> {
    let start = parser.position();
    let name = parser.name()?;
    let type_name = parser.type_name()?;
    let mut storage = None;
    if parser.eat_keyword("storage") && !parser.eat_keyword("default") {
        storage = Some(parser.name()?);
    }
    let mut compression = None;
    if parser.eat_keyword("compression") && !parser.eat_keyword("default") {
        compression = Some(parser.name()?);
    }
    generic_options(parser)?;
    let column = column_rest(parser, start, name, Some(type_name), storage)?;
    Ok(ColumnDefinition { compression, ..column })
}

/// `ColQualList` and the column that it ends.
fn column_rest(
    parser: &mut Parser<'_>,
    start: u32,
    name: Name,
    type_name: Option<TypeName>,
    storage: Option<Name>,
) -> PResult<ColumnDefinition> {
    let (constraints, collation) = column_qualifiers(parser)?;
    let span = parser.span_from(start);
    Ok(ColumnDefinition { name, type_name, collation, storage, compression: None, constraints, span })
}

/// `ColQualList`: the constraints, and the collation that stands among them.
pub(super) fn column_qualifiers(
    parser: &mut Parser<'_>,
) -> PResult<(Vec<crate::ast::ConstraintDefinition>, Option<QualifiedName>)> {
    let mut constraints = Vec::new();
    let mut found = None;
    loop {
        let place = parser.position();
        if let Some(name) = collation(parser)? {
            if found.replace(name).is_some() {
                return parser.error_at("multiple COLLATE clauses not allowed", parser.span_from(place));
            }
            continue;
        }
        if attribute(parser, constraints.last_mut())? {
            continue;
        }
        match column_constraint(parser)? {
            Some(constraint) => constraints.push(constraint),
            None => return Ok((constraints, found)),
        }
    }
}

/// `TableLikeClause`
fn like_clause(parser: &mut Parser<'_>) -> PResult<LikeClause> {
    parser.expect_keyword("like")?;
    let source = parser.qualified_name()?;
    let mut clause = LikeClause {
        source,
        defaults: false,
        constraints: false,
        indexes: false,
        identity: false,
        generated: false,
        storage: false,
        statistics: false,
    };
    loop {
        let including = parser.eat_keyword("including");
        if !including && !parser.eat_keyword("excluding") {
            return Ok(clause);
        }
        let option = parser.label()?;
        match option.as_str() {
            "defaults" => clause.defaults = including,
            "constraints" => clause.constraints = including,
            "indexes" => clause.indexes = including,
            "identity" => clause.identity = including,
            "generated" => clause.generated = including,
            "all" => {
                clause.defaults = including;
                clause.constraints = including;
                clause.indexes = including;
                clause.identity = including;
                clause.generated = including;
                clause.storage = including;
                clause.statistics = including;
            }
            "storage" => clause.storage = including,
            "statistics" => clause.statistics = including,
            "comments" | "compression" => {}
            _ => return parser.error_at("expected what to include", option.span),
        }
    }
}

/// `PartitionBoundSpec`
pub(super) fn partition_bound(parser: &mut Parser<'_>) -> PResult<PartitionBound> {
    if parser.eat_keyword("default") {
        return Ok(PartitionBound::Default);
    }
    parser.expect_keywords(&["for", "values"])?;
    if parser.eat_keyword("in") {
        return expressions(parser).map(PartitionBound::List);
    }
    if parser.eat_keyword("from") {
        let low = expressions(parser)?;
        parser.expect_keyword("to")?;
        return Ok(PartitionBound::Range(low, expressions(parser)?));
    }
    parser.expect_keyword("with")?;
    parser.parenthesized(hash_bound)
}

fn hash_bound(parser: &mut Parser<'_>) -> PResult<PartitionBound> {
    let (mut modulus, mut remainder) = (None, None);
    parser.comma_separated(|parser| {
        let word = parser.non_reserved_word()?;
        let value = unsigned(parser)?;
        let twice = match word.as_str() {
            "modulus" => modulus.replace(value).is_some(),
            "remainder" => remainder.replace(value).is_some(),
            other => {
                let message = format!("unrecognized hash partition bound specification \"{other}\"");
                return parser.error_at(&message, word.span);
            }
        };
        if twice {
            let message = format!("{} for hash partition provided more than once", word.as_str());
            return parser.error_at(&message, word.span);
        }
        Ok(())
    })?;
    match (modulus, remainder) {
        (Some(modulus), Some(remainder)) => Ok(PartitionBound::Hash(modulus, remainder)),
        _ => parser.error("MODULUS and REMAINDER"),
    }
}

/// `PartitionSpec`
fn partition_by(parser: &mut Parser<'_>) -> PResult<PartitionBy> {
    parser.expect_keywords(&["partition", "by"])?;
    let strategy = parser.name()?;
    let lower = strategy.as_str().to_ascii_lowercase();
    if !matches!(lower.as_str(), "list" | "range" | "hash") {
        let message = format!("unrecognized partitioning strategy \"{}\"", strategy.as_str());
        return parser.error_at(&message, strategy.span);
    }
    let keys = parser.parenthesized(|parser| parser.comma_separated(partition_key))?;
    Ok(PartitionBy { strategy: lower.into(), keys })
}

fn partition_key(parser: &mut Parser<'_>) -> PResult<IndexElement> {
    let value = super::common::key_value(parser)?;
    let collation = collation(parser)?;
    let operator_class = optional_qualified_name(parser)?;
    let class_options = Vec::new();
    Ok(IndexElement { value, collation, operator_class, class_options, descending: false, nulls_first: None })
}

/// The end of `CREATE TABLE`: access method, options, what happens on commit, tablespace.
pub(super) struct TableTail {
    pub(super) method: Option<Name>,
    pub(super) options: Vec<DefinitionOption>,
    on_commit: Option<OnCommit>,
}

fn table_tail(parser: &mut Parser<'_>) -> PResult<TableTail> {
    let method = access_method(parser)?;
    let options = table_with(parser)?;
    let on_commit = on_commit(parser)?;
    tablespace(parser)?;
    Ok(TableTail { method, options, on_commit })
}

/// `table_access_method_clause`
pub(super) fn access_method(parser: &mut Parser<'_>) -> PResult<Option<Name>> {
    if parser.eat_keyword("using") { parser.name().map(Some) } else { Ok(None) }
}

/// `OptWith`
fn table_with(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    if !parser.eat_keywords(&["without", "oids"]) && parser.eat_keyword("with") {
        return storage_options(parser);
    }
    Ok(Vec::new())
}

/// `OnCommitOption`
fn on_commit(parser: &mut Parser<'_>) -> PResult<Option<OnCommit>> {
    if !parser.eat_keyword("on") {
        return Ok(None);
    }
    parser.expect_keyword("commit")?;
    if parser.eat_keyword("drop") {
        return Ok(Some(OnCommit::Drop));
    }
    let delete = parser.eat_keyword("delete");
    if !delete {
        parser.expect_keyword("preserve")?;
    }
    parser.expect_keyword("rows")?;
    Ok(Some(if delete { OnCommit::DeleteRows } else { OnCommit::PreserveRows }))
}

/// `OptTableSpace`
pub(super) fn tablespace(parser: &mut Parser<'_>) -> PResult<()> {
    if parser.eat_keyword("tablespace") {
        parser.name()?;
    }
    Ok(())
}

/// The rest of `create_as_target` after the name, and `AS`: the columns.
fn as_target(parser: &mut Parser<'_>) -> PResult<(Vec<Name>, TableTail)> {
    let columns = optional_columns(parser)?;
    let tail = table_tail(parser)?;
    parser.expect_keyword("as")?;
    Ok((columns, tail))
}

/// The rest of `create_mv_target` after the name, and `AS`: the columns.
pub(super) fn materialized_target(parser: &mut Parser<'_>) -> PResult<(Vec<Name>, TableTail)> {
    let columns = if parser.at_punct(Punct::LeftParen) { columns(parser)? } else { Vec::new() };
    let method = access_method(parser)?;
    let options = with_storage_options(parser)?;
    tablespace(parser)?;
    parser.expect_keyword("as")?;
    Ok((columns, TableTail { method, options, on_commit: None }))
}

/// The query of `… AS`, or `EXECUTE`, and `WITH [NO] DATA`.
pub(super) fn as_source(parser: &mut Parser<'_>, execute: bool) -> PResult<Statement> {
    let statement = if execute && parser.at_keyword("execute") {
        parser.statement()?
    } else {
        let query = parser.query()?;
        Statement { span: query.span, kind: StatementKind::Query(Box::new(query)) }
    };
    if parser.eat_keyword("with") {
        parser.eat_keyword("no");
        parser.expect_keyword("data")?;
    }
    Ok(statement)
}
