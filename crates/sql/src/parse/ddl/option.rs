//! `name = value` lists: `definition`, `reloptions`, the options of foreign objects.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::common::{at_number, at_string, number};
use crate::ast::{DefinitionOption, DefinitionValue, Name};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `definition`: `( name [= value], … )`
pub(super) fn definition(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            let name = parser.label()?;
            assigned(parser, name)
        })
    })
}

/// `opt_definition`: `WITH ( … )`, where it stands.
pub(super) fn with_definition(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    if parser.at_keyword("with") && parser.punct_at(1, Punct::LeftParen) {
        parser.advance();
        return definition(parser);
    }
    Ok(Vec::new())
}

/// `reloptions`: as a definition, where a name may have a namespace (`toast.autovacuum_enabled`).
pub(super) fn storage_options(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    parser.parenthesized(|parser| parser.comma_separated(storage_option))
}

/// `opt_reloptions`: `WITH ( … )`, where it stands.
pub(super) fn with_storage_options(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    if parser.at_keyword("with") && parser.punct_at(1, Punct::LeftParen) {
        parser.advance();
        return storage_options(parser);
    }
    Ok(Vec::new())
}

fn storage_option(parser: &mut Parser<'_>) -> PResult<DefinitionOption> {
    let mut name = parser.label()?;
    if parser.eat_punct(Punct::Dot) {
        let rest = parser.label()?;
        let span = TextRange::new(name.span.start, rest.span.end);
        name = Name { text: format!("{}.{}", name.as_str(), rest.as_str()).into(), span };
    }
    assigned(parser, name)
}

fn assigned(parser: &mut Parser<'_>, name: Name) -> PResult<DefinitionOption> {
    let value = if parser.eat_operator("=") { Some(value(parser)?) } else { None };
    Ok(DefinitionOption { name, value })
}

/// `def_arg`
pub(super) fn value(parser: &mut Parser<'_>) -> PResult<DefinitionValue> {
    if parser.eat_keyword("none") {
        return Ok(DefinitionValue::None);
    }
    if at_number(parser) {
        return number(parser).map(DefinitionValue::Text);
    }
    if at_string(parser) {
        return parser.string().map(|(text, _)| DefinitionValue::Text(text));
    }
    if parser.at_keyword("operator") && parser.punct_at(1, Punct::LeftParen) {
        return super::common::operator_clause(parser).map(DefinitionValue::Operator);
    }
    if parser.operator().is_some() {
        return parser.any_operator().map(DefinitionValue::Operator);
    }
    if let Some(type_name) = parser.attempt(super::function::function_type) {
        return Ok(DefinitionValue::Type(type_name));
    }
    // What is left is `reserved_keyword`: `true`, `false`, `on`, `default` …
    if parser.at_name() {
        return parser.error("a value");
    }
    parser.label().map(|word| DefinitionValue::Text(word.text))
}

/// `create_generic_options`: `OPTIONS (name 'value', …)`, where it stands.
pub(super) fn generic_options(parser: &mut Parser<'_>) -> PResult<()> {
    if !parser.eat_keyword("options") {
        return Ok(());
    }
    parser.parenthesized(|parser| parser.comma_separated(generic_option))?;
    Ok(())
}

fn generic_option(parser: &mut Parser<'_>) -> PResult<()> {
    parser.label()?;
    parser.string()?;
    Ok(())
}

/// `alter_generic_options`: `OPTIONS ([ADD | SET | DROP] name ['value'], …)`
pub(super) fn altered_generic_options(parser: &mut Parser<'_>) -> PResult<()> {
    parser.expect_keyword("options")?;
    parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            // `ADD`, `SET` and `DROP` may also be an option's name: then a string follows at once.
            if let Some(found) = parser.attempt(generic_option) {
                return Ok(found);
            }
            if parser.eat_keyword("drop") {
                return parser.label().map(drop);
            }
            if !parser.eat_keyword("add") {
                parser.expect_keyword("set")?;
            }
            generic_option(parser)
        })
    })?;
    Ok(())
}

/// An option made by the parser itself, where the grammar has words of their own.
pub(super) fn text_option(name: &str, text: Arc<str>, span: TextRange) -> DefinitionOption {
    DefinitionOption { name: Name { text: name.into(), span }, value: Some(DefinitionValue::Text(text)) }
}
