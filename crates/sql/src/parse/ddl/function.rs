//! `CREATE FUNCTION`, `CREATE PROCEDURE`, `ALTER FUNCTION`, and routines by signature.

use super::common::{define, function_name, number, single, word_or_string};
use super::create::Prefix;
use super::setting::setting;
use crate::ast::{
    CreateFunction, Definition, FunctionBody, FunctionOption, FunctionParameter, ObjectKind, ParameterMode,
    QualifiedName, Signature, Statement, StatementKind, TypeName,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE FUNCTION`
pub(super) fn create_function(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    routine(parser, prefix, false)
}

/// `CREATE PROCEDURE`
pub(super) fn create_procedure(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    routine(parser, prefix, true)
}

fn routine(parser: &mut Parser<'_>, prefix: Prefix, procedure: bool) -> PResult<StatementKind> {
    let name = function_name(parser)?;
    let mut parameters = parameters(parser, true)?;
    // `RETURNS NULL ON NULL INPUT` is an option, not a type.
    let mut returns = None;
    if !procedure && !parser.at_keywords(&["returns", "null"]) && parser.eat_keyword("returns") {
        if parser.eat_keyword("table") {
            parameters.extend(parser.parenthesized(|parser| parser.comma_separated(table_column))?);
        } else {
            returns = Some(function_type(parser)?);
        }
    }
    let mut function = CreateFunction {
        name,
        procedure,
        or_replace: prefix.or_replace,
        parameters,
        returns,
        options: Vec::new(),
        body: FunctionBody::Missing,
    };
    while create_option(parser, &mut function)? {}
    if let Some(body) = routine_body(parser)? {
        let twice = !matches!(function.body, FunctionBody::Missing);
        function.body = if twice { FunctionBody::Twice } else { body };
    }
    define(Definition::CreateFunction(function))
}

/// `table_func_column`
fn table_column(parser: &mut Parser<'_>) -> PResult<FunctionParameter> {
    let name = Some(parser.type_function_name()?);
    let type_name = function_type(parser)?;
    Ok(FunctionParameter { name, mode: ParameterMode::Table, explicit: false, type_name, default: None })
}

/// `func_args_with_defaults` (`defaults`) or `func_args`
pub(super) fn parameters(parser: &mut Parser<'_>, defaults: bool) -> PResult<Vec<FunctionParameter>> {
    parser.parenthesized(|parser| {
        if parser.at_punct(Punct::RightParen) {
            return Ok(Vec::new());
        }
        parser.comma_separated(|parser| {
            let mut parameter = parameter(parser)?;
            if defaults && (parser.eat_keyword("default") || parser.eat_operator("=")) {
                parameter.default = Some(parser.expr()?);
            }
            Ok(parameter)
        })
    })
}

/// `func_arg`
pub(super) fn parameter(parser: &mut Parser<'_>) -> PResult<FunctionParameter> {
    let before = mode(parser);
    let named = parser.attempt(|parser| {
        let name = parser.type_function_name()?;
        let after = if before.is_none() { mode(parser) } else { None };
        Ok((name, after, function_type(parser)?))
    });
    let (name, after, type_name) = match named {
        Some((name, after, type_name)) => (Some(name), after, type_name),
        None => (None, None, function_type(parser)?),
    };
    let written = before.or(after);
    let mode = written.unwrap_or(ParameterMode::In);
    Ok(FunctionParameter { name, mode, explicit: written.is_some(), type_name, default: None })
}

/// `arg_class`
fn mode(parser: &mut Parser<'_>) -> Option<ParameterMode> {
    if parser.eat_keyword("in") {
        return Some(if parser.eat_keyword("out") { ParameterMode::InOut } else { ParameterMode::In });
    }
    const MODES: &[(&str, ParameterMode)] =
        &[("out", ParameterMode::Out), ("inout", ParameterMode::InOut), ("variadic", ParameterMode::Variadic)];
    MODES.iter().find(|(word, _)| parser.eat_keyword(word)).map(|(_, mode)| *mode)
}

/// `func_type`: a type, or the type of a column (`t.c%TYPE`).
pub(super) fn function_type(parser: &mut Parser<'_>) -> PResult<TypeName> {
    parser.type_name()
}

/// `function_with_argtypes`
pub(super) fn signature(parser: &mut Parser<'_>) -> PResult<Signature> {
    // A word that only columns may bear can name a routine, but not one with parentheses.
    let name: QualifiedName = match parser.attempt(function_name) {
        Some(name) => name,
        None if parser.punct_at(1, Punct::LeftParen) => return parser.error("a name"),
        None => single(parser.name()?),
    };
    let arguments = if parser.at_punct(Punct::LeftParen) { Some(parameters(parser, false)?) } else { None };
    Ok(Signature { name, arguments, star: false })
}

/// `createfunc_opt_item`, where one stands.
fn create_option(parser: &mut Parser<'_>, function: &mut CreateFunction) -> PResult<bool> {
    let start = parser.position();
    if parser.eat_keyword("as") {
        let (text, span) = parser.string()?;
        let body = if parser.eat_punct(Punct::Comma) {
            parser.string()?;
            FunctionBody::Library
        } else {
            FunctionBody::Text(text, span)
        };
        if !matches!(function.body, FunctionBody::Missing) {
            return parser.error_at("conflicting or redundant options", parser.span_from(start));
        }
        function.body = body;
        return Ok(true);
    }
    let option = if parser.eat_keyword("language") {
        FunctionOption::Language(word_or_string(parser)?)
    } else if parser.eat_keyword("window") {
        FunctionOption::Window
    } else if parser.eat_keyword("transform") {
        transformed_types(parser)?;
        FunctionOption::Other
    } else {
        match common_option(parser)? {
            Some(option) => option,
            None => return Ok(false),
        }
    };
    function.options.push(option);
    Ok(true)
}

/// `transform_type_list`
fn transformed_types(parser: &mut Parser<'_>) -> PResult<()> {
    parser.comma_separated(|parser| {
        parser.expect_keywords(&["for", "type"])?;
        parser.type_name()
    })?;
    Ok(())
}

/// Options that are words alone.
const WORD_OPTIONS: &[(&[&str], FunctionOption)] = &[
    (&["immutable"], FunctionOption::Volatility('i')),
    (&["stable"], FunctionOption::Volatility('s')),
    (&["volatile"], FunctionOption::Volatility('v')),
    (&["strict"], FunctionOption::Strict(true)),
    (&["returns", "null", "on", "null", "input"], FunctionOption::Strict(true)),
    (&["called", "on", "null", "input"], FunctionOption::Strict(false)),
    (&["external", "security", "definer"], FunctionOption::SecurityDefiner(true)),
    (&["external", "security", "invoker"], FunctionOption::SecurityDefiner(false)),
    (&["security", "definer"], FunctionOption::SecurityDefiner(true)),
    (&["security", "invoker"], FunctionOption::SecurityDefiner(false)),
    (&["leakproof"], FunctionOption::Leakproof(true)),
    (&["not", "leakproof"], FunctionOption::Leakproof(false)),
];

/// `common_func_opt_item`, where one stands.
fn common_option(parser: &mut Parser<'_>) -> PResult<Option<FunctionOption>> {
    if let Some((_, option)) = WORD_OPTIONS.iter().find(|(words, _)| parser.eat_keywords(words)) {
        return Ok(Some(option.clone()));
    }
    if parser.eat_keyword("cost") || parser.eat_keyword("rows") {
        number(parser)?;
    } else if parser.eat_keyword("support") {
        return parser.qualified_name().map(|name| Some(FunctionOption::Support(name)));
    } else if parser.eat_keyword("parallel") {
        parser.name()?;
    } else if parser.at_one_of(&["set", "reset"]) {
        let found = setting(parser, false)?;
        let values = if found.from_current { None } else { found.setting.values };
        return Ok(Some(FunctionOption::Set(found.setting.name, values)));
    } else {
        return Ok(None);
    }
    Ok(Some(FunctionOption::Other))
}

/// `opt_routine_body`
fn routine_body(parser: &mut Parser<'_>) -> PResult<Option<FunctionBody>> {
    if parser.at_keyword("return") {
        return returned(parser).map(|value| Some(FunctionBody::Return(Box::new(value))));
    }
    if !parser.eat_keywords(&["begin", "atomic"]) {
        return Ok(None);
    }
    let mut statements = Vec::new();
    loop {
        // gram.y lets a statement be empty: `BEGIN ATOMIC ; END`.
        while parser.eat_punct(Punct::Semicolon) {}
        if parser.eat_keyword("end") {
            return Ok(Some(FunctionBody::Atomic(statements)));
        }
        statements.push(parser.descend(atomic_statement)?);
        parser.expect_punct(Punct::Semicolon)?;
    }
}

/// `routine_body_stmt`. `RETURN x` comes as the query that it stands for: `SELECT x`.
fn atomic_statement(parser: &mut Parser<'_>) -> PResult<Statement> {
    if !parser.at_keyword("return") {
        return parser.statement();
    }
    let start = parser.position();
    let value = returned(parser)?;
    let span = parser.span_from(start);
    Ok(Statement { kind: StatementKind::Query(Box::new(super::rule::select_of(value, span))), span })
}

fn returned(parser: &mut Parser<'_>) -> PResult<crate::ast::Expr> {
    parser.expect_keyword("return")?;
    parser.expr()
}

/// `ALTER FUNCTION f options`, the name taken.
pub(super) fn alter_function(parser: &mut Parser<'_>, kind: ObjectKind, of: Signature) -> PResult<StatementKind> {
    let mut options = Vec::new();
    while let Some(option) = common_option(parser)? {
        options.push(option);
    }
    if options.is_empty() {
        return parser.error("an option of a function");
    }
    parser.eat_keyword("restrict");
    define(Definition::AlterFunction(kind, of, options))
}

/// A parameter of this type alone.
pub(super) fn unnamed_parameter(type_name: TypeName) -> FunctionParameter {
    FunctionParameter { name: None, mode: ParameterMode::In, explicit: false, type_name, default: None }
}
