//! Operators with their classes and families, casts, transforms, access methods.

use super::alter::Head;
use super::common::{define, inert, operator_as_name, other, single, types, unsigned};
use super::create::Prefix;
use super::function::signature;
use super::object::operator_types;
use super::option::definition;
use crate::ast::{
    AlterOperatorFamily, CreateCast, CreateDefined, CreateOperatorClass, Definition, ObjectKind, ObjectName,
    OperatorClassItem, StatementKind,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE OPERATOR`
pub(super) fn create_operator(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = operator_as_name(parser.any_operator()?);
    let options = definition(parser)?;
    let kind = ObjectKind::Operator;
    define(Definition::CreateDefined(CreateDefined { kind, name, if_not_exists: false, from: None, options }))
}

/// `CREATE OPERATOR CLASS`
pub(super) fn create_class(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    let is_default = parser.eat_keyword("default");
    parser.expect_keywords(&["for", "type"])?;
    let data_type = parser.type_name()?;
    parser.expect_keyword("using")?;
    let method = parser.name()?;
    let family = if parser.eat_keyword("family") { Some(parser.qualified_name()?) } else { None };
    parser.expect_keyword("as")?;
    let items = parser.comma_separated(class_item)?;
    define(Definition::CreateOperatorClass(CreateOperatorClass { name, is_default, data_type, method, family, items }))
}

/// `CREATE OPERATOR FAMILY`
pub(super) fn create_family(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.qualified_name()?;
    parser.expect_keyword("using")?;
    let method = parser.name()?;
    define(Definition::CreateOperatorFamily(name, method))
}

/// `opclass_item`
fn class_item(parser: &mut Parser<'_>) -> PResult<OperatorClassItem> {
    if parser.eat_keyword("storage") {
        return parser.type_name().map(OperatorClassItem::Storage);
    }
    if parser.eat_keyword("function") {
        let number = unsigned(parser)?;
        let types = if parser.at_punct(Punct::LeftParen) { types(parser)? } else { Vec::new() };
        let function = signature(parser)?;
        return Ok(OperatorClassItem::Function { number, types, function });
    }
    parser.expect_keyword("operator")?;
    let number = unsigned(parser)?;
    let name = operator_as_name(parser.any_operator()?);
    let types = if parser.at_punct(Punct::LeftParen) { Some(operator_types(parser)?) } else { None };
    let mut order_by = None;
    if parser.eat_keywords(&["for", "order", "by"]) {
        order_by = Some(parser.qualified_name()?);
    } else if parser.eat_keyword("for") {
        parser.expect_keyword("search")?;
    }
    Ok(OperatorClassItem::Operator { number, name, types, order_by })
}

/// `ALTER OPERATOR FAMILY f USING m { ADD | DROP }`, the name taken. What a family holds decides which operators
/// `ORDER BY`, `DISTINCT` and row comparisons find, so it is not inert.
pub(super) fn alter_family(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let (mut add, mut drop) = (Vec::new(), Vec::new());
    if parser.eat_keyword("add") {
        add = parser.comma_separated(class_item)?;
    } else {
        parser.expect_keyword("drop")?;
        drop = parser.comma_separated(|parser| {
            let operator = parser.eat_keyword("operator");
            if !operator {
                parser.expect_keyword("function")?;
            }
            Ok((operator, unsigned(parser)?, types(parser)?))
        })?;
    }
    match head.object {
        ObjectName::UsingMethod(name, method) => {
            define(Definition::AlterOperatorFamily(AlterOperatorFamily { name, method, add, drop }))
        }
        _ => parser.error("USING"),
    }
}

/// `CREATE CAST`
pub(super) fn create_cast(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let (source, target) = cast_types(parser)?;
    let mut function = None;
    let mut inout = false;
    if parser.eat_keyword("without") {
        parser.expect_keyword("function")?;
    } else {
        parser.expect_keyword("with")?;
        inout = parser.eat_keyword("inout");
        if !inout {
            parser.expect_keyword("function")?;
            function = Some(signature(parser)?);
        }
    }
    let mut context = 'e';
    if parser.eat_keyword("as") {
        context = if parser.eat_keyword("implicit") { 'i' } else { 'a' };
        if context == 'a' {
            parser.expect_keyword("assignment")?;
        }
    }
    define(Definition::CreateCast(CreateCast { source, target, function, inout, context }))
}

/// `( Typename AS Typename )`
pub(super) fn cast_types(parser: &mut Parser<'_>) -> PResult<(crate::ast::TypeName, crate::ast::TypeName)> {
    parser.parenthesized(|parser| {
        let source = parser.type_name()?;
        parser.expect_keyword("as")?;
        Ok((source, parser.type_name()?))
    })
}

/// `CREATE TRANSFORM`: it changes what a procedural language sees, not what SQL does.
pub(super) fn create_transform(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    parser.expect_keyword("for")?;
    parser.type_name()?;
    parser.expect_keyword("language")?;
    parser.name()?;
    parser.parenthesized(|parser| {
        let from = transform_element(parser, None)?;
        if parser.eat_punct(Punct::Comma) {
            transform_element(parser, Some(!from))?;
        }
        Ok(())
    })?;
    inert("CREATE TRANSFORM")
}

/// `FROM SQL WITH FUNCTION f` (true) or `TO SQL …`; where `expected` says which, only that one.
fn transform_element(parser: &mut Parser<'_>, expected: Option<bool>) -> PResult<bool> {
    let from = match expected {
        Some(from) => from,
        None => parser.at_keyword("from"),
    };
    parser.expect_keyword(if from { "from" } else { "to" })?;
    parser.expect_keywords(&["sql", "with", "function"])?;
    signature(parser)?;
    Ok(from)
}

/// `CREATE ACCESS METHOD`
pub(super) fn create_access_method(parser: &mut Parser<'_>, _: Prefix) -> PResult<StatementKind> {
    let name = parser.name()?;
    parser.expect_keyword("type")?;
    if !parser.eat_keyword("index") {
        parser.expect_keyword("table")?;
    }
    parser.expect_keyword("handler")?;
    parser.qualified_name()?;
    define(Definition::CreateOther(other(ObjectKind::AccessMethod, single(name))))
}
