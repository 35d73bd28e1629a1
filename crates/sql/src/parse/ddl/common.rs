//! Small pieces that many statements share.

use std::sync::Arc;

use rollproof_source::TextRange;

use crate::ast::{
    Definition, Expr, ExprKind, FunctionCall, Name, ObjectKind, OperatorName, OtherObject, QualifiedName,
    StatementKind, TypeName,
};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};
use crate::parse::cursor::Parser;

/// A definition as a statement.
pub(super) fn define(definition: Definition) -> PResult<StatementKind> {
    Ok(StatementKind::Define(Box::new(definition)))
}

/// An object of a kind that nothing looks into, with nothing said of it but its name.
pub(super) fn other(kind: ObjectKind, name: QualifiedName) -> OtherObject {
    OtherObject { kind, name, lenient: false, belongs_to: None, relations: Vec::new() }
}

/// A statement that touches neither names nor writes, and that names no relation.
pub(super) fn inert(tag: &'static str) -> PResult<StatementKind> {
    Ok(StatementKind::Inert(tag, Vec::new()))
}

/// Takes `IF EXISTS`.
pub(super) fn if_exists(parser: &mut Parser<'_>) -> bool {
    parser.eat_keywords(&["if", "exists"])
}

/// Takes `IF NOT EXISTS`.
pub(super) fn if_not_exists(parser: &mut Parser<'_>) -> bool {
    parser.eat_keywords(&["if", "not", "exists"])
}

/// `opt_drop_behavior`: whether it is `CASCADE`.
pub(super) fn cascade(parser: &mut Parser<'_>) -> bool {
    let cascade = parser.eat_keyword("cascade");
    if !cascade {
        parser.eat_keyword("restrict");
    }
    cascade
}

/// `RoleSpec`. `CURRENT_USER` and its like come as names of that text.
pub(super) fn role(parser: &mut Parser<'_>) -> PResult<Name> {
    if parser.at_one_of(&["current_role", "current_user", "session_user"]) {
        return parser.label();
    }
    let name = parser.non_reserved_word()?;
    if name.as_str() == "none" {
        return parser.error_at("role name \"none\" is reserved", name.span);
    }
    Ok(name)
}

/// `RoleId`: the name of one certain role.
pub(super) fn role_id(parser: &mut Parser<'_>) -> PResult<Name> {
    let name = parser.non_reserved_word()?;
    if matches!(name.as_str(), "none" | "public") {
        let message = format!("role name \"{}\" is reserved", name.as_str());
        return parser.error_at(&message, name.span);
    }
    Ok(name)
}

/// `role_list`
pub(super) fn roles(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    parser.comma_separated(role)
}

/// `any_name_list`, `qualified_name_list`
pub(super) fn qualified_names(parser: &mut Parser<'_>) -> PResult<Vec<QualifiedName>> {
    parser.comma_separated(|parser| parser.qualified_name())
}

/// A name with dots, where one may stand.
pub(super) fn optional_qualified_name(parser: &mut Parser<'_>) -> PResult<Option<QualifiedName>> {
    if parser.at_name() { parser.qualified_name().map(Some) } else { Ok(None) }
}

/// `func_name`: a name that may be a word that only types and functions may bear, or one with dots.
pub(super) fn function_name(parser: &mut Parser<'_>) -> PResult<QualifiedName> {
    if parser.at_name() && parser.punct_at(1, Punct::Dot) {
        return parser.qualified_name();
    }
    parser.type_function_name().map(single)
}

/// A name without dots.
pub(super) fn single(name: Name) -> QualifiedName {
    QualifiedName { span: name.span, parts: vec![name] }
}

/// `( columnList )`, where it stands.
pub(super) fn optional_columns(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    if parser.at_punct(Punct::LeftParen) { columns(parser) } else { Ok(Vec::new()) }
}

/// `( columnList )`
pub(super) fn columns(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    parser.parenthesized(|parser| parser.name_list())
}

/// `COLLATE name`, where it stands.
pub(super) fn collation(parser: &mut Parser<'_>) -> PResult<Option<QualifiedName>> {
    if parser.eat_keyword("collate") { parser.qualified_name().map(Some) } else { Ok(None) }
}

/// `( expression )`
pub(super) fn parenthesized_expr(parser: &mut Parser<'_>) -> PResult<Expr> {
    parser.parenthesized(|parser| parser.expr())
}

/// `( expression )` after a keyword, where the keyword stands.
pub(super) fn optional_condition(parser: &mut Parser<'_>, keyword: &str) -> PResult<Option<Expr>> {
    if parser.eat_keyword(keyword) { parenthesized_expr(parser).map(Some) } else { Ok(None) }
}

/// `expr_list` between parentheses.
pub(super) fn expressions(parser: &mut Parser<'_>) -> PResult<Vec<Expr>> {
    parser.parenthesized(|parser| parser.comma_separated(|parser| parser.expr()))
}

/// `NonReservedWord_or_Sconst`
pub(super) fn word_or_string(parser: &mut Parser<'_>) -> PResult<Arc<str>> {
    match parser.peek().kind {
        TokenKind::String(_) => parser.string().map(|(text, _)| text),
        _ => parser.non_reserved_word().map(|name| name.text),
    }
}

