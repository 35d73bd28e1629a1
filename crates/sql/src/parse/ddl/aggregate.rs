//! `CREATE AGGREGATE`, as it is written now and as it was before PostgreSQL 8.2, and aggregates by signature.

use super::common::{define, function_name};
use super::create::Prefix;
use super::function::{parameter, unnamed_parameter};
use super::option::{definition, value};
use crate::ast::{
    CreateAggregate, Definition, DefinitionOption, DefinitionValue, FunctionParameter, ParameterMode, Signature,
    StatementKind,
};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};
use crate::parse::cursor::Parser;

/// `aggr_args`
struct Arguments {
    /// The direct ones first.
    list: Vec<FunctionParameter>,
    /// How many are direct, of an ordered-set aggregate.
    direct: Option<usize>,
    /// `(*)`
    star: bool,
}

/// `CREATE AGGREGATE`
pub(super) fn create_aggregate(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let name = function_name(parser)?;
    let (arguments, options) = if at_old_definition(parser) {
        let options = old_definition(parser)?;
        (old_arguments(&options), options)
    } else {
        (arguments(parser)?, definition(parser)?)
    };
    define(Definition::CreateAggregate(CreateAggregate {
        name,
        or_replace: prefix.or_replace,
        arguments: arguments.list,
        direct_arguments: arguments.direct,
        star: arguments.star,
        options,
    }))
}

/// `aggregate_with_argtypes`
pub(super) fn signature(parser: &mut Parser<'_>) -> PResult<Signature> {
    let name = function_name(parser)?;
    let arguments = arguments(parser)?;
    Ok(Signature { name, arguments: Some(arguments.list), star: arguments.star })
}

fn arguments(parser: &mut Parser<'_>) -> PResult<Arguments> {
    parser.parenthesized(|parser| {
        if parser.eat_operator("*") {
            return Ok(Arguments { list: Vec::new(), direct: None, star: true });
        }
        let mut list = Vec::new();
        if !parser.at_keywords(&["order", "by"]) {
            list = parser.comma_separated(parameter)?;
        }
        let direct = list.len();
        if !parser.eat_keywords(&["order", "by"]) {
            return Ok(Arguments { list, direct: None, star: false });
        }
        let ordered = parser.comma_separated(parameter)?;
        // A direct VARIADIC argument and the ordered one are one argument (makeOrderedSetArgs).
        if list.last().is_none_or(|last| last.mode != ParameterMode::Variadic) {
            list.extend(ordered);
        }
        Ok(Arguments { list, direct: Some(direct), star: false })
    })
}

/// `( name = …`: the old way, with the type of the argument among the options.
fn at_old_definition(parser: &Parser<'_>) -> bool {
    let word = matches!(&parser.peek_at(1).kind, TokenKind::Ident { category, .. } if category.identifier);
    parser.at_punct(Punct::LeftParen) && word && parser.operator_ahead(2) == Some("=")
}

/// `old_aggr_definition`: the names are no keywords, each has a value.
fn old_definition(parser: &mut Parser<'_>) -> PResult<Vec<DefinitionOption>> {
    parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            if !matches!(&parser.peek().kind, TokenKind::Ident { category, .. } if category.identifier) {
                return parser.error("an option of an aggregate");
            }
            let name = parser.label()?;
            parser.expect_operator("=")?;
            Ok(DefinitionOption { name, value: Some(value(parser)?) })
        })
    })
}

/// The argument that `basetype` gives; `ANY` means none at all (`DefineAggregate` in aggregatecmds.c).
fn old_arguments(options: &[DefinitionOption]) -> Arguments {
    let base = options.iter().find(|option| option.name.as_str() == "basetype");
    let any = base.and_then(DefinitionOption::text).is_some_and(|text| text.eq_ignore_ascii_case("any"));
    let list = match base.and_then(|option| option.value.as_ref()) {
        Some(DefinitionValue::Type(type_name)) if !any => vec![unnamed_parameter(type_name.clone())],
        _ => Vec::new(),
    };
    Arguments { star: any, list, direct: None }
}
