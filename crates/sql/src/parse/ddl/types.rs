//! Types, domains, collations, conversions, text search.

use super::common::{cascade, define, if_exists, if_not_exists, inert, other, qualified_names};
use super::constraint::domain_constraint;
use super::create::Prefix;
use super::create_table::column_qualifiers;
use super::option::definition;
use crate::ast::{
    AlterDomainAction, ColumnSpec, CreateDefined, CreateDomain, Definition, ObjectKind, QualifiedName, StatementKind,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE TYPE`
pub(super) fn create_type(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    if !parser.eat_keyword("as") {
        let options = if parser.at_punct(Punct::LeftParen) { definition(parser)? } else { Vec::new() };
        let kind = ObjectKind::Type;
        return define(Definition::CreateDefined(CreateDefined {
            kind,
            name,
            if_not_exists: false,
            from: None,
            options,
        }));
    }
    if parser.eat_keyword("enum") {
        let labels = parser.parenthesized(|parser| {
            if parser.at_punct(Punct::RightParen) { Ok(Vec::new()) } else { parser.comma_separated(Parser::string) }
        })?;
        return define(Definition::CreateEnum(name, labels));
    }
    if parser.eat_keyword("range") {
        return define(Definition::CreateRange(name, definition(parser)?));
    }
    let attributes = parser.parenthesized(|parser| {
        if parser.at_punct(Punct::RightParen) { Ok(Vec::new()) } else { parser.comma_separated(attribute) }
    })?;
    define(Definition::CreateComposite(name, attributes))
}

/// `TableFuncElement`
pub(super) fn attribute(parser: &mut Parser<'_>) -> PResult<ColumnSpec> {
    let name = parser.name()?;
    let type_name = parser.type_name()?;
    Ok(ColumnSpec { name, type_name, collation: super::common::collation(parser)? })
}

/// `CREATE DOMAIN`
pub(super) fn create_domain(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    parser.eat_keyword("as");
    let base = parser.type_name()?;
    let (constraints, collation) = column_qualifiers(parser)?;
    define(Definition::CreateDomain(CreateDomain { name, base, collation, constraints }))
}

/// `ALTER DOMAIN d …` but for what all objects share, the name taken.
pub(super) fn alter_domain(parser: &mut Parser<'_>, name: QualifiedName) -> PResult<StatementKind> {
    let action = if parser.eat_keywords(&["set", "default"]) {
        AlterDomainAction::Default(Some(parser.expr()?))
    } else if parser.eat_keywords(&["drop", "default"]) {
        AlterDomainAction::Default(None)
    } else if parser.eat_keywords(&["set", "not", "null"]) {
        AlterDomainAction::NotNull(true)
    } else if parser.eat_keywords(&["drop", "not", "null"]) {
        AlterDomainAction::NotNull(false)
    } else if parser.eat_keyword("add") {
        AlterDomainAction::Add(domain_constraint(parser)?)
    } else if parser.eat_keywords(&["drop", "constraint"]) {
        let if_exists = if_exists(parser);
        let constraint = parser.name()?;
        AlterDomainAction::DropConstraint(constraint, if_exists, cascade(parser))
    } else {
        parser.expect_keywords(&["validate", "constraint"])?;
        AlterDomainAction::Validate(parser.name()?)
    };
    define(Definition::AlterDomain(name, action))
}

/// `CREATE COLLATION`
pub(super) fn create_collation(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.qualified_name()?;
    let from = if parser.eat_keyword("from") { Some(parser.qualified_name()?) } else { None };
    let options = if from.is_none() { definition(parser)? } else { Vec::new() };
    define(Definition::CreateDefined(CreateDefined { kind: ObjectKind::Collation, name, if_not_exists, from, options }))
}

/// `CREATE [DEFAULT] CONVERSION`
pub(super) fn create_conversion(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    parser.expect_keyword("for")?;
    parser.string()?;
    parser.expect_keyword("to")?;
    parser.string()?;
    parser.expect_keyword("from")?;
    parser.qualified_name()?;
    define(Definition::CreateOther(other(ObjectKind::Conversion, name)))
}

/// The kinds of text search objects.
const TEXT_SEARCH: &[(&str, ObjectKind)] = &[
    ("parser", ObjectKind::TextSearchParser),
    ("dictionary", ObjectKind::TextSearchDictionary),
    ("template", ObjectKind::TextSearchTemplate),
    ("configuration", ObjectKind::TextSearchConfiguration),
];

/// `CREATE TEXT SEARCH`
pub(super) fn create_text_search(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let Some((_, kind)) = TEXT_SEARCH.iter().find(|(word, _)| parser.eat_keyword(word)) else {
        return parser.error("a kind of text search object");
    };
    let name = parser.qualified_name()?;
    let options = definition(parser)?;
    define(Definition::CreateDefined(CreateDefined { kind: *kind, name, if_not_exists: false, from: None, options }))
}

/// `ALTER TEXT SEARCH DICTIONARY d (…)`, the name taken.
pub(super) fn alter_dictionary(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    definition(parser)?;
    inert("ALTER TEXT SEARCH DICTIONARY")
}

/// `ALTER TEXT SEARCH CONFIGURATION c … MAPPING …`, the name taken.
pub(super) fn alter_configuration(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    if parser.eat_keywords(&["drop", "mapping"]) {
        if_exists(parser);
        parser.expect_keyword("for")?;
        parser.name_list()?;
        return inert("ALTER TEXT SEARCH CONFIGURATION");
    }
    let alter = parser.eat_keyword("alter");
    if !alter {
        parser.expect_keyword("add")?;
    }
    parser.expect_keyword("mapping")?;
    let for_tokens = !(alter && parser.at_keyword("replace"));
    if for_tokens {
        parser.expect_keyword("for")?;
        parser.name_list()?;
    }
    if alter && parser.eat_keyword("replace") {
        parser.qualified_name()?;
        parser.expect_keyword("with")?;
        parser.qualified_name()?;
    } else {
        parser.expect_keyword("with")?;
        qualified_names(parser)?;
    }
    inert("ALTER TEXT SEARCH CONFIGURATION")
}
