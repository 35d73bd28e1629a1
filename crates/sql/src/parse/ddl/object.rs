//! Objects as `DROP`, `ALTER`, `COMMENT` and their like name them: one table from words to kind and manner of naming.

use super::common::{number, operator_as_name, single};
use super::operator::cast_types;
use super::{aggregate, function};
use crate::ast::{Comment, ObjectKind, ObjectName, QualifiedName, TypeName};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// How an object is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// One word.
    Name,
    /// `any_name`
    Qualified,
    /// `relation_expr`: `ONLY` and `*` may stand around it.
    Relation,
    /// `function_with_argtypes`
    Routine,
    /// `aggregate_with_argtypes`
    Aggregate,
    /// `operator_with_argtypes`
    Operator,
    /// `any_name USING method`
    UsingMethod,
    /// A type.
    Type,
    /// `name ON table`
    OnTable,
    /// `(a AS b)`
    Cast,
    /// `FOR type LANGUAGE name`
    Transform,
    /// A number.
    LargeObject,
    /// `any_name`, the last part a column.
    Column,
    /// `name ON table`, `name ON DOMAIN domain`
    Constraint,
}

/// Kinds of object by their words, a longer sequence before its beginning.
const OBJECTS: &[(&[&str], ObjectKind, Naming)] = &[
    (&["table"], ObjectKind::Table, Naming::Qualified),
    (&["column"], ObjectKind::Table, Naming::Column),
    (&["sequence"], ObjectKind::Sequence, Naming::Qualified),
    (&["view"], ObjectKind::View, Naming::Qualified),
    (&["materialized", "view"], ObjectKind::MaterializedView, Naming::Qualified),
    (&["index"], ObjectKind::Index, Naming::Qualified),
    (&["foreign", "table"], ObjectKind::ForeignTable, Naming::Qualified),
    (&["collation"], ObjectKind::Collation, Naming::Qualified),
    (&["conversion"], ObjectKind::Conversion, Naming::Qualified),
    (&["statistics"], ObjectKind::Statistics, Naming::Qualified),
    (&["text", "search", "parser"], ObjectKind::TextSearchParser, Naming::Qualified),
    (&["text", "search", "dictionary"], ObjectKind::TextSearchDictionary, Naming::Qualified),
    (&["text", "search", "template"], ObjectKind::TextSearchTemplate, Naming::Qualified),
    (&["text", "search", "configuration"], ObjectKind::TextSearchConfiguration, Naming::Qualified),
    (&["access", "method"], ObjectKind::AccessMethod, Naming::Name),
    (&["event", "trigger"], ObjectKind::EventTrigger, Naming::Name),
    (&["extension"], ObjectKind::Extension, Naming::Name),
    (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper, Naming::Name),
    (&["procedural", "language"], ObjectKind::Language, Naming::Name),
    (&["language"], ObjectKind::Language, Naming::Name),
    (&["publication"], ObjectKind::Publication, Naming::Name),
    (&["schema"], ObjectKind::Schema, Naming::Name),
    (&["server"], ObjectKind::Server, Naming::Name),
    (&["database"], ObjectKind::Database, Naming::Name),
    (&["role"], ObjectKind::Role, Naming::Name),
    (&["subscription"], ObjectKind::Subscription, Naming::Name),
    (&["tablespace"], ObjectKind::Tablespace, Naming::Name),
    (&["policy"], ObjectKind::Policy, Naming::OnTable),
    (&["rule"], ObjectKind::Rule, Naming::OnTable),
    (&["trigger"], ObjectKind::Trigger, Naming::OnTable),
    (&["constraint"], ObjectKind::Other, Naming::Constraint),
    (&["type"], ObjectKind::Type, Naming::Type),
    (&["domain"], ObjectKind::Domain, Naming::Type),
    (&["aggregate"], ObjectKind::Aggregate, Naming::Aggregate),
    (&["function"], ObjectKind::Function, Naming::Routine),
    (&["procedure"], ObjectKind::Procedure, Naming::Routine),
    (&["routine"], ObjectKind::Routine, Naming::Routine),
    (&["operator", "class"], ObjectKind::OperatorClass, Naming::UsingMethod),
    (&["operator", "family"], ObjectKind::OperatorFamily, Naming::UsingMethod),
    (&["operator"], ObjectKind::Operator, Naming::Operator),
    (&["cast"], ObjectKind::Cast, Naming::Cast),
    (&["transform"], ObjectKind::Transform, Naming::Transform),
    (&["large", "object"], ObjectKind::Other, Naming::LargeObject),
];

/// Takes the words of a kind: the kind, how its objects are named.
pub(super) fn kind(parser: &mut Parser<'_>) -> PResult<(ObjectKind, Naming)> {
    match OBJECTS.iter().find(|(words, ..)| parser.eat_keywords(words)) {
        Some((_, kind, naming)) => Ok((*kind, *naming)),
        None => parser.error("a kind of object"),
    }
}