/// Whether a string constant comes next.
pub(super) fn at_string(parser: &Parser<'_>) -> bool {
    matches!(parser.peek().kind, TokenKind::String(_))
}

/// `NumericOnly`, as text.
pub(super) fn number(parser: &mut Parser<'_>) -> PResult<Arc<str>> {
    let negative = parser.at_operator("-");
    let ahead = usize::from(negative || parser.at_operator("+"));
    let digits = match &parser.peek_at(ahead).kind {
        TokenKind::Integer(value) => value.to_string(),
        TokenKind::Number(text) => text.to_string(),
        _ => return parser.error("a number"),
    };
    for _ in 0..=ahead {
        parser.advance();
    }
    Ok(if negative { format!("-{digits}").into() } else { digits.into() })
}

/// Whether `NumericOnly` comes next.
pub(super) fn at_number(parser: &Parser<'_>) -> bool {
    let ahead = usize::from(parser.at_operator("-") || parser.at_operator("+"));
    matches!(parser.peek_at(ahead).kind, TokenKind::Integer(_) | TokenKind::Number(_))
}

/// `Iconst`: a whole number without a sign.
pub(super) fn unsigned(parser: &mut Parser<'_>) -> PResult<i32> {
    match parser.peek().kind {
        TokenKind::Integer(_) => parser.integer(),
        _ => parser.error("an integer"),
    }
}

/// `type_list` between parentheses.
pub(super) fn types(parser: &mut Parser<'_>) -> PResult<Vec<TypeName>> {
    parser.parenthesized(|parser| parser.comma_separated(|parser| parser.type_name()))
}

/// An operator with its schema as a name with dots, as the catalog's look-ups take it.
pub(super) fn operator_as_name(operator: OperatorName) -> QualifiedName {
    let symbol = Name { text: operator.symbol, span: operator.span };
    let start = operator.schema.as_ref().map_or(symbol.span, |schema| schema.span);
    let span = TextRange::new(start.start, symbol.span.end);
    let mut parts = Vec::with_capacity(2);
    parts.extend(operator.schema);
    parts.push(symbol);
    QualifiedName { parts, span }
}

/// `[OPERATOR (] any_operator [)]`
pub(super) fn operator_clause(parser: &mut Parser<'_>) -> PResult<OperatorName> {
    if parser.eat_keyword("operator") {
        parser.parenthesized(|parser| parser.any_operator())
    } else {
        parser.any_operator()
    }
}

/// `func_expr_windowless`: a call, or what gram.y counts among calls.
pub(super) fn call_expr(parser: &mut Parser<'_>) -> PResult<Expr> {
    let place = parser.save();
    let value = parser.c_expr()?;
    let fits = match &value.kind {
        ExprKind::Function(call) => plain_call(call),
        ExprKind::SqlValue(..)
        | ExprKind::Cast { .. }
        | ExprKind::Coalesce(_)
        | ExprKind::NullIf(..)
        | ExprKind::MinMax(..)
        | ExprKind::Special(_)
        | ExprKind::MergeAction => true,
        _ => false,
    };
    if fits {
        return Ok(value);
    }
    parser.restore(place);
    parser.error("a column or a call")
}

fn plain_call(call: &FunctionCall) -> bool {
    call.over.is_none() && call.filter.is_none() && !call.within_group
}

/// The value of a key, a statistics target or the like: a column, a call, or an expression between parentheses.
pub(super) fn key_value(parser: &mut Parser<'_>) -> PResult<Expr> {
    if parser.at_punct(Punct::LeftParen) {
        return parenthesized_expr(parser);
    }
    if parser.at_hole().is_some() {
        return parser.c_expr();
    }
    // `NULLS FIRST` is never a column and its operator class: the scanner gives `NULLS` another token there.
    if parser.at_keywords(&["nulls", "first"]) || parser.at_keywords(&["nulls", "last"]) {
        return parser.error("a column or a call");
    }
    let is_column = parser.at_name() && !parser.punct_at(1, Punct::LeftParen) && !parser.punct_at(1, Punct::Dot);
    if !is_column {
        return call_expr(parser);
    }
    let name = parser.name()?;
    Ok(column_expr(name))
}

/// A bare column.
pub(super) fn column_expr(name: Name) -> Expr {
    let span = name.span;
    Expr { kind: ExprKind::Column(crate::ast::ColumnRef { fields: vec![name], star: None }), span }
}

/// `opt_boolean_or_string`, `NumericOnly` or nothing, as text: the argument of a utility's option.
pub(super) fn utility_argument(parser: &mut Parser<'_>) -> PResult<Option<Arc<str>>> {
    if at_number(parser) {
        return number(parser).map(Some);
    }
    if parser.at_one_of(&["true", "false", "on"]) {
        return parser.label().map(|word| Some(word.text));
    }
    if parser.at_punct(Punct::Comma) || parser.at_punct(Punct::RightParen) {
        return Ok(None);
    }
    word_or_string(parser).map(Some)
}

/// `( utility_option_list )`
pub(super) fn utility_options(parser: &mut Parser<'_>) -> PResult<()> {
    parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            if !parser.eat_keyword("analyze") && !parser.eat_keyword("analyse") {
                parser.non_reserved_word()?;
            }
            utility_argument(parser)
        })
    })?;
    Ok(())
}