/// Takes an object's name.
pub(super) fn name(parser: &mut Parser<'_>, naming: Naming) -> PResult<ObjectName> {
    match naming {
        Naming::Name => parser.name().map(|name| ObjectName::Name(single(name))),
        Naming::Qualified => parser.qualified_name().map(ObjectName::Name),
        Naming::Column => column(parser),
        Naming::Relation => parser.relation_ref().map(|relation| ObjectName::Name(relation.name)),
        Naming::Routine => function::signature(parser).map(ObjectName::Signature),
        Naming::Aggregate => aggregate::signature(parser).map(ObjectName::Signature),
        Naming::Operator => {
            let operator = operator_as_name(parser.any_operator()?);
            let (left, right) = operator_types(parser)?;
            Ok(ObjectName::Operator(operator, left, right))
        }
        Naming::UsingMethod => {
            let class = parser.qualified_name()?;
            parser.expect_keyword("using")?;
            Ok(ObjectName::UsingMethod(class, parser.name()?))
        }
        Naming::Type => parser.type_name().map(ObjectName::Type),
        Naming::OnTable => {
            let name = parser.name()?;
            parser.expect_keyword("on")?;
            Ok(ObjectName::OnTable(name, parser.qualified_name()?))
        }
        Naming::Constraint => {
            let name = parser.name()?;
            parser.expect_keyword("on")?;
            if parser.at_keyword("domain") && parser.name_at(1) {
                parser.advance();
                return Ok(ObjectName::OnDomain(name, parser.qualified_name()?));
            }
            Ok(ObjectName::OnTable(name, parser.qualified_name()?))
        }
        Naming::Cast => cast_types(parser).map(|(source, target)| ObjectName::Cast(source, target)),
        Naming::Transform => {
            parser.expect_keyword("for")?;
            let of = parser.type_name()?;
            parser.expect_keyword("language")?;
            parser.name()?;
            Ok(ObjectName::Type(of))
        }
        Naming::LargeObject => {
            let span = parser.peek().span;
            let text = number(parser)?;
            Ok(ObjectName::Name(single(crate::ast::Name { text, span })))
        }
    }
}

/// `oper_argtypes`: the left and the right type.
pub(super) fn operator_types(parser: &mut Parser<'_>) -> PResult<(Option<TypeName>, Option<TypeName>)> {
    parser.parenthesized(|parser| {
        let left = side(parser)?;
        // A single type is what PostgreSQL before 14 took for a postfix operator: `missing argument`.
        parser.expect_punct(crate::lex::Punct::Comma)?;
        let right = if left.is_none() { Some(parser.type_name()?) } else { side(parser)? };
        Ok((left, right))
    })
}

fn side(parser: &mut Parser<'_>) -> PResult<Option<TypeName>> {
    if parser.eat_keyword("none") { Ok(None) } else { parser.type_name().map(Some) }
}

/// `any_name`, its last part a column. A name of one part is a relation without a column, for the server to refuse.
fn column(parser: &mut Parser<'_>) -> PResult<ObjectName> {
    let mut relation = parser.qualified_name()?;
    match (relation.parts.pop(), relation.parts.last()) {
        (Some(column), Some(last)) => {
            relation.span.end = last.span.end.min(column.span.start);
            Ok(ObjectName::Column(relation, column))
        }
        (Some(column), None) => Ok(ObjectName::Name(single(column))),
        (None, _) => parser.error("a column"),
    }
}

/// Takes the kind and the name of what `COMMENT ON` may name.
pub(super) fn commented(parser: &mut Parser<'_>) -> PResult<Comment> {
    let (kind, naming) = kind(parser)?;
    Ok(Comment { kind, object: name(parser, naming)? })
}

/// Takes the kind and the name of what `SECURITY LABEL ON` may name.
pub(super) fn labelled(parser: &mut Parser<'_>) -> PResult<Vec<QualifiedName>> {
    let place = parser.save();
    let (kind, naming) = kind(parser)?;
    let allowed = !matches!(
        naming,
        Naming::OnTable
            | Naming::Constraint
            | Naming::Operator
            | Naming::UsingMethod
            | Naming::Cast
            | Naming::Transform
    );
    if !allowed {
        parser.restore(place);
        return parser.error("a kind of object that bears labels");
    }
    let object = name(parser, naming)?;
    Ok(relation(kind, object).into_iter().collect())
}

/// Takes the kind and the name of what an extension may hold.
pub(super) fn extension_member(parser: &mut Parser<'_>) -> PResult<()> {
    let place = parser.save();
    let (_, naming) = kind(parser)?;
    if matches!(naming, Naming::OnTable | Naming::Constraint | Naming::Column | Naming::LargeObject) {
        parser.restore(place);
        return parser.error("a kind of object that extensions hold");
    }
    name(parser, naming).map(drop)
}

/// The relation that the server looks up for this object.
fn relation(kind: ObjectKind, object: ObjectName) -> Option<QualifiedName> {
    match object {
        ObjectName::Column(relation, _) => Some(relation),
        ObjectName::Name(name) if kind.is_relation() => Some(name),
        ObjectName::OnTable(_, table) => Some(table),
        _ => None,
    }
}
